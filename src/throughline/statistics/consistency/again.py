"""What a report prints more than once: the same figure, its counts and its bases."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from throughline.statistics.consistency.facts import Fact, Finding, comparable, ids, number
from throughline.statistics.consistency.rounding import Span, shown, span


def again(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about what is told in more than one place."""
    yield from _told_twice(facts)
    yield from _bracketed(facts)
    yield from _beside_a_share(facts)
    yield from _bases_of_one_table(facts)


def _told_twice(facts: Sequence[Fact]) -> Iterator[Finding]:
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    dated: dict[tuple[str, str, str], set[tuple[object, object]]] = defaultdict(set)
    for fact in facts:
        if fact.start or fact.end:
            dated[fact.subject, fact.geography, fact.kind].add(fact.period)
    for fact in facts:
        if fact.statistic in ("flag", "rank"):
            continue
        period = fact.period
        spoken = dated[fact.subject, fact.geography, fact.kind]
        if period == (None, None) and len(spoken) == 1:
            # printed without its period, and there is only one that it can be of
            (period,) = spoken  # type: ignore[assignment]
        groups[fact.subject, fact.geography, fact.kind, period].append(fact)
    for told in groups.values():
        for group in _of_one_base(told):
            if len(group) > 1 and not _alternatives(group):
                yield from _odd_ones(group)
                for column in ("numerator", "denominator"):
                    yield from _odd_cells(group, column)


def _of_one_base(group: Sequence[Fact]) -> list[list[Fact]]:
    """Figures of one name, by what they are of; one whose unit says less is with the first that it may be of."""
    bases: list[list[Fact]] = []
    for fact in sorted(group, key=lambda one: not one.based):
        fitting = next((base for base in bases if all(comparable(fact, other) for other in base)), None)
        if fitting is None:
            bases.append([fact])
        else:
            fitting.append(fact)
    return [sorted(base, key=lambda one: one.line) for base in bases]


def _alternatives(group: Sequence[Fact]) -> bool:
    """Several values told in one breath ("7, 14 or 21 days") are a list, not one thing told twice.

    The same figure rounded beside itself is none, nor is one told in another kind.
    """
    places: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in group:
        if fact.source or fact.quote:
            places[fact.source, fact.quote].append(fact)
    lists = [several for several in places.values() if len(several) > 1]
    return (
        bool(lists)
        and len({fact.value for fact in group}) == len(group)
        and not any(
            (one.statistic, one.unit) != (other.statistic, other.unit) or span(one).meets(span(other))
            for several in lists
            for one, other in combinations(several, 2)
        )
    )


def _odd_ones(group: Sequence[Fact]) -> Iterator[Finding]:
    spans = [span(fact) for fact in group]
    agreeing = max(
        (
            [one for one, other in zip(group, spans, strict=True) if other.low <= edge <= other.high]
            for edge in _edges(spans)
        ),
        key=len,
    )
    odd = [fact for fact in group if fact not in agreeing]
    for fact in odd:
        rest = "; ".join(other.told for other in agreeing)
        yield Finding(
            ids(fact, agreeing),
            "told twice",
            fact.shown,
            agreeing[0].shown,
            f"{fact.subject} is told more than once and differently: {fact.told}; {rest}.",
        )


def _edges(spans: Sequence[Span]) -> Iterator[Fraction]:
    for one in spans:
        yield from (one.low, one.high)


def _odd_cells(group: Sequence[Fact], column: str) -> Iterator[Finding]:
    """The same share told twice stands on the same counts. A lone numerator may be a base, and is asked of elsewhere."""
    full = [fact for fact in group if fact.denominator is not None and getattr(fact, column) is not None]
    by_value: dict[Fraction, list[Fact]] = defaultdict(list)
    for fact in full:
        by_value[Fraction(getattr(fact, column))].append(fact)
    if len(by_value) < 2:
        return
    (_, usual), *others = sorted(by_value.items(), key=lambda one: -len(one[1]))
    for value, odd in others:
        yield Finding(
            ids(odd, usual),
            "told twice",
            shown(value),
            number(getattr(usual[0], column)),
            f"{odd[0].indicator} is told more than once, with a {column} of {shown(value)} ({odd[0].id})"
            f" and of {number(getattr(usual[0], column))} ({', '.join(ids(usual))}).",
        )


