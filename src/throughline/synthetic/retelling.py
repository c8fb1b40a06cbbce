"""The past of the invented force, done again through the commands that its people would use, as of then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from throughline.casework.cases.commands.crimes import REVIEW as CRIME_REVIEW
from throughline.casework.cases.commands.crimes import not_a_crime, record_crime, review_crime
from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_grade, set_owner
from throughline.casework.cases.commands.incidents import close_incident
from throughline.casework.cases.commands.visiting import record_visit
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.contact.commands import (
    asking,
    intelligence,
    knowing,
    proposing,
    reviewing,
    sending,
    taking,
)
from throughline.casework.contact.commands.briefing import acknowledge, open_brief
from throughline.casework.contact.commands.recordings import (
    answer_for_recording,
    ask_to_keep,
    listened_to,
    note_recording,
)
from throughline.casework.contact.models import (
    Brief,
    Contact,
    Deployment,
    IntelligenceAnswer,
    IntelligenceRequest,
    Proposal,
)
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.models import Address, Record
from throughline.casework.risk.commands import assessing, checking, grading, held, hub
from throughline.casework.risk.rules.assessing import with_always
from throughline.casework.scene.commands.children import decide_children
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import latest, library
from throughline.foundations.instruments.rules import Answer, Instrument, Kind, Question, unanswered
from throughline.reference import load
from throughline.synthetic.export import index, person_reference
from throughline.synthetic.past import Call, Order, past

SEED = 1
# people enough to find the couples of `past` among
_AMONG = 600
# what is younger than this is still on somebody's list
_STILL_OPEN = timedelta(days=3)
_RECORDED = ("999", "101")
# the hub has yet to look at what is younger
_HUB_WAITS = timedelta(days=12)
_WEIGHED = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")


class Retelling:
    """Tells the past once, as the accounts of the demonstration; ``colleagues`` look at what ``by`` decided."""

    def __init__(
        self, by: dict[Role, Actor], colleagues: dict[Role, Actor], *, now: datetime, source: str
    ) -> None:
        self.by = by
        self.colleagues = colleagues
        self.now = now
        self.source = source
        self.records: dict[int, UUID] = {}
        # how many cases were graded medium, to tell them apart
        self.medium = 0
        self.actor: Actor | None = None

    def tell(self, say: Callable[[int, int], None]) -> int:
        """Do what `past` plans, oldest first; says how many contacts there were. ``say`` hears how far it is."""
        self._as(Role.SUPERVISOR)
        if Contact.objects.exists():
            return 0
        people = list(index(_AMONG, seed=SEED, today=london_day(self.now)))
        held = dict(
            Record.objects.filter(
                source=self.source, source_ref__in=[person_reference(person) for person in people]
            ).values_list("source_ref", "id")
        )
        here = [person for person in people if person_reference(person) in held]
        self.records = {person.number: held[person_reference(person)] for person in here}
        calls, orders = past(here, now=self.now, seed=SEED)
        for told, call in enumerate(calls, start=1):
            self._call(call)
            if told % 50 == 0:
                say(told, len(calls))
        for order in orders:
            self._order(order)
        self._hold()
        self._keep_recordings()
        self._review()
        self._ring()
        return len(calls)

    def _as(self, role: Role) -> Actor:
        return self._acting(self.by[role])

    def _acting(self, actor: Actor) -> Actor:
        if actor != self.actor:
            set_actor(actor)
            self.actor = actor
        return actor

    def _call(self, call: Call) -> None:
        role = Role.FRONT_COUNTER if call.channel == "front-counter" else Role.CALL_HANDLER
        by, at = self._as(role), call.at
        contact = taking.begin(by=by, now=at, channel=call.channel)
        typed: dict[str, Any] = {
            "caller": call.caller,
            "line": call.line,
            "number": call.number,
            "place": call.place,
        }
        if call.recorded_as:
            typed |= {"recorded_as": call.recorded_as, "domestic": call.domestic}
        taking.change(by=by, now=at, contact_id=contact.id, version=contact.version, **typed)
        if call.channel in _RECORDED:
            note_recording(by=by, now=at, contact_id=contact.id, reference=f"REC-{at:%y%m%d-%H%M%S}")
        self._answered(call, contact, by)
        self._as(role)
        taking.end(by=by, now=at + timedelta(minutes=12), contact_id=contact.id)
        self._since(call, contact)

    def _answered(self, call: Call, contact: Contact, by: Actor) -> None:
        at = call.at
        told: dict[str, Any] = {"by": by, "contact_id": contact.id}
        if call.words:
            taking.say(**told, now=at + timedelta(seconds=20), words=call.words)
        for number, part in ((call.victim, "victim"), (call.suspect, "suspect")):
            if number in self.records:
                knowing.takes_part(
                    **told,
                    now=at + timedelta(seconds=40),
                    record_id=self.records[number],
                    part=part,
                    confirmed=True,
                )
        sent = sending.send(
            **told,
            now=at + timedelta(minutes=1),
            grade=call.grade,
            unit=call.unit,
            officer=self.by[Role.OFFICER].id if call.unit else None,
            appointment_at=at + timedelta(hours=20) if call.grade == "appointment" else None,
            reason=call.reason,
            words="See the log." if call.reason else "",
        )
        for question, given in call.script.items():
            asking.answer(
                **told, now=at + timedelta(minutes=2), script="call-script", question=question, given=given
            )
        if call.advice:
            asking.advise(**told, now=at + timedelta(minutes=3), code=call.advice)
        if call.concern is not None:
            self._weigh(call, contact, by)
        officer = self._as(Role.OFFICER)
        if call.opened_after is not None:
            self._open_brief(sent.id, officer, at + timedelta(minutes=call.opened_after))
        if call.arrived_after is not None:
            arrived = at + timedelta(minutes=call.arrived_after)
            sending.arrive(by=officer, now=arrived, deployment_id=sent.id)

    def _open_brief(self, deployment_id: UUID, officer: Actor, at: datetime) -> None:
        newest = Brief.objects.filter(deployment=deployment_id).order_by("-sent_at").first()
        if newest is not None:
            acknowledge(by=officer, now=at, brief_id=open_brief(by=officer, now=at, brief_id=newest.id).id)

    def _weigh(self, call: Call, contact: Contact, by: Actor) -> None:
        thrive = library().as_of("thrive", london_day(self.now))
        found = "concern" if call.concern else "none-said"
        standing = latest(by, subject=contact.id, instrument=thrive.code)
        asking.fill_in(
            by=by,
            now=call.at + timedelta(minutes=4),
            contact_id=contact.id,
            instrument=thrive,
            answers=dict.fromkeys(_WEIGHED, found),
            complete=False,
            after=standing.id if standing else None,
        )

    def _since(self, call: Call, contact: Contact) -> None:
        """What came of it within a day or two; what is new waits for whoever must do it."""
        later = call.at + timedelta(hours=18)
        if later > self.now - _STILL_OPEN:
            return
        self._went(call, contact)
        self._read(contact, call.at + timedelta(minutes=14))
        supervisor = self._as(Role.SUPERVISOR)
        if reviewing.open_reviews([contact.id]).exists():
            reviewing.agree(by=supervisor, now=later, contact_id=contact.id)
        reviewing.sign_off(by=supervisor, now=later, contact_id=contact.id, reason="sign-off-complete")
        found = self._found(call, contact, later)
        incident = Contact.objects.get(id=contact.id).incident_id
        if incident is None or (call.domestic is None and not found):
            return
        if call.domestic or found:
            self._judge(call, incident, later)
            # nobody names a child in these calls
            decide_children(
                by=self._as(Role.OFFICER), now=later, incident_id=incident, children=[], choice="no-child"
            )
            self._assess(incident, later)
        close_incident(
            by=self._as(Role.SUPERVISOR),
            now=later + timedelta(hours=1),
            incident_id=incident,
            closed_as="nobody-found" if call.arrived_after is None else "attended",
        )

    def _went(self, call: Call, contact: Contact) -> None:
        """Who was sent was there, and has gone; an appointment was kept."""
        by = self._as(Role.CALL_HANDLER)
        for one in Deployment.objects.filter(contact=contact.id, superseded_by=None):
            if call.grade == "appointment":
                sending.arrive(by=by, now=one.due_at or call.at, deployment_id=one.id)
            if call.grade != "nobody":
                sending.stand_down(by=by, now=call.at + timedelta(hours=26), deployment_id=one.id)

    def _read(self, contact: Contact, at: datetime) -> None:
        """What the intelligence desk read of it: no more than the force holds itself, and nothing confidential."""
        by = self._as(Role.INTELLIGENCE)
        systems = load("intelligence-systems")
        for request in IntelligenceRequest.objects.filter(contact=contact.id, answered_at=None):
            for system in request.systems:
                confidential = systems.get(system, on=london_day(at)).flag("confidential")
                intelligence.answer(
                    by=by,
                    now=at,
                    request_id=request.id,
                    system=system,
                    result=IntelligenceAnswer.Result.NOT_CHECKED
                    if confidential
                    else IntelligenceAnswer.Result.NONE_FOUND,
                )

    def _found(self, call: Call, contact: Contact, at: datetime) -> bool:
        """Whether a rule proposed a call that was recorded as something else, and the supervisor agreed."""
        if call.domestic is not None or not call.recorded_as:
            return False
        # told in the order of time: this call is the only one since
        proposing.propose(now=at, since=call.at)
        self.actor = None
        supervisor = self._as(Role.SUPERVISOR)
        proposal = Proposal.objects.filter(contact=contact.id).order_by("rule").first()
        if proposal is None:
            return False
        proposing.answer(by=supervisor, now=at, proposal_id=proposal.id, accepted=call.found)
        return call.found

    def _assess(self, incident: UUID, at: datetime) -> None:
        """Risk assessed with her, graded and checked, of each pair; the hub has looked at those of earlier weeks."""
        for case in Case.objects.filter(incident_links__incident=incident, closed_at=None).order_by("id"):
            officer = self._as(Role.OFFICER)
            made = assessing.begin(
                by=officer,
                now=at,
                at=at - timedelta(hours=16),
                case_id=case.id,
                incident_id=incident,
                how="in-person",
            )
            answers = plain_answers(with_always(*assessing.questions_of(made)))
            assessing.answer(by=officer, now=at, assessment_id=made.id, answers=answers)
            assessing.complete(by=officer, now=at, assessment_id=made.id)
            many = case.incident_links.count()
            grade = _by_how_often(many)
            grading.give(
                by=officer,
                now=at,
                case_id=case.id,
                grade=grade,
                reason="grade-new-incident" if many > 1 else "grade-first-assessment",
                words="From what she said and what is held.",
            )
            checkers = [Role.SERGEANT, *([Role.INSPECTOR] if held.open_of(held.CHECK_HIGH, case.id) else [])]
            for minutes, role in enumerate(checkers, start=20):
                checking.agree(
                    by=self._as(role),
                    now=at + timedelta(minutes=minutes),
                    case_id=case.id,
                    reason="check-fits",
                )
            if at < self.now - _HUB_WAITS:
                self._look_again(case, grade, at + timedelta(hours=9))

    def _look_again(self, case: Case, grade: str, at: datetime) -> None:
        reviewer = self._as(Role.HUB)
        taken = hub.take(by=reviewer, now=at, case_id=case.id)
        hub.choose_depth(by=reviewer, now=at, review_id=taken.id, deep=False, reason="light-enough")
        hub.finish(by=reviewer, now=at, review_id=taken.id, grade=grade, reason="review-nothing-known")

    def _judge(self, call: Call, incident: UUID, at: datetime) -> None:
        by = self._as(Role.REGISTRAR)
        if call.crime:
            record_crime(by=by, now=at, incident_id=incident, offence=call.crime, reason="crime-complained")
        else:
            not_a_crime(by=by, now=at, incident_id=incident, reason="no-crime-none-described")

    def _review(self) -> None:
        """What one registrar judged, another has agreed with since; what is new waits for somebody else."""
        reviewer = self._acting(self.colleagues[Role.REGISTRAR])
        waiting = Duty.objects.filter(kind=CRIME_REVIEW, discharged_at=None)
        for duty in waiting.filter(opened_at__lt=self.now - _STILL_OPEN).order_by("opened_at", "id"):
            if duty.about is not None:
                at = duty.opened_at + timedelta(hours=30)
                review_crime(by=reviewer, now=at, decision_id=duty.about, agreed=True)

    def _order(self, order: Order) -> None:
        him, her = self.records[order.him], self.records[order.her]
        set_fact(
            by=self._as(Role.SUPERVISOR),
            now=order.since,
            kind=order.kind,
            record_id=him,
            protects_id=her,
            conditions=order.conditions,
            issuer=order.issuer,
            valid_from=order.since,
            valid_until=order.until,
        )

    def _ring(self) -> None:
        """What rings as the demonstration opens: a new number near Alma Road, and one that was called from before
        and says nothing.
        """
        self._acting(TELEPHONY)
        ring = partial(taking.receive, by=TELEPHONY, now=self.now, channel="999", system="demonstration")
        ring(
            system_ref="whispering",
            number="07700 900199",
            latitude=51.5011,
            longitude=-2.6402,
            within_metres=300,
        )
        ring(system_ref="silent", number="07700 900123", line="silent")

    def _keep_recordings(self) -> None:
        """Of the calls with a recorded crime each second had its recording asked for, and most were exhibited."""
        crimes = Contact.objects.filter(
            channel__in=_RECORDED, incident__crimes__cancelled_at=None, incident__crimes__isnull=False
        )
        wanted = list(crimes.distinct().order_by("received_at", "id"))[::2]
        for number, contact in enumerate(wanted, start=1):
            # the newest waits for its answer
            waits = number == len(wanted)
            at = self.now - timedelta(hours=2) if waits else contact.received_at + timedelta(days=1)
            ask_to_keep(by=self._as(Role.OFFICER), now=at, contact_id=contact.id, reason="keep-for-charge")
            if waits:
                continue
            missing = number % 7 == 0
            answer_for_recording(
                by=self._as(Role.INTELLIGENCE),
                now=at + timedelta(hours=4),
                contact_id=contact.id,
                exhibit="" if missing else f"OP/{number}",
                not_held="recording-not-found" if missing else "",
            )
            if not missing:
                listened_to(by=self._as(Role.OFFICER), now=at + timedelta(days=2), contact_id=contact.id)

    def _hold(self) -> None:
        """Owners of the cases that are not new, the visits that their grades called for, and a grade where none is."""
        held = StandingFact.objects.filter(kind="owner", ended_at=None).values("case")
        cases = Case.objects.filter(closed_at=None, opened_at__lt=self.now - _STILL_OPEN).exclude(id__in=held)
        for case in cases.order_by("opened_at", "id"):
            graded = StandingFact.objects.filter(case=case, kind="grade", ended_at=None).first()
            many = case.incident_links.count()
            grade = graded.value if graded else _by_how_often(many)
            at = graded.set_at if graded else case.opened_at + timedelta(hours=5)
            medium = grade == "medium"
            self.medium += medium
            # each sixth was graded anew lately, and the visit that it calls for is still owed
            late = medium and self.medium % 6 == 0
            if graded is None:
                self._grade(case, grade, at)
            set_owner(by=self._as(Role.OFFICER), now=at, case_id=case.id, owner=self.by[Role.OFFICER].id)
            # a visit that an earlier grade called for is owed under a later one as well
            owed = Duty.objects.filter(kind="reassurance-visit", about=case.id, discharged_at=None).first()
            if owed:
                self._visit(case, owed.opened_at)
            if late:
                self._grade(case, grade, self.now - timedelta(hours=60))
            if many > 1:
                self._mark(case, "reassurance-visits" if medium else "respond-urgently")

    def _grade(self, case: Case, grade: str, at: datetime) -> None:
        set_grade(
            by=self._as(Role.SUPERVISOR),
            now=at,
            case_id=case.id,
            grade=grade,
            reason="grade-first-assessment",
            words="From what she said and what is held.",
        )

    def _visit(self, case: Case, graded: datetime) -> None:
        """The visit that a grade of medium called for, within its 72 hours or a little later."""
        safe = self.medium % 5 != 0
        told: dict[str, Any] = {"outcome": "visit-no-safe-way", "other_way": "through-idva"}
        if safe:
            told = {
                "outcome": "visit-spoken",
                "seen": ["victim"],
                "alone": True,
                "safe_to_talk": True,
                "agreed": "She knows whom to ring.",
            }
        officer = self._as(Role.OFFICER)
        at = min(graded + timedelta(hours=30 + 9 * (self.medium % 6)), self.now)
        record_visit(by=officer, now=at, case_id=case.id, **told)
        for other in Duty.objects.filter(kind="reach-another-way", about=case.id, discharged_at=None):
            carry_out(
                by=officer,
                now=min(at + timedelta(hours=20), self.now),
                duty_id=other.id,
                outcome="other-way-accepted",
            )

    def _mark(self, case: Case, code: str) -> None:
        """A warning about where she lives."""
        home = Address.objects.filter(record=case.victim_id, valid_until=None).first()
        if home is not None:
            officer = self._as(Role.OFFICER)
            set_marker(by=officer, now=self.now, record_id=case.victim_id, code=code, address_id=home.id)


def _by_how_often(many: int) -> str:
    """What the people of the invented force made of so many incidents of a pair."""
    return "high" if many > 3 else "medium" if many > 1 else "standard"


def plain_answers(instrument: Instrument) -> dict[str, Answer]:
    """What completes a question set where there is nothing out of the ordinary to tell."""
    given: dict[str, Answer] = {}
    while missing := unanswered(instrument, given):
        given |= {question.code: _plain(question) for question in missing}
    return given


def _plain(question: Question) -> Answer:
    if not question.options:
        return "Nothing out of the ordinary."
    code = next((one for one in ("no", "did-not-say", "never") if one in question.options), "")
    code = code or list(question.options)[-1]
    return [code] if question.kind is Kind.CHOICES else code


@transaction.atomic
def retell(
    by: dict[Role, Actor],
    colleagues: dict[Role, Actor],
    *,
    now: datetime,
    source: str,
    say: Callable[[int, int], None],
) -> int:
    """Tell the past where there is none yet, everything or nothing; says how many contacts there were."""
    with _one_step():
        told = Retelling(by, colleagues, now=now, source=source).tell(say)
    if told:
        _analyse()
    return told


@contextmanager
def _one_step() -> Iterator[None]:
    """Commands within commands without a way back to each: the first that fails undoes everything anyway."""
    kept = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = kept


# the rooms and foundations that the past fills
_FILLED = ("people", "cases", "contact", "chronology", "decisions", "duties", "instruments")


def _analyse() -> None:
    """Tell the planner of what is new, or the first figures are counted as if there were nothing."""
    tables = [model._meta.db_table for app in _FILLED for model in apps.get_app_config(app).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {', '.join(tables)}")
