"""What may prove it without her, what was learnt of it, and what she said: statement, withdrawing, special measures."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case
from throughline.casework.investigation.commands import hearing, proving
from throughline.casework.investigation.forms import (
    ResultForm,
    RouteForm,
    SpecialMeasureForm,
    StatementForm,
    SupportForm,
    VisitForm,
    WithdrawForm,
    WithoutHerForm,
)
from throughline.casework.investigation.queries.proving import learnt as what_was_learnt
from throughline.casework.investigation.views.shared import accounts, small
from throughline.casework.people.views.changing import sent
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@about_case(Action.INVESTIGATE)
def support(request: HttpRequest, case: Case) -> HttpResponse:
    """Whether she supports a prosecution."""
    actor, now = actor_of(request), timezone.now()
    form = SupportForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: proving.say_support(by=actor, now=now, case_id=case.id, **form.cleaned_data),
        success=_("Written down."),
        title=_("Whether she supports a prosecution"),
        button=_("Save"),
        lead=[_("Whatever she says, what can be proved without her is looked for from the start.")],
    )


@about_case(Action.INVESTIGATE)
def route(request: HttpRequest, case: Case) -> HttpResponse:
    """Where a route to evidence without her stands."""
    actor, now = actor_of(request), timezone.now()
    chosen = request.GET.get("route", "")
    rows = load("evidence-routes").as_of(london_day(now))
    initial = {"route": chosen} if chosen in {row.code for row in rows} else {}
    form = RouteForm(sent(request), today=london_day(now), accounts=accounts(me=actor.id), initial=initial)

    def command() -> None:
        typed = form.cleaned_data
        proving.look_at_route(
            by=actor,
            now=now,
            case_id=case.id,
            route=typed["route"],
            state=typed["state"],
            whose=UUID(typed["whose"]) if typed["whose"] else None,
            words=typed["words"],
        )

    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        command,
        success=_("Written down."),
        title=_("A route to evidence without her"),
        button=_("Save"),
        lead=[row.text("look_for") for row in rows if row.code == chosen],
    )


@about_case(Action.INVESTIGATE)
def result(request: HttpRequest, case: Case) -> HttpResponse:
    """What a prosecutor or a court did with a route, for others to learn from."""
    actor, now = actor_of(request), timezone.now()
    form = ResultForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: proving.keep_result(by=actor, now=now, case_id=case.id, **form.cleaned_data),
        success=_("Kept for others to learn from."),
        title=_("What came of a route"),
        button=_("Keep it"),
        lead=[_("Others find it by the route. It says nothing of who it was about.")],
    )


@guarded(Action.VIEW_INVESTIGATION)
@require_http_methods(["GET"])
def learnt(request: HttpRequest) -> HttpResponse:
    """What worked without the victim's evidence, by route."""
    rows = load("evidence-routes").as_of(london_day(timezone.now()))
    chosen = request.GET.get("route", "")
    chosen = chosen if chosen in {row.code for row in rows} else ""
    found = what_was_learnt(actor_of(request), route=chosen)
    return shown(request, "investigation/learnt.html", found=found, routes=rows, chosen=chosen)


@about_case(Action.INVESTIGATE)
def statement(request: HttpRequest, case: Case) -> HttpResponse:
    """Her statement was taken, or a personal one was offered."""
    actor, now = actor_of(request), timezone.now()
    form = StatementForm(sent(request), today=london_day(now))

    def command() -> None:
        typed = form.cleaned_data
        hearing.take_statement(
            by=actor,
            now=now,
            case_id=case.id,
            taken=typed["taken"] == "yes",
            personal=typed["personal"] or "",
            exhibit=typed["exhibit"],
            personal_exhibit=typed["personal_exhibit"],
            at=form.moment(),
            words=typed["words"],
        )

    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        command,
        success=_("Written down."),
        title=_("Her statement"),
        button=_("Save"),
    )


@about_case(Action.INVESTIGATE)
def withdrawing(request: HttpRequest, case: Case) -> HttpResponse:
    """She thinks of withdrawing."""
    actor, now = actor_of(request), timezone.now()
    form = WithdrawForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: hearing.thinks_of_withdrawing(by=actor, now=now, case_id=case.id, **form.cleaned_data),
        success=_("Written down. A visit with an independent adviser is on a list, with a time."),
        title=_("She thinks of withdrawing"),
        button=_("Save"),
        lead=[
            _("Take no statement of withdrawal yet: an officer and an independent adviser visit her first."),
            _("Where she is afraid or pressed, look at her safety plan and the grade at once."),
        ],
    )


@about_case(Action.INVESTIGATE)
def visit(request: HttpRequest, case: Case) -> HttpResponse:
    """She was visited about withdrawing."""
    actor, now = actor_of(request), timezone.now()
    form = VisitForm(sent(request), today=london_day(now))

    def command() -> None:
        typed = form.cleaned_data
        hearing.visited(
            by=actor,
            now=now,
            case_id=case.id,
            visit=typed["visit"],
            withdraws={"yes": True, "no": False}.get(typed["withdraws"]),
            at=form.moment(),
            words=typed["words"],
        )

    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        command,
        success=_("Written down."),
        title=_("A visit about withdrawing"),
        button=_("Save"),
    )


@about_case(Action.INVESTIGATE)
def decide(request: HttpRequest, case: Case) -> HttpResponse:
    """Whether it goes on without her evidence."""
    actor, now = actor_of(request), timezone.now()
    form = WithoutHerForm(sent(request), today=london_day(now))

    def command() -> None:
        typed = form.cleaned_data
        hearing.decide_without_her(
            by=actor,
            now=now,
            case_id=case.id,
            goes_on=typed["goes_on"] == "yes",
            reason=typed["reason"],
            words=typed["words"],
        )

    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        command,
        success=_("Decided, in your name."),
        title=_("With or without her evidence"),
        button=_("Decide"),
        lead=[_("Look at the routes without her first. The case does not close by it.")],
    )


@about_case(Action.INVESTIGATE)
def special_measure(request: HttpRequest, case: Case) -> HttpResponse:
    """What has become of a special measure in court."""
    actor, now = actor_of(request), timezone.now()
    form = SpecialMeasureForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: hearing.step_special_measure(by=actor, now=now, case_id=case.id, **form.cleaned_data),
        success=_("Written down."),
        title=_("Special measures in court"),
        button=_("Save"),
        lead=[_("Explain each to her. What a court allows is for the court to say.")],
    )
