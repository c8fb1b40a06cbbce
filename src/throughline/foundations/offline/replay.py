"""How a form that was kept on a device goes through its ordinary address, once.

The device posts it there as the page would have, with headers that say which entry it is. The frame around
every page (`website.middleware`) hands it here, inside the transaction of the page: what it does and the row that
says so stand or fall together, so that a worker which dies between the commit and its answer doubles nothing.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.messages import get_messages
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

from throughline.foundations.access.rules import Actor, Refused
from throughline.foundations.offline.commands import Waits, begin, keep_conflict, taken
from throughline.foundations.offline.models import Entry
from throughline.foundations.offline.rules import BadEntry, Outcome, Why, read_told

_WHY = {
    HTTPStatus.CONFLICT: Why.CHANGED,
    HTTPStatus.FORBIDDEN: Why.REFUSED,
    HTTPStatus.NOT_FOUND: Why.NOT_THERE,
}


class _NotTaken(Exception):
    """Undoes what a form that was not taken in has done, and says why it was not."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def is_entry(request: HttpRequest) -> bool:
    """Whether a device sends something that it has kept."""
    return request.method == "POST" and "Throughline-Entry" in request.headers


def answered(outcome: Outcome, status: HTTPStatus = HTTPStatus.OK, **more: str) -> JsonResponse:
    """What the device is told of an entry. It lets go only of what is taken, or kept as a conflict."""
    return JsonResponse({"outcome": outcome, **more}, status=status)


def replay(
    request: HttpRequest,
    actor: Actor,
    answer: Callable[[], HttpResponseBase],
    refused: Callable[[Refused], None],
) -> HttpResponseBase:
    """Take in an entry by the page's own ``answer``; ``refused`` logs a refusal that the page gave.

    Runs inside the page's transaction. An answer that leads somewhere else means taken in; a page shown again,
    changed meanwhile, refused or not there is kept as a conflict, and undone. Anything unforeseen is raised.
    """
    now = timezone.now()
    typed = dict(request.POST.lists())
    try:
        told = read_told(request.headers)
        if told is None:
            raise BadEntry("Throughline-Entry: missing")
        begun = begin(by=actor, now=now, told=told, place=request.path, typed=typed)
    except BadEntry as bad:
        return answered(Outcome.LATER, HTTPStatus.BAD_REQUEST, why=str(bad))
    except Refused:
        return answered(Outcome.NOT_YOURS, HTTPStatus.FORBIDDEN)
    except Waits:
        return answered(Outcome.WAITS, HTTPStatus.CONFLICT)
    if isinstance(begun, Entry):
        return _as_before(begun)
    request.entry = begun.entry  # type: ignore[attr-defined]
    _carry_on(request, begun.versions)
    try:
        with transaction.atomic():
            response = _insist_taken(request, answer())
    except _NotTaken as not_taken:
        return _kept(request, begun.entry, not_taken.why, typed)
    except Refused as refusal:
        refused(refusal)
        return _kept(request, begun.entry, Why.REFUSED, typed)
    except (Http404, PermissionDenied):
        return _kept(request, begun.entry, Why.NOT_THERE, typed)
    except (BadRequest, SuspiciousOperation):
        return _kept(request, begun.entry, Why.UNREADABLE, typed)
    if response is None:
        transaction.set_rollback(True)
        return answered(Outcome.LATER, HTTPStatus.SERVICE_UNAVAILABLE)
    went_to = response.get("Location", "") or response.get("HX-Redirect", "")
    taken(entry=begun.entry, went_to=went_to, left=getattr(request, "left", {}))
    _drop_messages(request)
    return _as_before(begun.entry)


def _carry_on(request: HttpRequest, versions: dict[str, str]) -> None:
    if versions:
        carried = request.POST.copy()
        for name, value in versions.items():
            carried[name] = value
        request.POST = carried  # type: ignore[assignment]


def _insist_taken(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase | None:
    """The answer of a form that was taken in, None for a failure of ours. Raises for one that was not."""
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return None
    leads_on = response.get("Location") or response.get("HX-Redirect")
    if not leads_on and not getattr(request, "is_taken", False):
        ours = {status.value: why for status, why in _WHY.items()}
        raise _NotTaken(ours.get(response.status_code, Why.ERRORS))
    return response


def _kept(request: HttpRequest, entry: Entry, why: Why, typed: dict[str, list[str]]) -> HttpResponseBase:
    keep_conflict(entry=entry, why=why, typed=typed)
    _drop_messages(request)
    return _as_before(entry)


def _as_before(entry: Entry) -> JsonResponse:
    return answered(Outcome(entry.outcome), why=entry.why, went_to=entry.went_to)


def _drop_messages(request: HttpRequest) -> None:
    """Nobody reads the page that would show what the view said: it would turn up on another."""
    list(get_messages(request))
