"""Invented data returns of 43 invented forces over some years: no force of these names exists, and no figure is anybody's.

Forces differ by more than chance (each has shares of its own), years drift, one force is tiny, some figures cannot be
provided, one force is late. The same seed makes the same files to the last byte.
"""

import csv
import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from throughline.reference import load
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.edition.gathering import FORCES, KNOWN, SIGNATURES, SIGNED_BY, WHY
from throughline.statistics.returns import (
    Counted,
    Entry,
    Item,
    Return,
    canonical,
    digest,
    items,
    write_return,
)
from throughline.statistics.returns.template import WORKBOOK

FORCES_INVENTED: Final = 43
SEED: Final = 20150331
METHOD: Final = "Invented: counted from nothing by a seeded generator"
#: Most forces count by the government's definition alone.
OWN: Final = "victims-repeat-own"
OWN_DEFINITION: Final = (
    "Invented: repeat victims are those with three or more incidents by one perpetrator in 12 months"
)
_FIRST: Final = (
    "Alder", "Birken", "Corvale", "Dunmere", "Elmsey", "Farrow", "Garside", "Hallow", "Inchley", "Jessamy", "Kelder", "Larken",
    "Morrow", "Netherby", "Oakhurst", "Penrow", "Quarley", "Rushmere", "Saltmarsh", "Thornley", "Umberley", "Verrow",
)  # fmt: skip
_LAST: Final = ("shire", " Vale")
#: About how many of each a force of the middle size has in a year.
_SIZES: Final = {
    "calls": 470_000, "crimes": 82_000, "incidents-da": 12_000, "victims": 14_000, "arrests": 5_400, "prosecuted": 2_300,
    "staff-handlers": 330, "staff-desk": 60, "staff-response": 1_900, "orders-applied": 105, "disclosure-applied": 110,
    "marac-cases": 1_750, "perpetrators": 90, "cases": 2_100, "asked": 420,
}  # fmt: skip
_SHARES: Final = {
    "calls-da": 0.045, "calls-repeat": 0.25, "crimes-da": 0.1, "crimes-da-injury": 0.33, "crimes-da-sexual": 0.03,
    "crimes-da-harassment": 0.12, "victims-repeat": 0.3, OWN: 0.2, "crimes-arrested": 0.66, "convicted": 0.74, "trained-handlers": 0.7,
    "trained-desk": 0.6, "trained-response": 0.65, "trained-control": 0.5, "orders-granted": 0.93, "orders-breached": 0.17,
    "disclosure-made": 0.42, "marac-police": 0.67, "satisfied": 0.8,
}  # fmt: skip
#: How a total falls into its parts.
_WEIGHTS: Final = {
    "victims-female": 0.76, "victims-male": 0.22, "victims-sex-unknown": 0.02, "charged": 0.27, "cautioned": 0.09,
    "evidential-supports": 0.15, "evidential-does-not": 0.24, "otherwise": 0.15, "not-assigned": 0.1, "cases-high": 0.12,
    "cases-medium": 0.35, "cases-standard": 0.53,
}  # fmt: skip
#: How victims fall into the parts of a breakdown, in the order of the return; as uneven as people are.
_SPREAD: Final = {
    "age": (0.02, 0.1, 0.14, 0.29, 0.2, 0.13, 0.05, 0.02, 0.02, 0.03),
    "ethnicity": (0.66, 0.02, 0.06, 0.04, 0.02, 0.2),
    "relationship": (0.42, 0.3, 0.14, 0.02, 0.12),
    "disability": (0.1, 0.6, 0.3),
    "orientation": (0.55, 0.02, 0.02, 0.01, 0.4),
    "gender-identity": (0.6, 0.01, 0.39),
}
#: Which figures some forces cannot provide, and about how many of them.
_GAPS: Final = {
    "calls-repeat": 0.5, "crimes-arrested": 0.16, "arrests": 0.1, "evidential-supports": 0.1, "cases": 0.2, "orders-breached": 0.12,
    "satisfied": 0.2, "victims-repeat": 0.12, OWN: 0.75,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InventedForce:
    """A force that does not exist."""

    code: str
    name: str
    residents: int
    #: full-time equivalents, and crimes recorded in a year; nought where nobody asks
    officers: int = 0
    recorded: int = 0


def invented_forces(seed: int = SEED) -> tuple[InventedForce, ...]:
    """43 of them; the last is as small as a force can be."""
    rng = random.Random(f"forces {seed}")  # noqa: S311
    names = [first + last for last in _LAST for first in _FIRST][:FORCES_INVENTED]
    real = {name for row in load("forces").rows for name in (row.label, *row.texts("aliases"))}
    assert not real & {*names}
    sizes = [round(rng.lognormvariate(13.8, 0.55)) for _ in names[:-1]] + [9_400]
    found = []
    for number, (name, size) in enumerate(zip(names, sizes, strict=True), start=1):
        code = f"X{number:08}"
        recorded = _SIZES["crimes"] * size / 1_000_000 * _own(_rng(code, seed))["crimes"]
        officers = 2_000 * size / 1_000_000 * _rng(f"officers {code}", seed).lognormvariate(0, 0.2)
        found.append(InventedForce(code, name, size, round(officers), round(recorded)))
    return tuple(found)


def _rng(what: str, seed: int) -> random.Random:
    return random.Random(f"{what} {seed}")  # noqa: S311


def _own(rng: random.Random) -> dict[str, float]:
    """By what factor a force is above or below the middle of all, by item."""
    return {code: rng.lognormvariate(0, 0.25) for code in (*_SIZES, *_SHARES, *_WEIGHTS)}


def invented_returns(years: Sequence[date], seed: int = SEED) -> Iterator[Return]:
    """The return of each force for each year, force by force. Two forces have none for one of the last two years."""
    forces = invented_forces(seed)
    late = {(forces[4].code, years[-1]), (forces[11].code, years[-2] if len(years) > 1 else years[-1])}
    for force in forces:
        for told in yearly(force, years, seed):
            if (force.code, told.year_end) not in late:
                yield told


def yearly(
    force: InventedForce, years: Sequence[date], seed: int = SEED, *, gaps: bool = True
) -> Iterator[Return]:
    """An invented force's return for each of some years, in order: parts within their wholes, totals that add up.

    With ``gaps`` some figures cannot be provided, the same ones each year.
    """
    rng = _rng(force.code, seed)
    size = force.residents / 1_000_000
    own = _own(rng)
    lacking = {code for code, share in _GAPS.items() if rng.random() < share}
    for year_end in years:
        size *= rng.uniform(0.97, 1.06)
        yield _year(force, year_end, size, own, lacking if gaps else set(), rng)


def _year(
    force: InventedForce,
    year_end: date,
    size: float,
    own: Mapping[str, float],
    gaps: set[str],
    rng: random.Random,
) -> Return:
    listed = items(year_end)
    values: dict[str, int] = {}
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in listed:
        if item.adds_to:
            groups.setdefault((item.adds_to, breakdown_of(item)), []).append(item)
    todo = [item for item in listed]
    while todo:
        item = next(one for one in todo if one.part_of is None or one.part_of in values)
        todo.remove(item)
        if item.part_of is None:
            mean = _SIZES.get(item.code, 300) * size * own.get(item.code, 1.0)
            values[item.code] = max(0, round(rng.gauss(mean, mean**0.5)))
        elif item.adds_to is None:
            whole = values[item.part_of]
            share = min(_SHARES.get(item.code, 0.3) * own.get(item.code, 1.0) * rng.uniform(0.95, 1.05), 0.97)
            values[item.code] = _of(whole, share, rng)
        elif item.code not in values:
            group = groups[item.adds_to, breakdown_of(item)]
            left = values[item.adds_to]
            spread = _SPREAD.get(breakdown_of(item), ())
            usual = spread if len(spread) == len(group) else [1 / len(group)] * len(group)
            weights = [
                _WEIGHTS.get(one.code, share) * own.get(one.code, 1.0)
                for one, share in zip(group, usual, strict=True)
            ]
            for at, one in enumerate(group):
                values[one.code] = (
                    left if at == len(group) - 1 else _of(left, weights[at] / sum(weights[at:]), rng)
                )
                left -= values[one.code]
    reasons = [row.code for row in load("unable-reasons").as_of(year_end) if row.code != "no-own-definition"]
    unable = {
        item.code
        for item in listed
        if item.code in gaps or item.part_of in gaps or (item.adds_to and item.adds_to in gaps)
    }
    return Return(
        force.code,
        year_end,
        {
            item.code: Entry(
                item.code,
                None,
                "no-own-definition"
                if item.code == OWN
                else reasons[(len(item.code) + len(force.name)) % len(reasons)],
                row,
            )
            if item.code in unable
            else Entry(item.code, values[item.code], None, row)
            for row, item in enumerate(listed, start=2)
        },
    )


def _of(whole: int, share: float, rng: random.Random) -> int:
    mean = whole * share
    return min(whole, max(0, round(rng.gauss(mean, (mean * max(1 - share, 0)) ** 0.5))))


def write_invented_returns(out: Path, years: Sequence[date], *, seed: int = SEED) -> int:
    """Write forces, returns as forces fill them in, and who signed them; returns how many returns there are.

    Raises FileExistsError where the folder holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out.name} is not empty; choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    forces = {force.code: force for force in invented_forces(seed)}
    _csv(
        out / FORCES,
        ("force", "name", "residents", *KNOWN, "invented"),
        [
            (one.code, one.name, one.residents, one.officers, one.recorded, "invented")
            for one in forces.values()
        ],
    )
    signatures = []
    for told in invented_returns(years, seed):
        folder = out / f"{told.year_end}-{told.force}"
        definition = OWN_DEFINITION if told.value(OWN) is not None else ""
        told = replace(
            told,
            methods={
                sheet: Counted(sheet, "as-asked", definition if sheet == "Victims" else "", METHOD)
                for sheet in dict.fromkeys(item.sheet for item in items(told.year_end))
            },
        )
        write_return(folder, told)
        # the form for a spreadsheet is not part of a return that came as files
        (folder / WORKBOOK).unlink()
        signed_on = told.year_end + timedelta(days=92)
        signatures.append(
            (
                folder.name,
                told.force,
                told.year_end,
                digest(canonical(told)),
                hashlib.sha256(f"mark {folder.name} {seed}".encode()).hexdigest()[:32],
                "Invented data officer",
                signed_on,
            )
        )
    _csv(out / SIGNATURES, SIGNED_BY, signatures)
    _csv(out / WHY, ("force", "year_end", "why"), [])
    return len(signatures)


def _csv(path: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)
