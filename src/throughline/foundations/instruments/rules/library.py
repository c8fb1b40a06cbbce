"""The instruments of some folders: which to ask by on a day, and which an answer was given under."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from throughline.foundations.instruments.rules.questions import BadInstrument, Instrument, UnknownInstrument
from throughline.foundations.instruments.rules.reading import parse


@dataclass(frozen=True, slots=True)
class Library:
    """The instruments of some folders. A later folder's go before an earlier's: a force's before ours."""

    folders: tuple[tuple[Instrument, ...], ...]

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


def read_library(folders: Iterable[Path]) -> Library:
    """The instruments in the ``*.yaml`` of each folder.

    Raises :class:`BadInstrument` for a folder that is not there, for a file at fault, for one version in two
    files of whatever folders, for two versions in one folder that hold on the same day, and for a question
    that brings an instrument which is in none.
    """
    read = tuple(_read_folder(folder) for folder in folders)
    files: dict[tuple[str, str], str] = {}
    for name, instrument in (entry for folder in read for entry in folder):
        version = (instrument.code, instrument.version)
        if version in files:
            raise BadInstrument(
                f"{name}: version {instrument.version!r} of {instrument.code!r} is also in {files[version]}"
            )
        files[version] = name
    for folder in read:
        _refuse_overlaps(folder)
    _refuse_unknown_follow_ups(entry for folder in read for entry in folder)
    return Library(tuple(tuple(instrument for _, instrument in folder) for folder in read))


def _read_folder(folder: Path) -> tuple[tuple[str, Instrument], ...]:
    if not folder.is_dir():
        raise BadInstrument(f"{folder.name}: no such folder of instruments")
    return tuple((file.name, _read(file)) for file in sorted(folder.glob("*.yaml")))


def _read(file: Path) -> Instrument:
    try:
        return parse(file.read_text(encoding="utf-8"), file=file.name)
    except UnicodeDecodeError:
        raise BadInstrument(f"{file.name}: not written in UTF-8") from None


def _refuse_overlaps(folder: Sequence[tuple[str, Instrument]]) -> None:
    by_start = sorted(folder, key=lambda entry: (entry[1].code, entry[1].valid_from))
    for (_, earlier), (name, later) in pairwise(by_start):
        if earlier.code == later.code and earlier.holds(later.valid_from):
            raise BadInstrument(
                f"{name}: version {later.version!r} of {later.code!r} holds on {later.valid_from} together "
                f"with version {earlier.version!r}"
            )


def _refuse_unknown_follow_ups(entries: Iterable[tuple[str, Instrument]]) -> None:
    listed = tuple(entries)
    codes = {instrument.code for _, instrument in listed}
    for name, instrument in listed:
        for question in instrument.questions:
            if unknown := sorted(set(question.brings.values()) - codes):
                raise BadInstrument(
                    f"{name}, question {question.code!r}: brings {unknown[0]!r}, which is no instrument"
                )
