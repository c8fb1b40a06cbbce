"""The bytes of a file go when its time is over, or when it was sent by mistake; what it was and who sent it stays."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, system
from throughline.foundations.audit.commands import undertake
from throughline.national.collection.commands.shared import said
from throughline.national.collection.models import ReceivedFile
from throughline.national.collection.queries.files import rule_of
from throughline.national.collection.queries.returns import insist_there
from throughline.national.collection.rules import Amiss, FileRule, holding

KEEPER: Final = system("keeper of files")


@transaction.atomic
def remove_expired(*, now: datetime) -> int:
    """Remove the bytes of every file whose time is over; says of how many. Run hourly by the worker."""
    set_actor(KEEPER)
    there = ReceivedFile.objects.filter(removed_at=None).select_related("receipt__version").defer("content")
    over = [
        (one, rule)
        for one in there.order_by("receipt__sent_at", "id")
        if holding(rule := rule_of(one.receipt), one.receipt.sent_at).until <= now
    ]
    for one, rule in over:
        undertake(KEEPER, Action.REMOVE_FILE, detail=_told(one, rule))
        _remove(one, rule, now=now)
    return len(over)


@transaction.atomic
def remove_file(*, by: Actor, now: datetime, file_id: UUID, why: str) -> None:
    """Remove the bytes of a file that was sent by mistake, before its time. Raises Amiss where it is gone already, `Refused`."""
    file = insist_there(ReceivedFile.objects.filter(id=file_id).defer("content"), file_id)
    undertake(by, Action.REMOVE_FILE, detail=_told(file, FileRule.MISTAKE))
    if file.removed_at is not None:
        raise Amiss("This file is removed already.")
    _remove(file, FileRule.MISTAKE, now=now, why=said("why", why))


def _told(file: ReceivedFile, rule: FileRule) -> dict[str, str]:
    return {"file": str(file.id), "force": str(file.force_id), "rule": str(rule)}


def _remove(file: ReceivedFile, rule: FileRule, *, now: datetime, why: str = "") -> None:
    ReceivedFile.objects.filter(id=file.id, removed_at=None).update(
        content=None, removed_at=now, removed_under=rule, removed_why=why
    )
    receipt = file.receipt
    if any(one["message"] for one in receipt.problems):
        # a fault quotes the cell that it is about, and does not say of which file
        receipt.problems = [{**one, "item": "", "message": ""} for one in receipt.problems]
        receipt.save(update_fields=["problems"])
