"""Forces counted and forces named: lists, those who could and those who could not, and what a rate means in people."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Final

from throughline.reference import load
from throughline.statistics.consistency.facts import Fact, Finding, ids, number, stem
from throughline.statistics.consistency.rounding import shown, span
from throughline.statistics.consistency.words import numbers

#: What is said of forces, apart from what it is about.
SAID: Final = frozenset(
    stem(word)
    for word in (
        "forces force able unable provided provide provides supply supplying supplied data completeness comparable"
        " adopted not to in could inspected"
    ).split()
)
CAN: Final = frozenset(stem(word) for word in "able supplying supplied provided completeness adopted".split())
CANNOT: Final = frozenset({"unable", "not"})
PER: Final = re.compile(r"\bper (\d[\d,]*)\b.*\bpopulation\b")
#: From this likeness two rows are taken to be about the same thing.
ALIKE: Final = Fraction(3, 5)


def forces(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about how many forces there are of a kind."""
    yield from _bases(facts)
    yield from _named(facts)
    yield from _with_and_without(facts)
    yield from _has_and_has_not(facts)
    yield from _supplied(facts)
    yield from _in_the_place(facts)
    yield from _seen_by(facts)
    yield from _bands(facts)
    yield from _results_listed(facts)
    yield from _in_people(facts)


def topic(fact: Fact) -> frozenset[str]:
    """What a count of forces is about."""
    return fact.stems - SAID


def likeness(one: Fact, other: Fact) -> Fraction:
    """How far two rows are about the same thing: of the words of both, those that are shared."""
    mine, theirs = topic(one), topic(other)
    # every row of a report on domestic abuse may say so, or may not
    mine, theirs = (mine - {"da"}) or mine, (theirs - {"da"}) or theirs
    return Fraction(len(mine & theirs), len(mine | theirs) or 1)


def said_of(fact: Fact) -> str:
    """Whether forces could, could not, or something else."""
    if fact.stems & CANNOT:
        return "cannot"
    return "can" if fact.stems & CAN else ""


def _counts(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.statistic == "n_forces"]


def all_forces(on: date | None) -> int:
    """How many territorial forces there are in England and Wales."""
    return len(load("forces").as_of(on or date(2015, 3, 31)))


