"""How long a record is kept, and erasing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import retention as commands
from throughline.casework.people.forms.person import KeepForm, ReasonForm
from throughline.casework.people.models import Record
from throughline.casework.people.queries.person import what_is_held
from throughline.casework.people.rules import first_review
from throughline.casework.people.views.changing import about_person, change, change_page, saved, sent
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day


@about_person(Action.REVIEW_RETENTION)
def retention(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Keep a record until another day, for a reason; the desk may go on to erase it."""
    now = timezone.now()
    today = london_day(now)
    form = KeepForm(
        sent(request), decision="extend-retention", today=today, initial={"until": first_review(today)}
    )
    return change(
        request,
        Action.REVIEW_RETENTION,
        record_id,
        form,
        lambda: commands.extend_retention(
            by=actor_of(request), now=now, record_id=record_id, **form.cleaned_data
        ),
        success=_("Kept. It is reviewed again on the day that you gave."),
        title=_("Review how long this record is kept"),
        button=_("Keep this record"),
        template="people/retention.html",
        may_erase=may(actor_of(request), Action.ERASE),
        review_on=Record.objects.get(id=record_id).review_on,
    )


@about_person(Action.ERASE)
def erase(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say what erasing removes, and do it for a reason."""
    now = timezone.now()
    form = ReasonForm(sent(request), decision="erase", today=london_day(now))
    # nothing in words outlives the person
    del form.fields["words"]
    if saved(
        form,
        lambda: commands.erase(
            by=actor_of(request), now=now, record_id=record_id, reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, _("Erased. What remains are ids, codes and dates."))
        return redirect("people:search")
    return change_page(
        request,
        Action.ERASE,
        record_id,
        form,
        title=_("Erase this person’s record"),
        button=_("Erase for good"),
        danger=True,
        template="people/erase.html",
        held=what_is_held(actor_of(request), record_id),
    )
