"""A telephone's clock may show anything: what was done is put where it was done, or doubted, and never lost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.offline.rules import (
    LASTS,
    TOLERANCE,
    BadEntry,
    Told,
    carried_on,
    corrected,
    device_time,
    has_lapsed,
    read_told,
    versions_in,
)

TAKEN = datetime(2026, 11, 3, 19, 0, tzinfo=UTC)
MS = timedelta(milliseconds=1)
YEARS = timedelta(days=365 * 10)

offsets = st.timedeltas(-YEARS, YEARS)
within = st.timedeltas(timedelta(0), LASTS - timedelta(minutes=5))


def shown(true: datetime, ahead: timedelta) -> int:
    """What a device shows at a moment whose clock is ``ahead`` of ours."""
    return (true + ahead - device_time(0)) // MS


def told(typed: int, sent: int, known: int | None = None) -> Told:
    return Told(UUID(int=1), UUID(int=2), 0, typed, sent, known)


def near(one: datetime, other: datetime, by: timedelta = 2 * MS) -> bool:
    return abs(one - other) <= by


@given(ahead=offsets, after=within, late=within, knows=st.booleans())
def test_a_clock_that_is_always_wrong_by_the_same_is_put_right(
    ahead: timedelta, after: timedelta, late: timedelta, knows: bool
) -> None:
    true = TAKEN + after
    received = true + late
    known = -(ahead // MS) if knows else None
    done = corrected(
        told(shown(true, ahead), shown(received, ahead), known), received=received, taken_along=TAKEN
    )
    assert near(done.at, true)
    assert not done.doubtful


@given(ahead=offsets.filter(lambda one: abs(one) > LASTS * 3), after=within, late=within)
def test_a_clock_that_was_put_right_in_between_is_read_by_what_it_was_off_before(
    ahead: timedelta, after: timedelta, late: timedelta
) -> None:
    true = TAKEN + after
    received = true + late
    known = -(ahead // MS)
    done = corrected(
        told(shown(true, ahead), shown(received, timedelta(0)), known), received=received, taken_along=TAKEN
    )
    assert near(done.at, true)
    assert not done.doubtful


@given(
    typed=st.integers(-(10**12), 4 * 10**12),
    sent=st.integers(-(10**12), 4 * 10**12),
    known=st.none() | st.integers(-(10**12), 10**12),
    late=st.timedeltas(timedelta(0), timedelta(days=30)),
    before=st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_whatever_a_clock_says_the_moment_is_possible(
    typed: int, sent: int, known: int | None, late: timedelta, before: timedelta | None
) -> None:
    received = TAKEN + late
    after = None if before is None else min(TAKEN + before, received)
    done = corrected(told(typed, sent, known), received=received, taken_along=TAKEN, after=after)
    assert max(TAKEN, after or TAKEN) <= done.at <= received


@given(late=st.timedeltas(LASTS + timedelta(minutes=1), timedelta(days=400)), ahead=offsets)
def test_what_is_later_than_three_days_is_taken_and_doubted(late: timedelta, ahead: timedelta) -> None:
    received = TAKEN + late
    done = corrected(told(shown(TAKEN, ahead), shown(received, ahead)), received=received, taken_along=TAKEN)
    assert near(done.at, TAKEN)
    assert done.doubtful


@pytest.mark.parametrize(
    ("typed", "sent", "known"),
    [
        # set back by a day between typing and sending, and nobody knew by how much it was off
        (timedelta(hours=1), timedelta(hours=-22), None),
        # two readings, both possible, an hour apart
        (timedelta(hours=1), timedelta(hours=3), timedelta(hours=1)),
    ],
)
def test_a_clock_that_contradicts_itself_is_doubted(
    typed: timedelta, sent: timedelta, known: timedelta | None
) -> None:
    received = TAKEN + timedelta(hours=3)
    ahead = None if known is None else known // MS
    done = corrected(
        told(shown(TAKEN, typed), shown(TAKEN, sent), ahead), received=received, taken_along=TAKEN
    )
    assert done.doubtful
    assert TAKEN <= done.at <= received


def test_nothing_is_done_before_what_came_before_it() -> None:
    received = TAKEN + timedelta(hours=3)
    after = TAKEN + timedelta(hours=2)
    typed, sent = shown(TAKEN, timedelta(hours=1)), shown(received, timedelta(0))
    done = corrected(told(typed, sent), received=received, taken_along=TAKEN, after=after)
    assert done.at >= after
    assert done.doubtful
    close = corrected(told(sent - 3_600_000 - 1000, sent), received=received, taken_along=TAKEN, after=after)
    assert close.at == after
    assert not close.doubtful
    assert after - (received - timedelta(hours=1, seconds=1)) < TOLERANCE


def test_a_lease_lapses_at_its_end() -> None:
    assert not has_lapsed(TAKEN + LASTS, TAKEN + LASTS - MS)
    assert has_lapsed(TAKEN + LASTS, TAKEN + LASTS)


def test_the_second_answer_to_a_page_stands_on_what_the_first_left() -> None:
    assert carried_on({"version": "3"}, {"version": "3"}, {"version": "4"}) == {"version": "4"}
    # typed on another version: what stands between is somebody else's
    assert carried_on({"version": "2"}, {"version": "3"}, {"version": "4"}) == {}
    assert carried_on({}, {}, {"version": "4"}) == {}
    assert carried_on({"version": "3"}, {"version": "3"}, {}) == {}


def test_versions_are_numbers_and_ids_alone() -> None:
    typed = {"version": ["3", "4"], "after": [str(UUID(int=5))], "words": ["he said"], "empty": []}
    assert versions_in(typed, ("version", "after", "words", "empty", "missing")) == {
        "version": "3",
        "after": str(UUID(int=5)),
    }


GOOD = {
    "Throughline-Entry": str(uuid4()),
    "Throughline-Entry-Lease": str(uuid4()),
    "Throughline-Entry-Order": "4",
    "Throughline-Entry-Typed": "1793732400000",
    "Throughline-Entry-Sent": "1793736000000",
}


def test_what_a_device_says_is_read() -> None:
    assert read_told({}) is None
    read = read_told(
        {**GOOD, "Throughline-Entry-Known": "-500", "Throughline-Entry-Versions": "version after"}
    )
    assert read is not None
    assert (read.order, read.typed, read.known) == (4, 1793732400000, -500)
    assert read.versions == ("version", "after")
    plain = read_told(GOOD)
    assert plain is not None
    assert plain.known is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Throughline-Entry", "17"),
        ("Throughline-Entry-Lease", ""),
        ("Throughline-Entry-Order", "-1"),
        ("Throughline-Entry-Typed", "now"),
        ("Throughline-Entry-Sent", "9" * 15),
        ("Throughline-Entry-Known", "x"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(BadEntry, match=f"{name}: not") as bad:
        read_told({**GOOD, name: value})
    assert not value or value not in str(bad.value).removeprefix(name)
