"""Who is this? The search page, what is made of its matches, and adding a person whom nobody found.

Search terms come in the bodies of posts alone. A script asks while somebody types and gets the results by
themselves; without it the same post brings the whole page.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import cast
from uuid import UUID, uuid4

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from throughline.casework.people.commands.recognition import read_match, tell_the_desk
from throughline.casework.people.commands.recording import add_record
from throughline.casework.people.forms.searching import AddForm, SearchForm, carried_over
from throughline.casework.people.models import Match
from throughline.casework.people.queries import searching
from throughline.casework.people.queries.searching import Answer, Found
from throughline.casework.people.rules import PURPOSES, Malformed
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.commands import let_go
from throughline.foundations.drafts.views import recalled
from throughline.linkage.description import Description
from throughline.reference import load

FEMALE, MALE = "2", "1"


class State(StrEnum):
    """What a lookup came to; each has its own words on the page."""

    EMPTY = "empty"
    TOO_LITTLE = "too-little"
    TOO_COMMON = "too-common"
    NONE = "none"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Card:
    """One person that it may be, with what was made of that so far."""

    found: Found
    markers: tuple[str, ...]
    reading: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """What the page shows of a lookup. Nothing in it tells of what was found out of sight."""

    state: State
    status: str
    heard: tuple[tuple[str, str], ...] = ()
    cards: tuple[Card, ...] = ()
    more: bool = False


@guarded(Action.SEARCH_PEOPLE)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The search page; a post brings what was found."""
    now = timezone.now()
    if request.method == "GET":
        form = SearchForm(today=london_day(now), initial={"enquiry": uuid4()})
        recalled(request, form)
        return _page(request, form, _nothing_asked())
    form = _posted(request, now)
    let_go(user=actor_of(request).id, place=request.path)
    if form.description() == Description():
        # an emptied page is the next call: what is typed now belongs to another enquiry
        _begin(form, uuid4())
        if not form.errors and not _while_typing(request):
            form.add_error("who", _("enter anything that you have heard"))
        return _page(request, form, _nothing_asked())
    return _page(request, form, _results(form, _look_up(actor_of(request), form, now), now))


@guarded(Action.DECIDE_MATCH)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Keep whether a match is the person asked about; one who is confirmed is opened."""
    now = timezone.now()
    form = _posted(request, now)
    reading, record_id = _reading(request.POST.get("reading", ""))
    answer = _look_up(actor_of(request), form, now)
    found = next((one for one in answer.found if one.record_id == record_id), None)
    if found is None:
        form.add_error("who", _("has changed since, and no longer finds the person whom you decided on"))
        return _page(request, form, _results(form, answer, now))
    read_match(
        by=actor_of(request),
        now=now,
        enquiry_id=form.cleaned_data["enquiry"],
        heard=form.description(),
        found=found,
        reading=reading,
    )
    if reading == Match.Reading.CONFIRMED:
        lead_to(request, [record_id], _purpose(actor_of(request)))
        return redirect("people:person", record_id)
    return _page(request, form, _results(form, answer, now))


@guarded(Action.ADD_PERSON)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person whom no record is of. From the search page, what was typed there comes along."""
    now = timezone.now()
    today = london_day(now)
    if request.method == "GET":
        form = AddForm(today=today)
        recalled(request, form)
        return render(request, "people/add.html", {"form": form})
    if "carried" in request.POST:
        heard = _posted(request, now).description()
        return render(
            request, "people/add.html", {"form": AddForm(today=today, initial=carried_over(heard, today))}
        )
    form = AddForm(request.POST, today=today)
    if form.is_valid():
        try:
            record = add_record(
                by=actor_of(request),
                now=now,
                name=form.name(),
                particulars=form.particulars(),
                phones=form.phones(),
                addresses=form.addresses(),
            )
            lead_to(request, [record.id], _purpose(actor_of(request)))
            return redirect("people:person", record.id)
        except Malformed as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, _(wrong.why))
    return render(request, "people/add.html", {"form": form})


def _posted(request: HttpRequest, now: datetime) -> SearchForm:
    form = SearchForm(request.POST.copy(), today=london_day(now))
    form.full_clean()
    if "enquiry" in form.cleaned_data:
        _begin(form, form.cleaned_data["enquiry"])
    else:
        raise BadRequest("enquiry: not an id")
    return form


