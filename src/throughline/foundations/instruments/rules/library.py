"""The instruments of some folders: which to ask by on a day, and which an answer was given under."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from throughline.foundations.instruments.rules.choosing import Chosen
from throughline.foundations.instruments.rules.questions import BadInstrument, Instrument, UnknownInstrument
from throughline.foundations.instruments.rules.reading import parse
from throughline.foundations.instruments.rules.register import REGISTER, Deed, Entry, Variant, read_register
from throughline.foundations.instruments.rules.wording import is_wording, lay_over

type Version = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a version was read from, and the version whose wording it replaces, if it does."""

    file: str
    digest: str
    over: Version | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """The instruments of some folders. A later folder's go before an earlier's: a force's before ours."""

    folders: tuple[tuple[Instrument, ...], ...]
    origins: Mapping[Version, Origin] = field(default_factory=dict)
    register: tuple[Entry, ...] = ()

    def as_of(self, code: str, on: dt.date) -> Instrument:
        """The version to ask by on a day in London. Raises :class:`UnknownInstrument`."""
        for folder in reversed(self.folders):
            for instrument in folder:
                if instrument.code == code and instrument.holds(on):
                    return instrument
        raise UnknownInstrument(f"no instrument {code!r} holds on {on.isoformat()}")

    def version(self, code: str, version: str) -> Instrument:
        """The version that answers were given under. Raises :class:`UnknownInstrument`."""
        for folder in self.folders:
            for instrument in folder:
                if (instrument.code, instrument.version) == (code, version):
                    return instrument
        raise UnknownInstrument(f"no version {version!r} of instrument {code!r}")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every instrument there is, ours in the order of their codes, then the force's further ones."""
        return tuple(dict.fromkeys(instrument.code for folder in self.folders for instrument in folder))

    def versions(self, code: str) -> tuple[Instrument, ...]:
        """Every version of an instrument, ours first, each folder's by first day. Raises UnknownInstrument."""
        found = tuple(
            instrument
            for folder in self.folders
            for instrument in sorted(folder, key=lambda one: one.valid_from)
            if instrument.code == code
        )
        if not found:
            raise UnknownInstrument(f"no instrument {code!r}")
        return found

    def asks(self, instrument: Instrument, on: dt.date) -> bool:
        """Whether, of its code, this is the version to ask by on a day."""
        return instrument.holds(on) and self.as_of(instrument.code, on) == instrument

    def variant(self, instrument: Instrument) -> Variant:
        """What a version is beside ours; told by where its file lies and what is in it, whoever registered it."""
        shipped = self.folders[0]
        if any((one.code, one.version) == (instrument.code, instrument.version) for one in shipped):
            return Variant.STANDARD
        origin = self.origins.get((instrument.code, instrument.version))
        if origin is not None and origin.over is not None:
            return Variant.LICENSED
        return Variant.AMENDED if any(one.code == instrument.code for one in shipped) else Variant.OWN

    def shipped_for(self, instrument: Instrument) -> Instrument | None:
        """Our version to set a force's beside: the one that held when it began, else the latest before or after."""
        if self.variant(instrument) is Variant.STANDARD:
            return None
        ours = sorted(
            (one for one in self.folders[0] if one.code == instrument.code), key=lambda one: one.valid_from
        )
        held = [one for one in ours if one.holds(instrument.valid_from)]
        return next(iter(held or ours[::-1]), None)

    def registration(self, instrument: Instrument) -> Entry | None:
        """Who registered a version and when; None for ours, and for a file that was laid into the folder by hand."""
        return next(
            (
                entry
                for entry in self.register
                if entry.deed is Deed.REGISTERED
                and (entry.code, entry.version) == (instrument.code, instrument.version)
            ),
            None,
        )

    def changed_since(self, instrument: Instrument) -> bool:
        """Whether a version's file is not the one that was registered: what was answered under it is in doubt."""
        entry = self.registration(instrument)
        origin = self.origins.get((instrument.code, instrument.version))
        return entry is not None and origin is not None and entry.digest != origin.digest

    @property
    def chosen(self) -> tuple[Chosen, ...]:
        """What the force chose to ask, in the order in which it chose."""
        return tuple(
            Chosen(setting=entry.setting, instrument=entry.code, since=entry.day)
            for entry in self.register
            if entry.deed is Deed.CHOSEN and entry.setting is not None and entry.day is not None
        )


