"""The force's own records taken out to be linked: whose act it is, what is seen, and what stays behind."""

import csv
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from throughline.casework.people.cli import people
from throughline.casework.people.commands.extracting import extract, layout
from throughline.casework.people.models import Features as Packed
from throughline.casework.people.rules import RECOGNISER, Malformed
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.audit.models import Event
from throughline.linkage.features import features, unpack
from throughline.linkage.files import each_row
from throughline.linkage.layout import describe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

NOW = datetime.now(UTC)
BORN = date(1991, 5, 4)


@pytest.fixture
def records(add):
    return (
        add("Zofia", "Quillfeather", "07700 900123", born=BORN),
        add("Sofia", "Quilfeather", "07700 900123", born=BORN),
        add("Karen", "Oduya", "07700 900777", born=date(1968, 2, 9)),
    )


def said(_: str) -> None:
    pass


def test_what_is_taken_out_reads_back_as_it_was_and_each_is_a_look(records, accounts, tmp_path):
    by = accounts[Role.INTELLIGENCE].actor
    file = tmp_path / "records.csv"

    taken = extract(by=by, now=NOW, reason="extract-repeats", file=file, say=said, batch=2)

    assert taken == 3
    assert file.stat().st_mode & 0o777 == 0o600
    set_actor(by)
    for row in each_row(file):
        kept = unpack(bytes(Packed.objects.get(record=row["id"]).packed))
        assert features(describe(row, layout(), on=NOW.date())) == kept
    set_actor(RECOGNISER)
    looks = Event.objects.filter(action="people.extract", kind=Event.Kind.LOOK)
    assert {one for look in looks for one in look.subjects} == set(records)
    written = Event.objects.get(action="people.extract", kind=Event.Kind.WRITE)
    assert written.actor == by.id
    assert written.detail == {"reason": "extract-repeats"}


def test_who_may_not_takes_nothing_out(records, accounts, tmp_path):
    file = tmp_path / "records.csv"

    with pytest.raises(Refused):
        extract(by=accounts[Role.ANALYST].actor, now=NOW, reason="extract-repeats", file=file, say=said)
    with pytest.raises(Malformed):
        extract(by=accounts[Role.DESK].actor, now=NOW, reason="erase-asked", file=file, say=said)

    assert not list(tmp_path.iterdir())


def test_the_forces_records_are_linked_and_none_stays_behind(records, accounts, tmp_path):
    out = tmp_path / "out"
    name = accounts[Role.INTELLIGENCE].username

    done = CliRunner().invoke(
        people, ["link", "--out", str(out), "--reason", "extract-repeats", "--as", name]
    )

    assert done.exit_code == 0, done.output
    assert {one.name for one in out.iterdir()} == {"clusters.csv", "review.csv", "model.yaml"}
    with (out / "clusters.csv").open(encoding="utf-8") as file:
        cluster = {row["id"]: row["cluster"] for row in csv.DictReader(file)}
    zofia, sofia, karen = (cluster[str(one)] for one in records)
    assert zofia == sofia != karen
    again = CliRunner().invoke(people, ["link", "--out", str(out), "--reason", "no-such", "--as", name])
    assert again.exit_code == 2
    assert "reason" in again.output


def test_a_model_is_fitted_to_the_forces_records(records, accounts, tmp_path):
    name = accounts[Role.DESK].username

    done = CliRunner().invoke(
        people, ["train", "--out", str(tmp_path / "m.yaml"), "--reason", "extract-training", "--as", name]
    )

    assert done.exit_code == 0, done.output
    assert "of 3 records" in done.stdout
    assert [one.name for one in tmp_path.iterdir()] == ["m.yaml"]
