"""The register of markers that lapse, and keeping or ending one."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.views.changing import change
from throughline.casework.neighbourhood.commands import lapsing
from throughline.casework.neighbourhood.forms import EndMarkerForm, KeepMarkerForm
from throughline.casework.neighbourhood.queries.lapsing import register as in_the_register
from throughline.casework.neighbourhood.queries.lapsing import the_marker
from throughline.casework.neighbourhood.rules.lapsing import longest
from throughline.casework.people.models import Marker
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import View, actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@guarded(Action.SUPERVISE_NEIGHBOURHOOD)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Markers that have lapsed and nobody looked at, then those that soon lapse."""
    found = in_the_register(actor_of(request), now=timezone.now())
    lead_to(request, {one.row.record_id for one in (*found.lapsed, *found.soon)}, "supervision")
    return shown(request, "neighbourhood/markers.html", found=found)


def _about_marker(view: Callable[[HttpRequest, Marker], HttpResponse]) -> View:
    """Decorate a view about one marker whose person is in the reader's sight."""

    @guarded(Action.SUPERVISE_NEIGHBOURHOOD)
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def asked(request: HttpRequest, marker_id: UUID) -> HttpResponseBase:
        return view(request, the_marker(actor_of(request), marker_id))

    return asked


def _change(
    request: HttpRequest, row: Marker, form: BaseForm, command: Callable[[], object], **told: Any
) -> HttpResponse:
    """One form about a marker, and back to the register once it was done."""
    lead_to(request, [row.record_id], "supervision")
    label = _(load("markers").label(row.code, on=london_day(timezone.now())))
    lead = [f"{label}: {row.address.shown}" if row.address else label]
    return change(
        request,
        Action.SUPERVISE_NEIGHBOURHOOD,
        [row.record_id],
        form,
        command,
        back=reverse("neighbourhood:markers"),
        **{**told, "lead": [*lead, *told.get("lead", ())]},
    )


@_about_marker
def keep(request: HttpRequest, row: Marker) -> HttpResponse:
    """Keep a marker until a day, with the reason."""
    actor, now = actor_of(request), timezone.now()
    form = KeepMarkerForm(sent(request), today=london_day(now))
    return _change(
        request,
        row,
        form,
        lambda: lapsing.keep(by=actor, now=now, marker_id=row.id, **form.cleaned_data),
        success=_("The marker is kept. Before that day a supervisor is asked again."),
        title=_("Keep a marker"),
        button=_("Keep it"),
        lead=[
            _("At most until %(day)s at once.") % {"day": f"{longest(row.code, now):%d/%m/%Y}"},
        ],
    )


@_about_marker
def end(request: HttpRequest, row: Marker) -> HttpResponse:
    """End a marker with the reason."""
    actor, now = actor_of(request), timezone.now()
    form = EndMarkerForm(sent(request), today=london_day(now))
    return _change(
        request,
        row,
        form,
        lambda: lapsing.end(by=actor, now=now, marker_id=row.id, **form.cleaned_data),
        success=_("The marker has ended."),
        title=_("End a marker"),
        button=_("End it"),
        lead=[_("Officers will no longer be warned of it.")],
    )
