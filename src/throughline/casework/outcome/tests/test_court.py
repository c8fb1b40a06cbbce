"""What comes from prosecutors, courts and prisons: once, told to her in time, and by file."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from throughline.casework.cases.models import Case, Crime
from throughline.casework.conftest import NOW
from throughline.casework.outcome.cli import outcome as cli
from throughline.casework.outcome.commands import bringing, court
from throughline.casework.outcome.models import CourtEvent
from throughline.casework.outcome.queries.court import coming, numbers_of
from throughline.casework.outcome.tests.conftest import open_duties
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.people.rules.lines import FileProblem
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.promising import promise_what_happened
from throughline.casework.safeguarding.rules.telling import updates
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.clock.rules import LONDON, london_day

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=2)


@pytest.fixture
def comes(does):
    """``comes(crime_id, "found-guilty")``: an officer writes it down."""

    def written(crime_id, kind, *, who=Role.OFFICER, now=SOON, at=NOW, **told):
        return does(who, court.record_event, now=now, crime_id=crime_id, kind=kind, at=at, **told)

    return written


def number_of(crime_id):
    with seen_whole():
        crime = Crime.objects.select_related("incident").get(id=crime_id)
        return numbers_of([crime])[crime_id]


def events():
    with seen_whole():
        return list(CourtEvent.objects.filter(withdrawn_at=None).order_by("at").values_list("kind", "at"))


# --- by hand --------------------------------------------------------------------------------------------


def test_a_result_is_told_to_her_once_however_often_it_comes(crime, case, comes):
    one = crime()
    first = comes(one, "found-not-guilty")
    assert comes(one, "found-not-guilty").id == first.id
    promise_what_happened(now=SOON)
    duties = open_duties(case)
    assert duties["victim-update"].causes == ["told-verdict"]
    assert duties["joint-review"].role == Role.INSPECTOR


def test_a_result_on_a_saturday_is_due_by_the_end_of_monday():
    saturday = datetime(2026, 11, 14, 11, tzinfo=UTC)
    told = next(one for one in updates(london_day(saturday)) if one.code == "told-verdict")
    assert told.due_at(saturday).astimezone(LONDON).strftime("%a %H:%M") == "Mon 23:59"


def test_she_is_told_before_a_release_and_the_danger_is_graded_anew(crime, case, comes, does):
    one, day = crime(), NOW + timedelta(days=5)
    comes(one, "prison-release", at=day)
    duties = open_duties(case)
    assert duties["before-release"].due_at == day
    assert duties["risk-reassessment"].causes == ["release"]
    # another day moves it
    comes(one, "prison-release", at=day - timedelta(days=1))
    assert open_duties(case)["before-release"].due_at == day - timedelta(days=1)
    assert events() == [("prison-release", day - timedelta(days=1))]
    with seen_whole():
        event = CourtEvent.objects.get(withdrawn_at=None)
    does(Role.OFFICER, court.withdraw_event, event_id=event.id)
    assert "before-release" not in open_duties(case)


def test_of_a_release_that_came_too_late_she_is_told_at_once(crime, case, comes):
    comes(crime(), "prison-release", at=NOW)
    duties = open_duties(case)
    assert duties["victim-update"].causes == ["told-left-prison"]
    assert duties["victim-update"].due_at == NOW


def test_a_hearing_of_the_same_number_moves(crime, comes):
    one = crime()
    first, second = NOW + timedelta(days=3), NOW + timedelta(days=9)
    comes(one, "hearing", at=first, reference="H1")
    comes(one, "hearing", at=second, reference="H1")
    comes(one, "hearing", at=first, reference="H2")
    assert events() == [("hearing", first), ("hearing", second)]


def test_what_cannot_be_is_named_by_field(crime, comes):
    one = crime()
    for kind, at in (
        ("found-guilty", SOON + timedelta(days=1)),
        ("hearing", NOW - timedelta(days=400)),
    ):
        with pytest.raises(Malformed) as raised:
            comes(one, kind, at=at)
        assert raised.value.field == "at"
    with pytest.raises(Malformed) as raised:
        comes(one, "appeal")
    assert raised.value.field == "kind"


def test_what_was_wrong_is_taken_back_and_stays_so(crime, comes, does):
    one = crime()
    at = (NOW - timedelta(minutes=20)).replace(second=0, microsecond=0).astimezone(LONDON)
    event = comes(one, "sentenced", at=at)
    does(Role.OFFICER, court.withdraw_event, event_id=event.id)
    with pytest.raises(Conflict):
        does(Role.OFFICER, court.withdraw_event, event_id=event.id)
    assert events() == []
    row = f"crime,what,date,time\n{number_of(one)},sentence,{at:%Y-%m-%d},{at:%H:%M}\n"
    brought = does(Role.SERGEANT, bringing.import_results, content=row.encode())
    assert (brought.added, brought.unchanged) == (0, 1)
    assert events() == []


def test_a_finished_prosecution_is_looked_at_together(crime, case, comes, does):
    one = crime()
    told = {"crime_id": one, "finding": "joint-delay", "words": "Two adjournments"}
    with pytest.raises(Conflict):
        does(Role.INSPECTOR, court.review_jointly, **told)
    comes(one, "discontinued")
    with pytest.raises(Refused):
        does(Role.OFFICER, court.review_jointly, **told)
    kept = does(Role.INSPECTOR, court.review_jointly, **told)
    assert (kept.choice, kept.words) == ("joint-delay", "Two adjournments")
    assert "joint-review" not in open_duties(case)


def test_a_result_opens_a_closed_case(crime, case, comes):
    from throughline.foundations.access.rules import system
    from throughline.foundations.audit.commands import record
    from throughline.foundations.audit.models import Event

    one = crime()
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        Case.objects.filter(id=case).update(closed_at=NOW, closed_by=system("test").id, closed_as="died")
    comes(one, "sentenced")
    promise_what_happened(now=SOON)
    assert "told-sentence" in open_duties(case)["victim-update"].causes


def test_what_is_coming_is_the_owners_and_the_sergeants(crime, comes, owned, does, colleague):
    comes(crime(), "hearing", at=NOW + timedelta(days=3))

    def read(who):
        return does(who, lambda by, now: coming(by, now=now))

    assert [one.mine for one in read(Role.OFFICER)] == [True]
    assert [one.mine for one in read(Role.SERGEANT)] == [False]
    assert read(colleague(Role.OFFICER, "other").actor) == ()
    with pytest.raises(Refused):
        read(Role.CALL_HANDLER)


# --- by file --------------------------------------------------------------------------------------------


@pytest.fixture
def file(crime, does):
    """A file of a crime by its number and by its URN, with rows that cannot land among them."""
    one = crime()
    does(Role.OFFICER, court.name_urn, crime_id=one, urn="01zz 0000126")
    day = f"{london_day(NOW):%Y-%m-%d}"
    later = f"{london_day(NOW) + timedelta(days=4):%d/%m/%Y}"
    return "\r\n".join(
        [
            "crime,urn,what,result,date,time,reference",
            f"{number_of(one)},,hearing,,{later},10am,H-1",
            f",01ZZ 0000126,release,,{later},,",
            f",01ZZ 9999999,verdict,guilty,{day},,",
            f"{number_of(one)},,verdict,perhaps,{day},,",
            f"{number_of(one)},,sentence",
            "",
        ]
    ).encode("utf-8-sig")


def test_a_file_lands_but_for_the_rows_that_cannot_and_twice_lands_once(file, case, does):
    brought = does(Role.SERGEANT, bringing.import_results, content=file)
    assert (brought.added, brought.unchanged) == (2, 0)
    assert [(one.row, one.field) for one in brought.rejected] == [(4, "urn"), (5, "result"), (6, "row")]
    assert "before-release" in open_duties(case)
    again = does(Role.SERGEANT, bringing.import_results, content=file)
    assert (again.added, again.unchanged, len(again.rejected)) == (0, 2, 3)
    # what did not land is a file of its own, of which the same rows do not land
    rest = does(Role.SERGEANT, bringing.import_results, content=bringing.rejects_of(brought).encode())
    assert (rest.added, rest.unchanged) == (0, 0)
    assert [(one.field, one.cells) for one in rest.rejected] == [
        (one.field, one.cells) for one in brought.rejected
    ]
    assert [kind for kind, _at in events()] == ["prison-release", "hearing"]


def test_rows_of_people_out_of_the_bringers_sight_land_and_show_nothing(file, pair, does):
    from throughline.foundations.access.commands import grant
    from throughline.foundations.access.models import Grant
    from throughline.foundations.access.rules import system
    from throughline.foundations.audit.commands import record
    from throughline.foundations.audit.models import Event

    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        grant(by=system("test"), now=NOW, subject=pair[0], kind=Grant.Kind.RESTRICT, reason="refuge")
    brought = does(Role.SERGEANT, bringing.import_results, content=file)
    assert brought.added == 2
    assert len(events()) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"what,date\nverdict,2026-11-07\n",
        b"crime,what\n1,verdict\n",
        b"crime,what,date,nonsense\n1,verdict,2026-11-07,x\n",
        b"crime,crime,what,date\n1,1,verdict,2026-11-07\n",
        b'crime,what,date\n"1,verdict,2026-11-07\n',
        "crime,what,date\n1,vérdict,2026-11-07\n".encode("latin-1"),
        b"crime,what,date\n1,\0,2026-11-07\n",
        b"crime,what,date\n" + b"x" * 1_000_001,
        b"crime,what,date\n" + b"1,hearing,2026-11-07\n" * 5_001,
    ],
    ids=["empty", "crime", "date", "unknown", "twice", "quote", "latin", "nul", "large", "many"],
)
def test_a_file_that_is_none_changes_nothing(content, does):
    with pytest.raises(FileProblem):
        does(Role.ADMINISTRATOR, bringing.import_results, content=content)
    assert events() == []


def test_an_officer_brings_in_no_file(file, does):
    with pytest.raises(Refused):
        does(Role.OFFICER, bringing.import_results, content=file)


@pytest.mark.django_db(transaction=True)
def test_the_command_line_writes_what_did_not_land(file, case, tmp_path, accounts):
    told = tmp_path / "results.csv"
    told.write_bytes(file)
    run = CliRunner()
    done = run.invoke(cli, ["import", str(told), "--as", Role.SERGEANT.value])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0] == "2 added, 0 unchanged, 3 rejected"
    with (tmp_path / "results.csv.rejects.csv").open(newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0][:4] == ["row", "field", "remedy", "crime"]
    assert [row[:2] for row in rows[1:]] == [["4", "urn"], ["5", "result"], ["6", "row"]]
    shown = run.invoke(cli, ["show", str(case), "--as", Role.SERGEANT.value])
    assert "not-yet-assigned" in shown.output
    assert "hearing" in shown.output
    wrong = run.invoke(cli, ["import", str(tmp_path / "none.csv"), "--as", Role.SERGEANT.value])
    assert wrong.exit_code == 2
    assert "cannot be read" in wrong.output
