"""Somebody of each role, and an invented person whom they look at through the real pages."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars, add_record
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session


class Browser(Client):
    """A browser whose requests share the test's one transaction, which a look has not closed to writing."""

    def request(self, **request: Any) -> Any:
        open_to_writing()
        return super().request(**request)


@pytest.fixture
def accounts(db) -> dict[Role, User]:
    """One account of each role, all of one team."""
    team = Team.objects.create(agency=Agency.objects.create(name="Invented Force"), name="Room")
    return {
        role: User.objects.create(
            username=role.value, name=f"Sample {role.value}", role=role, team=team, made_at=timezone.now()
        )
        for role in Role
        if role is not Role.SYSTEM
    }


@pytest.fixture
def signed_in(accounts) -> Callable[..., Client]:
    """A browser of somebody of a role; with ``to`` they have said why they look at these records."""

    def sign_in(role: Role, *to: UUID) -> Client:
        browser = Browser()
        browser.force_login(accounts[role])
        session = browser.session
        now = timezone.now().isoformat()
        session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
        session["purposes"] = {str(record_id): "call" for record_id in to}
        session.save()
        return browser

    return sign_in


@pytest.fixture
def acting_as(accounts) -> Callable[[Role], Actor]:
    """Become somebody of a role in the test's own transaction, as a page does."""

    def act(role: Role) -> Actor:
        actor = accounts[role].actor
        set_actor(actor, only_looks=False)
        return actor

    return act


@pytest.fixture
def add(acting_as) -> Callable[..., UUID]:
    """Add an invented person; says their record's id."""

    def add_one(forename: str = "Amara", surname: str = "Testwell", **known: object) -> UUID:
        with transaction.atomic():
            record = add_record(
                by=acting_as(Role.SUPERVISOR),
                now=timezone.now(),
                name=NewName(forename=forename, surname=surname),
                **known,
            )
        return record.id

    return add_one


@pytest.fixture
def amara(add) -> UUID:
    """A woman of whom a good deal is known."""
    return add(
        particulars=Particulars(sex="2", born=date(1995, 3, 5), ethnicity_officer_defined="IC3"),
        phones=("07700 900123",),
        addresses=(NewAddress("14", "Alma Road", "Sampletown", "ZZ1 1ZZ"),),
    )
