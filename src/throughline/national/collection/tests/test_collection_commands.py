"""A round from its opening to what is taken for an edition, on a real database with its row security."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from throughline.foundations.access.rules import Refused
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.national.collection.cli import national
from throughline.national.collection.commands import asking, receiving, rounds, signing, taking
from throughline.national.collection.models import (
    Question,
    Receipt,
    ReceivedFile,
    Said,
    Signature,
    Taken,
    Version,
)
from throughline.national.collection.queries.pages import return_page, round_page
from throughline.national.collection.queries.returns import latest_version, open_questions
from throughline.national.collection.rules import Amiss, Asked, Move, Standing, figures
from throughline.national.conftest import NOW, YEAR_END, World, files
from throughline.reference import load
from throughline.statistics.edition.gathering import UnpublishableError, gather
from throughline.statistics.edition.sealing import seal
from throughline.statistics.returns import canonical, items, read_return

#: More repeat victims than victims.
WRONG = {"victims-repeat": 5_500}


def send(world: World, given=None, *, who="contact", why="", sent=None, now=NOW):
    force = world.other if who.startswith("other") else world.force
    return receiving.receive(
        by=world.as_(who),
        now=now,
        round_id=world.round.id,
        force_id=force.id,
        files=sent if sent is not None else files(given),
        why=why,
    )


def sign(world: World, who="contact", version=None):
    version = version or latest_version(
        world.round.id, (world.other if who.startswith("other") else world.force).id
    )
    return signing.sign(
        by=world.as_(who), now=NOW, version_id=version.id, shown=version.digest, post="Head of performance"
    )


def stands_as(world: World, who="statistician", force=None) -> Standing:
    page = return_page(world.as_(who), world.round.id, (force or world.force).id, now=NOW)
    return page.row.standing


def test_a_clean_return_is_signed_and_taken(world: World):
    received = send(world)
    assert received.version is not None
    assert received.problems == ()
    assert stands_as(world) is Standing.TO_SIGN
    signed = sign(world)
    assert (signed.digest, signed.name) == (received.version.digest, "Contact One")
    assert stands_as(world) is Standing.SIGNED
    made = taking.take(by=world.as_("statistician"), now=NOW, round_id=world.round.id)
    assert [one.version_id for one in Taken.objects.filter(taking=made)] == [received.version.id]


METHODS_FILE = (
    "methods.csv",
    b'sheet,counted_by,definition,method\nCalls,as-asked,"Any call, by ""flag""",Read from the log\n',
)


def noted(note='Includes 101; \twith a tab, and "quotes"'):
    """A return with a note on one figure and with how the sheet was counted."""
    [(name, content)] = files()
    head, *lines = content.decode().splitlines()
    quoted = note.replace('"', '""')
    told = [f'{one},"{quoted}"' if one.startswith("calls,") else f"{one}," for one in lines]
    return [(name, "\n".join((f"{head},note", *told)).encode()), METHODS_FILE]


def exported(world: World, out):
    """The folder of what is signed, and the seal that its writer is told."""
    told = CliRunner().invoke(national, ["export-signed", "--round", world.round.code, "--out", str(out)])
    assert told.exit_code == 0, told.output
    first, last = told.output.splitlines()
    assert first == f"1 signed returns in {out}; 1 are missing."
    return last.rpartition(" ")[2]


def faults(out, **more):
    with pytest.raises(UnpublishableError) as told:
        gather(out, **more)
    return told.value.faults


def test_what_is_signed_is_what_an_edition_is_made_of_and_not_a_figure_else(world: World, tmp_path):
    version = send(world, sent=noted()).version
    sign(world)
    out = tmp_path / "signed"
    sealed = exported(world, out)
    gathered = gather(out, seal=sealed)
    [(of, signed)] = gathered.returns.items()
    assert (of, gathered.invented) == ((YEAR_END, world.force.code), True)
    assert signed.digest == version.digest
    kept = figures(version.figures)
    assert {(one.item, one.value, one.unable, one.note) for one in signed.told.entries.values()} == {
        (one.item, one.value, one.unable, one.note) for one in kept.entries.values()
    }
    assert signed.told.methods == kept.methods
    assert kept.entries["calls"].note == 'Includes 101; \twith a tab, and "quotes"'
    assert kept.methods["Calls"].definition == 'Any call, by "flag"'


