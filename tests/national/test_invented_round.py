"""The invented round tells of what it means to tell, and of nothing besides."""

from datetime import date

import pytest

from throughline.statistics.returns import Entry, Return, within_itself
from throughline.synthetic.round import invented_return


@pytest.mark.parametrize("size", [0.0094, 1.0, 2.7])
def test_an_invented_return_contradicts_itself_in_nothing(size: float) -> None:
    day = date(2026, 3, 31)
    told = invented_return(size, "Aldershire", day)
    entries = {code: Entry(code, value, None, row) for row, (code, value) in enumerate(told.items())}
    assert [query for query in within_itself(Return("X01", day, entries)) if query.level == "error"] == []
