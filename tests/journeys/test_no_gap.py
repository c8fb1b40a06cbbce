"""No gap: whatever is done in whatever order, no open case is left without somebody whose next step it is.

A machine that chooses commands of every room so far, as whoever may give them, and lets time pass and the worker
run. After every step it holds what stands against the promise (docs/decisions/0010-no-gap.md says what it is). A
command that refuses is a step as well: it must have changed nothing that matters.

Each example is rolled back to how the force begins; PostgreSQL, its row security and its guards are the real ones.
"""

import os
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from throughline.casework.cases.commands import (
    cases,
    counter,
    crimes,
    groups,
    holding,
    incidents,
    leaving,
    visiting,
)
from throughline.casework.cases.models import (
    Case,
    CounterAllegation,
    Crime,
    Group,
    Incident,
    Joining,
    PlanLine,
    StandingFact,
)
from throughline.casework.cases.queries.caseload import keeping_active, standings
from throughline.casework.cases.rules import Kind, NotYet, closing_duties, in_the_way
from throughline.casework.contact.commands import knowing, reviewing, sending, taking, turns
from throughline.casework.contact.models import Contact, Handover, Shift
from throughline.casework.contact.queries.turns import duties_of, on_duty
from throughline.casework.contact.rules.turns import Handed, Held, Holder, held
from throughline.casework.investigation.commands import allocating
from throughline.casework.investigation.models import Allocation, Investigation, OutstandingSuspect
from throughline.casework.investigation.queries.allocating import standing_crimes
from throughline.casework.investigation.queries.allocating import standing_of as investigation_standing
from throughline.casework.investigation.tasks import ask_who_investigates, find_outstanding
from throughline.casework.outcome.commands import asking, court, deciding, reopening
from throughline.casework.outcome.commands import reviewing as looking_at
from throughline.casework.outcome.models import Outcome, VictimReview
from throughline.casework.outcome.queries.outcomes import cases_of, waiting_for_review
from throughline.casework.outcome.rules import LIVE, REVIEWER, State
from throughline.casework.outcome.rules.right import OPEN as ASKED
from throughline.casework.outcome.tasks import call_for_outcomes
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.partnership.models import AdviserReferral, MaracReferral, NotReferred
from throughline.casework.partnership.queries.conferring import decided_of, is_repeat, known_of
from throughline.casework.partnership.rules.advising import OPEN as WITH_A_SERVICE
from throughline.casework.partnership.rules.advising import Held as AtService
from throughline.casework.partnership.rules.advising import policy_for
from throughline.casework.partnership.rules.conferring import calls
from throughline.casework.partnership.tasks import call_for_advisers, call_for_maracs
from throughline.casework.people.commands import identities
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk import tasks
from throughline.casework.risk.commands import assessing, checking, grading, hub, reassessing
from throughline.casework.risk.models import Assessment, Check, Grading, HubReview
from throughline.casework.risk.tasks import call_where_nobody_attended, look_for_changes
from throughline.casework.risk.tests.conftest import answers
from throughline.casework.safeguarding.commands import (
    contacting,
    fitting,
    handing,
    planning,
    registers,
    serving,
)
from throughline.casework.safeguarding.models import (
    PlanVersion,
    PolicyOverride,
    SafetyMeasure,
    ServiceRequest,
)
from throughline.casework.safeguarding.queries.promises import open_updates, still_untold, told_in
from throughline.casework.safeguarding.queries.serving import standing_of
from throughline.casework.safeguarding.rules.fitting import REASONED, WAITING, can
from throughline.casework.safeguarding.rules.fitting import State as Measure
from throughline.casework.safeguarding.rules.serving import OPEN, Request
from throughline.casework.safeguarding.rules.telling import Told, untold, updates
from throughline.casework.safeguarding.tasks import ask_who_safeguards, call_for_plans, promise_what_happened
from throughline.casework.scene.commands import acting as action
from throughline.casework.scene.commands import adding, attending, children
from throughline.casework.scene.models import Attendance, CorrectionRequest
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Actor, Refused, Role, system
from throughline.foundations.accounts.commands import close_account
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.commands import carry_out, pass_on
from throughline.foundations.duties.commands import outcomes as outcomes_of
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import BadAnswers

pytestmark = pytest.mark.django_db

BEGINS = datetime.now(UTC) - timedelta(days=20)
REFUSALS = (Refused, Malformed, Conflict, NotYet, BadAnswers)
READER = system("no-gap")
GRADES = ("high", "medium", "standard")
N = st.integers(min_value=0, max_value=5)
GRADE = st.sampled_from(GRADES)
#: What completes a plan, as she might say it.
PLANNED = {
    "wants": "To know when he is let out",
    "leaving": ["ways-out", "where-to"],
    "children": "no",
    "phone": ["location"],
    "neighbours": "not-yet",
    "when-it-changes": "Ring my sister",
}
SERGEANTS = st.sampled_from(["response-sergeant-1", "response-sergeant-2"])


class People:
    """Who acts, two of each role that checks or owns, and who is known: written once, before every example."""

    def __init__(self) -> None:
        team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Response")
        advisers = Team.objects.create(agency=Agency.objects.create(name="A charity"), name="Advisers")
        self.staff: dict[str, Actor] = {}
        for role in Role:
            for n in () if role is Role.SYSTEM else (1, 2):
                name = f"{role.value}-{n}"
                self.staff[name] = User.objects.create_user(
                    name,
                    name=f"{role} {n}",
                    role=role.value,
                    team=advisers if role is Role.IDVA else team,
                    made_at=BEGINS,
                ).actor
        self.advisers = advisers.id
        for n in (1, 2):
            with transaction.atomic():
                set_actor(self.staff["duty-inspector-1"])
                registers.record_training(
                    by=self.staff["duty-inspector-1"],
                    now=BEGINS,
                    account=self.staff[f"response-sergeant-{n}"].id,
                    kind=REVIEWER,
                    valid_from=london_day(BEGINS) - timedelta(days=1),
                )
        by = self.staff["call-handler-1"]
        self.known: dict[str, UUID] = {}
        for name, sex, born in (
            ("her", "2", 1990),
            ("her again", "2", 1990),
            ("other", "2", 1985),
            ("him", "1", 1988),
            ("brother", "1", 1980),
            ("child", "1", datetime.now(UTC).year - 8),
        ):
            with transaction.atomic():
                set_actor(by)
                self.known[name] = add_record(
                    by=by,
                    now=BEGINS,
                    name=NewName(forename=name.title().replace(" ", ""), surname="Quillfeather"),
                    particulars=Particulars(sex=sex, born_from=born, born_to=born),
                ).id


