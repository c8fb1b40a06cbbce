"""Parts that add up to their whole in one year, place or question, and not in another; and places that make up a country.

No list of words says what every report divides its figures into. What adds up exactly somewhere is taken for a division;
where the same parts are printed again, they have to add up again. Against as many places where they do as where they do
not nothing is asked: it was chance, or several answers may be given.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Final

from throughline.statistics.consistency.facts import NATION, Fact, Finding, ids
from throughline.statistics.consistency.rounding import Span, shown, span

#: The most parts that are tried; a table of more rows is one of places, not of parts.
MOST_PARTS: Final = 14
#: How wide the rounding of the parts and their total may be beside it, so that they do not add up by chance.
BY_CHANCE: Final = Fraction(3, 1000)
#: And where by their names they are parts of it.
BY_NAME: Final = Fraction(2, 100)
#: Whatever is further from its total than this is no sum of it, however all are rounded.
FARTHEST: Final = Decimal("0.05")
#: Beyond or below all by more than so much of it, shares are of no one whole.
FAR: Final = Fraction(1, 4)
#: The least total that is taken for one where no name says so.
LEAST_TOTAL: Final = 100
REGIONS: Final = frozenset(
    "north east;north west;yorkshire and the humber;east midlands;west midlands;east of england;london;south east;south west".split(
        ";"
    )
)
QUARTERS: Final = "1234"
QUARTER: Final = re.compile(r"(?P<of>.+)_(?:q|quarter_?)(?P<quarter>[1-4])")
KINGDOM: Final = frozenset(("england", "wales", "scotland", "northern ireland"))


@dataclass
class Division:
    """One way to divide a whole: where it adds up, and where it does not."""

    holds: int = 0
    breaks: list[tuple[Fact | None, Sequence[Fact], Fraction]] = field(default_factory=list)


def dividing(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about parts that add up elsewhere, and about the places of a country."""
    usable = [
        fact
        for fact in facts
        if fact.qualifier == "=" and not fact.is_change and not fact.in_points and not fact.is_difference
    ]
    rules = (_of_a_total, _of_one_question, _of_places)
    for division in chain.from_iterable(rule(usable) for rule in rules):
        if division.holds >= len(division.breaks) > 0:
            for whole, parts, total in division.breaks:
                yield _finding(whole, parts, total)
    yield from _countries(usable)
    yield from _of_a_year(usable)


def _finding(
    whole: Fact | None, parts: Sequence[Fact], total: Fraction, where: str = "add up to it elsewhere"
) -> Finding:
    reckoned = " + ".join(fact.shown for fact in parts)
    added = sum((Fraction(fact.value) for fact in parts), Fraction(0))
    of = (
        f"{whole.indicator} of {whole.geography or 'all'} is {whole.shown} ({whole.id})"
        if whole
        else f"All are {shown(total)}"
    )
    return Finding(
        ids(*([whole] if whole else []), parts),
        "shares of one total" if parts[0].is_share else "parts and their total",
        whole.shown if whole else reckoned,
        shown(added) if whole else shown(total),
        f"{of}, and the parts that {where} are {reckoned} = {shown(added)} ({', '.join(ids(parts))}).",
    )


def _together(parts: Sequence[Fact]) -> Span:
    spans = [span(fact) for fact in parts]
    return Span(sum((one.low for one in spans), Fraction(0)), sum((one.high for one in spans), Fraction(0)))


def _width(one: Span) -> Fraction:
    return one.high - one.low


def _of_a_total(facts: Sequence[Fact]) -> Iterator[Division]:
    """Neighbouring rows of one table that are together another row beside them, and the same rows of another period or place."""
    frames: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic in ("count", "n_forces"):
            frames[fact.period, fact.geography, fact.unit, fact.statistic].append(fact)
    known: dict[tuple[str, frozenset[str]], list[str]] = {}
    for frame in frames.values():
        by_source: dict[str, list[Fact]] = defaultdict(list)
        for fact in frame:
            by_source[fact.source].append(fact)
        for table in by_source.values():
            table.sort(key=lambda fact: fact.line)
            for at, whole in enumerate(table):
                for parts in (*_runs(table[at + 1 :]), *_runs(table[:at][::-1])):
                    names = [part.indicator for part in parts]
                    if len({whole.indicator, *names}) == len(parts) + 1 and _adds_up(whole, parts):
                        known.setdefault((whole.indicator, frozenset(names)), names)
    for (name, _), names in known.items():
        division = Division()
        for frame in frames.values():
            rows = {fact.indicator: fact for fact in reversed(frame) if fact.indicator in (name, *names)}
            if len(rows) < len(names) + 1:
                continue
            whole, parts = rows[name], [rows[one] for one in sorted(names)]
            if _together(parts).meets(span(whole)):
                division.holds += 1
            elif not _with_another(whole, parts, frame):
                division.breaks.append(
                    (whole, sorted(parts, key=lambda fact: fact.line), Fraction(whole.value))
                )
        yield division


def _with_another(whole: Fact, parts: Sequence[Fact], frame: Sequence[Fact]) -> bool:
    """Whether parts that do not make up their whole do so with one more that the table has here: a new category."""
    return any(
        _together([*parts, other]).meets(span(whole))
        for other in frame
        if other.source == whole.source and other is not whole and other not in parts
    )


def _by_far(parts: Sequence[Fact], total: Fraction) -> bool:
    """Whether parts are so far from a total that they are no division of it: several answers could be given, or few are told."""
    added = sum((Fraction(part.value) for part in parts), Fraction(0))
    return not total * (1 - FAR) <= added <= total * (1 + FAR)


