"""Unknown is never none; the parts in their order; nothing about withdrawing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules import brief as rules
from throughline.casework.contact.rules.brief import (
    OWN,
    SOMEBODY_ELSE,
    Answer,
    Kind,
    Known,
    Line,
    Part,
    Reading,
    State,
    System,
    changed,
    kept,
    made,
    state_of,
)
from throughline.reference import load

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
HELD = (Line(Kind.MARKER, uuid4(), "weapons"),)

states = st.sampled_from(State)
systems = st.lists(
    st.builds(
        System,
        code=st.sampled_from("abcdefgh"),
        parts=st.lists(st.sampled_from(Part), min_size=1, unique=True).map(tuple),
        who=st.just("the desk"),
        confidential=st.booleans(),
    ),
    unique_by=lambda one: one.code,
)
answers = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.builds(
        Answer,
        id=st.uuids(),
        state=states,
        read_at=st.integers(-60, 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
        words=st.just("words of the desk"),
        withheld=st.booleans(),
    ),
)
people = st.lists(
    st.builds(
        Known,
        record_id=st.uuids(),
        records=st.just(()),
        part=st.sampled_from(["victim", "suspect"]),
        confirmed=st.booleans(),
        since=st.just(NOW),
    ),
    max_size=4,
)


def reading(state: State) -> Reading:
    return Reading(OWN, state, HELD if state is State.HELD else ())


own = st.dictionaries(st.sampled_from(Part), states.map(reading).map(lambda one: (one,)))
briefs = st.builds(made, people=people, own=own, systems=systems, answers=answers, asked=st.just({}))


@given(briefs)
def test_there_are_five_parts_in_one_order(brief):
    assert [section.part for section in brief.sections] == ["danger", "him", "contact", "history", "children"]


@given(people, own, systems, answers)
def test_none_is_said_only_where_all_was_read_of_people_beyond_doubt(people, own, systems, answers):
    brief = made(people=people, own=own, systems=systems, answers=answers, asked={})
    for section in brief.sections:
        if section.state is not State.NONE_FOUND:
            continue
        assert [one.state for one in own[section.part]] == [State.NONE_FOUND]
        for system in systems:
            if section.part in system.parts:
                assert answers[system.code].state is State.NONE_FOUND
                assert not people or answers[system.code].read_at >= NOW
        if section.part is Part.HIM:
            assert all(one.confirmed for one in people if one.part == "suspect")
        if section.part in {Part.CONTACT, Part.HISTORY}:
            assert all(one.confirmed for one in people if one.part == "victim")
        if section.part in {Part.DANGER, Part.CHILDREN}:
            assert all(one.confirmed for one in people)


@given(briefs)
def test_every_source_is_named_once_in_each_part_and_what_is_not_checked_says_who_could(brief):
    for section in brief.sections:
        sources = [one.source for one in section.readings]
        assert len(sources) == len(set(sources))
        for one in section.of(State.NOT_CHECKED):
            assert one.who or one.source in {OWN, SOMEBODY_ELSE}


@given(systems)
def test_nothing_read_means_not_checked_everywhere(systems):
    empty = made(people=(), own={}, systems=systems, answers={}, asked={})
    assert {section.state for section in empty.sections} == {State.NOT_CHECKED}


@given(st.lists(states.map(reading), max_size=6))
def test_one_source_that_holds_something_is_enough_and_one_not_read_is_never_none(readings):
    found = {one.state for one in readings}
    expected = State.NOT_CHECKED
    if State.HELD in found:
        expected = State.HELD
    elif found == {State.NONE_FOUND}:
        expected = State.NONE_FOUND
    assert state_of(readings) is expected


def test_what_is_held_has_a_line_and_none_has_none():
    with pytest.raises(ValueError, match="has a line"):
        Reading(OWN, State.HELD)
    with pytest.raises(ValueError, match="something found"):
        Reading(OWN, State.NONE_FOUND, HELD)


PNC = System("pnc", (Part.HIM, Part.DANGER), "the desk")
PLAN = System("plan", (Part.CHILDREN,), "social care", confidential=True)


def one(system, part, **more):
    return made(**{"people": (), "own": {}, "systems": [system], "answers": {}, "asked": {}, **more}).section(
        part
    )


def him(confirmed=True, since=NOW):
    return Known(uuid4(), (), "suspect", confirmed, since)


def test_none_found_before_he_was_recognised_is_no_answer_about_him():
    own = {Part.HIM: [reading(State.NONE_FOUND)]}
    before = {"pnc": Answer(uuid4(), State.NONE_FOUND, NOW - timedelta(minutes=1))}
    after = {"pnc": Answer(uuid4(), State.NONE_FOUND, NOW + timedelta(minutes=1))}
    assert one(PNC, Part.HIM, people=[him()], own=own, answers=before).state is State.NOT_CHECKED
    assert one(PNC, Part.HIM, people=[him()], own=own, answers=after).state is State.NONE_FOUND


def test_with_somebody_who_only_may_be_him_both_readings_stay_open():
    own = {Part.HIM: [reading(State.NONE_FOUND)]}
    answered = {"pnc": Answer(uuid4(), State.NONE_FOUND, NOW)}
    section = one(PNC, Part.HIM, people=[him(confirmed=False)], own=own, answers=answered)
    assert section.state is State.NOT_CHECKED
    assert [found.source for found in section.of(State.NOT_CHECKED)] == [SOMEBODY_ELSE]


def test_words_of_an_answer_stand_once_in_the_first_part_of_its_system():
    answered = {"pnc": Answer(uuid4(), State.HELD, NOW, "Warning for knives")}
    [told] = one(PNC, Part.HIM, answers=answered).of(State.HELD)
    assert (told.lines[0].kind, told.lines[0].words) == (Kind.ANSWER, "Warning for knives")
    [pointing] = one(PNC, Part.DANGER, answers=answered).of(State.HELD)
    assert (pointing.lines[0].kind, pointing.lines[0].code, pointing.lines[0].words) == (Kind.SEE, "him", "")


def test_what_is_withheld_says_that_it_is_held_and_no_word_of_it():
    answered = {"plan": Answer(uuid4(), State.HELD, NOW, "", withheld=True)}
    [told] = one(PLAN, Part.CHILDREN, answers=answered).of(State.HELD)
    assert (told.lines[0].kind, told.lines[0].words) == (Kind.WITHHELD, "")


def test_a_system_that_was_asked_and_has_not_answered_is_not_checked_and_says_since_when():
    [waiting] = one(PNC, Part.HIM, asked={"pnc": NOW}).readings[1:]
    assert (waiting.state, waiting.asked_at) == (State.NOT_CHECKED, NOW)


# --- kept ------------------------------------------------------------------------------------------


@given(briefs)
def test_what_is_kept_holds_no_words_and_survives_as_json(brief):
    held = kept(brief)
    assert "words of the desk" not in json.dumps(held)
    assert changed(json.loads(json.dumps(held)), held) == ()


def test_what_changed_is_told_by_part():
    before = kept(made(people=(), own={}, systems=[PNC], answers={}, asked={}))
    answered = {"pnc": Answer(uuid4(), State.HELD, NOW, "x")}
    after = kept(made(people=(), own={}, systems=[PNC], answers=answered, asked={}))
    assert changed(before, after) == (Part.DANGER, Part.HIM)


# --- words -----------------------------------------------------------------------------------------


def test_nothing_in_the_brief_speaks_of_withdrawing_support():
    room = Path(rules.__file__).parents[1]
    words = " ".join(
        path.read_text().lower()
        for path in (*room.glob("templates/contact/*brief*"), *room.glob("views/*brief*"))
    )
    told = " ".join(row.label for row in load("intelligence-systems").rows).lower()
    kinds = " ".join(Kind).lower()
    for word in ("withdr", "retract", "unsupportive", "did not support", "refused to engage"):
        assert word not in words + told + kinds


def test_the_systems_name_parts_that_there_are():
    for row in load("intelligence-systems").rows:
        assert row.texts("parts")
        assert set(row.texts("parts")) <= set(Part)
