"""The measures of risk: assessed, graded, checked and looked at again, by whom and in time (report chapter 2, figure 7
and Annex G; systems 31 to 40)."""

from functools import cache, partial

import ibis
from ibis import _
from ibis.expr.types import IntegerValue, StringValue, Table

from throughline.handover import table
from throughline.measures.rules import Kind, Measure, Period, first_of_each, seconds, words_of
from throughline.measures.scene import domestic_incidents
from throughline.reference import load

PART = "Risk"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapter 2'
TELEPHONE = "telephone"
_STAGES = {
    "officer": "officer",
    "supervisor": "sergeant",
    "inspector": "inspector",
    "hub": "hub",
    "reassessment": "reassessment",
}
_CHECKS = {"risk-check": "A sergeant's check", "risk-check-high": "An inspector's check of high"}
_CHECKED = ["agreed", "regraded", "returned"]
_PARTNERS = {"partners": "Present and former partners", "others": "Everybody else"}
_DIRECTIONS = {"up": "to a higher grade", "down": "to a lower grade"}
_BETWEEN = " / "


def completed(period: Period) -> Table:
    """Domestic incidents, once for each pair, and whether an assessment was completed with the victim after it.

    An incident of which no pair is known has none: nobody can have been asked.
    """
    pairs = domestic_incidents(period).left_join(table("handover_case_incident"), "incident")
    pairs = pairs.select("incident", "at", "case")
    whole = table("handover_assessment").filter(_.completed_at.notnull())
    whole = whole.select("case", names=_.incident, done_at=_.at)
    named = whole.filter(_.names.notnull()).select("case", incident="names").distinct().mutate(named=True)
    # of those that name none the last says as much as all: one that was done after the incident
    after = whole.filter(_.names.isnull()).group_by("case").aggregate(done_at=_.done_at.max())
    found = pairs.left_join(named, ["case", "incident"]).select("incident", "at", "case", "named")
    return found.left_join(after, "case").select(
        "incident", "at", "case", counted=_.named.notnull() | (_.done_at >= _.at).fill_null(False)
    )


def assessments(period: Period) -> Table:
    """Completed assessments that were done with her in the period."""
    found = table("handover_assessment").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    return found.filter(_.completed_at.notnull())


def from_her_to_system(period: Period) -> Table:
    """Minutes from when an assessment was done with her to when it reached the system, by how it was done."""
    return assessments(period).select(
        "case", "at", group=_.how, minutes=(seconds(_.entered_at) - seconds(_.at)) / 60
    )


def by_telephone(period: Period) -> Table:
    """Assessments, and whether they were done by telephone, partners apart from others."""
    partner = _.relationship.isin(["partner", "ex-partner"])
    known = _.relationship.notnull() & (_.relationship != "unknown")
    return assessments(period).select(
        "case",
        "at",
        group=ibis.cases((known & partner, "partners"), (known, "others")),
        counted=_.how == TELEPHONE,
    )


def graded_so(period: Period, grade: str) -> Table:
    """Assessments by how they were done, and whether the first grade beside them was this one; null: no grade."""
    given = table("handover_grading").filter(_.assessment.notnull())
    first = first_of_each(given, "assessment", ["entered_at", "grading"]).select("assessment", "grade")
    # by itself, so that the measures of several grades share it
    graded = assessments(period).left_join(first, "assessment").select("case", "at", "how", "grade")
    return graded.select("case", "at", group=_.how, counted=_.grade == grade)


def checks_in_time(period: Period) -> Table:
    """Checks that fell due in the period, and whether they were done by then; null: open and not yet due."""
    due = table("handover_duty").filter(
        _.day.between(period.first, period.last),
        period.surely_within(_.due_at),
        _.kind.isin(list(_CHECKS)),
        _.case.notnull(),
        _.outcome.isnull() | _.outcome.isin(_CHECKED),
    )
    return due.select("case", at=_.due_at, group=_.kind, counted=_.in_time)


def regrades(period: Period) -> Table:
    """Grades that differ from what stood before, by the stage and whether the danger went up or down."""
    given = table("handover_grading").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at), _.before.notnull()
    )
    changed = given.filter(_.before != _.grade)
    # a lower rank is a greater danger
    direction = (_rank(_.grade) < _rank(_.before)).ifelse("up", "down")
    return changed.select("case", "at", group=_.stage + _BETWEEN + direction)


def _rank(grade: StringValue) -> IntegerValue:
    return grade.cases(
        *((row.code, row.number("rank")) for row in load("grades").rows), else_=ibis.null("int64")
    )


def disagreed(period: Period) -> Table:
    """Second looks at a grade, by who had graded and who looked, and whether they graded otherwise; null: returned
    without one."""
    looks = table("handover_second_look").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at), _.of_stage.notnull()
    )
    verdict = _.verdict.nullif("returned")
    return looks.select("case", "at", group=_.of_stage + _BETWEEN + _.stage, counted=verdict == "regraded")


def hub_backlog(period: Period) -> Table:
    """Pairs that waited for the hub as the period ended, and for how many minutes."""
    end = ibis.literal(period.ends_at)
    waiting = table("handover_duty").filter(
        _.kind == "hub-review",
        _.case.notnull(),
        _.opened_at <= end,
        _.discharged_at.isnull() | (_.discharged_at > end),
    )
    return waiting.select("case", at=_.opened_at, minutes=(seconds(end) - seconds(waiting.opened_at)) / 60)


