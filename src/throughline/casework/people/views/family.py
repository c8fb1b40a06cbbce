"""Who is who to somebody, and who lives with them."""

from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import recording
from throughline.casework.people.commands.recognition import tell_the_desk
from throughline.casework.people.forms.person import ConfirmForm, OtherForm, RelationshipForm, ScrapsForm
from throughline.casework.people.queries.searching import Found, search
from throughline.casework.people.views.changing import about_person, change, sent
from throughline.casework.people.views.purposes import purpose_of
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.linkage.scraps import read_scraps

#: What the button that looks for the other person sends.
FIND = "find"


def others(request: HttpRequest, record_id: UUID, now: datetime) -> tuple[ScrapsForm, list[tuple[str, str]]]:
    """The form that finds the other person, and whom it found as choices, without this one.

    Whoever is restricted is not among them; the desk is told, as after any other search.
    """
    today = london_day(now)
    form = ScrapsForm(sent(request), today=today)
    scraps = form.cleaned_data["scraps"].strip() if form.is_valid() else ""
    if not scraps:
        return form, []
    heard = read_scraps(scraps, today=today)
    answer = search(actor_of(request), heard, today=today, purpose=purpose_of(request, record_id))
    if answer.hidden and request.POST.get("do") == FIND:
        hidden = list(answer.hidden)
        tell_the_desk(by=actor_of(request), now=now, enquiry_id=uuid4(), heard=heard, hidden=hidden)
    found = [one for one in answer.found if one.record_id != record_id]
    return form, [(str(one.record_id), described(one)) for one in found]


def described(one: Found) -> str:
    """A person who was found, on one line."""
    facts = (one.name, _("aged %(age)s") % {"age": one.age} if one.age else "", one.address, one.phone)
    return ", ".join(fact for fact in facts if fact)


@about_person(Action.RECORD_RELATIONSHIP)
def relate(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say what another person is to this one."""
    now = timezone.now()
    scraps, found = others(request, record_id, now)
    chosen = sent(request) if request.POST.get("do") != FIND else None
    form = RelationshipForm(chosen, others=found, today=london_day(now))
    return change(
        request,
        Action.RECORD_RELATIONSHIP,
        record_id,
        form,
        lambda: recording.relate(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            other_id=form.other_id(),
            kind=form.cleaned_data["kind"],
        ),
        success=_("Relationship recorded."),
        title=_("Relate to another person"),
        button=_("Record relationship"),
        template="people/other.html",
        scraps=scraps,
        found=found,
    )


@about_person(Action.RECORD_RELATIONSHIP)
def join_household(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Put a person into the household of another."""
    now = timezone.now()
    scraps, found = others(request, record_id, now)
    chosen = sent(request) if request.POST.get("do") != FIND else None
    form = OtherForm(chosen, others=found, today=london_day(now))
    return change(
        request,
        Action.RECORD_RELATIONSHIP,
        record_id,
        form,
        lambda: recording.join_household(
            by=actor_of(request), now=now, record_id=record_id, with_record_id=form.other_id()
        ),
        success=_("Household recorded."),
        title=_("Put into a household"),
        button=_("Put into this person’s household"),
        template="people/other.html",
        scraps=scraps,
        found=found,
        lead=[
            _("Find somebody who lives with them. Whoever leaves a household for another leaves the first.")
        ],
    )


@about_person(Action.RECORD_RELATIONSHIP)
def leave_household(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say that a person no longer lives with those of their household."""
    now = timezone.now()
    form = ConfirmForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.RECORD_RELATIONSHIP,
        record_id,
        form,
        lambda: recording.leave_household(by=actor_of(request), now=now, record_id=record_id),
        success=_("They have left the household."),
        title=_("Leave this household"),
        button=_("They have left this household"),
        lead=[_("They no longer live with those who are shown on their page.")],
    )
