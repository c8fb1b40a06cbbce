"""The start of a turn: calls that wait, contacts that are open, and a new one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.casework.cases.models import Incident
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.cases.views.changing import change
from throughline.casework.contact.commands import knowing, taking
from throughline.casework.contact.queries import calls as queries
from throughline.casework.contact.rules.taking import TakenAlready
from throughline.casework.contact.views.brief_words import clock
from throughline.casework.people.forms.person import ConfirmForm
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import sent
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


@guarded(Action.TAKE_CONTACT)
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Say that an incident is not the same as the one that it was joined into, after all."""
    actor, now = actor_of(request), timezone.now()
    incident = in_sight(actor, Action.RECORD_INCIDENT, Incident, incident_id)
    contact = queries.a_contact_of(incident)
    other = incident.joined_into
    back = reverse("contact:contact", args=[contact]) if contact else reverse("contact:calls")
    if other is None:
        # parted already, perhaps by a colleague: there is nothing to press
        messages.info(
            request, _("Incident %(number)s is joined with no other incident.") % {"number": incident.number}
        )
        return redirect(back)
    return change(
        request,
        Action.RECORD_INCIDENT,
        incident.subjects,
        ConfirmForm(sent(request), today=london_day(now)),
        lambda: knowing.another_incident(by=actor, now=now, incident_id=incident.id),
        success=_("Parted. Incident %(number)s is open again.") % {"number": incident.number},
        back=back,
        title=_("Part incident %(number)s from %(other)s")
        % {"number": incident.number, "other": other.number},
        button=_("They are two incidents: part them"),
        lead=_parting(incident, other),
    )


def _parting(incident: Incident, other: Incident) -> list[str]:
    """What parting two incidents brings back, and what it leaves, for whoever is about to."""
    numbers = {
        "number": incident.number,
        "at": clock(incident.reported_at),
        "other": other.number,
        "other_at": clock(other.reported_at),
    }
    return [
        _(
            "%(number)s (reported %(at)s) was joined into %(other)s (reported %(other_at)s). Parted, %(number)s has again its"
            " calls, whoever was in it then, its crimes and its cases, and what must be done before it can be closed."
        )
        % numbers,
        _(
            "Whoever was in %(other)s only because of it is in that no more. What was found or done under %(other)s since"
            " they were joined stays there: say of each what is missing."
        )
        % numbers,
    ]
