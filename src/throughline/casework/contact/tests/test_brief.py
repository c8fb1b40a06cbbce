"""The brief of a contact on a real database: what is held, none found or not checked, and for whom."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.contact.commands.intelligence import answer, ask, name_for
from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.brief import brief_for, compose
from throughline.casework.contact.rules.brief import OWN, SOMEBODY_ELSE, Kind, Part, State
from throughline.casework.people.commands.identities import merge
from throughline.casework.people.commands.recording import join_household, relate, set_marker
from throughline.casework.people.commands.safety import restrict
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
CHILD = {"born": date(NOW.year - 6, 1, 1)}


@pytest.fixture
def people(add):
    return {
        "her": add("Joanne", "Whitmore", "07700 900123", born=date(1990, 3, 5)),
        "him": add("Craig", "Whitmore", sex="1"),
    }


@pytest.fixture
def known(handler, call, people):
    """A call whose victim and suspect are beyond doubt."""
    for who, part in (("her", "victim"), ("him", "suspect")):
        takes_part(by=handler, now=NOW, contact_id=call.id, record_id=people[who], part=part, confirmed=True)
    call.refresh_from_db()
    return call


def codes(section, kind=None):
    return [line.code for one in section.readings for line in one.lines if kind in (None, line.kind)]


def sources(section, state):
    return [one.source for one in section.of(state)]


def test_of_nobody_nothing_is_known_and_nothing_is_none(handler, call):
    brief = brief_for(handler, call, at=NOW)
    assert {section.state for section in brief.sections} == {State.NOT_CHECKED}
    assert brief.record_ids == ()


def test_our_own_records_are_none_found_under_their_name_and_the_part_stays_not_checked(handler, known):
    him = brief_for(handler, known, at=NOW).section(Part.HIM)
    assert sources(him, State.NONE_FOUND) == [OWN]
    assert {"pnc", "pnd", "court-orders", "custody"} <= set(sources(him, State.NOT_CHECKED))
    assert him.state is State.NOT_CHECKED


def test_what_stands_is_held_with_its_conditions_and_danger_points_to_it(handler, known, people):
    set_fact(
        by=handler,
        now=NOW,
        kind="court-bail",
        record_id=people["him"],
        protects_id=people["her"],
        conditions=("no-contact",),
        words="Not to go to the school",
        issuer="Quarnley court",
        valid_from=NOW - timedelta(days=3),
    )
    set_marker(by=handler, now=NOW, record_id=people["him"], code="weapons")
    brief = brief_for(handler, known, at=NOW)
    him, danger = brief.section(Part.HIM), brief.section(Part.DANGER)
    assert codes(him) == ["court-bail"]
    [line] = him.of(State.HELD)[0].lines
    assert (line.words, line.detail["conditions"], line.detail["protects"]) == (
        "Not to go to the school",
        ("no-contact",),
        "Joanne Whitmore",
    )
    assert codes(danger, Kind.MARKER) == ["weapons"]
    assert codes(danger, Kind.STANDS) == ["court-bail"]


def test_an_order_that_protects_her_is_told_where_nobody_has_said_who_he_is(handler, call, people):
    takes_part(
        by=handler, now=NOW, contact_id=call.id, record_id=people["her"], part="victim", confirmed=True
    )
    set_fact(
        by=handler,
        now=NOW,
        kind="non-molestation",
        record_id=people["him"],
        protects_id=people["her"],
        valid_from=NOW - timedelta(days=3),
    )
    call.refresh_from_db()
    brief = brief_for(handler, call, at=NOW)
    [line] = brief.section(Part.HIM).of(State.HELD)[0].lines
    assert (line.code, line.detail["against"]) == ("non-molestation", "Craig Whitmore")
    assert people["him"] in brief.record_ids


def test_whoever_is_in_an_open_case_of_hers_may_be_him_tonight(handler, by, call, people):
    before = open_incident(
        by=handler, now=NOW - timedelta(days=30), recorded_as="domestic-abuse", domestic=True
    )
    for who, part in (("her", "victim"), ("him", "suspect")):
        involve(by=handler, now=NOW, incident_id=before.id, record_id=people[who], part=part, confirmed=True)
    takes_part(
        by=handler, now=NOW, contact_id=call.id, record_id=people["her"], part="victim", confirmed=True
    )
    call.refresh_from_db()
    brief = brief_for(handler, call, at=NOW)
    assert [(one.part, one.confirmed, one.name) for one in brief.people] == [
        ("victim", True, "Joanne Whitmore"),
        ("suspect", False, "Craig Whitmore"),
    ]
    him = brief.section(Part.HIM)
    assert SOMEBODY_ELSE in sources(him, State.NOT_CHECKED)
    assert him.readings[0].about == people["him"]


def test_an_unconfirmed_match_keeps_both_readings_open(handler, call, people):
    takes_part(
        by=handler, now=NOW, contact_id=call.id, record_id=people["her"], part="victim", confirmed=False
    )
    set_marker(by=handler, now=NOW, record_id=people["her"], code="intimidated")
    call.refresh_from_db()
    brief = brief_for(handler, call, at=NOW)
    danger = brief.section(Part.DANGER)
    assert danger.of(State.HELD)[0].about == people["her"]
    assert SOMEBODY_ELSE in sources(danger, State.NOT_CHECKED)
    assert brief.section(Part.CHILDREN).state is State.NOT_CHECKED


def test_merged_records_are_one_person(handler, by, known, people, add):
    other = add("Jo", "Whitmore", sex="2")
    leader = by(Role.SUPERVISOR)
    set_marker(by=leader, now=NOW, record_id=other, code="vulnerable-adult")
    merge(by=leader, now=NOW, record_id=other, into_id=people["her"], reason="merge-said-so")
    brief = brief_for(by(Role.CALL_HANDLER), known, at=NOW)
    assert codes(brief.section(Part.DANGER), Kind.MARKER) == ["vulnerable-adult"]
    assert other in brief.record_ids


def test_children_of_the_home_and_of_either_are_named_and_a_grown_one_is_not(handler, known, people, add):
    at_home, of_his, grown = (
        add("Mia", "Whitmore", **CHILD),
        add("Tom", "Holt", sex="1"),
        add("Ann", "Holt", born=date(1980, 1, 1)),
    )
    join_household(by=handler, now=NOW, record_id=at_home, with_record_id=people["her"])
    relate(by=handler, now=NOW, record_id=people["him"], other_id=of_his, kind="child")
    relate(by=handler, now=NOW, record_id=people["him"], other_id=grown, kind="child")
    brief = brief_for(handler, known, at=NOW)
    lines = [line for one in brief.section(Part.CHILDREN).readings for line in one.lines]
    assert [(line.detail["name"], line.detail["certain"]) for line in lines] == [
        ("Mia Whitmore", True),
        ("Tom Holt", False),
    ]
    assert {at_home, of_his} <= set(brief.record_ids)
    assert grown not in brief.record_ids


def test_history_counts_what_was_before_and_says_both_definitions(handler, known, people):
    days_ago = (200, 100, 40, 15)
    for ago in days_ago:
        then = NOW - timedelta(days=ago)
        one = open_incident(
            by=handler, now=then, recorded_as="domestic-abuse", domestic=True, reported_at=then
        )
        involve(
            by=handler, now=then, incident_id=one.id, record_id=people["her"], part="victim", confirmed=True
        )
    history = brief_for(handler, known, at=NOW).section(Part.HISTORY)
    [held] = history.of(State.HELD)
    by_kind = {line.kind: line for line in held.lines}
    assert by_kind[Kind.INCIDENTS].detail["count"] == 4
    # by the calendar of London: near midnight a change of the clocks lies between
    dates = [london_day(NOW - timedelta(days=ago)) for ago in (*days_ago[1:], 0)]
    assert by_kind[Kind.GAPS].detail["days"] == tuple(
        (after - before).days for before, after in pairwise(dates)
    )
    repeats = [line.detail["repeat"] for line in held.lines if line.kind is Kind.REPEAT]
    assert len(repeats) >= 2
    assert all(one.definition.valid_from for one in repeats)


def test_nobody_asked_her_how_to_reach_her_and_so_no_way_is_safe(handler, known):
    contact = brief_for(handler, known, at=NOW).section(Part.CONTACT)
    assert (contact.state, contact.readings[0].lines) == (State.NOT_CHECKED, ())


def test_a_restricted_child_appears_to_nobody_but_who_may_see_her(by, handler, known, people, add):
    child = add("Mia", "Ravensmoor", **CHILD)
    join_household(by=handler, now=NOW, record_id=child, with_record_id=people["her"])
    restrict(by=by(Role.SUPERVISOR), now=NOW, record_id=child, reason="honour-based")
    brief = brief_for(by(Role.CALL_HANDLER), known, at=NOW)
    assert child not in brief.record_ids
    assert "Ravensmoor" not in str(brief)
    seen = brief_for(by(Role.DESK), known, at=NOW)
    assert child in seen.record_ids


def test_one_look_names_everybody_the_brief_shows(by, handler, known, people, add):
    child = add("Mia", "Whitmore", **CHILD)
    join_household(by=handler, now=NOW, record_id=child, with_record_id=people["her"])
    with acting(system("test")):
        last = Event.objects.order_by("-id").values_list("id", flat=True)[0]
    brief_for(handler, known, at=NOW)
    with acting(system("test")):
        looks = list(Event.objects.filter(id__gt=last))
    assert [(look.kind, look.action) for look in looks] == [("look", "brief.read")]
    assert set(looks[0].subjects) == {people["her"], people["him"], child}


def test_an_answer_stands_in_the_brief_at_once_and_none_found_by_all_is_none(by, handler, known):
    request = ask(by=handler, now=NOW, contact_id=known.id)
    desk = by(Role.INTELLIGENCE)
    later = NOW + timedelta(minutes=5)
    answer(by=desk, now=later, request_id=request.id, system="pnc", result="held", words="Warned for knives")
    brief = brief_for(by(Role.CALL_HANDLER), known, at=later)
    assert [line.words for one in brief.section(Part.HIM).of(State.HELD) for line in one.lines] == [
        "Warned for knives"
    ]
    waiting = {one.source: one.asked_at for one in brief.section(Part.HIM).of(State.NOT_CHECKED)}
    assert waiting["pnd"] == NOW
    by(Role.INTELLIGENCE)
    answer(by=desk, now=later, request_id=request.id, system="pnd", result="none-found")
    brief = brief_for(by(Role.CALL_HANDLER), known, at=later)
    assert "pnd" in sources(brief.section(Part.HISTORY), State.NONE_FOUND)
    assert brief.section(Part.HISTORY).state is State.NOT_CHECKED  # force intelligence is still to come


def test_what_is_confidential_is_read_by_named_accounts_and_by_no_role(by, accounts, handler, known):
    name_for(by=by(Role.DESK), now=NOW, system="child-protection", grantee=accounts[Role.INTELLIGENCE].id)
    request = ask(by=by(Role.CALL_HANDLER), now=NOW, contact_id=known.id)
    desk = by(Role.INTELLIGENCE)
    words = "On a plan since May"
    answer(by=desk, now=NOW, request_id=request.id, system="child-protection", result="held", words=words)
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.SUPERVISOR, Role.DESK):
        brief = brief_for(by(role), known, at=NOW)
        children = brief.section(Part.CHILDREN)
        assert children.state is State.HELD
        assert codes(children, Kind.WITHHELD) == ["child-protection"]
        assert words not in str(brief)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from contact_confidentialwords")
            assert cursor.fetchone() == (0,)
    named = compose(by(Role.INTELLIGENCE), known, at=NOW)
    assert words in str(named.section(Part.CHILDREN))
    name_for(by=by(Role.DESK), now=NOW, system="child-protection", grantee=accounts[Role.OFFICER].id)
    assert words in str(compose(by(Role.OFFICER), known, at=NOW).section(Part.CHILDREN))


def test_the_brief_is_read_in_few_queries_however_many_they_are(handler, known, people, add):
    for number in range(6):
        child = add(f"Child{number}", "Whitmore", **CHILD)
        join_household(by=handler, now=NOW, record_id=child, with_record_id=people["her"])
    with CaptureQueriesContext(connection) as few:
        brief_for(handler, known, at=NOW)
    assert len(few) <= 24


def test_a_contact_out_of_sight_has_no_brief_to_ask_for(by, handler, known, people):
    restrict(by=by(Role.SUPERVISOR), now=NOW, record_id=people["her"], reason="honour-based")
    by(Role.CALL_HANDLER)
    assert not Contact.objects.filter(id=known.id).exists()
    assert not Contact.objects.filter(id=uuid4()).exists()
