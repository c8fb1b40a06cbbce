"""How probable a match is: records of one person do not compete, and more records make each less so."""

from datetime import UTC, datetime

import pytest

from throughline.casework.people.commands.identities import merge
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.people.queries import searching
from throughline.casework.people.queries.searching import search
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.linkage.description import Description
from throughline.linkage.description import Name as HeardName

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
HEARD = Description(names=(HeardName("Sarah", "", "Ackroyd"),), phones=("07700 900321",))

BY_NAME = Description(names=HEARD.names)


@pytest.fixture(autouse=True)
def _count_afresh():
    searching._record_count.cache_clear()
    yield
    searching._record_count.cache_clear()


def account(role: Role) -> Actor:
    agency, _ = Agency.objects.get_or_create(name="A force")
    team, _ = Team.objects.get_or_create(agency=agency, name="Control room")
    return User.objects.create_user(
        role.value, name=f"The {role}", role=role.value, team=team, made_at=NOW
    ).actor


def add(by: Actor):
    return add_record(
        by=by,
        now=NOW,
        name=NewName(forename="Sarah", surname="Ackroyd"),
        particulars=Particulars(sex="2"),
        phones=("07700 900321",),
        addresses=(),
    ).id


@pytest.mark.django_db
def test_two_records_of_one_person_share_her_probability_in_place_of_competing() -> None:
    supervisor = account(Role.SUPERVISOR)
    with acting(supervisor):
        one, other = add(supervisor), add(supervisor)
        apart = search(supervisor, HEARD, today=NOW.date()).found
        merge(by=supervisor, now=NOW, record_id=other, into_id=one, reason="merge-said-so")
        together = search(supervisor, HEARD, today=NOW.date()).found

    assert [found.probable for found in apart] == [False, False]
    assert [found.probable for found in together] == [True, True]
    assert {found.record_id for found in together} == {one, other}
    assert together[0].probability == together[1].probability > apart[0].probability


@pytest.mark.django_db(transaction=True)
def test_the_more_records_there_are_the_less_probable_is_each(owner_connection) -> None:
    supervisor = account(Role.SUPERVISOR)

    def found_among(records: int):
        owner_connection.execute(
            "select pg_restore_relation_stats("
            "'schemaname', 'public', 'relname', 'people_record', 'reltuples', %s::real)",
            (records,),
        )
        searching._record_count.cache_clear()
        return search(supervisor, BY_NAME, today=NOW.date()).found[0]

    with acting(supervisor):
        add(supervisor)
        few, many = found_among(20_000), found_among(200_000_000)

    assert few.probable
    assert not many.probable
