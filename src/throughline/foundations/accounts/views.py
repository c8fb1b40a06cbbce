"""Pages of one's own account, of an administrator, and of the demonstration's sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.foundations.access.routes import Open, View, actor_of, guarded
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.accounts import commands, queries
from throughline.foundations.accounts.forms import AddAccountForm
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day


def by_rule(view: View, rule: Action | Open) -> View:
    """A view of allauth's under a rule of ours.

    Its two ways of breaking off are answered here: the frame around our pages runs a view before allauth's
    own middleware could see what it raised. A change to one's own account is logged with its transaction.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except ImmediateHttpResponse as broken_off:
            return broken_off.response
        except ReauthenticationRequired:
            methods = get_adapter().get_reauthentication_methods(request.user)
            return suspend_request(request, methods[0]["url"])
        if rule is Action.CHANGE_OWN_ACCOUNT and request.method == "POST" and response.status_code == 302:
            name = request.resolver_match.url_name  # type: ignore[union-attr]
            record(actor_of(request), Event.Kind.WRITE, rule, detail={"page": name})
        return response

    return guarded(rule)(answer)


def first_second_factor(view: View) -> View:
    """`mfa_activate_totp`, after which this session has shown the second factor.

    A session that was opened before another one of its account set the app up never showed a code: it ends.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        app = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP)
        if app.exists() and not request.session.get(Session.SECOND_FACTOR):
            get_adapter(request).logout(request)
            return redirect(settings.LOGIN_URL)
        response = view(request, *args, **kwargs)
        if request.method == "POST" and app.exists():
            request.session[Session.SECOND_FACTOR] = True
            record_authentication(request, request.user, "mfa", reauthenticated=True)
        return response

    return answer


@guarded(Action.CHANGE_OWN_ACCOUNT)
@require_GET
def own_account(request: HttpRequest) -> HttpResponse:
    """What I sign in with, and where I change it."""
    factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render(
        request,
        "accounts/own.html",
        {
            "has_app": Authenticator.Type.TOTP in factors,
            "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in factors,
        },
    )


@guarded(Action.CHANGE_OWN_ACCOUNT)
@require_GET
def to_own_account(request: HttpRequest) -> HttpResponse:
    """Where allauth thinks that its own pages are."""
    return redirect("own_account")


# --- an administrator's pages -----------------------------------------------------------------------


@guarded(Action.MANAGE_ACCOUNTS)
@require_GET
def manage_accounts(request: HttpRequest) -> HttpResponse:
    """Every account."""
    return render(request, "accounts/list.html", {"accounts": queries.accounts(actor_of(request))})


@guarded(Action.MANAGE_ACCOUNTS)
@require_http_methods(["GET", "POST"])
def add_account(request: HttpRequest) -> HttpResponse:
    """A new account, whose one-time password is shown once."""
    now = timezone.now()
    form = AddAccountForm(request.POST if request.method == "POST" else None, today=london_day(now))
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            made = commands.create_account(
                by=actor_of(request),
                now=now,
                username=typed["username"],
                name=typed["name"],
                role=Role(typed["role"]),
                team=typed["team"],
                agency=typed["agency"],
            )
        except commands.AccountError as problem:
            form.add_error(None, str(problem).capitalize())
        else:
            return _show_password(request, made.user, made.password)
    return render(request, "accounts/add.html", {"form": form, "back": _list()})


@guarded(Action.MANAGE_ACCOUNTS)
@require_GET
def account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One account, with what an administrator may do to it."""
    return render(request, "accounts/account.html", {"account": _account(request, user_id), "back": _list()})


@guarded(Action.MANAGE_ACCOUNTS)
@require_POST
def close_account(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Close it."""
    _account(request, user_id)
    commands.close_account(by=actor_of(request), user_id=user_id)
    return _done(
        request,
        user_id,
        _(
            "The account is closed and its sessions have ended. What was theirs alone is passed on within a minute."
        ),
    )


@guarded(Action.MANAGE_ACCOUNTS)
@require_POST
def reset_second_factor(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Forget its authenticator app."""
    _account(request, user_id)
    commands.reset_second_factor(by=actor_of(request), user_id=user_id)
    return _done(request, user_id, _("The second factor is reset. The next sign-in sets up a new one."))


@guarded(Action.MANAGE_ACCOUNTS)
@require_POST
def give_one_time_password(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Replace its password, which is shown once."""
    user = _account(request, user_id).user
    return _show_password(
        request, user, commands.give_one_time_password(by=actor_of(request), user_id=user_id)
    )


def _account(request: HttpRequest, user_id: UUID) -> queries.Account:
    found = queries.account(actor_of(request), user_id)
    if found is None:
        raise Http404
    return found


def _list() -> str:
    return redirect("manage_accounts").url


def _done(request: HttpRequest, user_id: UUID, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("account", user_id)


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    # shown in the answer itself: a redirect would have to keep it somewhere on the way
    shown = {"new": user, "password": password, "back": _list()}
    return render(request, "accounts/password.html", shown)


# --- the demonstration ------------------------------------------------------------------------------


def only_in_demonstration(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that is not there where people are real."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return answer


@guarded(Open.TO_EVERYBODY)
@only_in_demonstration
@require_http_methods(["GET", "POST"])
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One button for each role, without password or second factor."""
    # at the national site two forces take part in different ways
    offered = queries.one_of_each_role(2 if settings.NATIONAL else 1)
    if request.method == "POST":
        role, name = request.POST.get("role", ""), request.POST.get("username", "")
        user = next((one for one in offered if one.role == role and name in ("", one.username)), None)
        if user is None:
            raise Http404
        get_adapter(request).login(request, user)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/demo.html", {"offered": offered, "national": settings.NATIONAL})
