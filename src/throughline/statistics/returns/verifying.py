"""The questions that a return raises: by itself, against its own past, against others, against what is published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
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
#: How far from ten or a thousand times a slip of a digit or of a unit may be, for the year has changed as well.
NEAR: Final = 0.35
#: So many figures as the year before, all the same, are those of the year before.
THE_SAME: Final = 5
#: So many rows in a run that have their neighbour's figures were shifted.
RUN: Final = 3
#: How far a row may be from its neighbour's past to be taken for it.
LIKE: Final = 0.15


def number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def within_itself(told: Return) -> tuple[Query, ...]:
    """What cannot be, or hardly, by the return alone."""
    listed = items(told.year_end)
    return (
        *_parts(told, listed),
        *_totals(told, listed),
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


def _totals(told: Return, listed: Sequence[Item]) -> Iterator[Query]:
    groups: dict[tuple[str, str | None], list[Item]] = defaultdict(list)
    labels = {item.code: item.label for item in listed}
    for item in listed:
        if item.adds_to:
            groups[item.adds_to, item.breakdown].append(item)
    for (whole, _), parts in groups.items():
        total = told.value(whole)
        given = [told.value(part.code) for part in parts]
        if total is None or any(value is None for value in given):
            # with one of them not provided they may be less, and never more
            known = [value for value in given if value is not None]
            if total is not None and known and sum(known) > total and all(value <= total for value in known):
                yield _added(whole, labels[whole], parts, known, total)
            continue
        values = [value for value in given if value is not None]
        if sum(values) != total:
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
    same = [code for code, (was, now) in pairs.items() if was == now and now >= ENOUGH]
    if len(same) >= THE_SAME and len(same) * 2 >= sum(1 for was, now in pairs.values() if now >= ENOUGH):
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
    if shifted := _shifted(listed, told, before):
        return (shifted,)
    return tuple(
        query
        for item in listed
        if item.code in pairs
        for query in _changed(item, *pairs[item.code], told, before)
    )


def _shifted(listed: Sequence[Item], told: Return, before: Return) -> Query | None:
    """A run of rows that have the past of the row above or below, and not their own."""
    for step in (-1, 1):
        run: list[Item] = []
        for at, item in enumerate(listed):
            beside = listed[at + step].code if 0 <= at + step < len(listed) else None
            now, own = told.value(item.code), before.value(item.code)
            other = before.value(beside) if beside else None
            fits = (
                now is not None
                and other is not None
                and other >= ENOUGH
                and abs(now - other) <= LIKE * other
                and (own is None or abs(now - own) > LIKE * max(own, 1))
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


def _changed(item: Item, was: int, now: int, told: Return, before: Return) -> Iterator[Query]:
    if max(was, now) < ENOUGH:
        return
    reckoned = f"{item.label} are {number(now)}, and were {number(was)}"
    times = now / was if was else float("inf")
    for slip, rule, remedy in (
        (10.0, "tenfold", "Count the noughts."),
        (1000.0, "unit", "Tell the figure in ones, not in thousands."),
    ):
        for factor in (slip, 1 / slip):
            if was and now and abs(times / factor - 1) <= NEAR:
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
    whole = told.value(item.part_of) if item.part_of else None
    past = before.value(item.part_of) if item.part_of else None
    if whole and past and was >= ENOUGH * 10 and 0 < now <= 100 and abs(now - was / past * 100) <= 6:
        yield Query(
            "error",
            "percentage for count",
            (item.code,),
            number(now),
            number(was / past * whole),
            f"{reckoned}; {number(was)} of {number(past)} were {was / past:.0%}, so that {number(now)} is rather a percentage.",
            "Give the count.",
        )
        return
    # a factor of two, and more than counts of that size do by chance, and not because what it is a part of went the same way
    far = abs(now - was) > 3.09 * sqrt(now + was)
    grew = whole / past if whole and past else 1.0
    beside_its_whole = times / grew if was else times
    if far and (
        not was or not now or all(not 1 / FACTOR <= one <= FACTOR for one in (times, beside_its_whole))
    ):
        yield Query(
            "question",
            "own past",
            (item.code,),
            number(now),
            f"{number(was / FACTOR)} to {number(was * FACTOR)}",
            f"{reckoned}: {'' if not was else f'{times:.2f} times, '}beyond a factor of {FACTOR:g} and chance.",
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
    if not given:
        return {}
    for item in items(max(told.year_end for told in given)):
        spread = shares(given, item, level=level)
        if spread is None:
            continue
        then = shares(earlier, item, level=level)
        for force in spread.outside:
            place = spread.places[force]
            was = then.places.get(force) if then else None
            if was and was.outside and was.score * place.score > 0:
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
    return {force: tuple(queries) for force, queries in found.items()}


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
