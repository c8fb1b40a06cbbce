"""Who did what at the national site, for its administrators."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.audit.queries import looked
from throughline.foundations.clock.rules import start_of_day
from throughline.national.collection.models import Force, Round
from throughline.national.collection.queries.log_words import ACTS, act_in_words, details_in_words
from throughline.reference import load

#: Lines on a page.
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log in words: who, in which role, did what, and of what, in names as far as there are any."""

    event: Event
    who: str
    role: str
    act: str
    of: list[str]


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, newest first. ``older`` is what to go on from, if there is more."""

    lines: list[Line]
    older: int | None


def log_page(
    actor: Actor,
    *,
    account: UUID | None = None,
    action: str = "",
    day: date | None = None,
    before: int | None = None,
) -> LogPage:
    """The log, narrowed to an account, an action, a day (of London) or what is older. Reading it is in it too. Raises `Refused`."""
    insist(actor, Action.READ_NATIONAL_LOG)
    events = looked(
        actor=account,
        since=start_of_day(day) if day else None,
        until=start_of_day(day + timedelta(days=1)) if day else None,
        before=before,
    )
    if action:
        events = events.filter(action=action)
    found = list(events[: PAGE + 1])
    record(
        actor,
        Event.Kind.LOOK,
        Action.READ_NATIONAL_LOG,
        detail={"account": str(account or ""), "action": action, "day": day.isoformat() if day else ""},
    )
    names = {str(one.id): one.name for one in Force.objects.all()}
    names |= {str(one.id): one.title for one in Round.objects.all()}
    names |= {one.code: one.name for one in Force.objects.all()}
    people = dict(User.objects.values_list("id", "name"))
    names |= {str(one): name for one, name in people.items()}
    roles = {row.code: row.label for row in load("roles").rows}
    return LogPage(
        [
            Line(
                one,
                people.get(one.actor, ""),
                roles.get(one.role, ""),
                act_in_words(one),
                details_in_words(one.detail, names),
            )
            for one in found[:PAGE]
        ],
        found[PAGE - 1].id if len(found) > PAGE else None,
    )


def choices(actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Every account by its name, and every act that is in the log in its words, for the form. Raises `Refused`."""
    insist(actor, Action.READ_NATIONAL_LOG)
    actions = Event.objects.order_by("action").values_list("action", flat=True).distinct()
    people = User.objects.order_by("name", "username")
    return [(str(one.id), f"{one.name} ({one.username})") for one in people], sorted(
        ((one, str(ACTS.get(one, one))) for one in actions), key=lambda one: one[1]
    )
