"""Codes by their days, who reviews what, the victim's right, and rows of a file: without a database."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.casework.outcome.rules import STEPS, Kind, State, Step, code_of, codes
from throughline.casework.outcome.rules.events import read_row
from throughline.casework.outcome.rules.reviewing import causes, drawn
from throughline.casework.outcome.rules.right import not_covered, until
from throughline.casework.people.rules import Malformed
from throughline.reference import load

TODAY = date(2026, 11, 24)
ONE = UUID(int=1)


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("outcome-1", date(2014, 4, 1)),
        ("outcome-18", date(2014, 4, 1)),
        ("outcome-20", date(2015, 4, 20)),
        ("outcome-21", date(2016, 1, 21)),
        ("outcome-22", date(2019, 4, 1)),
    ],
)
def test_an_outcome_is_one_from_its_first_day(code, first):
    assert code_of(code, first) is not None
    assert code_of(code, date.fromordinal(first.toordinal() - 1)) is None


def test_today_there_are_22_outcomes_and_three_variants_in_published_groups():
    numbers = [one.number for one in codes(TODAY)]
    assert sorted(numbers) == sorted([*(str(n) for n in range(1, 23)), "1A", "2A", "3A"])
    groups = {row.code for row in load("outcome-groups").as_of(TODAY)}
    assert {one.group for one in codes(TODAY)} == groups - {"not-yet-assigned"}
    exclusions = {row.code for row in load("review-exclusions").as_of(TODAY)}
    assert {one.right for one in codes(TODAY)} - {"yes"} <= exclusions


def test_every_outcome_and_every_result_is_told_to_her_by_one_update():
    rows = load("victim-updates").as_of(TODAY)

    def brought(kind, code):
        return [
            row.code
            for row in rows
            if kind in row.texts("entries") and (not row.texts("codes") or code in row.texts("codes"))
        ]

    assert {one.code: len(brought("outcome-given", one.code)) for one in codes(TODAY)} == {
        one.code: 1 for one in codes(TODAY)
    }
    events = [row.code for row in load("court-events").as_of(TODAY) if row.code != "prison-release"]
    assert {code: len(brought("court-result", code)) for code in events} == dict.fromkeys(events, 1)


def why(code, **told):
    of = code_of(code, TODAY)
    return causes(of, decision_id=ONE, on=TODAY, **{"high": False, "repeat": False, **told})


def test_cautions_and_15_are_always_reviewed_and_charges_never():
    for code in ("outcome-2", "outcome-2a", "outcome-3", "outcome-3a"):
        assert why(code) == ("reviewed-caution",)
    assert why("outcome-15") == ("reviewed-supported",)
    assert why("outcome-1", high=True, repeat=True) == ()


def test_no_further_action_is_reviewed_at_a_grade_of_high_and_for_a_repeat_victim():
    assert why("outcome-10") == ()
    assert why("outcome-10", high=True) == ("reviewed-high",)
    assert why("outcome-18", repeat=True) == ("reviewed-repeat",)
    assert why("outcome-15", high=True, repeat=True) == (
        "reviewed-supported",
        "reviewed-high",
        "reviewed-repeat",
    )


@given(st.uuids(version=4))
@settings(max_examples=50)
def test_the_sample_is_the_same_for_the_same_decision(decision_id):
    row = load("outcome-review-policy").get("reviewed-drawn", on=TODAY)
    seed = f"{row.code} {row.valid_from}"
    wanted = drawn(decision_id, seed=seed, one_in=row.number("one_in"))
    found = causes(code_of("outcome-16", TODAY), decision_id=decision_id, high=False, repeat=False, on=TODAY)
    assert found == (("reviewed-drawn",) if wanted else ())
    assert drawn(decision_id, seed=seed, one_in=1)


def test_about_one_in_ten_is_drawn_and_another_policy_draws_others():
    ids = [UUID(int=number) for number in range(4_000)]
    first = {one for one in ids if drawn(one, seed="a", one_in=10)}
    assert 300 < len(first) < 500
    assert first != {one for one in ids if drawn(one, seed="b", one_in=10)}


@pytest.mark.parametrize(
    ("right", "told", "wanted"),
    [
        ("yes", {}, ""),
        ("yes", {"interviewed": None}, ""),
        ("yes", {"interviewed": False}, "not-interviewed"),
        ("yes", {"some_charged": True}, "some-charged"),
        ("withdrew", {}, "withdrew"),
        ("out-of-court", {"interviewed": False}, "out-of-court"),
        ("yes", {"decided_on": date(2015, 3, 31)}, "before-scheme"),
    ],
)
def test_which_decisions_the_police_review_for_her(right, told, wanted):
    given_ = {"decided_on": date(2015, 4, 1), "interviewed": True, "some_charged": False, **told}
    assert not_covered(right, **given_) == wanted


def test_she_asks_within_three_months():
    assert until(date(2026, 11, 30)) == date(2027, 2, 28)


def test_no_step_leads_from_what_was_superseded():
    assert not [step for step in Step if (State.SUPERSEDED, step) in STEPS]
    assert {STEPS[State.STANDS, step] for step in (Step.SUPERSEDE, Step.REOPEN)} == {
        State.SUPERSEDED,
        State.REOPENED,
    }
    assert Kind.NO_ACTION == "no-action"


ROW = {"crime": "261103-0001/1", "what": "verdict", "result": "guilty", "date": "2026-11-07"}


def test_a_row_is_read_in_our_codes_and_instants():
    row = read_row(ROW, TODAY)
    assert (row.crime, row.kind) == ("261103-0001/1", "found-guilty")
    assert row.at == datetime(2026, 11, 7, 12, tzinfo=UTC)
    told = {**ROW, "what": "Charge decision", "result": "No charge", "date": "7/11/2026", "time": "2pm"}
    assert read_row(told, TODAY).at == datetime(2026, 11, 7, 14, tzinfo=UTC)
    assert read_row({**ROW, "what": "sentence", "result": "14 weeks"}, TODAY).kind == "sentenced"
    # it may come as early as the day begins: she is told before
    coming = read_row({**ROW, "what": "release", "date": "2027-03-14"}, TODAY)
    assert (coming.kind, coming.at) == ("prison-release", datetime(2027, 3, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"crime": ""}, "crime"),
        ({"what": "appeal"}, "what"),
        ({"result": "maybe"}, "result"),
        ({"date": "7 Nov"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"time": "25:00"}, "time"),
        ({"reference": "9" * 41}, "reference"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_column_and_never_quotes(wrong, field):
    with pytest.raises(Malformed) as raised:
        read_row({**ROW, **wrong}, TODAY)
    assert raised.value.field == field
    value = next(iter(wrong.values()))
    assert not value or value not in raised.value.why
