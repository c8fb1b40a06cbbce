"""Pages of rounds and of the release calendar."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import LONDON
from throughline.national.collection.commands import asking
from throughline.national.collection.commands import rounds as running
from throughline.national.collection.forms import AnnounceForm, NarrowForm, OpenRoundForm
from throughline.national.collection.models import Round
from throughline.national.collection.queries import pages
from throughline.national.collection.queries.returns import insist_there
from throughline.national.collection.rules import Standing
from throughline.national.collection.views.shared import STANDINGS, done, sent, shown


@guarded(Action.VIEW_ROUNDS)
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, and where the reader's own force stands in it."""
    actor, now = actor_of(request), timezone.now()
    found = [pages.round_page(actor, one.id, now=now) for one in pages.rounds(actor)]
    return shown(request, "rounds", rounds=found)


@guarded(Action.VIEW_ROUNDS)
@require_safe
def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Every return of a round and what it waits for."""
    page = pages.round_page(actor_of(request), round_id, now=timezone.now())
    form = NarrowForm(
        request.GET if "standing" in request.GET else None,
        labels={one: label for one, (label, _tone) in STANDINGS.items() if one is not Standing.UNSIGNED},
    )
    chosen = form.cleaned_data["standing"] if form.is_bound and form.is_valid() else ""
    rows = [row for row in page.rows if not chosen or row.standing.name.lower() == chosen]
    return shown(
        request, "round", page=page, rows=rows, form=form, chosen=chosen, back=reverse("collection:rounds")
    )


@guarded(Action.RUN_ROUND)
@require_http_methods(["GET", "POST"])
def open_round(request: HttpRequest) -> HttpResponse:
    """Open a round."""
    form = OpenRoundForm(sent(request))
    back = reverse("collection:rounds")
    answer = done(
        request,
        form,
        lambda: running.open_round(by=actor_of(request), now=timezone.now(), **form.cleaned_data),
        back,
        _("The round is made. Each force sees it from the day on which it opens."),
    )
    return answer or shown(
        request, "form", form=form, back=back, title=_("Open a round"), button=_("Open it"), lead=[]
    )


@guarded(Action.RUN_ROUND)
@require_http_methods(["GET", "POST"])
def announce(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Announce or move a release."""
    of = insist_there(Round.objects.filter(id=round_id), round_id)
    form = AnnounceForm(sent(request))

    def command() -> None:
        told = form.cleaned_data
        running.announce(
            by=actor_of(request),
            now=timezone.now(),
            round_id=of.id,
            title=told["title"],
            edition=told["edition"],
            at=datetime.combine(told["day"], told["time"], LONDON),
            why=told["why"],
        )

    to = reverse("collection:round", args=[of.id])
    answer = done(request, form, command, to, _("It stands in the release calendar, which everybody reads."))
    lead = [
        _(
            "A release is announced four weeks ahead at least. Every line stays in the calendar, also one that was moved."
        )
    ]
    return answer or shown(
        request,
        "form",
        form=form,
        back=to,
        title=_("Announce a release"),
        button=_("Announce it"),
        lead=lead,
        caption=of.title,
    )


@guarded(Action.VERIFY_RETURN)
@require_POST
def compare(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Ask of every return what differs from other forces."""
    insist_there(Round.objects.filter(id=round_id), round_id)
    many = asking.compare(by=actor_of(request), now=timezone.now(), round_id=round_id)
    words = ngettext("%(num)s question is new.", "%(num)s questions are new.", many) % {"num": many}
    messages.success(request, words if many else _("There is nothing new to ask."))
    return redirect("collection:round", round_id)
