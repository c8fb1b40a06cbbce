"""Crimes with what became of them: parts of a page or a command, whose look or audit row names whom they are about."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident, Crime, Joining
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.rules import LIVE, State
from throughline.casework.people.commands.identities import each_held_together


def cases_of(crimes: Collection[Crime]) -> dict[UUID, tuple[Case, ...]]:
    """The cases that each crime is of, by crime: those of its incident and its victim, the one that answers for it first.

    That is an open one before a closed one, one that is not joined into another, and one whose suspect is known. A crime whose
    victim nobody named is of every case of its incident.
    """
    links = CaseIncident.objects.filter(incident__in={one.incident_id for one in crimes})
    by_incident: dict[UUID, list[Case]] = defaultdict(list)
    for link in links.select_related("case").order_by("case__opened_at", "case"):
        by_incident[link.incident_id].append(link.case)
    together = each_held_together({one.victim_id for one in crimes if one.victim_id})
    found = {case.id for cases in by_incident.values() for case in cases}
    joined = set(Joining.objects.filter(case__in=found, ended_at=None).values_list("case", flat=True))
    return {
        one.id: tuple(
            sorted(
                (
                    case
                    for case in by_incident[one.incident_id]
                    if one.victim_id is None or case.victim_id in (together[one.victim_id] or [one.victim_id])
                ),
                key=lambda case: (case.closed_at is not None, case.id in joined, case.suspect_id is None),
            )
        )
        for one in crimes
    }


def crimes_of(case: Case) -> list[Crime]:
    """The crimes of a case, the latest first, with their incidents; those that were cancelled last."""
    incidents = case.incident_links.values("incident")
    found = list(Crime.objects.filter(incident__in=incidents).select_related("incident"))
    of = cases_of(found)
    mine = [one for one in found if case.id in {each.id for each in of[one.id]}]
    return sorted(mine, key=lambda one: (one.cancelled_at is not None, -one.recorded_at.timestamp()))


def without_outcome(crimes: Iterable[Crime]) -> list[Crime]:
    """Of some crimes, those that were not cancelled and have no outcome."""
    crimes = [one for one in crimes if one.cancelled_at is None]
    given = Outcome.objects.filter(crime__in=crimes, state__in=LIVE)
    have = set(given.values_list("crime", flat=True))
    return [one for one in crimes if one.id not in have]


def has_live_outcome(case: Case) -> bool:
    """Whether no crime of a case is without an outcome."""
    return not without_outcome(crimes_of(case))


def sent_back(case: Case) -> bool:
    """Whether an outcome of a case came back and was not given again; none of a crime that was cancelled."""
    return Outcome.objects.filter(crime__in=_not_cancelled(case), state=State.SENT_BACK).exists()


def _not_cancelled(case: Case) -> list[Crime]:
    return [one for one in crimes_of(case) if one.cancelled_at is None]


def waiting_for_review(case: Case) -> list[Outcome]:
    """The outcomes of a case that an evidential reviewer has not looked at and is to; none of a crime that was cancelled."""
    found = Outcome.objects.filter(crime__in=_not_cancelled(case), state=State.STANDS)
    return [
        one for one in found.filter(decision__reviews=None).order_by("given_at", "id") if one.reviewed_because
    ]
