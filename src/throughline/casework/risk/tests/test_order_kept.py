"""The order that is kept is the order that is worked out of everything that was said, whatever was done before."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from throughline.casework.cases.commands.facts import end_fact, set_fact
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.conftest import NOW
from throughline.casework.contact.rules.spoken import speaks_of
from throughline.casework.risk.commands import assessing, grading
from throughline.casework.risk.models import Assessment
from throughline.casework.risk.queries import waiting
from throughline.casework.risk.queries.asking import answered
from throughline.casework.risk.queries.waiting import hub_queue, to_check
from throughline.casework.risk.rules import hearing
from throughline.casework.risk.rules.order import Known, Waiting, in_order, signs, why
from throughline.casework.risk.tasks import hear_anew
from throughline.casework.risk.tests.conftest import THREAT, seen_whole
from throughline.casework.scene.commands.acting import act_on
from throughline.casework.scene.models import PositiveAction
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.reference import load

pytestmark = pytest.mark.django_db

SAID = {
    "assessed": {},
    "assessed, grave": {"threats-to-kill": "yes"},
    "assessed, in words": {"own-view": "not-safe", "own-view-words": THREAT},
}
GRADED = {
    "standard": ("standard", "She is with her sister"),
    "standard, of a threat": ("standard", f"She told me {THREAT}"),
    "high": ("high", "Of what she told me"),
}
STEPS = [
    *SAID,
    *GRADED,
    "added",
    "added, a threat",
    "arrest",
    "none",
    "warrant",
    "bail",
    "ended",
    "heard anew",
]


def worked_out(kind, now):
    """The cases that wait by one kind of duty with their signs, from all that was answered, written and done."""
    today = london_day(now)
    phrases = {row.code: row.texts("says") for row in load("danger-phrases").as_of(today)}
    lowest = max(load("grades").as_of(today), key=lambda row: row.number("rank")).code
    found = []
    for duty in Duty.objects.filter(kind=kind, discharged_at=None):
        case = Case.objects.get(id=duty.about)
        done = Assessment.objects.filter(case=case, completed_at__isnull=False)
        said = next(iter(answered(list(done.order_by("-completed_at", "id")[:1])).values()), None)
        grade = StandingFact.objects.filter(case=case, kind="grade", ended_at=None).first()
        decided = Decision.objects.filter(kind="case-grade", about=case.id, decision=None).order_by(
            "made_at", "id"
        )
        acted = (
            PositiveAction.objects.filter(record=case.suspect, superseded_by=None)
            .order_by("-at", "id")
            .first()
        )
        facts = [one for one in StandingFact.objects.filter(record=case.suspect, superseded_by=None)]
        written = [*(said.lines if said else ()), *(one.words for one in decided.reverse()[:1])]
        known = Known(
            facts=frozenset(
                load("standing-facts").get(one.kind, on=today).text("group")
                for one in facts
                if one.valid_from <= now and not (one.ended_at and one.ended_at <= now)
                and not (one.valid_until and one.valid_until < now)
            ),
            not_arrested=acted is not None and acted.action != "arrest",
            spoken=speaks_of(written, phrases),
            answered=said.grave_factors if said else frozenset(),
            lowest=grade is not None and grade.value == lowest,
        )  # fmt: skip
        found.append(Waiting(case.id, duty.due_at, signs(known)))
    return [(one.id, why(one.signs)) for one in in_order(found)]


class Doing:
    """Two pairs of whom one thing after the other is done."""

    def __init__(self, does, assessed, pairs):
        self.does, self.assessed, self.pairs, self.now = does, assessed, pairs, NOW

    def do(self, which, step):
        case, incident, him = self.pairs[which]
        self.now += timedelta(minutes=2)
        told = {"now": self.now}
        with seen_whole():
            last = (
                Assessment.objects.filter(case=case, completed_at__isnull=False)
                .order_by("completed_at")
                .last()
            )
            stands = PositiveAction.objects.filter(record=him, superseded_by=None).first()
            fact = StandingFact.objects.filter(record=him, ended_at=None, superseded_by=None).first()
        match step:
            case "added" | "added, a threat" if last:
                words = "She moved to her sister" if step == "added" else f"She rang: {THREAT}"
                self.does(Role.OFFICER, assessing.add_words, assessment_id=last.id, words=words, **told)
            case "arrest" | "none":
                after = str(stands.id) if stands else None
                about = {"incident_id": incident, "record_id": him, "action": step, "after": after}
                self.does(Role.OFFICER, act_on, **about, **told)
            case "warrant":
                self.does(Role.OFFICER, set_fact, kind="warrant", record_id=him, valid_from=self.now, **told)
            case "bail":
                until = self.now + timedelta(minutes=5)
                kind = {"kind": "police-bail", "record_id": him, "valid_from": self.now, "valid_until": until}
                self.does(Role.OFFICER, set_fact, **kind, **told)
            case "ended" if fact:
                self.does(Role.OFFICER, end_fact, fact_id=fact.id, because="withdrawn", **told)
            case "heard anew":
                with transaction.atomic():
                    hear_anew(now=self.now)
            case _ if step in SAID:
                self.assessed(case_id=case, group="unknown", **told, **SAID[step])
            case _ if step in GRADED:
                grade, words = GRADED[step]
                about = {"case_id": case, "grade": grade, "reason": "grade-told-more", "words": words}
                self.does(Role.OFFICER, grading.give, **about, **told)


@pytest.fixture
def doing(does, add, incident, assessed):
    pairs = []
    for name in ("Zofia", "Maud"):
        her, him = add(name, "Quillfeather"), add("Bertram", "Ashgrove", sex="1")
        told = incident(her, him)
        with seen_whole():
            pairs.append((Case.objects.get(victim=her).id, told, him))
    return Doing(does, assessed, pairs)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from((0, 1)), st.sampled_from(STEPS)), min_size=2, max_size=10))
@example(
    [(0, "assessed"), (0, "standard"), (1, "assessed, in words"), (1, "standard"), (0, "added, a threat")]
)
@example(
    [(0, "assessed, grave"), (0, "high"), (1, "assessed"), (1, "standard, of a threat"), (0, "standard")]
)
@example(
    [(0, "assessed"), (1, "assessed"), (1, "none"), (0, "warrant"), (1, "arrest"), (0, "ended"), (1, "bail")]
)
@example(
    [
        (0, "assessed, grave"),
        (0, "standard"),
        (1, "assessed"),
        (0, "assessed"),
        (0, "standard"),
        (1, "warrant"),
    ]
)
def test_the_order_is_that_of_what_was_said_and_done(doing, does, steps):
    with transaction.atomic():
        doing.now = NOW
        for number, step in enumerate(steps):
            doing.do(*step)
            if number < len(steps) - 2:
                continue
            for role, kind, queue in (
                (Role.SERGEANT, "risk-check", to_check),
                (Role.HUB, "hub-review", hub_queue),
            ):
                # bail lapses while it waits
                for now in (doing.now, doing.now + timedelta(minutes=9)):
                    read = does(role, lambda by, now, queue=queue: queue(by, now=now), now=now)
                    with seen_whole():
                        assert [(one.case.id, one.signs) for one in read.lines] == worked_out(kind, now)
        transaction.set_rollback(True)


class TestWhatIsListenedFor:
    @pytest.fixture
    def asked(self, monkeypatch):
        """How many assessments were read in full to order a list."""
        read = []
        for way in ("answered", "answered_and_named"):
            known = getattr(waiting, way)
            monkeypatch.setattr(
                waiting, way, lambda some, *more, known=known: (read.append(len(some)), known(some, *more))[1]
            )
        return read

    def queue(self, does):
        return does(Role.SERGEANT, lambda by, now: to_check(by, now=now)).lines

    def test_only_those_of_the_page_are_read_in_full(self, does, case, assessed, graded, asked):
        assessed()
        graded("standard")
        assert len(self.queue(does)) == 1
        assert asked == [1]

    def test_a_phrase_that_is_new_is_heard_in_what_waits_at_once_and_kept_by_the_worker(
        self, does, case, assessed, graded, asked, monkeypatch
    ):
        assessed(**{"own-view": "not-safe", "own-view-words": "he showed me the crossbeam"})
        graded("standard")
        assert self.queue(does)[0].signs == ()
        more = {"weapon": ("crossbeam",)}
        monkeypatch.setattr(hearing, "phrases_of_danger", lambda _on: more)
        for module in ("queries.waiting", "commands.hearing"):
            monkeypatch.setattr(f"throughline.casework.risk.{module}.phrases_of_danger", lambda _on: more)
        hearing.hearing.cache_clear()
        try:
            asked.clear()
            assert [one.value for one in self.queue(does)[0].signs] == ["mismatch"]
            assert asked == [1, 1]
            with transaction.atomic():
                assert hear_anew(now=NOW) == 1
            with transaction.atomic():
                assert hear_anew(now=NOW) == 0
            asked.clear()
            assert [one.value for one in self.queue(does)[0].signs] == ["mismatch"]
            assert asked == [1]
        finally:
            hearing.hearing.cache_clear()
        with seen_whole():
            assert Event.objects.filter(kind=Event.Kind.WRITE, detail__what="heard anew").count() == 1
