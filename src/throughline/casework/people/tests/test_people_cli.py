"""``throughline people`` as a script meets it: what it prints, and the exit code that it ends with."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.utils import timezone

from throughline.casework.people.cli import people
from throughline.casework.people.models import Record
from throughline.casework.people.rules import RETENTION
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.running.logins import IMPORTER, WORKER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(tmp_path, working_as):
    """Run a command under the login that its work is done under; says exit code, stdout and stderr."""

    def told(login, *words):
        with working_as(login):
            result = CliRunner().invoke(people, [str(word) for word in words])
        return result.exit_code, result.stdout, result.stderr

    return told


@pytest.fixture
def file(tmp_path):
    index = tmp_path / "people.csv"
    index.write_text("REF,FIRST,LAST\nP1,Ann,Field\nP2,Bea,Field\n,Cal,Field\n")
    (tmp_path / "map.yaml").write_text("id: REF\nforename: FIRST\nsurname: LAST\n")
    return index


@pytest.fixture
def importing(file):
    return "import", file, "--map", file.with_name("map.yaml")


def test_an_import_says_what_became_of_the_rows_and_ends_well(run, importing, file):
    code, out, _ = run(IMPORTER, *importing)
    assert code == 0
    assert "3 rows: 2 added, 0 changed, 0 unchanged, 0 repeated, 1 rejected" in out
    assert file.with_name("people.csv.rejects.csv").read_text() == "line,field,reason\n4,id,is empty\n"


def test_what_cannot_be_read_is_the_callers_to_mend(run, importing, file):
    code, _, err = run(IMPORTER, *importing, "--as", "nobody")
    assert (code, "There is no such account" in err) == (2, True)
    file.with_name("map.yaml").write_text("id: REF\nforename: ELSEWHERE\n")
    code, _, err = run(IMPORTER, *importing)
    assert (code, "Nothing was changed" in err) == (2, True)
    file.unlink()
    assert run(IMPORTER, *importing)[0] == 2


def test_an_account_that_may_not_import_is_refused(run, importing):
    team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Room")
    User.objects.create(
        username="handler", name="H", role=Role.CALL_HANDLER, team=team, made_at=timezone.now()
    )
    code, _, err = run(IMPORTER, *importing, "--as", "handler")
    assert (code, "Refused" in err) == (2, True)


def test_another_login_cannot_bring_anybody_in(run, importing):
    code, _, err = run(WORKER, *importing)
    assert (code, "The database did not allow it" in err) == (1, True)


def test_reviews_are_called_for_once(run, importing):
    run(IMPORTER, *importing)
    with transaction.atomic():
        set_actor(RETENTION)
        undertake(RETENTION, Action.REVIEW_RETENTION)
        Record.objects.update(review_on=london_day(timezone.now()) - timedelta(days=1))
    assert run(WORKER, "call-for-retention-reviews")[:2] == (0, "2 records are to be reviewed\n")
    assert run(WORKER, "call-for-retention-reviews")[:2] == (0, "0 records are to be reviewed\n")
