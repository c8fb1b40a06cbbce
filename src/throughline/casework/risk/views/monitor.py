"""Regrades against queue, turn and reviewer, opened to their records."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from throughline.casework.risk.queries import monitor as queries
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action


@guarded(Action.VIEW_MEASURES)
@require_safe
def monitor(request: HttpRequest) -> HttpResponse:
    """The share of regrades that went down, with how sure it is."""
    return shown(request, "risk/monitor.html", found=queries.monitor(actor_of(request), now=timezone.now()))


@guarded(Action.VIEW_MEASURES)
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The regrades behind one figure: codes for everybody who counts, names for who may see the two."""
    part, code = request.GET.get("part", ""), request.GET.get("code", "")
    found = queries.records(actor_of(request), now=timezone.now(), part=part, code=code)
    return shown(request, "risk/records.html", records=found)