def _runs(rows: Sequence[Fact]) -> Iterator[Sequence[Fact]]:
    """The two, three … rows that come first."""
    for many in range(2, min(len(rows), MOST_PARTS) + 1):
        yield rows[:many]


def _adds_up(whole: Fact, parts: Sequence[Fact]) -> bool:
    """Whether parts are together the whole, more closely than they would be by chance."""
    if whole.value <= 0 or any(part.value <= 0 for part in parts):
        return False
    if abs(sum(part.value for part in parts) - whole.value) > whole.value * FARTHEST:
        # for a long table: most runs of rows are nowhere near
        return False
    added, total = _together(parts), span(whole)
    if not added.meets(total):
        return False
    within = all(whole.stems <= part.stems for part in parts)
    first = whole.indicator.split("_")[0]
    named = within or all(part.indicator.split("_")[0] == first for part in parts)
    loose = (_width(added) + _width(total)) / Fraction(whole.value)
    return loose <= (BY_NAME if named else BY_CHANCE) and (within or whole.value >= LEAST_TOTAL)


def _of_one_question(facts: Sequence[Fact]) -> Iterator[Division]:
    """The answers to one question, which are all who were asked or a hundred percent; and the same answers to another."""
    frames: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        shares = fact.is_share and fact.statistic == "percent"
        if shares or (fact.statistic in ("count", "n_forces") and fact.denominator):
            base = None if shares else fact.denominator
            frames[fact.statistic, base, fact.period, fact.geography, fact.unit, fact.source].append(fact)
    divisions: dict[tuple[str, frozenset[str]], Division] = defaultdict(Division)
    for frame in frames.values():
        base = frame[0].denominator
        total = Fraction(100) if frame[0].is_share else Fraction(base or 0)
        prefixes: dict[str, list[Fact]] = defaultdict(list)
        for fact in frame:
            words = fact.indicator.split("_")
            for many in range(1, len(words)):
                prefixes["_".join(words[:many])].append(fact)
        for prefix, parts in prefixes.items():
            answers = frozenset(fact.indicator.removeprefix(f"{prefix}_") for fact in parts)
            if not 3 <= len(parts) <= MOST_PARTS or len(answers) < len(parts):
                continue
            division = divisions[frame[0].statistic, answers]
            if _together(parts).meets(Span(total, total)):
                division.holds += 1
            elif not _by_far(parts, total):
                division.breaks.append((None, parts, total))
    yield from divisions.values()


def _of_places(facts: Sequence[Fact]) -> Iterator[Division]:
    """Places that make up all in one figure, and the same places in another; shares of one total among them likewise."""
    tables: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    nations: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        frame = fact.indicator, fact.statistic, fact.period, fact.unit
        if fact.geography in NATION:
            nations[frame].append(fact)
        elif fact.statistic == "count" or (
            fact.statistic == "percent" and "share" in fact.stems and fact.is_share
        ):
            tables[*frame, fact.source].setdefault(fact.geography, fact)
    divisions: dict[tuple[str, frozenset[str]], Division] = defaultdict(Division)
    for key, places in tables.items():
        if not 3 <= len(places) <= MOST_PARTS:
            continue
        parts = list(places.values())
        together = _together(parts)
        if parts[0].is_share:
            division = divisions["all", frozenset(places)]
            if together.meets(Span(Fraction(100), Fraction(100))):
                division.holds += 1
            elif not _by_far(parts, Fraction(100)):
                division.breaks.append((None, parts, Fraction(100)))
            continue
        for whole in nations.get(key[:-1], [])[:1]:
            division = divisions[whole.geography, frozenset(places)]
            if _adds_up(whole, parts):
                division.holds += 1
            elif not together.meets(span(whole)):
                division.breaks.append((whole, parts, Fraction(whole.value)))
    yield from divisions.values()


def _countries(facts: Sequence[Fact]) -> Iterator[Finding]:
    """The regions of England, the countries of the Kingdom, and one place and the rest of its country, are all of it."""
    frames: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        if fact.statistic == "count":
            place = " ".join(fact.geography.lower().replace("&", "and").split())
            frames[fact.indicator, fact.period, fact.unit].setdefault(place, fact)
    for places in frames.values():
        for whole, parts in _known(places):
            if not _together(parts).meets(span(whole)):
                yield _finding(whole, parts, Fraction(whole.value), "are all of it")


def _known(places: Mapping[str, Fact]) -> Iterator[tuple[Fact, list[Fact]]]:
    for name, members in (("england", REGIONS), ("united kingdom", KINGDOM), ("uk", KINGDOM)):
        if name in places and members <= places.keys():
            yield places[name], [places[one] for one in sorted(members)]
    for place, rest in places.items():
        for before in ("rest of ", "remainder of "):
            whole = places.get(place.removeprefix(before).removeprefix("the "))
            others = [fact for name, fact in places.items() if fact is not rest and fact is not whole]
            if place.startswith(before) and whole is not None and len(others) == 1:
                yield whole, [*others, rest]


def _of_a_year(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Four quarters of one year that are named as such are the year, wherever it is printed."""
    years: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        if fact.statistic == "count":
            told = QUARTER.fullmatch(fact.indicator)
            name, quarter = (told["of"], told["quarter"]) if told else (fact.indicator, "")
            years[name, fact.period, fact.geography, fact.unit].setdefault(quarter, fact)
    for rows in years.values():
        whole, quarters = rows.get(""), [rows[one] for one in sorted(rows) if one]
        if (
            whole is not None
            and len(quarters) == len(QUARTERS)
            and not _together(quarters).meets(span(whole))
        ):
            yield _finding(whole, quarters, Fraction(whole.value), "are its quarters")
