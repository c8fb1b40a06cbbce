"""The first page of every role, the duties on it, the log for who reads it, and the reference lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.casework.cases.rules.groups import PLAN_DUTY
from throughline.casework.cases.views.changing import change
from throughline.casework.contact.queries.briefing import my_briefs
from throughline.casework.contact.queries.calls import count_calls
from throughline.casework.contact.queries.intelligence import request_of
from throughline.casework.contact.views.brief_words import clock
from throughline.casework.contact.views.briefs import unit_of
from throughline.casework.overview import commands
from throughline.casework.overview.forms import (
    GlassForm,
    LooksForm,
    OutcomeForm,
    RetentionForm,
    WhoDoesItForm,
)
from throughline.casework.overview.queries import home as queries
from throughline.casework.overview.queries.team import count_to_check
from throughline.casework.people.commands.recognition import answer_for_hidden
from throughline.casework.people.commands.retention import extend_retention
from throughline.casework.people.commands.safety import review_break_glass
from throughline.casework.people.forms.person import ReasonForm
from throughline.casework.people.queries.person import what_is_held
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.acts import log_in_words
from throughline.casework.people.views.changing import about_person, change_page, saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.people.views.searching import read_as
from throughline.casework.people.views.wording import label, said_in_words
from throughline.casework.safeguarding.queries.serving import mine_that_wait
from throughline.casework.scene.queries.pages import going_on
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor, Role, Subject, may
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.duties.commands import carry_out, outcomes
from throughline.foundations.govuk.forms import DayForm, GovukForm
from throughline.reference import UnknownList, load, names


@guarded(Action.HOME)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What each role sees first: the search, the list of what must happen next, the log."""
    actor: Actor = actor_of(request)
    now = timezone.now()
    briefs = my_briefs(actor, unit=unit_of(request), at=now) if actor.role is Role.OFFICER else None
    seen = {subject for one in briefs or () for subject in one.contact.subjects}
    shown = {
        "now": now,
        "calls": count_calls(actor) if may(actor, Action.TAKE_CONTACT) else None,
        "kept": mine_that_wait(actor, now=now) if may(actor, Action.OWN_CASE) else (),
        "checks": count_to_check(actor) if may(actor, Action.SUPERVISE_TEAM) else None,
        "searches": may(actor, Action.SEARCH_PEOPLE),
        "referred": may(actor, Action.WORK_REFERRED),
        "visits": going_on(actor) if may(actor, Action.ATTEND) else (),
        "briefs": briefs[:3] if briefs is not None else None,
        "clock": clock,
        "breaks_glass": may(actor, Action.BREAK_GLASS, Subject(restricted=True)),
        "worklist": queries.worklist(actor, now=now, looked_at=seen)
        if may(actor, Action.VIEW_DUTIES)
        else None,
        "out_of_reach": queries.out_of_reach(actor, now=now) if actor.role is Role.DESK else (),
        "chain": queries.chain(actor) if may(actor, Action.READ_AUDIT) else None,
        "runs": queries.imports(actor)[:3] if may(actor, Action.IMPORT_PEOPLE) else None,
    }
    return render(request, "overview/home.html", shown)


