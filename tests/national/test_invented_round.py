"""What the round and the editions are invented from tells what it means to tell, and contradicts itself in nothing."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from throughline.foundations.access.protection import set_actor
from throughline.national.collection.models import Force, Round
from throughline.national.collection.queries.pages import rows_of
from throughline.national.collection.rules import Standing
from throughline.statistics.returns import Counted, against_past, items, within_itself
from throughline.synthetic.returning import InventedForce, yearly
from throughline.synthetic.round import TELLER, tell

YEARS = (date(2025, 3, 31), date(2026, 3, 31))


@pytest.mark.parametrize("residents", [9_400, 1_000_000, 2_700_000])
def test_an_invented_return_contradicts_itself_in_nothing(residents: int) -> None:
    before, told = yearly(InventedForce("X01", "Aldershire", residents), YEARS, gaps=False)
    told = replace(told, methods={"Victims": Counted("Victims", "person", "Three in a year")})
    assert [told.value(item.code) is None for item in items(YEARS[-1])].count(True) == 0
    assert within_itself(told) == ()
    assert [one for one in against_past(told, before) if one.level == "error"] == []


def test_a_year_does_not_change_with_those_that_follow() -> None:
    force = InventedForce("X01", "Aldershire", 500_000)
    assert next(yearly(force, YEARS)) == next(yearly(force, YEARS[:1]))


def test_the_round_that_is_told_has_something_to_read_for_everybody(db: None) -> None:
    now = datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert tell(now=now)
    set_actor(TELLER)
    assert not tell(now=now)
    before, open_now = Round.objects.order_by("year_end")
    forces = [*Force.objects.order_by("code")]
    standings = {row.force.name: row.standing for row in rows_of(open_now, forces, now=now)}
    assert Counter(standings.values()) == {
        Standing.SIGNED: 5, Standing.LATE: 3, Standing.QUESTIONS: 2, Standing.ANSWERS: 1, Standing.TO_SIGN: 1,
    }  # fmt: skip
    assert {standings[name] for name in ("Birkenshire", "Inchleyshire", "Hallowshire")} == {Standing.LATE}
    assert standings["Aldershire"] is Standing.QUESTIONS
    assert {row.standing for row in rows_of(before, forces, now=now)} == {Standing.SIGNED}
    assert before.takings.get().taken.count() == len(forces)
