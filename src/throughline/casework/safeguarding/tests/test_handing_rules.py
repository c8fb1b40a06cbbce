"""From a request to its answer, and what a package holds: pure rules."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.safeguarding.rules.handing import Held, Written, codes, package
from throughline.casework.safeguarding.rules.serving import (
    OPEN,
    REQUEST_STEPS,
    RETURNS_BEFORE_DECISION,
    Request,
    Step,
    after,
    step_of_return,
)
from throughline.reference import load

DAY = date(2026, 11, 26)
CODES = [row.code for row in load("handover-items").as_of(DAY)]
written = st.builds(Written, st.sampled_from(list(Held)), st.just("With the investigator"), st.just("Owain"))


@given(st.lists(st.sampled_from(list(Step)), max_size=30))
def test_whatever_is_done_a_request_that_has_ended_stays_ended_and_returns_come_to_a_decision(steps):
    state, returns = Request.ASKED, 0
    for step in steps:
        taken = step_of_return(returns) if step in (Step.RETURN, Step.RETURN_FOR_GOOD) else step
        after_it = after(state, taken)
        if state not in OPEN:
            assert after_it is None
        if after_it is None:
            continue
        returns += taken in (Step.RETURN, Step.RETURN_FOR_GOOD)
        state = after_it
        assert returns <= RETURNS_BEFORE_DECISION, "it goes to and fro"
        if returns == RETURNS_BEFORE_DECISION:
            assert state in {Request.TO_DECIDE, Request.ACCEPTED, Request.DECIDED, Request.WITHDRAWN}


def test_every_open_state_leads_to_an_end():
    for state in OPEN:
        assert {to for (begins, _step), to in REQUEST_STEPS.items() if begins is state} - set(OPEN)


@given(
    st.dictionaries(st.sampled_from(CODES), st.booleans()), st.dictionaries(st.sampled_from(CODES), written)
)
def test_each_item_stands_once_and_what_nobody_found_or_wrote_is_not_held(found, notes):
    items = package(found, notes, DAY)
    assert [item.code for item in items] == CODES
    for item in items:
        if found.get(item.code):
            assert item.held is Held.HELD
        elif item.code in notes:
            assert (item.held, item.words) == (notes[item.code].held, notes[item.code].words)
        else:
            assert item.held is Held.NOT_HELD
    assert sum(len(codes(items, held)) for held in Held) == len(CODES)
