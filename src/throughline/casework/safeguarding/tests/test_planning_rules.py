"""When a plan is made and reviewed, what becomes of a measure, where a copy may go, when a service is open: no database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.people.rules import Malformed
from throughline.casework.safeguarding.rules.directory import (
    Hours,
    Told,
    checked,
    hours_in_words,
    is_open,
    read_hours,
    read_row,
)
from throughline.casework.safeguarding.rules.fitting import (
    ENTRIES,
    REASONED,
    STEPS,
    WAITING,
    State,
    Step,
    can,
    due_at,
    is_late,
)
from throughline.casework.safeguarding.rules.planning import (
    CALLED,
    FIRST_GRADED,
    GRADED,
    REGRADED,
    Changed,
    gives_away,
    made_by,
    reviewed_by,
    to_review,
    why_not,
)
from throughline.foundations.instruments.queries import library
from throughline.reference import load

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 3)
GRADES = ("high", "medium", "standard")
MOMENTS = st.integers(min_value=0, max_value=10_000).map(lambda minutes: NOON + timedelta(minutes=minutes))
LINES = st.lists(
    st.one_of(
        st.builds(Changed, st.just(GRADED), st.sampled_from(GRADES), MOMENTS),
        st.builds(Changed, st.just(CALLED), st.sampled_from(["breach", "release", "pregnancy"]), MOMENTS),
    ),
    max_size=12,
    unique_by=lambda one: one.at,
)


class TestTimes:
    def test_every_grade_has_a_time_and_a_higher_one_a_shorter(self):
        assert load("safety-plan-times").codes(on=TODAY) == load("grades").codes(on=TODAY)
        for which in (made_by, reviewed_by):
            ends = [which(grade, NOON, TODAY) for grade in GRADES]
            assert ends == sorted(ends)
            assert ends[0] > NOON

    def test_every_measure_has_a_time(self):
        for row in load("safety-measures").as_of(TODAY):
            assert due_at(row.code, NOON, TODAY) > NOON


class TestWhatCallsForAReview:
    @given(LINES, MOMENTS)
    def test_only_what_came_after_it_was_gone_through_and_from_its_first(self, lines, planned_at):
        found = to_review(lines, planned_at)
        later = [one for one in lines if one.at > planned_at]
        if found is None:
            assert not [one for one in later if one.kind == CALLED]
        else:
            assert found.since in {one.at for one in later}
            assert found.since == min(one.at for one in later if one.kind == CALLED or one.at == found.since)
            assert len(set(found.causes)) == len(found.causes)

    @given(LINES, MOMENTS)
    def test_going_through_it_after_everything_calls_for_nothing(self, lines, planned_at):
        last = max((one.at for one in lines), default=planned_at)
        assert to_review(lines, max(last, planned_at)) is None

    @given(LINES, MOMENTS, MOMENTS)
    def test_its_clock_never_runs_later_for_one_more_change(self, lines, planned_at, at):
        before = to_review(lines, planned_at)
        after = to_review([*lines, Changed(CALLED, "breach", at)], planned_at)
        if before is not None:
            assert after is not None
            assert after.since <= before.since
            assert set(before.causes) <= set(after.causes)
        elif at > planned_at:
            assert after is not None

    @given(LINES, MOMENTS)
    def test_the_order_in_which_lines_are_read_changes_nothing(self, lines, planned_at):
        assert to_review(lines, planned_at) == to_review(list(reversed(lines)), planned_at)

    def test_the_same_grade_again_calls_for_nothing_and_another_does(self):
        graded = [Changed(GRADED, "medium", NOON), Changed(GRADED, "medium", NOON + timedelta(hours=2))]
        assert to_review(graded, NOON + timedelta(hours=1)) is None
        higher = Changed(GRADED, "high", NOON + timedelta(hours=3))
        assert to_review([*graded, higher], NOON + timedelta(hours=1)).causes == (REGRADED,)

    def test_a_case_that_was_never_graded_before_is_a_change(self):
        assert to_review([Changed(GRADED, "standard", NOON)], NOON - timedelta(hours=1)).causes == (
            FIRST_GRADED,
        )


class TestWhatBecomesOfAMeasure:
    @given(st.lists(st.sampled_from(Step), max_size=30))
    def test_whatever_is_done_it_waits_or_it_is_settled_and_waiting_can_always_be_settled(self, steps):
        state, fitted = State.OFFERED, False
        for step in steps:
            if (state, step) not in STEPS:
                assert step not in can(state)
                continue
            state = STEPS[state, step]
            fitted = fitted or state is State.FITTED
        if state in WAITING:
            assert Step.LET_GO in can(state)
        if state in (State.FITTED, State.TAKEN_AWAY):
            assert fitted

    def test_nothing_is_in_place_that_was_not_ordered(self):
        assert {before for (before, _step), after in STEPS.items() if after is State.FITTED} == {
            State.ORDERED
        }

    def test_every_state_is_reached_and_every_step_is_taken(self):
        reached = {State.OFFERED, *STEPS.values()}
        assert reached == set(State)
        assert {step for _state, step in STEPS} == set(Step)
        assert set(ENTRIES) == set(Step) - {Step.CHASE}

    def test_every_step_that_needs_a_reason_has_some(self):
        offered = {step for row in load("measure-reasons").as_of(TODAY) for step in row.texts("steps")}
        assert offered == {str(step) for step in REASONED}

    @given(st.sampled_from(State), MOMENTS, MOMENTS)
    def test_only_what_is_waited_for_is_late(self, state, due, now):
        assert is_late(state, due, now) == (state in WAITING and due < now)
        assert not is_late(state, None, now)


def form(code):
    return load("plan-copy-forms").get(code, on=TODAY)


class TestWhereACopyMayGo:
    @pytest.mark.parametrize("code", [row.code for row in load("plan-copy-forms").as_of(TODAY)])
    def test_silence_is_no_yes_and_none_is_none(self, code):
        for said in (None, {}, {"means": []}, {"means": ["none"]}):
            assert bool(why_not(form(code), said)) == (code != "told")

    def test_only_by_a_way_that_she_named(self):
        assert why_not(form("paper-by-letter"), {"means": ["visit"]})
        assert not why_not(form("paper-by-letter"), {"means": ["letter", "visit"]})
        assert not why_not(form("paper-in-hand"), {"means": ["visit"]})
        assert not why_not(form("through-idva"), {"means": ["through-idva"]})

    @pytest.mark.parametrize(
        ("others", "may"), [("no", True), ("yes", False), ("unsure", False), (None, False)]
    )
    def test_an_email_or_a_text_only_where_nobody_else_sees_it(self, others, may):
        for code, means, question in (
            ("email", "email", "others-see-email"),
            ("text-message", "text-message", "others-see-phone"),
        ):
            said = {"means": [means]} | ({question: others} if others else {})
            assert (not why_not(form(code), said)) is may

    def test_what_the_forms_ask_of_her_is_what_she_is_asked(self):
        asked = library().as_of("safe-contact", TODAY)
        means = next(one for one in asked.questions if one.code == "means").options
        for row in load("plan-copy-forms").as_of(TODAY):
            assert set(row.texts("means")) <= set(means)
            assert row.optional_text("unseen") in {None, *asked.boxes}

    def test_what_stands_on_a_copy_is_asked_in_the_plan(self):
        asked = {one.code for one in library().as_of("safety-plan", TODAY).questions}
        assert load("safety-plan-copy").codes(on=TODAY) <= asked

    @pytest.mark.parametrize(
        "words",
        [
            "BERTRAM will not know",
            "Ashgrove's car",
            "to ZT1 4LX",
            "at 12 Alma Road",
            "the refuge in town",
            "the safe house",
        ],
    )
    def test_what_names_him_or_a_place_stands_on_none(self, words):
        assert gives_away(words, ["Bertram", "Ashgrove"])

    @pytest.mark.parametrize(
        "words", ["Two knocks on the wall", "Ring my sister at 10", "An account of her own", ""]
    )
    def test_what_does_not_stays(self, words):
        assert not gives_away(words, ["Bertram", "Ashgrove", "Al"])


SPANS = st.builds(
    Hours,
    st.integers(min_value=0, max_value=6),
    st.times(max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0)),
    st.times(max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0)),
)


class TestHours:
    @given(st.lists(SPANS, max_size=8).map(lambda some: tuple(sorted(set(some)))))
    def test_what_is_written_is_read_as_it_was(self, hours):
        assert read_hours(hours_in_words(hours)) == hours

    def test_across_midnight_and_over_the_end_of_the_week(self):
        late = read_hours("Sun 22:00-02:00")
        # Sunday 8 November 2026, 23:00, and Monday 01:00 and 03:00
        assert is_open(late, datetime(2026, 11, 8, 23, 0, tzinfo=UTC))
        assert is_open(late, datetime(2026, 11, 9, 1, 0, tzinfo=UTC))
        assert not is_open(late, datetime(2026, 11, 9, 3, 0, tzinfo=UTC))
        assert not is_open(late, datetime(2026, 11, 8, 1, 0, tzinfo=UTC))

    def test_it_is_londons_clock(self):
        nine = read_hours("Wed 09:00-17:00")
        # 08:30 in UTC is 09:30 in summer
        assert is_open(nine, datetime(2026, 7, 1, 8, 30, tzinfo=UTC))
        assert not is_open(nine, datetime(2026, 11, 4, 8, 30, tzinfo=UTC))

    @given(MOMENTS)
    def test_always_is_always(self, at):
        assert is_open(read_hours("always"), at)
        assert not is_open((), at)

    @pytest.mark.parametrize(
        "text", ["now and then", "Mon", "Mon-Fri", "Mon 9", "Xyz 09:00-17:00", "Mon 25:00-26:00"]
    )
    def test_what_cannot_be_read_names_its_field(self, text):
        with pytest.raises(Malformed) as wrong:
            read_hours(text)
        assert wrong.value.field == "hours"


class TestAService:
    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("name", {"name": " "}),
            ("what", {"what": ""}),
            ("telephone", {"telephone": "call us"}),
            ("web", {"web": "not a page"}),
            ("needs", {"needs": ("elephants",)}),
            ("languages", {"languages": ("klingon",)}),
            ("area", {"area": "x" * 1_001}),
        ],
    )
    def test_what_is_wrong_names_its_field(self, field, told):
        with pytest.raises(Malformed) as wrong:
            checked(Told(**{"name": "Marigold House", "what": "Advice", **told}), TODAY)
        assert wrong.value.field == field

    def test_a_row_of_a_file_says_all_of_it(self):
        told, on = read_row(
            {"name": "Marigold House", "what": "Advice", "needs": "men; lgbt", "checked_on": "2026-11-02"}
        )
        assert (told.needs, told.hours, on) == (("men", "lgbt"), (), date(2026, 11, 2))
