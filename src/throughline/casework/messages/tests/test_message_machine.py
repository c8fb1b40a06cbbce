"""Whatever fails in whatever order, no text is lost, none is doubled, and none goes by a way that is not safe.

A machine asks for texts and takes them back, changes her number and what she said, gives her number to him, breaks the
sending service in its three ways, kills the worker between two steps and lets time pass. Each example is rolled back.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.messages.commands import asking, going
from throughline.casework.messages.models import UNDER_WAY, Departure, Message
from throughline.casework.messages.queries.waiting import ready
from throughline.casework.messages.rules import ENDS_IT
from throughline.casework.messages.tasks import post as make_round
from throughline.casework.people.commands import recording
from throughline.casework.people.models import Phone
from throughline.casework.people.rules import Conflict
from throughline.foundations.access.rules import Role
from throughline.foundations.duties.models import Duty
from throughline.synthetic.notify import Trouble

pytestmark = pytest.mark.django_db

# neither is one that fails at the service
NUMBERS = ("07700 900123", "07700 900124", "07700 900125")


class Texts(RuleBasedStateMachine):
    """One victim, one officer, one sending service."""

    #: how many texts left over all examples: a machine that sends none proves nothing
    left = 0

    def __init__(self) -> None:
        super().__init__()
        self.within = transaction.atomic()
        self.within.__enter__()
        self.now = NOW
        self.number = 0
        #: the number that is safe to text now, as she said it
        self.safe_number: str | None = "+447700900123"
        self.post.texts.clear()
        self.post.trouble = None
        self.known = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.within.__exit__(None, None, None)

    def _officer(self, command, **told):
        with as_(self.officer) as by:
            return command(by=by, now=self.now, **told)

    @rule(kind=st.sampled_from(["ring-me", "ring-me-soon"]))
    def ask(self, kind):
        with seen_whole():
            busy = Message.objects.filter(state__in=UNDER_WAY).exists()
        try:
            came_of_it = self._officer(asking.ask, case_id=self.case, kind=kind, ring="020 7946 0123")
        except Conflict:
            assert busy
        else:
            assert isinstance(came_of_it, Message) == (self.safe_number is not None)

    @rule()
    def take_back(self):
        with seen_whole():
            waits = Message.objects.filter(state="waiting").exists()
        try:
            self._officer(asking.withdraw, case_id=self.case)
        except Conflict:
            assert not waits

    @rule(safe=st.sampled_from([True, True, False]))
    def say(self, safe):
        self.says(now=self.now, means=["text-message"] if safe else ["visit"], **({} if safe else _NO_TEXT))
        with seen_whole():
            number = Phone.objects.get(record=self.pair[0], valid_until=None).number
            shared = (
                Phone.objects.filter(number=number, valid_until=None).exclude(record=self.pair[0]).exists()
            )
        self.safe_number = number if safe and not shared else None

    @rule(asked_anew=st.booleans())
    def change_number(self, asked_anew):
        with seen_whole():
            phone = Phone.objects.get(record=self.pair[0], valid_until=None)
        self.number = (self.number + 1) % len(NUMBERS)
        self._officer(recording.end_phone, record_id=self.pair[0], phone_id=phone.id)
        self._officer(recording.add_phone, record_id=self.pair[0], number=NUMBERS[self.number])
        self.safe_number = None
        if asked_anew:
            self.say(True)

    @rule(dice=st.integers(0, 4))
    def he_has_it_too(self, dice):
        if dice:
            return
        self._officer(recording.add_phone, record_id=self.pair[1], number=NUMBERS[self.number])
        self.safe_number = None

    @rule(trouble=st.sampled_from([None, None, *Trouble]), arrives_at=st.sampled_from([1, 1, 2, 10**6]))
    def service_is(self, trouble, arrives_at):
        self.post.trouble, self.post.arrives_at = trouble, arrives_at

    @rule(minutes=st.sampled_from([0, 1, 3, 20, 90]))
    def the_worker_goes_round(self, minutes):
        self.now += timedelta(minutes=minutes)
        make_round(self.service, now=self.now)
        with seen_whole():
            late = Message.objects.filter(state__in=UNDER_WAY, until__lte=self.now)
            assert not late.exists(), "a text is under way that is of no use any more"

    @rule(kind=st.sampled_from(["ring-me", "ring-me-soon"]))
    def one_is_asked_for_and_posted(self, kind):
        self.ask(kind)
        self.the_worker_goes_round(0)

    @rule()
    def the_worker_dies_as_one_leaves(self):
        for message_id, _kind in ready(now=self.now):
            with transaction.atomic():
                going.depart(now=self.now, message_id=message_id)

    @invariant()
    def none_is_sent_by_an_unsafe_way(self):
        new = self.post.texts[self.known :]
        self.known = len(self.post.texts)
        Texts.left += len(new)
        for one in new:
            assert self.safe_number == f"+44{one.number[1:]}", "a text went by a way that is not safe"

    @invariant()
    def none_is_doubled(self):
        with seen_whole():
            of = {str(id): message for id, message in Departure.objects.values_list("id", "message")}
        assert len({of[one.reference] for one in self.post.texts}) == len(self.post.texts)

    @invariant()
    def none_is_lost(self):
        with seen_whole():
            stopped = Message.objects.filter(state="stopped").exclude(why__in=ENDS_IT)
            waits = Duty.objects.filter(kind="reach-another-way", about=self.case, discharged_at=None)
            assert waits.exists() or not stopped.exists(), "a text went no further and nobody reaches her"


_NO_TEXT = {"others_see_phone": None, "hours_limited": "no"}


def test_no_text_is_lost_doubled_or_sent_by_an_unsafe_way(says, pair, case, accounts, post, service):
    says()
    Texts.says, Texts.pair, Texts.case = staticmethod(says), pair, case
    Texts.officer, Texts.post, Texts.service = accounts[Role.OFFICER].actor, post, service
    run_state_machine_as_test(
        Texts,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Texts.left > 5