def _bases(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Forces are counted of all forces, or of those who supplied what is counted, whose number is printed."""
    counts = _counts(facts)
    for fact in counts:
        most = all_forces(fact.end)
        if fact.denominator is None:
            if fact.value > most:
                yield Finding(
                    (fact.id,),
                    "more forces than there are",
                    fact.shown,
                    f"{most} at most",
                    f"{fact.indicator} is {fact.shown} forces, of {most} that there are.",
                )
            continue
        if fact.denominator > most:
            yield Finding(
                (fact.id,),
                "more forces than there are",
                number(fact.denominator),
                f"{most} at most",
                f"{fact.indicator} is of {number(fact.denominator)} forces, and there are {most}.",
            )
        elif fact.denominator != most:
            about = [other for other in counts if other is not fact and topic(other) & topic(fact)]
            if any(other.value == fact.denominator for other in about):
                continue
            # several who agree on their base speak against the one count that differs from it
            stated = [other for other in about if said_of(other) == "can" or "comparable" in other.indicator]
            yield Finding(
                ids(fact, stated[:6]),
                "base of forces",
                number(fact.denominator),
                " or ".join(dict.fromkeys(other.shown for other in stated[:6])) or str(most),
                f"{fact.indicator} is of {number(fact.denominator)} forces ({fact.id}), a number printed of nothing that it"
                " is about"
                + (
                    f": {', '.join(f'{other.indicator} is {other.shown} ({other.id})' for other in stated[:6])}."
                    if stated
                    else "."
                ),
            )


def by_place(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Figures by the place that they are of."""
    places: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        places[fact.geography].append(fact)
    return places


def told_twice(places: Mapping[str, Sequence[Fact]], words: str, name: str) -> Iterator[Finding]:
    """A place that stands more than once in a list in which each stands once; the words have place, times and name."""
    for place, several in places.items():
        if len(several) > 1:
            message = words.format(place=place, times=len(several), name=name)
            yield Finding(ids(several), "place told twice", place, "", message)


def _named(facts: Sequence[Fact]) -> Iterator[Finding]:
    """As many forces as are counted are named; each once; none both unable and with a figure."""
    lists: dict[tuple[str, object], list[Fact]] = defaultdict(list)
    others: dict[tuple[str, object], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "flag" and "list" in fact.unit:
            lists[fact.indicator, fact.period].append(fact)
        elif fact.statistic == "flag" and fact.geography in forces_by_name():
            others[fact.indicator, fact.period].append(fact)
    for (name, period), some in others.items():
        # not said to be a whole list they may be some of them, and are no more than are counted
        named = {fact.geography for fact in some if fact.value == 1}
        for fact in _counts(facts):
            if (fact.indicator, fact.period) == (name, period) and span(fact).high < len(named):
                yield Finding(
                    ids(fact, some),
                    "forces named",
                    fact.shown,
                    f"{len(named)} at least",
                    f"{name} is {fact.shown} forces ({fact.id}), and {len(named)} are named: {', '.join(sorted(named))}.",
                )
    for (name, period), listed in lists.items():
        named = {fact.geography for fact in listed if fact.value == 1}
        places = by_place(listed)
        yield from told_twice(places, "{place} is named {times} times in {name}.", name)
        counted = [
            fact
            for fact in _counts(facts)
            if fact.period == period
            and said_of(fact) == said_of(listed[0])
            and likeness(fact, listed[0]) >= ALIKE
        ]
        for fact in counted:
            if fact.value != len(named):
                yield Finding(
                    ids(fact, listed),
                    "forces named",
                    fact.shown,
                    str(len(named)),
                    f"{fact.indicator} is {fact.shown} forces ({fact.id}), and {len(named)} are named:"
                    f" {', '.join(sorted(named))}.",
                )
        if not counted:
            # how many are named in the sentence itself: "Three further forces (Essex, …)"
            for said in numbers(listed[0].quote)[:1]:
                if 1 < said <= 43 and said != len(named) and re.search(r"\bforces? \(", listed[0].quote):
                    yield Finding(
                        ids(listed),
                        "forces named",
                        shown(said),
                        str(len(named)),
                        f"{name} is said of {shown(said)} forces, and {len(named)} are named: {', '.join(sorted(named))}.",
                    )
        for fact in listed:
            if (
                fact.quote
                and fact.geography
                and fact.geography not in fact.quote
                and any(other.geography in other.quote for other in listed)
            ):
                yield Finding(
                    (fact.id,),
                    "forces named",
                    fact.geography,
                    "",
                    f"{fact.geography} is in the list {name}, and the sentence that names them does not name it.",
                )
        if said_of(listed[0]) == "cannot" and stem("provide") in listed[0].stems:
            about = topic(listed[0])
            for fact in facts:
                if (
                    fact.geography in named
                    and fact.period == period
                    and fact.statistic in ("rank", "percent", "count", "rate")
                    and len(about - {"da"})
                    and about <= topic(fact)
                ):
                    yield Finding(
                        ids(fact, places[fact.geography]),
                        "unable and yet a figure",
                        fact.shown,
                        "none",
                        f"{fact.geography} could not supply {' '.join(name.split('_'))}"
                        f" ({', '.join(ids(places[fact.geography]))}), and has {fact.indicator} {fact.shown} ({fact.id}).",
                    )


def _with_and_without(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Those who could and those who could not make up all."""
    counts = _counts(facts)
    told: set[tuple[str, ...]] = set()
    for without in counts:
        if said_of(without) != "cannot":
            continue
        # without a base the two must be of exactly one thing, and are of all forces
        base = all_forces(without.end) if without.denominator is None else int(without.denominator)
        alike = 1 if without.denominator is None else ALIKE
        pairs = [
            one
            for one in counts
            if said_of(one) == "can"
            and one.period == without.period
            and one.denominator == without.denominator
            and one.geography == without.geography
            and likeness(one, without) >= alike
        ]
        for able in pairs:
            added = able.value + without.value
            if added != base and (pair := ids(able, without)) not in told:
                told.add(pair)
                yield Finding(
                    pair,
                    "with and without",
                    f"{able.shown} + {without.shown}",
                    number(base),
                    f"{able.indicator} is {able.shown} ({able.id}) and {without.indicator} {without.shown} ({without.id}):"
                    f" {number(added)} together, of {number(base)} forces.",
                )
    # ranked places and those who could not supply make up all as well
    ranks: dict[tuple[str, object], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "rank" and len(fact.geography) > 1 and fact.geography != "England and Wales":
            ranks[fact.indicator, fact.period].append(fact)
    for (name, period), ranked in ranks.items():
        about = frozenset(topic(ranked[0])) - {"rate", "rank", "ascend", "ascending", "descending"}
        for without in counts:
            if (
                said_of(without) == "cannot"
                and without.period == period
                and without.denominator is not None
                and topic(without) == about
                and len(ranked) + without.value != without.denominator
            ):
                yield Finding(
                    ids(without, ranked[:1], ranked[-1:]),
                    "with and without",
                    without.shown,
                    number(without.denominator - len(ranked)),
                    f"{name} places {len(ranked)} forces, and {without.indicator} is {without.shown} ({without.id}):"
                    f" {number(len(ranked) + without.value)} together, of {number(without.denominator)}.",
                )
        match = re.search(r"(\d+) = highest", ranked[0].unit)
        if len(ranked) >= 3 and match is not None and int(match.group(1)) != len(ranked):
            yield Finding(
                ids(ranked[:1], ranked[-1:]),
                "forces named",
                match.group(1),
                str(len(ranked)),
                f"{name} is said to have {match.group(1)} places, and has {len(ranked)}.",
            )


def _has_and_has_not(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Forces with something and those without it are together all of whom they are counted, or no more than there are."""
    counts = _counts(facts)
    for without in counts:
        lacking = without.stems & {"without", "no"}
        if len(lacking) != 1:
            continue
        for having in counts:
            if (having.period, having.geography, having.denominator) != (
                without.period,
                without.geography,
                without.denominator,
            ) or having.stems - {"with"} != without.stems - lacking:
                continue
            base = all_forces(without.end) if without.denominator is None else int(without.denominator)
            added = having.value + without.value
            exact = having.qualifier == without.qualifier == "="
            if added > base or (exact and without.denominator is not None and added < base):
                yield Finding(
                    ids(having, without),
                    "with and without",
                    f"{having.shown} + {without.shown}",
                    number(base),
                    f"{having.indicator} is {having.shown} ({having.id}) and {without.indicator} {without.shown}"
                    f" ({without.id}): {number(added)} together, of {number(base)} forces.",
                )


def _supplied(facts: Sequence[Fact]) -> Iterator[Finding]:
    """How many forces supplied something is told in the text and in the table of what was supplied: the same."""
    counts = _counts(facts)
    table = [fact for fact in counts if fact.indicator.startswith("completeness_")]
    for text in counts:
        if text in table or said_of(text) != "can" or "adopt" in text.stems:
            continue
        same = [row for row in table if row.end == text.end]
        best = max(same, key=lambda row: likeness(row, text), default=None)
        if best is None or likeness(best, text) < ALIKE:
            continue
        if best.value != text.value:
            yield Finding(
                ids(text, best),
                "forces who supplied",
                text.shown,
                best.shown,
                f"{text.indicator} is {text.shown} forces ({text.id}, {text.source}), and {best.indicator} {best.shown}"
                f" ({best.id}, {best.source}).",
            )


def _in_the_place(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A figure of "32 forces" is of as many as are said to have been comparable where it is printed."""
    counts = _counts(facts)
    for fact in facts:
        match = re.fullmatch(r"(\d+) forces", fact.geography)
        if match is None:
            continue
        here = [
            one for one in counts if one.sources & fact.sources and "comparable" in one.indicator.split("_")
        ]
        for one in here:
            if one.value != int(match.group(1)):
                yield Finding(
                    ids(one, fact),
                    "forces of a figure",
                    one.shown,
                    match.group(1),
                    f"{fact.indicator} is of {match.group(1)} forces ({fact.id}), and {one.indicator} is {one.shown}"
                    f" ({one.id}).",
                )


def _seen_by(facts: Sequence[Fact]) -> Iterator[Finding]:
    """In so many forces so many were seen: never fewer than forces."""
    for fact in _counts(facts):
        about = fact.stems - {"force"}
        if "observ" not in about or len(about) < 2:
            continue
        for count in facts:
            if (
                count.statistic == "count"
                and count.period == fact.period
                and count.sources & fact.sources
                and about < count.stems
                and span(count).high < fact.value
            ):
                yield Finding(
                    ids(fact, count),
                    "fewer than forces",
                    count.shown,
                    f"{fact.shown} at least",
                    f"{count.indicator} is {count.shown} ({count.id}), in {fact.shown} forces ({fact.id}).",
                )


def _bands(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Forces in bands of one percentage ("over 90", "50 to 90") are together no more than the base."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    nested: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in _counts(facts):
        if match := re.match(r"(.+?)_(over_\d+|under_\d+|\d+_to_\d+)(pct|percent)$", fact.indicator):
            groups[match.group(1), fact.period, fact.denominator].append(fact)
        elif match := re.match(r"(.+?)_under_(half|quarter|third)_(.+)$", fact.indicator):
            nested[match.group(1), match.group(3), fact.period].append(fact)
    for (name, _, base), bands in groups.items():
        added = sum(fact.value for fact in bands)
        if len(bands) > 1 and isinstance(base, Decimal) and added > base:
            yield Finding(
                ids(bands),
                "part above whole",
                f"{number(added)} together",
                f"{number(base)} at most",
                f"The bands of {name} are {' + '.join(fact.shown for fact in bands)} = {number(added)}, of {number(base)}.",
            )
    less = {"quarter": 0, "third": 1, "half": 2}
    for several in nested.values():
        several.sort(key=lambda fact: next(less[word] for word in fact.indicator.split("_") if word in less))
        for fewer, more in pairwise(several):
            if fewer.value > more.value:
                yield Finding(
                    ids(fewer, more),
                    "part above whole",
                    fewer.shown,
                    f"{more.shown} at most",
                    f"{fewer.indicator} is {fewer.shown} ({fewer.id}), who are among {more.indicator}, {more.shown} ({more.id}).",
                )


def _results_listed(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Examples listed one by one with their results are as many as are counted of each result."""
    listed: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if (
            fact.statistic == "flag"
            and fact.unit.startswith("result:")
            and (match := re.match(r"(.+?)_\d+$", fact.indicator))
        ):
            listed[match.group(1)][fact.unit.removeprefix("result:").strip()].append(fact)
    for name, results in listed.items():
        for count in facts:
            if count.statistic != "count" or not count.indicator.startswith(name):
                continue
            rest = frozenset(count.indicator.removeprefix(name).strip("s_").split("_")) - {""}
            if not rest:
                found = [fact for several in results.values() for fact in several]
            else:
                found = next(
                    (several for result, several in results.items() if rest <= {*result.split()}), []
                )
            if found and count.value != len(found):
                yield Finding(
                    ids(count, found),
                    "listed one by one",
                    count.shown,
                    str(len(found)),
                    f"{count.indicator} is {count.shown} ({count.id}), and {len(found)} are listed.",
                )


def _in_people(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A rate per so many residents of a named force is that of some whole number of cases."""
    people = residents()
    for fact in facts:
        match = PER.search(fact.unit)
        if match is None or fact.geography not in people or fact.qualifier != "=" or "female" in fact.unit:
            continue
        per = int(match.group(1).replace(",", ""))
        half = Fraction(1, 2) * Fraction(10) ** min(int(fact.value.as_tuple().exponent), 0)
        here = Fraction(people[fact.geography], per)
        low, high = (Fraction(fact.value) - half) * here, (Fraction(fact.value) + half) * here
        # residents of a census are those of another year: a fifth either way changes nothing
        low, high = low * Fraction(4, 5), high * Fraction(6, 5)
        whole = -((-low) // 1)
        if whole > high:
            yield Finding(
                (fact.id,),
                "rate of whole cases",
                fact.shown,
                shown(1 / here),
                f"{fact.indicator} of {fact.geography} is {fact.shown} per {per:,}; of its {people[fact.geography]:,} residents"
                f" (2011 census) that is {shown(Fraction(fact.value) * here)} of a case, and one case would be {shown(1 / here)}.",
            )


@cache
def forces_by_name() -> dict[str, str]:
    """The code of each territorial force by every name that a report may print of it."""
    return {
        name: row.code
        for row in load("forces").rows
        for name in (row.label, row.label.replace(" and ", " & "), *row.texts("aliases"))
    }


def residents() -> dict[str, int]:
    """Usual residents of each force's area at the census of 2011, by every name of the force."""
    counted = {
        row.code: row.number("residents") for row in load("force-residents-2011").as_of(date(2011, 3, 27))
    }
    return {name: counted[code] for name, code in forces_by_name().items() if code in counted}
