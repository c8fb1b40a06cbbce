"""The register of suspects who are to be found: written down, looked for, and closed."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.investigation.commands import looking
from throughline.casework.investigation.forms import AttemptForm, CloseForm, LookerForm, SuspectForm
from throughline.casework.investigation.models import OutstandingSuspect
from throughline.casework.investigation.queries.looking import outstanding as in_the_register
from throughline.casework.investigation.views.shared import accounts, small
from throughline.casework.people.views.changing import sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import about_case, both, shown
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


def _suspect(request: HttpRequest, action: Action, outstanding_id: UUID) -> tuple[OutstandingSuspect, Case]:
    row = in_sight(actor_of(request), action, OutstandingSuspect, outstanding_id)
    return row, the(Case.objects.filter(id=row.case_id), row.record_id)


@guarded(Action.INVESTIGATE)
@both
def attempt(request: HttpRequest, outstanding_id: UUID) -> HttpResponse:
    """An attempt to find a suspect, and what came of it."""
    actor, now = actor_of(request), timezone.now()
    row, case = _suspect(request, Action.INVESTIGATE, outstanding_id)
    form = AttemptForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
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


@guarded(Action.SUPERVISE_INVESTIGATION)
@both
def looker(request: HttpRequest, outstanding_id: UUID) -> HttpResponse:
    """Say who looks for a suspect."""
    actor, now = actor_of(request), timezone.now()
    row, case = _suspect(request, Action.SUPERVISE_INVESTIGATION, outstanding_id)
    form = LookerForm(sent(request), accounts=accounts())
    return small(
        request,
        Action.SUPERVISE_INVESTIGATION,
        case,
        form,
        lambda: looking.name_looker(
            by=actor, now=now, outstanding_id=row.id, account=UUID(form.cleaned_data["account"])
        ),
        success=_("The next attempt is on their list."),
        title=_("Who looks for the suspect"),
        button=_("Save"),
        back=reverse("investigation:suspects"),
    )


@guarded(Action.INVESTIGATE)
@both
def close(request: HttpRequest, outstanding_id: UUID) -> HttpResponse:
    """Say why a suspect is no longer looked for."""
    actor, now = actor_of(request), timezone.now()
    row, case = _suspect(request, Action.INVESTIGATE, outstanding_id)
    form = CloseForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: looking.close(by=actor, now=now, outstanding_id=row.id, **form.cleaned_data),
        success=_("The suspect is out of the register."),
        title=_("No longer to be found"),
        button=_("Save"),
        lead=[_("Found by an attempt: write down the attempt instead.")],
    )
