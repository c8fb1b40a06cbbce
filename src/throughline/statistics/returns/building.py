"""Making a force's return from its records, wherever the tables of handover are: in its own database or in files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures import Period
from throughline.measures.contact import (
    government_definition_in_words,
    methods_in_words,
    own_definition_in_words,
)
from throughline.measures.returning import ALL_CRIMES, ELSEWHERE, Asked, asked
from throughline.statistics.returns.items import Item, items
from throughline.statistics.returns.rules import Counted, Entry, Return

#: In a small force the first record of a year may be of a later day than its first, though all are held.
QUIET: Final = timedelta(days=7)

type Run = Callable[[Table], Sequence[Mapping[str, Any]]]


def year_to(last: date) -> Period:
    """The twelve months that end with a day."""
    following = last + timedelta(days=1)
    try:
        return Period(following.replace(year=following.year - 1), last)
    except ValueError:
        # the day after is a leap day
        return Period(date(following.year - 1, 3, 1), last)


def build(
    run: Run,
    *,
    force: str,
    period: Period,
    made_on: date,
    all_crimes: bool = False,
    more: str = "",
    say: Callable[[str], None] = lambda _said: None,
) -> Return:
    """The return of a force for the year that a period is, as its records answer it.

    ``run`` gives the rows of an expression over the shapes of handover. What the records cannot answer is "unable to
    provide" with the reason, never nought: where a table holds nothing, where it begins within the year, where nobody
    recorded what is asked. ``all_crimes`` says that crimes which are not domestic are among the records as well, ``more``
    what else a reader must know of all of them, which every sheet then says.
    """
    listed = items(period.last)
    found: dict[str, Entry] = {}
    by: dict[str, str] = {}
    sheets = {item.code: item.sheet for item in listed}
    for one in (ALL_CRIMES, *asked()) if all_crimes else asked():
        codes = {code for code in one.items.values() if code in sheets}
        if not codes:
            continue
        sheet = sheets[min(codes)]
        say(f"{sheet}: {', '.join(sorted(codes))}")
        for entry in _answered(run, one, period):
            if entry.item in codes:
                found[entry.item] = entry
        by.setdefault(sheet, one.counted_by)
    entries = {item.code: found.get(item.code) or _elsewhere(item) for item in listed}
    return Return(force, period.last, entries, _methods(listed, entries, by, period, made_on, more))


def _answered(run: Run, one: Asked, period: Period) -> Iterator[Entry]:
    why = _unable(run, one, period)
    if why is None:
        figures = {row["group"]: int(row["figure"] or 0) for row in run(one.figures(period))}
        if one.known and figures and {*figures} == {None}:
            why = "not-recorded", "Nobody has recorded it."
    if why is not None:
        yield from (Entry(code, None, why[0], note=why[1]) for code in dict.fromkeys(one.items.values()))
        return
    of_each = dict.fromkeys(one.items.values(), 0)
    for group, code in one.items.items():
        of_each[code] += figures.get(group, 0)
    unknown = 0 if None in one.items else _rows_unknown(run, one, period)
    note = " ".join(
        said for said in (one.note, f"Of {unknown:,} it is not known." if unknown else "") if said
    )
    yield from (Entry(code, figure, note=note) for code, figure in of_each.items())


def _rows_unknown(run: Run, one: Asked, period: Period) -> int:
    """Of how many nobody wrote what is asked."""
    return int(run(one.rows(period).filter(_.group.isnull()).aggregate(rows=_.count()))[0]["rows"])


def _unable(run: Run, one: Asked, period: Period) -> tuple[str, str] | None:
    """Why the tables cannot answer it, as a code of unable-reasons and in words."""
    if (why := one.unless(period.last)) is not None:
        return why
    for name in one.needs:
        if not run(table(name).limit(1).aggregate(rows=_.count()))[0]["rows"]:
            return "not-recorded", f"No {name.removeprefix('handover_').replace('_', ' ')} is held."
    if one.reaches_back:
        begins = run(table(one.needs[0]).aggregate(first=_.day.min()))[0]["first"]
        if begins > period.first + QUIET:
            return "in-change", f"The records begin on {begins:%-d %B %Y}."
    return None


def _elsewhere(item: Item) -> Entry:
    return Entry(item.code, None, ELSEWHERE[item.code], note="Not among the records of people and incidents.")


def _methods(
    listed: Sequence[Item],
    entries: Mapping[str, Entry],
    by: Mapping[str, str],
    period: Period,
    made_on: date,
    more: str,
) -> dict[str, Counted]:
    """How each sheet of which a figure was made was counted."""
    made = f"Counted by Throughline from the records of people and incidents, as they stood on {made_on:%-d %B %Y}."
    if more:
        made = f"{more} {made}"
    government, own = government_definition_in_words(period.last), own_definition_in_words(period.last)
    repeats = f"Repeat victim: by the government's definition as this project has it. {government}"
    # by its own it counts people alone, not calls
    definitions = {
        "Calls": repeats,
        "Victims": f"{repeats} By the force's own definition: {own}" if own else repeats,
    }
    found: dict[str, Counted] = {}
    for item in listed:
        if entries[item.code].value is None or item.sheet in found:
            continue
        method = f"{made} {methods_in_words(period)}" if item.sheet == "Calls" else made
        found[item.sheet] = Counted(item.sheet, by[item.sheet], definitions.get(item.sheet, ""), method)
    return found
