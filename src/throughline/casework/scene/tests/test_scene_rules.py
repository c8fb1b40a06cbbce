"""What holds of a scene whatever the database."""

from datetime import date
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.scene.rules import (
    Because,
    Section,
    State,
    alone,
    counter_alleged,
    evidence_problem,
    main_reason,
    missing,
    of_answers,
    of_parts,
    proposals,
    reasons_for,
    to_be_reviewed,
    undecided,
)
from throughline.casework.scene.rules.body import HEIGHT, SHAPES, WIDTH
from throughline.casework.scene.rules.saying import AS_BEFORE, CHANGED, Saying, is_new, sayings
from throughline.casework.scene.rules.steps import (
    CHILD_STEPS,
    NO_ARREST_STEPS,
    ActionStep,
    ChildStep,
    ForChild,
    NotArrested,
    for_child,
    not_arrested,
)
from throughline.foundations.instruments.queries import library
from throughline.reference import load

TODAY = date(2026, 11, 25)
HER, HIM, CHILD, OTHER = (uuid4() for _ in range(4))


def test_a_section_is_finished_only_as_the_officer_says():
    assert of_answers(answered=False, complete=False) is State.NOT_STARTED
    assert of_answers(answered=True, complete=False) is State.WRITTEN
    assert of_answers(answered=True, complete=True) is State.FINISHED


@pytest.mark.parametrize(
    ("done", "of", "begun", "state"),
    [
        (0, 7, False, State.NOT_STARTED),
        (3, 7, False, State.WRITTEN),
        (7, 7, False, State.FINISHED),
        (0, 0, False, State.NOT_STARTED),
        (0, 0, True, State.WRITTEN),
    ],
)
def test_a_section_of_parts_is_finished_when_each_of_them_is(done, of, begun, state):
    assert of_parts(done, of, begun=begun) is state


def test_what_is_not_finished_is_missing():
    states = {
        Section.ACCOUNT: State.FINISHED,
        Section.DANGER: State.WRITTEN,
        Section.SAFETY: State.NOT_STARTED,
    }
    assert missing(states) == (Section.DANGER, Section.SAFETY)


def problem(item, state, reason="", *, listened=None, exhibit=""):
    codes = [row.code for row in reasons_for(item, state, TODAY)]
    return evidence_problem(item, state, reason, reasons=codes, listened=listened, exhibit=exhibit)


def test_the_recording_of_the_call_is_done_when_listened_to_and_exhibited():
    assert problem("call-recording", "done")[0] == "state"
    assert problem("call-recording", "done", exhibit="SR/1")[0] == "state"
    assert problem("call-recording", "done", listened=True)[0] == "state"
    assert problem("call-recording", "done", listened=True, exhibit="SR/1") is None
    assert problem("photographs", "done") is None


def test_a_reason_fits_its_state_and_its_item_and_is_never_needed():
    assert problem("photographs", "not-applicable") is None
    assert problem("photographs", "not-applicable", "no-injury") is None
    assert problem("house-to-house", "not-applicable", "no-injury") == ("reason", "is not a reason for this")
    assert problem("photographs", "not-done", "no-injury") == ("reason", "is not a reason for this")
    assert problem("photographs", "perhaps")[0] == "state"


def test_every_item_has_reasons_for_every_state_but_done():
    items = [row.code for row in load("evidence-items").as_of(TODAY)]
    assert len(items) == 7
    for item in items:
        for state in ("not-done", "not-applicable", "for-investigator"):
            assert reasons_for(item, state, TODAY), (item, state)


@pytest.mark.parametrize(
    ("arrest", "power", "cause"),
    [
        (True, None, ""),
        (False, True, "no-arrest"),
        (False, None, "power-not-said"),
        (False, False, ""),
    ],
)
def test_a_sergeant_looks_where_there_was_power_or_nobody_says_that_there_was_none(arrest, power, cause):
    assert to_be_reviewed(arrest=arrest, power=power) == cause


def test_that_she_does_not_want_it_is_never_enough_by_itself():
    never = load("no-arrest-reasons").codes(on=TODAY, never_alone=True)
    assert never == {"victim-unwilling"}
    assert alone(["victim-unwilling"], never)
    assert not alone(["victim-unwilling", "not-necessary"], never)
    assert not alone([], never)
    assert main_reason(["victim-unwilling", "not-necessary"], never) == "not-necessary"
    assert main_reason(["victim-unwilling"], never) == "victim-unwilling"
    assert main_reason([], never) == ""


@pytest.mark.parametrize("name", ["no-arrest-reasons", "evidence-reasons", "child-reasons"])
def test_capacity_is_none_of_the_reasons(name):
    for row in load(name).as_of(TODAY):
        said = f"{row.code} {row.label}".lower()
        assert not any(word in said for word in ("capacity", "workload", "busy", "resourc", "cells"))


