"""The past of the invented force, done again through the commands that its people would use, as of then."""

from collections.abc import Callable, Iterator, Sequence
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
from throughline.casework.cases.queries.counters import would_hold_both
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
from throughline.casework.scene.commands.children import decide_children
from throughline.casework.scene.models import Attendance
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import latest, library
from throughline.reference import load
from throughline.synthetic.chance import Chance
from throughline.synthetic.demonstration import stories
from throughline.synthetic.export import index, person_reference
from throughline.synthetic.past import plan as planned
from throughline.synthetic.past.attending import Attending, by_how_often
from throughline.synthetic.past.cast import Cast
from throughline.synthetic.past.doorstep import in_short, risk, visit
from throughline.synthetic.past.ending import Ending
from throughline.synthetic.past.investigating import Investigating
from throughline.synthetic.past.neighbouring import Neighbouring
from throughline.synthetic.past.partnering import Partnering
from throughline.synthetic.past.plan import Call, Couple, Order, couples, past
from throughline.synthetic.past.planning import Planning
from throughline.synthetic.past.serving import Serving
from throughline.synthetic.past.settling import Settling
from throughline.synthetic.past.tonight import HubQueue, Tonight, pairs

SEED = 1
# people enough to find the couples of `past` among
_AMONG = 1_500
# what is younger than this is still on somebody's list
_STILL_OPEN = timedelta(days=3)
_RECORDED = ("999", "101")
# after how many calls the planner reads anew what there is
_READ_ANEW = 25
# of a visit that is older, what is counted is told alone
_IN_SHORT = timedelta(days=60)
# the hub has yet to look at what is younger
_HUB_WAITS = timedelta(days=9)
_WEIGHED = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")