@pytest.mark.parametrize(
    ("name", "was", "now", "named"),
    [
        ("figures.csv", "victims-repeat,1500", "victims-repeat,1501", "the figure of victims-repeat"),
        ("figures.csv", "Includes 101", "Includes 102", "the note of calls was changed after it was signed"),
        ("methods.csv", "as-asked", "other", "the counting basis of Calls was"),
        ("methods.csv", "Any call", "Any cell", "the definition of Calls was"),
        ("methods.csv", "from the log", "from the lag", "the method of Calls was"),
        ("signed.txt", "from the log", "from the lag", "signed.txt: was changed after the folder was sealed"),
        ("forces.csv", "900000", "900001", "forces.csv: was changed after the folder was sealed"),
        ("corrections.csv", "Late calls", "Late cells", "corrections.csv: was changed after the folder"),
    ],
)
def test_one_character_changed_after_signing_is_refused_and_named(
    world: World, tmp_path, name, was, now, named
):
    send(world)
    send(world, sent=noted(), why="Late calls.")
    sign(world)
    out = tmp_path / "signed"
    sealed = exported(world, out)
    [changed] = out.rglob(name)
    text = changed.read_text()
    if now == "other":
        now = next(row.code for row in load("counting-bases").as_of(YEAR_END) if row.code != was)
    assert was in text
    changed.write_text(text.replace(was, now, 1))
    assert any(named in fault for fault in faults(out)), faults(out)
    # who writes the sums anew is found by the seal
    assert seal(out) != sealed
    assert "SHA256SUMS: is not the list that was sealed." in faults(out, seal=sealed)
    if name in ("figures.csv", "methods.csv"):
        assert any(named in fault for fault in faults(out))


def test_a_file_more_or_less_is_no_longer_the_folder_that_was_sealed(world: World, tmp_path):
    send(world)
    sign(world)
    out = tmp_path / "signed"
    sealed = exported(world, out)
    (out / "more.txt").write_text("more")
    (out / "corrections.csv").unlink()
    assert {
        "more.txt: was put there after the folder was sealed.",
        "corrections.csv: was sealed and is not there.",
    } <= {*faults(out)}
    (out / "SHA256SUMS").unlink()
    assert faults(out, seal=sealed) == ("SHA256SUMS: is not there, and a seal is expected.",)


def test_a_return_that_was_signed_by_its_figures_alone_stays_signed(world: World, tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(receiving, "canonical", lambda told: canonical(told, version=1))
        version = send(world, sent=[*files(), METHODS_FILE]).version
    assert version.figures.startswith("X01\t2026-03-31\narrests\t\tsystem\n")
    with pytest.raises(Amiss, match="nothing has changed"):
        send(world, sent=[*files(), METHODS_FILE], why="The same.")
    sign(world)
    page = return_page(world.as_("contact"), world.round.id, world.force.id, now=NOW)
    assert next(how for sheet, _, how in page.sheets if sheet == "Calls").startswith(
        "As the items of the sheet are defined; Any call"
    )
    gathered = gather(tmp_path / "signed", seal=exported(world, tmp_path / "signed"))
    [signed] = gathered.returns.values()
    assert (signed.digest, signed.told.methods["Calls"].method) == (version.digest, "Read from the log")
    # the note that is added is a change
    assert send(world, sent=noted(), why="A note.").version.number == 2


def test_a_note_is_shown_and_a_changed_one_is_a_correction(world: World):
    send(world, sent=noted("Includes 101"))
    send(world, sent=noted("Includes 999"), why="The note.")
    page = return_page(world.as_("contact"), world.round.id, world.force.id, now=NOW)
    lines = {line.code: line.note for _, lines, _ in page.sheets for line in lines}
    assert (lines["calls"], lines["crimes"]) == ("Includes 999", "")
    assert [(one.item, one.before, one.after) for one in page.history[0].changed] == [
        ("Calls for assistance, note", "Includes 101", "Includes 999"),
    ]


def test_a_return_with_a_fault_loads_nothing_and_is_kept(world: World):
    told = files({"calls": "nonsense reason", "crimes": None})
    received = send(world, sent=told)
    assert received.version is None
    assert {(one.item, one.rule) for one in received.problems} == {("calls", "reason"), ("crimes", "neither")}
    assert all(one.row for one in received.problems)
    assert Version.objects.count() == 0
    (kept,) = ReceivedFile.objects.all()
    assert bytes(kept.content) == told[0][1]
    assert len(Receipt.objects.get().problems) == 2
    assert stands_as(world) is Standing.FAULTY


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [("figures.doc", b"x")],
        [("about.csv", b"force,year_end\nX01,2026-03-31\n")],
        [("figures.csv", b"a"), ("FIGURES.CSV", b"b")],
        [("return.xlsx", b"x"), ("figures.csv", b"y")],
        [("../figures.csv", b"x")],
    ],
)
def test_what_is_no_upload_of_a_return_is_said_before_anything_is_kept(world: World, sent):
    with pytest.raises(Amiss) as told:
        send(world, sent=sent)
    assert told.value.field == "upload"
    assert Receipt.objects.count() == 0


