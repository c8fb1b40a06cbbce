"""Names and particulars: what somebody is called and what a record says of them."""

import json
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import recording
from throughline.casework.people.commands.recording import Particulars, particulars_of
from throughline.casework.people.forms.person import NameForm, ParticularsForm
from throughline.casework.people.models import Record
from throughline.casework.people.rules import Conflict
from throughline.casework.people.views.changing import about_person, change, change_page, done, saved, sent
from throughline.casework.people.views.wording import day
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


@about_person(Action.CORRECT_PERSON)
def add_name(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Add a name; a new current name makes the one before a former name."""
    now = timezone.now()
    form = NameForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.CORRECT_PERSON,
        record_id,
        form,
        lambda: recording.add_name(by=actor_of(request), now=now, record_id=record_id, name=form.name()),
        success=_("Name added."),
        title=_("Add a name"),
        button=_("Add name"),
    )


@about_person(Action.CORRECT_PERSON)
def correct(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Correct what the record says. Where somebody else changed it meanwhile, both versions are shown."""
    now = timezone.now()
    today = london_day(now)
    held = particulars_of(Record.objects.get(id=record_id))
    seen = _sent(request.POST.get("seen", "")) or held
    form = ParticularsForm(sent(request), seen=seen, today=today)
    theirs: list[tuple[str, str, str]] = []

    def command() -> None:
        recording.correct_particulars(
            by=actor_of(request), now=now, record_id=record_id, seen=seen, particulars=form.particulars()
        )

    try:
        if form.is_bound and form.is_valid() and held != seen:
            raise Conflict
        if saved(form, command):
            return done(request, record_id, _("Particulars corrected."))
    except Conflict:
        theirs = _differences(form, held, today)
        form.add_error(
            None,
            _(
                "Somebody else has corrected this meanwhile. Compare both below; sending it again keeps yours."
            ),
        )
    return change_page(
        request,
        Action.CORRECT_PERSON,
        record_id,
        form,
        title=_("Correct particulars"),
        button=_("Correct particulars"),
        template="people/particulars.html",
        theirs=theirs,
        # after a conflict the reader has seen what it says now
        seen=_as_sent(held),
    )


def _as_sent(seen: Particulars) -> str:
    return json.dumps(asdict(seen), default=str)


def _sent(text: str) -> Particulars | None:
    """The particulars that the page was opened on, as it sends them back; None where it sent none."""
    try:
        given: dict[str, Any] = json.loads(text)
        given["born"] = date.fromisoformat(given["born"]) if given["born"] else None
        return Particulars(**{field.name: given[field.name] for field in fields(Particulars)})
    except (ValueError, TypeError, KeyError):
        return None


def _differences(form: ParticularsForm, held: Particulars, today: date) -> list[tuple[str, str, str]]:
    """Each field in which what was typed differs from what is held now: label, theirs, yours."""
    now = ParticularsForm(seen=held, today=today)
    told = []
    for name, field in form.fields.items():
        theirs, yours = now.initial.get(name) or "", form.cleaned_data.get(name) or ""
        if theirs != yours:
            labels = dict(getattr(field, "choices", ()) or ())
            words = [_said(labels.get(value, value)) for value in (theirs, yours)]
            told.append((str(field.label), words[0], words[1]))
    return told


def _said(value: object) -> str:
    return day(value) if isinstance(value, date) else str(value) or _("empty")
