"""What is done about suspects: ordered, accepted, done and written down, reviewed, ended."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case, about_row, purpose_for
from throughline.casework.neighbourhood.commands import disrupting
from throughline.casework.neighbourhood.forms import EndTaskForm, LogForm, OrderForm, TaskReviewForm
from throughline.casework.neighbourhood.models import DisruptionTask
from throughline.casework.neighbourhood.queries.disrupting import going_on, neighbourhood, tasks_of
from throughline.casework.neighbourhood.views.shared import SAFETY, accounts, small
from throughline.casework.people.rules import PURPOSES
from throughline.casework.people.views.changing import sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.govuk.forms import GovukForm
from throughline.reference import load


@about_case(Action.VIEW_CASE)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """What the neighbourhood team does in a case: tasks about the suspect, and calls on her."""
    if request.method != "GET":
        return redirect("neighbourhood:case", case.id)
    actor, purpose = actor_of(request), purpose_for(request, case.victim_id)
    page = neighbourhood(actor, case, now=timezone.now(), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    return shown(
        request,
        "neighbourhood/case.html",
        page=page,
        case=case,
        me=actor.id,
        safety=SAFETY,
        orders=Action.ORDER_DISRUPTION in page.allowed and not case.closed_at and case.suspect_id,
        works=Action.DISRUPT in page.allowed,
        visits=Action.VISIT in page.allowed and not case.closed_at,
        supervises=Action.SUPERVISE_NEIGHBOURHOOD in page.allowed,
    )


@guarded(Action.DISRUPT)
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """Every task that goes on in sight, what is due first."""
    actor = actor_of(request)
    found = going_on(actor, now=timezone.now(), purpose=PURPOSES.get(actor.role, "duty"))
    lead_to(request, {each for one in found for each in one.row.subjects}, "duty")
    mine = [one for one in found if one.row.account == actor.id]
    return shown(
        request,
        "neighbourhood/tasks.html",
        found=found,
        mine=mine,
        me=actor.id,
        may_supervise=may(actor, Action.SUPERVISE_NEIGHBOURHOOD),
    )


@about_case(Action.ORDER_DISRUPTION)
def order(request: HttpRequest, case: Case) -> HttpResponse:
    """Order something to be done about the suspect."""
    actor, now = actor_of(request), timezone.now()
    form = OrderForm(sent(request), today=london_day(now), accounts=accounts(actor.id))
    return small(
        request,
        Action.ORDER_DISRUPTION,
        case,
        form,
        lambda: disrupting.order(
            by=actor,
            now=now,
            case_id=case.id,
            kind=form.cleaned_data["kind"],
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            asked=UUID(form.cleaned_data["asked"]) if form.cleaned_data["asked"] else None,
        ),
        success=_("Ordered. It stands on a list until it is done, and a supervisor reads it by its time."),
        title=_("Order a disruption task"),
        button=_("Order it"),
        lead=[_("It is about the suspect. Nothing that comes of it sets a grade.")],
    )


def _case_of(row: DisruptionTask) -> Case:
    return the(Case.objects.filter(id=row.case_id), row.record_id)


def _lead(row: DisruptionTask) -> list[str]:
    """What the task is and what its order says, above a form about it."""
    kind = _(load("disruption-kinds").label(row.kind, on=london_day(row.ordered_at)))
    told = tasks_of([row], now=timezone.now())
    return [kind, *(one.words for one in told)]


@about_row(Action.DISRUPT, DisruptionTask, "task_id")
def accept(request: HttpRequest, row: DisruptionTask) -> HttpResponse:
    """Take a task on oneself."""
    actor, now = actor_of(request), timezone.now()
    return small(
        request,
        Action.DISRUPT,
        _case_of(row),
        GovukForm(sent(request)),
        lambda: disrupting.accept(by=actor, now=now, task_id=row.id),
        success=_("It is yours, and on your list."),
        title=_("Accept a disruption task"),
        button=_("Accept it"),
        lead=_lead(row),
    )


@about_row(Action.DISRUPT, DisruptionTask, "task_id")
def log(request: HttpRequest, row: DisruptionTask) -> HttpResponse:
    """Write down that a task was done, and what was found."""
    actor, now = actor_of(request), timezone.now()
    form = LogForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.DISRUPT,
        _case_of(row),
        form,
        lambda: disrupting.log(by=actor, now=now, task_id=row.id, at=form.moment(), **form.beside_when()),
        success=_("Written down. What it leads to is on the lists."),
        title=_("Write down what was found"),
        button=_("Save"),
        lead=[
            *_lead(row),
            _(
                "A breach, an offence or danger to her: act on it first. A supervisor reads it at once, and the case is to be graded anew by a person."
            ),
        ],
    )


@about_row(Action.SUPERVISE_NEIGHBOURHOOD, DisruptionTask, "task_id")
def review(request: HttpRequest, row: DisruptionTask) -> HttpResponse:
    """A supervisor's entry about a task."""
    actor, now = actor_of(request), timezone.now()
    form = TaskReviewForm(sent(request))
    return small(
        request,
        Action.SUPERVISE_NEIGHBOURHOOD,
        _case_of(row),
        form,
        lambda: disrupting.review(
            by=actor,
            now=now,
            task_id=row.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            words=form.cleaned_data["words"],
        ),
        success=_("Your entry is kept. The next review is due by the kind of the task."),
        title=_("Review a disruption task"),
        button=_("Save"),
        lead=[*_lead(row), _("Nobody reviews what they do themselves.")],
    )


@about_row(Action.DISRUPT, DisruptionTask, "task_id")
def end(request: HttpRequest, row: DisruptionTask) -> HttpResponse:
    """Say why a task is no longer done."""
    actor, now = actor_of(request), timezone.now()
    form = EndTaskForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.DISRUPT,
        _case_of(row),
        form,
        lambda: disrupting.end(by=actor, now=now, task_id=row.id, **form.cleaned_data),
        success=_("The task has ended."),
        title=_("End a disruption task"),
        button=_("End it"),
        lead=_lead(row),
    )
