"""The edition before: what it printed and kept back, so that this one gives nothing away beside it, and what was corrected since."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from throughline.statistics.disclosure import Cell, Earlier, Sum
from throughline.statistics.edition.content import Value
from throughline.statistics.edition.gathering import UnpublishableError
from throughline.statistics.edition.reckoning import VERSION, Figures, year_words

#: What a ledger holds of each figure.
LEDGER: Final = ("year_end", "force", "item", "version", "value", "was")


@dataclass(frozen=True, slots=True)
class Printed:
    """What the last edition says of one figure."""

    value: str
    status: str
    version: str


@dataclass(frozen=True, slots=True)
class Before:
    """The last edition as it lies in its folder."""

    name: str
    invented: bool
    cells: Mapping[tuple[date, str, str], Printed]
    totals: Mapping[str, tuple[Sum, str, str]]

    def earlier(self, ledger: Path | None = None) -> Earlier:
        """What it printed and kept back, and every total that it, or one before it, printed; with the ``ledger`` that was written
        beside it, what returns said that were corrected since as well.

        Raises UnpublishableError where the ledger cannot be read or is of another edition.
        """
        protected, printed = set[Cell](), dict[Cell, int]()
        for (day, force, code), one in self.cells.items():
            cell = Cell(day, force, code, one.version)
            if one.status == "protected":
                protected.add(cell)
            elif one.status == "published":
                printed[cell] = int(one.value)
        values = dict(printed)
        if ledger is not None:
            values, kept = read_ledger(ledger)
            if not protected <= kept or any(values.get(cell) != value for cell, value in printed.items()):
                raise UnpublishableError((f"{ledger.name}: was not written with the edition {self.name}.",))
            protected = kept
            printed = {cell: value for cell, value in values.items() if cell not in kept}
        sums = tuple(one for one, _, _ in self.totals.values())
        return Earlier(frozenset(protected), sums, frozenset(printed), values)

    def corrections(self, figures: Figures) -> list[tuple[str, date, str, str, str, str]]:
        """What was printed and is printed otherwise now: force, year, item, was, is, why. Nothing is said of what a
        protected figure is, nor of one that was protected.

        Raises UnpublishableError where a force that corrected a printed figure has not said why.
        """
        found, silent = [], set()
        for (day, force, code), one in self.cells.items():
            if day not in figures.items or code not in figures.items[day]:
                continue
            answer = figures.answer(day, force, code)
            was, now = _words(one.value, one.status), _words(answer.value, answer.status)
            if one.status == "protected" or was == now:
                continue
            if answer.status == "protected" and one.status != "published":
                continue
            why = figures.gathered.why.get((day, force), "")
            if not why and one.status == "missing":
                why = "The return came in after the last edition"
            if not why:
                silent.add((day, force))
            found.append((force, day, code, was, now, why))
        if silent:
            raise UnpublishableError(
                tuple(
                    f"{figures.forces[force].name}, year to {day}: figures that were printed have changed, and corrections.csv does not say why."
                    for day, force in sorted(silent)
                )
            )
        return sorted(found)

    def superseded(self, figures: Figures) -> Iterator[tuple[Value, ...]]:
        """The totals of earlier editions that this one does not print again: still known, so still guarded against."""
        again = {one.cells for one in figures.printed_sums()}
        for code, (one, value, basis) in self.totals.items():
            if one.cells not in again:
                name = code if code.startswith("earlier:") else f"earlier:{self.name}:{code}"
                over = " ".join(f"{cell.force}/{cell.version}" for cell in sorted(one.cells))
                yield (name, one.year_end, one.item, basis, int(value), len(one.cells), over)

    def words(self, figures: Figures) -> tuple[str, ...]:
        """What changed since it, a line each."""
        years = {day for day, _, _ in self.cells}
        lines = [f"New: {year_words(day)}." for day in figures.years if day not in years]
        lines += [f"No longer in it: {year_words(day)}." for day in sorted(years - {*figures.years})]
        came = sorted(
            {
                (day, force)
                for (day, force, _), one in self.cells.items()
                if one.status == "missing" and (day, force) in figures.gathered.returns
            }
        )
        lines += [
            f"{figures.forces[force].name}: the return for the {year_words(day)} came in."
            for day, force in came
        ]
        changed: dict[tuple[str, date, str], int] = {}
        for force, day, _, _, _, why in self.corrections(figures):
            if (day, force) not in came:
                changed[force, day, why] = changed.get((force, day, why), 0) + 1
        lines += [
            f"{figures.forces[force].name}: {count} {'figure' if count == 1 else 'figures'} for the {year_words(day)} corrected. Why: {why}"
            for (force, day, why), count in changed.items()
        ]
        hidden = [
            code
            for code in self.totals
            if code in figures.sums and figures.sums[code].cells and figures.total(code) is None
        ]
        if hidden:
            lines.append(
                f"{len(hidden)} {'total' if len(hidden) == 1 else 'totals'} that it gave {'is' if len(hidden) == 1 else 'are'} protected now:"
                " beside the last edition they would give away small counts of returns that were corrected or came in."
            )
        for one in figures.breaks:
            if any(day < one.on <= figures.now for day in years) and not any(day >= one.on for day in years):
                lines.append(f"Series break: {one.label}, {one.on.day} {one.on:%B %Y}. {one.why}.")
        return tuple(lines) or ("Nothing but the edition's name.",)


def _words(value: object, status: str) -> str:
    return {
        "protected": "protected", "unable": "unable to provide", "not-asked": "not yet asked for", "missing": "no return",
    }.get(status, str(value))  # fmt: skip


def write_ledger(path: Path, after: Earlier) -> None:
    """Write what every figure was that editions printed or kept back until now: for the publisher alone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(LEDGER)
        for cell, value in sorted(after.values.items()):
            writer.writerow((*cell, value, "kept" if cell in after.protected else "printed"))


def read_ledger(path: Path) -> tuple[dict[Cell, int], set[Cell]]:
    """The figures of a ledger, and which of them were kept back. Raises UnpublishableError where it is none."""
    values, kept = dict[Cell, int](), set[Cell]()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat(row["year_end"])
                cell = Cell(day, row["force"], row["item"], row["version"])
                values[cell] = int(row["value"])
                if {"kept": True, "printed": False}[row["was"]]:
                    kept.add(cell)
    except (OSError, KeyError, ValueError) as error:
        raise UnpublishableError((f"{path.name}: is no ledger that can be read ({error}).",)) from None
    return values, kept


def read_before(folder: Path) -> Before:
    """The last edition from its folder. Raises UnpublishableError where it is none."""
    try:
        head = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        with (folder / "data" / "figures.csv").open(encoding="utf-8", newline="") as file:
            cells = {
                (date.fromisoformat(row["year_end"]), row["force"], row["item"]): Printed(
                    row["value"], row["status"], row["digest"][:VERSION]
                )
                for row in csv.DictReader(file)
            }
        totals: dict[str, tuple[Sum, str, str]] = {}
        with (folder / "data" / "totals.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat(row["year_end"])
                members = frozenset(
                    Cell(day, force, row["item"], version)
                    for force, version in (one.split("/") for one in row["over"].split())
                )
                totals[row["total"]] = (
                    Sum(row["total"], row["item"], day, members),
                    row["value"],
                    row["basis"],
                )
        return Before(head["edition"], head["invented"], cells, totals)
    except (OSError, KeyError, ValueError) as error:
        raise UnpublishableError((f"{folder.name}: is no edition that can be read ({error}).",)) from None