def _begin(form: SearchForm, enquiry_id: UUID) -> None:
    """Let the page go on under an enquiry, written in its one form."""
    data = cast(QueryDict, form.data).copy()
    data["enquiry"] = str(enquiry_id)
    form.data = data


def _reading(typed: str) -> tuple[Match.Reading, UUID]:
    reading, _between, record_id = typed.partition(" ")
    try:
        return Match.Reading(reading), UUID(record_id)
    except ValueError:
        raise BadRequest("reading: not a reading and a record") from None


def _look_up(actor: Actor, form: SearchForm, now: datetime) -> Answer:
    """Search once; whatever was found out of the actor's sight goes to the desk in the same transaction."""
    heard = form.description()
    answer = searching.search(actor, heard, today=london_day(now), purpose=_purpose(actor))
    if answer.hidden:
        tell_the_desk(
            by=actor,
            now=now,
            enquiry_id=form.cleaned_data["enquiry"],
            heard=heard,
            hidden=list(answer.hidden),
        )
    return answer


def _purpose(actor: Actor) -> str:
    """Why somebody looks, as the work of their role says; the page asks for no more."""
    return PURPOSES.get(actor.role, "")


def _while_typing(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _page(request: HttpRequest, form: SearchForm, results: Results) -> HttpResponse:
    if results.state is State.EMPTY or form.errors:
        form.start_here()
    lead_to(request, (card.found.record_id for card in results.cards), PURPOSES[actor_of(request).role])
    template = "people/search_results.html" if _while_typing(request) else "people/search.html"
    return render(request, template, {"form": form, "results": results})


def _nothing_asked() -> Results:
    return Results(State.EMPTY, _("What to type"))


def _results(form: SearchForm, answer: Answer, now: datetime) -> Results:
    heard = form.description()
    today = london_day(now)
    read = searching.readings(form.cleaned_data["enquiry"])
    markers = load("markers")
    cards = []
    for found in answer.found:
        match = read.get(found.record_id)
        cards.append(
            Card(
                found,
                tuple(markers.label(code, on=today) for code in found.markers),
                match.reading if match else "",
                match.read_at if match else None,
            )
        )
    state = _state(answer)
    return Results(
        state,
        _status(state, len(cards), answer.more, heard.sex),
        tuple(read_as(heard, today)),
        tuple(cards),
        answer.more,
    )


def _state(answer: Answer) -> State:
    if answer.found:
        return State.FOUND
    if answer.too_little:
        return State.TOO_LITTLE
    return State.TOO_COMMON if answer.too_common else State.NONE


def _status(state: State, count: int, more: bool, sex: str) -> str:
    """One sentence, said aloud by a screen reader as soon as the results change."""
    match state:
        case State.TOO_LITTLE:
            return _("That is too little to search by")
        case State.TOO_COMMON:
            return _("Too many people share that")
        case State.NONE:
            return _("Nobody found")
    if more:
        return _("More than %(count)s people fit; these are the likeliest") % {"count": count}
    if sex == FEMALE:
        return ngettext("%(count)s person may be her", "%(count)s people may be her", count) % {
            "count": count
        }
    if sex == MALE:
        return ngettext("%(count)s person may be him", "%(count)s people may be him", count) % {
            "count": count
        }
    return ngettext(
        "%(count)s person may be the one you mean", "%(count)s people may be the one you mean", count
    ) % {"count": count}


def read_as(heard: Description, today: date) -> list[tuple[str, str]]:
    """How what was typed was understood, so that a slip is seen before it misleads."""
    told: list[tuple[str, str]] = []
    told += [
        (_("name"), name.full or " ".join(filter(None, (name.forename, name.middle, name.surname))))
        for name in heard.names
    ]
    if heard.born:
        told.append((_("born"), heard.born.strftime("%d/%m/%Y")))
    elif heard.born_from and heard.born_to:
        first, last = str(heard.born_from), str(heard.born_to)
        told.append((_("born"), first if first == last else f"{first}–{last}"))
    if heard.sex:
        told.append((_("sex"), load("sex").label(heard.sex, on=today)))
    told += [(_("phone"), phone) for phone in heard.phones]
    for place in heard.places:
        street = " ".join(filter(None, (place.number, place.street)))
        told.append((_("address"), ", ".join(filter(None, (street, place.town, place.postcode)))))
    told += [
        (_("other party"), other.full or f"{other.forename} {other.surname}".strip())
        for other in heard.others
    ]
    return told
