"""The page of one person, and why its reader looks."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.people.forms.person import PurposeForm
from throughline.casework.people.models import Address, Phone
from throughline.casework.people.queries.person import Person, insist_on, person, staff_names
from throughline.casework.people.queries.restriction import broken_until, restriction
from throughline.casework.people.views import wording
from throughline.casework.people.views.acts import log_in_words
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to, purpose_of
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@guarded(Action.VIEW_PERSON)
@require_safe
def show(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """The person, for who may see them and has said why."""
    insist_on(actor_of(request), Action.VIEW_PERSON, record_id)
    purpose = purpose_of(request, record_id)
    if not purpose:
        return _ask_purpose(request, record_id)
    today = london_day(timezone.now())
    shown = person(actor_of(request), record_id, today=today, purpose=purpose)
    return render(request, "people/person.html", _told(request, shown, today) | {"purpose": purpose})


@guarded(Action.VIEW_PERSON)
@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Ask why, once for each person and session, before anything of them is shown."""
    insist_on(actor_of(request), Action.VIEW_PERSON, record_id)
    return _ask_purpose(request, record_id)


def _ask_purpose(request: HttpRequest, record_id: UUID) -> HttpResponse:
    form = PurposeForm(sent(request), today=london_day(timezone.now()))
    if form.is_valid():
        lead_to(request, [record_id], form.cleaned_data["purpose"])
        return redirect("people:person", record_id)
    return render(request, "people/purpose.html", {"form": form, "record_id": record_id})


def held_once[P: (Phone, Address)](places: Iterable[P], same: Callable[[P], str]) -> list[list[P]]:
    """Numbers or addresses, those together that several merged records hold alike, in the order given.

    One that a record holds now and another held before stands with both.
    """
    grouped: dict[tuple[str, bool], list[P]] = {}
    for place in places:
        grouped.setdefault((same(place), place.valid_until is None), []).append(place)
    return list(grouped.values())


def _said_by(shown: Person, record_id: UUID) -> list[str]:
    """The names of one record and the numbers that it holds now."""
    names = [one.shown for one in shown.names if one.record_id == record_id]
    now = [one for one in shown.phones if one.record_id == record_id and one.valid_until is None]
    return [*names, *(one.given for one in now)]


def _told(request: HttpRequest, shown: Person, today: date) -> dict[str, Any]:
    """What the template needs beyond the person: codes in words, and what is merged of several records."""
    records = shown.records
    may = shown.allowed
    phones = held_once(shown.phones, lambda phone: phone.number)
    addresses = held_once(shown.addresses, lambda address: address.shown.casefold())
    return {
        "now_phones": [same for same in phones if same[0].valid_until is None],
        "now_addresses": [same for same in addresses if same[0].valid_until is None],
        "old_phones": [same for same in phones if same[0].valid_until is not None],
        "old_addresses": [same for same in addresses if same[0].valid_until is not None],
        "sources": {one.id: one.source for one in records},
        "which": {one.id: wording.which(one, _said_by(shown, one.id)) for one in records},
        "person": shown,
        "today": today,
        "w": wording,
        "Action": Action,
        "label": lambda name, code: wording.label(name, code, today),
        "sex": wording.sex_of(records, today),
        "born": wording.known((wording.day(one.born) for one in records if one.born), ""),
        "gender_identity": wording.known((one.gender_identity for one in records), ""),
        "language": wording.languages_of(records, today),
        "interpreter": wording.known(map(wording.interpreter_of, records), _("Not asked yet")),
        "ethnicity": wording.known((wording.ethnicity_of(one, today) for one in records), _("Not asked yet")),
        "ethnicity_seen": wording.known(
            (
                wording.label("ethnicity-officer-defined", one.ethnicity_officer_defined, today)
                for one in records
                if one.ethnicity_officer_defined
            ),
            _("Not recorded"),
        ),
        "said": [(one, *wording.said_in_words(one)) for one in shown.said],
        "lapsed": [(marker, load("markers").get(marker.code, on=today)) for marker in shown.lapsed],
        "markers": [(marker, load("markers").get(marker.code, on=today)) for marker in shown.markers],
        "looks": log_in_words(shown.looks, staff_names({one.actor for one in shown.looks}), today),
        "restriction": restriction(actor_of(request), shown.record.id) if Action.GRANT_SIGHT in may else None,
        "sight_ends": broken_until(actor_of(request), shown.record.id) if shown.restricted else None,
        "review_on": min(one.review_on for one in records),
    }
