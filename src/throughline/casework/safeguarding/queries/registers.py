"""What the registers about staff say: posts, who is on call, and who is trained in what."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from throughline.casework.people.queries.many import among
from throughline.casework.safeguarding.models import OnCall, TeamPosts, Training
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.accounts.models import Team, User
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Posts:
    """One team: how many posts it has and how many are filled, where somebody wrote it, and who is on call now."""

    team: Team
    row: TeamPosts | None
    on_call: tuple[str, ...]

    @property
    def vacant(self) -> int | None:
        """How many posts are vacant; None where nobody wrote it: unknown is not none."""
        return None if self.row is None else self.row.established - self.row.filled


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a register with whom it is of."""

    row: OnCall | Training
    name: str
    role: str
    team: str


def teams(actor: Actor, *, now: datetime) -> tuple[Posts, ...]:
    """Every team with its posts and who is on call. Raises Refused."""
    insist(actor, Action.VIEW_WORKLOAD)
    latest = {row.team_id: row for row in TeamPosts.objects.order_by("at", "id")}
    of: dict[UUID, list[str]] = defaultdict(list)
    for one in on_call(actor, now=now):
        if isinstance(one.row, OnCall) and one.row.starts_at <= now:
            of[one.row.team_id].append(one.name)
    every = Team.objects.select_related("agency").order_by("agency__name", "name")
    return tuple(Posts(team, latest.get(team.id), tuple(of[team.id])) for team in every)


def on_call(actor: Actor, *, now: datetime) -> tuple[Listed, ...]:
    """Who is on call or will be, of accounts that are open, the earliest first. Raises Refused."""
    insist(actor, Action.VIEW_WORKLOAD)
    rows = OnCall.objects.filter(ended_at=None, ends_at__gt=now).order_by("starts_at", "id")
    return _listed(rows)


def trained(actor: Actor, *, on: date) -> tuple[Listed, ...]:
    """Whose training and parts hold on a day, of accounts that are open, by kind and name. Raises Refused."""
    insist(actor, Action.VIEW_WORKLOAD)
    order = {row.code: number for number, row in enumerate(load("training-kinds").as_of(on))}
    found = _listed(_holding(on))
    return tuple(
        sorted(
            found,
            key=lambda one: (
                order.get(one.row.kind, len(order)) if isinstance(one.row, Training) else 0,
                one.name,
            ),
        )
    )


def known_for(accounts: Collection[UUID], *, on: date) -> dict[UUID, tuple[str, ...]]:
    """What each of some accounts is trained in or has a part in, in words, for whoever chooses one of them."""
    kinds = load("training-kinds")
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = _holding(on).filter(among("account", accounts)).order_by("kind")
    for account, kind in rows.values_list("account", "kind"):
        if (words := kinds.label(kind, on=on)) not in found[account]:
            found[account].append(words)
    return {account: tuple(words) for account, words in found.items()}


def _holding(on: date) -> QuerySet[Training]:
    return Training.objects.filter(Q(valid_until=None) | Q(valid_until__gte=on), valid_from__lte=on)


def _listed(rows: QuerySet[OnCall] | QuerySet[Training]) -> tuple[Listed, ...]:
    entries: list[OnCall | Training] = list(rows)
    users = {
        user.id: user
        for user in User.objects.filter(
            among("id", {row.account for row in entries}), is_active=True
        ).select_related("team")
    }
    return tuple(
        Listed(row, user.name, user.role, user.team.name)
        for row in entries
        if (user := users.get(row.account))
    )


def trained_in(account: UUID, kind: str, *, on: date) -> bool:
    """Whether the register says of an account that it is trained in something, or has a part, on a day. For a command."""
    return _holding(on).filter(account=account, kind=kind).exists()
