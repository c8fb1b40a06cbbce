"""Front counters: opening hours by year, and leaflets on view."""

import csv
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from throughline.casework.contact.commands import counters as commands
from throughline.casework.contact.forms.counters import (
    WEEKDAYS,
    CloseForm,
    CounterForm,
    HoursForm,
    LeafletForm,
    LookForm,
)
from throughline.casework.contact.queries import counters as queries
from throughline.casework.people.views.changing import saved, sent
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.govuk.rules import TimeRange

both = require_http_methods(["GET", "POST"])


@guarded(Action.KEEP_COUNTER)
@require_GET
def counters(request: HttpRequest) -> HttpResponse:
    """Every counter: open when, with which leaflets, and what is out of date."""
    pages = queries.counters(actor_of(request), now=timezone.now())
    return render(request, "contact/counters.html", {"counters": pages, "now": timezone.now()})


@guarded(Action.KEEP_COUNTER)
@require_GET
def years(request: HttpRequest) -> HttpResponse:
    """Counters open and hours a week at the end of each year, to be read or taken away as CSV."""
    rows = queries.years(actor_of(request), now=timezone.now())
    return render(request, "contact/counter_years.html", {"years": rows, "back": reverse("contact:counters")})


@guarded(Action.KEEP_COUNTER)
@require_GET
def years_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as a file: one row a year end, hours a week in decimals, empty where not comparable."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="front-counters-by-year.csv"'},
    )
    out = csv.writer(response)
    out.writerow(
        ["as_of", "counters_open", "hours_open_a_week", "counters_change_percent", "hours_change_percent"]
    )
    for row in queries.years(actor_of(request), now=timezone.now()):
        changes = ["" if change is None else change for change in (row.counters_change, row.hours_change)]
        out.writerow([row.day.isoformat(), row.counters, f"{row.weekly_hours:.2f}", *changes])
    return response


@guarded(Action.KEEP_COUNTER)
@require_GET
def counter(request: HttpRequest, counter_id: UUID) -> HttpResponse:
    """One counter: hours, leaflets by topic and language, what is missing."""
    page = queries.counter(actor_of(request), counter_id, now=timezone.now())
    shown = {"page": page, "weekdays": WEEKDAYS, "now": timezone.now(), "back": reverse("contact:counters")}
    return render(request, "contact/counter.html", shown)


@guarded(Action.KEEP_COUNTER)
@both
def open_counter(request: HttpRequest) -> HttpResponse:
    """Write down a counter."""
    form = CounterForm(sent(request))
    made = []
    if saved(
        form,
        lambda: made.append(
            commands.open_counter(by=actor_of(request), now=timezone.now(), **form.cleaned_data)
        ),
    ):
        return _done(request, made[0].id, _("Written down. Say now when it is open."))
    return _form(request, form, _("Add a front counter"), _("Add this counter"), reverse("contact:counters"))


@guarded(Action.KEEP_COUNTER)
@both
def close_counter(request: HttpRequest, counter_id: UUID) -> HttpResponse:
    """A counter is no longer open."""
    page = queries.counter(actor_of(request), counter_id, now=timezone.now())
    form = CloseForm(sent(request))
    if saved(
        form,
        lambda: commands.close_counter(
            by=actor_of(request), now=timezone.now(), counter_id=counter_id, **form.cleaned_data
        ),
    ):
        return _done(request, counter_id, _("Closed."))
    return _about(request, page, form, _("This counter is no longer open"), _("Close this counter"))


@guarded(Action.KEEP_COUNTER)
@both
def hours(request: HttpRequest, counter_id: UUID) -> HttpResponse:
    """Opening hours from a day on."""
    now = timezone.now()
    page = queries.counter(actor_of(request), counter_id, now=now)
    held: dict[str, Any] = {
        f"day_{day}": TimeRange(rows[0].opens, rows[-1].closes) for day, rows in enumerate(page.week) if rows
    }
    form = HoursForm(sent(request), initial={"valid_from": london_day(now), **held})
    if saved(
        form,
        lambda: commands.set_hours(
            by=actor_of(request),
            now=now,
            counter_id=counter_id,
            week=form.week(),
            valid_from=form.cleaned_data["valid_from"],
        ),
    ):
        return _done(request, counter_id, _("The hours are kept; those before stay for the years before."))
    return _about(request, page, form, _("When is it open?"), _("Keep these hours"))


@guarded(Action.KEEP_COUNTER)
@both
def put_out(request: HttpRequest, counter_id: UUID) -> HttpResponse:
    """Put a leaflet on view."""
    now = timezone.now()
    page = queries.counter(actor_of(request), counter_id, now=now)
    form = LeafletForm(sent(request), today=london_day(now))
    if saved(
        form,
        lambda: commands.put_out(by=actor_of(request), now=now, counter_id=counter_id, **form.cleaned_data),
    ):
        return _done(request, counter_id, _("The leaflet is on view."))
    return _about(request, page, form, _("Put a leaflet on view"), _("It is on view"))


@guarded(Action.KEEP_COUNTER)
@both
def leaflet(request: HttpRequest, leaflet_id: UUID) -> HttpResponse:
    """One leaflet: it may stay, it was replaced, or it is gone."""
    now = timezone.now()
    found = queries.leaflet(actor_of(request), leaflet_id, now=now)
    form = LookForm(sent(request))

    def look() -> None:
        typed = form.cleaned_data
        if typed["found"] == "replaced":
            commands.replace_leaflet(
                by=actor_of(request), now=now, leaflet_id=leaflet_id, printed_on=typed["printed_on"]
            )
        else:
            commands.look_at_leaflet(
                by=actor_of(request), now=now, leaflet_id=leaflet_id, still_there=typed["found"] == "there"
            )

    if saved(form, look):
        return _done(request, found.leaflet.counter_id, _("Kept."))
    return _form(
        request,
        form,
        f"{_(found.topic)}, {_(found.language)}",
        _("Keep this"),
        reverse("contact:counter", args=[found.leaflet.counter_id]),
        caption=found.leaflet.counter.name,
        found=found,
    )


def _about(
    request: HttpRequest, page: queries.CounterPage, form: BaseForm, title: str, button: str
) -> HttpResponse:
    back = reverse("contact:counter", args=[page.counter.id])
    return _form(request, form, title, button, back, caption=page.counter.name)


def _form(
    request: HttpRequest, form: BaseForm, title: str, button: str, back: str, **context: Any
) -> HttpResponse:
    shown = {"form": form, "title": title, "button": button, "back": back, **context}
    return render(request, "contact/counter_form.html", shown)


def _done(request: HttpRequest, counter_id: UUID, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("contact:counter", counter_id)
