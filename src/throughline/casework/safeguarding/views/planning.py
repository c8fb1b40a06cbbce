"""The pages of her safety plan: as it stands, made and reviewed with her, given to her, and measures and referrals."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_GET, require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.views.changing import IN_THE_WAY, about_case, about_row, purpose_for
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.people.views.changing import add_conflict, saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import in_the_way, shown
from throughline.casework.safeguarding.commands import copying, fitting, planning, referring
from throughline.casework.safeguarding.forms.planning import (
    STEPS,
    AgreeForm,
    AnswerForm,
    CopyForm,
    OfferForm,
    ReferForm,
    StepForm,
)
from throughline.casework.safeguarding.models import PlanVersion, Referral, SafetyMeasure
from throughline.casework.safeguarding.queries import copying as copies
from throughline.casework.safeguarding.queries import directory
from throughline.casework.safeguarding.queries import planning as queries
from throughline.casework.safeguarding.rules.fitting import State
from throughline.casework.safeguarding.rules.planning import (
    FORM,
    NO_WAY,
    NOT_HER_WAY,
    NOTHING_SAID,
    SEEN_BY_OTHERS,
)
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.forms import COMPLETE, InstrumentForm, form_for
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import BadAnswers
from throughline.reference import load

#: Where a measure stands, in words, and how it stands out.
STATES = {
    State.OFFERED: gettext_lazy("offered"),
    State.DECLINED: gettext_lazy("declined"),
    State.ORDERED: gettext_lazy("ordered"),
    State.FITTED: gettext_lazy("in place"),
    State.FAILED: gettext_lazy("failed"),
    State.LET_GO: gettext_lazy("let go"),
    State.TAKEN_AWAY: gettext_lazy("taken away"),
}
# why a value could not be kept, as this room's commands and rules say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("say whether she agrees with it"),
    gettext_noop("does not fit whether she agrees: say who was in it"),
    gettext_noop("say why"),
    gettext_noop("is not a reason for this"),
    gettext_noop("is said when it is ordered"),
    gettext_noop("is before what was last written of it"),
    gettext_noop("say in what form she is given it, or why she is not"),
    gettext_noop("ask her: where she has not said that it is safe to keep, tell her only"),
    gettext_noop("is not in the directory, or was withdrawn from it"),
    gettext_noop("telling her of a service passes nothing on: leave it empty"),
    gettext_noop("is consent, which she has not given: choose another, or tell her only"),
    gettext_noop("say why she is referred although she has not agreed"),
    gettext_noop("no safe way of reaching her is known: ask her first, or tell her only"),
    gettext_noop("she said that no way is safe: tell her only"),
    gettext_noop("is not among the ways that she said are safe"),
    gettext_noop("she has not said that nobody else sees what it arrives at"),
    gettext_noop("nobody has decided to give her this plan on paper"),
    gettext_noop("what she said about reaching her has changed since it was decided"),
)
assert {NOTHING_SAID, NO_WAY, NOT_HER_WAY, SEEN_BY_OTHERS} <= set(WHY_MALFORMED)
WORDS: dict[str, Any] = {"states": STATES, "steps": STEPS}


def _page_of(request: HttpRequest, case: Case, action: Action = Action.VIEW_CASE) -> queries.PlanPage:
    purpose = purpose_for(request, case.victim_id)
    page = queries.plan_page(actor_of(request), case, at=timezone.now(), purpose=purpose, action=action)
    lead_to(request, case.subjects, purpose)
    return page


def _plan_address(case_id: UUID) -> str:
    return reverse("safeguarding:plan", args=[case_id])


@about_case(Action.VIEW_CASE)
def plan(request: HttpRequest, case: Case) -> HttpResponse:
    """Her plan as it stands, her measures, what she was given and to whom she was referred."""
    if request.method != "GET":
        return redirect("safeguarding:plan", case.id)
    page = _page_of(request, case)
    said = reaching_in_words(page.reaching)
    return shown(request, "safeguarding/plan.html", page=page, case=case, said=said, **WORDS)


@about_case(Action.PLAN_SAFETY)
def make(request: HttpRequest, case: Case) -> HttpResponse:
    """The plan, talked through with her. Saving asks for nothing; that it is her plan is another button."""
    now = timezone.now()
    page = _page_of(request, case, Action.PLAN_SAFETY)
    begun = page.open or page.plan
    form_of = page.open.instrument if page.open else library().as_of(FORM, london_day(now))
    boxes = form_of.boxes
    kept = {code: value for code, value in begun.answers.items() if code in boxes} if begun else {}
    completing = request.POST.get("do") == COMPLETE
    form = form_for(form_of, _asked(request, now), kept=kept)
    open_one = page.open.version if page.open else None
    agree = AgreeForm(
        sent(request),
        prefix="done",
        today=london_day(now),
        initial={
            "took_part": open_one.took_part if open_one else [],
            "agreed": open_one.agreed if open_one else "",
            "why": open_one.why if open_one else "",
            "words": "\n".join(page.open.words) if page.open else "",
        },
    )
    after = str(page.open.row or "") if page.open else ""
    if request.method == "GET":
        draft = recalled(request, form, agree)
        after = draft.typed.get("after", after) if draft else after
    else:
        after = request.POST.get("after", "")
        if _written(request, case, form, agree, after, completing=completing):
            if notice := form.dropped_notice():
                messages.info(request, notice)
            if completing:
                messages.success(request, _("It is her plan now. Decide whether she can have a copy."))
                return redirect("safeguarding:plan", case.id)
            messages.success(request, _("Saved. It is not her plan until you say so."))
            return redirect("safeguarding:make-plan", case.id)
    return shown(
        request,
        "safeguarding/make_plan.html",
        form,
        agree=agree,
        page=page,
        case=case,
        after=after,
        said=reaching_in_words(page.reaching),
        instrument=form_of,
        back=_plan_address(case.id),
        **WORDS,
    )


def _asked(request: HttpRequest, now: datetime) -> QueryDict | None:
    """What was sent; where she wants no plan, or could not be asked, as something that is only saved: no question needs an answer."""
    told = sent(request)
    today = london_day(now)
    nothing = load("plan-disagreements").codes(on=today, asks_nothing=True)
    reasoned = load("plan-agreements").codes(on=today, needs_reason=True)
    if told is None or told.get("done-agreed") not in reasoned or told.get("done-why") not in nothing:
        return told
    told = told.copy()
    told["do"] = "save"
    return told


def _written(
    request: HttpRequest, case: Case, form: InstrumentForm, agree: AgreeForm, after: str, *, completing: bool
) -> bool:
    if not (form.is_valid() & agree.is_valid()):
        return False
    try:
        planning.write_plan(
            by=actor_of(request),
            now=timezone.now(),
            case_id=case.id,
            answers=form.answers(),
            after_row=UUID(after) if after else None,
            complete=completing,
            at=agree.moment(),
            **agree.beside_when(),
        )
    except Malformed as wrong:
        agree.add_error(wrong.field if wrong.field in agree.fields else None, _(wrong.why))
    except NotYet as wait:
        form.add_error(None, "; ".join(str(IN_THE_WAY.get(code, code)) for code in wait.why))
    except (ChangedMeanwhile, BadAnswers, Conflict, ValueError):
        add_conflict(
            form,
            _(
                "This was saved elsewhere meanwhile. Nothing was overwritten: open the page again in another tab, "
                "then decide."
            ),
        )
    return form.is_valid() and agree.is_valid()


# --- measures -----------------------------------------------------------------------------------------


@guarded(Action.PLAN_SAFETY)
@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    """Everything that is ordered for anybody and not in place, the earliest due first."""
    now = timezone.now()
    waiting = queries.measures_waiting(actor_of(request), at=now)
    lead_to(request, (one.measure.record_id for one in waiting), purpose_for(request))
    return shown(request, "safeguarding/measures.html", waiting=waiting, **WORDS)


@about_case(Action.PLAN_SAFETY)
def offer(request: HttpRequest, case: Case) -> HttpResponse:
    """Offer her a measure, and order it at once where she wants it."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case, Action.PLAN_SAFETY)
    form = OfferForm(sent(request), today=london_day(now))

    @transaction.atomic
    def record() -> None:
        typed = form.cleaned_data
        at = form.moment()
        made = fitting.offer(
            by=actor, now=now, case_id=case.id, kind=typed["kind"], at=at, words=typed["words"]
        )
        if typed["then"]:
            fitting.take_step(
                by=actor,
                now=now,
                measure_id=made.id,
                step=typed["then"],
                supplier=typed["supplier"],
                reason=typed["reason"],
                at=at,
            )

    if saved(form, in_the_way(record)):
        messages.success(request, _("Written down. What is ordered stands on a list until it is in place."))
        return redirect("safeguarding:plan", case.id)
    return _small(request, form, page, title=_("Offer her a measure"), button=_("Write it down"))