class NoGap(RuleBasedStateMachine):
    """The force. What it knows besides the tables: grades as they were first given, and two owners after a merge."""

    people: People
    #: when the first step is taken: what every example begins with has been done by then
    begins: datetime
    #: how often each command was carried out, over all examples: a machine that is always refused proves nothing
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.now = self.begins
        # whether anything was done since it was last held against the promise
        self.stirred = True
        self.grades: dict[UUID, tuple] = {}
        # who accepted which duty as a turn was handed over
        self.accepted: dict[UUID, UUID] = {}
        # records that were held to be of one person while each had an owner: a person has yet to say who it is
        self.merged: set[UUID] = set()
        # whose account is closed
        self.left: set[UUID] = set()
        # which case each referral to a MARAC is of
        self.referred: dict[UUID, UUID] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled_back.__exit__(None, None, None)

    # --- acting ---------------------------------------------------------------------------------------

    def do(self, who: str | Role, command, **told):
        """Give a command; None where it was refused, which is an answer and has changed nothing: it was undone.

        The worker runs once after each that was carried out.
        """
        self.now += timedelta(minutes=7)
        name = f"{command.__module__.rsplit('.', 1)[-1]}.{command.__name__}"
        by = self.people.staff[who if "-" in who and who[-1] in "12" else f"{who}-1"]
        if by.id in self.left:
            # whoever has left signs in no more
            return None
        try:
            with transaction.atomic():
                self._as(by)
                made = command(by=by, now=self.now, **told)
        except REFUSALS:
            return None
        self.done[name] += 1
        self.work()
        return made or True

    def work(self) -> None:
        self.stirred = True
        for task in (
            reviewing.call_for_sign_offs,
            children.call_for_decisions,
            call_where_nobody_attended,
            look_for_changes,
            leaving.pass_on_cases,
            hub.put_back_what_was_left,
            pass_on,
            ask_who_safeguards,
            ask_who_investigates,
            find_outstanding,
            promise_what_happened,
            call_for_plans,
            call_for_outcomes,
            call_for_advisers,
            call_for_maracs,
        ):
            with transaction.atomic():
                self._as(READER)
                task(now=self.now)

    def _as(self, by: Actor) -> None:
        set_actor(by, only_looks=False)

    @contextmanager
    def seen_whole(self):
        with transaction.atomic(), acting(READER):
            yield

    def one(self, rows, n: int, *order: str, brought_by=None, told=()):
        """One of what there is, oldest first; of nothing, what another step brings about, or None."""
        for attempt in (0, 1):
            with self.seen_whole():
                found = list(rows.order_by(*order))
            if found or brought_by is None or attempt:
                return found[n % len(found)] if found else None
            brought_by(*told)
        return None

    def a_case(self, n: int, **which) -> Case | None:
        return self.one(Case.objects.filter(**(which or {"closed_at": None})), n, "opened_at", "id")

    def an_incident(self, n: int, **which) -> Incident | None:
        return self.one(Incident.objects.filter(**(which or {"closed_at": None})), n, "reported_at", "number")

    def a_duty(self, n: int, *, brought_by=None, told=(), **which) -> Duty | None:
        rows = Duty.objects.filter(discharged_at=None, **which)
        return self.one(rows, n, "opened_at", "kind", "id", brought_by=brought_by, told=told)

    # --- first contact and incidents --------------------------------------------------------------------

    @classmethod
    def begin(cls, people: People) -> None:
        """What every example begins with, done once: a case that is closed, somebody on duty, and an incident of two."""
        cls.people, cls.done, cls.begins = people, Counter(), BEGINS
        force = cls()
        try:
            force.a_case_was_closed()
            force.somebody_is_on_duty()
            force.no_gap()
        except AssertionError:
            force.teardown()
            raise
        # kept, where an example is rolled back
        force.rolled_back.__exit__(None, None, None)
        cls.begins = force.now
        # what was done before the first step was not chosen
        cls.done = Counter()

    def a_case_was_closed(self) -> None:
        """No force begins today: what is done with a closed case is within reach of every example."""
        self._an_incident_of("other", "brother")
        self.everything_is_done_for_a_case(0, True)
        with self.seen_whole():
            assert Case.objects.exclude(closed_at=None).exists()

    def somebody_is_on_duty(self) -> None:
        ends = self.now + timedelta(hours=12)
        for who in ("response-officer-1", "response-sergeant-1"):
            self.do(who, turns.start_turn, ends_at=ends)
        self._an_incident_of("her", "him")

    def _an_incident_of(self, victim: str, suspect: str) -> None:
        told = {"recorded_as": "domestic-abuse", "domestic": True}
        made = self.do(Role.CALL_HANDLER, incidents.open_incident, **told)
        self._involve(made.id, victim, "victim", confirmed=True)
        self._involve(made.id, suspect, "suspect", confirmed=True)

    @rule(domestic=st.sampled_from([True, True, None, False]))
    def open_incident(self, domestic) -> None:
        kind = "domestic-abuse" if domestic else "not-yet-recorded"
        self.do(Role.OFFICER, incidents.open_incident, recorded_as=kind, domestic=domestic)

    @rule(
        grade=st.sampled_from(["emergency", "routine", "nobody"]),
        domestic=st.sampled_from([True, None]),
        ends=st.booleans(),
    )
    def a_call(self, grade, domestic, ends) -> None:
        call = self.do(Role.CALL_HANDLER, taking.begin, channel="999")
        changed = self.do(
            Role.CALL_HANDLER,
            taking.change,
            contact_id=call.id,
            version=call.version,
            domestic=domestic,
            place="14 Alma Road",
        )
        assert changed
        self.do(
            Role.CALL_HANDLER,
            sending.send,
            contact_id=call.id,
            grade=grade,
            reason="deploy-other",
            words="He has gone",
        )
        if ends:
            self.do(Role.CALL_HANDLER, taking.end, contact_id=call.id)

    @rule(n=N)
    def a_call_ends(self, n) -> None:
        rows = Contact.objects.filter(ended_at=None)
        told = ("emergency", True, False)
        if call := self.one(rows, n, "received_at", "id", brought_by=self.a_call, told=told):
            self.do(Role.CALL_HANDLER, taking.end, contact_id=call.id)

    @rule(n=N)
    def sign_off(self, n) -> None:
        rows = Contact.objects.filter(ended_at__isnull=False)
        told = ("nobody", True, True)
        if call := self.one(rows, n, "received_at", "id", brought_by=self.a_call, told=told):
            if self.a_duty(0, kind="deployment-review", about=call.id):
                self.do(Role.SUPERVISOR, reviewing.agree, contact_id=call.id)
            self.do(Role.SUPERVISOR, reviewing.sign_off, contact_id=call.id, reason="sign-off-complete")

    @rule(n=N, m=N)
    def same_incident(self, n, m) -> None:
        rows = Contact.objects.filter(incident__closed_at=None)
        told = ("emergency", True, False)
        call = self.one(rows, n, "received_at", "id", brought_by=self.a_call, told=told)
        into = self.an_incident(m)
        if call and into:
            self.do(Role.CALL_HANDLER, knowing.same_incident, contact_id=call.id, incident_id=into.id)

    @rule(
        n=N,
        who=st.sampled_from(["her", "her again", "other", "him", "brother"]),
        part=st.sampled_from(["victim", "victim", "suspect"]),
        confirmed=st.booleans(),
    )
    def involve(self, n, who, part, confirmed) -> None:
        if incident := self.an_incident(n):
            self._involve(incident.id, who, part, confirmed=confirmed)

    @rule(
        n=N,
        victim=st.sampled_from(["her", "her again", "other", "him"]),
        suspect=st.sampled_from(["him", "brother", "her"]),
    )
    def involve_two(self, n, victim, suspect) -> None:
        if incident := self.an_incident(n):
            self._involve(incident.id, victim, "victim", confirmed=True)
            self._involve(incident.id, suspect, "suspect", confirmed=True)

    @rule(n=N)
    def involve_a_child(self, n) -> None:
        if incident := self.an_incident(n):
            self._involve(incident.id, "child", "child", confirmed=True)

    def _involve(self, incident_id: UUID, who: str, part: str, *, confirmed: bool) -> None:
        self.do(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=incident_id,
            record_id=self.people.known[who],
            part=part,
            confirmed=confirmed,
        )

    @rule(n=N, m=N)
    def withdraw(self, n, m) -> None:
        if incident := self.an_incident(n):
            one = self.one(incident.involvements.filter(ended_at=None), m, "made_at", "id")
            if one:
                self.do(Role.OFFICER, incidents.withdraw, involvement_id=one.id)

    @rule(n=N, domestic=st.sampled_from([True, True, False, None]), closed=st.booleans())
    def reclassify(self, n, domestic, closed) -> None:
        if incident := self.an_incident(n, closed_at__isnull=not closed):
            self.do(
                Role.OFFICER,
                incidents.reclassify,
                incident_id=incident.id,
                recorded_as="domestic-abuse" if domestic else "not-yet-recorded",
                domestic=domestic,
            )

    @rule(n=N, m=N, command=st.sampled_from([incidents.carry_over, incidents.join_incidents]))
    def two_incidents(self, n, m, command) -> None:
        if (incident := self.an_incident(n)) is None:
            return
        others = Incident.objects.filter(closed_at=None).exclude(id=incident.id)
        if into := self.one(others, m, "reported_at", "number"):
            self.do(Role.CALL_HANDLER, command, incident_id=incident.id, into_id=into.id)

    @rule(n=N)
    def part_incidents(self, n) -> None:
        if incident := self.an_incident(n, joined_into__isnull=False):
            self.do(Role.CALL_HANDLER, knowing.another_incident, incident_id=incident.id)

    @rule(n=N)
    def close_incident(self, n) -> None:
        if incident := self.an_incident(n):
            self._close_incident(incident)

    def _close_incident(self, incident: Incident) -> None:
        if self.do(Role.SUPERVISOR, incidents.close_incident, incident_id=incident.id, closed_as="attended"):
            with self.seen_whole():
                kinds = [row.text("duty") for row in closing_duties("incident", london_day(self.now))]
                under = incident.case_links.values_list("case", flat=True)
                joined = Incident.objects.filter(joined_into=incident).values_list("id", flat=True)
                left = Duty.objects.filter(
                    kind__in=kinds, about__in=[incident.id, *under, *joined], discharged_at=None
                )
                going_on = Contact.objects.filter(incident=incident, ended_at=None, incident__domestic=True)
                assert not going_on.exists(), "closed while a contact of it goes on"
                assert not left.exists(), f"closed with {list(left.values_list('kind', flat=True))}"

    # --- crimes -----------------------------------------------------------------------------------------

    @rule(n=N, crime=st.booleans())
    def judge(self, n, crime) -> None:
        if incident := self.an_incident(n, domestic=True):
            told = {"incident_id": incident.id}
            if crime:
                told |= {"offence": "violence-without-injury", "reason": "crime-complained"}
                self.do(Role.REGISTRAR, crimes.record_crime, **told)
            else:
                self.do(
                    Role.REGISTRAR, crimes.not_a_crime, reason="no-crime-none-described", words="-", **told
                )

    @rule(n=N, agreed=st.booleans(), own=st.booleans())
    def review_crime(self, n, agreed, own) -> None:
        if duty := self.a_duty(n, kind="crime-review", brought_by=self.judge, told=(n, False)):
            self.do(
                "crime-registrar-1" if own else "crime-registrar-2",
                crimes.review_crime,
                decision_id=duty.about,
                agreed=agreed,
                feedback="It was one",
            )

    @rule(n=N)
    def cancel_crime(self, n) -> None:
        """A cancelled crime takes nothing from what is still to be done, and closes nothing."""
        rows = Crime.objects.filter(cancelled_at=None)
        crime = self.one(rows, n, "recorded_at", "id", brought_by=self.judge, told=(n, True))
        if crime is None:
            return
        incident = Incident.objects.filter(id=crime.incident_id)
        with self.seen_whole():
            was_closed = incident.get().closed_at
            # what it became is nobody's to say any more, nor to look at
            ended = ["crime-outcome", "outcome-review", "outcome-returned"]
            rest = Duty.objects.filter(discharged_at=None).exclude(kind__in=ended)
            open_before = set(rest.values_list("id", flat=True))
        told = {"crime_id": crime.id, "reason": "cancel-by-mistake", "words": "-"}
        if not self.do(Role.REGISTRAR, crimes.cancel_crime, **told):
            return
        with self.seen_whole():
            open_now = set(Duty.objects.filter(discharged_at=None).values_list("id", flat=True))
            judged = Decision.objects.get(about=crime.id, choice="cancelled").id
            assert incident.get().closed_at == was_closed, "a cancelled crime closed its incident"
            assert open_before <= open_now, "a cancelled crime let go of work"
            looks = Duty.objects.filter(kind="crime-review", about=judged, discharged_at=None)
            assert looks.exists(), "nobody looks at a cancelled crime"

    # --- cases ------------------------------------------------------------------------------------------

    @rule(n=N, who=st.sampled_from(["response-officer-1", "response-officer-2", "control-room-supervisor-1"]))
    def own(self, n, who) -> None:
        if case := self.a_case(n):
            owner = self.people.staff[who].id
            self._owned(case, self.do(who, holding.set_owner, case_id=case.id, owner=owner, both_sides=True))

    @rule(n=N, who=st.sampled_from(["response-officer-1", "response-officer-2"]))
    def offer(self, n, who) -> None:
        if case := self.a_case(n):
            self.do(
                Role.SUPERVISOR,
                holding.set_owner,
                case_id=case.id,
                owner=self.people.staff[who].id,
                both_sides=True,
            )

    @rule(n=N, accepts=st.booleans())
    def answer_an_offer(self, n, accepts) -> None:
        told = (n, "response-officer-2")
        if duty := self.a_duty(n, kind="case-accept", brought_by=self.offer, told=told):
            who = next(name for name, actor in self.people.staff.items() if actor.id == duty.owner)
            if not accepts:
                self.do(who, carry_out, duty_id=duty.id, outcome="cannot-own")
                return
            with self.seen_whole():
                case = Case.objects.get(id=duty.about)
            self._owned(case, self.do(who, holding.accept_case, case_id=case.id, both_sides=True))

    # --- who safeguards her -------------------------------------------------------------------------------

    @rule(n=N)
    def hub_is_asked(self, n) -> None:
        """An officer owns a case that is graded high."""
        self.own(n, "response-officer-1")
        self.grade_without_risk(n, "high", Role.SERGEANT)

    def a_request(self, n: int, *states: Request) -> ServiceRequest | None:
        rows = ServiceRequest.objects.filter(state__in=states or OPEN)
        return self.one(rows, n, "asked_at", "id", brought_by=self.hub_is_asked, told=(n,))

    def _of_the_role(self, request: ServiceRequest | Allocation) -> str:
        if request.account:
            return next(name for name, one in self.people.staff.items() if one.id == request.account)
        one = f"{request.role}-1"
        return one if self.people.staff[one].id not in self.left else f"{request.role}-2"

    @rule(n=N)
    def accept_request(self, n) -> None:
        if request := self.a_request(n):
            who = self._of_the_role(request)
            done = self.do(who, serving.accept, case_id=request.case_id, both_sides=True)
            with self.seen_whole():
                case = Case.objects.get(id=request.case_id)
                owned = ServiceRequest.objects.get(id=request.id).state == Request.ACCEPTED
            self._owned(case, done or owned)

    @rule(n=N, reason=st.sampled_from(["return-package", "return-safe-contact"]))
    def return_request(self, n, reason) -> None:
        if request := self.a_request(n, Request.ASKED):
            told = {"reason": reason, "words": "Nobody knows", "missing": ["handover-statement"]}
            self.do(self._of_the_role(request), serving.give_back, case_id=request.case_id, **told)

    @rule(n=N)
    def hand_over_case(self, n) -> None:
        if request := self.a_request(n):
            item = {"item": "handover-wishes", "state": "held", "words": "In her words"}
            self.do("response-sergeant-1", handing.note, case_id=request.case_id, **item)
            self.do("response-sergeant-1", handing.send, case_id=request.case_id)

    @rule(n=N, who=st.sampled_from(["hub-reviewer-1", "response-officer-1"]))
    def decide_request(self, n, who) -> None:
        if request := self.a_request(n, Request.ASKED):
            for _time in (1, 2):
                self.return_request(n, "return-safe-contact")
                self.hand_over_case(n)
            told = {"owner": self.people.staff[who].id, "reason": "settled-policy", "words": "So it ends"}
            done = self.do(
                "response-sergeant-2", serving.decide, case_id=request.case_id, both_sides=True, **told
            )
            with self.seen_whole():
                case = Case.objects.get(id=request.case_id)
            self._owned(case, done)

    def an_allocation(self, n) -> Allocation | None:
        rows = Allocation.objects.filter(state="asked").select_related("investigation")
        return self.one(
            rows, n, "asked_at", "id", brought_by=self.a_crime_is_recorded_of_a_graded_case, told=(n,)
        )

    @rule(n=N)
    def a_crime_is_recorded_of_a_graded_case(self, n) -> None:
        if case := self.a_case(n):
            with self.seen_whole():
                incident = case.incident_links.order_by("incident").values_list("incident", flat=True).first()
            if incident:
                told = {"offence": "violence-with-injury", "reason": "crime-seen", "incident_id": incident}
                self.do("crime-registrar-1", crimes.record_crime, **told)

    @rule(n=N)
    def accept_investigation(self, n) -> None:
        if one := self.an_allocation(n):
            who = self._of_the_role(one)
            self.do(who, allocating.accept, case_id=one.investigation.case_id)

    @rule(n=N, who=st.sampled_from(["investigator-2", "response-officer-2", "response-sergeant-2"]))
    def ask_to_investigate(self, n, who) -> None:
        if case := self.a_case(n):
            told = {"reason": "investigate-trust", "words": "She asks for them"}
            account = self.people.staff[who].id
            self.do("response-sergeant-1", allocating.allocate, case_id=case.id, account=account, **told)

    @rule(n=N, agreed=st.booleans())
    def review_allocation(self, n, agreed) -> None:
        rows = Allocation.objects.filter(decision__isnull=False, decision__reviews=None)
        told = (n, "response-officer-2")
        if one := self.one(rows, n, "asked_at", "id", brought_by=self.ask_to_investigate, told=told):
            told = {"agreed": agreed, "feedback": "" if agreed else "An investigator has to"}
            self.do("response-sergeant-2", allocating.review_allocation, allocation_id=one.id, **told)

    @rule(n=N, who=st.sampled_from(["hub-reviewer-2", "response-officer-2", "response-sergeant-2"]))
    def ask_by_name(self, n, who) -> None:
        if case := self.a_case(n):
            told = {"reason": "override-trust", "words": "She asks for them"}
            account = self.people.staff[who].id
            self.do("response-sergeant-1", serving.ask_for, case_id=case.id, account=account, **told)

    @rule(n=N, agreed=st.booleans(), own=st.booleans())
    def review_choice(self, n, agreed, own) -> None:
        rows = PolicyOverride.objects.filter(decision__reviews=None)
        told = (n, "response-officer-2")
        if choice := self.one(rows, n, "made_at", "id", brought_by=self.ask_by_name, told=told):
            told = {"override_id": choice.id, "agreed": agreed, "feedback": "Read"}
            self.do("response-sergeant-1" if own else Role.INSPECTOR, serving.review_override, **told)

    @rule(n=N, reached=st.booleans())
    def be_in_touch(self, n, reached) -> None:
        if case := self.a_case(n):
            told = {"way": "telephone", "result": "reached-free" if reached else "no-answer"}
            self.do(Role.HUB, contacting.record_contact, case_id=case.id, **told)

    @rule(n=N, declined=st.booleans())
    def tell_her(self, n, declined) -> None:
        """She is reached and told what she is due to hear, or does not want to be told of it."""
        told = {"kind": "victim-update", "brought_by": self.hub_is_asked, "told": (n,)}
        if duty := self.a_duty(n, **told):
            self._tell_her(duty.about, declined=declined)

    def _tell_her(self, case_id: UUID, *, declined: bool = False) -> None:
        with self.seen_whole():
            case = Case.objects.get(id=case_id)
            due = sorted(still_untold(case, [code for one in open_updates(case_id) for code in one.causes]))
        told = {"case_id": case_id, "way": "telephone", "result": "reached-free", "told": due}
        self.do(Role.HUB, contacting.record_contact, declined=declined and bool(due), **told)

    # --- her safety plan ----------------------------------------------------------------------------------

    @rule(n=N, complete=st.booleans(), with_her=st.booleans())
    def plan(self, n, complete, with_her) -> None:
        if case := self.a_case(n):
            self._plan(case, complete=complete, with_her=with_her)

    def _plan(self, case: Case, *, complete: bool = True, with_her: bool = True) -> None:
        told = {"took_part": ["victim", "officer"], "agreed": "agreed"}
        if not with_her:
            told = {"took_part": ["officer"], "agreed": "made-without-her", "why": "not-reached"}
        with self.seen_whole():
            hers = held_together(case.victim_id)
            begun = PlanVersion.objects.filter(record__in=hers, completed_at=None).values("id")
            page = Answers.objects.filter(subject__in=begun, superseded_by=None).first()
        told |= {"case_id": case.id, "answers": PLANNED, "complete": complete}
        told |= {"after_row": page.id if page else None}
        self.do(Role.HUB, planning.write_plan, **told)

    @rule(n=N, who=st.sampled_from(["response-officer-2", "hub-reviewer-1"]))
    def order_a_measure(self, n, who) -> None:
        case = self.a_case(n)
        if case and (offered := self.do(who, fitting.offer, case_id=case.id, kind="locks")):
            told = {"measure_id": offered.id, "step": "order", "supplier": "council"}
            self.do(who, fitting.take_step, **told)

    @rule(n=N, m=N, who=st.sampled_from(["response-officer-1", "hub-reviewer-2"]))
    def follow_a_measure(self, n, m, who) -> None:
        told = (n, "response-officer-2")
        rows = SafetyMeasure.objects.all()
        if one := self.one(rows, n, "offered_at", "id", brought_by=self.order_a_measure, told=told):
            steps = can(Measure(one.state))
            if steps:
                step = steps[m % len(steps)]
                reason = {"decline": "not-wanted", "fail": "supplier-late"}.get(step, "not-safe-to-have")
                told = {"reason": reason} if step in REASONED else {}
                self.do(who, fitting.take_step, measure_id=one.id, step=step, **told)

    # --- advisers and a MARAC -----------------------------------------------------------------------------

    @rule(n=N)
    def refer_to_adviser(self, n) -> None:
        told = {"kind__in": ["idva-referral", "idva-returned"], "brought_by": self.hub_is_asked, "told": (n,)}
        if duty := self.a_duty(n, **told):
            told = {"team_id": self.people.advisers, "basis": "consent", "consent": "agreed"}
            self._owner_stays(duty.about, "response-officer-1", advising.refer, **told)

    def _owner_stays(self, case_id: UUID, who: str, command, **told) -> None:
        """A referral changes nobody who owns a case: neither an adviser nor a MARAC is an owner."""
        owners = StandingFact.objects.filter(case=case_id, kind=Kind.OWNER, ended_at=None).values_list("id")
        kinds = ["case-owner", "case-accept", "case-grade", "crime-outcome", "victim-update", "safety-plan"]
        duties = Duty.objects.filter(about=case_id, kind__in=kinds, discharged_at=None).values_list("id")
        with self.seen_whole():
            before = set(owners) | set(duties)
        self.do(who, command, case_id=case_id, **told)
        with self.seen_whole():
            assert before <= set(owners) | set(duties), "a referral took a case or a duty from its owner"

    def an_adviser_has(self, n, *states: AtService) -> AdviserReferral | None:
        rows = AdviserReferral.objects.filter(state__in=states or WITH_A_SERVICE)
        return self.one(rows, n, "sent_at", "id", brought_by=self.refer_to_adviser, told=(n,))

    @rule(
        n=N,
        who=st.sampled_from(["idva-1", "idva-2"]),
        answer=st.sampled_from(["accept", "accept", "give_back", "let_go"]),
    )
    def answer_as_adviser(self, n, who, answer) -> None:
        if one := self.an_adviser_has(n):
            told = {"give_back": {"reason": "no-room"}, "let_go": {"reason": "moved-on"}}.get(answer, {})
            self.do(who, getattr(advising, answer), referral_id=one.id, **told)

    @rule(n=N, who=st.sampled_from(["idva-1", "idva-2"]), reached=st.booleans())
    def an_adviser_rings(self, n, who, reached) -> None:
        one = self.an_adviser_has(n, AtService.ACCEPTED)
        if one is None and (one := self.an_adviser_has(n)):
            self.do(who, advising.accept, referral_id=one.id)
        if one:
            told = {"way": "telephone", "result": "reached-free" if reached else "no-answer"}
            self.do(who, noting.record_contact, referral_id=one.id, **told)

    @rule(n=N)
    def an_adviser_says_danger_has_changed(self, n) -> None:
        if one := self.an_adviser_has(n, AtService.ACCEPTED):
            told = {"words": "He has found her", "to": "owner", "basis": "consent", "consent": "agreed"}
            self.do("idva-1", noting.say_danger_changed, referral_id=one.id, **told)

    @rule(n=N, who=st.sampled_from(["response-officer-2", "hub-reviewer-1"]))
    def refer_to_a_marac(self, n, who) -> None:
        """Also where the records meet no criterion."""
        duty = self.a_duty(n, kind="marac-referral")
        case_id = duty.about if duty else getattr(self.a_case(n), "id", None)
        if case_id:
            told = {"chosen": ["professional-judgement"], "words": "It gets worse"}
            self._owner_stays(case_id, who, conferring.refer, **told)

    def three_incidents(self, victim: str = "her", suspect: str = "him") -> None:
        for _time in range(3):
            self._an_incident_of(victim, suspect)

    @rule(n=N, victim=st.sampled_from(["her", "other"]))
    def decide_not_to_refer(self, n, victim) -> None:
        told = {"kind": "marac-referral", "brought_by": self.three_incidents, "told": (victim,)}
        if duty := self.a_duty(n, **told):
            told = {"reason": "not-referred-mistaken", "words": "They are of another pair"}
            self.do("response-sergeant-1", conferring.decide_not_to, case_id=duty.about, **told)

    @rule(n=N, agreed=st.booleans(), own=st.booleans())
    def look_at_who_was_not_referred(self, n, agreed, own) -> None:
        told = {"kind": "marac-not-referred", "brought_by": self.decide_not_to_refer, "told": (n, "her")}
        if duty := self.a_duty(n, **told):
            who = "response-sergeant-1" if own else "response-sergeant-2"
            told = {"agreed": agreed, "feedback": "There is danger"}
            self.do(who, conferring.review, not_referred_id=duty.about, **told)

    @rule(n=N)
    def send_to_the_marac(self, n) -> None:
        told = {"kind": "marac-send", "brought_by": self.refer_to_a_marac, "told": (n, "hub-reviewer-1")}
        if duty := self.a_duty(n, **told):
            self.do("hub-reviewer-1", conferring.sent, marac_id=duty.about, to="coordinator")

    # --- what became of a crime ---------------------------------------------------------------------------

    def a_crime(self, n) -> Crime | None:
        rows = Crime.objects.filter(cancelled_at=None)
        told = (n,)
        return self.one(
            rows, n, "recorded_at", "id", brought_by=self.a_crime_is_recorded_of_a_graded_case, told=told
        )

    @rule(
        n=N,
        code=st.sampled_from(["outcome-1", "outcome-3", "outcome-15", "outcome-16"]),
        who=st.sampled_from(["response-officer-1", "response-officer-2", "response-sergeant-1"]),
    )
    def give_outcome(self, n, code, who) -> None:
        if crime := self.a_crime(n):
            told = {"code": code, "reason": "given-evidence-short", "words": "No more can be had"}
            self.do(who, deciding.give, crime_id=crime.id, **told)

    def an_outcome(self, n) -> Outcome | None:
        rows, told = Outcome.objects.filter(state__in=LIVE), (n, "outcome-15", "response-officer-1")
        return self.one(rows, n, "given_at", "id", brought_by=self.give_outcome, told=told)

    @rule(n=N, endorsed=st.booleans(), who=SERGEANTS)
    def look_at_an_outcome(self, n, endorsed, who) -> None:
        told = {"brought_by": self.give_outcome, "told": (n, "outcome-15", "response-officer-2")}
        if duty := self.a_duty(n, kind="outcome-review", **told):
            with self.seen_whole():
                waiting = waiting_for_review(Case.objects.get(id=duty.about))
            for one in waiting[:1]:
                told = {"endorsed": endorsed, "directions": "Hear the neighbours"}
                self.do(who, looking_at.review_outcome, outcome_id=one.id, **told)

    @rule(n=N, back=st.booleans())
    def reopen_an_outcome(self, n, back) -> None:
        if one := self.an_outcome(n):
            told = {"outcome_id": one.id, "words": "A neighbour came forward"}
            self.do(Role.SUPERVISOR, reopening.reopen, reason="reopen-evidence", **told)
            if back:
                told = {"outcome_id": one.id, "words": "It was of another crime"}
                self.do(Role.SUPERVISOR, reopening.restore, reason="restore-mistake", **told)

    @rule(n=N)
    def she_asks_for_a_review(self, n) -> None:
        if one := self.an_outcome(n):
            self.do("response-officer-1", asking.ask, outcome_id=one.id)

    @rule(n=N, overturned=st.booleans(), acknowledged=st.booleans())
    def decide_what_she_asked(self, n, overturned, acknowledged) -> None:
        rows = VictimReview.objects.filter(state__in=ASKED)
        if one := self.one(rows, n, "asked_at", "id", brought_by=self.she_asks_for_a_review, told=(n,)):
            if acknowledged:
                self.do(Role.INSPECTOR, asking.acknowledge, asked_id=one.id)
            told = {"reason": "vrr-lines-open" if overturned else "vrr-test-applied", "words": "Read"}
            self.do(Role.INSPECTOR, asking.decide, asked_id=one.id, overturned=overturned, **told)

    @rule(
        n=N,
        kind=st.sampled_from(["hearing", "found-guilty", "discontinued", "court-bail", "prison-release"]),
        hours=st.sampled_from([0, 30]),
    )
    def a_result_comes(self, n, kind, hours) -> None:
        if crime := self.a_crime(n):
            at = self.now + timedelta(hours=hours)
            self.do("response-officer-1", court.record_event, crime_id=crime.id, kind=kind, at=at)

    @rule(n=N)
    def look_at_a_prosecution_together(self, n) -> None:
        told = {"brought_by": self.a_result_comes, "told": (n, "discontinued", 0)}
        if duty := self.a_duty(n, kind="joint-review", **told):
            with self.seen_whole():
                of = cases_of(list(Crime.objects.filter(cancelled_at=None)))
                crimes_ = sorted(one for one, cases in of.items() if duty.about in {c.id for c in cases})
            for crime_id in crimes_:
                told = {"crime_id": crime_id, "finding": "joint-evidence-missing"}
                self.do(Role.INSPECTOR, court.review_jointly, **told)

    def _owned(self, case: Case, done) -> None:
        if done:
            with self.seen_whole():
                self.merged -= set(held_together(case.victim_id))

    @rule(n=N, grade=GRADE, who=st.sampled_from([Role.SUPERVISOR, Role.OFFICER, Role.SERGEANT]))
    def grade_without_risk(self, n, grade, who) -> None:
        if case := self.a_case(n):
            told = {"grade": grade, "reason": "grade-first-assessment", "words": "She said so"}
            self.do(who, cases.set_grade, case_id=case.id, **told)

    @rule(n=N)
    def visit(self, n) -> None:
        if case := self.a_case(n):
            self.do(
                Role.OFFICER,
                visiting.record_visit,
                case_id=case.id,
                outcome="visit-spoken",
                alone=True,
                safe_to_talk=True,
            )

    @rule(n=N)
    def close_case(self, n) -> None:
        if case := self.a_case(n):
            self.do(Role.SUPERVISOR, cases.close_case, case_id=case.id, closed_as="danger-past")

    @rule(n=N)
    def reopen_case(self, n) -> None:
        if case := self.a_case(n, closed_at__isnull=False):
            self.do(Role.SUPERVISOR, cases.reopen_case, case_id=case.id)

    @rule(n=N, m=N)
    def join_cases(self, n, m) -> None:
        if (case := self.a_case(n)) is None:
            return
        others = Case.objects.filter(closed_at=None).exclude(id=case.id)
        if into := self.one(others, m, "opened_at", "id"):
            self.do(Role.SERGEANT, cases.join_cases, case_id=case.id, into_id=into.id)

    @rule(n=N)
    def part_cases(self, n) -> None:
        rows = Joining.objects.filter(ended_at=None)
        if joining := self.one(rows, n, "made_at", "id", brought_by=self.join_cases, told=(n, 0)):
            self.do(Role.SERGEANT, cases.part_cases, case_id=joining.case_id)

    @rule(n=N, m=N, reason=st.sampled_from(["group-same-victim", "group-honour-based"]))
    def group(self, n, m, reason) -> None:
        rows = Case.objects.filter(closed_at=None)
        case = self.a_case(n)
        if case is None:
            return
        told = (0, "other", "him")
        others = rows.exclude(id=case.id)
        if other := self.one(others, m, "opened_at", "id", brought_by=self.involve_two, told=told):
            self.do(Role.SERGEANT, cases.group_cases, case_ids=[case.id, other.id], reason=reason)

    @rule(n=N)
    def ungroup(self, n) -> None:
        rows = Case.objects.filter(memberships__ended_at=None, memberships__isnull=False)
        told = (n, 0, "group-same-victim")
        if case := self.one(rows, n, "opened_at", "id", brought_by=self.group, told=told):
            self.do(Role.SERGEANT, cases.ungroup, case_id=case.id)

    @rule(n=N, whose=st.sampled_from(["response-officer-1", "response-sergeant-2", "hub-reviewer-1"]))
    def add_plan_line(self, n, whose) -> None:
        told = (n, 0, "group-same-victim")
        if group := self.one(Group.objects.all(), n, "made_at", "id", brought_by=self.group, told=told):
            self.do(Role.SERGEANT, groups.add_line, group_id=group.id, **self._line(whose))

    def _line(self, whose: str) -> dict:
        due = london_day(self.now) + timedelta(days=3)
        return {"what": "Change the locks", "whose": self.people.staff[whose].id, "due_on": due}

    @rule(
        n=N,
        whose=st.sampled_from(["response-officer-2", "duty-inspector-1", None]),
        ended_as=st.sampled_from(["done", "not-needed"]),
    )
    def change_or_end_plan_line(self, n, whose, ended_as) -> None:
        rows, told = PlanLine.objects.filter(ended_at=None), (n, "response-officer-1")
        if line := self.one(rows, n, "made_at", "id", brought_by=self.add_plan_line, told=told):
            if whose:
                self.do(Role.SERGEANT, groups.change_line, line_id=line.id, **self._line(whose))
            else:
                told = {"line_id": line.id, "ended_as": ended_as, "words": "She moved"}
                self.do(Role.SERGEANT, groups.end_line, **told)

    @rule(n=N, choice=st.sampled_from(["first-suspect", "unresolved"]))
    def decide_primary(self, n, choice) -> None:
        rows = CounterAllegation.objects.filter(ended_at=None)
        told = (n, "him", "her")
        if one := self.one(rows, n, "seen_at", "id", brought_by=self.involve_two, told=told):
            told = {"choice": choice, "reason": "primary-fear", "words": "She fears him"}
            self.do(Role.SERGEANT, counter.decide_primary, allegation_id=one.id, **told)

    @rule(n=N, agreed=st.booleans(), own=st.booleans())
    def review_primary(self, n, agreed, own) -> None:
        told = (n, "unresolved")
        kind = "primary-perpetrator-review"
        if duty := self.a_duty(n, kind=kind, brought_by=self.decide_primary, told=told):
            who = Role.SERGEANT if own else Role.INSPECTOR
            told = {"decision_id": duty.about, "agreed": agreed, "feedback": "Look at the marks"}
            self.do(who, counter.review_primary, **told)

    # --- people -----------------------------------------------------------------------------------------

    @rule(
        two=st.sampled_from(
            [("her", "her again"), ("her again", "her"), ("him", "brother"), ("her", "other")]
        )
    )
    def merge(self, two) -> None:
        record, into = (self.people.known[name] for name in two)
        with self.seen_whole():
            owners = [self._owners([*held_together(one)]) for one in (record, into)]
        made = self.do(
            Role.SUPERVISOR, identities.merge, record_id=record, into_id=into, reason="merge-said-so"
        )
        with self.seen_whole():
            together = set(held_together(record))
        if made and (len(owners[0] | owners[1]) > 1 or together & self.merged):
            self.merged |= together

    @rule(who=st.sampled_from(["her", "her again", "brother"]))
    def part(self, who) -> None:
        record = self.people.known[who]
        self.do(Role.SUPERVISOR, identities.part, record_id=record, reason="part-merged-by-mistake")

    @staticmethod
    def _owners(records) -> set[str]:
        facts = StandingFact.objects.filter(
            kind=Kind.OWNER, ended_at=None, case__victim__in=records, case__closed_at=None
        )
        return set(facts.values_list("value", flat=True))

    # --- the scene --------------------------------------------------------------------------------------

    @rule(n=N, who=st.sampled_from(["response-officer-1", "response-officer-2", "response-sergeant-1"]))
    def attend(self, n, who) -> None:
        if incident := self.an_incident(n):
            self.do(who, attending.begin, incident_id=incident.id)

    @rule(n=N)
    def leave(self, n) -> None:
        rows, told = Attendance.objects.filter(left_at=None), (n, "response-officer-1")
        if visit := self.one(rows, n, "entered_at", "id", brought_by=self.attend, told=told):
            who = next(name for name, actor in self.people.staff.items() if actor.id == visit.officer)
            self.do(who, attending.leave, attendance_id=visit.id)

    @rule(n=N)
    def name_a_child(self, n) -> None:
        rows, told = Attendance.objects.filter(left_at=None), (n, "response-officer-1")
        if visit := self.one(rows, n, "entered_at", "id", brought_by=self.attend, told=told):
            who = next(name for name, actor in self.people.staff.items() if actor.id == visit.officer)
            record = self.people.known["child"]
            self.do(who, children.name_child, attendance_id=visit.id, record_id=record)

    @rule(n=N, power=st.sampled_from([True, False, None]), what=st.sampled_from(["arrest", "none"]))
    def act(self, n, power, what) -> None:
        if incident := self.an_incident(n):
            suspect = self.one(
                incident.involvements.filter(part="suspect", ended_at=None), n, "made_at", "id"
            )
            if suspect:
                told = {"record_id": suspect.record_id, "action": what, "power": power}
                self.do(
                    Role.OFFICER,
                    action.act_on,
                    incident_id=incident.id,
                    reasons=[] if what == "arrest" else ["not-necessary"],
                    **told,
                )

    @rule(n=N, agreed=st.booleans(), who=st.sampled_from([Role.SERGEANT, Role.INSPECTOR]))
    def review_action(self, n, agreed, who) -> None:
        told = (n, True, "none")
        if duty := self.a_duty(n, kind="no-arrest-review", brought_by=self.act, told=told):
            told = {"incident_id": duty.about, "record_id": duty.record_id}
            self.do(who, action.review_action, agreed=agreed, feedback="Arrest him", **told)

    @rule(n=N, choice=st.sampled_from(["no-child", "school", "refer", "unknown"]))
    def decide_children(self, n, choice) -> None:
        if incident := self.an_incident(n, domestic=True):
            self._decide_children(incident, choice)

    def _decide_children(self, incident: Incident, choice: str) -> None:
        with self.seen_whole():
            involved = incident.involvements.filter(part="child", ended_at=None)
            named = sorted(set(involved.values_list("record", flat=True)))
        unknown = choice == "unknown"
        self.do(
            Role.OFFICER,
            children.decide_children,
            incident_id=incident.id,
            children=named,
            choice=choice,
            reason="harm" if choice == "refer" else "",
            finder=self.people.staff["response-officer-2"].id if unknown else None,
            find_out_by=self.now + timedelta(hours=20) if unknown else None,
        )

    @rule(
        n=N,
        who=st.sampled_from(["response-officer-1", "response-officer-2", "response-sergeant-1"]),
        of_visit=st.booleans(),
    )
    def ask_correction(self, n, who, of_visit) -> None:
        if of_visit:
            rows = Attendance.objects.exclude(left_at=None)
            visit = self.one(rows, n, "entered_at", "id", brought_by=self.leave, told=(n,))
            told = visit and {"about": visit.id, "author": visit.officer, "incident_id": visit.incident_id}
        else:
            rows, by = Assessment.objects.exclude(completed_at=None), ("response-officer-1", "in-person")
            done = self.one(rows, n, "completed_at", "id", brought_by=self.assess, told=(n, *by, "medium"))
            told = done and {"about": done.id, "author": done.by}
        if told:
            told |= {"subjects": [self.people.known["her"]], "words": "It was the left arm"}
            self.do(who, adding.ask_correction, **told)

    @rule(n=N, own=st.booleans())
    def answer_correction(self, n, own) -> None:
        rows = CorrectionRequest.objects.filter(answered_at=None)
        told = (n, "response-officer-2", True)
        if asked := self.one(rows, n, "entered_at", "id", brought_by=self.ask_correction, told=told):
            author = next(name for name, actor in self.people.staff.items() if actor.id == asked.author)
            told = {"about": asked.about, "subjects": asked.subjects, "answers": asked.id}
            self.do(author if own else "hub-reviewer-1", adding.add, words="It was", **told)

    # --- risk -------------------------------------------------------------------------------------------

    @rule(
        n=N,
        who=st.sampled_from(["response-officer-1", "response-officer-2", "response-sergeant-1"]),
        how=st.sampled_from(["in-person", "telephone"]),
        grade=st.sampled_from([*GRADES, None]),
    )
    def assess(self, n, who, how, grade) -> None:
        if case := self.a_case(n):
            self._assess(case, who, how, grade)

    def _assess(self, case: Case, who: str, how: str, grade: str | None) -> None:
        begun = self.do(who, assessing.begin, case_id=case.id, how=how)
        if begun is None:
            return
        with self.seen_whole():
            begun = Assessment.objects.get(id=begun.id)
        told = answers(begun.group)
        self.do(who, assessing.answer, assessment_id=begun.id, answers=told)
        if self.do(who, assessing.complete, assessment_id=begun.id) and grade:
            self.do(
                who,
                grading.give,
                case_id=case.id,
                grade=grade,
                reason="grade-first-assessment",
                words="She said so",
                assessment_id=begun.id,
            )

    @rule(n=N, who=st.sampled_from(["response-officer-1", "response-sergeant-2"]))
    def begin_and_leave_it(self, n, who) -> None:
        if case := self.a_case(n):
            self.do(who, assessing.begin, case_id=case.id)

    @rule(n=N)
    def add_words(self, n) -> None:
        rows = Assessment.objects.filter(completed_at__isnull=False, case__closed_at=None)
        told = (n, "response-officer-1", "in-person", "medium")
        if one := self.one(rows, n, "completed_at", "id", brought_by=self.assess, told=told):
            self.do("response-officer-2", assessing.add_words, assessment_id=one.id, words="He rang again")

    @rule(
        n=N,
        who=st.sampled_from(["response-sergeant-1", "response-sergeant-2", "duty-inspector-1"]),
        verdict=st.sampled_from(["agree", "agree", *GRADES, "return"]),
    )
    def check(self, n, who, verdict) -> None:
        told = (n, "response-officer-1", "in-person", "high")
        kinds = ["risk-check", "risk-check-high"]
        if duty := self.a_duty(n, kind__in=kinds, brought_by=self.assess, told=told):
            self._check(duty.about, who, verdict)

    def _check(self, case_id: UUID, who: str, verdict: str) -> None:
        told = {"case_id": case_id, "feedback": "See it again"}
        if verdict == "agree":
            self.do(who, checking.agree, reason="check-fits", **told)
        elif verdict == "return":
            self.do(who, checking.give_back, reason="return-own-view", **told)
        else:
            told |= {"reason": "grade-wrong-before", "words": "He has a knife"}
            self.do(who, checking.regrade, grade=verdict, **told)

    @rule(n=N, who=st.sampled_from(["hub-reviewer-1", "hub-reviewer-2"]))
    def take(self, n, who) -> None:
        told = (n, "response-officer-1", "in-person", "high")
        if duty := self.a_duty(n, kind="hub-review", brought_by=self.assess, told=told):
            self.do(who, hub.take, case_id=duty.about)

    @rule(n=N, grade=GRADE, back=st.booleans())
    def finish(self, n, grade, back) -> None:
        rows, told = HubReview.objects.filter(done_at=None, let_go_at=None), (n, "hub-reviewer-1")
        review = self.one(rows, n, "taken_at", "id", brought_by=self.take, told=told)
        if review is None:
            return
        who = next(name for name, actor in self.people.staff.items() if actor.id == review.taken_by)
        if back:
            self.do(who, hub.put_back, review_id=review.id)
        else:
            self._finish(review, who, grade)

    def _finish(self, review: HubReview, who: str, grade: str) -> None:
        self.do(who, hub.choose_depth, review_id=review.id, deep=False, reason="light-enough")
        with self.seen_whole():
            stands = StandingFact.objects.filter(case=review.case_id, kind=Kind.GRADE, ended_at=None).first()
        same = stands is not None and stands.value == grade
        reason = "review-fits" if same else "grade-told-more"
        self.do(who, hub.finish, review_id=review.id, grade=grade, reason=reason, words="Partners say so")

    @rule(n=N, cause=st.sampled_from(["release", "breach", "separation", "pregnancy", "withdrawal"]))
    def something_changed(self, n, cause) -> None:
        if case := self.a_case(n):
            self.do(Role.OFFICER, reassessing.call_for, case_id=case.id, cause=cause)

    @rule(n=N, grade=GRADE)
    def reassess(self, n, grade) -> None:
        told = (n, "breach")
        if duty := self.a_duty(n, kind="risk-reassessment", brought_by=self.something_changed, told=told):
            self.do(
                Role.OFFICER,
                grading.give,
                case_id=duty.about,
                grade=grade,
                reason="grade-new-incident",
                words="She moved out",
                stage="reassessment",
            )

    # --- turns --------------------------------------------------------------------------------------------

    @rule(who=SERGEANTS, hours=st.integers(min_value=1, max_value=12))
    def begin_turn(self, who, hours) -> None:
        self.do(who, turns.start_turn, ends_at=self.now + timedelta(hours=hours))

    @rule(who=SERGEANTS)
    def offer_turn(self, who) -> None:
        if made := self.do(who, turns.offer, words="One is in custody"):
            # who accepted an earlier offer hands on what is still open of it
            for duty in made.duties:
                self.accepted.pop(duty, None)

    @rule(n=N, who=SERGEANTS)
    def accept_turn(self, n, who) -> None:
        rows = Handover.objects.filter(accepted_at=None)
        told = ("response-sergeant-1",)
        if offer := self.one(rows, n, "offered_at", "id", brought_by=self.offer_turn, told=told):
            made = self.do(who, turns.accept, handover_id=offer.id)
            if made:
                latest = self._offers_by_latest(made.role)
                self.accepted |= {duty: made.accepted_by for duty in made.duties if latest[duty] == made.id}

    def _offers_by_latest(self, role: str) -> dict[UUID, UUID]:
        with self.seen_whole():
            rows = Handover.objects.filter(role=role).order_by("offered_at", "id")
            return {duty: one.id for one in rows for duty in one.duties}

    @rule(who=SERGEANTS)
    def end_turn(self, who) -> None:
        by = self.people.staff[who]
        with self.seen_whole():
            mine = Shift.objects.filter(user=by.id, ended_at=None).exists()
            there = {one.user for one in on_duty(self.now + timedelta(minutes=7)) if one.role == by.role}
        if not self.do(who, turns.end_turn) or not mine or there - {by.id}:
            return
        with self.seen_whole():
            offers = Handover.objects.filter(role=by.role, offered_by=by.id, accepted_at=None)
            offered = {duty for duties in offers.values_list("duties", flat=True) for duty in duties}
            # the worker has been meanwhile: what it opened is of the turn that comes
            before = duties_of(by.role).filter(opened_at__lt=self.now)
            left = before.exclude(kind="handover-acceptance").exclude(id__in=offered)
            assert not left.exists(), "the last of a role went and left duties with nobody"

    @rule(
        who=st.sampled_from(
            ["response-officer-2", "response-sergeant-2", "hub-reviewer-2", "investigator-2", "idva-2"]
        )
    )
    def an_account_is_closed(self, who) -> None:
        """Somebody leaves the force with whatever was theirs alone."""
        leaver = self.people.staff[who].id
        if leaver not in self.left:
            with transaction.atomic():
                self._as(self.people.staff["administrator-1"])
                close_account(by=self.people.staff["administrator-1"], user_id=leaver)
            self.left.add(leaver)
            self.done["commands.close_account"] += 1
            self.work()

    # --- duties and time ----------------------------------------------------------------------------------

    @rule(n=N)
    def carry_out_a_duty(self, n) -> None:
        """Whatever stands on somebody's list and is discharged there, is."""
        with self.seen_whole():
            kinds = [
                duty.kind
                for duty in Duty.objects.filter(discharged_at=None)
                if outcomes_of(duty.kind, on=london_day(self.now))
            ]
        if kinds and (duty := self.a_duty(n, kind__in=[kind for kind in kinds if kind != "case-accept"])):
            outcome = outcomes_of(duty.kind, on=london_day(self.now))[0].code
            who = next(
                name
                for name, actor in self.people.staff.items()
                if actor.id == duty.owner or (duty.owner is None and actor.role == duty.role)
            )
            self.do(who, carry_out, duty_id=duty.id, outcome=outcome)

    @rule(n=N)
    def everything_is_done_for_an_incident(self, n) -> None:
        """What closes an incident, by the ordinary commands, in the order in which a force does it."""
        if incident := self.an_incident(n, domestic=True, closed_at=None):
            self._everything_is_done(incident)

    def _everything_is_done(self, incident: Incident, *, assessed: bool = True) -> None:
        with self.seen_whole():
            under = list(Case.objects.filter(incident_links__incident=incident).order_by("opened_at", "id"))
            calls = list(Contact.objects.filter(incident=incident).order_by("received_at", "id"))
            child = incident.involvements.filter(part="child", ended_at=None).exists()
        if self.a_duty(0, kind="crime-recording", about=incident.id):
            self.do(
                Role.REGISTRAR,
                crimes.not_a_crime,
                incident_id=incident.id,
                reason="no-crime-none-described",
                words="-",
            )
        self._decide_children(incident, "school" if child else "no-child")
        for call in calls:
            self.do(Role.CALL_HANDLER, taking.end, contact_id=call.id)
            if self.a_duty(0, kind="deployment-review", about=call.id):
                self.do(Role.SUPERVISOR, reviewing.agree, contact_id=call.id)
            self.do(Role.SUPERVISOR, reviewing.sign_off, contact_id=call.id, reason="sign-off-complete")
        for case in under if assessed else ():
            if case.closed_at is None:
                self._assess(case, "response-officer-1", "in-person", "standard")
                self._check(case.id, "duty-inspector-1", "agree")
        self._close_incident(incident)

    @rule(n=N, assessed=st.booleans())
    def everything_is_done_for_a_case(self, n, assessed) -> None:
        """Every incident under it, and what else keeps it; then it closes, unless nobody assessed its danger."""
        case = self.a_case(n)
        if case is None:
            return
        with self.seen_whole():
            under = list(Incident.objects.filter(case_links__case=case, closed_at=None).order_by("number"))
        for incident in under:
            self._everything_is_done(incident, assessed=assessed)
        officer, reviewer = "response-officer-1", "hub-reviewer-1"
        told = {"case_id": case.id, "owner": self.people.staff[officer].id, "both_sides": True}
        self._owned(case, self.do(officer, holding.set_owner, **told))
        told = {"case_id": case.id, "grade": "standard", "reason": "grade-first-assessment"}
        self.do(officer, holding.set_grade, words="She said so", **told)
        self.do(reviewer, hub.take, case_id=case.id)
        if review := self.one(
            HubReview.objects.filter(case=case, taken_by=self.people.staff[reviewer].id, done_at=None), 0
        ):
            self._finish(review, reviewer, "standard")
        told = {"case_id": case.id, "outcome": "visit-spoken", "alone": True, "safe_to_talk": True}
        self.do(officer, visiting.record_visit, **told)
        self._plan(case)
        self._tell_her(case.id)
        self.do(Role.SUPERVISOR, cases.close_case, case_id=case.id, closed_as="danger-past")

    @rule(hours=st.integers(min_value=1, max_value=12))
    def time_passes(self, hours) -> None:
        self.now += timedelta(hours=hours)
        self.work()

    # --- what holds after every step -----------------------------------------------------------------------

    @invariant()
    def no_gap(self) -> None:
        if not self.stirred:
            return
        self.stirred = False
        with self.seen_whole():
            duties = list(Duty.objects.filter(discharged_at=None))
            open_cases = list(Case.objects.filter(closed_at=None))
            self._every_case_has_owner_grade_and_next(open_cases, duties)
            self._one_duty_of_a_kind(open_cases, duties)
            self._every_duty_is_on_a_list(duties)
            self._what_was_handed_over_is_held(duties)
            self._what_is_ones_own_stands_on_ones_list(duties)
            self._at_most_one_owner(open_cases)
            self._grades_stay()
            self._nobody_checks_their_own()
            self._nothing_is_with_who_has_left(open_cases, duties)
            self._who_safeguards_is_asked(open_cases, duties)
            self._who_investigates_is_asked(open_cases, duties)
            self._she_has_a_plan(open_cases, duties)
            known = known_of([case.id for case in open_cases], now=self.now)
            self._she_has_an_adviser(open_cases, duties, known)
            self._a_marac_owns_nothing(duties, known)
            self._outcomes_are_given_looked_at_and_told(duties)

    def _every_case_has_owner_grade_and_next(self, open_cases, duties) -> None:
        ids = [case.id for case in open_cases]
        facts = set(StandingFact.objects.filter(case__in=ids, ended_at=None).values_list("case", "kind"))
        about = {(duty.about, duty.kind) for duty in duties}
        standing = standings(ids, at=self.now)
        closing, active = keeping_active(london_day(self.now))
        for case in open_cases:
            owned = (case.id, Kind.OWNER) in facts
            assert owned or {(case.id, "case-owner"), (case.id, "case-accept")} & about, (
                "no owner, none called for"
            )
            assert (case.id, Kind.GRADE) in facts or (case.id, "case-grade") in about, (
                "no grade, none called for"
            )
            if any(one == case.id for one, _kind in about):
                continue
            why = in_the_way(standing[case.id], closing=closing, active=active)
            if why == ("open-incident",) or "open-incident" in why:
                for incident in Incident.objects.filter(case_links__case=case, closed_at=None):
                    self._something_is_next(incident, about)

    def _something_is_next(self, incident: Incident, about) -> None:
        """An open incident has a duty, a contact that goes on, somebody who is there, a judgement to be made on
        whether it is domestic, or it can be closed."""
        where = {incident.id, *incident.case_links.values_list("case", flat=True)}
        where |= set(Incident.objects.filter(joined_into=incident).values_list("id", flat=True))
        if any(one in where for one, _kind in about):
            return
        if Contact.objects.filter(incident=incident, ended_at=None).exists():
            return
        missing = incidents._undone(incident, self.now)
        assert missing in ([], ["not-judged"]), f"open, nothing is next, and it cannot close: {missing}"

    def _one_duty_of_a_kind(self, open_cases, duties) -> None:
        cases_ = {case.id for case in open_cases}
        found = Counter((duty.about, duty.kind) for duty in duties if duty.about in cases_)
        assert all(count == 1 for count in found.values()), found.most_common(1)

    def _every_duty_is_on_a_list(self, duties) -> None:
        roles = {actor.id: actor.role for actor in self.people.staff.values()}
        for duty in duties:
            assert duty.due_at is not None
            assert duty.role in set(Role), f"{duty.kind} stands on the list of nobody"
            if duty.owner is not None:
                assert roles[duty.owner] == duty.role, f"{duty.kind} is on no list of its owner's"

    def _what_was_handed_over_is_held(self, duties) -> None:
        """An offer waits on the list of its role until somebody accepts; who has accepted holds what is open of it."""
        waiting = {duty.about for duty in duties if duty.kind == "handover-acceptance"}
        offers = list(Handover.objects.all())
        assert waiting == {one.id for one in offers if one.accepted_at is None}, "an offer is on no list"
        handed = [
            Handed(one.id, frozenset(one.duties), one.offered_at, one.offered_by, one.accepted_by)
            for one in offers
        ]
        standing = held([duty.id for duty in duties], handed)
        for duty, holder in self.accepted.items():
            if duty in standing:
                assert standing[duty] == Held(Holder.ACCEPTED, holder), "what was accepted is with another"

    def _what_is_ones_own_stands_on_ones_list(self, duties) -> None:
        """A line of a plan, and a request to put an account right, are on the list of whose they are until done."""
        owners = {
            (duty.kind, duty.about): duty.owner
            for duty in duties
            if duty.kind in ("group-plan", "correction-request")
        }
        lines = PlanLine.objects.filter(ended_at=None).values_list("id", "whose")
        asked = CorrectionRequest.objects.filter(answered_at=None).values_list("id", "author")
        wanted = {("group-plan", line): whose for line, whose in lines}
        wanted |= {("correction-request", request): author for request, author in asked}
        # what was theirs is a sergeant's
        wanted = {one: None if whose in self.left else whose for one, whose in wanted.items()}
        assert owners == wanted, "a line of a plan or a correction is with nobody, or with another"

    def _at_most_one_owner(self, open_cases) -> None:
        for victim in {case.victim_id for case in open_cases} - self.merged:
            owners = self._owners(held_together(victim))
            assert len(owners) <= 1, "she has two owners"

    def _nothing_is_with_who_has_left(self, open_cases, duties) -> None:
        left = {str(account) for account in self.left}
        owners = StandingFact.objects.filter(kind=Kind.OWNER, ended_at=None, case__in=open_cases)
        assert left.isdisjoint(owners.values_list("value", flat=True)), "whoever has left owns a case"
        taken = HubReview.objects.filter(done_at=None, let_go_at=None).values_list("taken_by", flat=True)
        assert self.left.isdisjoint(taken), "whoever has left has a pair of the hub's queue"
        theirs = [duty.kind for duty in duties if duty.owner in self.left]
        assert not theirs, f"{theirs} is with somebody who has left"

    def _who_safeguards_is_asked(self, open_cases, duties) -> None:
        """Who safeguards her by her grade owns her cases, or is asked on a list; whoever owned them owns them till then."""
        requests = list(ServiceRequest.objects.filter(state__in=OPEN))
        waiting = {one.case_id for one in requests}
        about = {(duty.about, duty.kind): duty for duty in duties}
        for case in open_cases:
            standing = standing_of(case, now=self.now)
            if self.merged & set(held_together(case.victim_id)):
                continue
            of_hers = waiting & {one.id for one in standing.cases}
            assert len(of_hers) <= 1, "two are asked to safeguard her"
            assert standing.is_met or of_hers, "nobody is asked who is to safeguard her"
        for one in requests:
            kind = {
                Request.ASKED: "safeguard-accept",
                Request.RETURNED: "handover-package",
                Request.TO_DECIDE: "safeguard-decide",
            }[Request(one.state)]
            assert (one.case_id, kind) in about, f"a request is {one.state} and on no list"
            if one.state == Request.ASKED:
                duty = about[one.case_id, kind]
                assert (duty.role, duty.owner) == (one.role, one.account), (
                    "another is asked than the request says"
                )
        answered = {"safeguard-accept", "handover-package", "safeguard-decide"}
        left_over = {duty.about for duty in duties if duty.kind in answered} - waiting
        assert not left_over, "somebody is asked for what nobody waits for"

    def _who_investigates_is_asked(self, open_cases, duties) -> None:
        """A case with a crime and a grade is investigated by somebody, or asked of a list; a closed one of nobody."""
        about = {(duty.about, duty.kind): duty for duty in duties}
        of = {one.case_id: one for one in Investigation.objects.filter(ended_at=None)}
        asked = {
            one.investigation.case_id: one
            for one in Allocation.objects.filter(state="asked").select_related("investigation")
        }
        for case in open_cases:
            if not standing_crimes(case) or self.merged & set(held_together(case.victim_id)):
                continue
            assert case.id in of, "a crime is investigated by nobody"
            who = of[case.id].investigator
            if investigation_standing(case, now=self.now).policy is None:
                continue
            assert case.id in asked or (who and who not in self.left), "nobody is asked to investigate"
            if case.id in asked:
                duty, one = about[case.id, "investigation-accept"], asked[case.id]
                assert (duty.role, duty.owner) == (one.role, one.account), "another is asked to investigate"
            else:
                assert (case.id, "investigation-review") in about, "an investigation has no review to come"
        assert set(of) <= {case.id for case in open_cases}, "a closed case is investigated"
        left_over = {duty.about for duty in duties if duty.kind == "investigation-accept"} - set(asked)
        assert not left_over, "somebody is asked to investigate what nobody waits for"
        for one in OutstandingSuspect.objects.filter(closed_at=None):
            assert (one.id, "suspect-attempt") in about, "a suspect is looked for by nobody"

    def _she_has_a_plan(self, open_cases, duties) -> None:
        """Whoever is graded has a plan or somebody is to make one; what was ordered for her is followed by somebody."""
        kinds = ["safety-plan", "safety-plan-review"]
        called = {duty.about for duty in duties if duty.kind in kinds}
        graded = StandingFact.objects.filter(kind=Kind.GRADE, ended_at=None, case__in=open_cases)
        graded = set(graded.values_list("case", flat=True))
        planned = set(PlanVersion.objects.filter(completed_at__isnull=False).values_list("record", flat=True))
        for case in open_cases:
            if case.id in graded:
                hers = set(held_together(case.victim_id))
                of_hers = {one.id for one in open_cases if one.victim_id in hers}
                assert hers & planned or of_hers & called, "she has no safety plan, and nobody is to make one"
        about = {duty.about for duty in duties if duty.kind == "safety-measure"}
        waits = set(SafetyMeasure.objects.filter(state__in=WAITING).values_list("id", flat=True))
        assert about == waits, "a safety measure is followed by nobody, or one that is in place is"

    def _she_has_an_adviser(self, open_cases, duties, known) -> None:
        """Whom the policy asks for was referred, or somebody is to; whoever a service has is reached in time, or it is rung."""
        about = {(duty.about, duty.kind) for duty in duties}
        referrals = list(AdviserReferral.objects.order_by("sent_at", "id"))
        graded = StandingFact.objects.filter(kind=Kind.GRADE, ended_at=None, case__in=open_cases)
        answered = set(
            Duty.objects.filter(kind="idva-referral", discharged_at__isnull=False).values_list(
                "about", flat=True
            )
        )
        for case_id, grade in graded.values_list("case", "value"):
            asks = policy_for(grade, repeat=is_repeat(known[case_id], self.now), on=london_day(self.now)).asks
            assert (
                not asks
                or {(case_id, "idva-referral"), (case_id, "idva-returned")} & about
                or case_id in answered
                or any(one.case_id == case_id for one in referrals)
            ), "nobody is to refer her to an adviser"
        latest = {one.case_id: one for one in referrals}
        rung = Duty.objects.filter(kind="idva-late", discharged_at__gt=self.now - timedelta(days=1))
        rung = set(rung.values_list("about", flat=True))
        for one in referrals:
            late = (one.id, "idva-late") in about or one.id in rung
            if one.state in WITH_A_SERVICE:
                assert one.reached_at or one.contact_by >= self.now or late, "nobody is to reach her"
                assert one.state == AtService.SENT or one.account not in self.left or late, (
                    "her adviser has left, and nobody is to find another"
                )
            elif one.state == AtService.RETURNED:
                assert latest[one.case_id] != one or (one.case_id, "idva-returned") in about, (
                    "she was returned to nobody"
                )

    def _a_marac_owns_nothing(self, duties, known) -> None:
        """What meets a criterion was referred, decided on or is somebody's to refer; and no partner owns a case."""
        about = {(duty.about, duty.kind) for duty in duties}
        decided = decided_of(known)
        for case_id in known:
            if calls(known[case_id], decided[case_id], self.now):
                assert (case_id, "marac-referral") in about, "it meets a criterion, and nobody is to refer it"
        made = dict(MaracReferral.objects.values_list("id", "case"))
        assert self.referred.items() <= made.items(), "a referral to a MARAC is gone"
        self.referred = made
        sent = set(MaracReferral.objects.filter(sent__isnull=False).values_list("id", flat=True))
        waits = {one for one, kind in about if kind == "marac-send"}
        assert waits == set(made) - sent, "a referral to a MARAC is sent by nobody"
        unseen = NotReferred.objects.filter(decision__reviews=None).values_list("id", flat=True)
        assert set(unseen) == {one for one, kind in about if kind == "marac-not-referred"}, (
            "nobody looks at a decision not to refer"
        )
        police = {str(one.id) for one in self.people.staff.values() if one.role is not Role.IDVA}
        owners = StandingFact.objects.filter(kind=Kind.OWNER, ended_at=None).values_list("value", flat=True)
        assert set(owners) <= police, "a case is owned by a partner"

    def _outcomes_are_given_looked_at_and_told(self, duties) -> None:
        """A crime of an open case has an outcome or is somebody's to give one; it is endorsed or looked at; she is told."""
        about = {(duty.about, duty.kind): duty for duty in duties}
        found = list(Crime.objects.filter(cancelled_at=None))
        live = {
            one.crime_id: one for one in Outcome.objects.filter(state__in=LIVE).select_related("decision")
        }
        reviewed = set(Review.objects.values_list("decision", flat=True))
        asked = Counter(VictimReview.objects.filter(state__in=ASKED).values_list("crime", flat=True))
        waits: set[tuple[UUID, str]] = set()
        for crime_id, cases_ in cases_of(found).items():
            waits |= self._waits(live.get(crime_id), reviewed, cases_)
            if not cases_ or cases_[0].closed_at is not None:
                continue

            def called(kind, cases_=cases_):
                return next((about[one.id, kind] for one in cases_ if (one.id, kind) in about), None)

            assert not asked[crime_id] or called("vrr-decide"), "nobody decides what she asked"
            one = live.get(crime_id)
            if one is None:
                assert called("crime-outcome"), "a crime has no outcome, and nobody is to give one"
                continue
            if one.state == State.SENT_BACK:
                assert called("outcome-returned"), "an outcome came back to nobody"
            elif one.reviewed_because and one.decision_id not in reviewed:
                assert called("outcome-review"), "an outcome is to be reviewed, and nobody does"
            told = next(
                update
                for update in updates(london_day(one.decided_at))
                if update.brought_by("outcome-given", one.code)
            )
            heard: tuple[Told, ...] = tuple(each for case in cases_ for each in told_in(case.id))
            duty = called("victim-update")
            assert not untold({told.code: one.decided_at}, heard) or (duty and told.code in duty.causes), (
                "she was not told of an outcome, and nobody is to tell her"
            )
        kinds = {"crime-outcome", "outcome-review", "outcome-returned"}
        left_over = {one for one in about if one[1] in kinds} - waits
        assert not left_over, f"{left_over} is for nobody to do any more"

    @staticmethod
    def _waits(outcome, reviewed, cases_) -> set[tuple[UUID, str]]:
        """What a crime may be on a list for."""
        if outcome is None:
            kind = "crime-outcome"
        elif outcome.state == State.SENT_BACK:
            kind = "outcome-returned"
        elif outcome.reviewed_because and outcome.decision_id not in reviewed:
            kind = "outcome-review"
        else:
            return set()
        return {(one.id, kind) for one in cases_}

    def _grades_stay(self) -> None:
        stands = {
            one.id: (one.case_id, one.stage, one.grade, one.by, one.at, one.entered_at, one.decision_id)
            for one in Grading.objects.all()
        }
        for grading_id, was in self.grades.items():
            assert stands.get(grading_id) == was, "a grade was overwritten"
        self.grades = stands

    def _nobody_checks_their_own(self) -> None:
        for check in Check.objects.select_related("assessment", "grading"):
            assert check.by not in {one.by for one in (check.assessment, check.grading) if one}
        made = dict(Decision.objects.values_list("id", "made_by"))
        for decision, by in Review.objects.values_list("decision", "made_by"):
            assert made[decision] != by, "somebody reviewed their own"


