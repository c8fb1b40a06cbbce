from datetime import UTC, date, datetime

import pytest

from throughline.foundations.clock.rules import LONDON, Clock, Unit, parse_clock
from throughline.foundations.duties.rules import duty_kind, duty_kinds
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
