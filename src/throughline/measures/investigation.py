"""The measures of investigations: who has one how soon, what is late, who is still to be found, and cases that stand without
her (report chapters 3 and 5; systems 61, 70 and 72)."""

from functools import partial

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.outcome import COUNTED, crimes
from throughline.measures.rules import Kind, Measure, Period, seconds, words_of
from throughline.measures.safeguarding import done_in_time, minutes, overdue
from throughline.reference import load

PART = "Investigation"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapters 3 and 5'
_IN_TIME = ("investigation-accept", "investigation-plan", "investigation-review", "evidence-routes")
_ENTRIES = ("investigation-review",)
#: How long a suspect has been outstanding: from so many days, by code and in words.
AGES = (
    (0, "0", "Under 7 days"),
    (7, "7", "7 days to 4 weeks"),
    (28, "28", "4 weeks to 3 months"),
    (91, "91", "Over 3 months"),
)


def allocated_after(period: Period) -> Table:
    """Minutes from when an investigation was opened until whoever has it accepted it; null: nobody has it."""
    opened = table("handover_investigation").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    return opened.select("case", "at", minutes=minutes("at", "accepted_at"))


def outstanding(period: Period) -> Table:
    """Suspects who were still to be found as the period ended, by how long they had been."""
    end = ibis.literal(period.ends_at)
    found = table("handover_outstanding_suspect").filter(
        _.since <= end, _.closed_at.isnull() | (_.closed_at > end)
    )
    days = (seconds(end) - seconds(found.since)) / 86400
    bands = [(days >= first, ibis.literal(code)) for first, code, _words in reversed(AGES[1:])]
    return found.select("case", at=_.since, group=ibis.cases(*bands, else_=ibis.literal(AGES[0][1])))


def without_her(period: Period) -> Table:
    """Domestic abuse crimes of cases in which she does not support it, and whether there was a charge all the same."""
    hers = [row.code for row in load("victim-support").rows if row.flag("without_her")]
    apart = table("handover_investigation").filter(_.support.isin(hers)).select("case")
    links = table("handover_case_incident").semi_join(apart, "case").select("incident")
    found = crimes(period).semi_join(links, "incident")
    return found.select("incident", "at", counted=_.code.isin(list(COUNTED["charge"])).fill_null(False))


def measures() -> tuple[Measure, ...]:
    """Every measure of investigations, in the order in which it is read."""
    duties = words_of("duty-kinds", "Not known")
    ages = {code: words for _first, code, words in AGES}
    return (
        Measure(
            "allocation-delay",
            "From an investigation until somebody has it",
            Kind.DELAY,
            "minutes",
            "Of the investigations that were opened in the period: minutes until whoever has it now accepted it. Those that "
            "nobody has are unknown.",
            f"{_REPORT}, and recommendation 3; system 70",
            allocated_after,
            part=PART,
        ),
        Measure(
            "investigated-in-time",
            "Accepted, planned and reviewed in time",
            Kind.SHARE,
            "duties due",
            "Of what fell due in the period: accepting an investigation, its plan, a sergeant's entry, and looking at the "
            "routes without her: what was done by then. What became superfluous is left out; what is open and not yet due "
            "is unknown.",
            f"{_REPORT}; systems 70 and 72",
            partial(done_in_time, kinds=_IN_TIME),
            groups=duties,
            part=PART,
        ),
        Measure(
            "supervisor-entries-overdue",
            "Supervisors' entries that are overdue",
            Kind.COUNT,
            "entries",
            "Investigations whose review by a sergeant was due by the end of the last day of the period and was not done.",
            f"{_REPORT}; system 72",
            partial(overdue, kinds=_ENTRIES),
            groups=words_of("roles", "Not known"),
            part=PART,
            standing=True,
        ),
        Measure(
            "suspects-outstanding",
            "Suspects who are still to be found, by age",
            Kind.COUNT,
            "suspects",
            "Suspects who were to be found or interviewed as the last day of the period ended, by how long they had been.",
            f"{_REPORT}; system 61; the ages are Throughline's",
            outstanding,
            groups=lambda code: ages.get(code or "", code or ""),
            part=PART,
            standing=True,
        ),
        Measure(
            "charged-without-her",
            "Charged although she does not support it",
            Kind.SHARE,
            "crimes",
            "Of the domestic abuse crimes recorded in the period and not cancelled, of a case in which she last said that she "
            "does not support it, no longer, or does not know: those whose outcome that stands is a charge or summons. "
            "Crimes without an outcome yet are among those divided by.",
            f"{_REPORT}, on evidence-led prosecution; table 3",
            without_her,
            part=PART,
        ),
    )
