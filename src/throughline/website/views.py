"""What a reader sees when a page cannot be given: one plain sentence, and never a value from the request."""

from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.routes import Open, rule_of
from throughline.foundations.access.rules import Action, may
from throughline.foundations.drafts.views import keep_typed


class Problem(NamedTuple):
    """A page's heading, the sentences that say what to do next, and where that is: the words of a link and its address's name."""

    heading: str | Promise
    advice: tuple[str | Promise, ...]
    leads: tuple[str | Promise, str] | None = None


PROBLEMS: dict[HTTPStatus, Problem] = {
    HTTPStatus.BAD_REQUEST: Problem(
        _("This page could not read what was sent"),
        (_("Go back, check what you entered and send it again."),),
    ),
    HTTPStatus.FORBIDDEN: Problem(
        _("You may not see this page"),
        (
            _("Your role does not open it, or somebody has restricted it. The attempt has been refused."),
            _("If you need it to keep somebody safe, ask your supervisor now."),
        ),
    ),
    HTTPStatus.NOT_FOUND: Problem(
        _("There is nothing at this address"),
        (_("Check the address, or begin at your first page."),),
        (_("Your first page"), "overview:home"),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Problem(
        _("This page cannot be used in that way"),
        (_("Go back and use the buttons on the page."),),
    ),
    HTTPStatus.CONFLICT: Problem(
        _("Somebody else has changed this since you opened it"),
        (_("Nothing has been overwritten. Open it again to see what has changed, then make your change."),),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Problem(
        _("Something went wrong on our side"),
        (
            _("What you sent was not saved. Go back and send it again."),
            _("If it happens again, use the paper form and tell your service desk when it happened."),
        ),
    ),
}
TO_A_STRANGER = (_("If you typed the address, check that it is right."),)
#: What is advised at the national site, where nobody looks for a person and nobody is in danger for a page.
AT_THE_NATIONAL_SITE: dict[HTTPStatus, tuple[Promise, ...]] = {
    HTTPStatus.FORBIDDEN: (
        _("Your role does not open it, or it is another force's. The attempt has been written down."),
        _("If you need it, ask an administrator of this site."),
    ),
    HTTPStatus.NOT_FOUND: TO_A_STRANGER,
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _("What you sent was not saved. Go back and send it again."),
        _("If it happens again, tell an administrator of this site when it happened."),
    ),
}


#: Said of every address alike to who looks for people, whether or not somebody stands at it out of their sight.
TO_WHO_SEARCHES = (
    (_("Check the address, or search for the person again."),),
    (_("Search for a person"), "people:search"),
)


def _told(status: HTTPStatus, user: Any = None) -> Problem:
    """What a page says of a refusal or failure at this site to ``user``."""
    told = PROBLEMS[status]
    if settings.NATIONAL and (advice := AT_THE_NATIONAL_SITE.get(status)):
        leads = (_("Begin at the published editions"), "publication:editions")
        return told._replace(advice=advice, leads=leads if status is HTTPStatus.NOT_FOUND else None)
    if status is HTTPStatus.NOT_FOUND:
        if user is None or not user.is_authenticated:
            return told._replace(advice=TO_A_STRANGER, leads=None)
        if may(user.actor, Action.SEARCH_PEOPLE):
            advice, leads = TO_WHO_SEARCHES
            return told._replace(advice=advice, leads=leads)
    return told


def problem(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page for a refusal or failure with ``status``, within the frame of the reader's other pages."""
    told = _told(status, getattr(request, "user", None))
    return render(request, "throughline/problem.html", {"problem": told}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``."""
    return problem(request, HTTPStatus.BAD_REQUEST)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``."""
    return problem(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``."""
    return problem(request, HTTPStatus.NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``. Asks nothing of the database, which may be what failed."""
    context = {
        "problem": _told(HTTPStatus.INTERNAL_SERVER_ERROR),
        "service_name": settings.SERVICE_NAME,
        "csp_nonce": get_nonce(request),
    }
    page = render_to_string("throughline/problem.html", context)
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def forgery_suspected(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``: most often a page left open from before signing in again.

    What its author typed is kept as their draft and the page shown again with it. Of a form that a foreign
    page sent nothing is kept.
    """
    own_page = request.headers.get("Origin") == request.build_absolute_uri("/")[:-1]
    rule = rule_of(request.resolver_match.func) if request.resolver_match else None
    author = getattr(request, "author", None) or getattr(request, "user", None)
    if own_page and rule is Open.TO_EVERYBODY:
        messages.info(request, _("That page had been open for too long. Try again here."))
        return redirect(request.path)
    if own_page and author is not None and author.is_authenticated and keep_typed(request, author, rule):
        return redirect(request.path)
    return render(
        request,
        "throughline/problem.html",
        {
            "problem": Problem(
                _("This page was opened before you last signed in"),
                (_("What you sent was not saved. Go back, load the page again and send it once more."),),
            )
        },
        status=HTTPStatus.FORBIDDEN,
    )
