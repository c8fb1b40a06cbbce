"""What the pages of this room share: one small form about a case, and who can be named in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import change_case
from throughline.casework.neighbourhood.queries.disrupting import who_could
from throughline.casework.neighbourhood.rules.calling import Calling
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is nobody who does such tasks"),
    gettext_noop("is needed: say what is to be done, where and when"),
    gettext_noop("is before it was ordered"),
    gettext_noop("is needed: say what was found, and where"),
    gettext_noop("is needed: say what you read, and what goes on or changes"),
    gettext_noop("is needed: say how you know"),
    gettext_noop("she said that a visit is not safe: reach her by another way"),
    gettext_noop("this is not an hour that she said is safe"),
    gettext_noop("is needed: say why it is safe to call"),
    gettext_noop("belongs to a visit at which she was spoken to"),
    gettext_noop("must be a day to come"),
    gettext_noop("is further ahead than a marker is kept at once"),
)

#: Whether it is safe to call on her now: the tag's tone and word, and what to do.
SAFETY = {
    Calling.SAFE: (
        "good",
        gettext_lazy("Safe now"),
        gettext_lazy("She said that a visit at this hour is safe"),
    ),
    Calling.NOT_NOW: (
        "danger",
        gettext_lazy("Not now"),
        gettext_lazy("Do not call now: not an hour that she said is safe"),
    ),
    Calling.NOT_SAFE: (
        "danger",
        gettext_lazy("Not safe"),
        gettext_lazy("Do not call: she said that a visit is not safe"),
    ),
    Calling.NOT_KNOWN: (
        "warning",
        gettext_lazy("Not known"),
        gettext_lazy("Nobody knows whether a visit is safe"),
    ),
    Calling.SUSPECT_LIVES_THERE: (
        "danger",
        gettext_lazy("Not known"),
        gettext_lazy("The suspect lives there, and nobody knows whether a visit is safe"),
    ),
}


def case_address(case_id: UUID) -> str:
    """The page of what the neighbourhood team does in a case."""
    return reverse("neighbourhood:case", args=[case_id])


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
    """One form about a case, and back to its page once it was done."""
    return change_case(request, action, case, form, command, back=back or case_address(case.id), **told)


def accounts(me: UUID) -> list[tuple[str, str]]:
    """Who may be named for a task, as choices: oneself first, then by role and name, each with their team."""
    today = london_day(timezone.now())
    roles = load("roles")
    users = sorted(who_could(), key=lambda user: (user.id != me, user.role, user.name))
    return [(str(user.id), f"{user.name} ({roles.label(user.role, on=today)})") for user in users]
