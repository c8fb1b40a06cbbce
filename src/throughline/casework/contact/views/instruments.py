"""Whole question sets about a contact: the opening at a counter, and what was weighed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.contact.commands.asking import fill_in
from throughline.casework.contact.queries.calls import contact_page
from throughline.casework.contact.rules.script import COUNTER_OPENING, THRIVE
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.queries import latest, library


@guarded(Action.TAKE_CONTACT)
@require_http_methods(["GET", "POST"])
def opening(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """What is asked first at a counter: how long she has, whether paper is safe, a room, an interpreter."""
    return _fill_in(request, contact_id, COUNTER_OPENING)


@guarded(Action.TAKE_CONTACT)
@require_http_methods(["GET", "POST"])
def thrive(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """What was weighed before deciding how soon to go: six prompts and one rationale."""
    return _fill_in(request, contact_id, THRIVE)


def _fill_in(request: HttpRequest, contact_id: UUID, code: str) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    page = contact_page(actor, contact_id, now=now)
    instrument = library().as_of(code, london_day(now))
    before = latest(actor, subject=contact_id, instrument=code)
    posted = request.POST if request.method == "POST" else None
    form = form_for(instrument, posted, kept=before.answers if before else None)
    after = str(before.id if before else "")
    if posted is None:
        draft = recalled(request, form)
        after = draft.typed.get("after", after) if draft else after
    else:
        after = posted.get("after", "")
        if form.is_valid():
            try:
                fill_in(
                    by=actor,
                    now=now,
                    contact_id=contact_id,
                    instrument=instrument,
                    answers=form.answers(),
                    complete=form.completing,
                    after=UUID(after) if after else None,
                )
            except (ChangedMeanwhile, ValueError):
                form.add_error(
                    None,
                    _(
                        "Somebody else has saved this meanwhile. Nothing was overwritten: "
                        "open the page again in another tab, then decide."
                    ),
                )
            else:
                if form.dropped_notice():
                    messages.info(request, form.dropped_notice())
                return redirect("contact:contact", contact_id)
    shown = {
        "form": form,
        "page": page,
        "instrument": instrument,
        "after": after,
        "back": reverse("contact:contact", args=[contact_id]) if code == THRIVE or before else None,
    }
    return render(request, "contact/instrument.html", shown)
