"""What the device asks for, and the pages about work without signal."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.routes import Open, actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.accounts.models import User
from throughline.foundations.offline import commands, queries
from throughline.foundations.offline.marking import read_ticket
from throughline.foundations.offline.rules import Stands, Why

#: What a page needs to be read without signal, besides itself.
_ASSETS = (
    "throughline.css",
    "htmx.min.js",
    "throughline.js",
    "govuk-frontend.min.js",
    "offline-store.js",
    "offline.js",
    "throughline.svg",
)
_MOST_WAITING = 10_000


@guarded(Open.TO_EVERYBODY)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root of the site so that every page is in its reach. It holds nobody's data."""
    assets = ", ".join(f'"{static(name)}"' for name in _ASSETS)
    scripts = ", ".join(f'"{static(name)}"' for name in ("offline-store.js", "offline-worker.js"))
    told = f'const SHELL = "{reverse("offline:waiting")}";\nconst ASSETS = [{assets}];\n'
    body = f"{told}importScripts({scripts});\n"
    return HttpResponse(body, content_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


@guarded(Open.TO_EVERYBODY)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits on this device. The page is the same for everybody: the device itself fills it in."""
    return render(request, "offline/waiting.html")


@guarded(Open.TO_EVERYBODY)
@require_GET
def here(request: HttpRequest) -> JsonResponse:
    """Who is signed in on this device, what time it is here, and the token that its posts must carry."""
    user = request.user
    known: dict[str, Any] = {"user": None, "conflicts": 0}
    if isinstance(user, User) and may(user.actor, Action.WORK_OFFLINE):
        with transaction.atomic():
            set_actor(user.actor)
            known = {"user": str(user.id), "conflicts": len(queries.my_conflicts(user.actor))}
    elif isinstance(user, User):
        known["user"] = str(user.id)
    return JsonResponse({**known, "token": get_token(request), "now": _milliseconds(timezone.now())})


@guarded(Action.WORK_OFFLINE)
@require_POST
def leases(request: HttpRequest) -> JsonResponse:
    """Take the pages of a ticket along on this device."""
    actor = actor_of(request)
    try:
        ticket = read_ticket(request.POST.get("ticket", ""), user=actor.id)
    except signing.BadSignature:
        raise BadRequest("ticket: not one of this account's, or too old") from None
    given = commands.take_along(
        by=actor,
        now=timezone.now(),
        device=_uuid(request, "device"),
        about=ticket.about,
        label=ticket.label,
        subjects=ticket.subjects,
        purpose=ticket.purpose,
    )
    return _told(given)


@guarded(Action.WORK_OFFLINE)
@require_POST
def lease_keys(request: HttpRequest, lease_id: UUID) -> JsonResponse:
    """The keys of one's own lease, again."""
    by, now, waiting = actor_of(request), timezone.now(), _waiting(request)
    return _told(commands.keys_again(by=by, now=now, lease_id=lease_id, waiting=waiting))


@guarded(Action.WORK_OFFLINE)
@require_POST
def seen(request: HttpRequest, lease_id: UUID) -> JsonResponse:
    """The device is there, and says how much waits on it."""
    by, now, waiting = actor_of(request), timezone.now(), _waiting(request)
    lease = commands.say_waiting(by=by, now=now, lease_id=lease_id, waiting=waiting)
    return JsonResponse({"open": lease.closed_at is None and lease.until > now})


@guarded(Action.WORK_OFFLINE)
@require_POST
def give_back(request: HttpRequest, lease_id: UUID) -> JsonResponse:
    """The pages are gone from the device."""
    ended = commands.give_back(by=actor_of(request), now=timezone.now(), lease_id=lease_id)
    return JsonResponse({"ended": ended})


def _told(given: commands.Keys) -> JsonResponse:
    lease = given.lease
    return JsonResponse(
        {
            "id": str(lease.id),
            "user": str(lease.user),
            "about": str(lease.about),
            "label": lease.label,
            "until": _milliseconds(lease.until),
            "pages": base64.b64encode(given.pages).decode() if given.pages else None,
            "outbox": base64.b64encode(given.outbox).decode(),
        }
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _uuid(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise BadRequest(f"{name}: not an id") from None


def _waiting(request: HttpRequest) -> int:
    text = request.POST.get("waiting", "")
    if not text.isdecimal() or int(text) > _MOST_WAITING:
        raise BadRequest("waiting: not a number that it can be")
    return int(text)


# --- pages ---------------------------------------------------------------------------------------------------


def _why_words() -> dict[str, str]:
    return {
        Why.CHANGED: _("Somebody else has changed this since you opened it."),
        Why.ERRORS: _("Something in it has to be put right first, or it has changed since you opened it."),
        Why.REFUSED: _("You may not do this, or no longer. Your work is kept."),
        Why.NOT_THERE: _("The page that it belongs to is no longer there, or not for you."),
        Why.UNREADABLE: _("The page could not read what was sent."),
    }


@guarded(Action.WORK_OFFLINE)
@require_GET
def kept(request: HttpRequest) -> HttpResponse:
    """One's own work that came in and could not be saved as it was."""
    shown = {"conflicts": queries.my_conflicts(actor_of(request)), "why": _why_words()}
    return render(request, "offline/kept.html", shown)


@guarded(Action.WORK_OFFLINE)
@require_http_methods(["GET", "POST"])
def conflict(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Both versions of one of them. Posts: put it back into its form, or leave what stands."""
    if request.method == "POST":
        return _settled(request, entry_id)
    found = queries.conflict(actor_of(request), entry_id)
    return render(
        request,
        "offline/conflict.html",
        {"entry": found.entry, "typed": found.typed, "why": _why_words(), "back": reverse("offline:kept")},
    )


def _settled(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    by, now = actor_of(request), timezone.now()
    match request.POST.get("do"):
        case "put-back":
            return redirect(commands.put_back(by=by, now=now, entry_id=entry_id).place)
        case "throw-away":
            commands.throw_away(by=by, now=now, entry_id=entry_id)
            return redirect("offline:kept")
    raise BadRequest("do: neither put-back nor throw-away")


@guarded(Action.SUPERVISE_TEAM)
@require_GET
def stuck(request: HttpRequest) -> HttpResponse:
    """Whose work stands still on a device, for who answers for the turn."""
    found = queries.unsynced(actor_of(request), now=timezone.now())
    return render(request, "offline/stuck.html", {"stuck": found, "unsent": Stands.UNSENT})


def words() -> dict[str, str]:
    """What the script of the site says on pages, in the reader's language. ``{n}`` and ``{when}`` are filled in."""
    return {
        "taking": _("Taking along {n} of {of}"),
        "sending": _("Sent {n} of {of}"),
        "along": _("Taken along on this device: {n} of {of} pages. They work without signal until {when}."),
        "nothingAlong": _("Nothing was taken along yet: these pages need signal."),
        "missing": _("Needing signal, since they are not with you: {what}."),
        "again": _("They are asked for again by themselves."),
        "keptPage": _("No signal. This is the page as it was at {when}."),
        "withYou": _("See what you have with you"),
        "notWithYou": _("There is no signal, and that page was not taken along."),
        "needs": _("(needs signal)"),
        "waitsHere": _(
            "Kept on this phone and not sent yet: {n}, last at {when}. It does not show above until it is sent."
        ),
        "until": _("They can be read here without signal until {when}."),
        "waiting": _("Kept on this phone, not sent yet: {n}"),
        "sent": _("Sent: {n}. Nothing waits on this phone."),
        "list": _("See what waits"),
        "send": _("Send now"),
        "noSignal": _("There is no signal. It stays on this phone, and is sent when there is."),
        "signIn": _("Sign in to send what waits on this phone."),
        "behind": _("What you sent later about the same incident waits until you have settled it."),
        "conflicts": _("Work of yours that could not be saved as it was: {n}"),
        "bothVersions": _("See both versions"),
        "colleague": _("Work of a colleague waits on this phone: {n}. It is sent when they sign in here."),
        "draft": _("We kept what you typed on this phone at {when}. It has not been sent yet."),
        "queued": _("What you see filled in was kept on this phone at {when}. It has not been sent yet."),
        "signOut": _(
            "Work on this phone has not been sent: {n}. It stays here, encrypted, and is sent when you sign in"
            " on this phone again. Nobody else can read it."
        ),
        "cannotKeep": _("There is no signal, and this page was not taken along. Nothing has been sent."),
        "nothing": _("Nothing waits on this phone."),
        "locked": _("It can be read when you have signed in."),
        "keptAt": _("kept {when}"),
        "important": _("Important"),
        "pages": _("Pages with you: {what}"),
        "now": _("Stands now"),
        "serverTrouble": _("The site could not take it in just now. It stays on this phone."),
    }
