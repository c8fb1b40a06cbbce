"""The frame around every page: who is asking, may they, and what of it must not be lost or seen.

In the order in which they run:

`Discretion`   tells browsers and robots to keep nothing
`SessionEnds`  ends a session that nobody used, and keeps what was typed into it
`Confinement`  holds an account to its own sign-in until it has a second factor and a password of its own
`RoomMiddleware`  runs the page in one transaction, as its actor, with its look in the log before it is sent

It serves a force's site and the national one, and knows nobody's casework; `middleware` adds what a force's site has more.
"""

import contextlib
import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.routes import Open, insist_on_role, rule_of
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session, SignIn, is_over
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.commands import comes_in_order, let_go, settle, take_in
from throughline.foundations.drafts.models import Submission
from throughline.foundations.drafts.views import keep_typed, number_of
from throughline.website.views import problem

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., Any]

_ONLY_LOOKS = {"GET", "HEAD", "OPTIONS"}


class Discretion:
    """Nothing that is shown to somebody signed in is kept by a browser, a proxy or a search engine."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store, private"
        return response


class SessionEnds:
    """Ends a session that nobody used for a while, or that has lasted a whole turn of duty.

    An ended session opens nothing, but still says whose it was: what its author sends from a page that
    they had open is kept as their draft, which they find again after signing in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and self._has_ended(request, user, timezone.now()):
            request.author = user  # type: ignore[attr-defined]
            request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        # here rather than before: by now the form is known to come from a page of ours
        author = getattr(request, "author", None)
        if author is not None and self.is_lost(request):
            keep_typed(request, author, rule_of(view))
        return None

    def is_lost(self, request: HttpRequest) -> bool:
        """Whether what was sent is lost to its author unless it is kept here."""
        return True

    @staticmethod
    def _has_ended(request: HttpRequest, user: User, now: datetime) -> bool:
        session = request.session
        if session.get(Session.ENDED):
            return True
        if Session.SEEN_AT not in session:
            # not opened by signing in
            return True
        seen_at = datetime.fromisoformat(session[Session.SEEN_AT])
        if is_over(
            signed_in_at=datetime.fromisoformat(session[Session.SIGNED_IN_AT]),
            seen_at=seen_at,
            now=now,
            idle=settings.SESSION_IDLE,
            longest=settings.SESSION_LONGEST,
        ):
            with transaction.atomic():
                record(user.actor, Event.Kind.SIGN_IN, SignIn.ENDED)
            session[Session.ENDED] = True
            session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
            return True
        # what a page asks by itself is no use of it; a false claim of that only ends the session sooner
        if request.headers.get("Throughline-Unattended"):
            return False
        # not at every request: each costs a write
        if now - seen_at >= settings.SESSION_IDLE / 60:
            session[Session.SEEN_AT] = now.isoformat()
        return False


class Confinement:
    """Holds an account to its own sign-in until it has a second factor and a password of its own.

    The session itself must have shown the second factor: that the account has one is not enough, since a
    session opened before it was set up never showed it.
    """

    ALWAYS = frozenset({"account_logout"})
    SECOND_FACTOR = ALWAYS | {"mfa_activate_totp"}
    PASSWORD = ALWAYS | {"account_change_password", "mfa_view_recovery_codes"}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if settings.DEMO or not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not request.session.get(Session.SECOND_FACTOR):
            return None if name in self.SECOND_FACTOR else go_to(request, "mfa_activate_totp")
        if request.session.get(Session.ONE_TIME_PASSWORD):
            return None if name in self.PASSWORD else go_to(request, "account_change_password")
        return None


class RoomMiddleware:
    """Runs a page of a room inside one transaction, as its actor.

    Default deny: a view without a rule is refused. The transaction holds the answer and its audit row
    together; a failing audit write fails the page. A form that carries ``once`` is taken in once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        rule = rule_of(view)
        if rule is None:
            return problem(request, HTTPStatus.FORBIDDEN)
        if isinstance(rule, Open):
            return None
        if not request.user.is_authenticated:
            return self.to_a_stranger(request, rule)
        actor = request.actor = request.user.actor  # type: ignore[attr-defined]

        def page() -> HttpResponseBase:
            insist_on_role(actor, rule)
            return self.answer_once(request, actor, lambda: _rendered(view(request, *args, **kwargs)))

        try:
            with transaction.atomic():
                set_actor(actor, only_looks=request.method in _ONLY_LOOKS)
                return self.given(request, actor, rule, page)
        except Refused as refusal:
            self.log_refusal(actor, rule, refusal)
            # one that exists out of sight looks like one that does not exist
            status = HTTPStatus.NOT_FOUND if refusal.record_id else HTTPStatus.FORBIDDEN
            return problem(request, status)
        except Exception:
            self.keep(request, rule)
            raise

    def to_a_stranger(self, request: HttpRequest, rule: Action) -> HttpResponseBase:
        """The answer to somebody who is not signed in."""
        if rule is Action.KEEP_DRAFT:
            # whoever is typing must not be taken off the page; sending it will say that they are signed out
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return sign_in_again(request)

    def given(
        self, request: HttpRequest, actor: Actor, rule: Action, page: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        """The page, inside its transaction."""
        return page()

    def keep(self, request: HttpRequest, rule: Action) -> None:
        """Keep what was typed of a page that failed."""
        keep_typed(request, request.user, rule)

    def taken(self, request: HttpRequest, actor: Actor) -> None:
        """A form of a page has led somewhere: what was kept of it is let go."""
        let_go(user=actor.id, place=request.path)

    def log_refusal(self, actor: Actor, rule: Action, refusal: Refused) -> None:
        """Write down that somebody was refused."""
        with transaction.atomic():
            set_actor(actor)
            subjects = [refusal.record_id] if refusal.record_id else []
            record(actor, Event.Kind.REFUSED, rule, subjects=subjects, detail={"because": str(refusal)})

    def answer_once(
        self, request: HttpRequest, actor: Actor, answer: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        """The answer to a form; where the same form was taken in before, the way to where that one led."""
        taken_in: Submission | None = None
        if request.method == "POST" and _is_token(page := request.POST.get("once", "")):
            now = timezone.now()
            before = take_in(user=actor.id, place=request.path, typed=dict(request.POST.lists()), now=now)
            if isinstance(before, str):
                return HttpResponseRedirect(before)
            taken_in = before
            if (nth := number_of(request)) is not None:
                in_order = comes_in_order(user=actor.id, page=uuid.UUID(page), nth=nth, now=now)
                request.overtaken = not in_order  # type: ignore[attr-defined]
        response = answer()
        went_to = response.get("Location", "") or response.get("HX-Redirect", "")
        if not connection.needs_rollback:
            if taken_in is not None:
                settle(taken_in, went_to=went_to)
            if request.method == "POST" and went_to:
                self.taken(request, actor)
        return response


def _rendered(response: Any) -> HttpResponseBase:
    if hasattr(response, "render"):
        response = response.render()
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        transaction.set_rollback(True)
    answer: HttpResponseBase = response
    return answer


def _is_token(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return str(uuid.UUID(text)) == text
    return False


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page and back here; htmx is told to take the whole page there."""
    if not request.headers.get("HX-Request"):
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.headers.get("HX-Current-URL", "/")).path
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": redirect_to_login(page).url})


def go_to(request: HttpRequest, name: str) -> HttpResponse:
    """The way to another page, for a browser or for htmx."""
    answer = redirect(name)
    if not request.headers.get("HX-Request"):
        return answer
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": answer.url})