class Retelling:
    """Tells the past once, as the accounts of the demonstration; ``colleagues`` look at what ``by`` decided."""

    def __init__(
        self, by: dict[Role, Actor], colleagues: dict[Role, Actor], *, now: datetime, source: str
    ) -> None:
        self.cast = Cast(by, colleagues)
        self.by = by
        self.now = now
        self.source = source
        self.records: dict[int, UUID] = {}
        # how many cases were graded medium, to tell them apart
        self.medium = 0
        self.chance = Chance(SEED, 7)
        # how many contacts were told
        self.told = 0

    def tell(self, say: Callable[[int, int], None], *, hub: int) -> int:
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
        self.attending = Attending(
            self.cast,
            people={person.number: person for person in here},
            records=self.records,
            chance=self.chance,
            now=self.now,
            hub_waits=_HUB_WAITS,
        )
        two = list(couples(here))
        told_of = {story.person.number for story in stories()}
        for couple in two[: planned.COUPLES]:
            # the demonstration has said it of its own people
            if couple.victim.number not in told_of:
                self.attending.related(couple, self.now - planned.MONTHS_BACK)
        calls, orders = past(here, now=self.now, seed=SEED)
        for told, call in enumerate(calls, start=1):
            self.attending.until = _until(call, calls, self.now)
            contact, sent = self._call(call, self.by[Role.OFFICER])
            self._since(call, contact, self._went_there(call, contact, sent))
            if told % _READ_ANEW == 0:
                # what was planned for empty tables is slow by now
                _analyse()
                say(told, len(calls))
        self.attending.until = self.now
        for order in orders:
            self._order(order)
        Settling(self.cast, self.attending, now=self.now).tell()
        Planning(self.cast, now=self.now).tell()
        self._hold()
        Serving(self.cast, now=self.now).tell()
        Partnering(self.cast, now=self.now).tell()
        Ending(self.cast, now=self.now).tell()
        self._keep_recordings()
        spare = pairs(two[planned.COUPLES :], here, now=self.now)
        given: dict[str, Any] = {"records": self.records, "chance": self.chance, "now": self.now}
        HubQueue(self.cast, self.attending, **given).tell(self._tonight(spare, given), hub)
        Investigating(self.cast, now=self.now).tell()
        Neighbouring(self.cast, now=self.now).tell()
        self._review()
        self._ring()
        return self.told

    def _tonight(self, spare: Iterator[Couple], given: dict[str, Any]) -> Iterator[Couple]:
        """This turn, before which nobody has seen the pairs that are left."""
        Tonight(self.cast, self.attending, self._taken, spare=spare, **given).tell()
        return spare

    def _taken(self, call: Call, officer: Actor) -> tuple[UUID, Deployment]:
        contact, sent = self._call(call, officer)
        incident = Contact.objects.get(id=contact.id).incident_id
        assert incident is not None
        return incident, sent

    def _as(self, role: Role) -> Actor:
        return self.cast.role(role)

    def _call(self, call: Call, officer: Actor) -> tuple[Contact, Deployment]:
        """What the control room did of a call, until the line was closed."""
        role = Role.FRONT_COUNTER if call.channel == "front-counter" else Role.CALL_HANDLER
        by, at = self._as(role), call.at
        self.told += 1
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
        sent = self._answered(call, contact, by, officer)
        self._as(role)
        taking.end(by=by, now=at + timedelta(minutes=12), contact_id=contact.id)
        return contact, sent

    def _answered(self, call: Call, contact: Contact, by: Actor, officer: Actor) -> Deployment:
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
            officer=officer.id if call.unit else None,
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
        if call.opened_after is not None:
            self._open_brief(sent.id, self.cast.acting(officer), at + timedelta(minutes=call.opened_after))
        return sent

    def _went_there(self, call: Call, contact: Contact, sent: Deployment) -> datetime:
        """Whoever was sent arrives, and says at a domestic incident what there was; says when all of it was done."""
        if call.arrived_after is None:
            return call.at
        incident = Contact.objects.get(id=contact.id).incident_id
        if incident is not None and call.domestic and call.victim in self.records:
            found = visit(call, self.chance)
            if call.at < self.now - _IN_SHORT:
                found = in_short(found)
            return self.attending.visit(call, incident, sent, found, officer=self.by[Role.OFFICER])
        arrived = call.at + timedelta(minutes=call.arrived_after)
        sending.arrive(by=self._as(Role.OFFICER), now=arrived, deployment_id=sent.id)
        return arrived

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

    def _since(self, call: Call, contact: Contact, done: datetime) -> None:
        """What came of it within a day or two; what is new waits for whoever must do it."""
        later = max(call.at + timedelta(hours=18), done + timedelta(hours=1))
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
            later = max(later, self._unseen(call, incident, later))
        close_incident(
            by=self._as(Role.SUPERVISOR),
            now=later + timedelta(hours=1),
            incident_id=incident,
            closed_as="nobody-found" if call.arrived_after is None else "attended",
        )

    def _unseen(self, call: Call, incident: UUID, at: datetime) -> datetime:
        """Where nobody wrote a visit down, an officer rings or sees her since; nobody names a child in these calls."""
        if Attendance.objects.filter(incident=incident).exists():
            return at
        officer = self._as(Role.OFFICER)
        decide_children(by=officer, now=at, incident_id=incident, children=[], choice="no-child")
        asked = risk(self.chance, there=call.grade == "appointment", counter=call.channel == "front-counter")
        return self.attending.assess(incident, asked, officer, at - timedelta(hours=16))

    def _went(self, call: Call, contact: Contact) -> None:
        """Who was sent was there, and has gone; an appointment was kept."""
        by = self._as(Role.CALL_HANDLER)
        for one in Deployment.objects.filter(contact=contact.id, superseded_by=None, stood_down_at=None):
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
        self.cast.left()
        supervisor = self._as(Role.SUPERVISOR)
        proposal = Proposal.objects.filter(contact=contact.id).order_by("rule").first()
        if proposal is None:
            return False
        proposing.answer(by=supervisor, now=at, proposal_id=proposal.id, accepted=call.found)
        return call.found

    def _judge(self, call: Call, incident: UUID, at: datetime) -> None:
        by = self._as(Role.REGISTRAR)
        if call.crime:
            record_crime(by=by, now=at, incident_id=incident, offence=call.crime, reason="crime-complained")
        else:
            not_a_crime(by=by, now=at, incident_id=incident, reason="no-crime-none-described")

    def _review(self) -> None:
        """What one registrar judged, another has agreed with since; what is new waits for somebody else."""
        reviewer = self.cast.colleague(Role.REGISTRAR)
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
        self.cast.acting(TELEPHONY)
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
            grade = graded.value if graded else by_how_often(many)
            at = graded.set_at if graded else case.opened_at + timedelta(hours=5)
            medium = grade == "medium"
            self.medium += medium
            # each sixth was graded anew lately, and the visit that it calls for is still owed
            late = medium and self.medium % 6 == 0
            if graded is None:
                self._grade(case, grade, at)
            self._own(case, at)
            # a visit that an earlier grade called for is owed under a later one as well
            owed = Duty.objects.filter(kind="reassurance-visit", about=case.id, discharged_at=None).first()
            if owed:
                self._visit(case, owed.opened_at)
            if late:
                self._grade(case, grade, self.now - timedelta(hours=60))
            if many > 1:
                self._mark(case, "reassurance-visits" if medium else "respond-urgently")

    def _own(self, case: Case, at: datetime) -> None:
        """An officer takes the case on; a colleague, where the officer is the contact of whom she accuses."""
        owner = self._as(Role.OFFICER)
        if would_hold_both(case, owner.id, at=at):
            owner = self.cast.colleague(Role.OFFICER)
        set_owner(by=owner, now=at, case_id=case.id, owner=owner.id)

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


def _until(call: Call, calls: Sequence[Call], now: datetime) -> datetime:
    """When one of the same two people has to do with another call."""
    them = {call.victim, call.suspect} - {None}
    return min(
        (one.at for one in calls if one.at > call.at and them & {one.victim, one.suspect}), default=now
    )


@transaction.atomic
def retell(
    by: dict[Role, Actor],
    colleagues: dict[Role, Actor],
    *,
    now: datetime,
    source: str,
    say: Callable[[int, int], None],
    hub: int,
) -> int:
    """Tell the past where there is none yet, everything or nothing; says how many contacts there were.

    ``hub`` is how many further pairs wait for the hub, as far as there are people to tell of.
    """
    with _one_step():
        told = Retelling(by, colleagues, now=now, source=source).tell(say, hub=hub)
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
_FILLED = (
    "people",
    "cases",
    "contact",
    "scene",
    "risk",
    "safeguarding",
    "investigation",
    "outcome",
    "neighbourhood",
    "chronology",
    "decisions",
    "duties",
    "instruments",
)


def _analyse() -> None:
    """Tell the planner of what is new, or the first figures are counted as if there were nothing."""
    tables = [model._meta.db_table for app in _FILLED for model in apps.get_app_config(app).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {', '.join(tables)}")
