"""Criteria for a referral to a MARAC: what the records meet and why. A count opens the question; a person refers.

Nothing here screens a referral out: there is no state in which one is refused or withdrawn (HMIC, "Increasingly
everyone's business" (2015), chapter 4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from throughline.foundations.clock.rules import london_day, months_after
from throughline.reference import load

REFER_DUTY, SEND_DUTY, SEEN_DUTY = "marac-referral", "marac-send", "marac-not-referred"
#: The decision not to refer, a kind of reference's decision-reasons.
NOT_REFERRED: Final = "marac-not-referred"
JUDGEMENT, ANSWERS, INCIDENTS, REPEAT = "judgement", "answers", "incidents", "repeat"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A row of reference's marac-criteria, of a day."""

    code: str
    label: str
    reads: str
    threshold: int
    months: int
    instruments: tuple[str, ...]
    #: Factors that are asked beside the form's own, and are not of its count.
    beside: tuple[str, ...]
    only_crimes: bool
    verified: bool


def criteria(on: date) -> tuple[Criterion, ...]:
    """The criteria that hold on a day."""
    return tuple(
        Criterion(
            code=row.code,
            label=row.label,
            reads=row.text("reads"),
            threshold=row.number("threshold"),
            months=row.number("months"),
            instruments=row.texts("instruments"),
            beside=row.texts("beside"),
            only_crimes=row.flag("only_crimes"),
            verified=row.verified,
        )
        for row in load("marac-criteria").as_of(on)
    )


@dataclass(frozen=True, slots=True)
class Form:
    """A completed assessment: which form, when, and how many of its factors were said to be there, of how many."""

    instrument: str
    at: datetime
    present: int
    of: int


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident of the two that is domestic abuse, or that nobody has judged yet."""

    at: datetime
    crime: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the records hold of two people, as far as a criterion reads it. ``referred`` are referrals to a MARAC."""

    forms: tuple[Form, ...] = ()
    incidents: tuple[Incident, ...] = ()
    referred: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """How a criterion stands with the records: met or not, since when, and the numbers that say why.

    ``count`` of ``threshold``; ``of`` is how many factors the form has. ``since`` is the last referral for a repeat.
    """

    criterion: Criterion
    met: bool
    met_at: datetime | None = None
    count: int = 0
    of: int = 0
    since: datetime | None = None


def standing(known: Known, now: datetime) -> tuple[Met, ...]:
    """How each criterion of today stands with what is known. Professional judgement is never met by a record."""
    return tuple(_stands(one, known, now) for one in criteria(london_day(now)))


def _stands(criterion: Criterion, known: Known, now: datetime) -> Met:
    first = months_after(london_day(now), -criterion.months) if criterion.months else None
    if criterion.reads == ANSWERS:
        forms = [
            one
            for one in known.forms
            if one.instrument in criterion.instruments and (first is None or london_day(one.at) > first)
        ]
        # the latest stands for what is known now; an earlier one is not less true for it
        worst = max(forms, key=lambda one: (one.present, one.at), default=None)
        if worst is None:
            return Met(criterion, met=False)
        return Met(
            criterion,
            met=worst.present >= criterion.threshold,
            met_at=worst.at if worst.present >= criterion.threshold else None,
            count=worst.present,
            of=worst.of,
        )
    if criterion.reads == INCIDENTS:
        return _counted(criterion, _within(known.incidents, first))
    if criterion.reads == REPEAT:
        # any earlier referral within the months makes what followed a repeat; the last one says since when
        last = max((one for one in known.referred if first is None or london_day(one) > first), default=None)
        if last is None:
            return Met(criterion, met=False)
        followed = [
            one for one in known.incidents if one.at > last and (one.crime or not criterion.only_crimes)
        ]
        return _counted(criterion, followed, since=last)
    return Met(criterion, met=False)


def _within(incidents: Iterable[Incident], first: date | None) -> list[Incident]:
    return [one for one in incidents if first is None or london_day(one.at) > first]


def _counted(criterion: Criterion, found: list[Incident], *, since: datetime | None = None) -> Met:
    met = len(found) >= criterion.threshold
    at = max((one.at for one in found), default=None) if met else None
    return Met(criterion, met=met, met_at=at, count=len(found), since=since)


def calls(known: Known, decided: Iterable[datetime], now: datetime) -> tuple[Met, ...]:
    """The criteria that the records meet and that no referral or decision not to refer has answered since.

    Where there was a referral within the months, what followed is a repeat, and incidents are not counted anew.
    """
    answered = max([*known.referred, *decided], default=None)
    found = standing(known, now)
    again = any(one.since is not None for one in found)
    return tuple(
        one
        for one in found
        if one.met
        and one.met_at is not None
        and (answered is None or one.met_at > answered)
        and not (again and one.criterion.reads == INCIDENTS)
    )


def joins_within(on: date) -> timedelta:
    """Within which time a second referral of the same two joins the first."""
    return timedelta(days=load("marac-times").get("joins-within", on=on).number("days"))
