"""The figures of an edition: every count, total, share and change that it will print, after small counts are kept back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median
from typing import Final

from throughline.measures.dispersion import Dispersion, dispersion
from throughline.measures.intervals import Change, Rate, Share, change, rate, wilson
from throughline.measures.similarity import Likeness
from throughline.reference import load
from throughline.statistics.disclosure import Cell, Earlier, Limits, Protection, Sum, limits, protect
from throughline.statistics.edition.gathering import Force, Gathered
from throughline.statistics.edition.similar import like, similar
from throughline.statistics.returns import Item, items

#: What stands in place of a figure, by why there is none (`content.MARKS` says it in words).
MARK_OF: Final = {"protected": "[c]", "unable": "[u]", "not-asked": "[n]", "missing": "[x]"}
#: So much of what is told of it tells one return from the one that corrected it.
VERSION: Final = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What an edition says of one figure: a number, or why there is none."""

    value: int | None
    status: str
    """published, protected, unable, not-asked (the item was added since) or missing (there is no return)"""
    reason: str = ""

    @property
    def shown(self) -> int | str:
        return MARK_OF.get(self.status, self.value or 0)


@dataclass(frozen=True, slots=True)
class Break:
    """A day from which something is counted otherwise."""

    on: date
    label: str
    why: str
    items: frozenset[str]


def _middle(values: Iterable[float]) -> float | None:
    """The middle of at least three: fewer would tell of one force."""
    given = [*values]
    return median(given) if len(given) >= 3 else None


def first_day(year_end: date) -> date:
    """The day after the same day a year before."""
    try:
        return year_end.replace(year=year_end.year - 1) + timedelta(days=1)
    except ValueError:
        return date(year_end.year - 1, 3, 1)


def year_words(year_end: date) -> str:
    return f"12 months to {year_end.day} {year_end:%B %Y}"


def year_short(year_end: date) -> str:
    """The same at the head of a column."""
    return f"Year to {year_end:%B %Y}"


