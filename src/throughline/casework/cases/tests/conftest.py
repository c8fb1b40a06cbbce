"""What tests of this room share: commands said shortly, as whoever acts."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands import facts, incidents
from throughline.casework.conftest import NOW
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system


@contextmanager
def as_(actor):
    """A transaction of somebody's."""
    with transaction.atomic():
        set_actor(actor)
        yield actor


@contextmanager
def seen_whole():
    """What stands, whoever may see it."""
    with transaction.atomic(), acting(system("test")):
        yield


@pytest.fixture
def does(accounts) -> Callable:
    """``does(Role.SUPERVISOR, command, …)``: run a command as the account of a role, now unless said."""

    def done(role: Role, command, *, now=NOW, **told):
        with as_(accounts[role].actor) as by:
            return command(by=by, now=now, **told)

    return done


@pytest.fixture
def incident(does) -> Callable:
    """An incident that a handler writes down, with its victim and suspect if they are known; its id."""

    def written(
        victim=None,
        suspect=None,
        *,
        days_ago=0,
        recorded_as="domestic-abuse",
        domestic=None,
        has_contact=True,
    ):
        now = NOW - timedelta(days=days_ago)
        made = does(
            Role.CALL_HANDLER,
            incidents.open_incident,
            now=now,
            recorded_as=recorded_as,
            domestic=domestic,
            place="14 Alma Road",
            has_contact=has_contact,
        )
        for record_id, part in ((victim, "victim"), (suspect, "suspect")):
            if record_id:
                does(
                    Role.CALL_HANDLER,
                    incidents.involve,
                    now=now,
                    incident_id=made.id,
                    record_id=record_id,
                    part=part,
                    confirmed=True,
                )
        return made.id

    return written


@pytest.fixture
def order(does) -> Callable:
    """A standing fact that somebody enters; its id."""

    def entered(him, her=None, *, kind="non-molestation", valid_from=None, valid_until=None, **more):
        return does(
            Role.SUPERVISOR,
            facts.set_fact,
            kind=kind,
            record_id=him,
            protects_id=her,
            valid_from=valid_from or NOW - timedelta(days=1),
            valid_until=valid_until,
            **more,
        ).id

    return entered


@pytest.fixture
def pair(add):
    """Her and him, whom nobody knew before."""
    return add("Zofia", "Quillfeather"), add("Bertram", "Ashgrove", sex="1")
