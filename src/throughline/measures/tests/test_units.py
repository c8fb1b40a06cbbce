"""What a measure counts, as it is said of a number."""

import pytest

from throughline.measures import Kind, measures
from throughline.measures.rules import one_of


@pytest.mark.parametrize("unit", sorted({one.unit for one in measures() if one.kind is not Kind.DELAY}))
def test_each_unit_has_words_for_one(unit):
    assert one_of(unit, 1) != unit
    assert one_of(unit, 0) == one_of(unit, 2) == unit


@pytest.mark.parametrize("unit", sorted({one.counted_unit for one in measures() if one.kind is Kind.RATIO}))
def test_what_a_ratio_counts_has_words_for_one(unit):
    assert one_of(unit, 1) != unit


def test_what_goes_with_the_unit_stays():
    assert one_of("incidents of a pair", 1) == "incident of a pair"
    assert one_of("duties due", 1) == "duty due"
