"""The questions that a return raises: by itself, against its own past, against others, against what is published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import copysign, sqrt
from statistics import median
from typing import Final

from throughline.measures.dispersion import LEVEL, Dispersion, dispersion
from throughline.reference import Row, UnknownCode, load
from throughline.statistics.returns.items import Item, items
from throughline.statistics.returns.rules import Query, Return

#: A nought where its whole has so many is rather a figure that was not there.
NOUGHT_OF: Final = 200
#: From so many a figure is large enough to speak of by what factor it changed.
ENOUGH: Final = 30
#: By more than so much either way a figure does not change from year to year without a reason.
FACTOR: Final = 2.0
#: By more than so much does what adds up since a day not grow: a second year doubles it where it is as the first, and may itself be twice that.
ADDED: Final = 1 + FACTOR
#: How far from ten or a thousand times a slip of a digit or of a unit may be, for the year has changed as well.
NEAR: Final = 0.35
#: So many figures as the year before, all the same, are those of the year before.
THE_SAME: Final = 5
#: So many rows in a run that have their neighbour's figures were shifted.
RUN: Final = 3
#: How far a row may be from its neighbour's past to be taken for it.
LIKE: Final = 0.15
#: To what figures are rounded. Of counts one in five is a multiple of 5: where so many are nearly all, they were rounded.
MULTIPLES: Final = (1000, 100, 50, 10, 5)
MANY: Final = 20
NEARLY_ALL: Final = 0.8
#: So many wholes show by what factor all figures of a force changed.
WHOLES: Final = 5


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def rounded_to(told: Return) -> int:
    """The multiple to which the figures of a return were rounded; 1 where they are counts."""
    values = [entry.value for entry in told.entries.values() if entry.value]
    if len(values) < MANY:
        return 1
    rounded = (
        one for one in MULTIPLES if sum(not value % one for value in values) >= NEARLY_ALL * len(values)
    )
    return next(rounded, 1)


def within_itself(told: Return) -> tuple[Query, ...]:
    """What cannot be, or hardly, by the return alone."""
    listed = items(told.year_end)
    return (
        *_parts(told, listed),
        *_totals(told, listed),
        *_rounded(told),
        *_noughts(told, listed),
        *_own_definitions(told, listed),
    )


def _parts(told: Return, listed: Sequence[Item]) -> Iterator[Query]:
    labels = {item.code: item.label for item in listed}
    for item in listed:
        part, whole = told.value(item.code), told.value(item.part_of) if item.part_of else None
        if part is None or whole is None or item.part_of is None or part <= whole:
            continue
        share = f"{part / whole:.0%}" if whole else "more than all"
        yield Query(
            "error",
            "part above whole",
            (item.code, item.part_of),
            number(part),
            f"{number(whole)} at most",
            f"{item.label} are {number(part)}, a part of “{labels[item.part_of]}”, which are {number(whole)}: {share}.",
            "Look whether the two were changed over, or one stands on another basis.",
        )


type Breakdown = tuple[str, str | None]
"""What its parts add up to, and by what they tell it apart."""


def _breakdowns(listed: Sequence[Item]) -> dict[Breakdown, list[Item]]:
    groups: dict[Breakdown, list[Item]] = defaultdict(list)
    for item in listed:
        if item.adds_to:
            groups[item.adds_to, item.breakdown].append(item)
    return groups


def _totals(told: Return, listed: Sequence[Item]) -> Iterator[Query]:
    labels = {item.code: item.label for item in listed}
    unit = rounded_to(told)
    for (whole, _), parts in _breakdowns(listed).items():
        total = told.value(whole)
        given = [told.value(part.code) for part in parts]
        if total is None:
            continue
        values = [value for value in given if value is not None]
        # each that was rounded may be half of it off
        loose = unit / 2 * sum(not value % unit for value in (*values, total)) if unit > 1 else 0
        if len(values) < len(given):
            # with one of them not provided they may be less, and never more
            if values and sum(values) > total + loose and all(value <= total for value in values):
                yield _added(whole, labels[whole], parts, values, total)
        elif abs(sum(values) - total) > loose:
            yield _added(whole, labels[whole], parts, values, total)


def _added(whole: str, label: str, parts: Sequence[Item], values: Sequence[int], total: int) -> Query:
    reckoned = " + ".join(number(value) for value in values)
    return Query(
        "error",
        "parts and their total",
        (whole, *(part.code for part in parts)),
        number(total),
        number(sum(values)),
        f"{label} are {number(total)}, and their parts are {reckoned} = {number(sum(values))}.",
        "Correct the part or the total, so that they add up.",
    )


def _rounded(told: Return) -> Iterator[Query]:
    unit = rounded_to(told)
    given = [code for code, entry in told.entries.items() if entry.value]
    rounded = [code for code in given if not (told.value(code) or 0) % unit]
    if unit > 1:
        yield Query(
            "question",
            "rounded",
            tuple(rounded),
            f"{len(rounded)} of {len(given)}",
            f"{len(given) / unit:.0f} of {len(given)}",
            f"{len(rounded)} of {len(given)} figures are multiples of {unit}, as counts are not; one in {unit} would be.",
            "Give each count as it is, not rounded: what is too small to be published is protected when it is.",
        )


def _noughts(told: Return, listed: Sequence[Item]) -> Iterator[Query]:
    for item in listed:
        whole = told.value(item.part_of) if item.part_of else None
        if told.value(item.code) == 0 and whole is not None and whole >= NOUGHT_OF and item.compared:
            yield Query(
                "question",
                "nought for unable",
                (item.code,),
                "0",
                "",
                f"{item.label} are 0 of {number(whole)}.",
                'If they could not be counted, say "unable to provide" and why; a nought is published as one.',
            )


def _own_definitions(told: Return, listed: Sequence[Item]) -> Iterator[Query]:
    for item in listed:
        entry = told.entries.get(item.code)
        if not item.by_own_definition or entry is None or entry.value is None or entry.note:
            continue
        counted = told.methods.get(item.sheet)
        if counted is None or not counted.definition:
            yield Query(
                "question",
                "own definition",
                (item.code,),
                number(entry.value),
                "",
                f"{item.label}: {number(entry.value)}, and it is not said what that definition is.",
                "Say it in the note, or in methods as the definition of the sheet; without one of its own a force is unable to provide it.",
            )


def without_method(told: Return) -> tuple[Query, ...]:
    """Sheets with a figure of which the force did not say how it was counted."""
    found: dict[str, Item] = {}
    for item in items(told.year_end):
        if told.value(item.code) is not None and item.sheet not in told.methods:
            found.setdefault(item.sheet, item)
    return tuple(
        Query(
            "question",
            "method",
            (item.code,),
            "",
            "",
            f"It is not said how {sheet} was counted.",
            "Say in methods by what it was counted, by whose definition, and how.",
        )
        for sheet, item in found.items()
    )


def against_past(told: Return, before: Return) -> tuple[Query, ...]:
    """What changed since the return before as figures do not change."""
    listed = items(told.year_end)
    pairs = {
        item.code: (was, now)
        for item in listed
        if (was := before.value(item.code)) is not None and (now := told.value(item.code)) is not None
    }
    unit = max(rounded_to(told), rounded_to(before))
    # what was rounded is the same sooner, unless it is large, or all is
    large = [code for code, (_, now) in pairs.items() if now >= ENOUGH * unit]
    same = [code for code in large if pairs[code][0] == pairs[code][1]]
    if len(pairs) >= MANY and all(was == now for was, now in pairs.values()):
        large = same = [*pairs]
    if len(same) >= THE_SAME and len(same) * 2 >= len(large):
        return (
            Query(
                "error",
                "stale year",
                tuple(same),
                f"{len(same)} figures",
                "figures of another year",
                f"{len(same)} of {len(pairs)} figures are those of the year to {before.year_end}, to the last digit.",
                f"Send the figures of the year to {told.year_end}.",
            ),
        )
    past = _Past(told, before, listed, pairs)
    if shifted := _shifted(listed, past):
        return (shifted,)
    queries = (query for item in listed if item.code in pairs for query in _changed(item, past))
    return (*_all_of_it(past), *_by_breakdown(queries, listed))


class _Past:
    """A return beside the one before: by what each figure changed, and what else changed alike."""

    def __init__(
        self, told: Return, before: Return, listed: Sequence[Item], pairs: dict[str, tuple[int, int]]
    ) -> None:
        self.told, self.before, self.pairs = told, before, pairs
        self.unit = max(rounded_to(told), rounded_to(before))
        self.wholes = [
            item for item in listed if not item.part_of and min(pairs.get(item.code, (0, 0))) >= ENOUGH
        ]
        changes = [pairs[item.code][1] / pairs[item.code][0] for item in self.wholes]
        #: by what factor all figures of the force changed, in the middle
        self.grew = median(changes) if len(changes) >= WHOLES else 1.0
        self._unrecorded: dict[str, str] = {}
        self.add_up: set[str] = set()
        wrong = {query.items for query in _totals(told, listed)}
        for (whole, _), parts in _breakdowns(listed).items():
            codes = tuple(part.code for part in parts)
            if {whole, *codes} <= {*pairs} and (whole, *codes) not in wrong:
                # a slip of one alone would show in their total
                self.add_up |= {*codes}
            for part in parts:
                if part.unrecorded:
                    self._unrecorded |= {code: part.code for code in codes if code != part.code}

    def alongside(self, item: Item) -> tuple[float, ...]:
        """By what factors a figure changes without a reason of its own: not at all, as all of it, its whole, the recorded part of it did."""
        found = [1.0, self.grew]
        was, now = self.pairs.get(item.part_of or "", (0, 0))
        if was and now:
            found.append(now / was)
            lacked, lacks = self.pairs.get(self._unrecorded.get(item.code, ""), (0, 0))
            if was > lacked and now > lacks:
                found.append((now - lacks) / (was - lacked))
        return tuple(found)


def _all_of_it(past: _Past) -> Iterator[Query]:
    """One question where all of a force's figures changed alike: two forces became one, or all are counted by another thing."""
    if 1 / FACTOR <= past.grew <= FACTOR:
        return
    reckoned = "; ".join(
        f"{item.label} {number(now)}, and were {number(was)}"
        for item in past.wholes
        for was, now in [past.pairs[item.code]]
    )
    yield Query(
        "question",
        "whole return",
        tuple(item.code for item in past.wholes),
        f"{past.grew:.2f} times",
        f"{1 / FACTOR:g} to {FACTOR:g} times",
        f"Half of {len(past.wholes)} figures that are part of no other are above {past.grew:.2f} times what they were, and half below:"
        f" {reckoned}.",
        "Say whether the force or its area changed, or by what all of it is counted; each other figure is held against its past with that"
        " taken out.",
    )