@about_row(Action.PLAN_SAFETY, SafetyMeasure, "measure_id")
def measure(request: HttpRequest, row: SafetyMeasure) -> HttpResponse:
    """One measure: what has been done about it, and what has become of it now."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, row.case, Action.PLAN_SAFETY)
    one = next(each for each in page.measures if each.measure.id == row.id)
    form = StepForm(sent(request), today=london_day(now), can=one.can) if one.can else None

    def record() -> None:
        assert form is not None
        fitting.take_step(by=actor, now=now, measure_id=row.id, at=form.moment(), **form.beside_when())

    if form and saved(form, record):
        messages.success(request, _("Written down."))
        return redirect("safeguarding:measure", row.id)
    return _small(
        request,
        form,
        page,
        title=_("A safety measure"),
        button=_("Write it down"),
        template="safeguarding/measure.html",
        one=one,
    )


# --- a copy in her hands ------------------------------------------------------------------------------


@about_row(Action.PLAN_SAFETY, PlanVersion, "version_id")
def copy(request: HttpRequest, version: PlanVersion) -> HttpResponse:
    """How she can be reached, what would stand on a copy, then whether she is given one."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, version.case, Action.PLAN_SAFETY)
    form = CopyForm(sent(request), today=london_day(now))

    def record() -> None:
        copying.give_copy(by=actor, now=now, version_id=version.id, **form.told())

    if saved(form, record):
        messages.success(request, _("Written down."))
        return redirect("safeguarding:plan", version.case_id)
    return _small(
        request,
        form,
        page,
        title=_("Is she given her plan?"),
        button=_("Write it down"),
        template="safeguarding/copy.html",
        said=reaching_in_words(page.reaching),
    )


