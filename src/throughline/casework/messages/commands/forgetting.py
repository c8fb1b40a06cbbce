"""What goes from the room of messages when a person is erased."""

from datetime import datetime
from uuid import UUID

from throughline.casework.messages.commands.going import stop
from throughline.casework.messages.models import Message
from throughline.casework.messages.rules import MESSENGER, State, Stop


def forget(*, record_id: UUID, now: datetime) -> None:
    """Stop what has not left to an erased person, or about a pair that they were one of.

    Nothing else is held of them: that a text was asked for, by whom and what became of it stays in ids and codes.
    Inside the erasing command only, which audits.
    """
    for message in Message.objects.select_for_update().filter(
        subjects__contains=[record_id], state=State.WAITING
    ):
        stop(message, Stop.WITHDRAWN, by=MESSENGER, now=now)