def _by_breakdown(queries: Iterable[Query], listed: Sequence[Item]) -> Iterator[Query]:
    """The questions, those with one cause as one: of parts that add up, where one grows the others go down; and of what is not
    recorded of the same people."""
    group: dict[str, object] = {
        item.code: (item.adds_to, item.unrecorded or item.breakdown) for item in listed if item.adds_to
    }
    asked: dict[object, list[Query]] = defaultdict(list)
    for query in queries:
        code = query.items[0]
        asked[(query.rule, group[code]) if query.level == "question" and code in group else query].append(
            query
        )
    for first, *more in asked.values():
        alike = (first, *more)
        yield replace(
            first,
            items=tuple(dict.fromkeys(one.items[0] for one in alike)) + first.items[1:],
            printed="; ".join(one.printed for one in alike),
            recomputed="; ".join(one.recomputed for one in alike),
            message=" ".join(one.message for one in alike),
        )


def _shifted(listed: Sequence[Item], past: _Past) -> Query | None:
    """A run of rows that have the past of the row above or below, and not their own, nor theirs changed as others did."""
    told, before = past.told, past.before

    def has_its_own(item: Item, now: int) -> bool:
        own = before.value(item.code)
        return own is not None and any(
            abs(now - own * by) <= LIKE * max(own * by, 1) for by in past.alongside(item)
        )

    for step in (-1, 1):
        run: list[Item] = []
        for at, item in enumerate(listed):
            beside = listed[at + step].code if 0 <= at + step < len(listed) else None
            now = told.value(item.code)
            other = before.value(beside) if beside else None
            fits = (
                now is not None
                and other is not None
                and other >= ENOUGH
                and abs(now - other) <= LIKE * other
                and not has_its_own(item, now)
            )
            if fits:
                run.append(item)
                if len(run) >= RUN:
                    where = "above" if step < 0 else "below"
                    return Query(
                        "error",
                        "shifted rows",
                        tuple(one.code for one in run),
                        ", ".join(number(told.value(one.code) or 0) for one in run),
                        ", ".join(number(before.value(one.code) or 0) for one in run),
                        f"{'; '.join(one.label for one in run)} have what the row {where} each had the year before.",
                        "Put the figures back into their rows.",
                    )
            else:
                run = []
    return None


