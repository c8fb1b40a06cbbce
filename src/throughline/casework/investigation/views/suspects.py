"""The register of suspects who are to be found: written down, looked for, and closed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case, about_row
from throughline.casework.investigation.commands import looking
from throughline.casework.investigation.forms import AttemptForm, CloseForm, LookerForm, SuspectForm
from throughline.casework.investigation.models import OutstandingSuspect
from throughline.casework.investigation.queries.looking import outstanding as in_the_register
from throughline.casework.investigation.views.shared import accounts, small
from throughline.casework.people.views.changing import sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


@guarded(Action.SUPERVISE_INVESTIGATION)
@require_safe
def outstanding(request: HttpRequest) -> HttpResponse:
    """Every suspect who is to be found, the most dangerous first and of those whoever is longest at large."""
    found = in_the_register(actor_of(request), now=timezone.now())
    lead_to(request, {each for one in found for each in one.row.subjects}, "supervision")
    return shown(request, "investigation/suspects.html", found=found)


@about_case(Action.INVESTIGATE)
def register(request: HttpRequest, case: Case) -> HttpResponse:
    """Write down that the suspect of the case is to be found."""
    actor, now = actor_of(request), timezone.now()
    form = SuspectForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: looking.register(
            by=actor,
            now=now,
            case_id=case.id,
            source=form.cleaned_data["source"],
            since=form.moment(),
            words=form.cleaned_data["words"],
        ),
        success=_("The suspect is in the register. The next attempt is on a list, with a time."),
        title=_("The suspect is to be found"),
        button=_("Put into the register"),
        lead=[_("Whoever a scene left at large, or is wanted on a warrant, is put there without you.")],
    )


def _case_of(row: OutstandingSuspect) -> Case:
    return the(Case.objects.filter(id=row.case_id), row.record_id)


@about_row(Action.INVESTIGATE, OutstandingSuspect, "outstanding_id")
def attempt(request: HttpRequest, row: OutstandingSuspect) -> HttpResponse:
    """An attempt to find a suspect, and what came of it."""
    actor, now = actor_of(request), timezone.now()
    form = AttemptForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        _case_of(row),
        form,
        lambda: looking.log_attempt(
            by=actor,
            now=now,
            outstanding_id=row.id,
            result=form.cleaned_data["result"],
            at=form.moment(),
            words=form.cleaned_data["words"],
            next_at=form.next_at(),
        ),
        success=_("Written down."),
        title=_("An attempt to find the suspect"),
        button=_("Save"),
        lead=[_("Found and arrested or interviewed, they leave the register, and she is to be told.")],
    )


@about_row(Action.SUPERVISE_INVESTIGATION, OutstandingSuspect, "outstanding_id")
def looker(request: HttpRequest, row: OutstandingSuspect) -> HttpResponse:
    """Say who looks for a suspect."""
    actor, now = actor_of(request), timezone.now()
    form = LookerForm(sent(request), accounts=accounts())
    return small(
        request,
        Action.SUPERVISE_INVESTIGATION,
        _case_of(row),
        form,
        lambda: looking.name_looker(
            by=actor, now=now, outstanding_id=row.id, account=UUID(form.cleaned_data["account"])
        ),
        success=_("The next attempt is on their list."),
        title=_("Who looks for the suspect"),
        button=_("Save"),
        back=reverse("investigation:suspects"),
    )


@about_row(Action.INVESTIGATE, OutstandingSuspect, "outstanding_id")
def close(request: HttpRequest, row: OutstandingSuspect) -> HttpResponse:
    """Say why a suspect is no longer looked for."""
    actor, now = actor_of(request), timezone.now()
    form = CloseForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        _case_of(row),
        form,
        lambda: looking.close(by=actor, now=now, outstanding_id=row.id, **form.cleaned_data),
        success=_("The suspect is out of the register."),
        title=_("No longer to be found"),
        button=_("Save"),
        lead=[_("Found by an attempt: write down the attempt instead.")],
    )
