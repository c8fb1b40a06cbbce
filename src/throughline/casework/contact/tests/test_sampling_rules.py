"""A dip sample that can be drawn again, and in which every handler is."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.sampling import draw, seed

pools = st.dictionaries(st.uuids(), st.sets(st.uuids(), max_size=8), max_size=6)
seeds = st.text(min_size=1, max_size=20)


@given(pools, seeds, st.integers(1, 4))
def test_every_handler_with_a_contact_is_sampled_from_their_own(pool, named, each):
    drawn = draw(pool, seed=named, each=each)
    assert drawn.keys() == {handler for handler, contacts in pool.items() if contacts}
    for handler, contacts in drawn.items():
        assert len(contacts) == len(set(contacts)) == min(each, len(pool[handler]))
        assert set(contacts) <= pool[handler]


@given(pools, seeds)
def test_the_same_seed_draws_the_same(pool, named):
    turned = {handler: sorted(pool[handler], reverse=True) for handler in reversed(list(pool))}
    assert draw(pool, seed=named, each=2) == draw(turned, seed=named, each=2)


@given(pools, seeds, st.uuids(), st.uuids())
def test_one_more_contact_changes_nothing_for_other_handlers(pool, named, handler, contact):
    before = draw(pool, seed=named, each=2)
    after = draw({**pool, handler: {*pool.get(handler, set()), contact}}, seed=named, each=2)
    assert {h: c for h, c in after.items() if h != handler} == {
        h: c for h, c in before.items() if h != handler
    }
    assert len(set(after[handler]) - {contact} - set(before.get(handler, ()))) == 0


def test_another_seed_draws_otherwise():
    pool = {UUID(int=1): {UUID(int=number) for number in range(2, 200)}}
    assert len({draw(pool, seed=str(number), each=1)[UUID(int=1)] for number in range(20)}) > 10


def test_a_seed_names_where_it_is_from():
    assert seed(period="2026-W48", seal=1204, seal_hash=bytes(range(32))) == (
        "2026-W48 seal 1204 000102030405060708090a0b0c0d0e0f"
    )
    assert seed(period="2026-W48", seal=0, seal_hash=b"") == "2026-W48 seal 0"