def hold(people: People, *, examples: int, steps: int) -> Counter[str]:
    """Let the machine run; says how often each command was carried out."""

    class Machine(NoGap):
        pass

    Machine.begin(people)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            # the first gap is told at once, not after others were looked for as well
            report_multiple_bugs=False,
            # shrinking takes as long as looking: the steps that failed are printed as they are
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    return Machine.done


def live(people: People, *steps: tuple) -> Counter[str]:
    """Let the machine take these steps and no other; says how often each command was carried out."""

    class Machine(NoGap):
        pass

    Machine.begin(people)
    machine = Machine()
    try:
        for name, *told in steps:
            getattr(machine, name)(*told)
            machine.no_gap()
    finally:
        machine.teardown()
    return Machine.done


@pytest.fixture
def people() -> People:
    return People()


def test_whatever_is_done_leaves_no_gap(people):
    done = hold(people, examples=12, steps=25)
    assert done.keys() >= {
        "incidents.involve",
        "holding.set_owner",
        "grading.give",
        "children.decide_children",
    }


def test_what_a_force_usually_does_leaves_no_gap(people):
    """What chance alone would seldom bring about in a short run: a command that is never carried out proves nothing."""
    done = live(
        people,
        ("everything_is_done_for_a_case", 0, True),
        ("reopen_case", 0),
        ("something_changed", 0, "breach"),
        ("a_call", "emergency", True, True),
        ("a_call", "nobody", None, False),
        ("a_call_ends", 0),
        ("involve_two", 0, "her", "him"),
        ("attend", 0, "response-officer-1"),
        ("act", 0, True, "none"),
        ("two_incidents", 0, 0, incidents.join_incidents),
        ("leave", 0),
        ("merge", ("her", "her again")),
        ("involve_two", 0, "other", "brother"),
        ("withdraw", 0, 2),
        ("own", 0, "response-officer-1"),
        # a further call about an incident all of whose contacts were signed off
        ("sign_off", 0),
        ("a_call", "emergency", True, False),
        ("same_incident", 1, 0),
        ("close_incident", 0),
        ("judge", 0, True),
        ("cancel_crime", 0),
        ("group", 0, 1, "group-same-victim"),
        ("add_plan_line", 0, "response-officer-1"),
        ("change_or_end_plan_line", 0, "response-officer-2", "done"),
        ("change_or_end_plan_line", 0, None, "done"),
        ("ask_correction", 0, "response-officer-2", True),
        ("answer_correction", 0, False),
        ("answer_correction", 0, True),
        ("end_turn", "response-sergeant-1"),
        ("offer_turn", "response-sergeant-1"),
        ("end_turn", "response-sergeant-1"),
        ("begin_turn", "response-sergeant-2", 8),
        ("accept_turn", 0, "response-sergeant-2"),
        ("open_incident", True),
        ("own", 0, "response-officer-2"),
        ("offer", 1, "response-officer-2"),
        ("group", 0, 1, "group-same-victim"),
        ("add_plan_line", 0, "response-officer-1"),
        ("change_or_end_plan_line", 0, "response-officer-2", "done"),
        ("assess", 0, "response-officer-2", "in-person", "high"),
        ("take", 0, "hub-reviewer-2"),
        ("an_account_is_closed", "response-officer-2"),
        ("an_account_is_closed", "hub-reviewer-2"),
        ("own", 0, "response-officer-1"),
        ("change_or_end_plan_line", 0, None, "done"),
        ("hub_is_asked", 0),
        ("decide_request", 0, "response-officer-1"),
        ("review_choice", 0, False, False),
        ("hand_over_case", 0),
        ("accept_request", 0),
        ("ask_by_name", 0, "response-sergeant-2"),
        ("review_choice", 0, True, True),
        ("be_in_touch", 0, True),
        ("grade_without_risk", 0, "medium", Role.SERGEANT),
        ("return_request", 0, "return-package"),
        ("a_crime_is_recorded_of_a_graded_case", 0),
        ("accept_investigation", 0),
        ("ask_to_investigate", 0, "response-sergeant-2"),
        ("review_allocation", 0, False),
    )
    never = USUAL - done.keys()
    assert not never, f"never carried out: {sorted(never)}"


