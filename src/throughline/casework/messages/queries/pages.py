"""The texts of one case, and whether she can be texted, as a page shows them."""

from dataclasses import dataclass
from datetime import datetime

from throughline.casework.cases.models import Case
from throughline.casework.messages.models import UNDER_WAY, Message
from throughline.casework.messages.queries.channels import channel_to
from throughline.casework.messages.rules import SafeChannel, Stop
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event

#: The most texts that a page of one case shows.
MOST = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """A text, by whom it was asked for, and whether it may still be taken back."""

    message: Message
    by: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Texts:
    """The channel or why there is none, and every text of the case, newest first."""

    channel: SafeChannel | Stop
    sent: tuple[Sent, ...]

    @property
    def under_way(self) -> bool:
        return any(one.message.state in UNDER_WAY for one in self.sent)

    @property
    def safe(self) -> bool:
        return isinstance(self.channel, SafeChannel)


def texts(case: Case, *, at: datetime) -> Texts:
    """What was sent and can be. Part of a page, whose look names the two."""
    rows = list(Message.objects.filter(case=case).order_by("-asked_at", "id")[:MOST])
    names = staff_names({one.asked_by for one in rows})
    return Texts(
        channel_to(held_together(case.victim_id), at=at),
        tuple(Sent(one, names[one.asked_by], one.state == "waiting") for one in rows),
    )


def under_way(actor: Actor) -> tuple[Message, ...]:
    """The texts in the reader's sight that have not arrived, the shortest of use first, with the look. Raises Refused."""
    insist(actor, Action.CONTACT_VICTIM)
    found = tuple(Message.objects.filter(state__in=UNDER_WAY).order_by("until", "id"))
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.CONTACT_VICTIM,
        subjects=sorted({one.record_id for one in found}),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return found
