"""The post round of the worker: what may leave leaves, what left is asked after, and what is late is given up.

The service is asked between transactions and never inside one: whatever fails between two steps, the next round goes
on from what was written down.
"""

import logging
from datetime import datetime
from uuid import UUID

from throughline.casework.messages.commands import going
from throughline.casework.messages.queries.waiting import ready, sent, unanswered
from throughline.casework.messages.rules import MessageKind, Receipt, Stop, message_kinds
from throughline.foundations.clock.rules import london_day
from throughline.foundations.notify.service import Notify, NotTaken, Status, Template, TooBusy, Unreachable

logger = logging.getLogger(__name__)

_RECEIPTS = {
    Status.UNDER_WAY: Receipt.ON_ITS_WAY,
    Status.DELIVERED: Receipt.DELIVERED,
    Status.LOST: Receipt.LOST,
    Status.BOUNCED: Receipt.BOUNCED,
}


def post(service: Notify | None, *, now: datetime) -> None:
    """Make one round. Without a service nothing leaves, and what waits is given up in its time.

    A service that does not answer ends the round: what was not reached is next time's.
    """
    going.give_up(now=now)
    if service is None:
        return
    try:
        _ask_after(service, now)
        templates = service.templates()
        for message_id, kind in ready(now=now):
            template = agreed(kind, templates, now)
            if template is None:
                logger.error("no text leaves: the template %s does not say what was agreed", kind)
                continue
            _send(service, template, message_id=message_id, now=now)
    except (Unreachable, TooBusy) as down:
        logger.error("the sending service: %s %s", type(down).__name__, down)


def agreed(kind: str, templates: tuple[Template, ...], now: datetime) -> Template | None:
    """The service's template of a kind of message; None where it does not hold the very words of reference."""
    known = next((one for one in message_kinds(london_day(now)) if one.code == kind), None)
    if known is None:
        return None
    return next((one for one in templates if one.name == kind and _says(one, known)), None)


def _says(template: Template, kind: MessageKind) -> bool:
    return template.body.replace("\r\n", "\n").strip() == kind.text


def _ask_after(service: Notify, now: datetime) -> None:
    for departure in unanswered():
        if taken_as := service.taken_as(departure.id):
            going.taken(now=now, departure_id=departure.id, taken_as=taken_as)
        elif departure.left_at <= now - going.SETTLES:
            going.not_taken(now=now, departure_id=departure.id)
    for message_id, taken_as in sent():
        going.received(now=now, message_id=message_id, receipt=_RECEIPTS[service.status(taken_as)])


def _send(service: Notify, template: Template, *, message_id: UUID, now: datetime) -> None:
    leaving = going.depart(now=now, message_id=message_id)
    if leaving is None:
        return
    try:
        taken_as = service.send_text(
            number=leaving.channel.number,
            template=template.id,
            gaps=leaving.gaps,
            reference=leaving.departure,
        )
    except NotTaken:
        going.not_taken(now=now, departure_id=leaving.departure, why=Stop.REFUSED)
    except TooBusy:
        going.not_taken(now=now, departure_id=leaving.departure)
        raise
    else:
        going.taken(now=now, departure_id=leaving.departure, taken_as=taken_as)