def test_a_spreadsheet_of_the_template_is_read_as_its_csv_files_are(world: World, tmp_path):
    from throughline.statistics.returns import write_template
    from throughline.statistics.returns.workbook import read_workbook, write_workbook

    write_template(tmp_path / "t", YEAR_END, force="X01")
    tables = read_workbook(tmp_path / "t" / "return.xlsx")
    at, unable = (tables["figures"][0].index(one) for one in ("value", "unable"))
    by_csv = {line.split(",")[0]: line.split(",")[1:] for line in files()[0][1].decode().splitlines()[1:]}
    for row in tables["figures"][1:]:
        row += [""] * (9 - len(row))
        row[at], row[unable] = by_csv[row[1]]
    write_workbook(tmp_path / "filled.xlsx", tables)
    received = send(world, sent=[("Our return (final).xlsx", (tmp_path / "filled.xlsx").read_bytes())])
    assert received.problems == ()
    again = send(
        world, who="other contact", sent=[*files(), ("about.csv", b"force,year_end\nX01,2026-03-31\n")]
    )
    assert [(one.item, one.rule) for one in again.problems] == [("force", "round")]
    assert received.version is not None
    assert received.version.figures.startswith("throughline return 2\nX01\t2026-03-31\nitem\tarrests\t")


class TestAnItemThatWasAddedLater:
    """The round of these tests opened before the item was on the list."""

    LATER = next(item for item in items(YEAR_END) if item.asked_since)

    def old(self) -> list[tuple[str, bytes]]:
        ((name, content),) = files()
        lines = content.decode().splitlines()
        return [
            (name, "\n".join(line for line in lines if not line.startswith(f"{self.LATER.code},")).encode())
        ]

    def test_an_old_return_is_whole_and_signed_and_its_page_says_so(self, world: World, signed_in) -> None:
        assert self.LATER.asked_since > world.round.opens
        received = send(world, sent=self.old())
        assert received.problems == ()
        assert self.LATER.code not in received.version.figures
        sign(world)
        address = reverse("collection:return", args=[world.round.id, world.force.id])
        page = signed_in("contact").get(address).content.decode()
        assert page.count("Not yet asked for when this round opened") == 1
        world.as_("statistician")
        (line,) = (
            line
            for _, lines, _ in return_page(
                world.as_("statistician"), world.round.id, world.force.id, now=NOW
            ).sheets
            for line in lines
            if not line.asked
        )
        assert (line.code, line.value, line.unable) == (self.LATER.code, "", "")

    def test_it_is_exported_with_the_day_on_which_it_was_asked_for(self, world: World, tmp_path) -> None:
        send(world, sent=self.old())
        sign(world)
        world.as_("statistician")
        told = CliRunner().invoke(
            national,
            ["export-signed", "--round", "2026", "--out", str(tmp_path / "out"), "--as", "statistician"],
        )
        assert told.exit_code == 0, told.output
        (row,) = csv.DictReader((tmp_path / "out" / "signatures.csv").read_text("utf-8").splitlines())
        assert row["asked_on"] == "2026-11-01"
        path = tmp_path / "out" / row["folder"]
        assert read_return(path, forces=["X01"], asked_on=date.fromisoformat(row["asked_on"]))[1] == ()

    def test_the_year_after_says_what_was_not_asked_before(self, world: World, signed_in) -> None:
        send(world, sent=self.old())
        sign(world)
        year = YEAR_END.replace(year=2027)
        world.as_("statistician")
        after = rounds.open_round(
            by=world.actor("statistician"), now=NOW, code="2027", title="Year to March 2027", year_end=year,
            opens=date(2027, 5, 1), due=date(2027, 6, 30),
        )  # fmt: skip
        late = datetime(2027, 5, 2, 10, tzinfo=UTC)

        def give(sent: list[tuple[str, bytes]]) -> receiving.Received:
            by = world.as_("contact")
            return receiving.receive(by=by, now=late, round_id=after.id, force_id=world.force.id, files=sent)

        assert [(one.item, one.rule) for one in give(self.old()).problems] == [(self.LATER.code, "missing")]
        assert give(files()).problems == ()
        page = return_page(world.as_("contact"), after.id, world.force.id, now=late)
        lines = [line for _, lines, _ in page.sheets for line in lines]
        assert [line.code for line in lines if not line.asked_before] == [self.LATER.code]
        address = reverse("collection:return", args=[after.id, world.force.id])
        assert "not yet asked for" in signed_in("contact").get(address).content.decode()