# where a duty is done that no outcome alone discharges: the address takes what the duty is about
DONE_AT = {
    "case-owner": "cases:owner",
    "case-grade": "risk:grade",
    "case-accept": "cases:accept",
    "reassurance-visit": "cases:visit",
    "primary-perpetrator": "cases:allegation",
    "primary-perpetrator-review": "cases:review-primary",
    "group-proposal": "cases:one-group",
    PLAN_DUTY: "cases:end-line",
    "crime-recording": "cases:judge",
    "crime-review": "cases:review-crime",
    "deployment-review": "contact:decision",
    "contact-sign-off": "contact:next-sign-off",
    "handover-acceptance": "contact:handover",
    "keep-recording": "contact:recording",
    "leaflet-check": "contact:counter",
    "risk-assessment": "risk:assess",
    "risk-check": "risk:check",
    "risk-check-high": "risk:check",
    "risk-returned": "risk:assess",
    "hub-review": "risk:review",
    "risk-reassessment": "risk:grade",
    "victim-update": "safeguarding:contact",
    "chosen-update": "safeguarding:contact",
    "promised-call": "safeguarding:contact",
    "before-release": "safeguarding:contact",
    "safety-plan": "safeguarding:make-plan",
    "safety-plan-review": "safeguarding:make-plan",
    "safety-measure": "safeguarding:measure",
    "referral-answer": "safeguarding:referral",
    "directory-check": "safeguarding:service",
    "service-contact": "safeguarding:contact",
    "safeguard-accept": "safeguarding:serving",
    "handover-package": "safeguarding:package",
    "safeguard-decide": "safeguarding:decide",
    "override-review": "safeguarding:review-override",
    "idva-referral": "partnership:refer",
    "idva-returned": "partnership:refer",
    "idva-returned-seen": "partnership:referral",
    "idva-late": "partnership:referral",
    "adviser-note": "partnership:shared",
    "marac-referral": "partnership:marac",
    "marac-send": "partnership:marac-sent",
    "marac-not-referred": "partnership:marac-review",
    "investigation-accept": "investigation:case",
    "allocation-review": "investigation:review-allocation",
    "investigation-plan": "investigation:case",
    "investigation-review": "investigation:review",
    "line-of-enquiry": "investigation:end-line",
    "suspect-attempt": "investigation:attempt",
    "withdrawal-visit": "investigation:withdrawal-visit",
    "withdrawal-decision": "investigation:withdrawal-decide",
    "evidence-routes": "investigation:case",
    "crime-outcome": "outcome:case",
    "outcome-review": "outcome:case",
    "outcome-returned": "outcome:case",
    "vrr-acknowledge": "outcome:case",
    "vrr-decide": "outcome:case",
    "joint-review": "outcome:case",
    "disruption-task": "neighbourhood:log",
    "disruption-review": "neighbourhood:review",
    "clerical-review": "people:pair",
    "marker-review": "neighbourhood:keep-marker",
    "silent-call": "contact:contact",
    "returned-contact": "contact:contact",
    "returned-visit": "contact:contact",
    "returned-unclaimed": "contact:contact",
    "child-decision": "scene:child-decision",
    "child-find-out": "scene:child-decision",
    "no-arrest-review": "scene:no-arrest",
    "action-returned": "scene:actions",
    "correction-request": "scene:answer",
}


@guarded(Action.VIEW_DUTIES)
@require_GET
def duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """One duty: what it is about, and what discharges it."""
    now = timezone.now()
    task = queries.task(actor_of(request), duty_id, now=now)
    if task.duty.kind == "intelligence-request" and (asked := request_of(task.duty)):
        return redirect("contact:intelligence-request", asked)
    # the list is the reason to open the person from here
    lead_to(request, [task.duty.record_id], "duty")
    return _duty_page(request, task, _form_for(task, None, now), now)


