"""What the records hold of cases, as far as a criterion for a MARAC reads it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident, Crime
from throughline.casework.cases.models import Incident as IncidentOfCase
from throughline.casework.partnership.models import MaracReferral, NotReferred
from throughline.casework.partnership.rules.conferring import Form, Incident, Known, criteria
from throughline.casework.people.queries.many import among
from throughline.casework.risk.models import Assessment
from throughline.foundations.clock.rules import london_day, months_after, start_of_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Presence, factors


def known_of(case_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Known]:
    """What the records hold of some cases, by case. Part of a page or of the worker, which write the look."""
    today = london_day(now)
    asked = criteria(today)
    since = start_of_day(months_after(today, -max((one.months for one in asked), default=0)))
    # of each form, the factors that are not of its count
    instruments = {code: set(one.beside) for one in asked for code in one.instruments}
    forms = _forms(case_ids, instruments, since)
    incidents = _incidents(case_ids, since)
    referred: dict[UUID, list[datetime]] = defaultdict(list)
    for case_id, at in MaracReferral.objects.filter(case__in=case_ids).values_list("case", "at"):
        referred[case_id].append(at)
    return {
        one: Known(tuple(forms[one]), tuple(incidents[one]), tuple(sorted(referred[one]))) for one in case_ids
    }


def decided_of(case_ids: Collection[UUID]) -> dict[UUID, list[datetime]]:
    """When somebody decided not to refer each of some cases, and no supervisor decided otherwise."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    rows = NotReferred.objects.filter(case__in=case_ids, overturned_at=None)
    for case_id, at in rows.values_list("case", "at"):
        found[case_id].append(at)
    return found


def stirred(since: datetime) -> set[UUID]:
    """The open cases about which an incident or a completed assessment has come in since an instant."""
    cases = Case.objects.filter(closed_at=None)
    of_incidents = CaseIncident.objects.filter(made_at__gte=since, case__in=cases)
    assessed = Assessment.objects.filter(completed_at__gte=since, case__in=cases)
    return {*of_incidents.values_list("case", flat=True), *assessed.values_list("case", flat=True)}


def _forms(
    case_ids: Collection[UUID], instruments: Mapping[str, set[str]], since: datetime
) -> dict[UUID, list[Form]]:
    found: dict[UUID, list[Form]] = defaultdict(list)
    done = list(
        Assessment.objects.filter(
            case__in=case_ids, completed_at__gte=since, instrument__in=list(instruments)
        ).order_by("completed_at", "id")
    )
    rows = {
        (row.subject, row.instrument): row
        for row in Answers.objects.filter(among("subject", [one.id for one in done]), superseded_by=None)
    }
    for one in done:
        row = rows.get((one.id, one.instrument))
        if row is None or one.completed_at is None:
            continue
        # as a count of the form alone: what else was asked is not of it
        said = factors(library().version(row.instrument, row.version).asked_of(one.group), row.answers)
        counted = [presence for factor, presence in said.items() if factor not in instruments[one.instrument]]
        present = sum(presence is Presence.YES for presence in counted)
        found[one.case_id].append(Form(one.instrument, one.completed_at, present, len(counted)))
    return found


def _incidents(case_ids: Collection[UUID], since: datetime) -> dict[UUID, list[Incident]]:
    found: dict[UUID, list[Incident]] = defaultdict(list)
    links = CaseIncident.objects.filter(case__in=case_ids).values_list("case", "incident")
    of: dict[UUID, list[UUID]] = defaultdict(list)
    for case_id, incident_id in links:
        of[incident_id].append(case_id)
    # one that somebody has judged not to be domestic abuse is none; joined into another, it is that one
    rows = IncidentOfCase.objects.filter(
        among("id", list(of)), reported_at__gte=since, joined_into=None
    ).exclude(domestic=False)
    told = list(rows.order_by("reported_at", "id").values_list("id", "reported_at"))
    crimes = set(
        Crime.objects.filter(among("incident", [one for one, _at in told]), cancelled_at=None).values_list(
            "incident", flat=True
        )
    )
    for incident_id, at in told:
        for case_id in of[incident_id]:
            found[case_id].append(Incident(at, crime=incident_id in crimes))
    return found


def is_repeat(known: Known, now: datetime) -> bool:
    """Whether there was more than one incident of the two within a year."""
    first = months_after(london_day(now), -12)
    return sum(london_day(one.at) > first for one in known.incidents) > 1
