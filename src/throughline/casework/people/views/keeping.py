"""How long a record is kept."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import retention as commands
from throughline.casework.people.forms.person import KeepForm
from throughline.casework.people.models import Record
from throughline.casework.people.rules import first_review
from throughline.casework.people.views.changing import about_person, change, sent
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
