"""What a handover package holds: found in what every room keeps, and what somebody wrote of the rest."""

from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, Incident, Involvement, StandingFact, Visit
from throughline.casework.cases.queries.history import standing_at
from throughline.casework.cases.queries.pages import both_held_together
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.cases.rules import Kind, Part
from throughline.casework.people.queries.person import staff_names
from throughline.casework.risk.models import Assessment
from throughline.casework.safeguarding.models import HandoverNote, HandoverSent, ServiceRequest
from throughline.casework.safeguarding.queries.planning import standing_version
from throughline.casework.safeguarding.queries.promises import TELLING
from throughline.casework.safeguarding.rules.handing import Held, Item, Written, package
from throughline.casework.scene.models import Attendance, ChildDecision, EvidenceItem, PositiveAction
from throughline.casework.scene.rules import Evidence
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.reference import load


def package_of(
    case: Case, request: ServiceRequest | None, *, now: datetime
) -> tuple[tuple[Item, ...], datetime | None]:
    """How each item of a case's package stands now, and when one was last sent with a request. Part of a page."""
    items = package(_found(case, now), _written(case), london_day(now))
    sent = HandoverSent.objects.filter(request=request).order_by("-at", "-id") if request else None
    return items, sent.values_list("at", flat=True).first() if sent is not None else None


def _written(case: Case) -> dict[str, Written]:
    notes = list(HandoverNote.objects.filter(case=case).order_by("at", "id"))
    names = staff_names({note.by for note in notes})
    return {note.item: Written(Held(note.held), note.words, names[note.by]) for note in notes}


def _found(case: Case, now: datetime) -> dict[str, bool]:
    """Which items the rooms hold, by code of handover-items."""
    today = london_day(now)
    hers, his = both_held_together(case)
    incidents = list(
        Incident.objects.filter(case_links__case=case)
        .order_by("-reported_at", "id")
        .distinct()
        .values_list("id", flat=True)
    )
    rows = EvidenceItem.objects.filter(incident__in=incidents, superseded_by=None)
    items = list(rows.values_list("incident", "item", "state"))
    latest = {item for incident, item, _state in items if incident == incidents[0]}
    done = {item for _incident, item, state in items if state == Evidence.DONE}
    wanted = load("evidence-items").codes(on=today)
    reasoned = Decision.objects.filter(kind="case-grade", about=case.id).exclude(reason="").exists()
    assessed = Assessment.objects.filter(case=case, completed_at__isnull=False).exists()
    facts = standing_at(now, StandingFact.objects.filter(record__in=his))
    acted = PositiveAction.objects.filter(incident__in=incidents, record__in=his, superseded_by=None)
    overdue = Duty.objects.filter(kind__in=TELLING, about=case.id, discharged_at=None, due_at__lt=now)
    return {
        "handover-account": Attendance.objects.filter(
            incident__in=incidents[:1], left_at__isnull=False
        ).exists(),
        "handover-statement": "victim-statement" in done,
        "handover-risk": assessed and reasoned,
        "handover-safety": "safety-measures" in done
        or Visit.objects.filter(case=case).exclude(agreed="").exists()
        or standing_version(hers) is not None,
        "handover-children": _children_decided(incidents),
        "handover-gathered": bool(done),
        "handover-outstanding": bool(incidents) and wanted <= latest,
        "handover-suspect": bool(his)
        and (acted.exists() or facts.exclude(kind__in=[Kind.OWNER, Kind.GRADE]).exists()),
        "handover-contact": reaching(hers).said is not None if hers else False,
        "handover-promised": not overdue.exists(),
    }


def _children_decided(incidents: list[UUID]) -> bool:
    """Whether it was decided of the latest incident, and of every child who is named in any."""
    decisions = ChildDecision.objects.filter(incident__in=incidents)
    rows = list(decisions.values_list("incident", "subjects"))
    decided = {child for _incident, subjects in rows for child in subjects}
    named = Involvement.objects.filter(incident__in=incidents, part=Part.CHILD, ended_at=None)
    of_latest = any(incident == incidents[0] for incident, _subjects in rows)
    return of_latest and set(named.values_list("record", flat=True)) <= decided