def test_incidents_that_are_joined_and_parted_again_leave_no_gap(people):
    """By a call that was the only one of its incident, and without one; the other closed meanwhile as well."""
    done = live(
        people,
        ("a_call", "emergency", True, True),
        ("involve_two", 0, "her", "him"),
        ("same_incident", 1, 0),
        ("part_incidents", 0),
        ("open_incident", True),
        ("two_incidents", 0, 0, incidents.join_incidents),
        ("everything_is_done_for_a_case", 0, True),
        ("part_incidents", 0),
    )
    assert done["knowing.another_incident"] >= 1


def test_from_the_grade_to_the_outcome_nothing_leaves_a_gap(people):
    """Her plan, her adviser, a MARAC, what became of the crime, and that she is told, as a force usually does it."""
    never = AFTER_THE_GRADE - live(people, *FROM_GRADE_TO_OUTCOME).keys()
    assert not never, f"never carried out: {sorted(never)}"


FROM_GRADE_TO_OUTCOME = (
    ("hub_is_asked", 0),
    ("a_crime_is_recorded_of_a_graded_case", 0),
    ("refer_to_adviser", 0),
    ("answer_as_adviser", 0, "idva-1", "give_back"),
    ("refer_to_adviser", 0),
    ("answer_as_adviser", 0, "idva-2", "accept"),
    ("an_adviser_rings", 0, "idva-2", False),
    ("an_account_is_closed", "idva-2"),
    ("answer_as_adviser", 0, "idva-1", "accept"),
    ("an_adviser_rings", 0, "idva-1", True),
    ("an_adviser_says_danger_has_changed", 0),
    ("answer_as_adviser", 0, "idva-1", "let_go"),
    ("decide_not_to_refer", 0, "her"),
    ("look_at_who_was_not_referred", 0, False, False),
    ("refer_to_a_marac", 0, "hub-reviewer-1"),
    ("send_to_the_marac", 0),
    ("plan", 0, False, True),
    ("plan", 0, True, False),
    ("plan", 0, True, True),
    ("order_a_measure", 0, "hub-reviewer-1"),
    ("follow_a_measure", 0, 2, "hub-reviewer-1"),
    ("give_outcome", 0, "outcome-15", "response-officer-1"),
    ("look_at_an_outcome", 0, False, "response-sergeant-1"),
    ("give_outcome", 0, "outcome-15", "response-officer-1"),
    ("look_at_an_outcome", 0, True, "response-sergeant-1"),
    ("tell_her", 0, False),
    ("she_asks_for_a_review", 0),
    ("decide_what_she_asked", 0, True, True),
    ("give_outcome", 0, "outcome-16", "response-officer-1"),
    ("reopen_an_outcome", 0, True),
    ("give_outcome", 0, "outcome-1", "response-officer-1"),
    ("a_result_comes", 0, "hearing", 30),
    ("a_result_comes", 0, "discontinued", 0),
    ("a_result_comes", 0, "prison-release", 30),
    ("look_at_a_prosecution_together", 0),
    ("tell_her", 0, True),
)


