"""What a report says of wholes and their parts: shares of a total, sums, stages of one way."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final

from throughline.statistics.consistency.facts import (
    Fact,
    Finding,
    comparable,
    ids,
    nearest,
    number,
    stem,
    stems,
)
from throughline.statistics.consistency.rounding import Span, counted, ratio, shown, span, times_of
from throughline.statistics.consistency.words import numbers

#: Words by which two or three parts make the whole between them.
DIVISIONS: Final = tuple(
    frozenset(words.split())
    for words in (
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
        "high medium standard",
        "q1 q2 q3 q4",
        "outstanding good require inadequate",
    )
)
#: Words of a part that takes in whatever the other parts leave.
REST: Final = frozenset({"other", "unknown", "answer", "stat", "remain", "rest", "none"})
#: What takes in more than the name that it is longer than, lies beside it, or flows in and out of it, and is no part of it.
NO_PART: Final = frozenset(
    stem(word)
    for word in (
        "not non no without never unable un and or plus including with_all all total combined overall gross cumulative any before after"
        " previous previously change need needed needs required target planned expected forecast projected estimated capacity demand"
        " shortfall average mean median per rate cost spend ever lifetime joined joiners leavers removals releases admissions added"
        " created lost increase decrease difference since excluding except"
        " receptions entrants entries exits discharges starts arrivals departures recruits appointments"
        " very fairly quite reasonably sufficiently partly mostly somewhat strongly rather"
    ).split()
)
#: How likely something is within each group, which is no division of all: the rates of women and of men are no two halves.
WITHIN_EACH: Final = frozenset("rate prevalence satisfaction uptake coverage likelihood".split())
#: By what people are told apart, whether or not all of them have said.
SEXES: Final = ("female male", "women men", "girl boy")
#: What is said of a division into grades, and the answers of one that leave no other.
GRADED: Final = frozenset("grad grade risk assessment assess level band share split".split())
ANSWERED: Final = frozenset("yes granted grant refused plea first repeat crime".split())
#: How many points of those shares may be of people of whom it is not recorded.
UNRECORDED: Final = 3
#: What says that somebody may be counted in several.
SEVERAL: Final = re.compile(
    r"\b(?:more than one|several answers|multiple|all that apply|not (?:be )?mutually exclusive|overlap\w*|may not (?:sum|add))\b",
    re.IGNORECASE,
)
#: Of more parts than this nobody tries which are together the whole.
MOST_TRIED: Final = 12
#: Shares that are beyond all by more than this are answers of which one may give several.
SEVERAL_ANSWERS: Final = 125
#: Of an order: applied for, then granted, then breached; of a crime: recorded, then charged. None exceeds the one before.
STAGES: Final = (("appl", "grant", "breach"), ("refer", "heard"), ("record", "charg"))
#: Words by which a count is that of everything.
ALL: Final = frozenset({"total", "all", "record", "number"})
TOTAL: Final = re.compile(r"_(?:total|all)$")
#: Parts that are beyond their total by no more than this are no overlapping ones, but a slip.
SLIP: Final = Fraction(5, 100)
#: "arrests per 100 crimes", "percent of crimes".
PER_BASE: Final = re.compile(
    r"(?:(?:percent|per cent|%) of|.+? per (?P<times>\d[\d,]*|(?:hundred|thousand|million)\b)) (?:all )?(?P<base>.+)"
)
#: By which unit or name everybody in a place is counted.
EVERYBODY: Final = frozenset("population people person resident inhabitant".split())
#: "waiting_over_two_years", "seen_within_4_hours": the wider limit takes in the narrower.
LIMIT: Final = re.compile(
    r"(?P<before>.*?)_(?P<way>over|more_than|at_least|under|less_than|fewer_than|within|up_to)_(?P<limit>\d+|[a-z]+)(?P<after>(?:_.*)?)"
)
UPWARDS: Final = frozenset({"over", "more_than", "at_least"})
RATE: Final = re.compile(r"_(?:rate|share|percent|percentage|per_\d.*)$")
#: Of whom some may be neither this nor its opposite, or have not said.
BETWEEN: Final = frozenset(
    "able aware certain clear comfortable determined happy known likely safe satisfied sure willing".split()
)
#: "victims_aged_16_to_24", "…_65_and_over", "…_under_16".
AGED: Final = re.compile(
    r"(?P<of>.+?)_aged?_(?:under_(?P<under>\d+)|over_(?P<over>\d+)|(?P<first>\d+)(?:_to_(?P<last>\d+)|_and_over|_or_over|_plus))"
)
#: Words that say nothing of what is counted.
FILLING: Final = frozenset("in of the for by us using a an to and at force".split())


def parts(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Every finding about what is part of what."""
    yield from _shares_by_name(facts)
    yield from _of_its_base(facts)
    yield from _of_other_rows(facts)
    yield from _of_a_named_base(facts)
    yield from _wholes(facts)
    yield from _shares_of_a_whole(facts)
    yield from _opposites(facts)
    yield from _ages(facts)
    yield from _limits(facts)
    yield from _stages(facts)
    yield from _shares_of_one(facts)


