"""The pure rules: who investigates by risk, what the scene left, which suspect comes first."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.casework.investigation.rules.allocating import NoPolicy, against, of_a_case, policies
from throughline.casework.investigation.rules.looking import order, source_of, source_of_fact
from throughline.casework.investigation.rules.planning import Left, is_late, kind_for, left_by_the_scene
from throughline.reference import load

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
GROUPS = ("partner", "ex-partner", "family", "household", "unknown")


def test_every_grade_and_relationship_has_somebody_who_investigates():
    policy = policies(TODAY)
    for grade, group in product([row.code for row in load("grades").as_of(TODAY)], GROUPS):
        assert of_a_case(policy, grade, group).grade == grade
    with pytest.raises(NoPolicy):
        of_a_case(policy, "no-such-grade", "partner")


def test_a_row_that_names_the_relationship_goes_first():
    policy = policies(TODAY)
    assert of_a_case(policy, "medium", "partner").code == "medium-partner"
    assert of_a_case(policy, "medium", "family").code == "medium-any"
    assert of_a_case(policy[::-1], "medium", "ex-partner").code == "medium-ex-partner"


def test_the_policy_is_of_risk_and_not_of_the_offence_and_says_that_nobody_has_checked_it():
    columns = set(load("investigation-by-risk").columns)
    assert "grade" in columns
    assert not {"offence", "crime", "capacity"} & columns
    assert not any(one.verified for one in policies(TODAY))


def test_the_graver_the_sooner():
    high, medium, standard = (
        of_a_case(policies(TODAY), grade, "unknown") for grade in ("high", "medium", "standard")
    )
    for moment in ("accepted_by", "planned_by", "reviewed_by", "attempted_by"):
        assert getattr(high, moment)(AT) < getattr(medium, moment)(AT) <= getattr(standard, moment)(AT), (
            moment
        )


def test_another_role_is_against_the_policy():
    policy = of_a_case(policies(TODAY), "high", "partner")
    assert against(policy, "response-officer")
    assert not against(policy, "investigator")


def test_no_reason_for_another_choice_speaks_of_capacity():
    rows = [
        row
        for row in load("decision-reasons").as_of(TODAY)
        if row.text("decision") == "investigation-override"
    ]
    phrases = [
        word.rstrip("*") for row in load("capacity-phrases").as_of(TODAY) for word in row.texts("says")
    ]
    assert len(rows) >= 4
    assert not [row.code for row in rows for phrase in phrases if phrase in row.label.lower()]


INCIDENT, OTHER = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("said", "called", "settled", "expected"),
    [
        ([Left(INCIDENT, "photographs", "for-investigator")], (), (), ["photographs"]),
        ([Left(INCIDENT, "photographs", "not-done")], (), (), ["photographs"]),
        ([Left(INCIDENT, "photographs", "done")], (), (), []),
        ([Left(INCIDENT, "photographs", "not-applicable")], (), (), []),
        ([], (INCIDENT,), (), ["call-recording"]),
        ([Left(INCIDENT, "call-recording", "done")], (INCIDENT,), (), []),
        ([Left(INCIDENT, "call-recording", "for-investigator")], (INCIDENT,), (), ["call-recording"]),
        (
            [Left(INCIDENT, "house-to-house", "not-done")],
            (INCIDENT,),
            (),
            ["call-recording", "house-to-house"],
        ),
        ([], (INCIDENT,), ((INCIDENT, "call-recording"),), []),
        ([], (OTHER,), ((INCIDENT, "call-recording"),), ["call-recording"]),
    ],
)
def test_what_the_scene_left_is_proposed(said, called, settled, expected):
    found = left_by_the_scene(said, with_a_call=called, settled=settled)
    assert [one.item for one in found] == expected


def test_each_thing_to_gather_leads_to_a_line_of_its_own():
    items = [row.code for row in load("evidence-items").as_of(TODAY)]
    assert len({kind_for(item, TODAY) for item in items}) == len(items)
    assert kind_for("nothing-known", TODAY) == "line-other"


def test_a_line_is_late_until_it_ends():
    assert is_late(AT, None, AT + timedelta(seconds=1))
    assert not is_late(AT, None, AT)
    assert not is_late(AT, AT, AT + timedelta(days=9))
    assert not is_late(None, None, AT)


@pytest.mark.parametrize(
    ("action", "reasons", "expected"),
    [
        ("arrest", ["gone"], ""),
        ("none", ["gone"], "had-gone"),
        ("none", ["not-found"], "not-arrested-yet"),
        ("other", ["not-necessary", "not-found"], "not-arrested-yet"),
        ("none", ["no-offence"], ""),
        ("none", [], ""),
        ("voluntary-attendance", [], "to-interview"),
    ],
)
def test_whom_the_scene_leaves_to_be_found(action, reasons, expected):
    assert source_of(action, reasons) == expected
    assert not expected or expected in {row.code for row in load("suspect-sources").as_of(TODAY)}


def test_a_warrant_leaves_somebody_to_be_found_and_bail_does_not():
    rows = load("suspect-sources").as_of(TODAY)
    assert source_of_fact("warrant", rows) == "on-warrant"
    assert source_of_fact("police-bail", rows) == ""


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.integers(0, 1000)), max_size=12))
def test_the_register_is_by_grade_and_then_by_how_long(rows):
    listed = sorted(rows, key=lambda row: order(row[0], AT - timedelta(days=row[1])))
    for (one, days), (other, fewer) in pairwise(listed):
        assert (0 if one is None else one) <= (0 if other is None else other)
        assert one != other or days >= fewer
