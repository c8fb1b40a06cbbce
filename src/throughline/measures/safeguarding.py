"""The measures of safeguarding: owned, reached, told, planned for, and whether it happened again (report chapters 2 and
3; systems 42, 43, 52, 62 to 64 and 71)."""

from functools import cache, partial

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.risk import caseload
from throughline.measures.rules import Kind, Measure, Period, first_of_each, seconds, words_of
from throughline.reference import load

PART = "Safeguarding"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapters 2 and 3'
#: Days after a closing in which it happening again is counted; Throughline's, no national period was found.
WATCHED = 90
_TOLD = ("victim-update", "chosen-update", "before-release", "promised-call")
_SERVED = ("safeguard-accept", "service-contact", "reassurance-visit")
# what became superfluous was neither done in time nor late
_LAPSED = "no-longer-needed"


def _opened(period: Period) -> Table:
    return table("handover_case").filter(_.day.between(period.first, period.last), period.surely_within(_.at))


def _reached(contacts: Table) -> Table:
    reached = [row.code for row in load("victim-contact-results").rows if row.flag("reached")]
    return contacts.filter(_.result.isin(reached))


def minutes(since: str, until: str) -> ibis.Value:
    """Minutes from one column's instant until another's."""
    return (seconds(_[until]) - seconds(_[since])) / 60


def _first_owned() -> Table:
    return table("handover_ownership").group_by("case").aggregate(owned_at=_.at.min())


def owned_after(period: Period) -> Table:
    """Minutes from when a case was opened until somebody first owned it; null: nobody has."""
    found = _opened(period).left_join(_first_owned(), "case")
    return found.select("case", "at", minutes=minutes("at", "owned_at"))


def reached_after(period: Period) -> Table:
    """Minutes from when a case was opened until she was first reached, by its first grade; null: she has not been."""
    contacts = _reached(table("handover_victim_contact")).select("case", said_at=_.at)
    opened = _opened(period).select("case", "at")
    first = (
        opened.join(contacts, "case")
        .filter(_.said_at >= _.at)
        .group_by("case")
        .aggregate(reached_at=_.said_at.min())
    )
    graded = first_of_each(table("handover_grading"), "case", ["at", "entered_at", "grading"])
    graded = graded.select("case", "grade")
    found = opened.left_join(first, "case").select("case", "at", "reached_at")
    found = found.left_join(graded, "case")
    return found.select("case", "at", group=_.grade, minutes=minutes("at", "reached_at"))


def done_in_time(period: Period, kinds: tuple[str, ...]) -> Table:
    """Duties of a case of these kinds that fell due in the period, and whether they were done by then; null: open and
    not yet due."""
    due = table("handover_duty").filter(
        _.day.between(period.first, period.last),
        period.surely_within(_.due_at),
        _.kind.isin(list(kinds)),
        _.case.notnull(),
        _.outcome.isnull() | (_.outcome != _LAPSED),
    )
    return due.select("case", at=_.due_at, group=_.kind, counted=_.in_time)


def overdue(period: Period, kinds: tuple[str, ...] = ()) -> Table:
    """Duties of a case, of some kinds or of all, that were overdue as the period ended, by the role on whose list they stood."""
    end = ibis.literal(period.ends_at)
    late = table("handover_duty").filter(
        _.case.notnull(), _.due_at <= end, _.discharged_at.isnull() | (_.discharged_at > end)
    )
    if kinds:
        late = late.filter(_.kind.isin(list(kinds)))
    return late.select("case", at=_.due_at, group=_.role)


def _in_touch(period: Period) -> Table:
    return _reached(
        table("handover_victim_contact").filter(
            _.day.between(period.first, period.last), period.surely_within(_.at)
        )
    )


def unprompted(period: Period) -> Table:
    """Contacts at which she was reached, and whether nothing was due to be told her; she who rang herself is left out."""
    return _in_touch(period).filter(~_.hers).select("case", "at", counted=~_.prompted)


def feels(period: Period, how: str) -> Table:
    """Contacts at which she was reached, and whether she feels so; null: not asked, or she could not say."""
    unanswered = [row.code for row in load("feels-safer").rows if not row.flag("answered")]
    answered = _.feels.notnull() & _.feels.notin(unanswered)
    return _in_touch(period).select("case", "at", counted=ibis.cases((answered, _.feels == how)))


def handed_on(period: Period) -> Table:
    """Cases that somebody accepted after another had owned them, once for each time."""
    taken = table("handover_ownership").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    return taken.join(_first_owned(), "case").filter(_.owned_at < _.at).select("case", "at")


def planned_for(period: Period) -> Table:
    """Active cases as the period ended by grade, and whether she had a complete safety plan by then."""
    made = table("handover_plan").filter(_.completed_at <= ibis.literal(period.ends_at))
    made = made.select("case").distinct().mutate(made=True)
    found = caseload(period).left_join(made, "case")
    return found.select("case", "at", "group", counted=_.made.fill_null(False))


def fitted_after(period: Period) -> Table:
    """Minutes from the first order of a safety measure until it was in place, by its kind; null: it is not."""
    ordered = table("handover_safety_measure").filter(
        _.day.between(period.first, period.last), period.surely_within(_.ordered_at)
    )
    return ordered.select("case", at=_.ordered_at, group=_.kind, minutes=minutes("ordered_at", "fitted_at"))