def counts_of_a_share(facts: Sequence[Fact], share: Fact) -> tuple[list[Fact], list[Fact]]:
    """The counts of a share by its name: of "a share of b", those of a that are b, and those of b."""
    part, _, whole = share.indicator.partition("_share_of_")
    if not whole:
        return [], []
    of, within_it = stems(part), stems(whole)
    counts = [
        fact
        for fact in facts
        if fact.statistic == "count" and fact.period == share.period and fact.geography == share.geography
    ]
    by_name = [[fact for fact in counts if fact.stems == name] for name in (of, within_it)]
    if all(by_name):
        return by_name[0], by_name[1]
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
    parts = [fact for fact in counts if fact.stems in names]
    if not wholes and by_name[1] and not parts:
        # "fires_share_of_incidents_attended": what is told of the whole is told of the part, too
        kin = [
            fact
            for fact in counts
            if of <= fact.stems <= of | within_it and any(fact.unit == whole.unit for whole in by_name[1])
        ]
        if len({fact.stems for fact in kin}) == 1:
            return kin, by_name[1]
    return parts, wholes


def _shares_by_name(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A share of a total is what is counted over that total, where both are printed for its period."""
    for share in facts:
        if not share.is_share or "_share_of_" not in share.indicator or share.statistic != "percent":
            continue
        parts, wholes = counts_of_a_share(facts, share)
        if not parts or not wholes:
            continue
        part, whole = nearest(share, parts), nearest(share, wholes)
        exactly = [fact for fact in parts if fact.qualifier == "="]
        part = nearest(share, exactly) if exactly else part
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


def _of_its_base(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Arrests per 100 crimes, or charged as a percentage of crimes, are the arrests or charges over the crimes."""
    for rate in facts:
        base = PER_BASE.fullmatch(rate.unit)
        if base is None or rate.statistic not in ("rate", "percent") or "_share_of_" in rate.indicator:
            continue
        times = times_of(base["times"])
        name = stems(RATE.sub("", rate.indicator))
        here = [
            fact
            for fact in facts
            if fact.statistic == "count" and (fact.period, fact.geography) == (rate.period, rate.geography)
        ]
        above = [fact for fact in here if fact.stems == name and fact.unit != base["base"]]
        below = [fact for fact in here if fact.unit == base["base"]]
        if base["base"].rstrip("s") in EVERYBODY:
            # of everybody who lives there, by whatever word
            below = [fact for fact in here if fact.stems <= EVERYBODY | ALL]
        # of several things counted in crimes nobody knows which is meant, nor of one that is told apart otherwise
        if len({fact.stems for fact in below}) != 1 or not above:
            continue
        if not below[0].stems - ALL - EVERYBODY - stems("_".join(below[0].unit.split())) <= name:
            continue
        part, whole = nearest(rate, above), nearest(rate, below)
        follows = ratio(span(part), span(whole), times=times)
        if follows is not None and not span(rate).meets(follows):
            yield Finding(
                ids(rate, part, whole),
                "rate of its base",
                rate.shown,
                str(follows),
                f"{rate.indicator} is printed as {rate.shown} {rate.unit} ({rate.id}), and {part.shown} / {whole.shown} is"
                f" {follows} in {times:,} ({part.id}, {whole.id}).",
            )


def _of_a_named_base(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A percentage of what its unit names is the count of its own name over the count of that name, where neither stands beside it."""
    counts: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.statistic == "count" and not fact.is_change and not fact.is_difference:
            counts[fact.period, fact.geography].append(fact)
    for share in facts:
        base = PER_BASE.fullmatch(share.unit)
        if base is None or not share.is_share or share.statistic != "percent":
            continue
        if share.numerator is not None or share.denominator is not None:
            continue
        words = stems("_".join(re.sub(r"\(.*?\)", " ", base["base"]).split())) - FILLING
        here = counts[share.period, share.geography]
        wholes = [fact for fact in here if fact.stems - FILLING - {"total"} == words]
        parts = [
            fact
            for fact in here
            if fact.indicator == share.indicator and any(fact.unit == whole.unit for whole in wholes)
        ]
        # told of another unit as well, nobody knows which is meant
        if not parts or not wholes or len({fact.unit for fact in wholes}) > 1:
            continue
        reckoned = [(part, whole) for part in parts for whole in wholes]
        follows = [ratio(span(part), span(whole)) for part, whole in reckoned]
        if not any(one is None or span(share).meets(one) for one in follows):
            part, whole = nearest(share, parts), nearest(share, wholes)
            yield from _not_the_ratio(share, [part, whole], span(part), span(whole))


def _of_other_rows(facts: Sequence[Fact]) -> Iterator[Finding]:
    """A percentage whose counts, or one of them, stand in other rows: what is counted bears its name, and its whole a shorter
    one and the unit that it is a percentage of. Of forces the base stands beside their count."""
    for share in facts:
        base = PER_BASE.fullmatch(share.unit)
        cells = share.numerator, share.denominator
        if base is None or not share.is_share or share.statistic != "percent" or None not in cells:
            continue
        name = stems(RATE.sub("", share.indicator))
        here = [fact for fact in facts if (fact.period, fact.geography) == (share.period, share.geography)]
        counted_here = [
            one
            for one in here
            if one.statistic in ("count", "n_forces")
            and one.indicator == share.indicator
            and one.denominator
            and comparable(one, share)
        ]
        if counted_here and cells == (None, None):
            one = nearest(share, counted_here)
            assert one.denominator is not None
            yield from _not_the_ratio(share, [one], span(one), counted(one.denominator))
            continue
        if base["base"] == "forces":
            continue
        alike = [one for one in here if one.statistic == "count" and one.unit == base["base"]]
        above = [one for one in alike if one.stems == name]
        wider = [one for one in alike if len(one.stems) and one.stems < name]
        most = max((len(one.stems) for one in wider), default=0)
        below = [one for one in wider if len(one.stems) == most]
        # two names of one length are two wholes, and nobody knows which is meant
        if len({one.stems for one in below}) > 1:
            continue
        rows = [
            nearest(share, some)
            for some, cell in ((above, cells[0]), (below, cells[1]))
            if cell is None and some
        ]
        if len(rows) != cells.count(None):
            continue
        part = span(rows[0]) if cells[0] is None else counted(cells[0])
        whole = span(rows[-1]) if cells[1] is None else counted(cells[1])
        yield from _not_the_ratio(share, rows, part, whole)


def _not_the_ratio(share: Fact, rows: Sequence[Fact], part: Span, whole: Span) -> Iterator[Finding]:
    follows = ratio(part, whole)
    if follows is not None and not span(share).meets(follows):
        yield Finding(
            ids(share, rows),
            "share of a total",
            share.shown,
            str(follows),
            f"{share.indicator} is printed as {share.shown} {share.unit} ({share.id}), and {part} / {whole} = {follows}"
            f" percent ({', '.join(ids(rows))}).",
        )


def _percentages(facts: Sequence[Fact]) -> Iterator[Fact]:
    """The parts of a whole that are printed in percent; the ends of a range are of two forces, and no parts of one whole."""
    return (fact for fact in facts if fact.is_share and fact.statistic == "percent")


def _sides(fact: Fact) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """Of what a name is one of two sides: the name with the sides' place left open, which side, and whether some may be neither."""
    words = tuple(fact.indicator.split("_"))
    for at, word in enumerate(words):
        rest = words[:at], words[at + 1 :]
        if word in ("not", "non"):
            yield (*rest[0], *rest[1]), "not", bool(BETWEEN & {*rest[1]})
        elif word in ("any", "none"):
            yield (*rest[0], "any", *rest[1]), "" if word == "any" else "not", False
        elif word in ("with", "without"):
            yield (*rest[0], "with", *rest[1]), word, False
        elif word.startswith("un"):
            yield (*rest[0], word[2:], *rest[1]), "not", word[2:] in BETWEEN
        elif word.startswith("dis") and word[3:] in BETWEEN:
            yield (*rest[0], word[3:], *rest[1]), "not", True
        for division in SEXES:
            if (one := stem(word)) in division.split():
                yield (*rest[0], division, *rest[1]), one, True
    yield words, "", True


def _opposites(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Those who are trained and those who are untrained are together all of one whole, the satisfied and unsatisfied no more than it."""
    sides: dict[tuple[object, ...], dict[str, tuple[Fact, bool]]] = defaultdict(dict)
    for fact in facts:
        counts = fact.statistic == "count" and fact.denominator is not None and not fact.is_difference
        if fact.qualifier != "=" or not (counts or (fact.is_share and fact.statistic == "percent")):
            continue
        base = fact.denominator if counts else None
        for name, side, between in _sides(fact):
            frame = fact.statistic, base, fact.period, fact.geography, fact.unit
            sides[name, *frame].setdefault(side, (fact, between))
    for two in sides.values():
        for (first, (one, _)), (second, (other, between)) in combinations(two.items(), 2):
            sexes = any({first, second} == {*division.split()} for division in SEXES)
            if not sexes and {first, second} not in ({"", "not"}, {"with", "without"}):
                continue
            between = between if second != "" else two[first][1]
            beside = [
                fact
                for fact in facts
                if (fact.period, fact.geography, fact.unit) == (one.period, one.geography, one.unit)
                and fact.statistic == one.statistic
                and (one.is_share or fact.denominator == one.denominator)
                and fact not in (one, other)
                and fact.indicator.split("_")[0]
                in (one.indicator.split("_")[0], other.indicator.split("_")[0])
            ]
            whole = Fraction(100) if one.is_share else Fraction(one.denominator or 0)
            both = Span(span(one).low + span(other).low, span(one).high + span(other).high)
            # who are neither, or have not answered yet, may be told beside them
            least = Fraction(0) if between or (beside and first != "with" != second) else whole
            if sexes:
                least = whole - UNRECORDED
                beyond = one.stems - one.based - FILLING - {first, second, "share", "da", "total"}
                if (
                    not one.is_share
                    or beyond
                    or not _of_itself(one)
                    or both.low * 100 > whole * SEVERAL_ANSWERS
                ):
                    # "of women 15 percent were": so many of each, which are no halves
                    continue
            if not both.meets(Span(least, whole)):
                yield Finding(
                    ids(one, other),
                    "shares of one total" if one.is_share else "parts and their total",
                    f"{one.shown} + {other.shown}",
                    shown(whole),
                    f"{one.indicator} is {one.shown} ({one.id}) and {other.indicator} {other.shown} ({other.id}), together"
                    f" {'more than' if both.low > whole else 'not'} all.",
                )


def _of_itself(fact: Fact) -> bool:
    """Whether a percentage is of the very things that its name counts: "victims_female", of victims."""
    return "share" in fact.stems or bool(fact.based & fact.stems)


def _limits(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Who waited for over two years had waited for over one, and whoever is seen within four hours is seen within twelve."""
    groups: dict[tuple[object, ...], list[tuple[Fraction, Fact]]] = defaultdict(list)
    for fact in facts:
        counts = fact.statistic in ("count", "n_forces") and not fact.is_change
        shares = (
            fact.is_share and fact.statistic == "percent" and not fact.stems & {"age", "ag", *WITHIN_EACH}
        )
        told = LIMIT.fullmatch(fact.indicator)
        if told is None or not (counts or shares):
            continue
        limits = numbers(told["limit"])
        if len(limits) == 1:
            frame = fact.statistic, fact.period, fact.geography, fact.unit, fact.denominator, fact.source
            groups[told["before"], told["way"], told["after"].replace("years", "year"), *frame].append(
                (limits[0], fact)
            )
    for (_, way, *_), several in groups.items():
        several.sort(key=lambda one: (one[0], one[1].line))
        for (low, one), (high, other) in combinations(several, 2):
            wide, narrow = (one, other) if way in UPWARDS else (other, one)
            if low != high and span(narrow).low > span(wide).high:
                yield Finding(
                    ids(narrow, wide),
                    "part above whole",
                    narrow.shown,
                    f"{wide.shown} at most",
                    f"{narrow.indicator} is {narrow.shown} ({narrow.id}), who are among {wide.indicator}, {wide.shown} ({wide.id}).",
                )


def _ages(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Shares by age, of ages that nobody can have two of, are together no more than all."""
    groups: dict[tuple[object, ...], dict[tuple[int, int], Fact]] = defaultdict(dict)
    for fact in _percentages(facts):
        if told := AGED.fullmatch(fact.indicator):
            first = int(told["over"]) + 1 if told["over"] else int(told["first"] or 0)
            last = int(told["last"] or told["under"] or 200)
            frame = told["of"], fact.statistic, fact.period, fact.geography, fact.unit, fact.source
            groups[frame].setdefault((first, last - bool(told["under"])), fact)
    for (name, *_), group in groups.items():
        ages = sorted(group)
        if len(ages) < 2 or any(later[0] <= earlier[1] for earlier, later in pairwise(ages)):
            continue
        shares = [group[age] for age in ages]
        if sum((span(fact).low for fact in shares), Fraction(0)) > 100:
            reckoned = " + ".join(fact.shown for fact in shares)
            yield Finding(
                ids(shares),
                "shares of one total",
                reckoned,
                "100 at most",
                f"{name}, by age: {reckoned} is more than all ({', '.join(ids(shares))}).",
            )


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
    # of "officers_by_rank_total" the other ranks are parts
    name = TOTAL.sub("", whole.indicator)
    inner, outer = stems(name.split("_where_")[0]) - FILLING, part.head - FILLING
    # of "prisoners_category_a" no other category is a part
    inner |= {name.rpartition("_")[2]} & FILLING
    if inner == outer:
        return "_where_" in part.indicator and "_where_" not in whole.indicator
    if part.is_difference or whole.is_difference or not _in_order(whole, part):
        return False
    # a name of one word is that of the whole where the part's begins with it
    own = len(inner) >= 2 or part.indicator.startswith(f"{name}_")
    # "officers_and_staff" are more than officers, "bed_spaces_needed" are none of those that there are
    beyond = set(part.indicator.split("_")) - set(whole.indicator.split("_"))
    return bool(inner) and own and inner < outer and not NO_PART & {stem(word) for word in beyond}


def _in_order(whole: Fact, part: Fact) -> bool:
    """Whether the whole's words stand in the part's name as often: of "officers_by_rank_chief_officers" no other rank is a part."""
    outer = Counter(map(stem, part.indicator.split("_where_")[0].split("_")))
    inner = Counter(map(stem, TOTAL.sub("", whole.indicator.split("_where_")[0]).split("_")))
    return all(outer[word] >= times for word, times in inner.items() if word not in FILLING)


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
    name = TOTAL.sub("", whole.indicator)
    together = together or (
        len(parts) >= 3
        and added <= Fraction(whole.value) * (1 + SLIP)
        and all(part.indicator.startswith(f"{name}_") for part in parts)
    )
    leaves_nothing = _make_all(whole, parts) and not _some_make_it(whole, parts)
    if ((together or leaves_nothing) and spread.low > most.high) or (
        leaves_nothing and spread.high < most.low
    ):
        yield Finding(
            ids(whole, parts),
            "parts and their total",
            whole.shown,
            shown(added),
            f"{whole.indicator} is {whole.shown} ({whole.id}), and its parts are {reckoned} = {shown(added)}"
            f" ({', '.join(ids(parts))}).",
        )


def _some_make_it(whole: Fact, parts: Sequence[Fact]) -> bool:
    """Whether the parts are told by more than one trait, those of one being the whole, or all of them by far beyond it."""
    if len(parts) < 3 or len(parts) > MOST_TRIED:
        return False
    if sum((span(part).low for part in parts), Fraction(0)) > span(whole).high * SEVERAL_ANSWERS / 100:
        return True
    rest = next((part for part in parts if (part.stems - whole.stems) & REST), None)
    others = [part for part in parts if part is not rest]
    if rest is None:
        return False
    return any(
        Span(
            *(sum((getattr(span(one), end) for one in (rest, *some)), Fraction(0)) for end in ("low", "high"))
        ).meets(span(whole))
        for many in range(2, len(others))
        for some in combinations(others, many)
    )


def _make_all(whole: Fact, parts: Sequence[Fact]) -> bool:
    """Whether the parts leave nothing: two that are each other's rest, or one that names the rest."""
    return _divided([part.stems - whole.stems for part in parts]) or (
        len(parts) > 2 and any((part.stems - whole.stems) & REST for part in parts)
    )


def _divided(parts: Sequence[frozenset[str]]) -> bool:
    """Whether each of the words that divide a whole is that of one part."""
    return any(
        len(parts) == len(division)
        and all(words & division for words in parts)
        and frozenset().union(*parts) >= division
        for division in DIVISIONS
    )


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


def _shares_of_a_whole(facts: Sequence[Fact]) -> Iterator[Finding]:
    """Shares that divide one whole are together all of it, and no more where one of them is of whatever is left."""
    frames: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.is_share:
            frames[fact.statistic, fact.period, fact.geography, fact.unit, fact.source].append(fact)
    for frame in frames.values():
        for name in dict.fromkeys(fact.indicator.rpartition("_")[0] for fact in frame):
            group = [fact for fact in frame if name and fact.indicator.startswith(f"{name}_")]
            words = [stems(fact.indicator.removeprefix(f"{name}_")) for fact in group]
            divided = _divided(words)
            if len({*words}) < len(group) or not (divided or any(one <= REST for one in words)):
                continue
            said = frozenset().union(*words)
            if stems(name) & WITHIN_EACH or any(said.issuperset(one.split()) for one in SEXES):
                # of the sexes is asked with other opposites
                continue
            if divided and not (all(map(_of_itself, group)) or stems(name) & GRADED or said & ANSWERED):
                # of those who live in towns and of those who do not, so many each
                continue
            low = sum((span(fact).low for fact in group), Fraction(0))
            high = sum((span(fact).high for fact in group), Fraction(0))
            if any(SEVERAL.search(f"{fact.unit} {fact.note} {fact.quote}") for fact in group):
                continue
            if (low > 100 and (divided or low <= SEVERAL_ANSWERS)) or (divided and high < 100):
                reckoned = " + ".join(fact.shown for fact in group)
                yield Finding(
                    ids(group),
                    "shares of one total",
                    reckoned,
                    "100" if divided else "100 at most",
                    f"{name}: {reckoned} is {'more' if low > 100 else 'less'} than all ({', '.join(ids(group))}).",
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
                    and after not in earlier.head
                    and before not in later.head
                    and (earlier.period, earlier.geography) == (later.period, later.geography)
                    and (earlier.head - {before}) == (later.head - {after})
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


def _shares_of_one(facts: Sequence[Fact]) -> Iterator[Finding]:
    """What several places have of one total is never more than all of it."""
    groups: dict[tuple[str, object, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.is_share and "_share_of_" in fact.indicator and fact.statistic == "percent":
            if fact.of_all and "combined" not in fact.geography:
                continue
            groups[re.sub(r"_next_[a-z]+$", "", fact.indicator), fact.end, fact.unit].append(fact)
    for (name, _, _), group in groups.items():
        added = sum(span(fact).low for fact in group)
        # a place may have a share of its own total, as its country has: only where places are told together it is one of all
        together = any("_next_" in fact.indicator or "combined" in fact.geography for fact in group)
        if (
            together
            and len(group) > 1
            and len({fact.geography for fact in group}) == len(group)
            and added > 100
        ):
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