@pytest.mark.slow
@pytest.mark.skipif(
    "THROUGHLINE_LONG" not in os.environ, reason="asked for by THROUGHLINE_LONG alone: an hour"
)
def test_whatever_is_done_leaves_no_gap_for_long(people):
    done = hold(people, examples=200, steps=40)
    never = (USUAL | AFTER_THE_GRADE) - done.keys()
    assert not never, f"never carried out: {sorted(never)}"


EVERYTHING = ("everything_is_done_for_a_case", 0, False)
HUB_ASKED = (("hub_is_asked", 0),)
OWNER_LEAVES = (("own", 0, "response-officer-2"), ("an_account_is_closed", "response-officer-2"))


@pytest.mark.parametrize(
    ("where", "broken", "steps"),
    [
        (incidents, "call_for_owner_and_grade", [EVERYTHING]),
        (assessing, "call_for_assessments", [EVERYTHING]),
        (leaving, "pass_on_cases", OWNER_LEAVES),
        (serving, "out_of_step", HUB_ASKED),
    ],
)
def test_a_gap_is_found(people, monkeypatch, where, broken, steps):
    """The machine can fail: without what keeps a case from a gap, it finds one."""
    monkeypatch.setattr(where, broken, lambda *_told, **_more: () if where is serving else None)
    monkeypatch.setattr(tasks, "call_for_assessments", assessing.call_for_assessments)
    with pytest.raises(
        AssertionError, match=r"none called for|nothing is next|has left owns|nobody is asked"
    ):
        live(people, *steps)


