"""What a force's records are asked for a return, over tables that are handed over."""

from datetime import date

import pytest

from throughline.measures.returning import ALL_CRIMES, ELSEWHERE, asked
from throughline.statistics.returns import items


@pytest.mark.parametrize("year_end", [date(2015, 3, 31), date(2026, 3, 31)])
def test_every_item_is_asked_of_the_records_or_is_elsewhere(year_end: date) -> None:
    answered = [code for one in asked() for code in dict.fromkeys(one.items.values())]
    assert len(answered) == len({*answered})
    listed = {item.code for item in items(year_end)}
    assert listed <= {*answered} | {*ELSEWHERE}
    assert not {*answered} & {*ELSEWHERE}
    assert {*ALL_CRIMES.items.values()} <= {*ELSEWHERE}
    # what is asked later is no item of the return of another year
    assert {*answered} <= {item.code for item in items(date(2026, 3, 31))}


def test_one_reading_answers_one_sheet() -> None:
    sheets = {item.code: item.sheet for item in items(date(2026, 3, 31))}
    for one in asked():
        assert len({sheets[code] for code in one.items.values()}) == 1
