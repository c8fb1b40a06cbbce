"""A look that cannot be written down is not given: the page is refused, plainly and without a name."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from throughline.casework.people.commands.recording import NewName, add_record
from throughline.casework.people.models import Name, Phone, Record
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.models import Event

NOW = datetime.now(UTC)
PHONE = "07700 900123"
CANARIES = ("Quillfeather", "Zofia", "900123")

_FAILING = """
create function audit_fails() returns trigger language plpgsql as $$
begin raise exception 'the disk of the log is full: %', new.subjects; end $$;
create trigger audit_fails before insert on audit_event for each row execute function audit_fails();
"""


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


@pytest.fixture
def user(transactional_db: None) -> User:
    team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Control room")
    return User.objects.create(
        username="supervisor", name="A supervisor", role=Role.SUPERVISOR, team=team, made_at=timezone.now()
    )


@pytest.fixture
def record_id(user: User) -> UUID:
    with transaction.atomic():
        set_actor(user.actor)
        return add_record(
            by=user.actor, now=NOW, name=NewName(forename="Zofia", surname="Quillfeather"), phones=(PHONE,)
        ).id


@pytest.fixture
def client(user: User, record_id: UUID) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(user)
    session, now = made.session, timezone.now().isoformat()
    session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
    session["purposes"] = {str(record_id): "call"}
    session.save()
    return made


@pytest.fixture
def failing_log(superuser_connection: psycopg.Connection) -> None:
    superuser_connection.execute(_FAILING)


def pages(record_id: UUID) -> dict[str, Callable[[Client], Any]]:
    """Pages that show or change somebody, with what a browser would send."""
    person = f"/people/{record_id}/"
    return {
        "the person": lambda client: client.get(person),
        "their particulars": lambda client: client.get(f"{person}particulars/"),
        "how to reach them": lambda client: client.get(f"{person}safe-contact/"),
        "merging them": lambda client: client.get(f"{person}merge/"),
        "a search": lambda client: client.post(
            "/people/search/", {"who": f"Zofia Quillfeather {PHONE}", "enquiry": str(uuid4())}
        ),
        "a search while typing": lambda client: client.post(
            "/people/search/", {"who": PHONE, "enquiry": str(uuid4())}, headers={"HX-Request": "true"}
        ),
        "confirming them": lambda client: client.post(
            "/people/search/reading/",
            {"who": PHONE, "enquiry": str(uuid4()), "reading": f"confirmed {record_id}"},
        ),
        "adding a name": lambda client: client.post(
            f"{person}name/", {"kind": "alias", "forename": "Zofia", "surname": "Quillfeather-Vane"}
        ),
        "adding a person": lambda client: client.post(
            "/people/add/", {"full": "Zofia Quillfeather", "order": "unknown", "kind": "as-heard"}
        ),
        "restricting them": lambda client: client.post(
            f"{person}restrict/", {"reason": "staff-connected", "words": "Quillfeather asked"}
        ),
    }


PAGES = list(pages(uuid4()))


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_answer_while_the_log_is_written(page: str, client: Client, record_id: UUID) -> None:
    """Or else the next test would pass of pages that never worked."""
    assert pages(record_id)[page](client).status_code in {200, 302}


def test_no_page_is_given_that_the_log_does_not_hold(
    client: Client, record_id: UUID, failing_log: None, user: User, capfd: pytest.CaptureFixture[str]
) -> None:
    for page, ask in pages(record_id).items():
        response = ask(client)
        body = response.content.decode()
        assert response.status_code == 500, page
        assert "Something went wrong on our side" in body, page
        assert not [word for word in CANARIES if word in body], page
        assert "no-store" in response["Cache-Control"], page
    # nor do our own logs name anybody
    told = capfd.readouterr()
    assert not [word for word in (*CANARIES, str(record_id)) if word in told.out + told.err]
    with transaction.atomic():
        set_actor(user.actor)
        assert (Record.objects.count(), Name.objects.count(), Phone.objects.count()) == (1, 1, 1)


def test_the_log_is_not_to_be_had_around_either(
    client: Client, record_id: UUID, superuser_connection: psycopg.Connection
) -> None:
    """The right to write the log taken away from the web login: the same plain page."""
    superuser_connection.execute("revoke insert on audit_event from throughline_web")
    response = client.get(f"/people/{record_id}/")
    assert response.status_code == 500
    assert b"Quillfeather" not in response.content


def test_a_write_past_the_commands_is_refused(user: User, record_id: UUID) -> None:
    """The ORM under the login that serves pages, as an actor who may, without an audit row."""
    writes: list[Callable[[], object]] = [
        lambda: Name.objects.create(record_id=record_id, kind="alias", full="Somebody"),
        lambda: Name.objects.filter(record=record_id).update(surname="Else"),
        lambda: Name.objects.filter(record=record_id).delete(),
        lambda: Record.objects.bulk_update([Record(id=record_id, sex="1")], ["sex"]),
    ]
    for write in writes:
        with transaction.atomic():
            set_actor(user.actor)
            with pytest.raises(DatabaseError, match="unaudited write"), transaction.atomic():
                write()
    # and one whose audit row stood in an earlier transaction is as unaudited
    with transaction.atomic():
        set_actor(user.actor)
        assert Event.objects.filter(kind=Event.Kind.WRITE).exists()
        assert Name.objects.get(record=record_id).surname == "Quillfeather"
