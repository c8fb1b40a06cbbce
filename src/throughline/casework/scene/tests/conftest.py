"""What tests of the scene need: an incident of two people, and an officer who is there."""

from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import transaction

from throughline.casework.cases.commands import incidents
from throughline.casework.conftest import NOW
from throughline.casework.scene.commands.attending import begin
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system


@contextmanager
def seen_whole():
    """What stands, whoever may see it."""
    with transaction.atomic(), acting(system("test")):
        yield


@pytest.fixture
def does(accounts) -> Callable:
    """``does(Role.OFFICER, command, …)``: run a command as the account of a role, now unless said."""

    def done(role: Role, command, *, now=NOW, **told):
        with transaction.atomic():
            set_actor(accounts[role].actor)
            return command(by=accounts[role].actor, now=now, **told)

    return done


@pytest.fixture
def pair(add):
    """Her and him, whom nobody knew before."""
    return add("Zofia", "Quillfeather"), add("Bertram", "Ashgrove", sex="1")


@pytest.fixture
def incident(does, pair):
    """A domestic incident of the two; its id."""
    made = does(
        Role.CALL_HANDLER, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road"
    )
    for record_id, part in zip(pair, ("victim", "suspect"), strict=True):
        does(
            Role.CALL_HANDLER,
            incidents.involve,
            incident_id=made.id,
            record_id=record_id,
            part=part,
            confirmed=True,
        )
    return made.id


@pytest.fixture
def visit(does, incident):
    """The officer is there; the id of the attendance."""
    return does(Role.OFFICER, begin, incident_id=incident).id
