"""What a report says of places: from which to which figure they range, and in what order they stand."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final

from throughline.reference import load
from throughline.statistics.consistency.facts import Fact, Finding, comparable, ids, number, stem, stems
from throughline.statistics.consistency.forces import by_place, forces_by_name, told_twice
from throughline.statistics.consistency.rounding import Span, span

#: Territorial forces of England and Wales: a list of places in part has no position beyond them.
FORCES: Final = len(load("forces").rows)
#: From so many places it is seen by their values whether the first has the most or the least.
FEW_PLACES: Final = 4
EXCEPT: Final = re.compile(r"\b(?:except|without|other than|excluding)\b\s+(.*)", re.IGNORECASE)
RANKED: Final = re.compile(r"^(.*?)\brank (\d+)\b", re.IGNORECASE)


def places(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about one place beside others."""
    yield from _ranges(facts)
    yield from _all_but_one(facts)
    yield from _forces_and_all(facts)
    yield from _two_countries(facts)
    yield from _orders(facts)
    yield from _listed_ranks(facts)


def _ranges(facts: Sequence[Fact]) -> Iterator[Finding]:
    groups: dict[tuple[object, ...], dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in facts:
        if fact.statistic in ("range_min", "range_max"):
            groups[fact.indicator, fact.period, _partial(fact)][fact.statistic].append(fact)
    for (name, period, part), ends in groups.items():
        for low in ends["range_min"]:
            for high in ends["range_max"]:
                if low.value > high.value:
                    yield Finding(
                        ids(low, high),
                        "least above most",
                        f"{low.shown} to {high.shown}",
                        f"{high.shown} to {low.shown}",
                        f"{name} is said to range from {low.shown} ({low.id}) to {high.shown} ({high.id}).",
                    )
        if not part and ends["range_min"] and ends["range_max"]:
            yield from _within_range(facts, str(name), period, ends["range_min"], ends["range_max"])


def _partial(fact: Fact) -> str:
    """Of whom the range is, where it is not of all: "majority of forces"."""
    found = re.search(r"\((.*)\)", fact.geography)
    return found.group(1) if found else ""


def _within_range(
    facts: Sequence[Fact], name: str, period: object, least: Sequence[Fact], most: Sequence[Fact]
) -> Iterator[Finding]:
    low, high = least[0], most[0]
    if low.value > high.value:
        return
    about = _without_average(stems(name))
    inside = [
        fact
        for fact in facts
        if (fact.indicator == name or (_without_average(fact.stems) == about and fact.of_all))
        and fact.period == period
        and (fact.is_share or fact.statistic in ("rate", "percent", "mean", "median"))
        and fact.statistic in ("rate", "percent", "mean", "median")
        and comparable(fact, low)
    ]
    for fact in inside:
        if span(fact).high < span(low).low or span(fact).low > span(high).high:
            yield Finding(
                ids(fact, low, high),
                "outside its range",
                fact.shown,
                f"{low.shown} to {high.shown}",
                f"{name} of {fact.geography} is printed as {fact.shown} ({fact.id}), outside {low.shown} ({low.id})"
                f" to {high.shown} ({high.id}).",
            )
    # where places are named for the two ends, the ends are theirs
    for end, choose in ((low, min), (high, max)):
        named = [fact for fact in inside if fact.source == end.source and not fact.of_all]
        if any(not span(fact).meets(Span(span(low).low, span(high).high)) for fact in named):
            # asked of already
            continue
        if len(named) != 2:
            continue
        at_end = choose(named, key=lambda fact: fact.value)
        if at_end.value != end.value:
            yield Finding(
                ids(end, at_end),
                "end of its range",
                end.shown,
                at_end.shown,
                f"{name} ends at {end.shown} ({end.id}), and the place named for it has {at_end.shown}"
                f" ({at_end.geography}, {at_end.id}).",
            )


def _without_average(words: frozenset[str]) -> frozenset[str]:
    """What is counted, whether or not its average is meant: that lies between its least and its most."""
    return words - {"mean", "average", "median", "avg"}


def _all_but_one(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A rate of all lies between that of one place and that of all others."""
    for rest in facts:
        match = EXCEPT.search(rest.geography)
        if match is None:
            continue
        same = [
            fact
            for fact in facts
            if (fact.indicator, fact.end) == (rest.indicator, rest.end) and fact.kind == rest.kind
        ]
        one = next((fact for fact in same if fact.geography == match.group(1).strip()), None)
        everywhere = next((fact for fact in same if fact.geography == "England and Wales"), None)
        if one is None or everywhere is None:
            continue
        low = min(span(one).low, span(rest).low)
        high = max(span(one).high, span(rest).high)
        if not span(everywhere).meets(Span(low, high)):
            yield Finding(
                ids(everywhere, one, rest),
                "between its parts",
                everywhere.shown,
                f"{one.shown} to {rest.shown}",
                f"{rest.indicator} of all is {everywhere.shown} ({everywhere.id}), not between {one.geography}'s {one.shown}"
                f" ({one.id}) and the others' {rest.shown} ({rest.id}).",
            )


def _forces_and_all(facts: Sequence[Fact]) -> Iterator[Finding]:
    """What named forces count together is no more than what all count, and where all are named it is as much."""
    names = forces_by_name()
    groups: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        if (
            fact.statistic == "count"
            and not fact.is_change
            and not fact.is_difference
            and (code := names.get(fact.geography))
        ):
            groups[fact.indicator, fact.period, fact.unit].setdefault(code, fact)
    for nation in facts:
        if nation.statistic != "count" or nation.geography != "England and Wales":
            continue
        named = list(groups.get((nation.indicator, nation.period, nation.unit), {}).values())
        if not named:
            continue
        low = sum((span(fact).low for fact in named), Fraction(0))
        high = sum((span(fact).high for fact in named), Fraction(0))
        all_named = len(named) == FORCES
        if low > span(nation).high or (all_named and high < span(nation).low):
            added = number(sum(fact.value for fact in named))
            yield Finding(
                ids(nation, named),
                "forces and their total",
                nation.shown,
                added if all_named else f"{added} at least",
                f"{nation.indicator} of all is {nation.shown} ({nation.id}), and {len(named)} forces have {added} together.",
            )


def _two_countries(facts: Sequence[Fact]) -> Iterator[Finding]:
    """What is counted in England and what is in Wales is what is counted in both."""
    groups: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        if fact.statistic in ("count", "n_forces") and not fact.is_change and not fact.is_difference:
            groups[fact.indicator, fact.period, fact.unit, fact.statistic].setdefault(fact.geography, fact)
    for group in groups.values():
        both = group.get("England and Wales")
        apart = [group[name] for name in ("England", "Wales") if name in group]
        if both is None or not apart:
            continue
        low = sum((span(fact).low for fact in apart), Fraction(0))
        high = sum((span(fact).high for fact in apart), Fraction(0))
        if low > span(both).high or (len(apart) == 2 and high < span(both).low):
            added = number(sum(fact.value for fact in apart))
            yield Finding(
                ids(both, apart),
                "countries and their total",
                both.shown,
                added if len(apart) == 2 else f"{added} at least",
                f"{both.indicator} of England and Wales is {both.shown} ({both.id}), and"
                f" {' and '.join(f'{fact.geography} has {fact.shown} ({fact.id})' for fact in apart)}.",
            )


def _orders(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Places in order: each position once, in the order told, and as their own printed values go."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "rank" and not fact.of_all:
            groups[fact.indicator, fact.period].append(fact)
    for (name, period), group in groups.items():
        if len(group) < 3:
            continue
        by_rank: dict[int, list[Fact]] = defaultdict(list)
        for fact in group:
            by_rank[int(fact.value)].append(fact)
        for rank, several in by_rank.items():
            if len(several) > 1:
                yield Finding(
                    ids(several),
                    "position told twice",
                    str(rank),
                    "",
                    f"Position {rank} of {name} is that of {' and of '.join(fact.geography for fact in several)}.",
                )
        # a list may be told in part; beyond the last place that there is, or alone beyond all others, nobody stands
        stated = [int(place) for place in re.findall(r"\b(\d{1,6}) = ", group[0].unit)]
        last = max(stated, default=max(len(group), FORCES))
        beyond = [fact for fact in group if not 1 <= fact.value <= last]
        if beyond and (stated or len(beyond) == 1):
            yield Finding(
                ids(beyond),
                "position out of order",
                ", ".join(fact.shown for fact in beyond),
                f"1 to {last}",
                f"{', '.join(f'{fact.geography} is in position {fact.shown}' for fact in beyond)} of {name}, which has"
                f" {last} places.",
            )
        yield from told_twice(by_place(group), "{place} stands in {times} positions of {name}.", str(name))
        told_in = sorted(group, key=lambda fact: fact.line)
        back = [(one, two) for one, two in pairwise(told_in) if two.value < one.value]
        # told from the last to the first, or in another order than by position, it is no order that is broken
        if len(group) >= 5 and 0 < len(back) <= max(len(group) // 10, 1) + 1:
            out = [fact for pair in back for fact in pair]
            yield Finding(
                ids(out),
                "position out of order",
                ", ".join(fact.shown for fact in out),
                "in order",
                f"The positions of {name} are told in order, and those of"
                f" {' and '.join(f'{one.geography} ({one.shown}) before {two.geography} ({two.shown})' for one, two in back)}"
                " are not.",
            )
        yield from _ranked_by_value(facts, str(name), period, group)
    yield from _table_in_order(facts)


def _ranked_by_value(
    facts: Sequence[Fact], name: str, period: object, group: Sequence[Fact]
) -> Iterator[Finding]:
    ranks = {fact.geography: fact for fact in group}
    base = re.sub(r"_rank.*$", "", name)
    told = f"{name.replace('_', ' ')} {group[0].unit}".lower()
    valued = [
        (ranks[fact.geography], fact)
        for fact in facts
        if fact.indicator == base
        and fact.period == period
        and fact.geography in ranks
        and fact.statistic in ("percent", "rate", "count")
    ]
    pairs = [
        (low, high)
        for low, high in combinations(sorted(valued, key=lambda pair: pair[1].value), 2)
        if span(high[1]).low > span(low[1]).high and low[0].value != high[0].value
    ]
    rising = [low[0].value < high[0].value for low, high in pairs]
    if "descending" in told or "1 = highest" in told:
        down = True
    elif "ascending" in told or "1 = lowest" in told:
        down = False
    elif len(valued) < FEW_PLACES or max(rising.count(True), rising.count(False)) < 3 * len(rising) / 4:
        # the first may be the best or the worst, and too few speak for either
        return
    else:
        down = rising.count(False) > rising.count(True)
    for (low, high), rises in zip(pairs, rising, strict=True):
        if rises == down:
            (rank_one, one), (rank_two, two) = sorted((low, high), key=lambda pair: pair[0].value)
            yield Finding(
                ids(one, two, rank_one, rank_two),
                "value and position",
                one.shown,
                two.shown,
                f"{one.geography} has {one.shown} in position {rank_one.value} and {two.geography} {two.shown} in position"
                f" {rank_two.value} of {name}.",
            )


def _table_in_order(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A table by rank ("frontline, rank 1"): values go down with it, and no rank is told twice."""
    tables: dict[tuple[str, object], list[tuple[int, Fact]]] = defaultdict(list)
    for fact in facts:
        if (match := RANKED.search(fact.source)) and fact.statistic in ("percent", "count", "rate"):
            tables[match.group(1), fact.period].append((int(match.group(2)), fact))
    for (table, _), rows in tables.items():
        rows.sort(key=lambda one: one[0])
        for (first, one), (second, two) in pairwise(rows):
            if first != second and span(two).low > span(one).high:
                yield Finding(
                    ids(one, two),
                    "value and position",
                    f"{one.shown}, {two.shown}",
                    "",
                    f"{table.strip(' (,')}: rank {second} has {two.shown} ({two.id}), more than rank {first} with {one.shown}"
                    f" ({one.id}).",
                )


def _listed_ranks(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A thing that is said to come second is not what stands second in the table of the same survey."""
    rows = [(match, fact) for fact in facts if (match := RANKED.search(fact.source))]
    for fact in facts:
        if fact.statistic != "rank" or "rank" not in fact.indicator.split("_") or not fact.of_all:
            continue
        who = fact.indicator.split("_")[0]
        thing = stems(fact.indicator.split("_rank_")[-1])
        table = [
            (match, row)
            for match, row in rows
            if row.period == fact.period and stem(row.indicator.split("_")[0]) == stem(who)
        ]
        if not table or any(thing <= row.stems for _, row in table):
            continue
        second = [row for match, row in table if int(match.group(2)) == fact.value]
        if second:
            yield Finding(
                ids(fact, second),
                "position told twice",
                fact.shown,
                "",
                f"{fact.indicator} puts {' '.join(fact.indicator.split('_rank_')[-1].split('_'))} in position {fact.shown}"
                f" ({fact.id}), where the table has {' and '.join(row.id for row in second)}, and it is nowhere in the table.",
            )