@guarded(Action.PLAN_SAFETY)
@require_safe
def print_copy(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A copy to be printed, with nothing on it that says whose it is, whom it is from or whom it is about."""
    actor, now = actor_of(request), timezone.now()
    version = in_sight(actor, Action.PLAN_SAFETY, PlanVersion, version_id)
    found = copies.printed(actor, version, at=now, purpose=purpose_for(request, version.record_id))
    if found.cannot:
        return shown(
            request,
            "safeguarding/cannot_print.html",
            found=found,
            version=version,
            back=_plan_address(version.case_id),
        )
    return render(request, "safeguarding/printed.html", {"found": found}, status=HTTPStatus.OK)


# --- services -----------------------------------------------------------------------------------------


@about_case(Action.PLAN_SAFETY)
def refer(request: HttpRequest, case: Case) -> HttpResponse:
    """Say of which service she was told, or to which she is referred and on what basis."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case, Action.PLAN_SAFETY)
    known = [(str(one.service.id), one.service.name) for one in directory.services(actor, now=now)]
    form = ReferForm(sent(request), today=london_day(now), services=known)

    def record() -> None:
        typed = form.cleaned_data
        referring.refer(
            by=actor,
            now=now,
            case_id=case.id,
            service_id=UUID(typed["service"]),
            told_only=typed["how"] == "told",
            basis=typed["basis"],
            consent=typed["consent"],
            words=typed["words"],
            at=form.moment(),
        )

    if saved(form, in_the_way(record)):
        messages.success(
            request, _("Written down. A referral stands on your list until the service has answered.")
        )
        return redirect("safeguarding:plan", case.id)
    return _small(
        request,
        form,
        page,
        title=_("A service for her"),
        button=_("Write it down"),
        template="safeguarding/refer.html",
        services=known,
    )


@about_row(Action.PLAN_SAFETY, Referral, "referral_id")
def referral(request: HttpRequest, row: Referral) -> HttpResponse:
    """What a service answered."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, row.case, Action.PLAN_SAFETY)
    one = next(each for each in page.referrals if each.referral.id == row.id)
    form = AnswerForm(sent(request), today=london_day(now)) if one.due else None

    def record() -> None:
        assert form is not None
        referring.answer(by=actor, now=now, referral_id=row.id, **form.cleaned_data)

    if form and saved(form, record):
        messages.success(request, _("Written down."))
        return redirect("safeguarding:plan", row.case_id)
    return _small(
        request,
        form,
        page,
        title=_("A referral"),
        button=_("Write it down"),
        template="safeguarding/referral.html",
        one=one,
    )


def _small(
    request: HttpRequest,
    form: Any,
    page: queries.PlanPage,
    *,
    title: str,
    button: str,
    template: str = "safeguarding/small.html",
    **context: Any,
) -> HttpResponse:
    """A page of one form about her plan; opened again, it offers what was typed there and never sent."""
    if request.method == "GET" and form:
        recalled(request, form)
    told = {"page": page, "case": page.case, "title": title, "button": button}
    back = _plan_address(page.case.id)
    return shown(request, template, form, **{**told, "back": back, **WORDS, **context})