def again(period: Period) -> Table:
    """Cases that were closed in the period, and whether an incident between the two was reported in the days after it,
    of whichever case; null: those days are not over and there has been none."""
    closed = table("handover_closing").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    # where nobody knows who he is, those of whom nobody does
    pairs = table("handover_case").select("case", "victim", suspect=_.suspect.fill_null(_.victim))
    of_pairs = pairs.rename(another="case").join(table("handover_case_incident"), [("another", "case")])
    incidents = table("handover_incident").filter(~_.joined).select("incident", reported=_.at)
    until = _.at + ibis.interval(days=WATCHED)
    happened = (
        closed.select("case", "at")
        .join(pairs, "case")
        .join(of_pairs.select("victim", "suspect", "incident"), ["victim", "suspect"])
        .join(incidents, "incident")
        .filter((_.reported > _.at) & (_.reported <= until))
        .select("case", "at")
        .distinct()
        .mutate(happened=True)
    )
    found = closed.left_join(happened, ["case", "at"])
    return found.select(
        "case", "at", counted=ibis.cases((_.happened.notnull(), True), (until <= _.known_until, False))
    )


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure of safeguarding, in the order in which it is read."""
    duties = words_of("duty-kinds", "Not known")
    grades = words_of("grades", "No grade")
    safer = {row.code: row.label for row in load("feels-safer").rows if row.flag("answered")}
    return (
        Measure(
            "owner-delay",
            "From a case until somebody owns it",
            Kind.DELAY,
            "minutes",
            "Of the cases that were opened in the period: minutes until somebody first accepted to own them. Those that "
            "nobody has owned are unknown.",
            f"{_REPORT}, and recommendation 3; system 52",
            owned_after,
            part=PART,
        ),
        Measure(
            "first-contact-delay",
            "From a case until she is reached, by its first grade",
            Kind.DELAY,
            "minutes",
            "Of the cases that were opened in the period, by the first grade that was given: minutes until the first "
            "contact at which she was reached; an attempt is none. Those of whom nobody has reached her are unknown.",
            f"{_REPORT}; systems 52 and 62",
            reached_after,
            groups=grades,
            part=PART,
        ),
        Measure(
            "told-in-time",
            "She was told, or rung, in time",
            Kind.SHARE,
            "promises due",
            "Of what was to be told to victims of what happened, of how it stands as often as she chose, and of the calls that "
            "she was promised, that fell due in the period: what was done by then. What became superfluous is left out; what is open and not yet due is unknown.",
            f"{_REPORT}; the Victims' Codes of 2013, 2015 and 2021; systems 63 and 64",
            partial(done_in_time, kinds=_TOLD),
            groups=duties,
            part=PART,
        ),
        Measure(
            "served-in-time",
            "Accepted, spoken to and visited in time",
            Kind.SHARE,
            "duties due",
            "Of the requests to accept her case, of the first contacts of the hub or an adviser and of the reassurance "
            "visits that fell due in the period: those that were done by then. What became superfluous is left out; "
            "what is open and not yet due is unknown.",
            f"{_REPORT}, and recommendation 3; systems 52, 71 and 76",
            partial(done_in_time, kinds=_SERVED),
            groups=duties,
            part=PART,
        ),
        Measure(
            "overdue-by-role",
            "Overdue as the last day of the period ended, by role",
            Kind.COUNT,
            "duties",
            "Everything that was to be done about a case by then and was not, by the role on whose list it stands or "
            "stood when it was done.",
            f"{_REPORT}; system 73",
            overdue,
            groups=words_of("roles", "Not known"),
            part=PART,
            standing=True,
        ),
        Measure(
            "contacts-unprompted",
            "In touch with her without being reminded",
            Kind.SHARE,
            "contacts",
            "Of the contacts of the period at which she was reached, other than those that she made herself: those when "
            "nothing was due to be told her.",
            f"{_REPORT}; system 63",
            unprompted,
            part=PART,
        ),
        *(
            Measure(
                f"feels-{code}",
                f"Whether she feels safer: {label.lower()}",
                Kind.SHARE,
                "contacts",
                f"Of the contacts of the period at which she was reached and answered: those at which she said "
                f"{label.lower()}. Where it was not asked, or she could not say, is unknown. A woman who was asked twice "
                "counts twice.",
                f"{_REPORT}; system 62",
                partial(feels, how=code),
                part=PART,
            )
            for code, label in safer.items()
        ),
        Measure(
            "handed-on",
            "Cases handed on",
            Kind.COUNT,
            "handovers",
            "Each time in the period that somebody accepted a case which another had owned before.",
            f"{_REPORT}, on cases that went from hand to hand; system 71",
            handed_on,
            part=PART,
        ),
        Measure(
            "plans-by-grade",
            "Victims with a safety plan, by grade",
            Kind.SHARE,
            "cases",
            "Of the active cases as the last day of the period ended, by the grade that stood then: those whose victim "
            "had a complete safety plan by then. The plan is hers, whichever of her cases asked for it.",
            f"{_REPORT}; system 42",
            planned_for,
            groups=grades,
            part=PART,
            standing=True,
        ),
        Measure(
            "measures-fitted",
            "From the order of a safety measure until it is in place",
            Kind.DELAY,
            "minutes",
            "Of the safety measures that were first ordered in the period, by kind: minutes until they were in place. "
            "Those that are not are unknown.",
            f"{_REPORT}; system 43",
            fitted_after,
            groups=words_of("safety-measures", "Not known"),
            part=PART,
        ),
        Measure(
            "again-after-closing",
            "It happened again after the case was closed",
            Kind.SHARE,
            "closings",
            f"Of the cases that were closed in the period: those whose two had a further incident reported in the "
            f"{WATCHED} days after, of whichever case. Where those days are not over, and nothing has been reported, it is unknown.",
            f"{_REPORT}; the days are Throughline's assumption",
            again,
            parameters={"days": WATCHED},
            part=PART,
        ),
    )
