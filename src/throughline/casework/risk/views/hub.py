"""The hub's queue, and one pair as a reviewer looks at it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case
from throughline.casework.people.rules import Conflict
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.risk.commands import hub as commands
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.risk.forms import DepthForm, ReviewForm, ShareForm, flag_labels, grades_but
from throughline.casework.risk.models import HubReview
from throughline.casework.risk.queries import waiting as queries
from throughline.casework.risk.views.checking import page_number
from throughline.casework.risk.views.shared import in_the_way, page_of, shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled


@guarded(Action.REVIEW_RISK)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The pairs that the hub has not looked at, a page of them."""
    found = queries.hub_queue(actor_of(request), now=timezone.now(), page=page_number(request))
    return shown(request, "risk/hub.html", queue=found)


@about_case(Action.REVIEW_RISK)
def take(request: HttpRequest, case: Case) -> HttpResponse:
    """Take a pair from the queue."""
    if request.method == "POST":
        try:
            commands.take(by=actor_of(request), now=timezone.now(), case_id=case.id)
        except Conflict:
            messages.info(request, _("A colleague has taken that one."))
            return redirect("risk:hub")
    return redirect("risk:review", case.id)


@about_case(Action.REVIEW_RISK)
def put_back(request: HttpRequest, case: Case) -> HttpResponse:
    """Put a pair back that one has taken."""
    one = _mine(request, case)
    if request.method == "POST" and one:
        commands.put_back(by=actor_of(request), now=timezone.now(), review_id=one.id)
        messages.success(request, _("Put back. It waits as long as it did."))
    return redirect("risk:hub")


def _mine(request: HttpRequest, case: Case) -> HubReview | None:
    open_ones = HubReview.objects.filter(case=case, done_at=None, let_go_at=None)
    return open_ones.filter(taken_by=actor_of(request).id).first()


@about_case(Action.REVIEW_RISK)
def review(request: HttpRequest, case: Case) -> HttpResponse:
    """One pair with everything that is known: how deep to look, what partners shared, and the grade."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.REVIEW_RISK)
    one = _mine(request, case)
    today = london_day(now)
    posted = sent(request)
    which = posted.get("do") if posted else ""
    depth = DepthForm(posted if which == "depth" else None, prefix="depth", today=today)
    form = ReviewForm(posted if which == "review" else None, prefix="review", today=today)
    standing = page.standing.value if page.standing else ""
    grades_but(form, standing)
    if one and which == "depth" and saved(depth, lambda: _choose(request, one, depth)):
        messages.success(request, _("Written down, with your reason."))
        return redirect("risk:review", case.id)
    spoken: list[str] = []
    if form.is_bound and form.is_valid():
        spoken = flag_labels(sorted(flags_in(form.cleaned_data["words"] or "", now)), today)
    held_up = bool(spoken) and request.POST.get("warned") != "yes"
    if (
        one
        and which == "review"
        and not held_up
        and saved(form, in_the_way(lambda: _finish(request, one, form, standing)))
    ):
        if spoken:
            messages.info(request, _("Kept. Your words speak of: %(what)s.") % {"what": ", ".join(spoken)})
        else:
            messages.success(request, _("Reviewed. Your grade stands beside the others."))
        return redirect("risk:hub")
    if request.method == "GET":
        recalled(request, form, depth)
    return shown(
        request,
        "risk/review.html",
        # whose errors stand at the head of the page
        depth if which == "depth" else form,
        depth=depth,
        verdict=form,
        page=page,
        review=one,
        taken=HubReview.objects.filter(case=case, done_at=None, let_go_at=None).first(),
        standing=standing,
        spoken=spoken,
        me=actor.id,
        back=reverse("risk:hub"),
    )


def _choose(request: HttpRequest, one: HubReview, form: DepthForm) -> None:
    typed = form.cleaned_data
    commands.choose_depth(
        by=actor_of(request),
        now=timezone.now(),
        review_id=one.id,
        deep=typed["depth"] == "deep",
        reason=typed["deep_because"] or typed["light_because"],
        words=typed["words"] or "",
    )


def _finish(request: HttpRequest, one: HubReview, form: ReviewForm, standing: str) -> None:
    typed = form.cleaned_data
    agrees = typed["answer"] == "agree"
    commands.finish(
        by=actor_of(request),
        now=timezone.now(),
        review_id=one.id,
        grade=standing if agrees else typed["grade"],
        reason=typed["agreed_because"] if agrees else typed["reason"],
        words=typed["words"] or "",
    )


@about_case(Action.REVIEW_RISK)
def share(request: HttpRequest, case: Case) -> HttpResponse:
    """Write down what a partner shared."""
    actor, now = actor_of(request), timezone.now()
    page = page_of(request, case, Action.REVIEW_RISK)
    form = ShareForm(sent(request), today=london_day(now))

    def record() -> None:
        commands.record_share(
            by=actor, now=now, case_id=case.id, shared_at=form.moment(), **form.beside_when()
        )

    if saved(form, record):
        messages.success(request, _("Kept, with who shared it and on what basis."))
        return redirect("risk:review", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(request, "risk/share.html", form, page=page, back=reverse("risk:review", args=[case.id]))
