from datetime import UTC, date, datetime

import pytest

from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import LONDON, Clock, Unit, parse_clock
from throughline.foundations.duties.rules import (
    Base,
    duty_kind,
    duty_kinds,
    hours_by_role,
    loads,
    parse_volume,
)
from throughline.reference import UnknownCode, load

TODAY = date(2026, 11, 23)
OPENED = datetime(2026, 11, 27, 22, 40, tzinfo=UTC)  # a Friday night


def test_every_kind_in_the_reference_list_can_be_read():
    kinds = duty_kinds(TODAY)
    assert [kind.code for kind in kinds] == [row.code for row in load("duty-kinds").as_of(TODAY)]
    assert {kind.code for kind in kinds} >= {
        "restricted-match",
        "break-glass-review",
        "staff-attempt",
        "clerical-review",
        "retention-review",
    }


def test_a_restricted_match_is_for_the_desk_and_due_at_once():
    kind = duty_kind("restricted-match", on=TODAY)
    assert kind.role == "restricted-records-desk"
    assert not kind.named_owner
    assert kind.clock == Clock(Unit.IMMEDIATE)
    assert kind.due_at(OPENED) == OPENED


def test_a_break_glass_is_reviewed_by_its_named_owner_by_the_end_of_the_next_working_day():
    kind = duty_kind("break-glass-review", on=TODAY)
    assert kind.named_owner
    assert kind.due_at(OPENED) == datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=LONDON)


def test_no_kind_is_due_before_it_is_opened():
    for kind in duty_kinds(TODAY):
        assert kind.due_at(OPENED) >= OPENED


def test_an_unknown_kind_is_named_with_its_list():
    with pytest.raises(UnknownCode, match="'duty-kinds' has no code 'tea'"):
        duty_kind("tea", on=TODAY)


@pytest.mark.parametrize(
    ("name", "column"), [("retention-groups", "review_after"), ("markers", "expires_after")]
)
def test_every_period_in_the_reference_lists_is_a_clock(name, column):
    periods = [row.optional_text(column) for row in load(name).rows]
    assert any(periods)
    for period in filter(None, periods):
        assert parse_clock(period).unit is Unit.MONTHS


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1,000 records a year", (1000, Base.RECORDS, True)),
        ("100 calls about domestic abuse", (100, Base.CALLS, False)),
        ("domestic incident", (1, Base.INCIDENTS, False)),
        ("counter a month", (1, Base.COUNTERS, False)),
        ("day", (1, Base.DAYS, False)),
    ],
)
def test_a_volume_is_so_many_of_something_in_a_month_or_a_year(text, read):
    assert parse_volume(text) == read


@pytest.mark.parametrize("text", ["", "100", "0 records", "100 things", "100 records a week"])
def test_a_volume_of_something_else_is_refused(text):
    with pytest.raises(ValueError, match="not a volume"):
        parse_volume(text)


def test_the_volume_of_every_kind_can_be_read():
    assert all(parse_volume(kind.volume_per) for kind in duty_kinds(TODAY))


def test_load_is_of_what_was_opened_where_that_is_more():
    kind = duty_kind("clerical-review", on=TODAY)
    month = {Base.NEW_RECORDS: 2_000}
    [expected] = loads([kind], month)
    assert (expected.expected, expected.opened, expected.hours) == (10, None, 1)
    [fewer] = loads([kind], month, {})
    assert (fewer.opened, fewer.hours) == (0, 1)
    [more] = loads([kind], month, {kind.code: {kind.role: 30}})
    assert (more.opened, more.hours) == (30, 3)
    assert hours_by_role([fewer, more]) == {kind.role: 4}


def test_what_the_owner_of_a_case_does_is_hours_of_the_owners_role():
    kind = duty_kind("chosen-update", on=TODAY)
    month = {Base.INCIDENTS: 100}
    [some] = loads([kind], month, {kind.code: {"response-officer": 6}})
    # ten are expected: the four that were not opened stand with the role of the kind
    assert (some.expected, some.opened) == (10, 6)
    assert hours_by_role([some]) == pytest.approx({"response-officer": 1, kind.role: 4 / 6})
    [all_of_them] = loads([kind], month, {kind.code: {"response-officer": 6, "investigator": 6}})
    assert hours_by_role([all_of_them]) == pytest.approx(
        {"response-officer": 1, "investigator": 1, kind.role: 0}
    )


def test_what_can_be_one_accounts_alone_has_a_list_to_go_to_once_that_is_closed():
    roles = set(Role)
    for kind in duty_kinds(TODAY):
        # being asked to own a case is asked of that account and of no other: the case is then nobody's
        if kind.named_owner and kind.code != "case-accept":
            assert kind.left_to in roles, kind.code