def test_the_return_of_another_year_is_no_return_of_this_round(world: World):
    received = send(world, sent=[*files(), ("about.csv", b"force,year_end\nX01,2025-03-31\n")])
    assert received.version is None
    assert [(one.sheet, one.item) for one in received.problems] == [("about", "year_end")]


def test_a_question_is_answered_asked_again_answered_and_accepted_and_every_word_stays(world: World):
    send(world, WRONG)
    (question,) = Question.objects.filter(rule="part above whole")
    assert "5,500" in question.message
    assert "5,000" in question.message
    assert stands_as(world) is Standing.QUESTIONS
    with pytest.raises(Amiss, match="still open"):
        sign(world)
    asking.answer(by=world.as_("contact"), now=NOW, question_id=question.id, words="Counted by incident.")
    assert stands_as(world) is Standing.ANSWERS
    with pytest.raises(Amiss, match="with the statistician"):
        asking.answer(by=world.as_("contact"), now=NOW, question_id=question.id, words="And again.")
    statistician = world.as_("statistician")
    with pytest.raises(Amiss) as told:
        asking.judge(by=statistician, now=NOW, question_id=question.id, move=Move.ACCEPT)
    assert told.value.field == "words"
    asking.judge(
        by=statistician, now=NOW, question_id=question.id, move=Move.ASK_AGAIN, words="Both of them?"
    )
    asking.answer(by=world.as_("contact"), now=NOW, question_id=question.id, words="Yes, both.")
    asking.judge(
        by=world.as_("statistician"),
        now=NOW,
        question_id=question.id,
        move=Move.ACCEPT,
        words="Then it stands.",
    )
    assert [(one.name, one.move) for one in Said.objects.order_by("place")] == [
        ("Contact One", "answer"),
        ("Statistician One", "ask-again"),
        ("Contact One", "answer"),
        ("Statistician One", "accept"),
    ]
    assert stands_as(world) is Standing.TO_SIGN


def test_a_correction_is_a_new_version_asked_anew_and_signed_anew(world: World):
    first = send(world).version
    sign(world)
    with pytest.raises(Amiss) as told:
        send(world, {"calls": 90_001})
    assert told.value.field == "why"
    with pytest.raises(Amiss, match="nothing has changed"):
        send(world, why="Sent twice.")
    second = send(world, WRONG, why="The victims were counted by incident.").version
    assert (first.number, second.number) == (1, 2)
    assert stands_as(world) is Standing.QUESTIONS
    with pytest.raises(Amiss, match="Nothing is signed"):
        taking.take(by=world.as_("statistician"), now=NOW, round_id=world.round.id)
    with pytest.raises(Amiss, match="corrected since"):
        sign(world, version=first)
    third = send(world, {"calls": 90_500}, why="Back to persons.").version
    assert [one.number for one in Version.objects.order_by("number")] == [1, 2, 3]
    sign(world)
    made = taking.take(by=world.as_("statistician"), now=NOW, round_id=world.round.id)
    assert [one.version for one in made.taken.all()] == [third]
    page = return_page(world.as_("contact"), world.round.id, world.force.id, now=NOW)
    assert [[(one.item, one.before, one.after) for one in sent.changed] for sent in page.history] == [
        [("Calls for assistance", "90,000", "90,500"), ("Repeat victims", "5,500", "1,500")],
        [("Repeat victims", "1,500", "5,500")],
        [],
    ]


