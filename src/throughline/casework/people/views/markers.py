"""Warnings about a person or one of their addresses."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import recording
from throughline.casework.people.forms.person import ConfirmForm, MarkerForm
from throughline.casework.people.models import Address, Marker
from throughline.casework.people.views.changing import about_person, change, sent, the
from throughline.casework.people.views.wording import label
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


@about_person(Action.SET_MARKER)
def set_marker(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Set a warning, or renew it."""
    now = timezone.now()
    places = Address.objects.filter(record=record_id, valid_until=None).order_by("id")
    form = MarkerForm(
        sent(request), addresses=[(str(one.id), one.shown) for one in places], today=london_day(now)
    )
    return change(
        request,
        Action.SET_MARKER,
        record_id,
        form,
        lambda: recording.set_marker(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            code=form.cleaned_data["code"],
            address_id=form.address_id(),
        ),
        success=_("Marker set."),
        title=_("Set a marker"),
        button=_("Set marker"),
        lead=[_("A marker that stands already is renewed. Some lapse by themselves; their page says when.")],
    )


@about_person(Action.SET_MARKER)
def end_marker(request: HttpRequest, record_id: UUID, marker_id: UUID) -> HttpResponse:
    """End a warning before it lapses."""
    marker = the(Marker.objects.filter(id=marker_id, record=record_id), record_id)
    now = timezone.now()
    today = london_day(now)
    form = ConfirmForm(sent(request), today=today)
    return change(
        request,
        Action.SET_MARKER,
        record_id,
        form,
        lambda: recording.end_marker(by=actor_of(request), now=now, record_id=record_id, marker_id=marker_id),
        success=_("Marker ended."),
        title=_("End the marker “%(marker)s”") % {"marker": label("markers", marker.code, today)},
        button=_("End marker"),
        lead=[_("Officers will no longer be warned of it. The timeline keeps that it stood.")],
    )
