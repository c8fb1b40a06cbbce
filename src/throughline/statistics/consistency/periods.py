"""What a report says of time: changes between two periods, so many an hour, so many months."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from throughline.statistics.consistency.facts import Fact, Finding, comparable, ids, nearest, number, stems
from throughline.statistics.consistency.parts import counts_of_a_share
from throughline.statistics.consistency.rounding import Span, counted, growth, ratio, shown, span

HOURS: Final = {"minute": Fraction(1, 1440), "hour": Fraction(1, 24), "day": Fraction(1)}


def periods(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about figures of two periods, or of how long one is."""
    yield from _changes(facts)
    yield from _counts_of_a_period(facts)
    yield from _by_the_hour(facts)
    yield from _months(facts)


def _changes(facts: Sequence[Fact]) -> Iterator[Finding]:
    for fact in facts:
        if fact.changed is None or fact.start is None or fact.end is None:
            continue
        pairs = list(_then_and_now(facts, fact))
        if not pairs:
            yield from _changes_of_a_total(facts, fact)
            continue
        reckoned = [(then, now, *_change_between(fact, then, now)) for then, now in pairs]
        # by head and in full-time equivalents, in numbers and in percent: it need follow from one of them
        if any(follows is None or span(fact).meets(follows) for *_, follows, _, _ in reckoned):
            continue
        then, now, follows, exact, how = reckoned[0]
        yield Finding(
            ids(fact, then, now),
            "change between two periods",
            fact.shown,
            shown(exact),
            f"{fact.indicator} is printed as {fact.shown} {fact.unit}, and {how} = {shown(exact)}"
            f" ({follows} from the rounded figures; {then.id}, {now.id}).",
        )


def _change_between(change: Fact, then: Fact, now: Fact) -> tuple[Span | None, Fraction, str]:
    """What a change follows as, from two figures: its span, its exact value, and the arithmetic."""
    if change.in_points or change.is_difference:
        follows: Span | None = Span(span(now).low - span(then).high, span(now).high - span(then).low)
        return (
            follows,
            Fraction(now.value) - Fraction(then.value),
            f"{number(now.value)} − {number(then.value)}",
        )
    exact = (Fraction(now.value) / Fraction(then.value) - 1) * 100 if then.value else Fraction(0)
    return growth(span(now), span(then)), exact, f"{number(now.value)} / {number(then.value)} − 1"


def _then_and_now(facts: Sequence[Fact], change: Fact) -> Iterator[tuple[Fact, Fact]]:
    """The figures of two periods that a change may be between, of each measure the prints closest to it, so that the figures of
    one table meet each other."""
    base = _before_and_after(facts, change)
    late = [one for one in base if one.end == change.end]
    early = [one for one in base if one.end != change.end and change.start in (one.end, one.start)]
    measures = dict.fromkeys((one.statistic, one.unit) for one in late)
    told: set[tuple[str, str]] = set()
    for statistic, unit in measures:
        latest = _exact_first([one for one in late if (one.statistic, one.unit) == (statistic, unit)])
        now = nearest(change, latest)
        alike = [
            one
            for one in early
            if one.kind == now.kind and one.statistic == statistic and comparable(one, now)
        ]
        if change.is_difference:
            alike = [one for one in alike if comparable(change, now) and change.based & now.based]
        exactly = [one for one in alike if one.unit == unit] or alike
        if not exactly:
            continue
        then = nearest(change, _exact_first(exactly))
        if (then.id, now.id) not in told:
            told.add((then.id, now.id))
            yield then, now


def _exact_first(facts: list[Fact]) -> list[Fact]:
    """Those that are printed exactly, or, where none is, all."""
    return [fact for fact in facts if fact.qualifier == "="] or facts


def _before_and_after(facts: Sequence[Fact], change: Fact) -> list[Fact]:
    """The figures that a change is between: of its own name, or else counts of the one name that begins with it."""
    base = change.changed
    kinds = ("percent", "rate") if change.in_points else ("count", "percent", "rate", "mean", "median")
    here = [
        fact
        for fact in facts
        if fact.geography == change.geography
        and not fact.is_change
        and not fact.is_difference
        and not fact.in_points
        and fact.statistic in kinds
    ]
    if exact := [fact for fact in here if fact.indicator == base]:
        return exact
    longer = [fact for fact in here if fact.statistic == "count" and fact.indicator.startswith(f"{base}_")]
    return longer if len({fact.indicator for fact in longer}) == 1 else []