def _bracketed(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A share with one number beside it: that number is what was counted, and not the base it was counted in."""
    whole = [
        fact
        for fact in facts
        if fact.is_share and fact.numerator is not None and fact.denominator is not None
    ]
    for fact in facts:
        if not fact.is_share or fact.numerator is None or fact.denominator is not None:
            continue
        for other in whole:
            if (other.period, other.geography, other.unit) != (fact.period, fact.geography, fact.unit):
                continue
            if (
                not (other.stems <= fact.stems or fact.stems <= other.stems)
                or fact.numerator == other.numerator
            ):
                continue
            assert other.numerator is not None
            assert other.denominator is not None
            based = fact.numerator == other.denominator
            yield Finding(
                ids(fact, other),
                "bracketed number",
                number(fact.numerator),
                number(other.numerator),
                f"{fact.indicator} is printed as {fact.shown} percent ({number(fact.numerator)});"
                f" {other.id} counts {number(other.numerator)} of {number(other.denominator)}"
                + (
                    f", so that {number(fact.numerator)} is the base and not what was counted."
                    if based
                    else "."
                ),
            )
            break


def _beside_a_share(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Counts that bear a share's name are the two that it is of; and a count's base is a count of the same thing."""
    counts = [fact for fact in facts if fact.statistic == "count"]
    for share in facts:
        if not share.is_share or share.numerator is None or share.denominator is None:
            continue
        beside = [
            count
            for count in counts
            if count.indicator.startswith(f"{share.indicator}_")
            and (count.period, count.geography, count.source) == (share.period, share.geography, share.source)
        ]
        if len(beside) < 2:
            continue
        values = {count.value for count in beside}
        for name, cell in (("numerator", share.numerator), ("denominator", share.denominator)):
            if cell not in values:
                yield Finding(
                    ids(share, beside),
                    "share and the counts beside it",
                    number(cell),
                    " or ".join(number(value) for value in sorted(values)),
                    f"{share.indicator} has the {name} {number(cell)} ({share.id}), and the counts beside it are"
                    f" {', '.join(f'{number(count.value)} ({count.id})' for count in beside)}.",
                )
        largest, *others = sorted(beside, key=lambda count: -count.value)
        for count in others:
            if count.denominator is not None and count.denominator != largest.value:
                yield Finding(
                    ids(count, largest),
                    "share and the counts beside it",
                    number(count.denominator),
                    number(largest.value),
                    f"{count.indicator} is of {number(count.denominator)} ({count.id}), and {largest.indicator} is"
                    f" {number(largest.value)} ({largest.id}).",
                )


def _bases_of_one_table(facts: Sequence[Fact]) -> Iterator[Finding]:
    """The same column of one table has one base; a row with another stands out."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "count" and fact.denominator is not None:
            groups["_".join(fact.indicator.split("_")[-2:]), fact.source, fact.period, fact.geography].append(
                fact
            )
    for group in groups.values():
        bases: dict[object, list[Fact]] = defaultdict(list)
        for fact in group:
            bases[fact.denominator].append(fact)
        if len(group) < 4 or len(bases) != 2:
            continue
        (usual, most), (odd, few) = sorted(bases.items(), key=lambda one: -len(one[1]))
        if len(few) == 1:
            yield Finding(
                ids(few, most[:1]),
                "base of a column",
                str(odd),
                str(usual),
                f"{few[0].indicator} is of {odd} ({few[0].id}), and all others of its column are of {usual}.",
            )