def _changed(item: Item, past: _Past) -> Iterator[Query]:
    was, now = past.pairs[item.code]
    if max(was, now) < ENOUGH:
        return
    reckoned = f"{item.label} are {number(now)}, and were {number(was)}"
    times = now / was if was else float("inf")
    slips = (
        (10.0, "tenfold", "Count the noughts."),
        (1000.0, "unit", "Tell the figure in ones, not in thousands."),
    )
    for slip, rule, remedy in () if item.code in past.add_up else slips:
        for factor in (slip, 1 / slip):
            # also with what all figures grew by taken out
            if was and now and all(abs(one / factor - 1) <= NEAR for one in (times, times / past.grew)):
                yield Query(
                    "error",
                    rule,
                    (item.code,),
                    number(now),
                    number(was),
                    f"{reckoned}: {times:.3g} times.",
                    remedy,
                )
                return
    whole_was, whole = past.pairs.get(item.part_of or "", (0, 0))
    slipped = was >= ENOUGH * 10 and 0 < now <= 100 and item.code not in past.add_up
    if whole and whole_was and slipped and abs(now - was / whole_was * 100) <= 6:
        yield Query(
            "error",
            "percentage for count",
            (item.code,),
            number(now),
            number(was / whole_was * whole),
            f"{reckoned}; {number(was)} of {number(whole_was)} were {was / whole_was:.0%}, so that {number(now)} is rather a percentage.",
            "Give the count.",
        )
        return
    # what was rounded is as near as it may have been
    off = min(past.unit / 2 if past.unit > 1 else 0, abs(now - was) / 2)
    nearer, then = (now - off, was + off) if now > was else (now + off, was - off)
    # a factor of two, and more than counts of that size do by chance, and not because what it is a part of or all went the same way
    far = abs(nearer - then) > 3.09 * sqrt(nearer + then)
    adds_up = item.basis == "since-introduction"
    most = ADDED if adds_up else FACTOR
    nearly = nearer / then if then else float("inf")
    if far and adds_up and now < was and whole >= whole_was:
        yield Query(
            "question",
            "own past",
            (item.code,),
            number(now),
            f"{number(was)} at least",
            f"{reckoned}, though they add up since there are any: there cannot be fewer than the year before.",
            "Give all since the introduction, not those of the year, or say what was corrected.",
        )
    elif far and (
        not then or not nearer or all(not 1 / FACTOR <= nearly / by <= most for by in past.alongside(item))
    ):
        yield Query(
            "question",
            "own past",
            (item.code,),
            number(now),
            f"{number(was / FACTOR)} to {number(was * most)}",
            f"{reckoned}: {'' if not was else f'{times:.2f} times, '}beyond a factor of {most:g} and chance.",
            "Say what changed, in what happens or in how it is counted.",
        )


