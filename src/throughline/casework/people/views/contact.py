"""How to reach somebody: phones, addresses and what is safe."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import recording, safety
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.forms.person import AddressForm, ConfirmForm, PhoneForm, RestsOnForm
from throughline.casework.people.models import Address, Phone, SafeContact
from throughline.casework.people.views.changing import (
    about_person,
    change,
    change_page,
    done,
    in_conflict,
    saved,
    sent,
    the,
)
from throughline.casework.people.views.wording import SAFE_CONTACT, side_by_side
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library

_VOIDS = "A change of number or address voids what was said about reaching them safely: ask again afterwards."


@about_person(Action.CHANGE_CONTACT)
def add_phone(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Add a number."""
    now = timezone.now()
    form = PhoneForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.CHANGE_CONTACT,
        record_id,
        form,
        lambda: recording.add_phone(
            by=actor_of(request), now=now, record_id=record_id, number=form.cleaned_data["phone"]
        ),
        success=_("Phone number added. Ask again how to reach them safely."),
        title=_("Add a phone number"),
        button=_("Add phone number"),
        lead=[_(_VOIDS)],
    )


@about_person(Action.CHANGE_CONTACT)
def end_phone(request: HttpRequest, record_id: UUID, phone_id: UUID) -> HttpResponse:
    """Say that a number is no longer theirs."""
    phone = the(Phone.objects.filter(id=phone_id, record=record_id), record_id)
    now = timezone.now()
    form = ConfirmForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.CHANGE_CONTACT,
        record_id,
        form,
        lambda: recording.end_phone(by=actor_of(request), now=now, record_id=record_id, phone_id=phone_id),
        success=_("Phone number ended. Ask again how to reach them safely."),
        title=_("No longer their phone number: %(number)s") % {"number": phone.given},
        button=_("End phone number"),
        lead=[_("It stays known, for recognising them."), _(_VOIDS)],
    )


@about_person(Action.CHANGE_CONTACT)
def add_address(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Add an address that may be known."""
    now = timezone.now()
    form = AddressForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.CHANGE_CONTACT,
        record_id,
        form,
        lambda: recording.add_address(
            by=actor_of(request), now=now, record_id=record_id, address=form.address()
        ),
        success=_("Address added. Ask again how to reach them safely."),
        title=_("Add an address"),
        button=_("Add address"),
        lead=[
            _(
                "Never a refuge: everybody who may see this person sees what you enter here. The restricted-records desk keeps the addresses of refuges."
            ),
            _(_VOIDS),
        ],
    )


@about_person(Action.CHANGE_CONTACT)
def end_address(request: HttpRequest, record_id: UUID, address_id: UUID) -> HttpResponse:
    """Say that they no longer live at a place."""
    address = the(Address.objects.filter(id=address_id, record=record_id), record_id)
    now = timezone.now()
    form = ConfirmForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.CHANGE_CONTACT,
        record_id,
        form,
        lambda: recording.end_address(
            by=actor_of(request), now=now, record_id=record_id, address_id=address_id
        ),
        success=_("Address ended. Ask again how to reach them safely."),
        title=_("No longer their address: %(address)s") % {"address": address.shown},
        button=_("End address"),
        lead=[_("It stays known, for recognising them."), _(_VOIDS)],
    )


@about_person(Action.RECORD_SAFE_CONTACT)
def safe_contact(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Ask how they can be reached without harm; saving needs nothing, completing asks for the rest."""
    now = timezone.now()
    instrument = library().as_of(SAFE_CONTACT, london_day(now))
    before, standing = _what_stands(request, record_id)
    typed = sent(request)
    # what was voided is asked anew, not agreed to again
    form = form_for(instrument, typed, kept=before.answers if before and standing else None)
    together = held_together(record_id)
    about = RestsOnForm(
        typed,
        today=london_day(now),
        phones=_choices(Phone.objects.filter(record__in=together, valid_until=None)),
        addresses=_choices(Address.objects.filter(record__in=together, valid_until=None)),
        initial={"phone": str(standing.phone_id), "address": str(standing.address_id)} if standing else {},
    )
    after = request.POST.get("after", "") if typed is not None else str(before.id if before else "")
    if about.is_valid() and saved(
        form,
        lambda: safety.give_safe_contact(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            instrument=instrument,
            answers=form.answers(),
            complete=form.completing,
            after=_id(after),
            phone_id=about.chosen("phone"),
            address_id=about.chosen("address"),
        ),
    ):
        words = (
            _("Saved: how to reach them safely.")
            if form.completing
            else _("Saved. Not every question has been asked.")
        )
        return done(request, record_id, f"{words} {form.dropped_notice()}".strip())
    compared: list[tuple[str, list[str]]] = []
    if in_conflict(form):
        before, standing = _what_stands(request, record_id)
        ours = Answers(version=instrument.version, answers=form.answers())
        compared = side_by_side(before if standing else None, ours)
        compared.append((_("About"), [_rests_on(standing), about.chosen_in_words()]))
    return change_page(
        request,
        Action.RECORD_SAFE_CONTACT,
        record_id,
        form,
        title=_("Reaching them safely"),
        button=_("All has been asked"),
        template="people/safe_contact.html",
        about=about,
        compared=compared,
        # after a conflict the reader is told, and what they send again stands on what there is now
        after=str(before.id if before else ""),
        version=instrument.version,
    )


def _choices(places: object) -> list[tuple[str, str]]:
    return [(str(one.id), one.given if isinstance(one, Phone) else one.shown) for one in places]  # type: ignore[attr-defined]


def _what_stands(request: HttpRequest, record_id: UUID) -> tuple[Answers | None, SafeContact | None]:
    """The last answers, and the promise that rests on them where it has not been voided."""
    before = latest(actor_of(request), subject=record_id, instrument=SAFE_CONTACT)
    return before, SafeContact.objects.filter(record=record_id, voided_at=None).first()


def _rests_on(standing: SafeContact | None) -> str:
    if standing is None:
        return "–"
    phone, address = standing.phone, standing.address
    return "; ".join((*([phone.given] if phone else []), *([address.shown] if address else []))) or "–"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
