"""What tests of pages need: an account of each role, a browser in which one has signed in, invented people."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from throughline.casework.cases.models import CaseIncident, Incident
from throughline.casework.cases.rules import closing_duties, must_exist
from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars, add_record
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge, open_duty
from throughline.foundations.duties.models import Duty

# the clock of the database says which grants hold, so that tests cannot live on another day
NOW = datetime.now(UTC)


class Browser(Client):
    """Ends with each answer what the site says to the database for one transaction.

    In a test that is rolled back all requests share one, and a page looked at would close the next to writing.
    """

    def request(self, **request):
        response = super().request(**request)
        open_to_writing()
        return response


@pytest.fixture
def plain_static_files(settings):
    """Static files under their own names, so that pages are drawn without building the style sheet."""
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


@pytest.fixture
def team() -> Team:
    return Team.objects.create(agency=Agency.objects.create(name="A force"), name="Control room")


@pytest.fixture
def accounts(team):
    """One account of each role, by its role."""
    return {
        role: User.objects.create_user(
            role.value, name=f"The {role}", role=role.value, team=team, made_at=timezone.now()
        )
        for role in Role
        if role is not Role.SYSTEM
    }


@pytest.fixture
def signed_in(accounts):
    """A browser in which somebody of a role has signed in."""

    def browser(role: Role, **extra) -> Client:
        client = Browser(**extra)
        client.force_login(accounts[role])
        session = client.session
        now = timezone.now().isoformat()
        session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
        session.save()
        return client

    return browser


@pytest.fixture
def add(accounts):
    """Write down an invented person; returns the id of the record."""

    def written(
        forename: str, surname: str, phone: str = "", *, full: str = "", sex: str = "2", **more
    ) -> UUID:
        by = accounts[Role.CALL_HANDLER].actor
        with transaction.atomic():
            set_actor(by)
            return add_record(
                by=by,
                now=NOW,
                name=NewName(forename=forename, surname=surname, full=full),
                particulars=Particulars(sex=sex, **more),
                phones=(phone,) if phone else (),
                addresses=(NewAddress("14", "Alma Road", "Quarnley", "ZT1 0AA"),),
            ).id

    return written


@pytest.fixture
def everything_done() -> Callable[..., None]:
    """Open where it is missing, and discharge, every duty that stands before closing an incident."""

    def done(incident_id: UUID, now: datetime = NOW) -> None:
        with transaction.atomic(), acting(system("test")):
            record(system("test"), Event.Kind.WRITE, "test")
            has_contact = Incident.objects.get(id=incident_id).has_contact
            cases = list(CaseIncident.objects.filter(incident=incident_id).values_list("case", flat=True))
            for row in closing_duties("incident", london_day(now)):
                for about in cases if row.flag("of_each_case") else [incident_id]:
                    kind = row.text("duty")
                    if (
                        must_exist(row, has_contact=has_contact)
                        and not Duty.objects.filter(kind=kind, about=about).exists()
                    ):
                        open_duty(kind, now=now, record_id=about, about=about, cause="test")
                    for duty in Duty.objects.filter(kind=kind, about=about, discharged_at=None):
                        discharge(by=system("test"), now=now, duty_id=duty.id, outcome="done")

    return done
