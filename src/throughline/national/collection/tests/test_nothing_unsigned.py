"""Nothing unsigned is published, in whatever order the commands are given.

A machine that sends, corrects, asks, answers, accepts, signs and takes, each as whoever may, right or not. It keeps its own
account of who signed which figures, and after every step holds what was taken against it.
"""

from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Refused
from throughline.national.collection.commands import asking, receiving, signing, taking
from throughline.national.collection.models import Question, Receipt, Said, Signature, Taken, Version
from throughline.national.collection.queries.returns import latest_version, open_questions
from throughline.national.collection.rules import Amiss, Move
from throughline.national.conftest import NOW, SETTER_UP, World, files, make_world
from throughline.statistics.returns import digest

forces = st.sampled_from(["contact", "other contact"])
# mostly whoever may
SOMEBODY = ["right", "right", "right", "right", "contact", "other contact", "statistician", "office"]
anybody = st.sampled_from(SOMEBODY)
calls = st.integers(9_000, 9_005)
repeats = st.sampled_from([1_500, 5_500])


class Rounds(RuleBasedStateMachine):
    """A round of two forces."""

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.world: World = make_world()
        self.signed: dict[str, str] = {}  # the digest that was signed, by version
        self.words: list[str] = []
        self.takings = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled_back.__exit__(None, None, None)

    @contextmanager
    def tried(self):
        """A command that may refuse; one that does has changed nothing."""
        before = self.state()
        try:
            with transaction.atomic():
                yield
        except (Refused, Amiss):
            assert self.state() == before

    def state(self) -> tuple[int, ...]:
        set_actor(SETTER_UP)
        kept = (Receipt, Version, Question, Said, Signature, Taken)
        return tuple(table.objects.count() for table in kept)

    def who(self, told: str, right: str) -> Actor:
        return self.world.as_(right if told == "right" else told)

    def force(self, who: str):
        return self.world.other if who.startswith("other") else self.world.force

    @rule(
        who=anybody,
        of=forces,
        calls=calls,
        repeat=repeats,
        fault=st.booleans(),
        why=st.sampled_from(["", "Corrected."]),
    )
    def send(self, who, of, calls, repeat, fault, why):
        given = {"calls": "no reason" if fault else calls * 10, "victims-repeat": repeat}
        with self.tried():
            receiving.receive(
                by=self.who(who, of), now=NOW, round_id=self.world.round.id, force_id=self.force(of).id,
                files=files(given), why=why,
            )  # fmt: skip

    @rule(of=forces)
    def ask(self, of):
        with self.tried():
            asking.ask(
                by=self.world.as_("statistician"), now=NOW, round_id=self.world.round.id, force_id=self.force(of).id,
                items=["calls"], words="Why?",
            )  # fmt: skip

    @rule(who=anybody, pick=st.integers(0, 20), move=st.sampled_from(Move))
    def argue(self, who, pick, move):
        set_actor(SETTER_UP)
        there = list(Question.objects.order_by("asked_at", "version__number", "place", "force__code"))
        if not there:
            return
        question = there[pick % len(there)]
        right = "contact" if question.force_id == self.world.force.id else "other contact"
        self.argue_one(
            who if who != "right" else right if move is Move.ANSWER else "statistician", question, move
        )

    @rule(of=forces, until=st.sampled_from(["settled", "signed", "taken"]))
    def bring(self, of, until):
        """As both sides mean it to go: without it a machine hardly ever comes to a signature."""
        self.send("right", of, 9_000, 1_500, False, "")
        set_actor(SETTER_UP)
        for question in open_questions(self.world.round.id, self.force(of).id):
            for who, move in ((of, Move.ANSWER), ("statistician", Move.ACCEPT)):
                self.argue_one(who, question, move)
        if until != "settled":
            self.sign("right", of, 0, "its own")
        if until == "taken":
            self.take("right")

    def argue_one(self, who, question, move):
        words = f"{move} {len(self.words)}"
        with self.tried():
            if move is Move.ANSWER:
                asking.answer(by=self.world.as_(who), now=NOW, question_id=question.id, words=words)
            else:
                asking.judge(by=self.world.as_(who), now=NOW, question_id=question.id, move=move, words=words)
            self.words.append(words)

    @rule(
        who=anybody,
        of=forces,
        back=st.sampled_from([0, 0, 0, 1, 2]),
        shown=st.sampled_from(["its own"] * 3 + ["another"]),
    )
    def sign(self, who, of, back, shown):
        set_actor(SETTER_UP)
        there = list(Version.objects.filter(force=self.force(of)).order_by("-number"))
        if not there:
            return
        version = there[min(back, len(there) - 1)]
        told = version.digest if shown == "its own" else there[-1].digest
        with self.tried():
            signing.sign(by=self.who(who, of), now=NOW, version_id=version.id, shown=told, post="Head")
            self.signed[str(version.id)] = told

    @rule(who=anybody)
    def take(self, who):
        with self.tried():
            made = taking.take(by=self.who(who, "statistician"), now=NOW, round_id=self.world.round.id)
            self.takings += 1
            set_actor(SETTER_UP)
            for one in made.taken.select_related("version", "signature"):
                assert one.version == latest_version(self.world.round.id, one.force_id)
                assert not open_questions(self.world.round.id, one.force_id)

    @invariant()
    def what_was_taken_was_signed(self):
        set_actor(SETTER_UP)
        for one in Taken.objects.select_related("version", "signature"):
            assert self.signed.get(str(one.version_id)) == one.version.digest == digest(one.version.figures)
            assert one.signature.version_id == one.version_id
            assert one.signature.digest == one.version.digest

    @invariant()
    def every_word_and_every_version_stays(self):
        set_actor(SETTER_UP)
        assert sorted(Said.objects.values_list("words", flat=True)) == sorted(self.words)
        for force in (self.world.force, self.world.other):
            numbers = list(
                Version.objects.filter(force=force).order_by("number").values_list("number", flat=True)
            )
            assert numbers == list(range(1, len(numbers) + 1))
        assert set(self.signed) == {
            str(one) for one in Signature.objects.values_list("version_id", flat=True)
        }


@pytest.mark.django_db
def test_nothing_unsigned_is_published_in_any_order():
    takings = []

    class Counted(Rounds):
        def teardown(self) -> None:
            takings.append(self.takings)
            super().teardown()

    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # a machine that never took anything has shown nothing
    assert sum(takings), takings
