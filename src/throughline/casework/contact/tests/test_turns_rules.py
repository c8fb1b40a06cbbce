"""To whom returned work goes, and that nothing falls between two turns."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.turns import Handed, Held, Holder, OnDuty, held, whom
from throughline.foundations.access.rules import Role

NOW = datetime(2026, 11, 24, 21, 45, tzinfo=UTC)
MAKER, MATE, OTHER, LATER = (UUID(int=number) for number in range(1, 5))
TEAM, ELSEWHERE = UUID(int=10), UUID(int=11)
few = st.integers(1, 6).map(lambda number: UUID(int=number))
hours = st.integers(0, 12).map(lambda count: NOW + timedelta(hours=count))
on_duty = st.lists(
    st.builds(OnDuty, user=few, role=st.sampled_from(Role), team=st.none() | few, ends_at=hours),
    max_size=8,
    unique_by=lambda one: one.user,
)


def handler(user, team=TEAM, hours=1, role=Role.CALL_HANDLER):
    return OnDuty(user, role, team, NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("there", "taker"),
    [
        ([handler(MAKER), handler(MATE, hours=9)], MAKER),
        ([handler(MATE), handler(OTHER, ELSEWHERE, hours=9)], MATE),
        ([handler(OTHER, ELSEWHERE)], OTHER),
        ([handler(MATE, hours=1), handler(LATER, hours=6)], LATER),
        ([handler(OTHER, role=Role.SUPERVISOR)], None),
        ([], None),
    ],
)
def test_returned_work_goes_to_the_maker_then_the_team_then_the_role(there, taker):
    assert whom(maker=MAKER, team=TEAM, role=Role.CALL_HANDLER, on_duty=there) == taker


@given(on_duty, few, st.none() | few, st.sampled_from(Role), st.sets(few, max_size=3))
def test_returned_work_goes_to_somebody_of_the_role_on_duty_wherever_there_is_one(
    there, maker, team, role, besides
):
    fit = [one for one in there if one.role == role and one.user not in besides]
    taker = whom(maker=maker, team=team, role=role, on_duty=there, besides=besides)
    assert (taker in {one.user for one in fit}) if fit else (taker is None)
    if taker != maker and any(one.team == team is not None for one in fit):
        assert next(one for one in fit if one.user == taker).team == team


duties = st.sets(st.uuids(), max_size=8)


@st.composite
def turns(draw):
    """Some open duties, and handings over that name some of them and some that are done by now."""
    there = draw(duties)
    handings = draw(
        st.lists(
            st.builds(
                Handed,
                id=st.uuids(),
                items=st.frozensets(st.sampled_from(sorted(there)) if there else st.uuids(), max_size=8),
                offered_at=hours,
                offered_by=few,
                accepted_by=st.none() | few,
            ),
            max_size=5,
            unique_by=lambda one: one.id,
        )
    )
    return there, handings


@given(turns())
def test_every_open_duty_is_with_the_turn_with_the_one_who_offered_or_with_the_one_who_took_it(found):
    there, handings = found
    holders = held(there, handings)
    assert holders.keys() == there
    for duty, holder in holders.items():
        named = [one for one in handings if duty in one.items]
        if not named:
            assert holder == Held(Holder.TURN, None)
            continue
        last = max(named, key=lambda one: (one.offered_at, one.id))
        if last.accepted_by is None:
            assert holder == Held(Holder.OFFERED, last.offered_by)
        else:
            assert holder == Held(Holder.ACCEPTED, last.accepted_by)


@given(turns())
def test_accepting_every_offer_leaves_nothing_offered(found):
    there, handings = found
    taken = [Handed(one.id, one.items, one.offered_at, one.offered_by, MATE) for one in handings]
    assert Holder.OFFERED not in {holder.holder for holder in held(there, taken).values()}
