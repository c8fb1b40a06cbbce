"""How often and by what a victim chooses to hear: rules, commands on PostgreSQL, pages and the command line."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.identities import merge
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.choosing import choose
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.promising import promise
from throughline.casework.safeguarding.models import UpdateChoice
from throughline.casework.safeguarding.queries.choosing import chosen_by
from throughline.casework.safeguarding.rules.telling import comes_up, rhythm, updates
from throughline.casework.safeguarding.tests.test_safeguarding_commands import looked, open_now, the_duty
from throughline.cli import throughline
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import end_of_day, london_day, working_day_after
from throughline.foundations.instruments.queries import library
from throughline.reference import load

TODAY = date(2026, 11, 26)
CHOSEN = "chosen-update"


def test_less_never_drops_what_bears_on_her_safety_or_a_right_that_lapses():
    less = rhythm("on-request", TODAY)
    told = {one.code for one in updates(TODAY) if less.tells(one)}
    assert {"told-released", "told-bail", "told-bail-changed", "told-bail-ended", "told-left-prison"} <= told
    assert {"told-release-to-come", "told-no-action", "told-under-investigation"} <= told
    assert {"told-arrest", "told-hearing", "told-owner"}.isdisjoint(told)


def test_every_other_choice_is_told_of_each_step():
    for row in load("update-rhythms").as_of(TODAY):
        if row.code != "on-request":
            assert all(rhythm(row.code, TODAY).tells(one) for one in updates(TODAY)), row.code


@given(
    st.datetimes(datetime(2014, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["weekly", "fortnightly", "monthly"]),
)
def test_it_comes_up_before_she_is_to_hear_and_is_due_then(last, code):
    [update] = [one for one in updates(TODAY) if one.chosen]
    by = rhythm(code, TODAY).hears_by(last)
    up = comes_up(by, update)
    assert last < up < by
    assert update.due_at(up) == by
    assert by - last <= timedelta(days=32)


def test_who_hears_at_each_step_or_asks_has_no_clock():
    assert rhythm("each-step", TODAY).hears_by(NOW) is None
    assert rhythm("on-request", TODAY).hears_by(NOW) is None


@pytest.fixture
def chose(does, case):
    """``chose("weekly", days_ago=5)``: she said how often she wants to hear."""

    def done(code, way="", *, days_ago=0, who=Role.OFFICER, now=NOW):
        at = now - timedelta(days=days_ago)
        return does(who, choose, now=now, case_id=case, rhythm=code, way=way, at=at)

    return done


@pytest.fixture
def bailed(does, pair):
    def done():
        bail = {"kind": "police-bail", "record_id": pair[1], "protects_id": pair[0]}
        does(Role.OFFICER, set_fact, **bail, valid_from=NOW, valid_until=NOW + timedelta(days=28))

    return done


@pytest.mark.django_db
class TestChoosing:
    def test_it_is_kept_with_who_asked_and_when(self, chose, accounts, pair, case):
        chose("weekly", "in-person", days_ago=1)
        with seen_whole():
            found = chosen_by({pair[0]}, NOW)
            assert (found.choice.rhythm, found.choice.way, found.choice.case_id) == (
                "weekly",
                "in-person",
                case,
            )
            assert (found.choice.by, found.by) == (
                accounts[Role.OFFICER].id,
                accounts[Role.OFFICER].name,
            )
            assert found.choice.at == NOW - timedelta(days=1)
            assert found.hears_by == NOW + timedelta(days=6)
            assert not found.unsafe
            [line] = Entry.objects.filter(kind="updates-chosen")
            assert (line.code, line.about, line.record_id) == ("weekly", case, pair[0])

    def test_it_comes_onto_the_owners_list_two_days_before_and_once(self, does, chose, accounts, case):
        does(Role.OFFICER, set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
        chose("weekly", days_ago=4)
        assert looked() == 0
        later = NOW + timedelta(days=1)
        assert looked(later) == 1
        assert looked(later + timedelta(minutes=1)) == 0
        [duty] = open_now(CHOSEN)
        assert (duty.about, duty.causes) == (case, ["told-as-chosen"])
        assert duty.due_at == NOW + timedelta(days=3)
        assert (duty.owner, duty.role) == (accounts[Role.OFFICER].id, "response-officer")

    def test_whatever_she_is_told_she_has_heard_and_the_clock_runs_anew(self, chose, contacted, pair, case):
        chose("weekly", days_ago=6)
        assert looked() == 1
        contacted(told=["told-charge"])
        assert not open_now(CHOSEN)
        assert the_duty(CHOSEN).outcome == "update-told"
        with seen_whole():
            assert chosen_by({pair[0]}, NOW).hears_by == NOW + timedelta(days=7)
        assert looked(NOW + timedelta(days=4)) == 0
        assert looked(NOW + timedelta(days=5, minutes=1)) == 1

    def test_to_be_tried_or_to_speak_of_something_else_is_not_to_hear(self, chose, contacted, case):
        chose("weekly", days_ago=6)
        looked()
        contacted(result="no-answer")
        contacted(now=NOW + timedelta(minutes=1))
        assert len(open_now(CHOSEN)) == 1

    def test_what_she_hears_in_one_case_she_need_not_hear_in_another(
        self, does, chose, incident, add, pair, case
    ):
        other = add("Aled", "Ashgrove", sex="1")
        incident(pair[0], other)
        with seen_whole():
            second = Case.objects.get(victim=pair[0], suspect=other).id
        chose("weekly", days_ago=6)
        assert looked() == 1
        assert [duty.about for duty in open_now(CHOSEN)] == [case]
        told = {"way": "telephone", "result": "reached-free", "told": ["told-charge"], "case_id": second}
        does(Role.HUB, record_contact, **told, at=NOW - timedelta(hours=1))
        # that was before it came up
        assert len(open_now(CHOSEN)) == 1
        does(Role.HUB, record_contact, now=NOW + timedelta(minutes=1), **told)
        assert not open_now(CHOSEN)

    def test_who_chose_no_rhythm_is_not_said_to_have_heard(self, contacted, case):
        assert contacted(told=["told-charge"]).told == ["told-charge"]

    def test_the_codes_clock_stays_whatever_she_chose(self, chose, arrested, case):
        chose("monthly")
        arrested()
        looked()
        [duty] = open_now()
        assert duty.due_at == end_of_day(working_day_after(london_day(NOW), 1))

    def test_who_hears_when_she_asks_is_told_of_bail_and_not_of_an_arrest(
        self, chose, arrested, bailed, case
    ):
        chose("on-request")
        arrested()
        bailed()
        looked()
        [duty] = open_now()
        assert duty.causes == ["told-bail"]
        with seen_whole():
            promised = Entry.objects.filter(kind="update-promised").values_list("code", flat=True)
            # it is written down that it happened, and that nobody has told her
            assert set(promised) == {"told-arrest", "told-bail"}

    def test_what_waits_is_let_go_when_she_chooses_less_but_for_her_safety(
        self, chose, arrested, bailed, case
    ):
        arrested()
        looked()
        chose("on-request", now=NOW + timedelta(minutes=1))
        assert not open_now()
        assert the_duty().outcome == "update-declined"
        chose("each-step", now=NOW + timedelta(minutes=2))
        bailed()
        looked(NOW + timedelta(minutes=3))
        assert set(open_now()[0].causes) == {"told-arrest", "told-bail"}
        chose("on-request", now=NOW + timedelta(minutes=4))
        assert open_now()[0].causes == ["told-bail"]

    def test_who_wants_to_hear_again_is_told_what_was_kept_back(self, chose, arrested, case):
        chose("on-request")
        arrested()
        looked()
        assert not open_now()
        after = NOW + timedelta(days=3)
        chose("fortnightly", now=after)
        [duty] = open_now()
        assert duty.causes == ["told-arrest"]
        assert duty.due_at == end_of_day(working_day_after(london_day(after), 1))

    def test_another_choice_counts_from_when_she_made_it(self, chose, case):
        chose("weekly", days_ago=6)
        looked()
        chose("monthly")
        assert not open_now(CHOSEN)
        assert the_duty(CHOSEN).outcome == "no-longer-needed"
        assert looked(NOW + timedelta(days=20)) == 0

    def test_what_came_in_late_does_not_undo_what_she_said_since(self, chose, pair, case):
        chose("weekly", days_ago=1)
        chose("on-request", days_ago=3, now=NOW)
        with seen_whole():
            assert chosen_by({pair[0]}, NOW).choice.rhythm == "weekly"
            assert UpdateChoice.objects.count() == 2

    def test_what_is_named_by_hand_follows_it_too(self, does, chose, case):
        chose("on-request")
        assert does(Role.OFFICER, promise, case_id=case, update="told-interview") is None
        assert does(Role.OFFICER, promise, case_id=case, update="told-released") is not None
        with pytest.raises(Malformed):
            does(Role.OFFICER, promise, case_id=case, update="told-as-chosen")

    def test_it_is_hers_over_all_her_records(self, does, chose, add, case, pair):
        chose("weekly", days_ago=6)
        other = add("Zosia", "Quillfeather")
        does(Role.SUPERVISOR, merge, record_id=pair[0], into_id=other, reason="merge-said-so")
        with seen_whole():
            assert chosen_by({pair[0], other}, NOW).choice.rhythm == "weekly"
        assert looked() == 1
        assert open_now(CHOSEN)[0].about == case

    def test_a_way_that_she_said_is_not_safe_is_not_promised(self, does, chose, pair, case):
        form = library().as_of("safe-contact", london_day(NOW))
        chose("weekly", "telephone")
        does(
            Role.OFFICER,
            give_safe_contact,
            record_id=pair[0],
            instrument=form,
            answers={"means": ["visit"]},
            complete=False,
            after=None,
        )
        with seen_whole():
            # what she chose before says so where it stands
            assert chosen_by({pair[0]}, NOW).unsafe
        with pytest.raises(Malformed) as wrong:
            chose("weekly", "telephone", now=NOW + timedelta(minutes=1))
        assert wrong.value.field == "way"
        chose("weekly", "in-person", now=NOW + timedelta(minutes=1))
        with seen_whole():
            assert not chosen_by({pair[0]}, NOW).unsafe

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("rhythm", {"code": "never"}),
            ("way", {"code": "weekly", "way": "pigeon"}),
            ("at", {"code": "weekly", "days_ago": 40}),
            ("at", {"code": "weekly", "days_ago": -1}),
        ],
    )
    def test_a_wrong_choice_names_its_field_and_keeps_nothing(self, chose, case, field, told):
        with pytest.raises(Malformed) as wrong:
            chose(**told)
        assert wrong.value.field == field
        with seen_whole():
            assert not UpdateChoice.objects.exists()

    def test_it_is_asked_by_those_who_are_in_touch_with_her(self, chose, case):
        with pytest.raises(Refused):
            chose("weekly", who=Role.ANALYST)


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_static_files")
class TestPages:
    def test_asked_written_down_and_shown_where_the_case_is(self, signed_in, case, arrested):
        officer = signed_in(Role.OFFICER)
        whole = reverse("overview:case", args=[case])
        assert "Nobody has asked her how often she wants to hear." in text(officer.get(whole))
        there = reverse("safeguarding:choose", args=[case])
        assert "Nobody has asked her how often" in text(officer.get(there))
        assert "There is a problem" in text(officer.post(there, {"way": "by-adviser"}))
        officer.post(there, {"rhythm": "weekly", "way": "any"})
        with seen_whole():
            assert UpdateChoice.objects.get().way == ""
        shown = officer.get(there).content.decode()
        assert re.search(r'value="any"[^>]* checked', shown)
        page = text(officer.post(there, {"rhythm": "on-request", "way": "by-adviser"}, follow=True))
        assert "Not unless she asks" in page
        arrested()
        looked()
        page = text(officer.get(reverse("safeguarding:promises", args=[case])))
        assert "She chose to hear of these only when she asks" in page
        assert "The suspect was arrested" in page
        boxes = re.findall(
            r'name="told" type="checkbox" value="([^"]+)"',
            officer.get(reverse("safeguarding:contact", args=[case])).content.decode(),
        )
        assert boxes[0] == "told-arrest"
        assert "told-as-chosen" not in boxes
        assert "Through an independent domestic violence adviser" in text(officer.get(whole))

    def test_a_promise_by_hand_that_she_chose_not_to_hear_says_so(self, signed_in, chose, case):
        chose("on-request")
        told = {"update": "told-interview"}
        page = signed_in(Role.OFFICER).post(reverse("safeguarding:promise", args=[case]), told, follow=True)
        assert "on nobody's list" in text(page)

    def test_the_duty_opens_the_contact_where_hearing_is_an_answer(self, signed_in, chose, case):
        chose("weekly", days_ago=6)
        looked()
        [duty] = open_now(CHOSEN)
        hub = signed_in(Role.HUB)
        there = hub.get(reverse("overview:duty", args=[duty.id]))
        assert "She is to hear how it stands" in text(there)
        assert "told-as-chosen" not in text(there)
        assert reverse("safeguarding:contact", args=[case]) in there.content.decode()
        form = hub.get(reverse("safeguarding:contact", args=[case])).content.decode()
        assert 'value="told-as-chosen"' in form

    def test_the_command_line(self, accounts, case, transactional_db):
        def run(*asked):
            return CliRunner().invoke(throughline, ["safeguarding", *asked], catch_exceptions=False)

        who = ["--as", accounts[Role.OFFICER].username]
        assert run("chosen", str(case), *who).output == "nobody has asked: each step\n"
        assert run("choose", str(case), "--how-often", "weekly", *who).output == "chosen\n"
        said = run("chosen", str(case), *who).output
        assert said.startswith("weekly  any way  said ")
        assert "hears by" in said
        wrong = run("choose", str(case), "--how-often", "hourly", *who)
        assert (wrong.exit_code, "rhythm" in wrong.output) == (1, True)
