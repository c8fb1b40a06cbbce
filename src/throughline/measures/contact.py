"""The measures of first contact (report chapter 1; systems 1, 2, 4, 6 to 8, 12, 13 and 20)."""

from collections.abc import Iterable
from datetime import date
from functools import cache, partial
from typing import Any

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import Method, call_methods, table
from throughline.measures.rules import Kind, Measure, Period, first_of_each, seconds, within_months, words_of
from throughline.reference import Row, load

_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapter 1'


def calls(period: Period) -> Table:
    """Contacts of every channel that came in the period."""
    return table("handover_call").filter(_.day.between(period.first, period.last), period.surely_within(_.at))


def domestic_calls(period: Period) -> Table:
    """Calls that somebody judged to be about domestic abuse, at the call or since."""
    return calls(period).filter(_.domestic)


def calls_by_telephone(period: Period, channels: Iterable[str]) -> Table:
    return calls(period).filter(_.channel.isin(list(channels)))


def counted_calls(period: Period) -> Table:
    """Calls for assistance, each day by the force's own method that held then (`reference`'s call-counting)."""
    of_each = [_by(method) for method in call_methods(period.first, period.last)]
    if not of_each:
        return calls(period).limit(0)
    return of_each[0] if len(of_each) == 1 else ibis.union(*of_each)


def _by(method: Method) -> Table:
    found = calls_by_telephone(Period(method.first, method.last), method.channels)
    if method.each_call:
        return found
    # the first of an incident; a call that nobody put under one is its own
    return first_of_each(found, _.incident.fill_null(_.call), ["at", "call"])


def judged_domestic(period: Period) -> Table:
    """Calls for assistance, with what somebody judged; null where nobody has."""
    return counted_calls(period).mutate(counted=_.domestic)


def methods_in_words(period: Period) -> str:
    """How the force counted in a period; where it changed within it, each method with its days."""
    found = call_methods(period.first, period.last)
    told = []
    for one in found:
        days = f"{one.first:%-d %B %Y} to {one.last:%-d %B %Y}: " if len(found) > 1 else ""
        doubt = "" if one.verified else " The method is not verified."
        own = "The force's own method. " if one.of_the_force else "The force has said no method of its own. "
        told.append(f"{days}{own}{one.words}{doubt}")
    if len(found) > 1:
        told.append("The method changed within the period: figures before and after do not compare.")
    return " ".join(told)


def script_used(period: Period, channels: Iterable[str]) -> Table:
    return domestic_calls(period).filter(_.channel.isin(list(channels))).mutate(counted=_.script_used)


def brief_opened(period: Period) -> Table:
    """Arrivals at domestic incidents, and whether the brief was opened before."""
    sent = table("handover_deployment").filter(_.arrived_at.notnull())
    return (
        domestic_calls(period)
        .join(sent, "call")
        .mutate(counted=(_.brief_opened_at <= _.arrived_at).fill_null(False))
    )


def answered(period: Period) -> Table:
    """Domestic calls to which somebody was to go: the first grade, what THRIVE found, and minutes to the first arrival."""
    # of the period's calls alone
    sent = domestic_calls(period).join(table("handover_deployment"), "call")
    arrived = sent.group_by("call").aggregate(arrived_at=_.arrived_at.min())
    # of two at one instant, the one that the other replaced
    first = first_of_each(sent, "call", ["decided_at", "stands", "deployment"]).drop("arrived_at")
    found = first.join(arrived, "call")
    return found.select("call", "at", "grade", "thrive", minutes=(seconds(_.arrived_at) - seconds(_.at)) / 60)


def delay(period: Period, by: str) -> Table:
    """Minutes from the call to the first arrival, of domestic calls to which somebody was to go."""
    return answered(period).select("call", "at", "minutes", group=_[by])


def proposals(period: Period) -> Table:
    """Proposals about calls of the period that somebody answered, and whether they were right."""
    answered = table("handover_proposal").filter(
        _.accepted.notnull() & _.day.between(period.first, period.last)
    )
    return answered.mutate(group=_.rule, counted=_.accepted)


def incidents_of_victims(crimes_only: bool, around: Period | None = None, each: str = "person") -> Table:
    """Who was the victim of which domestic incident on which day, now and then twice; of all time, or of a period and days
    beside it."""
    parts = table("handover_involvement").filter(_.domestic & _.confirmed & (_.part == "victim"))
    if around:
        parts = parts.filter(around.surely_within(_.at))
    if crimes_only:
        parts = parts.filter(_.crime)
    return parts.select("incident", "day", person=_[each])


