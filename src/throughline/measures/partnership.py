"""The measures of independent advisers and MARACs: who is referred, by whom, in time, reached, and referred again (report
chapter 4; systems 75 to 78)."""

from functools import partial

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.contact import WAYS
from throughline.measures.risk import caseload
from throughline.measures.rules import Kind, Measure, Period, words_of
from throughline.measures.safeguarding import done_in_time, minutes
from throughline.reference import load

PART = "Advisers and MARAC"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapter 4'
HIGH = "high"
#: Months before a referral to a MARAC in which an earlier one of the same two makes it a repeat: of the calendar, and by days
#: in London, as the criterion that asks for one (reference's marac-criteria).
AGAIN_WITHIN = [row for row in load("marac-criteria").rows if row.code == "repeat"][-1].number("months")
_ADVISER, _MARAC = "handover_adviser_referral", "handover_marac_referral"
_TO = {"adviser": (_ADVISER, "To an independent adviser"), "marac": (_MARAC, "To a MARAC")}
_IN_TIME = ("idva-referral", "marac-referral")


def _made(name: str, period: Period) -> Table:
    return table(name).filter(_.day.between(period.first, period.last), period.surely_within(_.at))


def reached_after(period: Period) -> Table:
    """Minutes from a referral until the adviser first reached her, by the grade then; null: she has not been reached."""
    return _made(_ADVISER, period).select("case", "at", group=_.grade, minutes=minutes("at", "reached_at"))


def by_source(period: Period, name: str) -> Table:
    """Referrals by the role of whoever made them."""
    return _made(name, period).select("case", "at", group=_.source)


def by_grade(period: Period, name: str) -> Table:
    """Referrals by the grade of the case that stood when they were made; null: nobody had graded it."""
    made = _made(name, period).select("referral", "case", "at")
    grades = table("handover_standing").filter(_.kind == "grade")
    grades = grades.select("case", "since", "until", grade=_.code)
    stood = made.join(grades, "case").filter(_.since <= _.at, _.until.isnull() | (_.until > _.at))
    # one grade stands at a time; where two were written at one instant, a referral is still one
    stood = stood.group_by("referral").aggregate(grade=_.grade.max())
    return made.left_join(stood, "referral").select("case", "at", group=_.grade)


def high_referred(period: Period) -> Table:
    """Active cases graded high as the period ended, once for each of the two, and whether they were referred to it by then."""
    high = caseload(period).filter(_.group == HIGH).select("case", "at")
    end = ibis.literal(period.ends_at)
    parts = []
    for code, (name, _words) in _TO.items():
        made = table(name).filter(_.at <= end).select("case").distinct().mutate(made=True)
        found = high.left_join(made, "case")
        parts.append(found.select("case", "at", group=ibis.literal(code), counted=_.made.fill_null(False)))
    return ibis.union(*parts)


def again(period: Period, each: str = "") -> Table:
    """Referrals to a MARAC, and whether there was an earlier one of the same two within the days before; null: nobody knows
    who he is. ``each`` may be ``_record``: as if every record were a person."""
    pairs = table("handover_case").select("case", victim=_[f"victim{each}"], suspect=_[f"suspect{each}"])
    made = _made(_MARAC, period).select("referral", "case", "at", "day").join(pairs, "case")
    made = made.select("referral", "case", "at", "day", "victim", "suspect")
    earlier = (
        table(_MARAC)
        .select("case", first=_.at, first_day=_.day)
        .join(pairs, "case")
        .select("victim", "suspect", "first", "first_day")
    )
    repeated = (
        made.filter(_.suspect.notnull())
        .join(earlier, ["victim", "suspect"])
        .filter(
            _.first < _.at,
            _.first_day.cast("timestamp") > _.day.cast("timestamp") - ibis.interval(months=AGAIN_WITHIN),
        )
        .select("referral")
        .distinct()
        .mutate(again=True)
    )
    found = made.left_join(repeated, "referral")
    return found.select("case", "at", counted=ibis.cases((_.suspect.notnull(), _.again.fill_null(False))))


