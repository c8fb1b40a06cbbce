"""The rules of risk: no database, no clock but the one that is passed in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.spoken import speaks_of
from throughline.casework.risk.rules import assessing, monitor, order, reassessing
from throughline.casework.risk.rules.assessing import ALWAYS, ByTelephone, Stage
from throughline.casework.risk.rules.monitor import Regrade
from throughline.casework.risk.rules.order import Known, Sign, Waiting
from throughline.casework.risk.rules.reassessing import Cause, Happened
from throughline.casework.scene.rules.saying import CHANGED
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import parse
from throughline.reference import load

TODAY = date(2026, 11, 25)
THEN = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEAD = """
code: {code}
version: "1"
title: A title
valid_from: 2013-01-01
source: A test
confidence: L
licence: MIT
questions:
"""
ALWAYS_ASKED = parse(
    HEAD.format(code=ALWAYS)
    + """
  - {code: own-view, kind: long-text, text: 'How safe do you feel?', to_complete: true}
  - {code: coercive-control, kind: yes-no, text: 'Who decides?', factor: control, to_complete: true}
""",
    file="always.yaml",
)


def instrument(questions: str):
    return parse(HEAD.format(code="form") + questions, file="form.yaml")


class TestWhatIsAsked:
    def test_what_a_force_leaves_out_is_asked_all_the_same(self):
        form = instrument("  - {code: fear, kind: yes-no, text: 'Afraid?', factor: fear}\n")
        whole = assessing.with_always(form, ALWAYS_ASKED)
        assert [one.code for one in whole.questions] == ["fear", "own-view", "coercive-control"]

    def test_what_it_asks_itself_is_not_asked_twice(self):
        form = instrument(
            "  - {code: own-view, kind: text, text: 'Safe?'}\n"
            "  - {code: rules, kind: yes-no, text: 'Does he make rules?', factor: control}\n"
        )
        assert assessing.with_always(form, ALWAYS_ASKED) == form

    def test_answers_are_parted_again_without_loss(self):
        form = instrument("  - {code: fear, kind: yes-no, text: 'Afraid?', factor: fear}\n")
        own, rest = assessing.split(form, {"fear": "yes", "own-view": "He waits outside"})
        assert (own, rest) == ({"fear": "yes"}, {"own-view": "He waits outside"})

    def test_an_answer_that_says_a_grave_factor_is_there_is_shown_as_that(self):
        form = instrument(
            "  - {code: neck, kind: yes-no, text: 'Neck?', factor: strangulation, ask_words_when: 'yes'}\n"
            "  - {code: hurt, kind: yes-no, text: 'Hurt?', factor: injury}\n"
        )
        told = assessing.said(form, {"neck": "yes", "neck-words": "twice", "hurt": "no"}, TODAY)
        assert [(one.answer, one.words, one.present, one.grave) for one in told] == [
            ("Yes", "twice", True, True),
            ("No", "", False, False),
        ]
        assert assessing.lines(form, {"neck": "yes", "neck-words": "twice"}) == ("twice",)

    def test_a_telephone_is_as_the_force_has_set_it(self):
        assert assessing.by_telephone("partner", TODAY) is ByTelephone.FLAGGED
        assert assessing.by_telephone("family", TODAY) is ByTelephone.ALLOWED
        assert {row.text("rule") for row in load("telephone-assessment").rows} <= set(ByTelephone)


@given(st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: THEN - timedelta(minutes=minutes)))
def test_every_instant_falls_in_one_turn_and_a_day_has_them_all(at):
    assert assessing.turn_of(at) in load("turns").codes(on=at.date())


@pytest.mark.parametrize(
    ("hour", "turn"), [(6, "night"), (7, "early"), (15, "late"), (22, "night"), (0, "night")]
)
def test_a_turn_lasts_until_the_next_by_the_clocks_of_london(hour, turn):
    assert assessing.turn_of(datetime(2026, 11, 25, hour, tzinfo=UTC)) == turn
    # in summer London is an hour ahead
    assert assessing.turn_of(datetime(2026, 7, 1, 6, 30, tzinfo=UTC)) == "early"


# --- the order ------------------------------------------------------------------------------------------

waits = st.builds(
    Waiting,
    id=st.uuids(version=4),
    due_at=st.integers(0, 3).map(lambda hours: THEN + timedelta(hours=hours)),
    signs=st.frozensets(st.sampled_from(Sign)),
)


class TestTheOrder:
    @given(st.lists(waits, max_size=6, unique_by=lambda one: one.id))
    def test_nobody_is_lost_and_the_order_does_not_hang_on_how_they_came(self, waiting):
        ordered = order.in_order(waiting)
        assert sorted(one.id for one in ordered) == sorted(one.id for one in waiting)
        for other in list(permutations(waiting))[:6]:
            assert order.in_order(other) == ordered

    @given(st.lists(waits, min_size=2, max_size=6, unique_by=lambda one: one.id))
    def test_at_large_before_mismatch_before_due_time(self, waiting):
        ordered = order.in_order(waiting)
        for earlier, later in pairwise(ordered):
            for sign in Sign:
                if (sign in earlier.signs) != (sign in later.signs):
                    assert sign in earlier.signs
                    break
            else:
                assert earlier.due_at <= later.due_at

    @given(
        st.frozensets(st.sampled_from(["bail", "warrant", "order"])),
        st.booleans(),
        st.frozensets(st.sampled_from(["weapon", "strangulation"])),
        st.frozensets(st.sampled_from(["threats-to-kill"])),
        st.booleans(),
    )
    def test_a_sign_is_what_somebody_said_or_decided(self, facts, not_arrested, spoken, answered, lowest):
        shown = order.signs(Known(facts, not_arrested, spoken, answered, lowest))
        assert (Sign.AT_LARGE in shown) == (not_arrested or bool(facts & {"bail", "warrant"}))
        assert (Sign.MISMATCH in shown) == (lowest and bool(spoken or answered))
        assert order.why(shown) == tuple(sign for sign in Sign if sign in shown)

    @given(st.integers(1, 40))
    def test_more_of_the_same_weighs_no_more(self, many):
        """There is no score: one grave yes and forty stand alike."""
        some = order.signs(Known(answered=frozenset({"strangulation"}), lowest=True))
        more = order.signs(Known(answered=frozenset(f"factor-{n}" for n in range(many)), lowest=True))
        assert some == more


# --- words of capacity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("MARAC full this month", {"capacity"}),
        ("no capacity in the unit", {"capacity"}),
        ("there are too many of these", {"capacity"}),
        ("only 9 ticks", {"counting"}),
        ("12 out of 27", {"counting"}),
        ("Too many ticks for standard", {"capacity", "counting"}),
        ("He is in custody until Monday and she is at her sister's", set()),
    ],
)
def test_words_of_capacity_and_counting_are_found(words, codes):
    phrases = {row.code: row.texts("says") for row in load("capacity-phrases").as_of(TODAY)}
    assert speaks_of([words], phrases) == codes


# --- the monitor ------------------------------------------------------------------------------------------

regrades = st.builds(
    Regrade,
    id=st.uuids(version=4),
    was=st.integers(1, 3),
    now=st.integers(1, 3),
    queue_length=st.integers(0, 500),
    turn=st.sampled_from(["early", "late", "night"]),
    by=st.sampled_from([UUID(int=1), UUID(int=2)]),
)


class TestTheMonitor:
    @given(st.lists(regrades, max_size=30))
    def test_the_parts_add_up_to_the_whole(self, found):
        whole = monitor.share_of(found)
        for key in (
            lambda one: one.turn,
            lambda one: one.by,
            lambda one: monitor.band_of(one.queue_length, TODAY),
        ):
            parts = monitor.by(key, found).values()
            assert sum(one.of for one in parts if one) == len(found)
            assert sum(one.counted for one in parts if one) == (whole.counted if whole else 0)

    @given(st.lists(regrades, min_size=1, max_size=30))
    def test_the_interval_holds_the_share(self, found):
        share = monitor.share_of(found)
        assert share is not None
        assert 0 <= share.low <= share.share <= share.high <= 1

    @given(st.integers(0, 10_000), st.integers(0, 10_000))
    def test_bands_are_in_order_and_cover_every_length(self, one, other):
        leasts = {row.code: row.number("least") for row in load("queue-bands").as_of(TODAY)}
        shorter, longer = sorted((one, other))
        assert leasts[monitor.band_of(shorter, TODAY)] <= leasts[monitor.band_of(longer, TODAY)]

    def test_down_is_less_danger_than_before(self):
        about = {"id": uuid4(), "queue_length": 1, "turn": "late", "by": uuid4()}
        assert Regrade(was=1, now=2, **about).down
        assert not Regrade(was=2, now=1, **about).down


# --- what calls for a new grade ---------------------------------------------------------------------------

CAUSES = (
    Cause("bail-ended", "Bail ended", ("fact-ended",), ("police-bail",)),
    Cause("repeat-call", "Another incident", ("involved",), ()),
    Cause("separation", "By hand alone", (), ()),
)
events = st.builds(
    Happened,
    case=st.sampled_from([UUID(int=1), UUID(int=2)]),
    kind=st.sampled_from(["fact-ended", "involved", "brief-sent"]),
    code=st.sampled_from(["police-bail", "warrant", "victim"]),
    at=st.integers(-3, 3).map(lambda hours: THEN + timedelta(hours=hours)),
)


@given(st.lists(events, max_size=12), st.booleans())
def test_only_what_happened_after_the_last_grade_calls_for_a_new_one(happened, graded):
    graded_at = {UUID(int=1): THEN} if graded else {}
    found = reassessing.calls(happened, graded_at, CAUSES)
    wanted = {
        cause.code
        for one in happened
        if graded and one.case == UUID(int=1) and one.at > THEN
        for cause in CAUSES
        if reassessing.brought_by(cause, one.kind, one.code)
    }
    assert set(found.get(UUID(int=1), ())) == wanted
    assert UUID(int=2) not in found
    assert found == reassessing.calls([*happened, *happened], graded_at, CAUSES)


def test_every_cause_is_one_that_a_duty_can_have_and_every_entry_one_that_somebody_writes():
    kinds = load("chronology-kinds").codes(on=TODAY)
    duty_causes = load("duty-causes").codes(on=TODAY)
    for cause in reassessing.causes(TODAY):
        assert cause.code in duty_causes
        assert set(cause.entries) <= kinds


def test_every_answer_that_calls_for_a_new_grade_can_be_given_and_brings_a_cause():
    by_line = {
        code for cause in reassessing.causes(TODAY) if CHANGED in cause.entries for code in cause.codes
    }
    concerns = {row.text("concerns") for row in load("reassessment-causes").as_of(TODAY)}
    assert concerns == {"pair", "victim"}
    shelf = library()
    for row in load("reassessment-answers").as_of(TODAY):
        assert row.text("cause") in by_line
        assert (row.optional_text("question") is None) != (row.optional_text("factor") is None)
        asked = [
            question
            for code in row.texts("instruments") or shelf.codes
            for question in shelf.as_of(code, TODAY).questions
            if (question.factor or question.code)
            in (row.optional_text("factor"), row.optional_text("question"))
        ]
        assert asked, row.code
        for question in asked:
            assert {*row.texts("answers"), *row.texts("denied")} <= set(question.options)


def test_each_stage_is_one_word():
    assert {str(one) for one in Stage} == {"officer", "supervisor", "inspector", "hub", "reassessment"}
