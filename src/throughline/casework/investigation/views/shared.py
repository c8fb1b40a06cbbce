"""What the pages of this room share: one small form about a case, and who can be named in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import change_case
from throughline.casework.investigation.queries.allocating import who_could
from throughline.casework.safeguarding.queries.registers import known_for
from throughline.foundations.access.rules import Action
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is nobody who may investigate"),
    gettext_noop("is nobody who may see this case"),
    gettext_noop("investigates it already"),
    gettext_noop("is needed: say what is to be done"),
    gettext_noop("is over"),
    gettext_noop("is needed: say why it is no longer to be done"),
    gettext_noop("add a line first"),
    gettext_noop("is needed: say what you read, and what more is to be done"),
    gettext_noop("is needed: say how you know"),
    gettext_noop("say who looks for it"),
    gettext_noop("has no investigation"),
    gettext_noop("say what was taken or offered"),
    gettext_noop("belongs to a statement that she made"),
    gettext_noop("belongs to a statement that was taken"),
    gettext_noop("is too long for an exhibit reference"),
    gettext_noop("visit her first: nothing is decided before she was seen"),
    gettext_noop("does not fit the decision"),
)


def case_address(case_id: UUID) -> str:
    """The page of the investigation of a case."""
    return reverse("investigation:case", args=[case_id])


def small(
    request: HttpRequest,
    action: Action,
    case: Case,
    form: BaseForm,
    command: Callable[[], object],
    *,
    back: str = "",
    **told: Any,
) -> HttpResponse:
    """One form about a case, and back to its investigation once it was done."""
    return change_case(request, action, case, form, command, back=back or case_address(case.id), **told)


def accounts(first: str = "", *, me: UUID | None = None) -> list[tuple[str, str]]:
    """Who may be named, as choices: oneself, then those of a role, each with what they are trained in or known for."""
    users = who_could()
    today = london_day(timezone.now())
    known = known_for({user.id for user in users}, on=today)
    roles = load("roles")

    def called(user: User) -> str:
        words = "; ".join([roles.label(user.role, on=today), *known.get(user.id, ())])
        return f"{user.name} ({words})"

    users = sorted(users, key=lambda user: (user.id != me, user.role != first))
    return [(str(user.id), called(user)) for user in users]
