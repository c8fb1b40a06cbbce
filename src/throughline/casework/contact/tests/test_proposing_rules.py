"""What a log speaks of, what is proposed, and when a rule is switched off."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.proposing import (
    COUNTED,
    Precision,
    Reads,
    Rule,
    Switching,
    Told,
    is_on,
    mostly_wrong,
    precision,
    proposes,
)
from throughline.casework.contact.rules.spoken import heard, speaks_of

words = st.text(alphabet="abcdefghij", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("line", "phrase", "found"),
    [
        ("My husband has hit me", "hit me", True),
        ("my HUSBAND, he's hit -- me!", "hit me", True),
        ("he strangled her", "strangl*", True),
        ("he’ll kill me", "he'll kill", True),
        ("white meat", "hit me", False),
        ("a hit medium", "hit me", False),
        ("she expects nothing", "ex", False),
        ("her ex is outside", "ex", True),
        ("", "ex", False),
    ],
)
def test_a_phrase_is_found_as_whole_words(line, phrase, found):
    assert bool(heard([line], {phrase})) is found


@given(st.lists(words, min_size=1, max_size=4), words, words)
def test_a_phrase_is_found_wherever_it_stands(phrase, before, after):
    said = " ".join(phrase)
    assert heard([f"{before} {said.upper()}; {after}"], {said}) == {said}


@given(st.lists(st.text(max_size=40), max_size=4), st.sets(words, max_size=4))
def test_nothing_is_found_that_was_not_looked_for(lines, phrases):
    assert heard(lines, phrases) <= phrases
    assert speaks_of(lines, {"one": phrases, "none": set()}) <= {"one"}


def test_a_rule_of_words_wants_somebody_beside_what_was_done():
    rule = Rule("partner", Reads.WORDS, says=("hit me", "smashed"), beside=("husband", "ex"))
    assert proposes(rule, Told(lines=("my ex is here", "he smashed the door")))
    assert not proposes(rule, Told(lines=("somebody smashed the bus shelter",)))
    assert not proposes(rule, Told(lines=("my ex rang about the car",)))
    assert proposes(Rule("alone", Reads.WORDS, says=("my abuser",)), Told(lines=("My abuser!",)))


@pytest.mark.parametrize(
    ("reads", "told", "expected"),
    [
        (Reads.PLACE, Told(place_known=True), True),
        (Reads.PLACE, Told(pair_known=True), False),
        (Reads.PAIR, Told(pair_known=True), True),
        (Reads.PAIR, Told(place_known=True), False),
    ],
)
def test_the_other_rules_look_at_one_thing_each(reads, told, expected):
    assert proposes(Rule("one", reads), told) is expected


@given(st.lists(st.booleans(), max_size=3 * COUNTED))
def test_a_rule_is_switched_off_only_on_its_latest_answers(newest_first):
    latest = newest_first[:COUNTED]
    assert mostly_wrong(newest_first) == (len(latest) == COUNTED and sum(latest) < 10)


@pytest.mark.parametrize(
    ("right", "answered", "off"),
    [(0, COUNTED - 1, False), (9, COUNTED, True), (10, COUNTED, False), (COUNTED, COUNTED, False)],
)
def test_fewer_than_one_in_five_of_fifty(right, answered, off):
    assert mostly_wrong([True] * right + [False] * (answered - right)) is off


def test_a_share_of_nothing_is_not_known():
    assert precision([]).share is None
    assert precision([True, False, False, False]) == Precision(4, 1)
    assert precision([True, False, False, False]).share == 0.25


def test_the_last_switching_counts_and_a_rule_begins_switched_on():
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    off, on = Switching(False, noon), Switching(True, noon + timedelta(days=1))
    assert is_on([])
    assert not is_on([off])
    assert is_on([on, off])