def caseload(period: Period) -> Table:
    """Cases that were active as the last day of the period ended, by the grade that stood then.

    The rule of `casework.cases`: active until it is closed, and while an incident, a duty that closing waits for, or
    an order, bail or a warrant of it stands. Joined cases count once.
    """
    day = period.last
    duties = [row.text("duty") for row in load("closing-duties").as_of(day) if row.text("closes") == "case"]
    facts = [row.code for row in load("standing-facts").as_of(day) if row.flag("active")]
    keeps = (
        (_.kind == "incident")
        | ((_.kind == "duty") & _.code.isin(duties))
        | ((_.kind == "fact") & _.code.isin(facts))
    )
    end = ibis.literal(period.ends_at)
    stood = table("handover_standing").select(
        "case",
        "since",
        "until",
        opened_at=ibis.cases((_.kind == "case", _.since)),
        grade=ibis.cases((_.kind == "grade", _.code)),
        joined=_.kind == "joined",
        closed=_.kind == "closed",
        keeps=keeps,
    )
    stood = stood.filter(_.since <= end, _.until.isnull() | (_.until > end))
    found = stood.group_by("case").aggregate(
        # a case was opened once, and one grade of it stands at a time
        at=_.opened_at.max(),
        group=_.grade.max(),
        joined=_.joined.any(),
        closed=_.closed.any(),
        kept=_.keeps.any(),
    )
    active = found.filter(_.at.notnull(), ~_.joined, ~_.closed | _.kept.fill_null(False))
    return active.select("case", "at", "group")


def _at_stage(code: str | None) -> str:
    stage, direction = (code or "").split(_BETWEEN)
    return f"At the stage of {_STAGES[stage]}, {_DIRECTIONS[direction]}"


def _who_looked(code: str | None) -> str:
    graded, looked = (code or "").split(_BETWEEN)
    return f"Graded by {_STAGES[graded]}, looked at by {_STAGES[looked]}"


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure of risk, in the order in which it is read."""
    ways = words_of("assessment-ways", "Not known")
    return (
        Measure(
            "assessments-completed",
            "Domestic incidents with a completed assessment",
            Kind.SHARE,
            "incidents of a pair",
            "Of the domestic incidents of the period, once for each victim and suspect: those with a completed "
            "assessment that names the incident, or that names none and was done with her after it. An incident "
            "of which no victim is confirmed has none.",
            f"{_REPORT}; system 31",
            completed,
            part=PART,
        ),
        Measure(
            "assessment-delay",
            "From the assessment to the system, by how it was done",
            Kind.DELAY,
            "minutes",
            "Of the completed assessments that were done with her in the period: minutes from then, as the assessor "
            "says, until it reached the system.",
            f"{_REPORT}, on forms that were entered late; system 35",
            from_her_to_system,
            groups=ways,
            part=PART,
        ),
        Measure(
            "assessed-by-telephone",
            "Assessments by telephone",
            Kind.SHARE,
            "assessments",
            "Of the completed assessments that were done in the period: those by telephone, of present and former "
            "partners and of others, by what the two were to each other then.",
            f"{_REPORT}, against assessing intimate partners by telephone; system 34",
            by_telephone,
            groups=lambda code: _PARTNERS.get(code or "", "What they were to each other is not known"),
            part=PART,
        ),
        *(
            Measure(
                f"graded-{row.code}-by-way",
                f"Graded {row.label.lower()}, by how it was assessed",
                Kind.SHARE,
                "assessments",
                f"Of the completed assessments that were done in the period, by how: those of which the first grade "
                f"that somebody gave was {row.label.lower()}. Those that nobody has graded are unknown.",
                f"{_REPORT}; systems 33 and 34",
                partial(graded_so, grade=row.code),
                groups=ways,
                part=PART,
            )
            for row in load("grades").rows
        ),
        Measure(
            "checks-in-time",
            "Assessments and grades checked in time",
            Kind.SHARE,
            "checks due",
            "Of the checks of an assessment, or of a grade of high, that fell due in the period: those that were done by "
            "then, agreed, regraded or returned. Those that are open and not yet due are unknown.",
            f"{_REPORT}; system 36",
            checks_in_time,
            groups=lambda code: _CHECKS.get(code or "", "Not known"),
            part=PART,
        ),
        Measure(
            "regrades",
            "Regrades, by stage and direction",
            Kind.COUNT,
            "regrades",
            "Grades that were given in the period and differ from the one that stood, by the stage at which they were "
            "given and whether the danger was judged higher or lower. Second looks that agreed are in the figure on "
            "disagreement.",
            f"{_REPORT}; systems 36, 37 and 39",
            regrades,
            groups=_at_stage,
            part=PART,
        ),
        Measure(
            "disagreement",
            "Grades on which a second look disagreed",
            Kind.SHARE,
            "second looks",
            "Of the second looks of the period at a grade that another had given, by who had graded and who looked: "
            "those that graded otherwise. Those that returned it without a grade are unknown; a check counts also "
            "where the assessment was added to since.",
            f"{_REPORT}; systems 36 and 37",
            disagreed,
            groups=_who_looked,
            part=PART,
        ),
        Measure(
            "hub-backlog",
            "Pairs waiting for the hub as the period ended",
            Kind.DELAY,
            "minutes",
            "Pairs that the hub had not finished looking at as the last day of the period ended, and the minutes that "
            "they had waited by then.",
            f"{_REPORT}; system 37",
            hub_backlog,
            part=PART,
            standing=True,
        ),
        Measure(
            "caseload",
            "Active cases as the last day of the period ended, by grade",
            Kind.COUNT,
            "cases",
            "Cases that were active as the last day of the period ended, by the grade that stood then, as far as it was "
            "written down by then. A case is active until it is closed, and again while an incident, a duty that "
            "closing waits for, or an order, bail or a warrant of it stands. Joined cases count once.",
            f"{_REPORT}, figure 7, and Annex G; system 40",
            caseload,
            groups=words_of("grades", "No grade"),
            part=PART,
            standing=True,
        ),
    )