def against_others(
    returns: Iterable[Return], before: Iterable[Return] = (), *, level: float = LEVEL
) -> dict[str, tuple[Query, ...]]:
    """By force, the shares that differ from those of all forces by more than forces differ, the plain funnel beside.

    Forces that could not provide a figure are not in its funnel. Nothing is asked of an item that too few provided, nor of a
    share that lay outside on the same side among the returns of the year ``before``: it was asked about then, and what has
    changed since is for `against_past` to ask.
    """
    given = sorted(returns, key=lambda told: told.force)
    earlier = [*before]
    found: dict[str, list[Query]] = {told.force: [] for told in given}
    units = {told.force: rounded_to(told) for told in given}
    if not given:
        return {}
    listed = items(max(told.year_end for told in given))
    for item in listed:
        spread = shares(given, item, level=level)
        if spread is None:
            continue
        then = shares(earlier, item, level=level)
        for force in spread.outside:
            place = spread.places[force]
            was = then.places.get(force) if then else None
            if was and was.outside and was.score * place.score > 0:
                continue
            # what was rounded may lie within by what was lost
            lost = units[force] / 2 if units[force] > 1 else 0
            if place.low * place.of <= place.counted - copysign(lost, place.score) <= place.high * place.of:
                continue
            found[force].append(
                Query(
                    "question",
                    "other forces",
                    (item.code, item.part_of or ""),
                    f"{place.share:.1%}",
                    f"{place.low:.1%} to {place.high:.1%}",
                    f"{item.label} are {number(place.counted)} of {number(place.of)} = {place.share:.1%}; of all"
                    f" {len(spread.places)} forces {spread.average:.1%}, between {place.low:.1%} and {place.high:.1%} at this size"
                    f" (score {place.score:.1f}; a plain binomial funnel has {place.plain_low:.1%} to {place.plain_high:.1%},"
                    f" with {len(spread.plain_outside)} forces outside).",
                    "Say what differs, in what happens or in how it is counted.",
                )
            )
    return {force: tuple(_by_breakdown(queries, listed)) for force, queries in found.items()}


