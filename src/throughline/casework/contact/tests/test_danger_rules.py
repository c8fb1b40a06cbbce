"""The order of the supervisor's list: sign by sign, then age; nothing is added up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.danger import Known, Sign, Waiting, dangerous, in_order, signs, why

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
waiting = st.builds(
    Waiting,
    id=st.uuids(),
    since=st.integers(0, 600).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    signs=st.frozensets(st.sampled_from(Sign)),
)
lists = st.lists(waiting, max_size=12, unique_by=lambda one: one.id)


@given(lists, st.randoms())
def test_the_order_is_the_same_however_the_contacts_come(found, chance):
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert in_order(found) == in_order(shuffled)
    assert sorted(one.id for one in in_order(found)) == sorted(one.id for one in found)


@given(lists)
def test_no_number_of_lesser_signs_outweighs_a_greater_one(found):
    ordered = in_order(found)
    for earlier, later in pairwise(ordered):
        differing = [sign for sign in Sign if (sign in earlier.signs) != (sign in later.signs)]
        if differing:
            assert differing[0] in earlier.signs
        else:
            assert earlier.since <= later.since


@given(lists, st.data())
def test_one_more_sign_never_moves_a_contact_down(found, data):
    if not found:
        return
    chosen = data.draw(st.sampled_from(found))
    more = Waiting(chosen.id, chosen.since, chosen.signs | {data.draw(st.sampled_from(Sign))})
    before = [one.id for one in in_order(found)].index(chosen.id)
    after = [one.id for one in in_order([*(one for one in found if one != chosen), more])].index(chosen.id)
    assert after <= before


@given(lists)
def test_now_holds_every_contact_with_a_sign_and_no_other(found):
    assert {one.id for one in dangerous(found)} == {one.id for one in found if one.signs}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Known(), set()),
        (Known(facts=frozenset({"warrant"})), {Sign.AT_LARGE}),
        (Known(facts=frozenset({"bail"})), {Sign.AT_LARGE}),
        # an order without bail says that she is protected, not where he is
        (Known(facts=frozenset({"order"})), set()),
        (Known(grades=frozenset({"high", "standard"})), {Sign.GRADED_HIGH}),
        (Known(grades=frozenset({"standard"})), set()),
        (Known(markers=frozenset({"weapons"})), {Sign.MARKER}),
        (Known(spoken=frozenset({"strangled"}), decided=True), {Sign.MISMATCH}),
        (Known(spoken=frozenset({"strangled"}), decided=True, soon=True), set()),
        # nobody has decided yet: nothing disagrees
        (Known(spoken=frozenset({"strangled"})), set()),
        (Known(due_at=NOW - timedelta(seconds=1)), {Sign.OVERDUE}),
        (Known(due_at=NOW), set()),
        (Known(due_at=NOW - timedelta(hours=1), arrived=True), set()),
    ],
)
def test_what_is_a_sign(known, expected):
    assert signs(known, now=NOW) == expected


def test_at_large_stands_before_older_dangers_and_the_reasons_are_said_in_their_order():
    old = Waiting(UUID(int=1), NOW - timedelta(hours=9), frozenset(Sign) - {Sign.AT_LARGE})
    new = Waiting(UUID(int=2), NOW, frozenset({Sign.AT_LARGE}))
    assert in_order([old, new]) == [new, old]
    assert why({Sign.OVERDUE, Sign.AT_LARGE, Sign.MISMATCH}) == (Sign.AT_LARGE, Sign.MISMATCH, Sign.OVERDUE)
