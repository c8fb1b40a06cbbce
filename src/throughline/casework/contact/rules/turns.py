"""Who is on duty, to whom returned work goes, and who holds what while one turn hands over to the next."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from throughline.foundations.access.rules import Role

#: Who answers for a turn or a queue, and hands over what is open of their role before they go.
HANDS_OVER: Final = frozenset({Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR, Role.HUB})
#: Whose turn the open contacts are of: everybody else hands over duties alone.
KEEPS_CONTACTS: Final = Role.SUPERVISOR


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody whose turn it is, and until when."""

    user: UUID
    role: Role
    team: UUID | None
    ends_at: datetime


def whom(
    *, maker: UUID, team: UUID | None, role: Role, on_duty: Iterable[OnDuty], besides: Collection[UUID] = ()
) -> UUID | None:
    """Who takes work that comes back: the maker while on duty, else their team, else anyone of the role.

    Among several, whoever stays longest, so that it need not be passed on again. None where nobody of the role
    is on duty: then it is the supervisor's. ``besides`` names who must not have it.
    """
    fit = [one for one in on_duty if one.role == role and one.user not in besides]
    chosen = min(
        fit,
        key=lambda one: (
            one.user != maker,
            team is None or one.team != team,
            -one.ends_at.timestamp(),
            one.user,
        ),
        default=None,
    )
    return chosen.user if chosen else None


class Holder(StrEnum):
    """Where an open duty of a role stands between two turns."""

    TURN = "turn"
    OFFERED = "offered"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Handed:
    """One handing over: what was offered by whom, and who took it, if anybody has."""

    id: UUID
    items: frozenset[UUID]
    offered_at: datetime
    offered_by: UUID
    accepted_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds an open duty: the turn that is on, the one who offered it and still answers, or who took it."""

    holder: Holder
    by: UUID | None


def held(open_duties: Iterable[UUID], handovers: Iterable[Handed]) -> dict[UUID, Held]:
    """Of every open duty, who holds it. The latest handing over that names it counts.

    An offer that nobody has accepted leaves it with the one who offered: nothing falls between.
    """
    latest: dict[UUID, Handed] = {}
    for one in sorted(handovers, key=lambda one: (one.offered_at, one.id)):
        latest |= dict.fromkeys(one.items, one)
    return {duty: _held(latest.get(duty)) for duty in open_duties}


def _held(handed: Handed | None) -> Held:
    if handed is None:
        return Held(Holder.TURN, None)
    if handed.accepted_by is None:
        return Held(Holder.OFFERED, handed.offered_by)
    return Held(Holder.ACCEPTED, handed.accepted_by)
