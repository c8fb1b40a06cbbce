"""The support directory: searched by need, kept, and checked by asking the service itself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.risk.views.shared import shown
from throughline.casework.safeguarding.commands import directory as commands
from throughline.casework.safeguarding.forms.directory import SearchForm, ServiceForm
from throughline.casework.safeguarding.models import Service
from throughline.casework.safeguarding.queries import directory as queries
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled

both = require_http_methods(["GET", "POST"])
# why a value could not be kept, as this room's commands and rules say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("write hours like Mon-Fri 09:00-17:00; Sat 10:00-12:00, or always"),
    gettext_noop("is needed"),
    gettext_noop("is not a telephone number"),
    gettext_noop("is not a web address"),
    gettext_noop("is that of another service"),
    gettext_noop("write the day like 2026-11-03"),
    gettext_noop("The service was withdrawn from the directory"),
)


@guarded(Action.VIEW_DIRECTORY)
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Services by need, language and whether somebody answers now."""
    actor, now = actor_of(request), timezone.now()
    form = SearchForm(request.GET or None, today=london_day(now))
    wanted: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = queries.services(
        actor,
        now=now,
        need=wanted.get("need", ""),
        language=wanted.get("language", ""),
        open_now=bool(wanted.get("now")),
    )
    keeps = may(actor, Action.KEEP_DIRECTORY)
    return shown(
        request, "safeguarding/directory.html", form, found=found, keeps=keeps, asked=any(wanted.values())
    )


@guarded(Action.VIEW_DIRECTORY)
@require_GET
def service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One service, and for who keeps the directory what can be done with it."""
    actor, now = actor_of(request), timezone.now()
    one = queries.service(actor, service_id, now=now)
    return shown(
        request,
        "safeguarding/service.html",
        one=one,
        keeps=may(actor, Action.KEEP_DIRECTORY),
        back=reverse("safeguarding:directory"),
    )


@guarded(Action.KEEP_DIRECTORY)
@both
def add(request: HttpRequest) -> HttpResponse:
    """Put a service into the directory."""
    actor, now = actor_of(request), timezone.now()
    form = ServiceForm(sent(request), today=london_day(now))
    made = []
    if saved(form, lambda: made.append(commands.add_service(by=actor, now=now, told=form.told()))):
        messages.success(
            request, _("It stands in the directory. Say when you have checked it with the service.")
        )
        return redirect("safeguarding:service", made[0].id)
    return _form(request, form, _("Add a service"), reverse("safeguarding:directory"))


@guarded(Action.KEEP_DIRECTORY)
@both
def change(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Put right what the directory says of a service."""
    actor, now = actor_of(request), timezone.now()
    row = queries.service(actor, service_id, now=now).service
    form = ServiceForm.of(row, sent(request), today=london_day(now))
    if saved(
        form,
        lambda: commands.change_service(by=actor, now=now, service_id=service_id, told=form.told()),
    ):
        messages.success(request, _("Kept."))
        return redirect("safeguarding:service", service_id)
    return _form(request, form, _("Change a service"), reverse("safeguarding:service", args=[service_id]))


@guarded(Action.KEEP_DIRECTORY)
@require_POST
def checked(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Say that the service was asked today and that all of it holds."""
    return _done(
        request, service_id, commands.check_service, _("Checked today. It is to be checked again in a month.")
    )


@guarded(Action.KEEP_DIRECTORY)
@both
def withdraw(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Take a service out of the directory, once it is said what that means."""
    if request.method == "GET":
        one = queries.service(actor_of(request), service_id, now=timezone.now())
        if one.service.withdrawn_on:
            return redirect("safeguarding:service", service_id)
        return shown(request, "safeguarding/withdraw_service.html", one=one)
    return _done(request, service_id, commands.withdraw_service, _("It no longer stands in the directory."))


def _done(
    request: HttpRequest, service_id: UUID, command: Callable[..., Service], words: str
) -> HttpResponse:
    """A button that says it all; what was withdrawn meanwhile is said."""
    try:
        command(by=actor_of(request), now=timezone.now(), service_id=service_id)
    except Malformed as wrong:
        messages.info(request, _(wrong.why))
    else:
        messages.success(request, words)
    return redirect("safeguarding:service", service_id)


def _form(request: HttpRequest, form: ServiceForm, title: str, back: str) -> HttpResponse:
    if request.method == "GET":
        recalled(request, form)
    return shown(request, "safeguarding/service_form.html", form, title=title, back=back)
