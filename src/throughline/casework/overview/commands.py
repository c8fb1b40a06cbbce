"""What reaches over several rooms at once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands import forgetting as cases
from throughline.casework.contact.commands import forgetting as contact
from throughline.casework.investigation.commands import forgetting as investigation
from throughline.casework.messages.commands import forgetting as messages
from throughline.casework.neighbourhood.commands import forgetting as neighbourhood
from throughline.casework.outcome.commands import forgetting as outcome
from throughline.casework.overview.queries.home import one_out_of_reach, who_could
from throughline.casework.overview.queries.team import owned_duty, who_else
from throughline.casework.partnership.commands import forgetting as partnership
from throughline.casework.people.commands import retention
from throughline.casework.people.commands.safety import let_see
from throughline.casework.people.models import Phone
from throughline.casework.people.rules import RETENTION, Malformed
from throughline.casework.risk.commands import forgetting as risk
from throughline.casework.safeguarding.commands import forgetting as safeguarding
from throughline.casework.scene.commands import forgetting as scene
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import hand_to


@transaction.atomic
def let_do(*, by: Actor, now: datetime, duty_id: UUID, grantee: UUID, until: datetime | None = None) -> None:
    """Let one account see every restricted record that a duty is about, so that it can be done.

    ``grantee`` is of the duty's role and party to none of it. Raises Malformed, Refused.
    """
    one = one_out_of_reach(by, duty_id, now=now)
    undertake(by, Action.GRANT_SIGHT, *one.hidden, detail={"duty": str(duty_id), "grantee": str(grantee)})
    if str(grantee) not in dict(who_could(one)):
        raise Malformed("account", "cannot do this duty")
    for record_id in one.hidden:
        let_see(by=by, now=now, record_id=record_id, grantee=grantee, reason="duty", until=until)


#: The rooms that erasing goes through, the last of the journey first.
ROOMS = (
    "neighbourhood",
    "outcome",
    "investigation",
    "partnership",
    "safeguarding",
    "risk",
    "scene",
    "contact",
    "messages",
    "cases",
    "people",
)


@transaction.atomic
def erase(*, by: Actor, now: datetime, record_id: UUID, reason: str) -> None:
    """Erase a person from every room in one transaction: all of it, or nothing. Raises Refused, UnknownCode.

    What each room keeps and what cannot be known is said by its own `forget` and by people's `erase`.
    """
    undertake(
        by,
        Action.ERASE,
        record_id,
        detail={"rooms": list(ROOMS)},
    )
    # as the system: some of it is out of the desk's own sight
    with acting(RETENTION):
        numbers = set(Phone.objects.filter(record=record_id).values_list("number", flat=True))
        neighbourhood.forget(record_id=record_id)
        outcome.forget(record_id=record_id)
        investigation.forget(record_id=record_id)
        partnership.forget(record_id=record_id)
        safeguarding.forget(record_id=record_id)
        risk.forget(record_id=record_id)
        scene.forget(record_id=record_id)
        contact.forget(record_id=record_id, numbers=numbers)
        messages.forget(record_id=record_id, now=now)
        cases.forget(record_id=record_id)
    retention.erase(by=by, now=now, record_id=record_id, reason=reason)


@transaction.atomic
def give_on(*, by: Actor, now: datetime, duty_id: UUID, owner: UUID) -> None:
    """Give the work that one officer alone has to another who may see whom it is about, in one's own name.

    Its time does not begin anew. Raises Malformed for somebody who cannot do it, Refused.
    """
    duty = owned_duty(by, duty_id)
    detail = {"duty": str(duty.id), "from": str(duty.owner or ""), "to": str(owner)}
    undertake(by, Action.SUPERVISE_TEAM, duty.record_id, detail=detail)
    if str(owner) not in {account for account, *_ in who_else(duty, now=now)}:
        raise Malformed("owner", "is not an officer who can be asked")
    hand_to(duty_id=duty.id, owner=owner)
