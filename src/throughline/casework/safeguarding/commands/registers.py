"""Keeping the registers about staff: posts, who is on call, and training."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.people.rules import Malformed, row_of
from throughline.casework.safeguarding.models import OnCall, TeamPosts, Training
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day

#: The most posts that a team can have: more is a slip of the hand.
MOST_POSTS = 10_000
NOT_THERE = "There is no such entry"


@transaction.atomic
def set_posts(*, by: Actor, now: datetime, team: UUID, established: int, filled: int) -> TeamPosts:
    """Write how many posts a team has and how many are filled. Raises Malformed, Refused."""
    undertake(by, Action.KEEP_REGISTERS, detail={"team": str(team)})
    found = Team.objects.filter(id=team).first()
    if found is None:
        raise Malformed("team", "choose one of the answers listed")
    if not 0 <= established <= MOST_POSTS:
        raise Malformed("established", "is not a number of posts")
    if not 0 <= filled <= established:
        raise Malformed("filled", "is more than there are posts")
    return TeamPosts.objects.create(team=found, established=established, filled=filled, at=now, by=by.id)


@transaction.atomic
def put_on_call(*, by: Actor, now: datetime, account: UUID, starts_at: datetime, ends_at: datetime) -> OnCall:
    """Write that somebody is on call for their team. Raises Malformed, Refused."""
    undertake(by, Action.KEEP_REGISTERS, detail={"account": str(account)})
    user = _active(account)
    if ends_at <= starts_at:
        raise Malformed("ends", "is before it begins")
    if ends_at <= now:
        raise Malformed("ends", "is over already")
    return OnCall.objects.create(
        team=user.team, account=user.id, starts_at=starts_at, ends_at=ends_at, at=now, by=by.id
    )


@transaction.atomic
def end_on_call(*, by: Actor, now: datetime, entry_id: UUID) -> None:
    """Say that somebody is not on call after all, or no longer. Raises Refused."""
    undertake(by, Action.KEEP_REGISTERS, detail={"entry": str(entry_id)})
    entry = OnCall.objects.select_for_update().filter(id=entry_id).first()
    if entry is None:
        raise Refused(NOT_THERE, entry_id)
    if entry.ended_at is None:
        entry.ended_at = now
        entry.save(update_fields=["ended_at"])


@transaction.atomic
def record_training(
    *,
    by: Actor,
    now: datetime,
    account: UUID,
    kind: str,
    valid_from: date,
    valid_until: date | None = None,
) -> Training:
    """Write that somebody is trained in something, or has a part. Raises Malformed, Refused."""
    undertake(by, Action.KEEP_REGISTERS, detail={"account": str(account), "kind": kind})
    user = _active(account)
    row_of("training-kinds", "kind", kind, now)
    if valid_until and valid_until < valid_from:
        raise Malformed("valid_until", "is before the first day")
    return Training.objects.create(
        account=user.id, kind=kind, valid_from=valid_from, valid_until=valid_until, at=now, by=by.id
    )


@transaction.atomic
def end_training(*, by: Actor, now: datetime, entry_id: UUID) -> None:
    """Say that what somebody was trained in, or the part that they had, holds for the last time today. Raises Refused."""
    undertake(by, Action.KEEP_REGISTERS, detail={"entry": str(entry_id)})
    entry = Training.objects.select_for_update().filter(id=entry_id).first()
    if entry is None:
        raise Refused(NOT_THERE, entry_id)
    today = london_day(now)
    if entry.valid_until is None or entry.valid_until > today:
        entry.valid_until = max(today, entry.valid_from)
        entry.save(update_fields=["valid_until"])


def _active(account: UUID) -> User:
    user = User.objects.filter(id=account, is_active=True).select_related("team").first()
    if user is None:
        raise Malformed("account", "choose one of the answers listed")
    return user
