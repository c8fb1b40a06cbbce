"""What the rows of a report say of each other: printed twice, changes, ranges, parts of a whole, orders, bases."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final

from throughline.reference import load
from throughline.statistics.consistency.facts import Fact, Finding, ids, number, stem
from throughline.statistics.consistency.rounding import Span, counted, growth, ratio, shown, span

#: How a figure is told apart that is stated in one place, again in another, and then listed.
TOLD_AGAIN: Final = re.compile(r"_(?:stated|listed|counted)(?:_[a-z]+)?$")
#: Words by which two parts make the whole between them.
HALVES: Final = tuple(
    frozenset(pair.split())
    for pair in (
        "female male",
        "women men",
        "girl boy",
        "adult child",
        "wide pilot",
        "plea trial",
        "granted refused",
        "grant refus",
        "with without",
        "urban rural",
        "crime noncrime",
        "repeat first",
        "yes no",
    )
)
#: Words of a part that takes in whatever the other parts leave.
REST: Final = frozenset({"other", "unknown", "answer", "stat", "remain", "rest", "none"})
#: Of an order: applied for, then granted, then breached; of a crime: recorded, then charged. None exceeds the one before.
STAGES: Final = (("appl", "grant", "breach"), ("refer", "heard"), ("record", "charg"))
#: Territorial forces of England and Wales: a list of places in part has no position beyond them.
FORCES: Final = len(load("forces").rows)
#: Words that say nothing of what is counted.
FILLING: Final = frozenset("in of the for by us using a an to and at force".split())
HOURS: Final = {"hour": Fraction(1, 24), "day": Fraction(1)}
EXCEPT: Final = re.compile(r"\b(?:except|without|other than|excluding)\b\s+(.*)", re.IGNORECASE)
RANKED: Final = re.compile(r"^(.*?)\brank (\d+)\b", re.IGNORECASE)


def between(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding that needs more than one row, but for those about named forces."""
    yield from _told_twice(facts)
    yield from _bracketed(facts)
    yield from _changes(facts)
    yield from _shares_by_name(facts)
    yield from _ranges(facts)
    yield from _wholes(facts)
    yield from _stages(facts)
    yield from _shares_of_one(facts)
    yield from _all_but_one(facts)
    yield from _beside_a_share(facts)
    yield from _orders(facts)
    yield from _listed_ranks(facts)
    yield from _by_the_hour(facts)
    yield from _months(facts)


def kind(fact: Fact) -> str:
    """Figures of one kind can be compared: shares, changes, points, or what is counted."""
    if fact.is_share:
        return "share"
    if fact.in_points:
        return "points"
    if fact.is_change:
        return "change"
    return fact.statistic


def told(fact: Fact) -> str:
    where = f" ({fact.source})" if fact.source else ""
    return f"{fact.id} prints {fact.shown}{where}"


def subject(fact: Fact) -> str:
    return TOLD_AGAIN.sub("", fact.indicator)


# --- the same thing twice -------------------------------------------------------------------------------------------


def _told_twice(facts: Sequence[Fact]) -> Iterator[Finding]:
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    dated: dict[tuple[str, str, str], set[tuple[object, object]]] = defaultdict(set)
    for fact in facts:
        if fact.start or fact.end:
            dated[subject(fact), fact.geography, kind(fact)].add(fact.period)
    for fact in facts:
        if fact.statistic in ("flag", "rank"):
            continue
        period = fact.period
        spoken = dated[subject(fact), fact.geography, kind(fact)]
        if period == (None, None) and len(spoken) == 1:
            # printed without its period, and there is only one that it can be of
            (period,) = spoken  # type: ignore[assignment]
        groups[subject(fact), fact.geography, kind(fact), period].append(fact)
    for group in groups.values():
        if len(group) > 1 and not _alternatives(group):
            yield from _odd_ones(group)
            for column in ("numerator", "denominator"):
                yield from _odd_cells(group, column)


