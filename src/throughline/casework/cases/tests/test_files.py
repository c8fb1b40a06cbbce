"""Files drawn by a seed that nobody chooses, reviewed, and counted over those to which an item applies."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.cli import review as review_cli
from throughline.casework.cases.commands import crimes, files, holding
from throughline.casework.cases.models import Case, DrawnFile, FileDraw
from throughline.casework.cases.queries.files import draw_page, file_page, pool_of_files
from throughline.casework.cases.rules.drawing import draw
from throughline.casework.cases.rules.files import FORM, tally
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import safety
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.instruments.queries import library

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
FIRST, LAST = TODAY - timedelta(days=60), TODAY - timedelta(days=1)
forms = st.lists(
    st.dictionaries(
        st.just("video"), st.sampled_from(["yes", "no", "not-applicable", "cannot-tell"]), max_size=1
    )
)


@given(forms)
def test_only_what_applies_and_is_said_is_counted(given_forms):
    found = tally("video", given_forms)
    said = [form.get("video") for form in given_forms]
    assert found.files == len(said) == found.applicable + found.not_applicable + found.not_said
    assert found.applicable == said.count("yes") + said.count("no")
    if found.share:
        assert found.share.counted == said.count("yes")
        assert 0 <= found.share.low <= found.share.share <= found.share.high <= 1
    else:
        assert found.applicable == 0


@given(
    st.dictionaries(st.sampled_from(["theft", "sexual", "no-crime"]), st.sets(st.uuids(), max_size=8)),
    st.text(),
    st.integers(1, 4),
)
def test_a_draw_can_be_drawn_again_and_takes_from_every_offence(pool, seed, each):
    drawn = draw(pool, seed=seed, each=each)
    assert drawn == draw(
        {heap: sorted(ids, reverse=True) for heap, ids in pool.items()}, seed=seed, each=each
    )
    assert {heap: len(ids) for heap, ids in drawn.items()} == {
        heap: min(each, len(ids)) for heap, ids in pool.items() if ids
    }


@pytest.fixture
def told(does, incident, pair):
    """``told("theft", days_ago=3)``: a domestic incident of which a crime is recorded, or none; its id."""

    def made(*offences, days_ago=3, victim=None):
        incident_id = incident(victim or pair[0], pair[1], days_ago=days_ago)
        for offence in offences:
            does(
                Role.REGISTRAR,
                crimes.record_crime,
                incident_id=incident_id,
                offence=offence,
                reason="crime-complained",
            )
        if not offences:
            does(
                Role.REGISTRAR, crimes.not_a_crime, incident_id=incident_id, reason="no-crime-none-described"
            )
        return incident_id

    return made


def test_the_pool_is_of_the_days_by_offence_and_of_what_was_judged(told, incident, pair, accounts):
    both, none = told("theft", "sexual"), told()
    told("theft", days_ago=90)
    incident(*pair, days_ago=2)
    with as_(accounts[Role.SUPERVISOR].actor):
        assert pool_of_files(FIRST, LAST) == {"theft": [both], "sexual": [both], "no-crime": [none]}


@pytest.fixture
def drawn(does, told):
    """Two of three thefts, and one incident that was no crime, drawn by the supervisor."""
    for days in (3, 4, 5):
        told("theft", days_ago=days)
    told(days_ago=6)
    return does(Role.SUPERVISOR, files.draw_files, first=FIRST, last=LAST, each=2)


def test_a_draw_keeps_its_seed_as_a_decision_and_can_be_drawn_again(drawn, accounts):
    with seen_whole():
        [kept] = Decision.objects.filter(kind="file-draw", about=drawn.id)
        found = list(DrawnFile.objects.filter(draw=drawn))
    assert kept.choice == drawn.seed
    assert drawn.seed.startswith(f"{FIRST}/{LAST} seal ")
    assert sorted((one.offence, one.drawn_of) for one in found) == [
        ("no-crime", 1),
        ("theft", 3),
        ("theft", 3),
    ]
    with as_(accounts[Role.SUPERVISOR].actor):
        again = draw(pool_of_files(FIRST, LAST), seed=drawn.seed, each=2)
    assert {(offence, one) for offence, ids in again.items() for one in ids} == {
        (one.offence, one.incident_id) for one in found
    }


def test_what_cannot_be_drawn_is_said_by_field(does):
    told = {"first": FIRST, "last": LAST, "each": 10}
    for field, wrong in (("last", FIRST - timedelta(days=1)), ("last", TODAY), ("each", 0), ("each", 101)):
        with pytest.raises(Malformed) as refused:
            does(Role.SUPERVISOR, files.draw_files, **{**told, field: wrong})
        assert refused.value.field == field
    for role in (Role.OFFICER, Role.CALL_HANDLER, Role.ANALYST):
        with pytest.raises(Refused):
            does(role, files.draw_files, **told)
    with seen_whole():
        assert not FileDraw.objects.exists()


def test_the_same_days_are_drawn_once(does, drawn):
    with pytest.raises(Malformed) as refused:
        does(Role.INSPECTOR, files.draw_files, first=FIRST, last=LAST, each=2)
    assert refused.value.field == "first"


@pytest.fixture
def reviews(does):
    """``reviews(role, file, **answers)``: the form of a drawn file, complete unless said."""

    def done(role, file_id, *, complete=True, after=None, **answers):
        instrument = library().as_of(FORM, TODAY)
        if complete:
            codes = [question.code for question in instrument.questions if question.to_complete]
            answers = {**dict.fromkeys(codes, "not-applicable"), **answers}
        return does(
            role,
            files.review_file,
            file_id=file_id,
            instrument=instrument,
            answers=answers,
            complete=complete,
            after=after,
        )

    return done


def test_results_count_complete_reviews_over_what_applies(drawn, reviews, accounts):
    with seen_whole():
        one, other, third = DrawnFile.objects.filter(draw=drawn).order_by("-offence", "id")
    reviews(Role.SUPERVISOR, one.id, video="yes", children="yes")
    reviews(Role.INSPECTOR, other.id, video="no", children="cannot-tell")
    # begun and not finished: it does not count yet
    reviews(Role.HUB, third.id, complete=False, video="yes")
    with as_(accounts[Role.SUPERVISOR].actor) as actor:
        page = draw_page(actor, drawn.id)
    assert (page.files, page.reviewed) == (3, 2)
    found = {one.question.code: one for one in page.found}
    video = found["video"].all
    assert (video.share.counted, video.share.of, video.not_applicable, video.not_said) == (1, 2, 0, 0)
    children = found["children"].all
    assert (children.share.counted, children.share.of, children.not_said) == (1, 1, 1)
    assert found["apart"].all.share is None
    assert dict(found["video"].groups)["no-crime"].share is None


def test_nobody_reviews_the_file_of_their_own_case(does, drawn, reviews, accounts, pair):
    with seen_whole():
        case = Case.objects.get(victim=pair[0], suspect=pair[1], closed_at=None)
        file = DrawnFile.objects.filter(draw=drawn).first()
    does(Role.SUPERVISOR, holding.set_owner, case_id=case.id, owner=accounts[Role.SUPERVISOR].id)
    with pytest.raises(Refused):
        reviews(Role.SUPERVISOR, file.id, video="yes")
    reviews(Role.INSPECTOR, file.id, video="yes")


def test_a_file_of_somebody_out_of_sight_is_there_for_nobody(does, drawn, reviews, accounts, pair):
    does(Role.SUPERVISOR, safety.restrict, record_id=pair[0], reason="honour-based")
    with as_(accounts[Role.INSPECTOR].actor) as actor:
        assert draw_page(actor, drawn.id).files == 0
        with seen_whole():
            hidden = DrawnFile.objects.filter(draw=drawn).first().id
        with pytest.raises(Refused):
            file_page(actor, hidden, at=NOW, purpose="supervision")
    with pytest.raises(Refused):
        reviews(Role.INSPECTOR, hidden, video="yes")


def test_the_command_line_draws_and_shows(told, accounts, reviews):
    told("theft")
    account = accounts[Role.SUPERVISOR].username
    days = ["--from", FIRST.isoformat(), "--until", LAST.isoformat()]
    drawn = CliRunner().invoke(review_cli, ["draw", *days, "--each", "3", "--as", account])
    assert drawn.exit_code == 0, drawn.output
    assert "theft: 1 of 1: " in drawn.output
    assert "(to review)" in drawn.output
    with seen_whole():
        file = DrawnFile.objects.get()
    reviews(Role.SUPERVISOR, file.id, video="yes")
    shown = CliRunner().invoke(review_cli, ["show", str(file.draw_id), "--as", account])
    assert shown.exit_code == 0, shown.output
    assert "video: 1 of 1, 100% (21% to 100%); not applicable 0, not said 0" in shown.output
    assert "1 of 1 reviewed" in shown.output
    for wrong, words in (
        (["draw", *days[:3], TODAY.isoformat(), "--as", account], "--until is not over yet"),
        (["draw", *days, "--as", accounts[Role.OFFICER].username], "Refused: No rule allows it"),
        (["draw", *days, "--as", "nobody-here"], "There is no such account"),
    ):
        answer = CliRunner().invoke(review_cli, wrong)
        assert answer.exit_code == 2
        assert words in answer.output
