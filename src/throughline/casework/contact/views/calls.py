"""The start of a turn: calls that wait, contacts that are open, and a new one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from throughline.casework.contact.commands import knowing, taking
from throughline.casework.contact.queries import calls as queries
from throughline.casework.contact.rules.taking import TakenAlready
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@guarded(Action.VIEW_CONTACT)
@require_GET
def calls(request: HttpRequest) -> HttpResponse:
    """Calls nobody has taken, longest first; my open contacts; my colleagues'."""
    actor, now = actor_of(request), timezone.now()
    labels = {
        name: {row.code: row.label for row in load(lists).as_of(london_day(now))}
        for name, lists in (
            ("channels", "contact-channels"),
            ("lines", "contact-lines"),
            ("grades", "response-grades"),
        )
    }
    waiting = queries.count_calls(actor).waiting
    shown = {
        "calls": queries.calls(actor),
        "waiting": waiting,
        "now": now,
        "takes": may(actor, Action.TAKE_CONTACT),
        **labels,
    }
    return render(request, "contact/calls.html", shown)


@guarded(Action.VIEW_CONTACT)
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Whether other calls wait than the page shows, as a script asks every few seconds. Shows nobody."""
    now_waiting = queries.count_calls(actor_of(request)).waiting
    shown = request.GET.get("shown", "")
    return render(
        request, "contact/_news.html", {"waiting": now_waiting, "changed": shown != str(now_waiting)}
    )


@guarded(Action.TAKE_CONTACT)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a contact that no system delivered."""
    try:
        contact = taking.begin(
            by=actor_of(request), now=timezone.now(), channel=request.POST.get("channel", "")
        )
    except Malformed:
        return redirect("contact:calls")
    return redirect("contact:contact", contact.id)


@guarded(Action.TAKE_CONTACT)
@require_POST
def take(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Take a call that waits; one that a colleague was quicker to take leads back to the list."""
    try:
        taking.take(by=actor_of(request), now=timezone.now(), contact_id=contact_id)
        # the number and the place that came with the call may be those of a restricted record
        knowing.tell_of_hidden(by=actor_of(request), now=timezone.now(), contact_id=contact_id)
    except TakenAlready as quicker:
        name = queries.staff_names([quicker.by]).get(quicker.by, "")
        messages.info(request, _("%(name)s has taken that call already.") % {"name": name})
        return redirect("contact:calls")
    return redirect("contact:contact", contact_id)


@guarded(Action.TAKE_CONTACT)
@require_POST
def take_over(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Take a contact over from a colleague."""
    taking.take_over(by=actor_of(request), now=timezone.now(), contact_id=contact_id)
    return redirect("contact:contact", contact_id)
