"""The demonstration's accounts and stories, made by the real commands under the worker's login."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.commands.safety import open_refuge
from throughline.casework.people.models import Name, Record, RefugeAddress, Relationship
from throughline.casework.people.rules import IMPORTER as IMPORTING
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import OF_A_FORCE, Action, Actor, Relation, Role, may
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.queries import one_of_each_role
from throughline.foundations.duties.models import Duty
from throughline.running.logins import IMPORTER, WORKER
from throughline.synthetic.enacting import DEMONSTRATION, enact
from throughline.synthetic.export import write_csv
from throughline.synthetic.staff import STAFF

NOW = datetime.now(UTC)


@pytest.fixture
def enacted(transactional_db, working_as, tmp_path):
    index = tmp_path / "people.csv"
    index_map = write_csv(index, 20, 1, date(2026, 11, 23))
    with working_as(IMPORTER):
        bring_in(
            by=IMPORTING,
            now=NOW,
            source=Source(index, index_map, "invented"),
            rejects=tmp_path / "rejects.csv",
        )
    with working_as(WORKER):
        assert enact(now=NOW, source="invented") == 20
        yield


def record(number: int) -> Record:
    return Record.objects.get(source="invented", source_ref=f"P{number:09}")


def actor(username: str) -> Actor:
    return User.objects.get(username=username).actor


@pytest.mark.usefixtures("enacted")
class TestEnacted:
    def test_there_is_one_account_to_choose_for_each_role(self) -> None:
        offered = one_of_each_role()
        assert {Role(user.role) for user in offered} == OF_A_FORCE
        assert {user.username for user in offered} == {user.role for user in offered}

    def test_the_stories_are_what_they_tell(self) -> None:
        with transaction.atomic():
            set_actor(DEMONSTRATION)
            mother, partner, staff, hidden = record(1), record(2), record(9), record(10)
            tie = Relationship.objects.get(record=mother, other=partner)
            assert tie.kind == "partner"
            assert set(Name.objects.filter(record=partner, kind="alias").values_list("full", flat=True)) == {
                "Craig Marsh",
                "Tony Whitmore",
            }
            party = subject_for(actor("response-officer-2"), staff.id)
            assert party.restricted
            assert party.relations == {Relation.EXCLUDED}
            assert Duty.objects.filter(record_id=staff.id, kind="staff-attempt").exists()
            address = RefugeAddress.objects.get(record=hidden)
            assert open_refuge(address).street == "Prospect Avenue"
            reader, handler = actor("control-room-supervisor"), actor("call-handler")
            assert may(reader, Action.VIEW_REFUGE, subject_for(reader, hidden.id))
            assert not may(handler, Action.VIEW_PERSON, subject_for(handler, hidden.id))

    def test_done_again_it_changes_nothing(self) -> None:
        def counts() -> list[int]:
            with transaction.atomic():
                set_actor(DEMONSTRATION)
                return [kind.objects.count() for kind in (User, Name, Relationship, RefugeAddress, Duty)]

        before = counts()
        enact(now=NOW, source="invented")
        assert counts() == before
        assert before[0] == len(STAFF)
