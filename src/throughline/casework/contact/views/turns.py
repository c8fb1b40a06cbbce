"""One's own turn, and handing it over by name."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from throughline.casework.contact.commands import turns as commands
from throughline.casework.contact.forms.supervising import AcceptForm, HandoverForm, TurnForm
from throughline.casework.contact.queries import turns as queries
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import saved, sent
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.drafts.views import recalled

both = require_http_methods(["GET", "POST"])


def _list_of(actor: Actor) -> str:
    """The view that holds what waits for somebody: a supervisor's list of contacts, else their own turn."""
    return "contact:supervision" if may(actor, Action.SUPERVISE) else "contact:turn"


@guarded(Action.KEEP_TURN)
@both
def turn(request: HttpRequest) -> HttpResponse:
    """Who is on duty; begin one's own turn, or say until when it now lasts."""
    actor, now = actor_of(request), timezone.now()
    form = TurnForm(sent(request), now=now)
    if saved(
        form,
        lambda: commands.start_turn(
            by=actor, now=now, ends_at=datetime.fromisoformat(form.cleaned_data["ends_at"])
        ),
    ):
        messages.success(request, _("Your turn is written down."))
        return redirect(_list_of(actor))
    shown = {
        "form": form,
        "turn": queries.turn(actor, now=now),
        "hands_over": may(actor, Action.HAND_OVER),
        "offers": queries.waiting_offers(actor, now=now) if may(actor, Action.HAND_OVER) else [],
    }
    return render(request, "contact/turn.html", shown)


@guarded(Action.KEEP_TURN)
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End one's turn; the last supervisor hands over first."""
    try:
        commands.end_turn(by=actor_of(request), now=timezone.now())
    except Malformed:
        messages.info(
            request, _("Hand over what is open first: nobody else of your role is on duty to have it.")
        )
        return redirect("contact:hand-over")
    messages.success(request, _("Your turn has ended."))
    return redirect("contact:turn")


@guarded(Action.HAND_OVER)
@both
def hand_over(request: HttpRequest) -> HttpResponse:
    """What would be handed over now, with words for the next turn."""
    actor, now = actor_of(request), timezone.now()
    form = HandoverForm(sent(request))
    if saved(form, lambda: commands.offer(by=actor, now=now, words=form.cleaned_data["words"] or "")):
        messages.success(request, _("Offered. It stays yours until somebody accepts it."))
        return redirect(_list_of(actor))
    if request.method == "GET":
        recalled(request, form)
    shown = {
        "form": form,
        "preview": queries.would_hand_over(actor, now=now),
        "back": reverse(_list_of(actor)),
        "now": now,
    }
    return render(request, "contact/hand_over.html", shown)


@guarded(Action.HAND_OVER)
@both
def handover(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """A turn that was offered: read it, and accept it by name."""
    actor, now = actor_of(request), timezone.now()
    form = AcceptForm(sent(request))
    if saved(form, lambda: commands.accept(by=actor, now=now, handover_id=handover_id)):
        messages.success(request, _("Accepted: it is yours from now on."))
        return redirect(_list_of(actor))
    shown = {
        "form": form,
        "offer": queries.handover(actor, handover_id, now=now),
        "back": reverse(_list_of(actor)),
        "now": now,
    }
    return render(request, "contact/handover.html", shown)
