"""Who safeguards by the grade of danger: the table has a row for everybody, and the row that says most is theirs."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.queries.relating import GROUPS
from throughline.casework.cases.rules.serving import (
    ANY,
    Area,
    NoService,
    Service,
    area_of,
    of_a_case,
    services,
)
from throughline.casework.cases.rules.serving import areas as listed_areas
from throughline.foundations.access.rules import RULES, Action
from throughline.foundations.clock.rules import parse_clock
from throughline.foundations.duties.rules import duty_kind
from throughline.reference import load

TODAY = date(2026, 11, 26)
DAYS = (date(2013, 1, 1), date(2015, 12, 15), TODAY)
GRADES = tuple(row.code for row in load("grades").as_of(TODAY))
relationships = st.sampled_from(["partner", "ex-partner", "family"])
areas = st.sampled_from(["north", "south"])


def row(grade, relationship=ANY, area=ANY, code=""):
    clock = parse_clock("1 hour")
    code = code or f"{grade}-{relationship}-{area}"
    return Service(
        code, "", grade, relationship, area, "hub-reviewer", "", "", clock, "1 hour", clock, None, False
    )


@pytest.mark.parametrize(("grade", "relationship", "day"), list(product(GRADES, GROUPS, DAYS)))
def test_no_grade_is_without_somebody_who_safeguards(grade, relationship, day):
    found = of_a_case(services(day), grade, relationship=relationship)
    assert found.grade == grade
    assert found.service
    owns = next(rule.roles for rule in RULES if rule.action is Action.OWN_CASE)
    assert found.role in owns, "who safeguards owns the case"
    assert load("roles").label(found.role, on=day)
    if found.duty:
        assert duty_kind(found.duty, on=day)


def test_the_relationships_that_are_asked_of_are_those_of_the_reference_list():
    assert {row.text("group") for row in load("relationship").as_of(TODAY)} == set(GROUPS)


def test_what_the_table_asks_for_is_what_the_report_says_of_medium():
    medium = of_a_case(services(TODAY), "medium", relationship="partner")
    assert medium.duty == "reassurance-visit"
    at = datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert medium.due_at(at) == at + timedelta(hours=72)
    high = of_a_case(services(TODAY), "high", relationship="family")
    assert (high.role, high.due_at(at)) == ("hub-reviewer", at + timedelta(hours=24))


def test_a_grade_without_a_row_says_so_by_its_codes_alone():
    with pytest.raises(NoService, match="high, partner, any"):
        of_a_case([row("medium")], "high", relationship="partner")


@given(
    st.sets(st.tuples(st.sampled_from([ANY, "partner", "family"]), st.sampled_from([ANY, "north"]))),
    relationships,
    areas,
    st.randoms(),
)
def test_the_row_that_says_most_of_a_case_is_its_row(kinds, relationship, area, chance):
    policy = [row("high"), *(row("high", *one) for one in kinds if one != (ANY, ANY))]
    chance.shuffle(policy)
    found = of_a_case(policy, "high", relationship=relationship, area=area)
    assert found.is_for("high", relationship, area)
    fit = [one for one in policy if one.is_for("high", relationship, area)]
    assert all(one.specificity <= found.specificity for one in fit)
    # another order of the rows changes nothing
    assert of_a_case(reversed(policy), "high", relationship=relationship, area=area) == found


@given(relationships, areas)
def test_one_that_names_the_relationship_goes_before_one_that_names_the_area(relationship, area):
    policy = [row("high"), row("high", area=area), row("high", relationship)]
    assert of_a_case(policy, "high", relationship=relationship, area=area).relationship == relationship
    assert of_a_case(policy[:2], "high", relationship=relationship, area=area).area == area


NORTH, TOWN, SECTOR, REST = (
    Area("north", ("ZZ",)),
    Area("town", ("zz1",)),
    Area("sector", ("ZZ1 4",)),
    Area("rest", ()),
)


@pytest.mark.parametrize(
    ("postcode", "area"),
    [
        ("ZZ1 4AA", "sector"),
        ("zz14aa", "sector"),
        ("ZZ1 5AA", "town"),
        ("ZZ14 1AA", "north"),
        ("ZZ12 4AA", "north"),
        ("ZZ1A 4AA", "north"),
        ("Z1 4AA", "rest"),
        ("", "rest"),
        ("4AA", "rest"),
    ],
)
def test_a_postcode_lies_in_the_area_that_names_most_of_it(postcode, area):
    known = (REST, NORTH, TOWN, SECTOR)
    assert area_of(postcode, known) == area_of(postcode, known[::-1]) == area


def test_where_no_area_is_for_it_every_area_is():
    assert area_of("YY1 1AA", [TOWN]) == ANY


def test_the_policy_names_areas_that_are_listed():
    assert {one.area for one in services(TODAY)} <= {ANY, *(one.code for one in listed_areas(TODAY))}
