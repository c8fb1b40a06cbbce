"""What is published is taken here: the signed versions of a round, exactly, and nothing else."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.national.collection.commands.shared import in_line
from throughline.national.collection.models import Taken, Taking
from throughline.national.collection.queries.returns import latest_versions, open_questions
from throughline.national.collection.rules import Amiss


@transaction.atomic
def take(*, by: Actor, now: datetime, round_id: UUID) -> Taking:
    """Take every force's latest figures that are signed and have no open question.

    Raises Amiss where there are none, `Refused`.
    """
    undertake(by, Action.RUN_ROUND, detail={"round": str(round_id), "taken": True})
    in_line(round_id)
    signed = [
        one
        for one in latest_versions(round_id)
        if hasattr(one, "signature") and not open_questions(round_id, one.force_id)
    ]
    if not signed:
        raise Amiss("Nothing is signed yet.")
    taking = Taking.objects.create(round_id=round_id, at=now, by=by.id)
    Taken.objects.bulk_create(
        Taken(taking=taking, force_id=one.force_id, version=one, signature=one.signature) for one in signed
    )
    return taking