def shares(returns: Iterable[Return], item: Item, *, level: float = LEVEL) -> Dispersion | None:
    """The funnel of an item's share of what it is part of, over whoever provided both; None where there is none."""
    if not item.compared or item.part_of is None:
        return None
    counts = {
        told.force: (part, whole)
        for told in returns
        if (part := told.value(item.code)) is not None
        and (whole := told.value(item.part_of)) is not None
        and part <= whole
    }
    return dispersion(counts, level=level)


@dataclass(frozen=True, slots=True)
class Outside:
    """A figure beside what a published series has for the same area and year, and between which ends it is not asked about."""

    item: str
    value: int
    series: str
    published: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        return not self.low <= self.value <= self.high

    @property
    def allowed(self) -> str:
        return (
            f"{number(round(self.low))} to {number(round(self.high))}"
            if self.low
            else f"{number(round(self.high))} at most"
        )

    @property
    def arithmetic(self) -> str:
        return f"{number(self.value)} / {number(round(self.published))} = {self.value / self.published:.3f}"


def beside_outside(told: Return) -> tuple[Outside, ...]:
    """Every figure of which a series of the same area and year is carried, beside it.

    Which series those are, and how far a figure may be from them, is the list `outside-series`.
    """
    found: list[Outside] = []
    for rule in load("outside-series").as_of(told.year_end):
        value, published = told.value(rule.text("item")), _published(rule, told)
        if value is None or not published:
            continue
        within = rule.number("within") / 100
        low = published * (1 - within) if rule.text("relation") == "same" else 0.0
        found.append(Outside(rule.text("item"), value, rule.label, published, low, published * (1 + within)))
    return tuple(found)


def against_outside(told: Return) -> tuple[Query, ...]:
    """Figures that are further from a published series of the same area and year than its revisions take it.

    An area or a year of which no series is carried is asked nothing.
    """
    listed = {item.code: item for item in items(told.year_end)}
    return tuple(
        Query(
            "question",
            "outside series",
            (one.item,),
            number(one.value),
            one.allowed,
            f"{listed[one.item].label} are {number(one.value)}, and {number(round(one.published))} in {one.series}:"
            f" {one.arithmetic}.",
            "Say which offences, days or people differ, or correct the figure.",
        )
        for one in beside_outside(told)
        if one.differs
    )


def _published(rule: Row, told: Return) -> float | None:
    """What a series has for the force and exactly the year of a return."""
    try:
        row = load(rule.text("series")).get(told.force, on=told.year_end)
    except UnknownCode:
        return None
    if row.valid_until != told.year_end:
        return None
    return row.number(rule.text("column")) / rule.number("divided_by")
