"""One case as its danger was judged, and the grade that somebody gives it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.counters import owners_of
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.cases.queries.relating import group_of
from throughline.casework.cases.views.changing import about_case
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.risk.commands import grading as commands
from throughline.casework.risk.commands import reassessing
from throughline.casework.risk.commands.assessing import add_words
from throughline.casework.risk.commands.held import NOT_THERE, REASSESS, graded_by
from throughline.casework.risk.forms import (
    AddForm,
    CauseForm,
    GradeForm,
    TellForm,
    TellHerForm,
    flag_labels,
)
from throughline.casework.risk.models import Grading
from throughline.casework.risk.queries.asking import asked_of
from throughline.casework.risk.rules.assessing import Stage
from throughline.casework.risk.views.shared import (
    NOT_GRADED,
    NOT_THAT_GRADE,
    along_with,
    both,
    in_the_way,
    page_of,
    shown,
)
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Refused, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.queries import library
from throughline.foundations.offline.marking import done_at, is_kept, left_at
from throughline.foundations.offline.queries import doubted


@about_case(Action.VIEW_RISK)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """Every stage's grade beside the others, what was answered, checked, reviewed and shared."""
    if request.method != "GET":
        return redirect("risk:case", case.id)
    page = page_of(request, case, Action.VIEW_RISK)
    doubts = doubted([one.id for one in page.incidents])
    along = along_with(request, case)
    return shown(request, "risk/case.html", page=page, me=actor_of(request).id, doubted=doubts, along=along)


