"""What cases stand on at a moment, and how many are active: the count behind the caseload by risk."""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from throughline.casework.cases.models import (
    Case,
    CaseIncident,
    EarlierClosing,
    Incident,
    Joining,
    StandingFact,
)
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.cases.rules import Kind, Standing, closing_duties, fact_kinds, why_active
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

UNGRADED = "no-grade"


def keeping_active(on: date) -> tuple[frozenset[str], frozenset[str]]:
    """The duty kinds and the fact kinds that keep a case from being closed, as codes of a day in London."""
    return (
        frozenset(row.text("duty") for row in closing_duties("case", on)),
        frozenset(row.code for row in fact_kinds(on) if row.flag("active")),
    )


def together(case_id: UUID) -> set[UUID]:
    """A case with those that are joined into it."""
    return {
        case_id,
        *Joining.objects.filter(into=case_id, ended_at=None).values_list("case", flat=True),
    }


def standings(case_ids: Collection[UUID], *, at: datetime) -> dict[UUID, Standing]:
    """What each of some cases stood on at an instant, as far as it was open and written down by then.

    What was written down or undone since changes nothing, so that a past day is counted as it was then. An order, bail or a warrant counts for the case that it names, and for every case in which the person it
    binds is the suspect and whom it protects is the victim.
    """
    cases = {case.id: case for case in Case.objects.filter(id__in=case_ids)}
    incidents: dict[UUID, set[UUID]] = {}
    links = CaseIncident.objects.filter(case__in=cases, made_at__lte=at, incident__in=_open_incidents(at))
    for case_id, incident_id in links.values_list("case", "incident"):
        incidents.setdefault(case_id, set()).add(incident_id)
    duties: dict[UUID, set[str]] = {}
    open_then = Duty.objects.filter(
        Q(discharged_at__isnull=True) | Q(discharged_at__gt=at), about__in=cases, opened_at__lte=at
    )
    for about, kind in open_then.values_list("about", "kind"):
        if about:
            duties.setdefault(about, set()).add(kind)
    closed_then = set(
        EarlierClosing.objects.filter(case__in=cases, closed_at__lte=at, reopened_at__gt=at).values_list(
            "case", flat=True
        )
    )
    suspects = {case.suspect_id for case in cases.values() if case.suspect_id}
    known_then = StandingFact.objects.filter(Q(case__in=cases) | Q(record__in=suspects), set_at__lte=at)
    facts = list(standing_at(at, known_then).values_list("kind", "case", "record", "protects"))
    return {
        case.id: Standing(
            closed=case.id in closed_then or (case.closed_at is not None and case.closed_at <= at),
            open_incidents=len(incidents.get(case.id, ())),
            open_duties=frozenset(duties.get(case.id, ())),
            facts=frozenset(
                kind
                for kind, of, record, protects in facts
                if of == case.id
                or (record == case.suspect_id and (protects == case.victim_id or protects is None))
            ),
        )
        for case in cases.values()
    }


def _open_incidents(at: datetime) -> QuerySet[Incident]:
    return Incident.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at), reported_at__lte=at)


def active_caseload(actor: Actor, *, at: datetime) -> dict[str, int]:
    """How many cases were active at an instant, by the grade that stood then or `UNGRADED`.

    Those joined into another count once, with it. Source: report Figure 7 and Annex G, the active caseload by
    level of risk on a given day.
    """
    insist_on_role(actor, Action.VIEW_CASE)
    joined = Joining.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), made_at__lte=at)
    ids = set(
        Case.objects.filter(opened_at__lte=at)
        .exclude(id__in=joined.values("case"))
        .values_list("id", flat=True)
    )
    closing, active = keeping_active(london_day(at))
    counted = {
        case_id
        for case_id, standing in standings(ids, at=at).items()
        if why_active(standing, closing=closing, active=active)
    }
    grades = dict(
        standing_at(at, StandingFact.objects.filter(case__in=counted, kind=Kind.GRADE)).values_list(
            "case", "value"
        )
    )
    return dict(Counter(grades.get(case_id, UNGRADED) for case_id in counted))
