"""What an index file cannot carry, done as the force's own people would do it: through the real commands.

First the accounts are made. Then the restricted-records desk writes down, of the people whom the demonstration
tells of, their other names and relationships, hides who must be hidden, and keeps the address of a refuge.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.people.commands.recording import NewAddress, NewName, add_name, relate
from throughline.casework.people.commands.safety import (
    let_see,
    name_for_refuge,
    recognise_staff,
    record_refuge,
    restrict,
)
from throughline.casework.people.models import Name, Record, RefugeAddress, StaffLink
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.commands import create_account
from throughline.foundations.accounts.models import User
from throughline.synthetic.demonstration import Story, stories
from throughline.synthetic.export import person_reference
from throughline.synthetic.person import Address
from throughline.synthetic.staff import STAFF

DEMONSTRATION = system("demonstration")

# why the supervisor may read the address of the refuge: a code of reference's `purposes`
_PURPOSE = "safeguarding-enquiry"


@transaction.atomic
def enact(*, now: datetime, source: str) -> int:
    """Make the accounts, and complete the stories of those whom the import from ``source`` brought in.

    Everything or nothing is done, and done again it changes nothing. Returns how many stories were told.
    """
    set_actor(DEMONSTRATION)
    for one in STAFF:
        if not User.objects.filter(username=one.username).exists():
            create_account(
                by=DEMONSTRATION,
                now=now,
                username=one.username,
                name=one.name,
                role=one.role,
                team=one.team,
                agency=one.agency,
            )
    users = _users()
    by_role = actors()
    parties = {one.story: users[one.username].id for one in STAFF if one.story}

    known = dict(
        Record.objects.filter(
            source=source, source_ref__in=[person_reference(story.person) for story in stories()]
        ).values_list("source_ref", "id")
    )
    told = {
        story.person.number: (story, known[reference])
        for story in stories()
        if (reference := person_reference(story.person)) in known
    }
    desk = by_role[Role.DESK]
    set_actor(desk)
    records = {number: record_id for number, (_, record_id) in told.items()}
    for story, record_id in told.values():
        _name(story, record_id, by=desk, now=now)
        _relate(story, records, by=desk, now=now)
        _hide(story, record_id, reader=by_role[Role.SUPERVISOR], by=desk, now=now)
        if story.key in parties:
            _recognise(record_id, parties[story.key], by=desk, now=now)
    return len(told)


def _users() -> dict[str, User]:
    return {user.username: user for user in User.objects.filter(username__in=[x.username for x in STAFF])}


def actors() -> dict[Role, Actor]:
    """Who acts for each role in the demonstration: the first of its accounts."""
    users = _users()
    return {one.role: users[one.username].actor for one in reversed(STAFF)}


def colleagues() -> dict[Role, Actor]:
    """Who acts where a role must not act on its own work: the second of its accounts, where there are two."""
    users = _users()
    first = actors()
    return {
        one.role: users[one.username].actor for one in STAFF if users[one.username].id != first[one.role].id
    }


def _name(story: Story, record_id: UUID, *, by: Actor, now: datetime) -> None:
    for alias in story.aliases:
        if not Name.objects.filter(record=record_id, full=alias).exists():
            add_name(
                by=by,
                now=now,
                record_id=record_id,
                name=NewName(kind="alias", full=alias, order=Name.Order.UNKNOWN),
            )


def _relate(story: Story, records: dict[int, UUID], *, by: Actor, now: datetime) -> None:
    one = story.person.number
    for relationship in story.person.relationships:
        # each pair once: the other side is read from it
        if one < relationship.number and relationship.number in records:
            relate(
                by=by,
                now=now,
                record_id=records[one],
                other_id=records[relationship.number],
                kind=str(relationship.kind),
            )


def _hide(story: Story, record_id: UUID, *, reader: Actor, by: Actor, now: datetime) -> None:
    if story.restricted and not subject_for(by, record_id).restricted:
        restrict(by=by, now=now, record_id=record_id, reason=story.restricted)
    if story.refuge is None or _has_refuge(record_id):
        return
    record_refuge(by=by, now=now, record_id=record_id, address=_as_typed(story.refuge))
    let_see(by=by, now=now, record_id=record_id, grantee=reader.id, reason=_PURPOSE)
    name_for_refuge(by=by, now=now, record_id=record_id, grantee=reader.id, reason=_PURPOSE)


def _has_refuge(record_id: UUID) -> bool:
    # the desk keeps it and does not see it
    with acting(DEMONSTRATION):
        return RefugeAddress.objects.filter(record=record_id).exists()


def _recognise(record_id: UUID, user_id: UUID, *, by: Actor, now: datetime) -> None:
    if not StaffLink.objects.filter(record=record_id, user=user_id).exists():
        recognise_staff(by=by, now=now, record_id=record_id, user_id=user_id)


def _as_typed(address: Address) -> NewAddress:
    return NewAddress(
        number=address.house, street=address.street, town=address.town, postcode=address.postcode
    )