def test_what_was_accepted_is_not_asked_again_of_the_same_figures(world: World):
    send(world, WRONG)
    (question,) = open_questions(world.round.id, world.force.id)
    asking.answer(by=world.as_("contact"), now=NOW, question_id=question.id, words="By incident.")
    asking.judge(
        by=world.as_("statistician"), now=NOW, question_id=question.id, move=Move.ACCEPT, words="It stands."
    )
    send(world, {**WRONG, "calls": 91_000}, why="Late calls.")
    assert open_questions(world.round.id, world.force.id) == []
    send(world, {"victims-repeat": 5_600, "calls": 91_000}, why="More came in.")
    assert len(open_questions(world.round.id, world.force.id)) == 1


def test_what_a_statistician_asked_outlives_a_correction(world: World):
    send(world)
    asking.ask(
        by=world.as_("statistician"),
        now=NOW,
        round_id=world.round.id,
        force_id=world.force.id,
        items=["calls"],
        words="Is 101 among them?",
    )
    send(world, {"calls": 90_500}, why="Late calls.")
    (question,) = open_questions(world.round.id, world.force.id)
    assert question.version.number == 1
    page = return_page(world.as_("contact"), world.round.id, world.force.id, now=NOW)
    assert [(one.state, one.row.message) for one in page.open] == [(Asked.WITH_FORCE, "Is 101 among them?")]


def test_a_page_that_showed_other_figures_signs_nothing(world: World):
    version = send(world).version
    with pytest.raises(Amiss, match="not the figures"):
        signing.sign(by=world.as_("contact"), now=NOW, version_id=version.id, shown="0" * 64, post="Head")
    sign(world)
    with pytest.raises(Amiss, match="signed already"):
        sign(world)
    assert Signature.objects.count() == 1


class TestNobodyReachesAnotherForce:
    def test_a_contact_reads_and_changes_nothing_of_another_force(self, world: World):
        version = send(world, WRONG).version
        (question,) = Question.objects.all()
        stranger = world.as_("other contact")
        assert (Version.objects.count(), Question.objects.count(), ReceivedFile.objects.count()) == (0, 0, 0)
        for attempt in (
            lambda: return_page(stranger, world.round.id, world.force.id, now=NOW),
            lambda: asking.answer(by=stranger, now=NOW, question_id=question.id, words="No."),
            lambda: signing.sign(by=stranger, now=NOW, version_id=version.id, shown=version.digest, post="x"),
            lambda: receiving.receive(
                by=stranger, now=NOW, round_id=world.round.id, force_id=world.force.id, files=files()
            ),
        ):
            with pytest.raises(Refused):
                attempt()
        page = round_page(stranger, world.round.id, now=NOW)
        assert [row.force for row in page.rows] == [world.other]

    def test_the_database_lets_no_contact_write_for_another_force(self, world: World):
        stranger = world.as_("other contact")
        record(stranger, Event.Kind.WRITE, "a test")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Receipt.objects.create(
                round=world.round, force=world.force, number=9, sent_at=NOW, sent_by=uuid4()
            )

    def test_an_office_reads_what_was_signed_and_the_arguments_that_ended(self, world: World):
        send(world, WRONG)
        office = world.as_("office")
        assert (Version.objects.count(), Question.objects.count()) == (0, 0)
        page = return_page(office, world.round.id, world.force.id, now=NOW)
        assert (page.sheets, page.row.standing) == ([], Standing.UNSIGNED)
        send(world, why="Mistaken.")
        sign(world)
        office = world.as_("office")
        page = return_page(office, world.round.id, world.force.id, now=NOW)
        assert page.row.version.number == 2
        assert page.sheets
        assert page.history == []
        assert [one.number for one in Version.objects.all()] == [2]
        for command in (
            lambda: sign(world, "office"),
            lambda: receiving.receive(
                by=office,
                now=NOW,
                round_id=world.round.id,
                force_id=world.force.id,
                files=files(WRONG),
                why="x",
            ),
            lambda: taking.take(by=office, now=NOW, round_id=world.round.id),
        ):
            with pytest.raises(Refused):
                command()


