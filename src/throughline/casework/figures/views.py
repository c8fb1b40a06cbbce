"""The force's own figures, each opened to the records behind it."""

import csv
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from throughline.casework.figures import commands, queries
from throughline.casework.figures.forms import ExplainForm, PeriodForm, usual_period
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.measures import Kind, Measure, Period, intervals, measure
from throughline.measures.intervals import Limits


@guarded(Action.VIEW_MEASURES)
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure over a period."""
    form, period = _period(request)
    counted = queries.figures(actor_of(request), period)
    parts = [(part, list(of_part)) for part, of_part in groupby(counted, key=lambda one: one.measure.part)]
    shown = {"parts": parts, "sure": intervals(), **_common(form, period)}
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
            "explains": may(actor, Action.EXPLAIN_FIGURE),
            **_common(form, period),
        },
    )


@guarded(Action.EXPLAIN_FIGURE)
@require_http_methods(["GET", "POST"])
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Why a figure moved, as the force itself explains it, with the name of who does."""
    wanted, actor, now = _measure(code), actor_of(request), timezone.now()
    _asked, period = _period(request)
    form = ExplainForm(sent(request), initial={"first": period.first, "last": period.last})

    def kept() -> object:
        typed = form.cleaned_data
        over = Period(typed["first"], typed["last"])
        return commands.explain(by=actor, now=now, measure=code, period=over, words=typed["words"])

    if saved(form, kept):
        messages.success(request, gettext("Written down beside the figure."))
        return redirect(f"{reverse('figures:figure', args=[code])}?{urlencode(_days(form.cleaned_data))}")
    if request.method == "GET":
        recalled(request, form)
    shown = {"measure": wanted, **_common(form, period)}
    return render(request, "figures/explain.html", shown, status=422 if form.errors else 200)


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
         "share_high", "count_low", "count_high", "median_minutes", "median_low", "median_high",
         "ninth_decile_minutes", "ninth_decile_low", "ninth_decile_high", "definition", "interval", "source",
         "explained"]
    )  # fmt: skip
    for one in queries.figures(actor_of(request), period):
        kind = one.measure.kind
        per = 100 if kind is Kind.SHARE else 1
        for line in one.lines:
            ends = (per * line.interval.low, per * line.interval.high) if line.interval else (None, None)
            of_share, of_count = ((None, None), ends) if kind is Kind.COUNT else (ends, (None, None))
            out.writerow(
                [one.measure.code, line.group, period.first, period.last, line.rows, line.counted, line.unknown,
                 line.share, *of_share, *of_count,
                 line.median, *_ends(line.median_between),
                 line.ninth_decile, *_ends(line.ninth_decile_between),
                 one.measure.counted_how(period), one.measure.interval, one.measure.source,
                 "; ".join(f"{each.by}, of {each.first} to {each.last}: {each.words}" for each in one.explained)]
            )  # fmt: skip
    return answer


def _ends(limits: Limits | None) -> tuple[float | None, float | None]:
    return (limits.low, limits.high) if limits else (None, None)


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
    parts = _days({"first": period.first, "last": period.last})
    return {"form": form, "period": period, "same_period": urlencode(parts)}


def _days(of: Mapping[str, Any]) -> dict[str, int]:
    """The first and the last day as an address says them."""
    return {
        f"{name}_{part}": getattr(of[name], part)
        for name in ("first", "last")
        for part in ("day", "month", "year")
    }
