"""What is published of returns as numbers that hang together, and what is kept back of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from throughline.reference import load
from throughline.statistics.returns.items import Item


class Cell(NamedTuple):
    """One figure of one force for a year. `version` tells the return that it is from, so that a corrected one is another."""

    year_end: date
    force: str
    item: str
    version: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A published total: an item of a year over some forces, by the cells it adds."""

    code: str
    item: str
    year_end: date
    cells: frozenset[Cell]


@dataclass(frozen=True, slots=True)
class Limits:
    """How small is too small, how many values must remain possible, the sheets that are open, and how many forces may lay their own
    figures together."""

    smallest: int
    values: int
    open_sheets: frozenset[str]
    insiders: int = 2


def limits(on: date) -> Limits:
    """The policy of a day, from the dated lists."""
    numbers = {row.code: row.number("number") for row in load("disclosure-limits").as_of(on)}
    sheets = frozenset(row.text("sheet") for row in load("disclosure-open-sheets").as_of(on))
    return Limits(numbers["smallest"], numbers["values"], sheets, numbers["insiders"])


@dataclass(frozen=True, slots=True)
class Earlier:
    """What editions before this one printed and kept back: the cells, each in the version of its return, and every total.

    ``values`` are the figures of those returns, kept back or not: of a return that was corrected since, nothing can be proved without.
    """

    protected: frozenset[Cell] = frozenset()
    sums: tuple[Sum, ...] = ()
    printed: frozenset[Cell] = frozenset()
    values: Mapping[Cell, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Witness:
    """Why a small count cannot be found: how far what is kept back can be moved without changing anything that is published.

    ``moves`` are steps of one up or down; taken ``up`` times, or backwards ``down`` times, they lead to other sets of returns
    that print the same edition.
    """

    cell: Cell
    moves: Mapping[Cell, int]
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Protection:
    """Which cells and totals are kept back, which of them for their own sake, and the proof."""

    protected: frozenset[Cell]
    primary: frozenset[Cell]
    withheld: frozenset[str]
    witnesses: tuple[Witness, ...] = field(default=())


def breakdown_of(item: Item) -> str:
    """By what an item tells its total apart: as the list of items says, or its sheet."""
    return item.breakdown or item.sheet


def breakdowns(items: Mapping[str, Item]) -> dict[str, list[list[str]]]:
    """Of each total, the breakdowns that add up to it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for item in items.values():
        if item.adds_to:
            found[item.adds_to][breakdown_of(item)].append(item.code)
    return {total: [*by_kind.values()] for total, by_kind in found.items()}
