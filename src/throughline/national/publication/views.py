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
from throughline.national.collection.queries.returns import force_of
from throughline.national.publication import queries
from throughline.national.publication.forms import FiguresForm, FindForm, NarrowForm
from throughline.national.publication.rules.editions import (
    A_PAGE,
    KINDS,
    OF_A_FORCE,
    SAVED,
    Edition,
    force_path,
    grouped,
    heads,
    holding,
    inside,
    read_table,
)
from throughline.national.publication.rules.figures import Book, Line, as_workbook, read_book, seen
from throughline.reference import load
from throughline.statistics.edition.content import MARKS
from throughline.statistics.edition.helping import TITLE as HELP
from throughline.statistics.edition.helping import helplines, how_sure
from throughline.statistics.edition.tabular import as_csv, as_csvw


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
    now, user = timezone.now(), request.user
    own = force_of(user.actor) if user.is_authenticated else None
    return render(
        request,
        "publication/editions.html",
        {
            "own": own,
            "own_path": force_path(own.code) if own else "",
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


@guarded(Open.TO_EVERYBODY)
@require_safe
def helped(request: HttpRequest) -> HttpResponse:
    """Whom a reader can ring who is abused, or knows somebody who is."""
    return render(request, "publication/help.html", {"title": HELP, "lines": helplines(), "sure": how_sure()})


@of_an_edition
def edition(request: HttpRequest, found: Edition) -> HttpResponse:
    """What an edition holds: its contents by subject, its figures to be asked for, its tables to be found by their words."""
    book = read_book(found)
    form = FindForm(request.GET if "words" in request.GET else None)
    words = form.cleaned_data.get("words") or "" if form.is_bound and form.is_valid() else ""
    tables = holding(found.tables, words)
    # without a word every table would be listed, of which an edition of returns has hundreds
    listed = tables if words or len(tables) <= A_PAGE else []
    return render(
        request,
        "publication/edition.html",
        {
            "edition": found,
            "round": queries.round_of(found.slug),
            "contents": grouped(found.pages),
            "form": form,
            "asked": FiguresForm(book=book, initial={"year": book.years[0].isoformat()})
            if book and book.years
            else None,
            "words": words,
            "listed": listed[:A_PAGE],
            "many": len(tables),
        },
    )


@of_an_edition
def figures(request: HttpRequest, found: Edition) -> HttpResponse:
    """Figures by force, kind and year; one of them opened; all that is seen to take away."""
    book = read_book(found)
    if book is None or not book.years:
        raise Http404
    bound = bool({"force", "item", "year"} & {*request.GET})
    form = FiguresForm(request.GET if bound else None, book=book, initial={"year": book.years[0].isoformat()})
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    narrowed = {name: chosen.get(name) or "" for name in ("force", "item", "year")}
    asked = bool(narrowed["force"] or narrowed["item"])
    lines = book.narrowed(**narrowed) if asked else []
    opened = lines[0] if narrowed["force"] and narrowed["item"] and lines else None
    history = book.narrowed(force=narrowed["force"], item=narrowed["item"]) if opened else []
    if asked and (taken := request.GET.get("as", "")) in TAKEN:
        # of one figure its history is seen, and taken
        return _taken(taken, history or lines, found)
    pages = max(1, -(-len(lines) // A_PAGE))
    page = min(max(_page(request), 1), pages)
    return render(
        request,
        "publication/figures.html",
        {
            "edition": found,
            "form": form,
            "asked": asked,
            "lines": lines[(page - 1) * A_PAGE : page * A_PAGE],
            "many": len(lines),
            "page": page,
            "pages": pages,
            "narrowed": urlencode(narrowed),
            "year": narrowed["year"],
            "opened": opened,
            "of": book.items.get(opened.item.part_of) if opened else None,
            "history": history,
            "reasons": {row.code: row.label for row in load("unable-reasons").rows},
            "taken": [*TAKEN],
            "digest": next(
                (one for one in found.pages if opened and one.path == force_path(opened.force)), None
            ),
            **_signed(request, found, book, opened),
        },
    )


#: In which shapes the figures that are seen are taken away: the ending of the file, and as what it is sent.
TAKEN = {
    "csv": ("csv", KINDS[".csv"]),
    "csvw": ("csv-metadata.json", KINDS[".json"]),
    "xlsx": ("xlsx", KINDS[".xlsx"]),
}


def _taken(kind: str, lines: list[Line], found: Edition) -> HttpResponse:
    ending, sent = TAKEN[kind]
    name = f"{found.slug}-figures.{ending}"
    table = seen(lines, title=f"Figures of {found.title}")
    body: str | bytes
    if kind == "csv":
        body = as_csv(table, invented=found.invented)
    elif kind == "csvw":
        body = as_csvw(table, f"{found.slug}-figures.csv", invented=found.invented)
    else:
        body = as_workbook(table, found)
    response = HttpResponse(body, content_type=sent)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _signed(request: HttpRequest, found: Edition, book: Book, opened: Line | None) -> dict[str, object]:
    """The signed return that a figure comes from, for whoever may open it."""
    of, user = queries.round_of(found.slug), request.user
    # a round is of one year: what the edition tells of earlier years was collected in others
    if opened is None or of is None or not user.is_authenticated or opened.year_end != book.years[0]:
        return {"round": of, "force": None}
    return {"round": of, "force": queries.opens_for(user.actor, {opened.force}).get(opened.force)}


def _page(request: HttpRequest) -> int:
    number = request.GET.get("page", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1


@of_an_edition
def table(request: HttpRequest, found: Edition, id: str) -> HttpResponse:
    """One table, narrowed, with where its rows come from for whoever may open that."""
    part = next((one for one in found.tables if one.id == id), None)
    path = inside(found.folder, part.path) if part else None
    if part is None or path is None:
        raise Http404
    columns = read_table(path, page=1).columns
    headed = heads(path, columns)
    form = NarrowForm(
        request.GET if {"column", "contains"} & {*request.GET} else None,
        columns={name: head.title for name, head in zip(columns, headed, strict=True)},
    )
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    narrowed = {"column": chosen.get("column") or "", "contains": chosen.get("contains") or ""}
    shown = read_table(path, **narrowed, page=_page(request))
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
            "heads": headed,
            "marks": [
                (mark, means) for mark, means in MARKS.items() if any(mark in row for row in shown.rows)
            ],
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
