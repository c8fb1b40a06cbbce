"""One case as it was assessed, graded, checked and reviewed, every stage beside the others."""

from dataclasses import dataclass
from datetime import datetime

from throughline.casework.cases.models import Case, CaseIncident, Incident, StandingFact
from throughline.casework.cases.queries.history import standing_facts
from throughline.casework.cases.queries.pages import Somebody, both_held_together, people_named
from throughline.casework.cases.rules import Kind, Pattern, pattern
from throughline.casework.risk.models import Assessment, Check, Grading, HubReview, Share
from throughline.casework.risk.queries.asking import Answered, answered_and_named
from throughline.casework.risk.rules.assessing import Stage
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty

MOST = 50
KINDS = (
    "risk-assessment",
    "risk-check",
    "risk-check-high",
    "risk-returned",
    "hub-review",
    "risk-reassessment",
)


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade as somebody gave it at a stage, with their reason, their words and whether she was told."""

    grading: Grading
    by: str
    reason: str
    words: str
    told: Decision | None
    told_by: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A check with its maker's name, its reason and what the assessor was told."""

    check: Check
    by: str
    reason: str
    words: str
    returned_to: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review by the hub: who, how deep and why, what came of it and why."""

    review: HubReview
    by: str
    depth: Decision | None
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Shared:
    """What a partner shared, and who wrote it down."""

    share: Share
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """The grade that stands where nobody gave it at a stage of this room."""

    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RiskPage:
    """Everything about the danger in one case, for whoever may see both of the two."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    standing: Earlier | None
    gradings: tuple[Graded, ...]
    assessments: tuple[Answered, ...]
    checks: tuple[Checked, ...]
    reviews: tuple[Reviewed, ...]
    shares: tuple[Shared, ...]
    pattern: Pattern
    incidents: tuple[Incident, ...]
    facts: tuple[StandingFact, ...]
    open: tuple[Duty, ...]
    allowed: frozenset[Action]

    @property
    def latest(self) -> Answered | None:
        """The latest assessment that is complete."""
        return next((one for one in self.assessments if one.assessment.completed_at), None)

    @property
    def by_stage(self) -> dict[Stage, Graded]:
        """The latest grade of each stage, in the order of the stages."""
        return {
            stage: next(one for one in self.gradings if one.grading.stage == stage)
            for stage in Stage
            if any(one.grading.stage == stage for one in self.gradings)
        }

    def waits(self, kind: str) -> Duty | None:
        return next((duty for duty in self.open if duty.kind == kind), None)


def risk_page(actor: Actor, case: Case, *, action: Action, at: datetime, purpose: str) -> RiskPage:
    """The danger in a case in sight as it was judged so far, with the look written."""
    hers, his = both_held_together(case)
    named = people_named([case.victim_id, case.suspect_id], london_day(at))
    assessments = list(Assessment.objects.filter(case=case).order_by("-entered_at", "id")[:MOST])
    stages = _Stages(case, [one for one in assessments if one.completed_at])
    links = CaseIncident.objects.filter(case=case).values("incident")
    incidents = list(Incident.objects.filter(id__in=links).order_by("-reported_at", "id")[:MOST])
    facts = [
        fact
        for fact in standing_facts(actor, [*hers, *his], at=at)
        if fact.kind not in (Kind.OWNER, Kind.GRADE)
        and (fact.record_id in hers or fact.protects_id in (None, *hers))
    ][:MOST]
    page = RiskPage(
        case=case,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        standing=stages.standing(),
        gradings=stages.gradings(),
        assessments=tuple(stages.assessed.values()),
        checks=stages.checks(),
        reviews=stages.reviews(),
        shares=stages.shares(),
        pattern=pattern([one.reported_at for one in incidents]),
        incidents=tuple(incidents),
        facts=tuple(facts),
        open=tuple(
            Duty.objects.filter(about=case.id, kind__in=KINDS, discharged_at=None).order_by("due_at", "id")
        ),
        allowed=allowed_on(actor, case.subjects),
    )
    write_audit(actor, Event.Kind.LOOK, action, subjects=sorted(named), purpose=purpose)
    return page


class _Stages:
    """What was judged of one case at each stage, each kind of row read once, and then whoever did any of it."""

    def __init__(self, case: Case, complete: list[Assessment]) -> None:
        self.grade = StandingFact.objects.filter(case=case, kind=Kind.GRADE, ended_at=None).first()
        graded = Grading.objects.filter(case=case).select_related("decision")
        self.graded = list(graded.order_by("-entered_at", "-id")[:MOST])
        told = Decision.objects.filter(
            kind="result-told", about__in=[row.id for row in self.graded], decision=None
        )
        self.told = {one.about: one for one in told}
        checked = Check.objects.filter(case=case).select_related("decision", "grading", "regraded")
        self.checked = list(checked.order_by("-at", "id")[:MOST])
        reviewed = HubReview.objects.filter(case=case).select_related("decision", "depth")
        self.reviewed = list(reviewed.order_by("-taken_at", "id")[:MOST])
        self.shared = list(Share.objects.filter(case=case).order_by("-shared_at", "id")[:MOST])
        self.assessed, self.names = answered_and_named(
            complete,
            {
                *([self.grade.set_by] if self.grade else []),
                *(row.by for row in self.graded),
                *(one.made_by for one in self.told.values()),
                *(one for row in self.checked for one in (row.by, row.returned_to) if one),
                *(row.taken_by for row in self.reviewed),
                *(row.recorded_by for row in self.shared),
            },
        )

    def standing(self) -> Earlier | None:
        fact = self.grade
        return Earlier(fact.value, self.names[fact.set_by], fact.set_at) if fact else None

    def gradings(self) -> tuple[Graded, ...]:
        return tuple(
            Graded(
                row,
                self.names[row.by],
                row.decision.reason,
                row.decision.words,
                self.told.get(row.id),
                self.names[self.told[row.id].made_by] if row.id in self.told else "",
            )
            for row in self.graded
        )

    def checks(self) -> tuple[Checked, ...]:
        return tuple(
            Checked(
                row,
                self.names[row.by],
                row.decision.reason,
                row.decision.words,
                self.names[row.returned_to] if row.returned_to else "",
            )
            for row in self.checked
        )

    def reviews(self) -> tuple[Reviewed, ...]:
        return tuple(
            Reviewed(row, self.names[row.taken_by], row.depth, row.decision) for row in self.reviewed
        )

    def shares(self) -> tuple[Shared, ...]:
        return tuple(Shared(row, self.names[row.recorded_by]) for row in self.shared)
