"""What the duties of the invented force ask of its people is within the hours that they have."""

from datetime import date

import pytest

from throughline.foundations.duties.rules import Base, budgets, duty_kinds, hours_by_role, loads
from throughline.synthetic.volumes import MONTH

TODAY = date(2026, 11, 24)


def test_no_role_is_over_its_hours():
    hours = hours_by_role(loads(duty_kinds(TODAY), MONTH))
    over = {
        role: round(total / MONTH[Base.DAYS], 1)
        for role, total in hours.items()
        if total / MONTH[Base.DAYS] > budgets(TODAY)[role].hours_a_day
    }
    assert over == {}, (
        "hours a day above the budget of the role: take something away, or decide on more people"
    )


def test_every_kind_brings_some_load_and_a_month_twice_as_full_twice_as_much():
    kinds = duty_kinds(TODAY)
    once = loads(kinds, MONTH)
    twice = loads(kinds, {base: 2 * count for base, count in MONTH.items()})
    for one, other in zip(once, twice, strict=True):
        assert one.hours > 0, one.kind.code
        assert other.hours == pytest.approx(2 * one.hours)
