"""The measures of outcomes: by the report's counting and by today's groups, and whether what follows is done in time
(report chapter 5, figures 9 to 12; systems 86 to 88)."""

from collections.abc import Mapping
from functools import partial

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.rules import Kind, Measure, Period, words_of
from throughline.measures.safeguarding import done_in_time, minutes
from throughline.reference import load

PART = "Outcomes"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapter 5'
NOT_YET = "not-yet-assigned"
#: The line of the chronology by which what a court or a prosecutor did is known.
_COURT = "court-result"
#: What the report counted: its figures 9 to 12.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "charge": ("outcome-1", "outcome-1a"),
    "caution": ("outcome-2", "outcome-2a", "outcome-3", "outcome-3a"),
    "outcome-15": ("outcome-15",),
    "outcome-16": ("outcome-16",),
}
_WORDS = {
    "charge": "Charge or summons",
    "caution": "Caution (2 and 3)",
    "outcome-15": "Outcome 15: evidential difficulties, the victim supports action",
    "outcome-16": "Outcome 16: evidential difficulties, the victim does not support action",
}
_IN_TIME = (
    "crime-outcome",
    "outcome-review",
    "outcome-returned",
    "victim-update",
    "vrr-acknowledge",
    "vrr-decide",
)


def crimes(period: Period) -> Table:
    """Domestic abuse crimes recorded in the period, with the outcome that stands of each; null: none yet."""
    recorded = table("handover_crime").filter(
        _.domestic, _.day.between(period.first, period.last), period.surely_within(_.recorded_at)
    )
    stands = table("handover_outcome").filter(_.stands).select("crime", "code")
    return recorded.left_join(stands, "crime").select("incident", "code", at=_.recorded_at)


def by_the_report(period: Period) -> Table:
    """Each crime once for each of the report's four outcomes, and whether it is the one that stands."""
    found = crimes(period)
    # what has no outcome yet is a crime without that outcome: the report divides by all that were recorded
    return ibis.union(
        *(
            found.select(
                "incident",
                "at",
                group=ibis.literal(group),
                counted=_.code.isin(list(codes)).fill_null(False),
            )
            for group, codes in COUNTED.items()
        )
    )


def by_group(period: Period, groups: Mapping[str, str]) -> Table:
    """Each crime once for each group of publication, and whether the outcome that stands is of it."""
    found = crimes(period).mutate(
        of=_.code.cases(*groups.items(), else_=ibis.literal(NOT_YET)).fill_null(NOT_YET)
    )
    return ibis.union(
        *(
            found.select("incident", "at", group=ibis.literal(group), counted=_.of == group)
            for group in dict.fromkeys([*groups.values(), NOT_YET])
        )
    )


def told_after(period: Period, codes: tuple[str, ...]) -> Table:
    """Minutes from something that came in the period until she was told of it, by what it is; null: she has not been."""
    came = table("handover_update").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at), _.code.isin(list(codes))
    )
    return came.select("case", "at", group=_.code, minutes=minutes("at", "told_at"))


def measures() -> tuple[Measure, ...]:
    """Every measure of outcomes, in the order in which it is read."""
    groups = {row.code: row.text("group") for row in load("outcome-codes").rows}
    of_courts = tuple(
        dict.fromkeys(row.code for row in load("victim-updates").rows if _COURT in row.texts("entries"))
    )
    begins = (
        "Of the domestic abuse crimes recorded in the period and not cancelled, whatever came of them since"
    )
    return (
        Measure(
            "outcomes-by-the-report",
            "Charges, cautions and evidential difficulties",
            Kind.SHARE,
            "crimes",
            f"{begins}: those whose outcome that stands is the one named. Crimes without an outcome yet are among those "
            "divided by, as in the report.",
            f"{_REPORT}, figures 9 to 12; systems 86 and 87",
            by_the_report,
            caveat="Outcomes before April 2014 are another series and are not compared.",
            groups=lambda code: _WORDS.get(code or "", code or ""),
            part=PART,
        ),
        Measure(
            "outcomes-by-group",
            "Outcomes by today's groups of publication",
            Kind.SHARE,
            "crimes",
            f"{begins}: those whose outcome that stands is of the group; those without one are not yet assigned.",
            "Home Office, crime outcomes in England and Wales; system 86",
            partial(by_group, groups=groups),
            groups=words_of("outcome-groups", "Not known"),
            part=PART,
        ),
        Measure(
            "outcomes-in-time",
            "What follows on an outcome, done in time",
            Kind.SHARE,
            "duties",
            "Of what fell due in the period: giving a crime its outcome, its review, doing what a reviewer directs, telling "
            "her what has happened (results of courts among it), and what she asked to have reviewed: what was done by "
            "then. What was needed no more is not counted; what is open and not yet due is unknown.",
            f"{_REPORT}; systems 66, 67 and 88",
            partial(done_in_time, kinds=_IN_TIME),
            groups=words_of("duty-kinds", "Not known"),
            part=PART,
        ),
        Measure(
            "court-result-told",
            "From what a court or a prosecutor did until she was told",
            Kind.DELAY,
            "minutes",
            "Of the results of courts and decisions of prosecutors that came in the period, and bail among them, each by "
            "what it is: minutes until she was first told of it, or did not want to be. Those that she has not been told of "
            "are unknown.",
            f"{_REPORT}; systems 66 and 67",
            partial(told_after, codes=of_courts),
            caveat="Bail is that of the police as well.",
            groups=words_of("victim-updates", "Not known"),
            part=PART,
        ),
    )