def _alternatives(group: Sequence[Fact]) -> bool:
    """Several values told in one breath ("7, 14 or 21 days") are a list, not one thing told twice."""
    places = [(fact.source, fact.quote) for fact in group if fact.source or fact.quote]
    return len({*places}) < len(places) and len({fact.value for fact in group}) == len(group)


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
        rest = "; ".join(told(other) for other in agreeing)
        yield Finding(
            ids(fact, agreeing),
            "told twice",
            fact.shown,
            agreeing[0].shown,
            f"{subject(fact)} is told more than once and differently: {told(fact)}; {rest}.",
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


# --- changes ----------------------------------------------------------------------------------------------------------


def _changes(facts: Sequence[Fact]) -> Iterator[Finding]:
    for fact in facts:
        if fact.changed is None or fact.start is None or fact.end is None:
            continue
        base = [one for one in _before_and_after(facts, fact) if one.qualifier == "="]
        late = [one for one in base if one.end == fact.end]
        early = [one for one in base if one.end != fact.end and fact.start in (one.end, one.start)]
        # the closest print of each, so that the figures of one table meet each other
        if not late or not early:
            yield from _changes_of_a_total(facts, fact)
            continue
        then, now = _nearest(fact, early), _nearest(fact, late)
        if fact.in_points:
            follows: Span | None = Span(span(now).low - span(then).high, span(now).high - span(then).low)
            exact = Fraction(now.value) - Fraction(then.value)
            reckoned = f"{number(now.value)} − {number(then.value)}"
        else:
            follows = growth(span(now), span(then))
            exact = (Fraction(now.value) / Fraction(then.value) - 1) * 100 if then.value else Fraction(0)
            reckoned = f"{number(now.value)} / {number(then.value)} − 1"
        if follows is not None and not span(fact).meets(follows):
            yield Finding(
                ids(fact, then, now),
                "change between two periods",
                fact.shown,
                shown(exact),
                f"{fact.indicator} is printed as {fact.shown} {fact.unit}, and {reckoned} = {shown(exact)}"
                f" ({follows} from the rounded figures; {then.id}, {now.id}).",
            )


def _before_and_after(facts: Sequence[Fact], change: Fact) -> list[Fact]:
    """The figures that a change is between: of its own name, or else counts of the one name that begins with it."""
    base = change.changed
    kinds = ("count", "percent", "rate")
    here = [
        fact
        for fact in facts
        if fact.geography == change.geography
        and not fact.is_change
        and not fact.in_points
        and fact.statistic in kinds
    ]
    if exact := [fact for fact in here if fact.indicator == base]:
        return exact
    longer = [fact for fact in here if fact.statistic == "count" and fact.indicator.startswith(f"{base}_")]
    return longer if len({fact.indicator for fact in longer}) == 1 else []


def _parts_of(facts: Sequence[Fact], share: Fact) -> tuple[list[Fact], list[Fact]]:
    """The counts of a share by its name: of "a share of b", those of a that are b, and those of b."""
    part, _, whole = share.indicator.partition("_share_of_")
    if not whole:
        return [], []
    of, within_it = frozenset(_stems(part)), frozenset(_stems(whole))
    counts = [
        fact
        for fact in facts
        if fact.statistic == "count" and fact.period == share.period and fact.geography == share.geography
    ]
    all_of_it = {"total", "all"}
    wholes = [fact for fact in counts if within_it <= fact.stems and fact.stems & all_of_it]
    # what is counted of the whole may be named by what it is counted with alone
    names = {of | (fact.stems - all_of_it) for fact in wholes} or {of | (within_it - all_of_it)}
    if not wholes:
        kin = [
            fact
            for fact in facts
            if within_it <= fact.stems and fact.stems & all_of_it and fact.statistic == "count"
        ]
        names = {of | (fact.stems - all_of_it) for fact in kin}
    return [fact for fact in counts if fact.stems in names], wholes


def _shares_by_name(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A share of a total is what is counted over that total, where both are printed for its period."""
    for share in facts:
        if not share.is_share or "_share_of_" not in share.indicator or share.statistic != "percent":
            continue
        parts, wholes = _parts_of(facts, share)
        if not parts or not wholes:
            continue
        part, whole = _nearest(share, parts), _nearest(share, wholes)
        exactly = [fact for fact in parts if fact.qualifier == "="]
        part = _nearest(share, exactly) if exactly else part
        follows = ratio(span(part), span(whole))
        if follows is not None and not span(share).meets(follows):
            yield Finding(
                ids(share, part, whole),
                "share of a total",
                share.shown,
                str(follows),
                f"{share.indicator} is printed as {share.shown} ({share.id}), and {part.shown} / {whole.shown} ="
                f" {follows} percent ({part.id}, {whole.id}).",
            )


def _changes_of_a_total(facts: Sequence[Fact], change: Fact) -> Iterator[Finding]:
    """A total that is printed for one period alone follows for both from its shares, and so its change."""
    if change.in_points or change.statistic != "percent":
        return
    base = frozenset(_stems(change.changed or ""))
    totals: dict[bool, tuple[Span, Fact, Fact]] = {}
    for share in facts:
        if (
            "_share_of_" not in share.indicator
            or share.statistic != "percent"
            or share.geography != change.geography
        ):
            continue
        if (
            frozenset(_stems(share.indicator.partition("_share_of_")[2])) != base
            or share.is_change
            or share.in_points
        ):
            continue
        parts = [fact for fact in _parts_of(facts, share)[0] if fact.qualifier == "="]
        late = share.end == change.end
        if not parts or not (late or change.start in (share.start, share.end)):
            continue
        part = _nearest(share, parts)
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


def _nearest(fact: Fact, others: Sequence[Fact]) -> Fact:
    """The print beside it: of the same source where there is one, else the closest row."""
    return min(others, key=lambda one: (not (one.sources & fact.sources), abs(one.line - fact.line)))


# --- ranges -----------------------------------------------------------------------------------------------------------


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
    inside = [
        fact
        for fact in facts
        if fact.indicator == name
        and fact.period == period
        and (fact.is_share or fact.statistic in ("rate", "percent"))
        and fact.statistic in ("rate", "percent")
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
        named = [fact for fact in inside if fact.source == end.source and not _of_all(fact)]
        if any(not span(fact).meets(Span(span(low).low, span(high).high)) for fact in named):
            # asked of already
            continue
        if len(named) < 2:
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


def _of_all(fact: Fact) -> bool:
    """Of many places together, not of one that is named."""
    return fact.geography in ("", "England and Wales", "England", "Wales", "UK", "United Kingdom") or bool(
        re.search(r"\b(forces?|combined|all|majority|some|range|not stated)\b", fact.geography, re.IGNORECASE)
    )


# --- wholes and parts -------------------------------------------------------------------------------------------------


def _wholes(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Parts never exceed their whole; parts that take in all of it add up to it."""
    counts = [fact for fact in facts if fact.statistic in ("count", "n_forces") and not fact.is_change]
    by_frame: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in counts:
        by_frame[fact.period, fact.geography, fact.unit, fact.statistic].append(fact)
    for group in by_frame.values():
        for whole in group:
            parts = [
                part
                for part in group
                if part is not whole
                and _is_part(part, whole)
                and (part.sources & whole.sources or part.source == whole.source)
            ]
            yield from _of_one_whole(whole, list({part.indicator: part for part in parts}.values()))
        yield from _answers(group)


def _is_part(part: Fact, whole: Fact) -> bool:
    """Whether one is by its name a part of the other: all words of the whole and more, or the whole as far as known."""
    if part.indicator.startswith("completeness_"):
        # who supplied one thing need not have supplied another of a shorter name
        return False
    inner, outer = _head(whole) - FILLING, _head(part) - FILLING
    if inner == outer:
        return "_where_" in part.indicator and "_where_" not in whole.indicator
    return len(inner) >= 2 and inner < outer and not {"previou", "chang", "need"} & (outer - inner)


def _of_one_whole(whole: Fact, parts: Sequence[Fact]) -> Iterator[Finding]:
    most = span(whole)
    for part in parts:
        if span(part).low > most.high and whole.qualifier not in (">", ">="):
            yield Finding(
                ids(part, whole),
                "part above whole",
                part.shown,
                f"{whole.shown} at most",
                f"{part.indicator} is {part.shown} ({part.id}), a part of {whole.indicator}, which is {whole.shown}"
                f" ({whole.id}).",
            )
    if len(parts) < 2 or whole.qualifier != "=" or any(part.qualifier != "=" for part in parts):
        return
    added = sum((Fraction(part.value) for part in parts), Fraction(0))
    reckoned = " + ".join(number(part.value) for part in parts)
    spread = Span(
        sum((span(part).low for part in parts), Fraction(0)),
        sum((span(part).high for part in parts), Fraction(0)),
    )
    # told in one breath under the whole's own name, they are told apart; otherwise one may be in two of them
    together = len({part.quote for part in parts}) < len(parts) and all(
        part.indicator.startswith(f"{whole.indicator}_") and part.quote for part in parts
    )
    if ((together or _make_all(whole, parts)) and spread.low > most.high) or (
        _make_all(whole, parts) and spread.high < most.low
    ):
        yield Finding(
            ids(whole, parts),
            "parts and their total",
            whole.shown,
            shown(added),
            f"{whole.indicator} is {whole.shown} ({whole.id}), and its parts are {reckoned} = {shown(added)}"
            f" ({', '.join(ids(parts))}).",
        )


def _make_all(whole: Fact, parts: Sequence[Fact]) -> bool:
    """Whether the parts leave nothing: two that are each other's rest, or one that names the rest."""
    extra = [part.stems - whole.stems for part in parts]
    if len(parts) == 2:
        return any(
            (one & pair) and (other & pair) and (one & pair) != (other & pair)
            for pair in HALVES
            for one, other in combinations(extra, 2)
        )
    return any(words & REST for words in extra)


def _answers(group: Sequence[Fact]) -> Iterator[Finding]:
    """Neighbouring rows that are the answers to one question, one of them that there was none, make up all who were asked."""
    for none in group:
        if not {"no", "answer"} <= set(none.indicator.split("_")) or none.denominator is None:
            continue
        first = none.indicator.split("_")[:2]
        run = sorted(
            (
                fact
                for fact in group
                if fact.indicator.split("_")[:2] == first
                and fact.source == none.source
                and fact.qualifier == "="
            ),
            key=lambda fact: fact.line,
        )
        added = sum((Fraction(fact.value) for fact in run), Fraction(0))
        if len(run) > 2 and added != Fraction(none.denominator):
            reckoned = " + ".join(number(fact.value) for fact in run)
            yield Finding(
                ids(run),
                "parts and their total",
                number(none.denominator),
                shown(added),
                f"The answers to {'_'.join(first)} are {reckoned} = {shown(added)} ({', '.join(ids(run))}), of"
                f" {number(none.denominator)} who were asked.",
            )


def _stages(facts: Sequence[Fact]) -> Iterator[Finding]:
    """What comes later on one way is never more than what came before."""
    counts = [
        fact
        for fact in facts
        if fact.statistic == "count" and fact.qualifier == "=" and "supply" not in fact.indicator
    ]
    for stages in STAGES:
        for before, after in combinations(stages, 2):
            for one, other in combinations(counts, 2):
                earlier, later = (one, other) if before in one.stems else (other, one)
                if (
                    before in earlier.stems
                    and after in later.stems
                    and after not in _head(earlier)
                    and before not in _head(later)
                    and (earlier.period, earlier.geography) == (later.period, later.geography)
                    and (_head(earlier) - {before}) == (_head(later) - {after})
                    and span(later).low > span(earlier).high
                ):
                    yield Finding(
                        ids(later, earlier),
                        "part above whole",
                        later.shown,
                        f"{earlier.shown} at most",
                        f"{later.indicator} is {later.shown} ({later.id}), above {earlier.indicator}, which is"
                        f" {earlier.shown} ({earlier.id}).",
                    )


def _head(fact: Fact) -> frozenset[str]:
    """What is counted, without the limits to which it was known ("…_where_breaches_known")."""
    return _stems_of(fact.indicator.split("_where_")[0])


@lru_cache(maxsize=10_000)
def _stems_of(name: str) -> frozenset[str]:
    return frozenset(_stems(name))


def _stems(name: str) -> Iterable[str]:

    return (stem(word) for word in name.split("_") if word)


def _shares_of_one(facts: Sequence[Fact]) -> Iterator[Finding]:
    """What several places have of one total is never more than all of it."""
    groups: dict[tuple[str, object, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.is_share and "_share_of_" in fact.indicator and fact.statistic == "percent":
            if _of_all(fact) and "combined" not in fact.geography:
                continue
            groups[re.sub(r"_next_[a-z]+$", "", fact.indicator), fact.end, fact.unit].append(fact)
    for (name, _, _), group in groups.items():
        added = sum(span(fact).low for fact in group)
        if len(group) > 1 and len({fact.geography for fact in group}) == len(group) and added > 100:
            yield Finding(
                ids(group),
                "shares of one total",
                " + ".join(fact.shown for fact in group),
                "100 at most",
                f"{name}: {' + '.join(fact.shown for fact in group)} is more than all ({', '.join(ids(group))}).",
            )
        ordered = [fact for fact in group if "_next_" in fact.indicator]
        for fact in ordered:
            first = [one for one in group if one not in ordered]
            named = max(len(re.split(r",| and ", fact.geography.removesuffix(" combined"))), 1)
            for one in first:
                if span(fact).low / named > span(one).high:
                    yield Finding(
                        ids(fact, one),
                        "order of shares",
                        fact.shown,
                        f"{number(one.value * named)} at most",
                        f"{fact.geography} have {fact.shown} together ({fact.id}), {named} places that come after"
                        f" {one.geography} with {one.shown} ({one.id}).",
                    )


def _all_but_one(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A rate of all lies between that of one place and that of all others."""
    for rest in facts:
        match = EXCEPT.search(rest.geography)
        if match is None:
            continue
        same = [
            fact
            for fact in facts
            if (fact.indicator, fact.end) == (rest.indicator, rest.end) and kind(fact) == kind(rest)
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


# --- bases ------------------------------------------------------------------------------------------------------------


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
    yield from _bases_of_one_table(counts)
    yield from _counts_of_a_period(facts)


def _bases_of_one_table(counts: Sequence[Fact]) -> Iterator[Finding]:
    """The same column of one table has one base; a row with another stands out."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in counts:
        if fact.denominator is not None:
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


# --- orders -----------------------------------------------------------------------------------------------------------


def _orders(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Places in order: each position once, in the order told, and as their own printed values go."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "rank" and not _of_all(fact):
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
        places: dict[str, list[Fact]] = defaultdict(list)
        for fact in group:
            places[fact.geography].append(fact)
        for place, several in places.items():
            if len(several) > 1:
                yield Finding(
                    ids(several),
                    "place told twice",
                    place,
                    "",
                    f"{place} stands in {len(several)} positions of {name}.",
                )
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
    down = "descending" in name
    valued = [
        (ranks[fact.geography], fact)
        for fact in facts
        if fact.indicator == base
        and fact.period == period
        and fact.geography in ranks
        and fact.statistic in ("percent", "rate", "count")
    ]
    for (rank_one, one), (rank_two, two) in combinations(sorted(valued, key=lambda pair: pair[0].value), 2):
        low, high = (two, one) if down else (one, two)
        if span(low).low > span(high).high:
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
        if fact.statistic != "rank" or "rank" not in fact.indicator.split("_") or not _of_all(fact):
            continue
        who = fact.indicator.split("_")[0]
        thing = frozenset(_stems(fact.indicator.split("_rank_")[-1]))
        table = [
            (match, row)
            for match, row in rows
            if row.period == fact.period and _stem_of(row.indicator.split("_")[0]) == _stem_of(who)
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


def _stem_of(word: str) -> str:
    return next(iter(_stems(word)), word)


# --- time -------------------------------------------------------------------------------------------------------------


def _by_the_hour(facts: Sequence[Fact]) -> Iterator[Finding]:
    """So many an hour or a day is the count of the period over its hours or days."""
    for rate in facts:
        match = re.match(r"(.+?) (?:an?|per) (hour|day)\b", rate.unit)
        if match is None or rate.statistic != "rate" or not rate.start or not rate.end:
            continue
        words = rate.stems - {"per", match.group(2)}
        hours = ((rate.end - rate.start).days + 1) / HOURS[match.group(2)]
        for count in facts:
            if (
                count.statistic == "count"
                and (count.period, count.geography, count.unit)
                == (rate.period, rate.geography, match.group(1))
                and words <= count.stems
            ):
                most = span(count)
                follows = Span(most.low / hours, most.high / hours)
                if not span(rate).meets(follows):
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