def read_library(folders: Iterable[Path]) -> Library:
    """The instruments in the ``*.yaml`` of each folder, with wording laid over them, as the register ends them.

    Raises :class:`BadInstrument` for a folder that is not there, for a file at fault, for one version in two
    files of whatever folders, for two versions in one folder that hold on the same day, and for a question
    that brings an instrument which is in none.
    """
    held: list[tuple[Instrument, ...]] = []
    origins: dict[Version, Origin] = {}
    register: list[Entry] = []
    for folder in folders:
        entries = _register_of(folder)
        instruments = _ended(_read_folder(folder, Library(tuple(held)), origins), entries)
        _refuse_overlaps(instruments, origins)
        held.append(instruments)
        register += entries
    library = Library(tuple(held), origins, tuple(register))
    _refuse_unknown_follow_ups(library)
    return library


def digest_of(content: bytes) -> str:
    """By which a registered file is known to be unchanged."""
    return hashlib.sha256(content).hexdigest()


def read_text(content: bytes, *, file: str) -> str:
    """The words of a file. Raises BadInstrument where they are not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadInstrument(f"{file}: not written in UTF-8") from None


def _register_of(folder: Path) -> tuple[Entry, ...]:
    file = folder / REGISTER
    if not file.is_file():
        return ()
    return read_register(read_text(file.read_bytes(), file=REGISTER), file=REGISTER)


def _read_folder(folder: Path, before: Library, origins: dict[Version, Origin]) -> tuple[Instrument, ...]:
    """Instruments first, then the wording that is laid over them or over an earlier folder's."""
    if not folder.is_dir():
        raise BadInstrument(f"{folder.name}: no such folder of instruments")
    read: list[Instrument] = []
    wordings: list[tuple[str, bytes, str]] = []
    for path in sorted(folder.glob("*.yaml")):
        content = path.read_bytes()
        text = read_text(content, file=path.name)
        if is_wording(text, file=path.name):
            wordings.append((path.name, content, text))
        else:
            instrument = parse(text, file=path.name)
            _place(instrument, Origin(path.name, digest_of(content)), origins)
            read.append(instrument)
    known = Library((*before.folders, tuple(read)))
    for name, content, text in wordings:
        worded = lay_over(text, file=name, version_of=known.version)
        over = (worded.over.code, worded.over.version)
        _place(worded.instrument, Origin(name, digest_of(content), over), origins)
        read.append(worded.instrument)
    return tuple(read)


def _place(instrument: Instrument, origin: Origin, origins: dict[Version, Origin]) -> None:
    version = (instrument.code, instrument.version)
    if version in origins:
        raise BadInstrument(
            f"{origin.file}: version {instrument.version!r} of {instrument.code!r} is also in "
            f"{origins[version].file}"
        )
    origins[version] = origin


def _ended(instruments: Iterable[Instrument], entries: Iterable[Entry]) -> tuple[Instrument, ...]:
    """The instruments with the last days that the register gives them; the earliest of several stands."""
    ends: dict[Version, dt.date] = {}
    for entry in entries:
        if entry.deed is Deed.ENDED and entry.version is not None and entry.day is not None:
            version = (entry.code, entry.version)
            ends[version] = min(entry.day, ends.get(version, entry.day))
    return tuple(
        replace(one, valid_until=min(end, one.valid_until or end))
        if (end := ends.get((one.code, one.version)))
        else one
        for one in instruments
    )


def _refuse_overlaps(instruments: Sequence[Instrument], origins: Mapping[Version, Origin]) -> None:
    by_start = sorted(instruments, key=lambda one: (one.code, one.valid_from))
    for earlier, later in pairwise(by_start):
        if earlier.code == later.code and earlier.holds(later.valid_from):
            raise BadInstrument(
                f"{origins[later.code, later.version].file}: version {later.version!r} of {later.code!r} holds on "
                f"{later.valid_from} together with version {earlier.version!r}"
            )


def _refuse_unknown_follow_ups(library: Library) -> None:
    codes = set(library.codes)
    for folder in library.folders:
        for instrument in folder:
            for question in instrument.questions:
                if unknown := sorted(set(question.brings.values()) - codes):
                    file = library.origins[instrument.code, instrument.version].file
                    raise BadInstrument(
                        f"{file}, question {question.code!r}: brings {unknown[0]!r}, which is no instrument"
                    )
