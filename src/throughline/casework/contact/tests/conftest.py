"""What tests of first contact need: who acts, and a call to act on."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from throughline.casework.contact.commands.taking import begin
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role

NOW = datetime.now(UTC)


@pytest.fixture
def by(accounts):
    """Act as the account of a role, and say who that is."""

    def act(role):
        with connection.cursor() as cursor:
            cursor.execute("select set_config('throughline.looking', '', true)")
        set_actor(accounts[role].actor)
        return accounts[role].actor

    return act


@pytest.fixture
def handler(by):
    return by(Role.CALL_HANDLER)


@pytest.fixture
def call(handler):
    """A call that the handler has taken."""
    return begin(by=handler, now=NOW, channel="999")
