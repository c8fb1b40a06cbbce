"""What a line of an investigation plan needs, and what the scene left that could become one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.casework.scene.rules import CALL_RECORDING, Evidence
from throughline.reference import load

#: Lines of these stages of the scene are proposed.
LEFT = (Evidence.FOR_INVESTIGATOR, Evidence.NOT_DONE)


@dataclass(frozen=True, slots=True)
class Left:
    """One thing to gather that an incident's scene left: which, and in which state; empty where nobody said."""

    incident: UUID
    item: str
    state: str


def left_by_the_scene(
    said: Iterable[Left], *, with_a_call: Collection[UUID], settled: Collection[tuple[UUID, str]]
) -> list[Left]:
    """What of the scene a person has still to take into the plan or let go (report, table 2).

    What was left or not done; and of an incident that a call told of, the recording of it that nobody has listened to,
    also where nobody said anything of it. ``settled`` is what was taken or let go before.
    """
    said = list(said)
    found = [one for one in said if one.state in LEFT]
    spoken_of = {one.incident for one in said if one.item == CALL_RECORDING}
    found += [Left(incident, CALL_RECORDING, "") for incident in with_a_call if incident not in spoken_of]
    return sorted(
        (one for one in found if (one.incident, one.item) not in settled),
        key=lambda one: (one.item != CALL_RECORDING, str(one.incident), one.item),
    )


def kind_for(item: str, on: date) -> str:
    """The kind of line that a thing to gather leads to."""
    rows = load("investigation-lines").as_of(on)
    return next((row.code for row in rows if row.optional_text("from_item") == item), "line-other")


def is_late(due_at: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a line is overdue."""
    return due_at is not None and ended_at is None and due_at < now