class TestNothingIsChanged:
    @pytest.mark.parametrize("statement", ["update {} set id = id", "delete from {}", "truncate {}"])
    @pytest.mark.parametrize(
        "table", ["version", "signature", "said", "question", "receipt", "receivedfile", "release", "round"]
    )
    def test_not_by_the_pages_login(self, world: World, table: str, statement: str):
        from django.db import connection

        send(world)
        sign(world)
        record(world.as_("contact"), Event.Kind.WRITE, "a test")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(f"collection_{table}"))

    def test_figures_are_what_their_digest_says(self, world: World):
        version = send(world).version
        record(world.as_("contact"), Event.Kind.WRITE, "a test")
        with pytest.raises(IntegrityError, match="version_digest"), transaction.atomic():
            Version.objects.create(
                round=world.round, force=world.force, number=2, receipt=Receipt.objects.create(
                    round=world.round, force=world.force, number=9, sent_at=NOW, sent_by=uuid4()
                ), figures=version.figures.replace("90000", "10"), digest=version.digest, why="x", made_at=NOW, made_by=uuid4(),
            )  # fmt: skip

    def test_no_hand_signs_what_is_not_the_latest(self, world: World):
        first = send(world).version
        send(world, {"calls": 1_000_000}, why="x")
        record(world.as_("contact"), Event.Kind.WRITE, "a test")
        with pytest.raises(IntegrityError, match="latest figures"), transaction.atomic():
            Signature.objects.create(
                version=first, force=world.force, digest=first.digest, name="x", post="x", at=NOW, by=uuid4()
            )

    def test_a_write_that_is_not_audited_is_refused(self, world: World):
        from django.db import connection

        world.as_("contact")
        with connection.cursor() as cursor:
            cursor.execute("select set_config('throughline.audited', '', true)")
        with pytest.raises(DatabaseError, match="unaudited"), transaction.atomic():
            Receipt.objects.create(
                round=world.round, force=world.force, number=9, sent_at=NOW, sent_by=uuid4()
            )


def test_forces_are_compared_and_asked_once(world: World):
    from throughline.national.conftest import SETTER_UP

    world.as_("statistician")
    shares = [3_000, 3_100, 2_900, 3_050, 2_950, 3_020, 2_980, 3_010, 2_990, 8_900]
    for number, repeat in enumerate(shares, start=10):
        from throughline.foundations.access.protection import set_actor

        set_actor(SETTER_UP)
        force = rounds.enrol(by=SETTER_UP, code=f"X{number}", name=f"Force {number}", residents=1)
        receiving.receive(
            by=SETTER_UP,
            now=NOW,
            round_id=world.round.id,
            force_id=force.id,
            files=files({"calls-repeat": repeat}),
        )
    statistician = world.as_("statistician")
    assert asking.compare(by=statistician, now=NOW, round_id=world.round.id) == 1
    (question,) = Question.objects.filter(source="comparison")
    assert question.force.code == "X19"
    assert re.search(r"8,900 of 9,000.*plain binomial funnel", question.message)
    assert asking.compare(by=statistician, now=NOW, round_id=world.round.id) == 0


class TestTheCalendar:
    def announce(self, world: World, days: float, **more):
        return rounds.announce(
            by=world.as_("statistician"),
            now=NOW,
            round_id=world.round.id,
            title="The edition",
            edition="edition-2026",
            at=NOW + timedelta(days=days),
            **more,
        )

    def test_a_release_is_announced_four_weeks_ahead_and_a_change_says_why(self, world: World):
        with pytest.raises(Amiss) as told:
            self.announce(world, 27)
        assert told.value.field == "at"
        first = self.announce(world, 30)
        with pytest.raises(Amiss) as told:
            self.announce(world, 40)
        assert told.value.field == "why"
        moved = self.announce(world, 40, why="Two forces corrected their figures.")
        assert moved.replaces == first

    def test_a_round_names_what_is_wrong_with_it(self, world: World):
        from datetime import date

        good = {
            "code": "2027",
            "title": "T",
            "year_end": YEAR_END,
            "opens": date(2026, 5, 1),
            "due": date(2026, 6, 1),
        }
        for field, wrong in (
            ("code", "not a slug"),
            ("code", "2026"),
            ("title", " "),
            ("year_end", date(2001, 3, 31)),
            ("opens", YEAR_END),
            ("due", date(2026, 4, 30)),
        ):
            with pytest.raises(Amiss) as told, transaction.atomic():
                rounds.open_round(by=world.as_("statistician"), now=NOW, **{**good, field: wrong})
            assert told.value.field == field
