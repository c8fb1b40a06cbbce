"""The advisers' services that there are: teams with an account of the role, and whom they may not see."""

from collections.abc import Collection
from uuid import UUID

from throughline.foundations.access.queries import may_on_all
from throughline.foundations.access.rules import Action, Actor, Role
from throughline.foundations.accounts.models import Team, User


def services() -> tuple[Team, ...]:
    """The teams of advisers that have an account, by the name of their agency. Of nobody, so that no look is written."""
    teams = User.objects.filter(role=Role.IDVA, is_active=True).values("team")
    return tuple(Team.objects.filter(id__in=teams).select_related("agency").order_by("agency__name", "name"))


def out_of_sight(grantees: Collection[UUID | None], subjects: Collection[UUID]) -> bool:
    """Whether one of some people is restricted and the desk has let neither the service nor the account see them."""
    known = [one for one in grantees if one]
    if not known:
        return True
    sees = Actor(known[-1], Role.IDVA, known[0])
    return not may_on_all(sees, Action.WORK_REFERRED, subjects)