class Figures:
    """Every figure of the gathered returns, as it may be printed. Nothing that is kept back leaves here."""

    def __init__(
        self,
        gathered: Gathered,
        earlier: Earlier | None = None,
        *,
        policy: Limits | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.gathered = gathered
        self.years = gathered.years
        self.items: dict[date, dict[str, Item]] = {
            day: {item.code: item for item in items(day)} for day in self.years
        }
        self._versions = {key: one.told_by[:VERSION] for key, one in gathered.returns.items()}
        self.forces: dict[str, Force] = dict(
            sorted(gathered.forces.items(), key=lambda pair: pair[1].name.casefold())
        )
        self.breaks = [
            Break(row.valid_from, row.label, row.text("why"), frozenset(row.texts("items")))
            for row in load("series-breaks").rows
        ]
        self._values = {
            self._cell(year_end, force, entry.item): entry.value
            for (year_end, force), signed in gathered.returns.items()
            for entry in signed.told.entries.values()
            if entry.value is not None
        }
        self.sums = {one.code: one for one in self._sums()}
        self.earlier = earlier or Earlier()
        policy = policy or limits(self.years[-1])
        progress(f"{len(self._values):,} figures, {len(self.sums):,} totals: small counts are kept back")
        self.protection: Protection = protect(
            self._values,
            {day: [*listed.values()] for day, listed in self.items.items()},
            [*self.sums.values()],
            policy,
            self.earlier,
        )
        self.policy = policy

    @property
    def now(self) -> date:
        return self.years[-1]

    @property
    def before(self) -> date | None:
        return self.years[-2] if len(self.years) > 1 else None

    def _cell(self, year_end: date, force: str, item: str) -> Cell:
        return Cell(year_end, force, item, self._versions[year_end, force])

    # what is given
    def answer(self, year_end: date, force: str, item: str) -> Answer:
        """What is printed of one figure of one force."""
        signed = self.gathered.returns.get((year_end, force))
        entry = signed.told.entries.get(item) if signed else None
        if entry is None:
            # a return that lacks an item was read only because the item was added after it was asked for
            return Answer(None, "not-asked" if signed else "missing")
        if entry.value is None:
            return Answer(None, "unable", entry.unable or "")
        if self._cell(year_end, force, item) in self.protection.protected:
            return Answer(None, "protected")
        return Answer(entry.value, "published")

    def value(self, year_end: date | None, force: str, item: str) -> int | None:
        return None if year_end is None else self.answer(year_end, force, item).value

    def gave(self, year_end: date, *codes: str) -> list[str]:
        """The forces that gave all of these figures, whether or not they are kept back."""
        return [
            force
            for force in self.forces
            if (signed := self.gathered.returns.get((year_end, force)))
            and all(signed.told.value(code) is not None for code in codes)
        ]

    def gave_not(self, year_end: date, *codes: str) -> list[str]:
        given = {*self.gave(year_end, *codes)}
        return [force for force in self.forces if force not in given]

    # totals
    def _sums(self) -> Iterator[Sum]:
        for at, day in enumerate(self.years):
            before = self.years[at - 1] if at else None
            for code, item in self.items[day].items():
                if item.by_own_definition:
                    # what each force counts in its own way is not added up
                    continue
                yield self._sum(f"{day}:{code}:total", day, code, self.gave(day, code))
                if item.part_of:
                    both = self.gave(day, code, item.part_of)
                    yield self._sum(f"{day}:{code}:part", day, code, both)
                    yield self._sum(f"{day}:{code}:of", day, item.part_of, both)
                if before is None or code not in self.items[before] or self.breaks_between(before, day, code):
                    continue
                then = {*self.gave(before, code)}
                both = [force for force in self.gave(day, code) if force in then]
                yield self._sum(f"{day}:{code}:then", before, code, both)
                yield self._sum(f"{day}:{code}:now", day, code, both)

    def _sum(self, name: str, day: date, code: str, forces: Sequence[str]) -> Sum:
        return Sum(name, code, day, frozenset(self._cell(day, force, code) for force in forces))

    def total(self, name: str) -> int | None:
        """A total as it is printed: None where it is kept back or nobody gave a figure."""
        one = self.sums.get(name)
        if one is None or not one.cells or name in self._withheld:
            return None
        return sum(self._values[cell] for cell in one.cells)

    @cached_property
    def _withheld(self) -> frozenset[str]:
        """Totals over the same cells are one total: kept back once, kept back everywhere."""
        cells = {self.sums[name].cells for name in self.protection.withheld}
        return frozenset(name for name, one in self.sums.items() if one.cells in cells)

    def printed_sums(self) -> list[Sum]:
        return [one for name, one in self.sums.items() if one.cells and name not in self._withheld]

    def national(self, year_end: date, code: str) -> Share | None:
        """The share of all forces that gave both the part and its whole."""
        part, of = self.total(f"{year_end}:{code}:part"), self.total(f"{year_end}:{code}:of")
        return None if part is None or not of or part > of else wilson(part, of)

    def change(self, code: str) -> Change | None:
        """The change to the last year over the forces that gave the figure in both."""
        if self.before is None:
            return None
        then, now = self.total(f"{self.now}:{code}:then"), self.total(f"{self.now}:{code}:now")
        if then is None or now is None:
            return None
        both = len(self.sums[f"{self.now}:{code}:then"].cells)
        told = change({"all": then}, {"all": now})
        return Change(then, now, both, len(self.forces), told.change, told.low, told.high)

    # a force among others
    def share(self, year_end: date | None, force: str, code: str) -> Share | None:
        """A force's share of what an item is part of; None where either is not printed."""
        if year_end is None or (item := self.items[year_end].get(code)) is None or item.part_of is None:
            return None
        part, of = self.value(year_end, force, code), self.value(year_end, force, item.part_of)
        return None if part is None or not of or part > of else wilson(part, of)

    def rate(self, year_end: date | None, force: str, code: str, per: int) -> Rate | None:
        """So many for each ``per`` residents of the force's area."""
        counted = self.value(year_end, force, code)
        residents = self.forces[force].residents
        return None if counted is None or not residents else rate(counted, residents, per=per)

    @cached_property
    def likeness(self) -> Likeness:
        """How far forces are apart, by what is known of them and not by what they return."""
        return like(self.forces.values())

    def similar(self, force: str) -> tuple[str, ...]:
        """The forces that are most like one, the likest first; few or none of one that is like no other."""
        return similar(self.likeness, force)

    def similar_share(self, year_end: date, force: str, code: str) -> float | None:
        """The middle of the printed shares of similar forces: made of what is printed, so it tells nothing more.

        None of what each force counts by a definition of its own.
        """
        if self.items[year_end][code].by_own_definition:
            return None
        return _middle(
            share.share for one in self.similar(force) if (share := self.share(year_end, one, code))
        )

    def similar_rate(self, year_end: date, force: str, code: str, per: int) -> float | None:
        """The middle of the rates of similar forces, of what is printed likewise."""
        if self.items[year_end][code].by_own_definition:
            return None
        return _middle(
            rate.rate for one in self.similar(force) if (rate := self.rate(year_end, one, code, per))
        )

    def funnel(self, year_end: date, code: str) -> Dispersion | None:
        """How forces differ, by what is printed alone."""
        if (year_end, code) not in self._funnels:
            item = self.items[year_end][code]
            counts = {}
            for force in self.forces:
                if share := self.share(year_end, force, code):
                    counts[force] = (share.counted, share.of)
            self._funnels[year_end, code] = dispersion(counts) if item.compared else None
        return self._funnels[year_end, code]

    @cached_property
    def _funnels(self) -> dict[tuple[date, str], Dispersion | None]:
        return {}

    # series
    def breaks_between(self, then: date, now: date, code: str) -> list[Break]:
        """The breaks of an item between two years, those of what it is part of included."""
        codes, at = {code}, code
        listed: Mapping[str, Item] = self.items[now]
        while at in listed and (over := listed[at].part_of):
            codes.add(over)
            at = over
        return [one for one in self.breaks if first_day(then) < one.on <= now and codes & one.items]

    def broken(self, code: str) -> list[Break]:
        return self.breaks_between(self.before, self.now, code) if self.before else []

    def protected_count(self) -> int:
        return len(self.protection.protected)

    def all_cells(self) -> int:
        return len(self._values)

    def cells(self) -> Mapping[Cell, int]:
        """Every figure, kept back or not: for whoever proves the protection, never for a page."""
        return self._values

    def after(self) -> Earlier:
        """What the next edition must give nothing away beside: all that this one and those before it printed and kept back."""
        before, kept = self.earlier, self.protection.protected
        again = {one.cells for one in before.sums}
        return Earlier(
            before.protected | kept,
            (*before.sums, *(one for one in self.printed_sums() if one.cells not in again)),
            before.printed | (self._values.keys() - kept),
            {**before.values, **self._values},
        )

    @cached_property
    def by_sheet(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = defaultdict(list)
        for item in self.items[self.now].values():
            found[item.sheet].append(item)
        return found