@guarded(Action.DISCHARGE_DUTY)
@require_POST
def discharge(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Discharge a duty with what was decided."""
    now = timezone.now()
    task = queries.task(actor_of(request), duty_id, now=now)
    form = _form_for(task, request.POST, now)
    if form.is_valid():
        try:
            _carry_out(actor_of(request), task, form.cleaned_data, now)
        except Malformed as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, _(wrong.why))
        else:
            messages.success(request, _("Done: %(duty)s") % {"duty": task.kind.label})
            return redirect("overview:home")
    return _duty_page(request, task, form, now)


@guarded(Action.GRANT_SIGHT)
@require_http_methods(["GET", "POST"])
def sight(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Let somebody see whom a duty is about that nobody of its role can do."""
    actor, now = actor_of(request), timezone.now()
    one = queries.one_out_of_reach(actor, duty_id, now=now)
    form = WhoDoesItForm(sent(request), accounts=queries.who_could(one), today=london_day(now))

    def command() -> None:
        until = form.cleaned_data["until"]
        commands.let_do(
            by=actor,
            now=now,
            duty_id=duty_id,
            grantee=UUID(form.cleaned_data["account"]),
            until=end_of_day(until) if until else None,
        )

    return change(
        request,
        Action.GRANT_SIGHT,
        one.hidden,
        form,
        command,
        success=_("They see it now, and the duty stands on their list."),
        back=reverse("overview:home"),
        title=_("Who is to do it: %(duty)s") % {"duty": _(one.task.kind.label)},
        button=_("Let them see it"),
        lead=[
            _("It waits for: %(role)s. None of them sees whom it is about.") % {"role": _(one.role)},
            _("Name one who needs to know. They see what is restricted here, and nobody else does."),
        ],
    )


def _form_for(task: queries.Task, posted: Any, now: datetime) -> GovukForm:
    today = london_day(now)
    match task.duty.kind:
        case "break-glass-review":
            return GlassForm(posted)
        case "retention-review":
            return RetentionForm(posted, today=today)
    return OutcomeForm(posted, kind=task.duty.kind, today=today)


def _carry_out(actor: Actor, task: queries.Task, typed: dict[str, Any], now: datetime) -> None:
    match task.duty.kind:
        case "break-glass-review":
            review_break_glass(
                by=actor,
                now=now,
                duty_id=task.duty.id,
                agreed=typed["agreed"] == "yes",
                feedback=typed["feedback"],
            )
        case "retention-review":
            extend_retention(
                by=actor,
                now=now,
                record_id=task.duty.record_id,
                until=typed["until"],
                reason=typed["reason"],
                words=typed["words"],
            )
        case "restricted-match":
            answer_for_hidden(by=actor, now=now, duty_id=task.duty.id, outcome=typed["outcome"])
        case _:
            carry_out(by=actor, now=now, duty_id=task.duty.id, outcome=typed["outcome"])


def _duty_page(request: HttpRequest, task: queries.Task, form: GovukForm, now: datetime) -> HttpResponse:
    today = london_day(now)
    way = DONE_AT.get(task.duty.kind)
    shown: dict[str, Any] = {
        "task": task,
        "form": form,
        "now": now,
        "done_at": reverse(way, args=[task.duty.about]) if way and task.duty.about else "",
        "has_outcomes": not isinstance(form, OutcomeForm) or bool(outcomes(task.duty.kind, on=today)),
    }
    match task.duty.kind:
        case "restricted-match":
            shown["help"] = queries.call_for_help(actor_of(request), task.duty, today=today)
            shown["heard"] = read_as(shown["help"].heard, today)
        case "restricted-warning":
            shown["sent_there"] = queries.sent_there(task.duty, today=today)
        case "silent-call-restricted":
            shown |= _silent(actor_of(request), task, now)
        case "break-glass-review":
            shown["glass"] = queries.glass_broken(task.duty)
        case "retention-review":
            shown["review_on"] = queries.review_date(task.duty)
    return render(request, "overview/duty.html", shown)


def _silent(actor: Actor, task: queries.Task, now: datetime) -> dict[str, Any]:
    """Who it may be that did not speak, what stands, and how she may be reached, in words."""
    silent = queries.silent_call(actor, task.duty, now=now)
    if silent is None:
        return {}
    said, unasked = said_in_words(silent.said) if silent.said else ([], [])
    today = london_day(now)
    return {
        "silent": silent,
        "said": said,
        "unasked": len(unasked),
        "stands": [(label("standing-facts", one.kind, today), one) for one in silent.facts],
    }


@guarded(Action.READ_AUDIT)
@require_GET
def looks(request: HttpRequest) -> HttpResponse:
    """Who looked at what and why, by account, record or day; of records the numbers only."""
    form = LooksForm(request.GET or None, accounts=queries.account_choices())
    wanted = form.cleaned_data if form.is_valid() else {}
    page = queries.looks(
        actor_of(request),
        account=UUID(wanted["account"]) if wanted.get("account") else None,
        record_id=wanted.get("record"),
        day=wanted.get("day"),
        before=wanted.get("before"),
    )
    older = {**request.GET.dict(), "before": page.older or ""}
    shown = {
        "form": form,
        "page": page,
        "lines": log_in_words(page.events, page.accounts, london_day(timezone.now()), numbered=True),
        "older": urlencode(older),
        "chain": queries.chain(actor_of(request)),
    }
    return render(request, "overview/looks.html", shown)


@guarded(Action.IMPORT_PEOPLE)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """How far each bringing-in of a file came."""
    return render(request, "overview/imports.html", {"runs": queries.imports(actor_of(request))})


@guarded(Action.READ_REFERENCE)
@require_GET
def reference_lists(request: HttpRequest) -> HttpResponse:
    """Every reference list there is."""
    return render(request, "overview/reference_lists.html", {"lists": [load(name) for name in names()]})


@guarded(Action.READ_REFERENCE)
@require_GET
def reference_list(request: HttpRequest, name: str) -> HttpResponse:
    """One list as it held on a day, with where each row is from and how sure it is."""
    try:
        shown = load(name)
    except UnknownList:
        raise Http404 from None
    today = london_day(timezone.now())
    form = DayForm(request.GET or None, initial={"day": today})
    day = (form.cleaned_data["day"] if form.is_valid() else None) or today
    return render(
        request,
        "overview/reference_list.html",
        {"form": form, "list": shown, "rows": shown.as_of(day), "day": day},
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
        template="overview/erase.html",
        held=what_is_held(actor_of(request), record_id),
    )
