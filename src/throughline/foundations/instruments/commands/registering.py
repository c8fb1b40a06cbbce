"""The force's own folder of question sets: registering a version, ending one, choosing what is asked.

The folder and its register are files, so that a force can keep them, with licensed wording, outside any
repository. Each deed is one line of the register; a file that is registered is never overwritten.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.rules import (
    BadInstrument,
    Difference,
    Instrument,
    Library,
    differences,
    read_library,
)
from throughline.foundations.instruments.rules.choosing import Setting, Use
from throughline.foundations.instruments.rules.library import digest_of
from throughline.foundations.instruments.rules.register import REGISTER, Deed, Entry, Variant, as_line
from throughline.reference import load


class CannotRegister(Exception):
    """What was asked for cannot be done: names the file or version and the rule; nothing was written."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a file makes beside what is there, and what it asks otherwise than ours."""

    instrument: Instrument
    variant: Variant
    digest: str
    shipped: Instrument | None
    differences: tuple[Difference, ...]


def try_file(file: Path, *, folders: Sequence[Path]) -> Tried:
    """What registering ``file`` into the last of ``folders`` would make; writes nothing.

    Raises BadInstrument for a file at fault, or one that does not fit beside what is there; CannotRegister for
    a version that is there already.
    """
    with tempfile.TemporaryDirectory() as beside:
        content = _content(file)
        trial = Path(beside)
        if len(folders) > 1:
            _copy_folder(folders[-1], trial)
        before = read_library([*folders[:1], trial])
        _refuse_known_name(file, content, trial)
        (trial / file.name).write_bytes(content)
        return _what_is_new(content, before, read_library([*folders[:1], trial]))


def register_file(*, by: str, now: datetime, file: Path, shipped: Path, folder: Path) -> Tried:
    """Copy an instrument or a wording into the force's folder and say in its register who did so.

    ``by`` is the name of who answers for it. A version that is there already is refused, changed or not: what
    was answered under it must go on meaning what it meant. Raises as :func:`try_file`.
    """
    who = _who(by)
    with _alone(folder):
        tried = try_file(file, folders=[shipped, folder])
        content = _content(file)
        if digest_of(content) != tried.digest:
            raise CannotRegister(f"{file.name}: changed while it was being registered; try again")
        target = folder / file.name
        _write_new(target, content)
        entry = Entry(
            deed=Deed.REGISTERED,
            code=tried.instrument.code,
            version=tried.instrument.version,
            variant=tried.variant,
            digest=tried.digest,
            by=who,
            at=now,
        )
        try:
            _add(folder, entry)
        except OSError:
            target.unlink()
            raise
    return tried


def end_version(
    *, by: str, now: datetime, code: str, version: str, last_day: date, shipped: Path, folder: Path
) -> Entry:
    """Say from when on one of the force's versions is not asked any more. Its file stays as it is.

    Raises CannotRegister for a version that is not the force's, that has ended, and for a day that is gone: what
    was asked under it was asked under it.
    """
    who = _who(by)
    with _alone(folder):
        library = read_library([shipped, folder])
        mine = next((one for one in library.folders[-1] if (one.code, one.version) == (code, version)), None)
        if mine is None:
            raise CannotRegister(f"{code} {version}: no version of the force's own")
        if last_day < london_day(now) or last_day < mine.valid_from:
            raise CannotRegister(
                f"{code} {version}: the last day must be today or later, and not before the first"
            )
        if mine.valid_until is not None and mine.valid_until <= last_day:
            raise CannotRegister(f"{code} {version}: ends on {mine.valid_until} already")
        entry = Entry(deed=Deed.ENDED, code=code, version=version, day=last_day, by=who, at=now)
        _add(folder, entry)
    return entry


def choose(
    *, by: str, now: datetime, code: str, setting: Setting, since: date, shipped: Path, folder: Path
) -> Entry:
    """Say which instrument the force asks in a setting from a day on, in place of the standard.

    Choosing the standard again ends an earlier choice. Raises CannotRegister for an instrument that has no version
    on that day, for one that only follows another, and for one that the reference list does not offer there.
    """
    who = _who(by)
    with _alone(folder):
        library = read_library([shipped, folder])
        if not any(one.code == code and one.holds(since) for known in library.folders for one in known):
            raise CannotRegister(f"{code}: no version holds on {since}")
        rows = [row for row in load("risk-instruments").rows if row.text("instrument") == code]
        if rows and not any(
            row.holds(since) and row.text("use") != Use.FOLLOW_UP and setting in row.texts("settings")
            for row in rows
        ):
            raise CannotRegister(f"{code}: not one to be chosen for {setting} on {since}")
        if since < london_day(now):
            raise CannotRegister(f"{code}: the first day must be today or later")
        entry = Entry(deed=Deed.CHOSEN, code=code, setting=setting, day=since, by=who, at=now)
        _add(folder, entry)
    return entry


def _what_is_new(content: bytes, before: Library, after: Library) -> Tried:
    known = {(one.code, one.version) for held in before.folders for one in held}
    new = next(one for one in after.folders[-1] if (one.code, one.version) not in known)
    ours = after.shipped_for(new)
    return Tried(
        instrument=new,
        variant=after.variant(new),
        digest=digest_of(content),
        shipped=ours,
        differences=differences(ours, new) if ours else (),
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotRegister(f"{file.name}: {error.strerror}") from None


def _copy_folder(folder: Path, trial: Path) -> None:
    for path in [*folder.glob("*.yaml"), folder / REGISTER]:
        if path.is_file():
            (trial / path.name).write_bytes(path.read_bytes())


def _refuse_known_name(file: Path, content: bytes, folder: Path) -> None:
    if file.suffix != ".yaml":
        raise CannotRegister(f"{file.name}: the name must end in .yaml")
    if (folder / file.name).exists():
        same = (folder / file.name).read_bytes() == content
        raise CannotRegister(
            f"{file.name}: is registered already, {'with the same content' if same else 'with other content'}; "
            "a version is never changed, give the new one a new version and file name"
        )


def _who(by: str) -> str:
    if not by.strip():
        raise CannotRegister("by: somebody must answer for it by name")
    return " ".join(by.split())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile."""
    if not folder.is_dir():
        raise BadInstrument(f"{folder.name}: no such folder of instruments")
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_new(target: Path, content: bytes) -> None:
    """The whole file or none of it, and never over another."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as half:
        half.write(content)
        half.flush()
        os.fsync(half.fileno())
    try:
        os.chmod(half.name, 0o644)
        os.link(half.name, target)
    except FileExistsError:
        raise CannotRegister(f"{target.name}: is there already") from None
    finally:
        os.unlink(half.name)


def _add(folder: Path, entry: Entry) -> None:
    with (folder / REGISTER).open("a", encoding="utf-8") as register:
        register.write(as_line(entry))
        register.flush()
        os.fsync(register.fileno())