#: What a run must have carried out.
USUAL = frozenset(
    """
    incidents.open_incident incidents.involve incidents.withdraw incidents.join_incidents incidents.close_incident
    taking.end sending.send knowing.same_incident reviewing.sign_off holding.set_owner holding.set_grade cases.close_case cases.reopen_case
    identities.merge attending.begin attending.leave acting.act_on children.decide_children assessing.complete
    grading.give checking.agree hub.finish visiting.record_visit reassessing.call_for
    crimes.record_crime crimes.cancel_crime cases.group_cases groups.add_line groups.change_line groups.end_line
    allocating.accept allocating.allocate allocating.review_allocation
    serving.accept serving.give_back serving.decide serving.ask_for serving.review_override handing.note handing.send
    contacting.record_contact adding.ask_correction adding.add turns.offer turns.end_turn turns.accept commands.close_account
    """.split()
)

#: What a run from the grade to the outcome must have carried out.
AFTER_THE_GRADE = frozenset(
    """
    planning.write_plan fitting.offer fitting.take_step contacting.record_contact
    advising.refer advising.accept advising.give_back advising.let_go noting.record_contact noting.say_danger_changed
    conferring.refer conferring.decide_not_to conferring.review conferring.sent
    deciding.give reviewing.review_outcome reopening.reopen reopening.restore asking.ask asking.acknowledge asking.decide
    court.record_event court.review_jointly
    """.split()
)
