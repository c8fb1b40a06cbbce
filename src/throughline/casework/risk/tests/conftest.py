"""What tests of risk need: who acts, a pair with its case, answers, and an assessment that was done with her."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.recording import relate
from throughline.casework.risk.commands import assessing, grading
from throughline.casework.risk.models import Assessment
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import unanswered

THREAT = "he said he will kill me"


@contextmanager
def seen_whole():
    """What stands, whoever may see it."""
    with transaction.atomic(), acting(system("test")):
        yield


@pytest.fixture
def does(accounts) -> Callable:
    """``does(Role.SERGEANT, command, …)``: run a command as the account of a role or as an actor."""

    def done(who, command, *, now=NOW, **told):
        actor = accounts[who].actor if isinstance(who, Role) else who
        with transaction.atomic():
            set_actor(actor, only_looks=False)
            return command(by=actor, now=now, **told)

    return done


@pytest.fixture
def colleague(team) -> Callable:
    """Another account of a role."""

    def made(role: Role, username: str, *, of=team):
        return User.objects.create_user(
            username, name=username.capitalize(), role=role.value, team=of, made_at=NOW
        )

    return made


@pytest.fixture
def incident(does) -> Callable:
    """An incident between two people, told of some minutes before now; its id."""

    def written(
        victim: UUID | None, suspect: UUID | None = None, *, minutes_ago: int = 60, domestic=True
    ) -> UUID:
        at = NOW - timedelta(minutes=minutes_ago)
        made = does(
            Role.CALL_HANDLER,
            incidents.open_incident,
            now=at,
            recorded_as="domestic-abuse",
            domestic=domestic,
            place="14 Alma Road",
        )
        for record_id, part in ((victim, "victim"), (suspect, "suspect")):
            if record_id:
                told = {"record_id": record_id, "part": part, "confirmed": True}
                does(Role.CALL_HANDLER, incidents.involve, now=at, incident_id=made.id, **told)
        return made.id

    return written


@pytest.fixture
def pair(add, does) -> tuple[UUID, UUID]:
    """Her and him, who are married."""
    her, him = add("Zofia", "Quillfeather"), add("Bertram", "Ashgrove", sex="1")
    does(Role.CALL_HANDLER, relate, record_id=her, other_id=him, kind="spouse")
    return her, him


@pytest.fixture
def case(pair, incident) -> UUID:
    """The case of the two, with one incident."""
    incident(*pair)
    with seen_whole():
        return Case.objects.get(victim=pair[0], suspect=pair[1]).id


def answers(group: str = "partner", **said: str) -> dict[str, object]:
    """What completes an assessment of the police's own, with what else was said."""
    instrument = library().as_of("dash-27", london_day(NOW)).asked_of(group)
    given: dict[str, object] = {}
    for question in unanswered(instrument, {}):
        if question.code == "own-view":
            given[question.code] = "did-not-say"
        else:
            given[question.code] = "no" if question.options else "Marks on her neck"
    return {**given, **said}


@pytest.fixture
def assessed(does, case) -> Callable:
    """``assessed()``: an officer's complete assessment of the case, with what she said."""

    def made(*, who=Role.OFFICER, how="in-person", at=None, now=NOW, case_id=None, group="partner", **said):
        begun = does(who, assessing.begin, now=now, case_id=case_id or case, how=how, at=at)
        with seen_whole():
            begun = Assessment.objects.get(id=begun.id)
        does(
            who,
            assessing.answer,
            now=now,
            assessment_id=begun.id,
            answers=answers(group, **said),
        )
        return does(who, assessing.complete, now=now, assessment_id=begun.id)

    return made


@pytest.fixture
def graded(does, case) -> Callable:
    """``graded("standard")``: somebody's grade of the case."""

    def made(grade, *, who=Role.OFFICER, words="", reason="grade-first-assessment", now=NOW, **more):
        return does(who, grading.give, now=now, case_id=case, grade=grade, reason=reason, words=words, **more)

    return made


@pytest.fixture
def wait(pair):
    """``wait("hub-review", 300)``: so many pairs of the two more that wait."""

    def waiting(kind, many):
        her, him = pair
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            for number in range(many):
                one = Case.objects.create(
                    victim_id=her if number % 2 else him,
                    suspect_id=him if number % 2 else her,
                    opened_at=NOW,
                    opened_by=system("test").id,
                    closed_at=NOW,
                    subjects=[her, him],
                )
                due = NOW - timedelta(minutes=number)
                open_duty(kind, now=due, record_id=one.victim_id, about=one.id, cause="assessed")

    return waiting
