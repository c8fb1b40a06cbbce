"""The measures of the scene: what was gathered, asked and done there (report chapter 2; systems 23 to 25, 53 and
57 to 60)."""

from collections.abc import Iterable
from functools import cache, partial

import ibis
from ibis import _
from ibis.expr.types import Table

from throughline.handover import table
from throughline.measures.rules import Kind, Measure, Period, words_of
from throughline.reference import load

PART = "At the scene"
_REPORT = 'HMIC, "Increasingly everyone\'s business" (2015), chapter 2'
VOLUNTARY = "voluntary-attendance"
_UNSAID = "No reason written down"


def domestic_incidents(period: Period) -> Table:
    """Domestic incidents that police were told of in the period, each once."""
    found = table("handover_incident").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    return found.filter(_.domestic & ~_.joined)


def attendances(period: Period) -> Table:
    """Visits of officers to domestic incidents that began in the period."""
    found = table("handover_attendance").filter(
        _.day.between(period.first, period.last), period.surely_within(_.at)
    )
    return found.filter(_.domestic)


def evidence(period: Period, items: Iterable[str]) -> Table:
    """Each thing to gather at each attended incident to which it applies, and whether it was; null: nobody said."""
    seen = (
        domestic_incidents(period)
        .semi_join(table("handover_attendance"), "incident")
        .select("incident", "at")
    )
    states = {item: _.state.max(where=_.item == item) for item in items}
    stands = table("handover_evidence").group_by("incident").aggregate(**states)
    found = seen.left_join(stands, "incident").select("incident", "at", *states)
    told = ibis.union(
        *(found.select("incident", "at", group=ibis.literal(item), state=item) for item in states)
    )
    return told.filter(_.state.isnull() | (_.state != "not-applicable")).mutate(counted=_.state == "done")


def spoken_to_apart(period: Period) -> Table:
    """Visits at which both were there, or nobody said, and whether they were spoken to apart."""
    both = attendances(period).filter(_.apart.isnull() | (_.apart != "one-there"))
    return both.select("incident", "at", counted=_.apart == "yes")


def video_used(period: Period) -> Table:
    """Visits with a camera at hand, or of which nobody said, and whether it was on for all or part of the time."""
    had = attendances(period).filter(_.camera.isnull() | (_.camera == "yes"))
    return had.select("incident", "at", counted=_.camera_on.isin(["all", "part"]))


def statement_offered(period: Period) -> Table:
    """Attended incidents, and whether a personal statement was offered at any visit; null: nobody said at any."""
    return (
        attendances(period)
        .mutate(offered=_.statement_offered == "yes")
        .group_by("incident")
        .aggregate(at=_.at.min(), counted=_.offered.any())
    )


def children_decided(period: Period) -> Table:
    """Incidents that are closed, and whether by then it was decided about every child, or that there is none."""
    closed = domestic_incidents(period).filter(_.closed_at.notnull())
    return closed.select("incident", "at", counted=(_.children_decided_at <= _.closed_at).fill_null(False))


def _crimes(period: Period, done: Iterable[str]) -> Table:
    """Crimes recorded in the period, with how many suspects of the incident had this ``done`` (null: of none is it
    written what was), and which crime of its incident each is.
    """
    # of all crimes of an incident, so that what is counted once falls to one of them whatever the period
    in_order = ibis.window(group_by="incident", order_by=["recorded_at", "crime"])
    crimes = table("handover_crime").filter(_.domestic).mutate(nth=ibis.row_number().over(in_order))
    within = crimes.filter(_.day.between(period.first, period.last), period.surely_within(_.recorded_at))
    told = (
        table("handover_action")
        .filter(_.stands)
        .group_by("incident")
        .aggregate(times=_.count(where=_.done.isin(list(done))))
    )
    return within.left_join(told, "incident").select("incident", "nth", "times", at=_.recorded_at)


def once_each(period: Period, done: Iterable[str]) -> Table:
    """Crimes, each with how many were arrested (or came) for it; who was for several crimes counts at the first."""
    first = (_.nth == 0).ifelse(_.times, 0)
    return _crimes(period, done).select(
        "incident", "at", counted=_.times.isnull().ifelse(ibis.null("int64"), first)
    )


def for_each_crime(period: Period, done: Iterable[str]) -> Table:
    """Crimes, and whether anybody was arrested (or came) for the incident that they are of."""
    return _crimes(period, done).select("incident", "at", counted=_.times > 0)


def reasons_for_no_arrest(period: Period, arrests: Iterable[str]) -> Table:
    """Each reason of each decision not to arrest, and whether a sergeant overturned it; null: nobody has looked.

    Where there was power to arrest, or nobody said; of decisions that changed before anybody looked, the last.
    """
    decided = table("handover_action").filter(
        _.domestic,
        _.day.between(period.first, period.last),
        period.surely_within(_.at),
        ~_.done.isin(list(arrests)),
        _.power.fill_null(True),
        _.stands | _.reviewed.notnull(),
    )
    reasons = table("handover_action_reason").select("action", group=_.reason)
    return decided.left_join(reasons, "action").select(
        "incident", "at", "group", counted=_.reviewed == "overturned"
    )


