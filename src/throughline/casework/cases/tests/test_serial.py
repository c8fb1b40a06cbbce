"""Serial perpetrators: the rule by itself, and what pages say of who is and who is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import pytest

from throughline.casework.cases.commands import holding
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.history import serial as stands
from throughline.casework.cases.rules.serial import serial, serial_definitions
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities, recording
from throughline.casework.people.commands.pairs import propose, read_pair
from throughline.casework.people.models import Pair
from throughline.casework.people.rules.pairs import Choice
from throughline.foundations.access.rules import Role
from throughline.foundations.duties.models import Duty
from throughline.reference import Row, load

A, B, C = (UUID(int=n) for n in (1, 2, 3))
DAY = datetime(2026, 11, 3, 12, tzinfo=UTC)
AB, AC, BC = (frozenset(two) for two in ((A, B), (A, C), (B, C)))


def within(months: int) -> Row:
    """The national definition, looking back so many months."""
    [row] = serial_definitions(DAY.date())
    return replace(row, details=MappingProxyType({**row.details, "months": months}))


@pytest.mark.parametrize(
    ("against", "connected", "victims", "is_serial"),
    [
        ([], [], 0, False),
        ([(DAY, A), (DAY, A)], [], 1, False),
        ([(DAY, A), (DAY, B)], [], 2, True),
        ([(DAY, A), (DAY, B)], [AB], 2, False),
        ([(DAY, A), (DAY, B), (DAY, C)], [AB, BC], 3, True),
        ([(DAY, A), (DAY, B), (DAY, C)], [AB, BC, AC], 3, False),
        ([(DAY + timedelta(days=1), A), (DAY, B)], [], 1, False),
    ],
    ids=["nobody", "one twice", "two", "two of one family", "two of three", "all connected", "the next day"],
)
def test_two_victims_unconnected_to_each_other_make_one(against, connected, victims, is_serial):
    [definition] = serial_definitions(DAY.date())
    found = serial(definition, against, set(connected), DAY.date())
    assert (found.victims, found.is_serial) == (victims, is_serial)


def test_a_force_may_look_back_less_far():
    against = [(DAY, A), (DAY.replace(year=2025), B)]
    assert serial(within(0), against, set(), DAY.date()).is_serial
    # twelve months that end with the day begin on the day after
    assert not serial(within(12), against, set(), DAY.date()).is_serial
    assert serial(within(13), against, set(), DAY.date()).is_serial


def test_the_definition_is_dated_and_says_where_it_is_from():
    [row] = load("serial-definitions").rows
    assert "ACPO" in row.source
    assert row.confidence == "M"
    assert not row.verified


@pytest.fixture
def said(accounts):
    """How somebody stands to the national definition, as an officer sees it."""

    def told(record_id):
        with as_(accounts[Role.OFFICER].actor) as actor:
            return [(one.victims, one.is_serial) for one in stands(actor, [record_id], at=NOW)]

    return told


@pytest.mark.django_db
def test_counted_on_persons_and_not_on_records(does, incident, add, said):
    him, her, again = add("Otto", "Larchwood", sex="1"), add("Ana", "Fenn"), add("Anna", "Fenn")
    incident(her, him, days_ago=30)
    assert said(him) == [(1, False)]
    incident(again, him)
    assert said(him) == [(2, True)]
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=her, reason="merge-said-so")
    assert said(him) == [(1, False)]
    assert said(her) == []


@pytest.mark.django_db
@pytest.mark.parametrize("tie", ["relationship", "household"])
def test_sisters_are_connected(does, incident, add, said, tie):
    him, her, sister = add("Otto", "Larchwood", sex="1"), add("Ana", "Fenn"), add("Eva", "Brook")
    for one in (her, sister):
        incident(one, him)
    assert said(him) == [(2, True)]
    if tie == "relationship":
        does(Role.OFFICER, recording.relate, record_id=her, other_id=sister, kind="sibling")
    else:
        does(Role.OFFICER, recording.join_household, record_id=her, with_record_id=sister)
    assert said(him) == [(2, False)]


@pytest.mark.django_db
def test_the_pages_of_the_person_and_of_the_case_say_so(incident, add, signed_in, plain_static_files):
    him = add("Otto", "Larchwood", sex="1")
    for name in ("Fenn", "Brook"):
        incident(add("Ana", name), him)
    client = signed_in(Role.OFFICER)
    session = client.session
    session["purposes"] = {str(him): "attendance"}
    session.save()
    page = client.get(f"/cases/of/{him}/").content.decode()
    assert "Serial perpetrator</strong>" in page
    assert "two of them unconnected to each other, as far as is on record" in page
    assert "Wording not verified; confidence M." in page


@pytest.mark.django_db
def test_joined_from_the_queue_two_open_cases_keep_their_owners_and_duties(does, incident, add, accounts):
    """No gap: nothing of either case moves when the two records of its victim are held to be one person, or parted."""
    him = add("Otto", "Larchwood", sex="1")
    her, again = add("Zofia", "Quillfeather", "07700 900123"), add("Sofia", "Quillfeather", "07700 900123")
    for one in (her, again):
        incident(one, him)
    with seen_whole():
        both = [Case.objects.get(victim=one, suspect=him).id for one in (her, again)]
    owners = (Role.OFFICER, Role.SUPERVISOR)
    for case, role in zip(both, owners, strict=True):
        does(role, holding.set_owner, case_id=case, owner=accounts[role].id)

    def standing():
        with seen_whole():
            facts = StandingFact.objects.filter(case__in=both, ended_at=None).order_by("id")
            duties = Duty.objects.filter(about__in=both).order_by("id")
            return (
                list(facts.values_list("case", "kind", "value")),
                list(duties.values_list("id", "kind", "owner", "role", "due_at", "discharged_at")),
                list(
                    Case.objects.filter(id__in=both).order_by("id").values_list("id", "victim", "closed_at")
                ),
            )

    before = standing()
    propose(now=NOW)
    with seen_whole():
        pair = Pair.objects.get(record__in=(her, again), other__in=(her, again))
    said = {"pair_id": pair.id, "choice": Choice.JOIN, "reason": "merge-details-agree"}
    does(Role.INTELLIGENCE, read_pair, **said)
    assert standing() == before
    assert len(before[1]) >= 2
    does(Role.INTELLIGENCE, identities.part, record_id=again, reason="part-details-differ")
    assert standing() == before
