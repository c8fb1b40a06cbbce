"""The bytes of what a force sent go when their time is over, or when it was sent by mistake; that it was sent stays."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Refused
from throughline.foundations.audit.commands import Checkpoints, undertake
from throughline.foundations.audit.models import Event
from throughline.national.collection.cli import national
from throughline.national.collection.commands.receiving import Received, receive
from throughline.national.collection.commands.removing import remove_expired, remove_file
from throughline.national.collection.models import Receipt, ReceivedFile, Version
from throughline.national.collection.rules import Amiss, FileRule, holding
from throughline.national.conftest import NOW, SETTER_UP, World, files

MISTAKEN = [("figures.csv", b"item,value,unable\nJo Whitmoor,14 Alma Road,\n")]
# more than three months and less than two years after it was sent
LATER = NOW + timedelta(days=120)


def send(world: World, sent: list[tuple[str, bytes]] | None = None) -> Received:
    given = {"round_id": world.round.id, "force_id": world.force.id, "files": sent or files()}
    return receive(by=world.as_("contact"), now=NOW, **given)


def whole(file: ReceivedFile) -> dict[str, object]:
    return {name: getattr(file, name) for name in ("id", "receipt_id", "force_id", "name", "size", "sha256")}


@pytest.mark.parametrize(
    ("rule", "sent", "until"),
    [
        (FileRule.FIGURES, "2026-11-10T10:00", "2028-11-10"),
        (FileRule.NO_RETURN, "2026-11-30T10:00", "2027-02-28"),
        (FileRule.MISTAKE, "2026-11-10T10:00", "2026-11-10"),
    ],
)
def test_how_long_a_file_is_held(rule: FileRule, sent: str, until: str) -> None:
    held = holding(rule, datetime.fromisoformat(sent).replace(tzinfo=UTC))
    assert held.until.date().isoformat() == until
    assert held.reason
    assert held.source
    assert not held.verified


def test_bytes_go_when_their_time_is_over_and_no_sooner(world: World) -> None:
    faulty, read = send(world, MISTAKEN), send(world)
    assert remove_expired(now=NOW) == 0
    assert remove_expired(now=holding("no-return", NOW).until - timedelta(seconds=1)) == 0
    assert remove_expired(now=LATER) == 1
    assert remove_expired(now=LATER) == 0
    gone, there = (
        ReceivedFile.objects.get(receipt=faulty.receipt),
        ReceivedFile.objects.get(receipt=read.receipt),
    )
    assert (gone.content, gone.removed_under, gone.removed_at) == (None, "no-return", LATER)
    assert (gone.name, gone.size) == ("figures.csv", len(MISTAKEN[0][1]))
    assert gone.sha256 == hashlib.sha256(MISTAKEN[0][1]).hexdigest()
    assert Receipt.objects.get(id=faulty.receipt.id).sent_by == world.actor("contact").id
    assert bytes(there.content) == files()[0][1]
    assert remove_expired(now=holding("figures", NOW).until) == 1
    # what was read of it, and is signed, stays
    assert Version.objects.get().figures == read.version.figures


def test_what_a_fault_quotes_goes_with_the_file(world: World) -> None:
    receipt = send(world, MISTAKEN).receipt
    assert "Jo Whitmoor" in str(receipt.problems)
    many = len(receipt.problems)
    remove_expired(now=LATER)
    receipt.refresh_from_db()
    assert "Whitmoor" not in str(receipt.problems)
    assert "Alma" not in str(receipt.problems)
    assert (len(receipt.problems), receipt.problems[0]["row"]) == (many, 2)


def test_a_file_sent_by_mistake_goes_at_once_with_who_and_why(world: World) -> None:
    file = send(world, MISTAKEN).receipt.files.get()
    for who in ("contact", "other contact", "office", "administrator"):
        with pytest.raises(Refused), transaction.atomic():
            remove_file(by=world.as_(who), now=NOW, file_id=file.id, why="Mine.")
    by = world.as_("statistician")
    with pytest.raises(Amiss, match="needs an answer"), transaction.atomic():
        remove_file(by=by, now=NOW, file_id=file.id, why=" ")
    before = whole(file)
    remove_file(by=by, now=NOW, file_id=file.id, why="A list of people.")
    file.refresh_from_db()
    assert (file.content, file.removed_under, file.removed_why) == (
        None,
        "sent-by-mistake",
        "A list of people.",
    )
    assert whole(file) == before
    world.as_("administrator")
    told = Event.objects.filter(action=Action.REMOVE_FILE).latest("id")
    assert (told.actor, told.detail["file"], told.detail["rule"]) == (by.id, str(file.id), "sent-by-mistake")
    with pytest.raises(Amiss, match="removed already"), transaction.atomic():
        remove_file(by=world.as_("statistician"), now=NOW, file_id=file.id, why="Again.")


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("statistician", "name = 'other.csv'"),
        ("statistician", "sha256 = ''"),
        ("statistician", "size = 1"),
        ("statistician", "content = 'x'"),
        ("statistician", "removed_at = now(), removed_under = 'figures'"),  # with its bytes still there
        ("statistician", "content = null"),
        ("statistician", "content = null, removed_at = now()"),  # under no rule
        ("contact", "content = null, removed_at = now(), removed_under = 'figures'"),
    ],
)
def test_the_database_allows_nothing_else(world: World, who: str, change: str) -> None:
    file = send(world).receipt.files.get()
    by = world.as_(who)
    undertake(SETTER_UP, Action.REMOVE_FILE)
    set_actor(by)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"update collection_receivedfile set {change}")
    set_actor(SETTER_UP)
    assert bytes(ReceivedFile.objects.get(id=file.id).content) == files()[0][1]


def test_what_is_gone_is_not_put_back_and_faults_are_not_rewritten(world: World) -> None:
    receipt = send(world, MISTAKEN).receipt
    set_actor(SETTER_UP)
    undertake(SETTER_UP, Action.REMOVE_FILE)
    for table, change in (
        ("receipt", "problems = '[]'"),
        ("receipt", "problems = jsonb_set(problems, '{0,message}', '\"\"')"),  # while its file is there
        ("receipt", "sent_at = now()"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update collection_{table} set {change}")
    remove_expired(now=LATER)
    for table, change in (
        ("receivedfile", "content = 'x', removed_at = null, removed_under = ''"),
        ("receivedfile", "removed_under = 'figures'"),
        ("receipt", "problems = '[]'"),
        ("receipt", "problems = jsonb_set(problems, '{0,message}', '\"other\"')"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update collection_{table} set {change}")
    with pytest.raises(DatabaseError), transaction.atomic():
        ReceivedFile.objects.all().delete()
    assert receipt.files.get().removed_under == "no-return"


def test_the_worker_removes_them(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from throughline.running.national import tasks

    send(world, MISTAKEN)
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    [task] = [one for one in tasks(Checkpoints(tmp_path)) if one.name == "files whose time is over"]
    assert task.run() == 1
    assert task.every == timedelta(hours=1)


def test_pages_say_what_went_when_and_under_which_rule(
    world: World, signed_in: Callable[[str], Client]
) -> None:
    mistaken, read = send(world, MISTAKEN), send(world)
    file = mistaken.receipt.files.get()
    page = reverse("collection:return", args=[world.round.id, world.force.id])
    there = signed_in("contact").get(page).content.decode()
    assert "kept until 10 February 2027" in there
    assert "kept until 10 November 2028" in there
    assert "Nobody has checked this period yet." in there
    assert "remove it" not in there

    client, at = signed_in("statistician"), reverse("collection:remove-file", args=[file.id])
    assert at in client.get(page).content.decode()
    assert "govuk-error-message" in client.post(at, {"why": ""}).content.decode()
    told = client.post(at, {"why": "A <b>list</b> of people."}, follow=True).content.decode()
    assert "under “A file that was sent by mistake”" in told
    assert "A &lt;b&gt;list&lt;/b&gt; of people." in told
    assert file.sha256 in told
    # the other one is there as it was sent
    set_actor(SETTER_UP)
    kept = reverse("collection:file", args=[read.receipt.files.get().id])
    assert client.get(kept).content == files()[0][1]
    gone = client.get(reverse("collection:file", args=[file.id]), follow=True)
    assert "That file is removed" in gone.content.decode()
    faults = client.get(reverse("collection:receipt", args=[mistaken.receipt.id])).content.decode()
    assert "Whitmoor" not in faults
    assert "went with it" in faults
    assert signed_in("contact").get(at).status_code in (403, 404)


def test_by_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = send(world, MISTAKEN).receipt.files.get()

    def run(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(national, ["files", *words])
        set_actor(SETTER_UP)
        return told.exit_code, told.output

    listed = f"{file.id}  X01, figures.csv, 44 bytes: held until 2027-02-10T23:59:59"
    assert listed in run("list", "--round", "2026")[1]
    assert "(no-return, unverified)" in run("list", "--round", "2026", "--force", "X01")[1]
    assert run("list", "--round", "2026", "--force", "X02", "--json") == (0, "[]\n")
    assert run("list", "--round", "none") == (1, "Error: There is no round 'none'.\n")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    assert run("expire") == (0, "0 removed.\n")
    remove = ("remove", str(file.id), "--why")
    assert "Refused" in run(*remove, "Mine.", "--as", "contact")[1]
    assert "--why: needs an answer" in run(*remove, "", "--as", "statistician")[1]
    assert "out of sight" in run("remove", str(world.force.id), "--why", "x", "--as", "statistician")[1]
    assert run(*remove, "A list of people.", "--as", "statistician") == (0, "")
    assert run(*remove, "Again.", "--as", "statistician") == (1, "Error: This file is removed already.\n")
    assert "removed 2026-11-10" in run("list", "--round", "2026")[1]
