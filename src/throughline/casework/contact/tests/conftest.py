"""What tests of first contact need: who acts, and a call to act on."""

from datetime import UTC, datetime

import pytest

from throughline.casework.contact.commands.taking import begin
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role

NOW = datetime.now(UTC)


@pytest.fixture
def by(accounts):
    """Act as the account of a role, and say who that is."""

    def act(role):
        set_actor(accounts[role].actor, only_looks=False)
        return accounts[role].actor

    return act


@pytest.fixture
def handler(by):
    return by(Role.CALL_HANDLER)


@pytest.fixture
def call(handler):
    """A call that the handler has taken."""
    return begin(by=handler, now=NOW, channel="999")
