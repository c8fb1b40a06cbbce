"""How a page of a room says that it can be taken along, and that its form is kept where there is no signal.

In the view: ``along = take_along(request, about=incident.id, label=incident.number, subjects=…, pages={…})``; in
the template ``{{ along_with_me(along) }}`` once, and ``<form method="post" {{ kept_offline(along) }}>``. A form
that says which version of the page it answers names those fields: ``kept_offline(along, "version")``; its view
then says with `left_at` which version it left. A later room whose pages belong to a matter of an earlier one says
so with `goes_along`. Without JavaScript all of it does nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.functional import Promise
from markupsafe import Markup

from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.offline.models import Entry
from throughline.foundations.offline.rules import Done

#: Pages by their paths, with what each is called. It is told in the clear on the device: no name of a person.
type Pages = Mapping[str, str | Promise]

_SALT = "throughline.offline"
# what later rooms add to what is taken along
_MORE: list[Callable[[Actor, UUID], Pages]] = []


def goes_along(pages_of: Callable[[Actor, UUID], Pages]) -> None:
    """Have the pages of another room taken along with a matter: ``pages_of(reader, about)`` gives them.

    Called once, as the room's app is ready. It is asked within the page, in its reader's name.
    """
    _MORE.append(pages_of)


@dataclass(frozen=True, slots=True)
class Along:
    """What may be taken along: the ticket says for whom, and about what and whom, and which pages."""

    about: UUID
    ticket: str
    pages: Pages


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that was given to this account, read again."""

    about: UUID
    label: str
    subjects: tuple[UUID, ...]
    purpose: str


def take_along(
    request: HttpRequest,
    *,
    about: UUID,
    label: str,
    subjects: Iterable[UUID],
    pages: Pages,
    purpose: str,
) -> Along | None:
    """What the reader of this page may take along of it; None for a reader whom no rule lets.

    Only who was shown a page holds its ticket: asked for again, it is signed, theirs alone and soon over.
    """
    actor = actor_of(request)
    if not may(actor, Action.WORK_OFFLINE):
        return None
    told = [str(actor.id), str(about), label, sorted(map(str, subjects)), purpose]
    every = dict(pages)
    for pages_of in _MORE:
        every |= pages_of(actor, about)
    return Along(about, signing.dumps(told, salt=_SALT, compress=True), every)


def read_ticket(text: str, *, user: UUID) -> Ticket:
    """The ticket that a page gave this account in this turn of duty. Raises BadSignature for any other."""
    told = signing.loads(text, salt=_SALT, max_age=settings.SESSION_LONGEST)
    holder, about, label, subjects, purpose = told
    if holder != str(user):
        raise signing.BadSignature("given to somebody else")
    return Ticket(UUID(about), label, tuple(map(UUID, subjects)), purpose)


def along_with_me(along: Along | None) -> Markup:
    """Where the page says that it is taken along; the script of the site does it as the page is opened."""
    if along is None:
        return Markup("")
    return Markup('<div data-offline-along="{}" data-about="{}" data-pages="{}" hidden></div>').format(
        along.ticket, along.about, json.dumps({place: str(name) for place, name in along.pages.items()})
    )


def kept_offline(along: Along | None, versions: str = "") -> Markup:
    """Attributes of a ``form`` element that is kept on the device where there is no signal, and sent later.

    ``versions`` names its fields that say which version of the page it answers, separated by blanks.
    """
    if along is None:
        return Markup("")
    return Markup('data-offline="{}" data-offline-versions="{}"').format(along.about, versions)


def done(request: HttpRequest, now: datetime) -> Done:
    """When what this request asks for was done, by our clock, and whether that is to be doubted."""
    entry: Entry | None = getattr(request, "entry", None)
    return Done(now) if entry is None else Done(entry.done_at, entry.doubtful)


def done_at(request: HttpRequest, now: datetime) -> datetime:
    """`done` without the doubt: for a form sent at once it is now."""
    return done(request, now).at


def is_kept(request: HttpRequest) -> bool:
    """Whether this form was kept on a device: whoever wrote it does not see the answer, and is not asked back."""
    return hasattr(request, "entry")


def left_at(request: HttpRequest, **versions: object) -> None:
    """Say which version of the page this form has left, by the names of its fields.

    The next form that the same device typed on the same page then stands on it, and conflicts with nobody.
    """
    request.left = {name: str(value) for name, value in versions.items()}  # type: ignore[attr-defined]


def is_taken(request: HttpRequest) -> None:
    """Say that a form was taken in although its answer leads nowhere else."""
    request.is_taken = True  # type: ignore[attr-defined]
