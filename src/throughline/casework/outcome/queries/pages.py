"""The page of a case's outcomes, with its look: every crime, what became of it, and what waits."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, Crime
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.outcome.models import CourtEvent, CourtReference, Outcome, VictimReview
from throughline.casework.outcome.queries.court import numbers_of, over
from throughline.casework.outcome.queries.outcomes import crimes_of
from throughline.casework.outcome.queries.rights import Right, right_of
from throughline.casework.outcome.rules import LIVE, REOPENED, REVIEWER, Code, State, code_of
from throughline.casework.people.queries.person import staff_names
from throughline.casework.safeguarding.queries.registers import trained_in
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty

#: Duties that stand on this page.
DUTIES = (
    "crime-outcome",
    "outcome-review",
    "outcome-returned",
    "vrr-acknowledge",
    "vrr-decide",
    "joint-review",
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What an evidential reviewer made of an outcome."""

    review: Review
    by: str


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A review that she asked for, and what came of it."""

    asked: VictimReview
    decided_by: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An outcome was opened again, or stands again."""

    decision: Decision
    by: str


@dataclass(frozen=True, slots=True)
class Given:
    """One outcome as it was given, by whom, and all that followed. ``waits``: a reviewer is to look at it."""

    outcome: Outcome
    code: Code
    by: str
    reviews: tuple[Reviewed, ...]
    asked: tuple[AskedFor, ...]
    moved: tuple[Moved, ...]
    right: Right
    waits: bool

    @property
    def live(self) -> bool:
        return self.outcome.state in LIVE


@dataclass(frozen=True, slots=True)
class CrimeOf:
    """One crime: its number, outcomes newest first, what came from courts, and what police and prosecutors found.

    ``days`` is how old it is where it has no outcome.
    """

    crime: Crime
    number: str
    outcomes: tuple[Given, ...]
    events: tuple[CourtEvent, ...]
    urn: str
    notes: tuple[Moved, ...]
    over: bool
    days: int

    @property
    def standing(self) -> Given | None:
        return next((one for one in self.outcomes if one.live), None)


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """The crimes of a case, for a reader who may do ``allowed``; ``reviews``: they are an evidential reviewer."""

    victim: Somebody
    suspect: Somebody | None
    crimes: tuple[CrimeOf, ...]
    due: tuple[Duty, ...]
    allowed: frozenset[Action]
    reviews: bool


def outcome_page(actor: Actor, case: Case, *, at: datetime, purpose: str, action: Action) -> OutcomePage:
    """The outcomes of a case in the reader's sight, with the look at the two and whoever its crimes are about."""
    crimes = crimes_of(case)
    named = people_named(set(case.subjects), london_day(at))
    subjects = {*case.subjects, *(one for crime in crimes for one in crime.subjects)}
    shown = tuple(_crimes(crimes, at))
    due = Duty.objects.filter(kind__in=DUTIES, about=case.id, discharged_at=None).order_by("due_at", "id")
    subject = subject_for(actor, case.victim_id)
    found = OutcomePage(
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        crimes=shown,
        due=tuple(due),
        allowed=frozenset(one for one in Action if may(actor, one, subject)),
        reviews=trained_in(actor.id, REVIEWER, on=london_day(at)),
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        action,
        subjects=sorted(subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return found


def _crimes(crimes: Collection[Crime], at: datetime) -> list[CrimeOf]:
    ids = [one.id for one in crimes]
    outcomes = list(
        Outcome.objects.filter(crime__in=ids).select_related("decision").order_by("-given_at", "-id")
    )
    about = [one.id for one in outcomes]
    reviews: dict[UUID, list[Review]] = defaultdict(list)
    for review in Review.objects.filter(decision__in=[one.decision_id for one in outcomes]).order_by(
        "made_at"
    ):
        reviews[review.decision_id].append(review)
    asked: dict[UUID, list[VictimReview]] = defaultdict(list)
    for request in VictimReview.objects.filter(crime__in=ids).order_by("asked_at").select_related("decision"):
        asked[request.outcome_id].append(request)
    moved: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(kind=REOPENED, about__in=about).order_by("made_at"):
        moved[decision.about or decision.id].append(decision)
    notes: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(kind="joint-review", about__in=ids).order_by("-made_at"):
        notes[decision.about or decision.id].append(decision)
    events = CourtEvent.objects.filter(crime__in=ids, withdrawn_at=None).order_by("-at", "id")
    urns = dict(CourtReference.objects.filter(crime__in=ids, ended_at=None).values_list("crime", "urn"))
    names = staff_names(
        {
            *(one.by for one in outcomes),
            *(one.made_by for of in reviews.values() for one in of),
            *(one.made_by for of in (*moved.values(), *notes.values()) for one in of),
            *(one.decided_by for of in asked.values() for one in of if one.decided_by),
        }
    )

    def given(outcome: Outcome) -> Given:
        code = code_of(outcome.code, london_day(outcome.decided_at))
        assert code is not None
        looked = tuple(Reviewed(one, names[one.made_by]) for one in reviews[outcome.decision_id])
        return Given(
            outcome,
            code,
            names[outcome.by],
            looked,
            tuple(
                AskedFor(one, names[one.decided_by] if one.decided_by else "") for one in asked[outcome.id]
            ),
            tuple(Moved(one, names[one.made_by]) for one in moved[outcome.id]),
            right_of(outcome, asked_on=london_day(at)),
            bool(outcome.reviewed_because) and not looked and outcome.state == State.STANDS,
        )

    numbers, finished = numbers_of(crimes), over(ids)
    return [
        CrimeOf(
            crime,
            numbers[crime.id],
            tuple(given(one) for one in outcomes if one.crime_id == crime.id),
            tuple(one for one in events if one.crime_id == crime.id),
            urns.get(crime.id, ""),
            tuple(Moved(one, names[one.made_by]) for one in notes[crime.id]),
            crime.id in finished,
            (at - crime.recorded_at).days,
        )
        for crime in crimes
    ]
