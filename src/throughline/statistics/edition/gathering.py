"""The returns that an edition is made of: read, each held against the signature that binds its figures. Unsigned is refused."""

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from throughline.reference import Row, load
from throughline.statistics.edition.sealing import unsealed
from throughline.statistics.returns import (
    Counted,
    Return,
    binds_all,
    canonical,
    changed,
    digest,
    read_return,
    told_in,
)
from throughline.statistics.returns.template import WORKBOOK

#: The text that was signed, beside the files that say the same: by it a change can be named.
SIGNED: Final = "signed.txt"
SIGNATURES: Final = "signatures.csv"
#: Forces that are invented, and only they, are named by the folder itself.
FORCES: Final = "forces.csv"
#: What it may say of them besides, by which forces are alike.
KNOWN: Final = ("officers", "recorded")
#: Why a force corrected what an edition printed.
WHY: Final = "corrections.csv"
#: What a row of it holds, and how long a mark is at least.
SIGNED_BY: Final = ("folder", "force", "year_end", "digest", "mark", "signed_by", "signed_on")
#: What it may say besides: the day on which it was asked for, where that is another than the day of the signature.
ASKED_ON: Final = "asked_on"
MARK: Final = 16


class UnpublishableError(ValueError):
    """The returns cannot be published: ``faults`` says of each what is wrong."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Force:
    """Who returns figures: its code, name, and how many people live in its area."""

    code: str
    name: str
    residents: int
    #: full-time equivalents, and crimes recorded in a year: by these and the residents forces are alike
    officers: float | None = None
    recorded: int | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A return with what binds it to whoever signed it."""

    told: Return
    digest: str
    signed_by: str
    signed_on: date
    mark: str = ""

    @property
    def told_by(self) -> str:
        """What an edition prints of it, to tell it from a return that corrected it: the digest that was signed, with a mark that
        stays with the publisher. Whoever had the digest alone could try small counts until one gives it."""
        return hashlib.sha256(f"{self.mark}\n{self.digest}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that an edition is made of. `invented`: the forces do not exist, and everything says so."""

    forces: Mapping[str, Force]
    returns: Mapping[tuple[date, str], Signed]
    invented: bool
    #: how a sheet was counted, in the force's own words: (year, force, sheet) -> words
    methods: Mapping[tuple[date, str, str], str] = field(default_factory=dict)
    why: Mapping[tuple[date, str], str] = field(default_factory=dict)

    @property
    def years(self) -> tuple[date, ...]:
        return tuple(sorted({year_end for year_end, _ in self.returns}))

    @property
    def signed_last(self) -> date:
        return max(one.signed_on for one in self.returns.values())


def gather(
    folder: Path, *, seal: str | None = None, progress: Callable[[str], None] = lambda _: None
) -> Gathered:
    """Read every return that the signatures of a folder name. Raises UnpublishableError with all faults at once.

    ``signatures.csv`` has a row for each return: folder (or spreadsheet), force, year_end, digest, mark, signed_by, signed_on. A
    return beside it without a row is unsigned, and nothing is published. A return answers what was asked for on its ``asked_on``, or when it
    was signed: an item that was added to the list since is missing from it rightly. Where the folder was sealed (`sealing`), no file of it has changed
    since; ``seal`` is the SHA-256 that its writer was told, without which a new list of sums would pass for the old one.
    """
    faults = unsealed(folder, seal)
    rows = _rows(folder / SIGNATURES, SIGNED_BY, faults, (ASKED_ON,))
    if not rows and faults:
        raise UnpublishableError((f"{faults[0]} Nothing unsigned is published.",))
    forces, invented = _forces(folder, max((row["year_end"] for row in rows), default=""), faults)
    returns: dict[tuple[date, str], Signed] = {}
    methods: dict[tuple[date, str, str], str] = {}
    named = {row["folder"] for row in rows}
    for entry in sorted(folder.iterdir()):
        is_return = entry.suffix == ".xlsx" or (
            entry.is_dir() and ((entry / "figures.csv").exists() or (entry / WORKBOOK).exists())
        )
        if is_return and entry.name not in named:
            faults.append(f"{entry.name}: is not signed.")
    for at, row in enumerate(rows, start=1):
        path = folder / row["folder"]
        if path.parent != folder or not path.exists():
            faults.append(f"{row['folder']}: is signed for and is not there.")
            continue
        try:
            signed_on = date.fromisoformat(row["signed_on"])
            asked_on = date.fromisoformat(row[ASKED_ON] or row["signed_on"])
        except ValueError:
            faults.append(f"{row['folder']}: signed_on is not a date, or {ASKED_ON} is none.")
            continue
        told, problems = read_return(path, forces=forces, asked_on=asked_on)
        if told is None:
            faults += [f"{row['folder']}: {problem}" for problem in problems[:5]]
            continue
        if (told.force, told.year_end.isoformat()) != (row["force"], row["year_end"]):
            faults.append(f"{row['folder']}: is of {told.force} to {told.year_end}, and signed as another.")
        elif row["digest"] not in (digest(canonical(told)), digest(canonical(told, version=1))):
            faults += [f"{row['folder']}: {words}" for words in _changed(path, told, row["digest"])]
        elif not row["signed_by"]:
            faults.append(f"{row['folder']}: nobody has signed it.")
        elif len(row["mark"]) < MARK:
            faults.append(
                f"{row['folder']}: its mark has fewer than {MARK} characters; export it again, or draw one that nobody can guess."
            )
        elif (told.year_end, told.force) in returns:
            faults.append(f"{row['folder']}: is the second return of {told.force} to {told.year_end}.")
        else:
            returns[told.year_end, told.force] = Signed(
                told, row["digest"], row["signed_by"], signed_on, row["mark"]
            )
            for sheet, counted in told.methods.items():
                methods[told.year_end, told.force, sheet] = _in_words(counted)
        if at % 50 == 0:
            progress(f"{at:,} of {len(rows):,} returns read")
    why = {}
    if (folder / WHY).exists():
        for row in _rows(folder / WHY, ("force", "year_end", "why"), faults):
            why[_date(row["year_end"], faults), row["force"]] = row["why"]
    if not returns and not faults:
        faults.append("no return is signed.")
    if faults:
        raise UnpublishableError(tuple(faults))
    return Gathered(forces, returns, invented, methods, why)


def _changed(path: Path, told: Return, signed: str) -> list[str]:
    """What of a return is not as its signature binds it, as far as the text that was signed stands beside it."""
    try:
        text = (path / SIGNED).read_text(encoding="utf-8")
        then = told_in(text) if digest(text) == signed else None
    except (OSError, ValueError):
        then = None
    if then is None:
        return ["a figure, a note or how it was counted was changed after it was signed."]
    return [
        f"{what} was changed after it was signed." for what in changed(then, told, all_of_it=binds_all(text))
    ]


def _forces(folder: Path, year_end: str, faults: list[str]) -> tuple[dict[str, Force], bool]:
    day = date(2026, 1, 1)
    real = {row.code: row for row in load("forces").as_of(day)}
    if not (folder / FORCES).exists():
        return {one.code: one for one in real_forces(_date(year_end, faults))}, False
    names = {name for row in real.values() for name in (row.label, *row.texts("aliases"))}
    found = {}
    for row in _rows(folder / FORCES, ("force", "name", "residents", "invented"), faults, KNOWN):
        if row["invented"] != "invented" or row["force"] in real or row["name"] in names:
            faults.append(
                f"{FORCES}: {row['name']}: a force that is named here is an invented one, by another name and code than any real one."
            )
        elif not row["residents"].isdecimal() or not all((row[one] or "0").isdecimal() for one in KNOWN):
            faults.append(f"{FORCES}: {row['name']}: residents, officers or recorded is no whole number.")
        else:
            officers, recorded = (int(row[one]) if row[one] else None for one in KNOWN)
            found[row["force"]] = Force(row["force"], row["name"], int(row["residents"]), officers, recorded)
    return found, True


def real_forces(on: date) -> list[Force]:
    """The forces of England and Wales with what published series know of each by a day: the latest that was out then."""
    residents = {row.code: row.number("residents") for row in load("force-residents-2011").rows}
    officers = {row.code: row.number("hundredths") / 100 for row in _latest("force-officers", on)}
    recorded = {row.code: row.number("recorded") for row in _latest("force-recorded-crime", on)}
    return [
        Force(row.code, row.label, residents[row.code], officers.get(row.code), recorded.get(row.code))
        for row in load("forces").rows
    ]


def _latest(series: str, on: date) -> list[Row]:
    """The rows of the last period of a series that had ended by a day."""
    ended = [row for row in load(series).rows if row.valid_until and row.valid_until <= on]
    last = max((row.valid_until for row in ended if row.valid_until), default=None)
    return [row for row in ended if row.valid_until == last]


def _in_words(counted: Counted) -> str:
    bases = {row.code: row.label for row in load("counting-bases").rows}
    parts = (bases.get(counted.counted_by, counted.counted_by), counted.definition, counted.method)
    return "; ".join(filter(None, parts))


def _rows(
    path: Path, columns: tuple[str, ...], faults: list[str], optional: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        faults.append(f"{path.name}: is not there, or is no UTF-8 text.")
        return []
    reader = csv.DictReader(text.splitlines())
    if missing := [one for one in columns if one not in (reader.fieldnames or ())]:
        faults.append(f"{path.name}: lacks {', '.join(missing)}.")
        return []
    return [{key: (row.get(key) or "").strip() for key in (*columns, *optional)} for row in reader]


def _date(told: str, faults: list[str]) -> date:
    try:
        return date.fromisoformat(told)
    except ValueError:
        faults.append(f"{WHY}: {told!r} is not a date.")
        return date.min
