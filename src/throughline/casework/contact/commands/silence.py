"""A silent or abandoned call from a number tied to danger: a prompt at once, and to the right people only."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.silence import SILENCE, in_danger_at
from throughline.casework.contact.rules.silence import SILENT
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty

KINDS = ("silent-call", "silent-call-restricted")


@transaction.atomic
def notice(*, now: datetime, contact: Contact) -> list[UUID]:
    """Prompt the supervisor and the handler where nobody spoke and the number is tied to danger.

    Called by whatever learns the state of the line, inside its transaction; the ids of the duties opened.
    Danger is a standing grade of high or a warning marker. What concerns a restricted record goes to the desk
    alone, out of everybody else's sight: their page is that of a number nobody knows.
    """
    if contact.line not in SILENT or not contact.number:
        return []
    opened = []
    with acting(SILENCE):
        told = set(Duty.objects.filter(kind__in=KINDS, about=contact.id).values_list("record_id", flat=True))
        for one in in_danger_at(contact.number, now=now):
            # said once: what was answered is not asked again when the line is written down again
            if one.record_id in told:
                continue
            undertake(SILENCE, Action.SUPERVISE, one.record_id, detail={"contact": str(contact.id)})
            kind = "silent-call-restricted" if one.restricted else "silent-call"
            duty = open_duty(kind, now=now, record_id=one.record_id, about=contact.id, cause="line-silent")
            opened.append(duty.id)
    return opened