def repeat_victims(
    period: Period,
    months: int,
    needed: int,
    same_perpetrator: bool,
    crimes_only: bool,
    each: str = "person",
) -> Table:
    """Victims of the period, and whether at the last of their incidents in it they were repeat victims.

    Counted are the incidents in the months that end with that day, by anybody or by the one who did most;
    incidents by nobody known count each for itself. ``each`` may be ``record``: as if every record were a person.
    """
    last = (
        incidents_of_victims(crimes_only=False, around=period, each=each)
        .filter(_.day.between(period.first, period.last))
        .group_by("person")
        .aggregate(last_day=_.day.max())
    )
    return repeat_on(last, period, months, needed, same_perpetrator, crimes_only, each)


def repeat_on(
    last: Table,
    period: Period,
    months: int,
    needed: int,
    same_perpetrator: bool,
    crimes_only: bool,
    each: str = "person",
) -> Table:
    """Each ``person`` on each ``last_day`` of the period, and whether they were a repeat victim on that day."""
    happened = incidents_of_victims(crimes_only, period.with_months_before(months), each)
    earlier = happened.join(last, "person").filter(_.day <= _.last_day)
    earlier = earlier.filter(within_months(earlier.day, earlier.last_day, months))
    earlier = earlier.select("person", "last_day", "incident").distinct()
    in_all = earlier.group_by(["person", "last_day"]).aggregate(incidents=_.count())
    repeated = in_all.filter(_.incidents >= needed).select("person", "last_day")
    if same_perpetrator:
        by = (
            table("handover_involvement")
            .filter(_.confirmed & (_.part == "suspect"))
            .select("incident", suspect=_[each])
        )
        # whoever had too few in all had too few by one
        of_one = (
            earlier.semi_join(repeated, ["person", "last_day"])
            .left_join(by, "incident")
            .mutate(by=_.suspect.fill_null(_.incident))
            .group_by(["person", "last_day", "by"])
            .aggregate(incidents=_.incident.nunique())
        )
        repeated = of_one.filter(_.incidents >= needed).select("person", "last_day").distinct()
    found = last.left_join(repeated.mutate(repeated=True), ["person", "last_day"])
    return found.select("person", "last_day", counted=_.repeated.fill_null(False))


def calls_of_repeat_victims(period: Period, **definition: Any) -> Table:
    """Domestic calls for assistance under whose incident somebody stands who was a repeat victim on that day."""
    told = counted_calls(period).filter(_.domestic).select("call", "incident", last_day=_.day)
    hers = incidents_of_victims(crimes_only=False).select("person", "incident")
    of_victims = told.join(hers, "incident").select("call", "person", "last_day")
    days = of_victims.select("person", "last_day").distinct()
    repeats = repeat_on(days, period, **definition).filter(_.counted).select("person", "last_day")
    return of_victims.join(repeats, ["person", "last_day"]).select("call").distinct()


def missed_by_exact_match(period: Period, **definition: Any) -> Table:
    """Repeat victims of the period, and whether a search for the same number or the same address, spelt the
    same, would have missed that it happened before. Another call about the same incident is none before.
    """
    months = definition["months"]
    repeats = repeat_victims(period, **definition).filter(_.counted).select("person", "last_day")
    hers = incidents_of_victims(crimes_only=False).select("person", "incident")
    told = (
        table("handover_call")
        .filter(_.domestic & period.with_months_before(months).surely_within(_.at))
        .select("at", "day", "incident", "number", "place", of=_.incident.fill_null(_.call))
    )
    of_the_day = (
        repeats.join(hers, "person")
        .join(told, ["incident", ("last_day", "day")])
        .select("person", "last_day", "at", "of", "number", "place")
    )

    def seen_by(what: str) -> Table:
        # in one pass over the calls, since calls compared with calls are as many as their square: whenever somebody rings
        # about something else than the call before it was about, when that was; later calls about the same stand behind it
        in_order = ibis.window(group_by=what, order_by=["at", "of"])
        turns = (
            told.filter(told[what].notnull())
            .mutate(last_of=_.of.lag().over(in_order), before=_.at.lag().over(in_order))
            .filter(_.of != _.last_of)
            .select(what, "of", "before", turned_at=_.at)
        )
        found = of_the_day.join(turns, [what, "of"]).filter(_.turned_at <= _.at, _.before < _.at)
        return found.filter(within_months(found.before, found.at, months)).select("person", "last_day")

    seen = ibis.union(seen_by("number"), seen_by("place"), distinct=True).mutate(seen=True)
    return repeats.left_join(seen, ["person", "last_day"]).select(
        "person", "last_day", counted=_.seen.isnull()
    )