def _changes_of_a_total(facts: Sequence[Fact], change: Fact) -> Iterator[Finding]:
    """A total that is printed for one period alone follows for both from its shares, and so its change."""
    if change.in_points or change.statistic != "percent":
        return
    base = stems(change.changed or "")
    totals: dict[bool, tuple[Span, Fact, Fact]] = {}
    for share in facts:
        if (
            "_share_of_" not in share.indicator
            or share.statistic != "percent"
            or share.geography != change.geography
        ):
            continue
        if stems(share.indicator.partition("_share_of_")[2]) != base or share.is_change or share.in_points:
            continue
        parts = [fact for fact in counts_of_a_share(facts, share)[0] if fact.qualifier == "="]
        late = share.end == change.end
        if not parts or not (late or change.start in (share.start, share.end)):
            continue
        part = nearest(share, parts)
        follows = ratio(span(part), span(share))
        if follows is not None:
            totals.setdefault(late, (follows, part, share))
    if len(totals) < 2:
        return
    (now, *last), (then, *first) = totals[True], totals[False]
    follows = growth(now, then)
    if follows is not None and not span(change).meets(follows):
        (part_now, share_now), (part_then, share_then) = last, first
        yield Finding(
            ids(change, part_then, share_then, part_now, share_now),
            "change between two periods",
            change.shown,
            str(follows),
            f"{change.indicator} is printed as {change.shown}, and {part_now.shown} / {share_now.shown} % over"
            f" {part_then.shown} / {share_then.shown} % − 1 = {follows} percent"
            f" ({', '.join(ids(part_now, share_now, part_then, share_then))}).",
        )


def _counts_of_a_period(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A change's two counts are those that are printed for its periods."""
    for fact in facts:
        if fact.changed is None or fact.numerator is None or fact.denominator is None:
            continue
        base = [
            one for one in _before_and_after(facts, fact) if one.statistic == "count" and one.qualifier == "="
        ]
        for name, cell, end in (
            ("later", fact.numerator, fact.end),
            ("earlier", fact.denominator, fact.start),
        ):
            there = [one for one in base if one.end == end]
            if there and not any(span(one).meets(counted(cell)) for one in there):
                yield Finding(
                    ids(fact, there),
                    "counts of a change",
                    number(cell),
                    there[0].shown,
                    f"{fact.indicator} is from a {name} count of {number(cell)} ({fact.id}), which is printed as"
                    f" {there[0].shown} ({', '.join(ids(there))}).",
                )


def _by_the_hour(facts: Sequence[Fact]) -> Iterator[Finding]:
    """So many an hour or a day is the count of the period over its hours or days."""
    for rate in facts:
        match = re.match(r"(.+?) (?:an?|per) (hour|day|minute)\b", rate.unit)
        if match is None or rate.statistic != "rate" or not rate.start or not rate.end:
            continue
        words = rate.stems - {"per", match.group(2)}
        hours = ((rate.end - rate.start).days + 1) / HOURS[match.group(2)]
        alike = [
            count
            for count in facts
            if count.statistic == "count"
            and (count.period, count.geography, count.unit) == (rate.period, rate.geography, match.group(1))
            and words <= count.stems
        ]
        # of several the one whose name is its own, or has the fewest words more; of two such nobody knows which is meant
        fewest = min((len(count.stems) for count in alike), default=0)
        closest = [one for one in alike if len(one.stems) == fewest]
        if len({one.stems for one in closest}) > 1:
            continue
        for count in closest:
            most = span(count)
            follows = Span(most.low / hours, most.high / hours)
            if span(rate).meets(follows):
                continue
            yield Finding(
                ids(rate, count),
                "rate of its count",
                rate.shown,
                str(follows),
                f"{rate.indicator} is printed as {rate.shown}, and {count.shown} / {shown(Fraction(hours))} ="
                f" {follows} ({count.id}).",
            )
            break


def _months(facts: Sequence[Fact]) -> Iterator[Finding]:
    """So many months between two days are so many; where the period is the row's own, or one that changes span."""
    spans = {fact.period for fact in facts if fact.is_change or fact.in_points}
    shared: dict[object, int] = defaultdict(int)
    for fact in facts:
        shared[fact.period] += 1
    for fact in facts:
        if fact.unit != "months" or not fact.start or not fact.end or fact.qualifier != "=":
            continue
        if fact.period not in spans and shared[fact.period] > 1:
            continue
        months = (fact.end.year - fact.start.year) * 12 + fact.end.month - fact.start.month
        # from the first of a month to the last of another is a month more
        possible = {months} | ({months + 1} if fact.start.day <= 2 and fact.end.day >= 28 else set())
        if fact.value not in possible:
            yield Finding(
                (fact.id,),
                "months between two days",
                fact.shown,
                " or ".join(str(one) for one in sorted(possible)),
                f"{fact.indicator} is printed as {fact.shown} months, and from {fact.start} to {fact.end} are"
                f" {' or '.join(str(one) for one in sorted(possible))}.",
            )
    for fact in facts:
        said = re.search(r"\b(?:last|past) (\d+) months\b", fact.quote, re.IGNORECASE)
        if (
            said is None
            or fact.period not in spans
            or not fact.start
            or not fact.end
            or fact.unit == "months"
        ):
            continue
        months = (fact.end.year - fact.start.year) * 12 + fact.end.month - fact.start.month
        if int(said.group(1)) != months:
            yield Finding(
                (fact.id,),
                "months between two days",
                said.group(1),
                str(months),
                f"{fact.indicator} is said to be over {said.group(1)} months ({fact.source}), and from {fact.start} to"
                f" {fact.end} are {months}.",
            )