def _bases(what: str, done: str) -> tuple[str, str]:
    """How the two counting bases are defined, in words."""
    begins = "Of the domestic abuse crimes recorded in the period and not cancelled"
    ends = (
        f"An {what} belongs to the crimes of its incident, as it stands now; crimes of incidents at which nothing "
        "is written of any suspect are unknown. "
    )
    return (
        f"{begins}: how many {what}s there were for them. Counting basis: one {what} counts once, however many "
        f"crimes it was for, at the first of them that was recorded; several suspects who were {done} count "
        f"each, so that there can be more than crimes. {ends}".replace(f"An {what}", f"{_a(what)} {what}"),
        f"{begins}: those for which anybody was {done}. Counting basis: one {what} counts for each crime of its "
        f"incident. {ends}".replace(f"An {what}", f"{_a(what)} {what}"),
    )


def _a(what: str) -> str:
    return "An" if what[0] in "aeiou" else "A"


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure of the scene, in the order in which it is read."""
    arrests = [row.code for row in load("positive-actions").rows if row.flag("arrest")]
    items = [row.code for row in load("evidence-items").rows]
    arrest_once, arrest_each = _bases("arrest", "arrested")
    voluntary_once, voluntary_each = _bases("voluntary attendance", "asked to come")
    figure_6 = f"{_REPORT}, figure 6 and the reasons that forces gave for falls; systems 58 and 59"
    return (
        Measure(
            "evidence-gathered",
            "Evidence gathered",
            Kind.SHARE,
            "applicable incidents",
            "Of the domestic incidents of the period at which an officer was, for each of seven things to gather: "
            "those at which it was done, among those to which it applies. What is left to the investigator is not "
            "done yet; incidents at which nobody said are unknown. The recording of the call is done when it was "
            "listened to and exhibited.",
            f"{_REPORT}, table 2; system 23",
            partial(evidence, items=items),
            groups=words_of("evidence-items", "Not known"),
            part=PART,
        ),
        Measure(
            "spoken-to-apart",
            "Visits at which the two were spoken to apart",
            Kind.SHARE,
            "visits",
            "Of the visits to domestic incidents that began in the period, without those at which only one of them "
            "was there: those at which the officer wrote that they were spoken to apart.",
            f"{_REPORT}; system 25",
            spoken_to_apart,
            part=PART,
        ),
        Measure(
            "video-used",
            "Body-worn video used where there was a camera",
            Kind.SHARE,
            "visits",
            "Of the visits to domestic incidents that began in the period, without those of officers who had no "
            "camera with them: those at which it was on, for all or part of the time.",
            f"{_REPORT}; system 24",
            video_used,
            part=PART,
        ),
        Measure(
            "statement-offered",
            "Victim Personal Statement offered",
            Kind.SHARE,
            "incidents attended",
            "Of the domestic incidents to which a visit began in the period: those at which a personal statement was "
            "offered at any visit. Not the time for it counts as not offered.",
            f"{_REPORT}; system 21",
            statement_offered,
            part=PART,
        ),
        Measure(
            "children-decided",
            "Children decided about before closing",
            Kind.SHARE,
            "closed incidents",
            "Of the domestic incidents of the period that are closed: those in which somebody had decided by then "
            "what is done for every child that is named in it, or that there is none. Not known yet, with who finds "
            "out by when, is a decision.",
            f"{_REPORT}; systems 53 and 56",
            children_decided,
            part=PART,
        ),
        Measure(
            "arrests-once",
            "Arrests for domestic abuse crimes, one arrest counted once",
            Kind.RATIO,
            "crimes",
            arrest_once,
            figure_6,
            partial(once_each, done=arrests),
            part=PART,
            counted_unit="arrests",
        ),
        Measure(
            "arrests-each-crime",
            "Domestic abuse crimes with an arrest, one arrest counted for each crime",
            Kind.SHARE,
            "crimes",
            arrest_each,
            figure_6,
            partial(for_each_crime, done=arrests),
            part=PART,
        ),
        Measure(
            "voluntary-once",
            "Voluntary attendance for domestic abuse crimes, counted once",
            Kind.RATIO,
            "crimes",
            voluntary_once,
            f"{figure_6}; system 60",
            partial(once_each, done=[VOLUNTARY]),
            part=PART,
            counted_unit="voluntary attendances",
        ),
        Measure(
            "voluntary-each-crime",
            "Domestic abuse crimes with voluntary attendance, counted for each crime",
            Kind.SHARE,
            "crimes",
            voluntary_each,
            f"{figure_6}; system 60",
            partial(for_each_crime, done=[VOLUNTARY]),
            part=PART,
        ),
        Measure(
            "no-arrest-overturned",
            "Decisions not to arrest that a sergeant overturned, by reason",
            Kind.SHARE,
            "decisions",
            "Of the decisions not to arrest a suspect of a domestic incident of the period, where there was power to "
            "or nobody said that there was none: those that a sergeant overturned, for each reason that was given. A "
            "decision with several reasons counts under each; one that nobody has looked at is unknown. A decision "
            "that was changed before anybody looked is not counted.",
            f"{_REPORT}; system 57",
            partial(reasons_for_no_arrest, arrests=arrests),
            groups=words_of("no-arrest-reasons", _UNSAID),
            part=PART,
        ),
    )