def as_persons(counted: Table) -> Table:
    """Records that were counted each for itself, as the persons whose they are."""
    whose = table("handover_involvement").select("record", "person").distinct()
    return counted.rename(record="person").join(whose, "record").drop("record")


def repeat_victims_by_way(period: Period, **definition: Any) -> Table:
    """The repeat victims of the period that each way of looking finds."""
    by_record = repeat_victims(period, **definition, each="record").filter(_.counted)
    found = {
        "identities": repeat_victims(period, **definition).filter(_.counted),
        "records": as_persons(by_record.select("person", "last_day")),
        "exact": missed_by_exact_match(period, **definition).filter(~_.counted),
    }
    return ibis.union(
        *(
            rows.select("person", "last_day", group=ibis.literal(way, type="string"))
            for way, rows in found.items()
        )
    )


def serial_perpetrators(period: Period, months: int, each: str = "person") -> Table:
    """Suspects of the period, and whether by the last of their incidents in it they had had two victims unconnected to
    each other; in the months that end with that day, or whenever it was.
    """
    parts = table("handover_involvement").filter(_.domestic & _.confirmed)
    his = parts.filter(_.part == "suspect").select("incident", "day", him=_[each])
    hers = parts.filter(_.part == "victim").select("incident", her=_[each])
    last = (
        his.filter(_.day.between(period.first, period.last)).group_by("him").aggregate(last_day=_.day.max())
    )
    did = his.join(hers, "incident").filter(_.him != _.her).select("him", "her", "day")
    # most have one alone, and need not be looked at as of each day
    several = did.group_by("him").aggregate(hers=_.her.nunique()).filter(_.hers > 1)
    against = did.semi_join(several, "him").join(last, "him").filter(_.day <= _.last_day)
    if months:
        against = against.filter(within_months(against.day, against.last_day, months))
    against = against.select("him", "her").distinct()
    two = against.join(against.select("him", another=_.her), "him").filter(_.her < _.another)
    ends = {"person": ("person", "other"), "record": ("record", "other_record")}[each]
    tied = table("handover_connection").select(her=_[ends[0]], another=_[ends[1]]).distinct()
    serial = two.anti_join(tied, ["her", "another"]).select("him").distinct().mutate(serial=True)
    return last.left_join(serial, "him").select("last_day", person=_.him, counted=_.serial.fill_null(False))


def serial_by_way(period: Period, months: int) -> Table:
    """The serial perpetrators of the period that are found by persons, and as if every record were one."""
    found = {
        "identities": serial_perpetrators(period, months).filter(_.counted).select("person", "last_day"),
        "records": as_persons(
            serial_perpetrators(period, months, each="record").filter(_.counted).select("person", "last_day")
        ),
    }
    return ibis.union(
        *(
            rows.select("person", "last_day", group=ibis.literal(way, type="string"))
            for way, rows in found.items()
        )
    )


def counter_allegations(period: Period) -> Table:
    """Victims of the period whom the suspect of it names as theirs, by where that stands."""
    named = table("handover_involvement").filter(
        _.domestic
        & _.confirmed
        & (_.part == "victim")
        & _.counter.notnull()
        & _.day.between(period.first, period.last)
    )
    return named.mutate(group=_.counter).group_by(["person", "group"]).aggregate(last_day=_.day.max())


_COUNTER = {
    "undecided": "Nobody has decided yet",
    "unresolved": "Unresolved, both safeguarded",
    "primary-victim": "The other is the primary perpetrator, as decided",
    "counter-case": "Is the primary perpetrator, as decided: a counter-case",
}
#: How the same is looked for: what this software does, and what is done today without it.
WAYS = {
    "identities": "Joined records count as one person",
    "records": "Each record counts for itself",
    "exact": "The same number, or the address spelt the same",
}
_THRIVE = {"concern": "Concern written down", "none-said": "No concern written down"}