def test_each_may_accuse_the_other():
    assert counter_alleged([(HER, "victim"), (HER, "suspect")], said=False)
    assert counter_alleged([(HER, "victim"), (HIM, "suspect")], said=True)
    assert not counter_alleged([(HER, "victim"), (HIM, "suspect")], said=False)


def test_a_child_is_proposed_once_under_the_nearest_tie():
    found = proposals([CHILD], [CHILD, OTHER], [OTHER, HER])
    assert [(one.record_id, one.because) for one in found] == [
        (CHILD, Because.INVOLVED),
        (OTHER, Because.HOUSEHOLD),
        (HER, Because.FAMILY),
    ]


def test_nothing_said_of_children_is_not_that_there_are_none():
    assert undecided([], [], none=False) is None
    assert undecided([], [], none=True) == set()
    assert undecided([CHILD], [], none=True) == {CHILD}
    assert undecided([CHILD, OTHER], [[CHILD], [OTHER]], none=False) == set()
    assert undecided([CHILD, OTHER], [[CHILD]], none=False) == {OTHER}


# --- the body chart -----------------------------------------------------------------------------------


def test_every_region_of_the_list_is_drawn_on_its_side_and_no_other():
    rows = load("body-regions").as_of(TODAY)
    assert {row.code for row in rows} == set(SHAPES)
    for row in rows:
        xs = [x for x, _y in SHAPES[row.code]]
        side = row.optional_text("side")
        on_the_left_of_the_page = max(xs) <= WIDTH // 2
        if side is None:
            assert min(xs) < WIDTH // 2 < max(xs)
        elif row.text("view") == "front":
            assert on_the_left_of_the_page == (side == "right")
        else:
            assert on_the_left_of_the_page == (side == "left")


def test_every_region_is_inside_the_drawing_and_large_enough_for_a_thumb():
    for code, points in SHAPES.items():
        xs, ys = [x for x, _ in points], [y for _, y in points]
        assert 0 <= min(xs) < max(xs) <= WIDTH, code
        assert 0 <= min(ys) < max(ys) <= HEIGHT, code
        # drawn 343 wide on the narrowest screen, so that 17 of the grid are 24 on it
        assert min(max(xs) - min(xs), max(ys) - min(ys)) >= 17, code


# --- what may change the danger -------------------------------------------------------------------------


def _said(code: str, **answers):
    instrument = library().as_of(code, TODAY).asked_of("partner")
    return {one.cause: one.so for one in sayings(instrument, answers, TODAY)}


def test_an_answer_says_that_it_is_so_or_is_not_or_nothing():
    assert _said("scene-danger", breach="yes") == {"breach": True}
    assert _said("scene-danger", breach="not-checked") == {}
    assert _said("scene-statement", support="no-longer") == {"withdrawal": True}
    assert _said("scene-statement", support="yes") == {"withdrawal": False}
    assert _said("scene-statement", support="undecided") == {}
    assert _said("dash-27", separation="yes", pregnancy="no") == {"separation": True, "pregnancy": False}
    # what an assessment says of a breach is weighed there: only at the scene is it a thing that happened
    assert _said("dash-27", separation="not-known", breach="yes") == {}


@given(st.lists(st.booleans(), max_size=12))
def test_of_a_state_only_changes_are_lines_and_never_two_alike_follow_each_other(said):
    lines: list[str] = []
    for so in said:
        if is_new(Saying("pregnancy", so, False), last=lines[-1] if lines else None):
            lines.append(CHANGED if so else AS_BEFORE)
    assert all(one != other for one, other in pairwise(lines))
    assert lines[:1] in ([], [CHANGED])
    assert bool(lines) == any(said)


# --- from one state to the next -------------------------------------------------------------------------


def test_whatever_an_officer_says_anew_can_be_said_and_only_what_waits_is_looked_at():
    for state in NotArrested:
        assert NO_ARREST_STEPS[state, ActionStep.ACT] is NotArrested.NOTHING_TO_REVIEW
        assert NO_ARREST_STEPS[state, ActionStep.NO_ARREST] is NotArrested.WAITING
        waits = state is NotArrested.WAITING
        assert ((state, ActionStep.AGREE) in NO_ARREST_STEPS) == waits
        assert ((state, ActionStep.OVERTURN) in NO_ARREST_STEPS) == waits
    assert not_arrested(waits=True, agreed=True) is NotArrested.WAITING
    assert not_arrested(waits=False, agreed=False) is NotArrested.OVERTURNED


def test_a_child_is_never_decided_while_somebody_is_to_find_out():
    assert {CHILD_STEPS[state, ChildStep.FIND_OUT] for state in ForChild} == {ForChild.BEING_FOUND_OUT}
    assert {CHILD_STEPS[state, ChildStep.DECIDE] for state in ForChild} == {ForChild.DECIDED}
    assert for_child(asked=True, decided=True) is ForChild.BEING_FOUND_OUT
