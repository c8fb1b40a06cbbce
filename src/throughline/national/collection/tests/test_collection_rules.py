"""The text that is signed, and where questions and returns stand. No database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.national.collection.rules import (
    QUESTION,
    Amiss,
    Asked,
    Move,
    Source,
    Standing,
    changes,
    figures,
    standing,
    stands,
)
from throughline.statistics.returns import Entry, Return, canonical, digest

DAY = date(2026, 3, 31)
entries = st.dictionaries(
    st.sampled_from(["calls", "crimes", "victims", "arrests"]),
    st.one_of(st.integers(0, 10**9 - 1), st.sampled_from(["system", "not-recorded"])),
)


def a_return(told: dict[str, int | str]) -> Return:
    return Return(
        "X01",
        DAY,
        {
            code: Entry(code, one, None, row) if isinstance(one, int) else Entry(code, None, one, row)
            for row, (code, one) in enumerate(told.items())
        },
    )


@given(entries, st.randoms())
def test_the_same_figures_are_the_same_bytes_in_whatever_order_they_came(told, random):
    shuffled = list(told.items())
    random.shuffle(shuffled)
    assert canonical(a_return(told)) == canonical(a_return(dict(shuffled)))


@given(entries, entries)
def test_other_figures_have_another_digest(one, other):
    same = digest(canonical(a_return(one))) == digest(canonical(a_return(other)))
    assert same is (one == other)


@given(entries)
def test_what_was_signed_is_read_back(told):
    back = figures(canonical(a_return(told)))
    assert {
        code: entry.value if entry.unable is None else entry.unable for code, entry in back.entries.items()
    } == told


def test_a_nought_is_not_a_reason_why_there_is_none():
    before, after = a_return({"calls": 0}), a_return({"calls": "system"})
    (change,) = changes(before, after)
    assert (change.before, change.after) == ("0", "system")


def test_what_the_return_asks_itself_is_overtaken_by_a_correction_and_what_a_person_asked_is_not():
    assert stands([], source=Source.VERIFICATION, on_latest=False) is Asked.OVERTAKEN
    assert stands([Move.ANSWER], source=Source.VERIFICATION, on_latest=False) is Asked.OVERTAKEN
    for source in (Source.COMPARISON, Source.STATISTICIAN):
        assert stands([], source=source, on_latest=False) is Asked.WITH_FORCE
    accepted = [Move.ANSWER, Move.ACCEPT]
    assert stands(accepted, source=Source.VERIFICATION, on_latest=False) is Asked.ACCEPTED


@pytest.mark.parametrize("moves", [[Move.ACCEPT], [Move.ANSWER, Move.ANSWER], [Move.WITHDRAW, Move.ANSWER]])
def test_nobody_accepts_what_was_not_answered(moves):
    with pytest.raises(Amiss):
        stands(moves, source=Source.STATISTICIAN, on_latest=True)


def test_every_state_but_the_settled_ones_leads_on():
    leads = {state for state, _ in QUESTION}
    assert leads == {Asked.WITH_FORCE, Asked.WITH_STATISTICIAN, Asked.ACCEPTED}


@pytest.mark.parametrize(
    ("sent", "read", "asked", "signed", "today", "expected"),
    [
        (False, False, [], False, 1, Standing.NOTHING_YET),
        (False, False, [], False, 31, Standing.LATE),
        (True, False, [], False, 1, Standing.FAULTY),
        (True, False, [], False, 31, Standing.LATE),
        (True, True, [Asked.WITH_STATISTICIAN, Asked.WITH_FORCE], False, 31, Standing.QUESTIONS),
        (True, True, [Asked.WITH_STATISTICIAN], True, 1, Standing.ANSWERS),
        (True, True, [Asked.ACCEPTED, Asked.OVERTAKEN], False, 1, Standing.TO_SIGN),
        (True, True, [], True, 31, Standing.SIGNED),
    ],
)
def test_where_a_return_stands(sent, read, asked, signed, today, expected):
    got = standing(
        sent=sent, read=read, asked=asked, signed=signed, due=date(2026, 5, 30), today=date(2026, 5, today)
    )
    assert got is expected
