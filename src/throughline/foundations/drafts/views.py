"""Drafts on pages: kept while somebody types, and put back when they return."""

import contextlib
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import DatabaseError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from markupsafe import Markup

from throughline.foundations.access.routes import Open, actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.drafts.commands import keep as keep_draft
from throughline.foundations.drafts.queries import Recalled, recall

# pages whose fields are secrets, or that keep drafts themselves
_LONGEST_NUMBER = 9
_WITHOUT_DRAFTS = {Action.SIGN_IN, Action.CHANGE_OWN_ACCOUNT, Action.MANAGE_ACCOUNTS, Action.KEEP_DRAFT}


def recalled(request: HttpRequest, *forms: BaseForm) -> Recalled | None:
    """Fill the forms of a page with what its reader had typed here before, with a banner; says what that was.

    For the GET of a page whose form is sent to the page's own address:
    ``form = SomeForm(request.POST or None)``, then ``if request.method == "GET": recalled(request, form)``.
    """
    draft = recall(user=actor_of(request).id, place=request.path, now=timezone.now())
    if draft is None:
        return None
    for form in forms:
        draft.fill(form)
    at = timezone.localtime(draft.saved_at)
    when = formats.date_format(at, "H:i" if at.date() == timezone.localdate() else "j F, H:i")
    words = _("We kept what you typed at %(time)s. It has not been saved yet.")
    messages.info(request, words % {"time": when})
    return draft


def keep_typed(request: HttpRequest, author: Any, rule: Action | Open | None) -> bool:
    """Keep what ``author`` sent as their draft of a page that cannot take it in now.

    Says whether there was anything to keep. The draft has a transaction of its own; where even that fails,
    the caller's own failure is the one to tell.
    """
    if request.method != "POST" or not isinstance(rule, Action) or rule in _WITHOUT_DRAFTS:
        return False
    with contextlib.suppress(DatabaseError), transaction.atomic():
        return keep_draft(
            user=author.pk, place=request.path, typed=dict(request.POST.lists()), now=timezone.now()
        )
    return False


def kept_while_typing() -> Markup:
    """Attributes of a ``form`` element: with JavaScript its draft is kept two seconds after each change."""
    return Markup('hx-post="{url}" hx-trigger="input delay:2s" hx-swap="none"').format(
        url=reverse("keep_draft")
    )


@guarded(Action.KEEP_DRAFT)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the form of the page that htmx is on."""
    place = urlsplit(request.headers.get("HX-Current-URL", "")).path
    try:
        resolve(place)
    except Resolver404:
        return HttpResponseBadRequest()
    if not is_overtaken(request):
        keep_draft(
            user=actor_of(request).id, place=place, typed=dict(request.POST.lists()), now=timezone.now()
        )
    return HttpResponse(status=204)


def number_of(request: HttpRequest) -> int | None:
    """The how-manieth post of its page this one is; None where the page does not count them."""
    said = request.POST.get("nth", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _LONGEST_NUMBER else None


def is_overtaken(request: HttpRequest) -> bool:
    """Whether a later post of the same page has been taken in, so that what this one brings is out of date."""
    return bool(getattr(request, "overtaken", False))
