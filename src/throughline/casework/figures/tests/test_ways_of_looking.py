"""Repeat victims, serial perpetrators and MARAC repeats: counted on persons, and beside it what is found today without."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.casework.partnership.commands import conferring
from throughline.casework.people.commands import identities
from throughline.casework.people.commands.recording import relate
from throughline.casework.people.models import Member, Name, Relationship
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.clock.rules import london_day, months_after
from throughline.measures import Period, measure

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)


@pytest.fixture
def happened(does):
    """``happened(her, him, days_ago)``: a domestic incident of two people."""

    def told(her, him, days_ago=0):
        at = NOW - timedelta(days=days_ago)
        made = does(Role.CALL_HANDLER, incidents.open_incident, now=at, recorded_as="domestic-abuse")
        for record_id, part in ((her, "victim"), (him, "suspect")):
            does(
                Role.CALL_HANDLER,
                incidents.involve,
                now=at,
                incident_id=made.id,
                record_id=record_id,
                part=part,
                confirmed=True,
            )
        return made.id

    return told


@pytest.fixture
def figure(accounts):
    """The lines of a measure by group, as an analyst counts them: rows, and how many of those are so."""

    def told(code):
        with transaction.atomic():
            set_actor(accounts[Role.ANALYST].actor)
            return {
                line.group: (line.rows, line.counted) for line in queries.figure(measure(code), YEAR).lines
            }

    return told


@pytest.fixture
def people(add):
    """A woman on record twice, another, and two men."""
    names = (("Zofia", "Fenn"), ("Sofia", "Fenn"), ("Ana", "Brook"))
    return (*(add(*name) for name in names), add("Otto", "Larchwood", sex="1"), add("Max", "Dell", sex="1"))


def test_a_repeat_victim_whom_no_record_shows_is_found_once_her_records_are_joined(
    does, happened, figure, people
):
    her, again, other, him, _ = people
    happened(her, him, 30)
    happened(again, him)
    happened(other, him, 20)
    happened(other, him)
    ways = "repeat-victims-by-way"
    assert figure(ways) == {"identities": (1, 1), "records": (1, 1)}

    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")

    # nobody rang from a known number or address, so that an exact match finds neither
    assert figure(ways) == {"identities": (2, 2), "records": (1, 1)}
    assert figure("repeat-victims-government")[None] == (2, 2)


def test_a_serial_perpetrator_is_of_two_victims_unconnected_to_each_other(does, happened, figure, people):
    her, again, other, him, brother = people
    happened(her, him, 30)
    happened(again, him)
    happened(her, brother)
    assert figure("serial-perpetrators-acpo")[None] == (2, 1)
    ways = "serial-perpetrators-acpo-by-way"
    assert figure(ways) == {"identities": (1, 1), "records": (1, 1)}

    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")
    assert figure("serial-perpetrators-acpo")[None] == (2, 0)
    # by records she is two women, and he is counted who is none
    assert figure(ways) == {"records": (1, 1)}

    happened(other, him, 400)
    assert figure("serial-perpetrators-acpo")[None] == (2, 1)
    does(Role.OFFICER, relate, record_id=other, other_id=again, kind="sibling")
    assert figure("serial-perpetrators-acpo")[None] == (2, 0)


def test_a_victim_is_not_her_own_perpetrators_victim_twice(happened, figure, people):
    her, _, _, him, _ = people
    happened(her, him, 3)
    happened(him, her)
    assert figure("serial-perpetrators-acpo")[None] == (2, 0)


def test_who_counts_sees_connections_in_ids_alone(does, accounts, people):
    her, _, other, *_ = people
    does(Role.OFFICER, relate, record_id=other, other_id=her, kind="sibling")
    with transaction.atomic():
        set_actor(accounts[Role.ANALYST].actor)
        assert Relationship.objects.count() == 1
        assert not Name.objects.exists()
        assert not Member.objects.exists()


def test_a_marac_repeat_of_two_records_is_found_by_persons(does, happened, figure, people):
    her, again, _, him, _ = people
    for one, days in ((her, 60), (again, 0)):
        happened(one, him, days)
        with transaction.atomic(), acting(system("test")):
            case = Case.objects.get(victim=one, suspect=him).id
        does(
            Role.HUB,
            conferring.refer,
            now=NOW - timedelta(days=days),
            case_id=case,
            chosen=["professional-judgement"],
            words="It gets worse",
        )
    ways = "marac-repeats-by-way"
    assert figure(ways) == {}
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")
    assert figure(ways) == {"identities": (1, 1)}
    assert figure("marac-repeats")[None] == (2, 1)


@pytest.mark.parametrize(("after", "again"), [(0, 0), (1, 1)])
def test_twelve_months_since_the_last_referral_are_of_the_calendar(
    does, happened, figure, people, after, again
):
    """As the criterion that asks for one: from the same day of the year before on, it is over."""
    her, _, _, him, _ = people
    year_ago = months_after(TODAY, -12) + timedelta(days=after)
    last = datetime.combine(year_ago, time(12), UTC)
    for at in (last, NOW):
        happened(her, him, (NOW - at) / timedelta(days=1))
        with transaction.atomic(), acting(system("test")):
            case = Case.objects.get(victim=her, suspect=him).id
        about = {"case_id": case, "chosen": ["professional-judgement"], "words": "It gets worse"}
        does(Role.HUB, conferring.refer, now=at, **about)
    assert figure("marac-repeats")[None] == (1 + bool(year_ago >= YEAR.first), again)