def again_by_way(period: Period) -> Table:
    """Repeat referrals to a MARAC that are found by persons, and as if every record were one."""
    return ibis.union(
        *(
            again(period, each).filter(_.counted).select("case", "at", group=ibis.literal(way, type="string"))
            for way, each in (("identities", ""), ("records", "_record"))
        )
    )


def measures() -> tuple[Measure, ...]:
    """Every measure of advisers and MARACs, in the order in which it is read."""
    grades, roles = words_of("grades", "No grade"), words_of("roles", "Not known")
    told_apart = (
        ("source", "by who referred", "by the role of whoever made them", by_source, roles),
        ("grade", "by grade", "by the grade that stood then", by_grade, grades),
    )
    names = ((_ADVISER, "adviser", "an independent adviser"), (_MARAC, "marac", "a MARAC"))
    return (
        *(
            Measure(
                f"{code}-referrals-by-{how}",
                f"Referrals to {whom}, {label}",
                Kind.COUNT,
                "referrals",
                f"Every referral to {whom} that was made in the period, {words}. One that joined an earlier one is not "
                "another.",
                f"{_REPORT}; systems 75 to 77",
                partial(rows, name=name),
                groups=groups,
                part=PART,
            )
            for name, code, whom in names
            for how, label, words, rows, groups in told_apart
        ),
        Measure(
            "referred-in-time",
            "Referred in time to an adviser and to a MARAC",
            Kind.SHARE,
            "duties due",
            "Of the referrals that the policy or a criterion asked for and that fell due in the period: those that were made, "
            "or decided against, by then. What became superfluous is left out; what is open and not yet due is unknown.",
            f"{_REPORT}; systems 75 to 77",
            partial(done_in_time, kinds=_IN_TIME),
            groups=words_of("duty-kinds", "Not known"),
            part=PART,
        ),
        Measure(
            "adviser-contact-delay",
            "From the referral until her adviser reaches her, by grade",
            Kind.DELAY,
            "minutes",
            "Of the referrals to an independent adviser that were made in the period, by the grade that stood then: minutes "
            "until the adviser first reached her; an attempt is none. Those of whom nobody has reached her are unknown.",
            f"{_REPORT}; system 76",
            reached_after,
            groups=grades,
            part=PART,
        ),
        Measure(
            "high-referred",
            "High-risk cases that were referred",
            Kind.SHARE,
            "cases",
            "Of the active cases graded high as the last day of the period ended: those that had been referred by then, "
            "once to an independent adviser and once to a MARAC.",
            f"{_REPORT}; systems 75 to 77",
            high_referred,
            groups=lambda code: _TO[code][1] if code in _TO else code or "",
            part=PART,
        ),
        Measure(
            "marac-repeats",
            "Referred to a MARAC again within twelve months",
            Kind.SHARE,
            "referrals",
            f"Of the referrals to a MARAC that were made in the period: those of two people of whom another was made in the "
            f"{AGAIN_WITHIN} months before, of whichever case. Where nobody knows who he is, it is unknown.",
            f"{_REPORT}; system 77",
            again,
            parameters={"months": AGAIN_WITHIN},
            part=PART,
        ),
        Measure(
            "marac-repeats-by-way",
            "Repeat referrals to a MARAC that each way of looking finds",
            Kind.COUNT,
            "referrals",
            f"Referrals to a MARAC that were made in the period, of two people of whom another was made in the {AGAIN_WITHIN} "
            "months before: counted on persons, whose joined records count together, and on records, each for itself.",
            f"{_REPORT}; system 77",
            again_by_way,
            groups=lambda way: WAYS.get(way or "", "Not known"),
            parameters={"months": AGAIN_WITHIN},
            part=PART,
        ),
    )
