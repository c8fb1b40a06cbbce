"""The pages that everybody may read: published editions and their tables, the release calendar, how figures are revised."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from throughline.foundations.access.routes import Open, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.national.publication import queries
from throughline.national.publication.forms import NarrowForm
from throughline.national.publication.rules import KINDS, OF_A_FORCE, SAVED, Edition, inside, read_table
from throughline.reference import load


def of_an_edition(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of an edition that is out; one that is not yet looks like one that does not exist."""

    @guarded(Open.TO_EVERYBODY)
    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, slug: str, **parts: str) -> HttpResponseBase:
        found = queries.edition(settings.EDITIONS, slug, now=timezone.now())
        if found is None:
            raise Http404
        return view(request, found, **parts)

    return answer


@guarded(Open.TO_EVERYBODY)
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Where everybody begins: who sends or judges returns with them, everybody else with what is published."""
    user = request.user
    if user.is_authenticated and may(user.actor, Action.VIEW_ROUNDS):
        return redirect("collection:rounds")
    return redirect("publication:editions")


@guarded(Open.TO_EVERYBODY)
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """Every edition that is out."""
    now = timezone.now()
    return render(
        request,
        "publication/editions.html",
        {
            "editions": queries.editions(settings.EDITIONS, now=now),
            "next": [line for line in queries.calendar(now=now) if not line.out],
        },
    )


@guarded(Open.TO_EVERYBODY)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """What comes out when, and every change of a day."""
    now = timezone.now()
    out = {one.slug for one in queries.editions(settings.EDITIONS, now=now)}
    return render(request, "publication/calendar.html", {"lines": queries.calendar(now=now), "there": out})


@guarded(Open.TO_EVERYBODY)
@require_safe
def revisions(request: HttpRequest) -> HttpResponse:
    """How published figures are corrected."""
    policy = load("revisions-policy")
    return render(
        request,
        "publication/revisions.html",
        {"policy": policy, "rows": policy.as_of(london_day(timezone.now()))},
    )


@of_an_edition
def edition(request: HttpRequest, found: Edition) -> HttpResponse:
    """What an edition holds."""
    return render(
        request, "publication/edition.html", {"edition": found, "round": queries.round_of(found.slug)}
    )


@of_an_edition
def table(request: HttpRequest, found: Edition, id: str) -> HttpResponse:
    """One table, narrowed, with where its rows come from for whoever may open that."""
    part = next((one for one in found.tables if one.id == id), None)
    path = inside(found.folder, part.path) if part else None
    if part is None or path is None:
        raise Http404
    columns = read_table(path, page=1).columns
    form = NarrowForm(request.GET if {"column", "contains"} & {*request.GET} else None, columns=columns)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    number = request.GET.get("page", "")
    narrowed = {"column": chosen.get("column") or "", "contains": chosen.get("contains") or ""}
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    shown = read_table(path, **narrowed, page=page)
    at = next((columns.index(one) for one in OF_A_FORCE if one in columns), None)
    user, of = request.user, queries.round_of(found.slug)
    forces = {}
    if at is not None and of is not None and user.is_authenticated:
        forces = queries.opens_for(user.actor, {row[at] for row in shown.rows})
    return render(
        request,
        "publication/table.html",
        {
            "edition": found,
            "part": part,
            "form": form,
            "table": shown,
            "at": at,
            "forces": forces,
            "round": of,
            "narrowed": urlencode(narrowed),
        },
    )


@of_an_edition
def file(request: HttpRequest, found: Edition, path: str) -> HttpResponseBase:
    """A page, picture or download of an edition, byte for byte as it was built."""
    there = inside(found.folder, path)
    if there is None:
        raise Http404
    return _sent(there)


def _sent(path: Path) -> HttpResponse:
    suffix = path.suffix if path.suffix in KINDS else ".txt"
    response = HttpResponse(path.read_bytes(), content_type=KINDS[suffix])
    if suffix in SAVED:
        response["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response
