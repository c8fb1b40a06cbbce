"""Records that may be of one person: what waits to be read, two side by side, and how right the proposals are."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.people.commands.pairs import read_pair
from throughline.casework.people.forms.person import PairForm
from throughline.casework.people.models import Pair
from throughline.casework.people.queries import pairs as queries
from throughline.casework.people.queries.pairs import ASKED, KINDS, SECOND, UNSURE, SideBySide
from throughline.casework.people.rules.pairs import PROPOSED, Band
from throughline.casework.people.rules.waterfall import sides, waterfall
from throughline.casework.people.views.changing import in_conflict, saved, sent
from throughline.casework.people.views.identities import compared, said_of
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.people.views.wording import label
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.linkage.explaining import steps


def kinds() -> dict[str, str]:
    """What each part of the queue is called, in the order in which it is read."""
    return {
        SECOND: _("A second person must say"),
        ASKED: _("Left open by whoever asked"),
        Band.NEARLY_CERTAIN: _("Nearly certain"),
        Band.PROBABLE: _("Probable"),
        Band.POSSIBLE: _("Possible"),
        Band.UNLIKELY: _("Unlikely, to measure what is missed"),
        UNSURE: _("Read, and unsure"),
    }


@guarded(Action.MERGE)
@require_http_methods(["GET"])
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the next of one kind, and how right the proposals have been."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        kind = next((one for one in KINDS if queries.next_of(actor, one)), PROPOSED[0])
    context = {
        "queue": queries.queue(actor, kind),
        "kind": kind,
        "kinds": kinds(),
        "figures": queries.figures(actor),
        "proposed": PROPOSED,
    }
    return render(request, "people/pairs.html", context)


@guarded(Action.MERGE)
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Two records side by side, and what is said of them; then the next of the same kind."""
    now = timezone.now()
    today = london_day(now)
    actor = actor_of(request)
    form = PairForm(sent(request), today=today)
    stands: list[Pair] = []
    kind = request.POST.get("kind", "")
    if saved(
        form,
        lambda: stands.append(
            read_pair(
                by=actor,
                now=now,
                pair_id=pair_id,
                choice=form.choice(),
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                seen=form.was_seen(),
            )
        ),
    ):
        messages.success(request, said_of(Pair.State(stands[0].state)))
        following = queries.next_of(actor, kind) if kind in KINDS and kind not in (UNSURE, SECOND) else None
        return redirect("people:pair", following) if following else redirect("people:pairs")
    return _page(request, queries.side_by_side(actor, pair_id, today=today), form, today)


def _page(request: HttpRequest, shown: SideBySide, form: PairForm, today: date) -> HttpResponse:
    if request.method == "GET":
        form = PairForm(today=today, initial={"seen": _seen(shown)})
        recalled(request, form)
    elif in_conflict(form):
        form.data = {**form.data.dict(), "seen": _seen(shown)}  # type: ignore[attr-defined]
    lead_to(request, (shown.pair.record_id, shown.pair.other_id), queries.PURPOSE)
    told = steps(shown.why)
    context = {
        "form": form,
        "shown": shown,
        "rows": compared(shown.one, shown.other, today),
        "kind": shown.kind,
        "kinds": kinds(),
        "related": [label("relationship", kind, today) for kind in shown.related],
        "steps": told,
        "sides": sides(told),
        "drawing": waterfall(shown.why),
        "waiting": reverse("people:pairs"),
        # whoever spoke first cannot be the second person as well
        "spoke_first": shown.kind == SECOND and shown.said[0].decision.made_by == actor_of(request).id,
    }
    return render(request, "people/pair.html", context)


def _seen(shown: SideBySide) -> str:
    return shown.pair.read_at.isoformat() if shown.pair.read_at else ""