def _definition(row: Row) -> dict[str, Any]:
    return {
        "months": row.number("months"),
        "needed": row.number("needed"),
        "same_perpetrator": row.flag("same_perpetrator"),
        "crimes_only": row.flag("crimes_only"),
    }


def government_definition(on: date | None = None) -> dict[str, Any]:
    """The government's definition of a repeat victim, as `repeat_victims` takes it; of a day, the one that held then."""
    return _definition(_government(on))


def government_definition_in_words(on: date) -> str:
    """The same for a reader of a figure of which the last day is ``on``."""
    return _in_words(_government(on))


def own_definition(on: date) -> Row | None:
    """The force's own definition that held on a day; None where it has none, or the list holds the example in its place."""
    return next(
        (row for row in load("repeat-definitions").as_of(on) if row.code == "force" and row.verified), None
    )


def repeat_victims_by_own(period: Period) -> Table:
    """The repeat victims of a period by the force's own definition; raises LookupError where it has none."""
    row = own_definition(period.last)
    if row is None:
        raise LookupError("the force has no definition of its own")
    return repeat_victims(period, **_definition(row))


def own_definition_in_words(on: date) -> str:
    """The force's own definition for a reader of a figure of which the last day is ``on``; nothing where it has none."""
    row = own_definition(on)
    return _in_words(row) if row else ""


def _government(on: date | None) -> Row:
    listed = load("repeat-definitions")
    return next(row for row in (listed.as_of(on) if on else listed.rows) if row.code == "government")


def _in_words(row: Row) -> str:
    what = "incidents of which a crime was recorded" if row.flag("crimes_only") else "incidents or crimes"
    by = " by one perpetrator" if row.flag("same_perpetrator") else ""
    return (
        f"Of the victims of confirmed domestic incidents in the period: those who, at their last in it, had at "
        f"least {row.number('needed')} domestic {what}{by} in the {row.number('months')} months that end with "
        "that day."
    )


