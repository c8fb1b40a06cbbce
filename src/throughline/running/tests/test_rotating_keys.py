"""`throughline keys rotate`: what it says and refuses, its row in the log, and a site whose pages were closed before."""

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.utils import timezone

from throughline.cli import throughline
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.accounts.cli import COMMAND_LINE
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.commands import keep
from throughline.foundations.drafts.queries import recall
from throughline.foundations.vault import keys as vault
from throughline.running.keys import rotate_keys

pytestmark = pytest.mark.django_db
PLACE = "/people/add/"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Any:
    """A private folder of this test alone, with a ring in it."""
    settings.HOME = tmp_path
    vault.keys.cache_clear()
    assert vault.keys().current == 1
    yield tmp_path
    vault.keys.cache_clear()


@pytest.fixture
def user() -> User:
    team = Team.objects.create(agency=Agency.objects.create(name="Invented Force"), name="Room")
    return User.objects.create(
        username="olive", name="Olive", role=Role.OFFICER, team=team, made_at=timezone.now()
    )


def rotated() -> list[Event]:
    with acting(system("test")):
        return list(Event.objects.filter(action="keys.rotate"))


def rotate() -> Any:
    return CliRunner().invoke(throughline, ["keys", "rotate"])


def test_a_new_key_is_made_and_it_is_said_what_stays_readable_and_what_is_not_rotated(home: Path) -> None:
    said = rotate()
    assert said.exit_code == 0, said.output
    assert "Key 2 closes from now on" in said.output
    assert "What key 1 closed stays readable" in said.output
    assert "Not rotated: the secret of the recognition keys" in said.output
    assert "Copy keys.json anew" in said.output
    [event] = rotated()
    assert (event.kind, event.actor, event.detail) == ("write", COMMAND_LINE.id, {"after": 1})
    assert "What keys 1 to 2 closed" in rotate().output
    # no key is told, neither to the terminal nor to the log
    ring = (home / "keys.json").read_text()
    assert not [word for word in said.output.split() if len(word) > 16 and word in ring]


def test_a_site_that_runs_reads_what_was_kept_before_and_keeps_under_the_new_key(user: User) -> None:
    told = {"user": user.id, "place": PLACE, "now": timezone.now()}
    with transaction.atomic(), acting(user.actor):
        keep(**told, typed={"surname": ["Inventa"]})
    running = vault.keys()
    # as another process rotates, which shares nothing with this one but the file
    vault.Keys(running.file).rotate()
    with transaction.atomic(), acting(user.actor):
        draft = recall(**told)
        assert draft
        assert draft.typed["surname"] == "Inventa"
        keep(**told, typed={"surname": ["Testwell"]})
    assert running.current == 2
    with transaction.atomic(), acting(user.actor):
        draft = recall(**told)
        assert draft
        assert draft.typed["surname"] == "Testwell"


def test_a_ring_that_cannot_be_written_is_a_sentence_and_no_row_in_the_log(home: Path) -> None:
    (home / f"keys.json.{os.getpid()}").mkdir()
    said = rotate()
    assert said.exit_code == 1
    assert said.output.startswith("Error: keys.json cannot be written: ")
    assert rotated() == []
    assert vault.keys().current == 1


def test_no_ring_is_made_where_there_is_none(home: Path) -> None:
    (home / "keys.json").unlink()
    said = rotate()
    assert said.exit_code == 1
    assert "There is no keys.json in THROUGHLINE_HOME" in said.output
    assert list(home.iterdir()) == []


def test_nobody_but_an_administrator_rotates(user: User) -> None:
    with pytest.raises(Refused):
        rotate_keys(by=user.actor)
    assert vault.keys().current == 1
