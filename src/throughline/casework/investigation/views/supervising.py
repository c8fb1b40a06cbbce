"""For sergeants: who investigates, also otherwise than the policy says, what waits, and their entries in a plan."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.caseload import UNGRADED
from throughline.casework.cases.views.changing import about_case, about_row
from throughline.casework.investigation.commands import allocating, planning
from throughline.casework.investigation.forms import AllocateForm, PlanReviewForm, ReviewForm
from throughline.casework.investigation.models import Allocation
from throughline.casework.investigation.queries.allocating import standing_of, who_could
from throughline.casework.investigation.queries.supervising import supervision
from throughline.casework.investigation.views.shared import accounts, small
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.views.changing import sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.risk.forms import flag_labels
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@guarded(Action.SUPERVISE_INVESTIGATION)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Choices to review, what nobody has accepted, plans to review, and who investigates how much."""
    now = timezone.now()
    found = supervision(actor_of(request), now=now)
    named = [one.victim.record_id for one in (*found.choices, *found.unaccepted, *found.reviews)]
    lead_to(request, named, "supervision")
    grades = [row.code for row in load("grades").as_of(london_day(now))]
    return shown(request, "investigation/supervision.html", found=found, grades=[*grades, UNGRADED])


@about_case(Action.SUPERVISE_INVESTIGATION)
def allocate(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask somebody by name to investigate."""
    actor, now = actor_of(request), timezone.now()
    policy = standing_of(case, now=now).policy
    role = policy.role if policy else ""
    otherwise = [str(user.id) for user in who_could() if user.role != role]
    form = AllocateForm(sent(request), today=london_day(now), accounts=accounts(role), otherwise=otherwise)

    def command() -> None:
        typed = form.cleaned_data
        allocating.allocate(
            by=actor,
            now=now,
            case_id=case.id,
            account=UUID(typed["account"]),
            reason=typed["reason"] or "",
            words=typed["words"] or "",
        )
        if spoken := flag_labels(sorted(flags_in(typed["words"] or "", now)), london_day(now)):
            messages.info(
                request,
                _("Your words speak of: %(what)s. That is no reason; it is kept beside them.")
                % {"what": ", ".join(spoken)},
            )

    return small(
        request,
        Action.SUPERVISE_INVESTIGATION,
        case,
        form,
        command,
        success=_("Asked. Until they accept, whoever investigated goes on."),
        title=_("Ask somebody by name to investigate"),
        button=_("Ask"),
        lead=[
            _("By her grade the policy names: %(team)s.") % {"team": _(policy.team)}
            if policy
            else _("Nobody has graded any case of hers: the policy names nobody yet."),
            _(
                "Somebody of another role is a choice against the policy: say why, and another sergeant reviews it."
            ),
        ],
    )


@about_row(Action.SUPERVISE_INVESTIGATION, Allocation, "allocation_id")
def review(request: HttpRequest, row: Allocation) -> HttpResponse:
    """Agree with a choice against the policy, or send it back."""
    actor, now = actor_of(request), timezone.now()
    case = the(Case.objects.filter(id=row.investigation.case_id), row.record_id)
    form = ReviewForm(sent(request))
    names = staff_names({row.asked_by, *([row.account] if row.account else [])})
    today = london_day(now)
    lead = [
        _("By her grade the policy says: %(row)s.")
        % {"row": load("investigation-by-risk").label(row.policy, on=today)}
    ]
    if row.decision:
        lead = [
            _("%(name)s chose %(account)s to investigate: %(why)s.")
            % {
                "name": names[row.asked_by],
                "account": names[row.account] if row.account else "",
                "why": load("decision-reasons").label(row.decision.reason, on=today),
            },
            row.decision.words,
            *lead,
        ]
    return small(
        request,
        Action.SUPERVISE_INVESTIGATION,
        case,
        form,
        lambda: allocating.review_allocation(
            by=actor,
            now=now,
            allocation_id=row.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            feedback=form.cleaned_data["feedback"],
        ),
        success=_("Kept. Whoever decided it reads what you told them."),
        title=_("Review who investigates"),
        button=_("Save"),
        lead=lead,
    )


@about_case(Action.SUPERVISE_INVESTIGATION)
def review_plan(request: HttpRequest, case: Case) -> HttpResponse:
    """A sergeant's entry in the plan."""
    actor, now = actor_of(request), timezone.now()
    form = PlanReviewForm(sent(request))
    return small(
        request,
        Action.SUPERVISE_INVESTIGATION,
        case,
        form,
        lambda: planning.review_plan(
            by=actor,
            now=now,
            case_id=case.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            words=form.cleaned_data["words"],
        ),
        success=_("Your entry is in the plan. The next review is due by her grade."),
        title=_("Review the investigation"),
        button=_("Save"),
        lead=[_("Nobody reviews what they investigate.")],
    )