def _serial_in_words(row: Row) -> str:
    months = row.number("months")
    when = f"in the {months} months that end with that day" if months else "whenever it was"
    return (
        "Of the suspects of confirmed domestic incidents in the period: those who, at their last in it, had had two or "
        f"more victims who are unconnected to each other, {when}. Connected are two of whom one is on record as anything "
        "to the other, or who have lived in one household."
    )


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure of first contact, in the order in which it is read."""
    telephone = [row.code for row in load("contact-channels").rows if row.flag("telephone")]
    definitions = load("repeat-definitions").rows
    return (
        Measure(
            "calls",
            "Calls for assistance",
            Kind.COUNT,
            "calls",
            "Contacts that count as a call for assistance by the method of the force. Forces count calls in "
            "different ways.",
            f"{_REPORT}; systems 1 and 2",
            counted_calls,
            method=methods_in_words,
        ),
        Measure(
            "domestic-calls",
            "Domestic abuse calls",
            Kind.SHARE,
            "calls",
            "Of the calls for assistance: those that somebody judged to be about domestic abuse, at the call or "
            "since. Calls that nobody judged are unknown.",
            f"{_REPORT}; systems 1 and 2",
            judged_domestic,
            method=methods_in_words,
        ),
        *(
            Measure(
                f"repeat-victims-{row.code}",
                f"Repeat victims: {row.label[0].lower()}{row.label[1:]}",
                Kind.SHARE,
                "victims",
                _in_words(row),
                f"{row.source}, held since {row.valid_from:%-d %B %Y}; systems 4 and 6",
                partial(repeat_victims, **_definition(row)),
                caveat="" if row.verified else "The definition is not verified.",
                parameters=_definition(row),
            )
            for row in definitions
        ),
        Measure(
            "repeat-victims-missed",
            "Repeat victims whom an exact match would have missed",
            Kind.SHARE,
            "victims",
            "Of the repeat victims by the government's definition: those of whose last calls in the period none "
            "has the number, or the address spelt the same, of an earlier domestic call about another incident in "
            "those months.",
            f"{_REPORT}, on systems that match by number or address; system 4",
            partial(missed_by_exact_match, **government_definition()),
        ),
        Measure(
            "repeat-victims-by-way",
            "Repeat victims that each way of looking finds",
            Kind.COUNT,
            "victims",
            "Repeat victims of the period by the government's definition: counted on persons, whose joined records count "
            "together; on records, each for itself; and those of them whom a search for the same number or address, spelt "
            "the same, finds at their last call.",
            f"{_REPORT}, on systems that match by number or address; systems 4 and 6",
            partial(repeat_victims_by_way, **government_definition()),
            caveat="By records a person can count more than once, or not at all.",
            groups=lambda way: WAYS.get(way or "", "Not known"),
            parameters=government_definition(),
        ),
        *(
            Measure(
                f"serial-perpetrators-{row.code}",
                f"Serial perpetrators: {row.label[0].lower()}{row.label[1:]}",
                Kind.SHARE,
                "suspects",
                _serial_in_words(row),
                f"{row.source}, held since {row.valid_from:%-d %B %Y}; system 91",
                partial(serial_perpetrators, months=row.number("months")),
                caveat="Who is not on record as connected counts as unconnected."
                + ("" if row.verified else " The definition is not verified."),
                parameters={"months": row.number("months")},
            )
            for row in load("serial-definitions").rows
        ),
        *(
            Measure(
                f"serial-perpetrators-{row.code}-by-way",
                f"Serial perpetrators that each way of looking finds: {row.label[0].lower()}{row.label[1:]}",
                Kind.COUNT,
                "suspects",
                f"{_serial_in_words(row)} Counted on persons, whose joined records count together, and on records, each "
                "for itself.",
                f"{row.source}; system 91",
                partial(serial_by_way, months=row.number("months")),
                groups=lambda way: WAYS.get(way or "", "Not known"),
                parameters={"months": row.number("months")},
            )
            for row in load("serial-definitions").rows
        ),
        Measure(
            "counter-allegations",
            "Victims whom the suspect names as theirs",
            Kind.COUNT,
            "victims",
            "Victims of confirmed domestic incidents in the period whose suspect is the confirmed victim of theirs in "
            "the same incident, or in another within the time that the force has set, by where the decision on the "
            "primary perpetrator stands now. Nobody is left out of any other figure by it.",
            'HMIC, "Increasingly everyone\'s business" (2015), glossary; system 26',
            counter_allegations,
            groups=lambda code: _COUNTER.get(code or "", "Not known"),
        ),
        Measure(
            "brief-opened",
            "Arrivals with the brief opened before",
            Kind.SHARE,
            "arrivals",
            "Of the arrivals at domestic incidents called in during the period: those whose brief was opened "
            "before the officer arrived. No brief sent counts as not opened.",
            'HMIC, "Increasingly everyone\'s business" (2015), chapter 2; system 20',
            brief_opened,
        ),
        Measure(
            "script-used",
            "Domestic abuse calls with the call script used",
            Kind.SHARE,
            "calls",
            "Of the domestic abuse calls by telephone: those in which at least one question of a call script "
            "was answered.",
            f"{_REPORT}; system 8",
            partial(script_used, channels=telephone),
        ),
        Measure(
            "delay-by-grade",
            "Minutes from call to arrival, by the first grade",
            Kind.DELAY,
            "minutes",
            "Of domestic abuse calls for which it was decided whom to send: minutes from the call to the first "
            "arrival, by the grade of the first decision. Calls without an arrival are counted and have no time.",
            f"{_REPORT}; systems 7 and 12",
            partial(delay, by="grade"),
            groups=words_of("response-grades", "No grade"),
        ),
        Measure(
            "delay-by-thrive",
            "Minutes from call to arrival, by what THRIVE found",
            Kind.DELAY,
            "minutes",
            "The same minutes, by whether any of the six prompts of THRIVE was answered with concern. Long waits "
            "where concern was written down show that an assessment is used to ration.",
            f"{_REPORT}; system 7",
            partial(delay, by="thrive"),
            groups=lambda code: _THRIVE.get(code or "", "Not weighed"),
        ),
        Measure(
            "misrecorded-found",
            "Calls found to be domestic abuse under another kind",
            Kind.SHARE,
            "proposals answered",
            "Of the calls of the period that a rule proposed as misrecorded and a supervisor answered: those in "
            "which the supervisor agreed, by rule.",
            f"{_REPORT}; system 12",
            proposals,
            groups=words_of("proposal-rules", "No rule"),
        ),
    )
