"""The force's own figures, each opened to the records behind it."""

import csv
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from throughline.casework.figures import queries
from throughline.casework.figures.forms import PeriodForm, usual_period
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.measures import Measure, Period, measure


@guarded(Action.VIEW_MEASURES)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure over a period."""
    form, period = _period(request)
    counted = queries.figures(actor_of(request), period)
    parts = [(part, list(of_part)) for part, of_part in groupby(counted, key=lambda one: one.measure.part)]
    shown = {"parts": parts, **_common(form, period)}
    return render(request, "figures/figures.html", shown)


@guarded(Action.VIEW_MEASURES)
@require_GET
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure, how it is counted, and the records behind it."""
    wanted = _measure(code)
    form, period = _period(request)
    actor = actor_of(request)
    [shown] = queries.figures(actor, period, only=wanted)
    behind = queries.behind(actor, wanted, period)
    people = {one.record_id for one in behind.opened if one.record_id}
    people |= {record_id for one in behind.opened for record_id in one.people}
    lead_to(request, sorted(people), "supervision")
    return render(
        request,
        "figures/figure.html",
        {
            "figure": shown,
            "behind": behind,
            "reads": may(actor, Action.VIEW_CONTACT),
            **_common(form, period),
        },
    )


@guarded(Action.VIEW_MEASURES)
@require_GET
def as_csv(request: HttpRequest) -> HttpResponse:
    """Every figure over a period, as a file of values that a spreadsheet opens."""
    _form, period = _period(request)
    name = f"figures-{period.first}-{period.last}.csv"
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    out = csv.writer(answer)
    out.writerow(
        ["measure", "group", "from", "until", "rows", "counted", "unknown", "share_percent", "share_low",
         "share_high", "median_minutes", "ninth_decile_minutes", "definition", "source"]
    )  # fmt: skip
    for one in queries.figures(actor_of(request), period):
        for line in one.lines:
            out.writerow(
                [one.measure.code, line.group, period.first, period.last, line.rows, line.counted, line.unknown,
                 line.share, line.interval and 100 * line.interval.low, line.interval and 100 * line.interval.high,
                 line.median, line.ninth_decile,
                 one.measure.counted_how(period), one.measure.source]
            )  # fmt: skip
    return answer


def _measure(code: str) -> Measure:
    try:
        return measure(code)
    except KeyError:
        raise Http404 from None


def _period(request: HttpRequest) -> tuple[PeriodForm, Period]:
    """The period asked for; what is not said or cannot be read is that of the last twelve months."""
    usual = usual_period(london_day(timezone.now()))
    form = PeriodForm(request.GET or None, initial={"first": usual.first, "last": usual.last})
    if not form.is_valid():
        return form, usual
    typed = form.cleaned_data
    first, last = typed["first"] or usual.first, typed["last"] or usual.last
    return form, Period(min(first, last), last)


def _common(form: PeriodForm, period: Period) -> dict[str, Any]:
    parts = {
        f"{name}_{part}": getattr(day, part)
        for name, day in (("first", period.first), ("last", period.last))
        for part in ("day", "month", "year")
    }
    return {"form": form, "period": period, "same_period": urlencode(parts)}