@about_case(Action.AMEND_ACCOUNT)
def add(request: HttpRequest, case: Case) -> HttpResponse:
    """Add words to the latest assessment, which itself is not changed."""
    page = page_of(request, case, Action.AMEND_ACCOUNT)
    form = AddForm(sent(request))
    latest = page.latest
    if latest and saved(
        form,
        in_the_way(
            lambda: add_words(
                by=actor_of(request),
                now=timezone.now(),
                assessment_id=latest.assessment.id,
                words=form.cleaned_data["words"],
            )
        ),
    ):
        messages.success(request, _("Added. It is to be checked again."))
        return redirect("risk:case", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(request, "risk/add.html", form, page=page, back=reverse("risk:case", args=[case.id]))


@about_case(Action.GRADE_CASE)
def grade(request: HttpRequest, case: Case) -> HttpResponse:
    """Grade the danger beside what was answered, what is known, and every earlier grade; then tell her."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.GRADE_CASE)
    form = GradeForm(sent(request), today=london_day(now))
    stage = graded_by(actor.role)
    # an officer is asked; whoever else owns the case, as the hub does at high, does it as well
    if page.waits(REASSESS) and (
        stage is Stage.OFFICER or owners_of([case.id], at=now).get(case.id) == actor.id
    ):
        stage = Stage.REASSESSMENT
    made: list[Grading] = []
    spoken: list[str] = []
    if form.is_bound and form.is_valid():
        spoken = flag_labels(sorted(commands.flags_in(form.cleaned_data["words"], now)), london_day(now))
    # said before it is saved: once, and never in the way of whoever is not there to read it
    warned = request.POST.get("warned") == "yes" or is_kept(request)
    standing = str(page.gradings[0].grading.id) if page.gradings else ""
    after = standing if request.method == "GET" else request.POST.get("after", standing)
    if not (spoken and not warned) and saved(
        form,
        in_the_way(
            lambda: made.append(
                commands.give(
                    by=actor,
                    now=now,
                    at=done_at(request, now),
                    after=after,
                    case_id=case.id,
                    stage=stage,
                    **form.cleaned_data,
                )
            )
        ),
    ):
        left_at(request, after=made[0].id)
        if spoken:
            messages.info(request, _("Graded. Your words speak of: %(what)s.") % {"what": ", ".join(spoken)})
        else:
            messages.success(request, _("Graded. Your name and reason stand with it. Now tell her."))
        if may(actor, Action.ASSESS_RISK):
            return redirect("risk:tell", made[0].id)
        return redirect("risk:case", case.id)
    if request.method == "GET" and (draft := recalled(request, form)):
        after = draft.typed.get("after", after)
    return shown(
        request,
        "risk/grade.html",
        form,
        page=page,
        after=after,
        along=along_with(request, case),
        stage=stage,
        spoken=spoken,
        back=reverse("risk:case", args=[case.id]),
    )


@guarded(Action.ASSESS_RISK)
@both
def tell(request: HttpRequest, grading_id: UUID) -> HttpResponse:
    """What to tell her of a grade, and whether she was told."""
    actor, now = actor_of(request), timezone.now()
    given = Grading.objects.select_related("case", "assessment").filter(id=grading_id).first()
    if given is None:
        raise Refused(NOT_THERE, grading_id)
    in_sight(actor, Action.ASSESS_RISK, Case, given.case_id)
    page = page_of(request, given.case, Action.ASSESS_RISK)
    form = TellForm(sent(request), today=london_day(now))
    if saved(form, lambda: _told(request, form, grading_id, now)):
        messages.success(request, _("Written down."))
        return redirect("risk:case", given.case_id)
    if request.method == "GET":
        recalled(request, form)
    words = ""
    if given.assessment:
        on = london_day(given.assessment.assessed_at)
        words = library().as_of(given.assessment.instrument, on).result_words.get(given.grade, "")
    return shown(
        request,
        "risk/tell.html",
        form,
        page=page,
        given=given,
        result=words,
        along=along_with(request, given.case, also={request.path: _("Tell her the result")}),
        back=reverse("risk:case", args=[given.case_id]),
    )


def _told(request: HttpRequest, form: TellForm, grading_id: UUID, now: datetime) -> None:
    commands.tell(
        by=actor_of(request),
        now=now,
        at=done_at(request, now),
        grading_id=grading_id,
        told=form.cleaned_data["told"] == "yes",
        reason=form.reason(),
        words=form.cleaned_data["words"],
    )


@about_case(Action.ASSESS_RISK)
def tell_her(request: HttpRequest, case: Case) -> HttpResponse:
    """What to tell her of the grade that one has just given, and whether she was told.

    It can be taken along before there is a grade: what is written goes to the latest one of its author, which
    must be the one that they say they told her of.
    """
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.ASSESS_RISK)
    mine = next((one.grading for one in page.gradings if one.grading.by == actor.id), None)
    form = TellHerForm(sent(request), today=london_day(now))

    def keep() -> None:
        if mine is None:
            raise Malformed("grade", NOT_GRADED)
        if mine.grade != form.cleaned_data["grade"]:
            raise Malformed("grade", NOT_THAT_GRADE)
        _told(request, form, mine.id, now)

    if saved(form, keep):
        messages.success(request, _("Written down."))
        return redirect("risk:case", case.id)
    if request.method == "GET":
        recalled(request, form)
    on = london_day(now)
    if page.latest:
        done = page.latest.assessment
        words = library().as_of(done.instrument, london_day(done.assessed_at)).result_words
    else:
        words = asked_of(group_of(case, on), actor.role, on).result_words
    return shown(
        request,
        "risk/tell_her.html",
        form,
        page=page,
        mine=mine,
        results=words,
        along=along_with(request, case),
        back=reverse("risk:grade", args=[case.id]),
    )


@about_case(Action.GRADE_CASE)
def reassess(request: HttpRequest, case: Case) -> HttpResponse:
    """Say by hand that something has changed, so that the danger is graded anew."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.GRADE_CASE)
    form = CauseForm(sent(request), today=london_day(now))
    if saved(
        form,
        in_the_way(
            lambda: reassessing.call_for(by=actor, now=now, case_id=case.id, cause=form.cleaned_data["cause"])
        ),
    ):
        messages.success(request, _("Called for. It stands on a list until somebody has graded it anew."))
        return redirect("risk:case", case.id)
    return shown(request, "risk/reassess.html", form, page=page, back=reverse("risk:case", args=[case.id]))
