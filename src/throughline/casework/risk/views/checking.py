"""A sergeant's and an inspector's checks, and what an assessor was told."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.risk.commands import checking as commands
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.risk.forms import CheckForm, flag_labels, grades_but
from throughline.casework.risk.queries import waiting as queries
from throughline.casework.risk.views.shared import in_the_way, page_of, shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.reference import load


def page_number(request: HttpRequest) -> int:
    """Which page of a list an address asks for; the first where it says nothing of use."""
    typed = request.GET.get("page", "1")
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 1


@guarded(Action.SUPERVISE_TEAM)
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """What waits to be checked, in the order in which it is read, with why."""
    found = queries.to_check(actor_of(request), now=timezone.now(), page=page_number(request))
    return shown(request, "risk/checks.html", queue=found)


@guarded(Action.VIEW_RISK)
@require_safe
def why(request: HttpRequest) -> HttpResponse:
    """Why the lists are in their order, in words."""
    today = london_day(timezone.now())
    return shown(
        request,
        "risk/why_this_order.html",
        phrases=load("danger-phrases").as_of(today),
        grave=[row for row in load("risk-factors").as_of(today) if row.flag("grave")],
    )


@about_case(Action.CHECK_RISK)
def check(request: HttpRequest, case: Case) -> HttpResponse:
    """One assessment in full, her words first: agree, grade otherwise, or return it, with why."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.CHECK_RISK)
    waits = page.waits("risk-check") or (
        page.waits("risk-check-high") if actor.role is Role.INSPECTOR else None
    )
    assessed = page.latest
    given = next(
        (
            one
            for one in page.gradings
            if assessed is None or one.grading.assessment_id == assessed.assessment.id
        ),
        None,
    )
    form = CheckForm(sent(request), today=london_day(now))
    if given:
        grades_but(form, given.grading.grade)
    mine = bool((assessed and assessed.assessment.by == actor.id) or (given and given.grading.by == actor.id))

    def decide() -> None:
        typed, feedback = form.cleaned_data, form.cleaned_data["feedback"] or ""
        match typed["answer"]:
            case "agree":
                reason = typed["agreed_because"]
                commands.agree(by=actor, now=now, case_id=case.id, reason=reason, feedback=feedback)
            case "regrade":
                commands.regrade(
                    by=actor,
                    now=now,
                    case_id=case.id,
                    grade=typed["grade"],
                    reason=typed["reason"],
                    words=typed["words"] or "",
                    feedback=feedback,
                )
            case _:
                reason = typed["returned_because"]
                commands.give_back(by=actor, now=now, case_id=case.id, reason=reason, feedback=feedback)

    spoken: list[str] = []
    if form.is_bound and form.is_valid():
        spoken = flag_labels(sorted(flags_in(form.cleaned_data["words"] or "", now)), london_day(now))
    if not (spoken and request.POST.get("warned") != "yes") and saved(form, in_the_way(decide)):
        if spoken:
            messages.info(request, _("Kept. Your words speak of: %(what)s.") % {"what": ", ".join(spoken)})
        else:
            messages.success(request, _("Kept. Whoever assessed reads what you told them."))
        return redirect("risk:checks")
    if request.method == "GET":
        recalled(request, form)
    return shown(
        request,
        "risk/check.html",
        form,
        page=page,
        waits=waits,
        assessed=assessed,
        given=given,
        mine=mine,
        spoken=spoken,
        back=reverse("risk:checks"),
    )


# --- what was said of one's assessments -----------------------------------------------------------------


@guarded(Action.ASSESS_RISK)
@require_safe
def said(request: HttpRequest) -> HttpResponse:
    """What was said of the reader's assessments, for them alone."""
    return shown(request, "risk/said.html", told=queries.told(actor_of(request)))


@guarded(Action.ASSESS_RISK)
@require_POST
def read(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """The reader has read it."""
    commands.read_feedback(by=actor_of(request), now=timezone.now(), check_id=check_id)
    return redirect("risk:said")
