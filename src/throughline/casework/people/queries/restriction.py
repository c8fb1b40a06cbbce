"""Why a record is out of sight, and who may see it all the same: for the desk alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from throughline.casework.people.queries.person import staff_names
from throughline.foundations.access.models import Grant
from throughline.foundations.access.queries import open_grants, subject_for
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.accounts.models import Team, User
from throughline.reference import load

# enough for a few hundred restricted records to differ, short enough to be said over the radio
REFERENCE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """An account or a team that may see a restricted record, or a refuge address."""

    grantee: UUID
    who: str
    kind: str
    reason: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """Since when and why a record is restricted, who said so, and who may see it."""

    since: datetime
    reason: str
    by: str
    reference: str
    sights: tuple[Sight, ...]


def restriction(actor: Actor, record_id: UUID) -> Restriction | None:
    """The restriction of a record as the desk sees it; None where it is not restricted. Raises `Refused`.

    The caller's look at the person covers it.
    """
    insist(actor, Action.GRANT_SIGHT, subject_for(actor, record_id), record_id)
    grants = list(open_grants(record_id).order_by("valid_from"))
    set_by = next((grant for grant in grants if grant.kind == Grant.Kind.RESTRICT), None)
    if set_by is None:
        return None
    return Restriction(
        since=set_by.valid_from,
        reason=set_by.reason,
        by=staff_names({set_by.made_by})[set_by.made_by],
        reference=spoken_reference(record_id),
        sights=_sights(grants, {Grant.Kind.SEE, Grant.Kind.BREAK_GLASS}),
    )


def broken_until(actor: Actor, record_id: UUID) -> datetime | None:
    """Until when this actor sees a restricted record because they broke the glass."""
    broken = open_grants(record_id).filter(kind=Grant.Kind.BREAK_GLASS, grantee=actor.id)
    return broken.order_by("-valid_until").values_list("valid_until", flat=True).first()


def refuge_readers(actor: Actor, record_id: UUID) -> tuple[Sight, ...]:
    """The accounts that may read a refuge address. Raises `Refused`."""
    insist(actor, Action.RECORD_REFUGE, subject_for(actor, record_id), record_id)
    return _sights(open_grants(record_id).order_by("valid_from"), {Grant.Kind.REFUGE})


def _sights(grants: Iterable[Grant], kinds: set[Grant.Kind]) -> tuple[Sight, ...]:
    wanted = [grant for grant in grants if grant.kind in kinds and grant.grantee]
    ids = {grant.grantee for grant in wanted if grant.grantee}
    teams = dict(Team.objects.filter(id__in=ids).values_list("id", "name"))
    names = staff_names(ids - teams.keys())
    return tuple(
        Sight(
            grantee=grant.grantee,
            who=teams.get(grant.grantee) or names[grant.grantee],
            kind=grant.kind,
            reason=grant.reason,
            since=grant.valid_from,
            until=grant.valid_until,
        )
        for grant in wanted
        if grant.grantee
    )


def spoken_reference(record_id: UUID) -> str:
    """What the desk tells an officer who needs to break the glass: the beginning of the record's id."""
    head = record_id.hex[:REFERENCE_LENGTH]
    return f"{head[:4]} {head[4:]}"


def restricted_by_reference(reference: str) -> UUID | None:
    """The one restricted record that a reference is of; None where there is none, or more than one."""
    head = "".join(reference.split()).replace("-", "").lower()
    if len(head) < REFERENCE_LENGTH or not set(head) <= set("0123456789abcdef"):
        return None
    # a range of ids: the index of subjects holds them in this order
    low, high = UUID(hex=head[:32].ljust(32, "0")), UUID(hex=head[:32].ljust(32, "f"))
    found = set(
        Grant.objects.filter(
            kind=Grant.Kind.RESTRICT, valid_until=None, subject__range=(low, high)
        ).values_list("subject", flat=True)
    )
    return found.pop() if len(found) == 1 else None


def staff(*, today: date, teams: bool = False) -> list[tuple[str, str]]:
    """The accounts, and where asked the teams, that can be named, as choices in the order of their names."""
    accounts = [
        (str(user.id), f"{user.name} ({load('roles').label(user.role, on=today)}, {user.team.name})")
        for user in User.objects.filter(is_active=True).select_related("team").order_by("name", "username")
    ]
    if teams:
        accounts += [
            (str(team.id), _("Everybody of %(team)s") % {"team": team.name})
            for team in Team.objects.order_by("name")
        ]
    return accounts
