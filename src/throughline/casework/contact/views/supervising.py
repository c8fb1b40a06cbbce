"""The supervisor's list, and each thing on it opened singly."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from throughline.casework.contact.commands import proposing, reviewing
from throughline.casework.contact.forms.supervising import JudgeForm, ReviewForm, SignOffForm, answers_in
from throughline.casework.contact.queries import proposing as proposed
from throughline.casework.contact.queries import reviewing as queries
from throughline.casework.contact.queries.calls import ContactPage, contact_page
from throughline.casework.contact.queries.supervising import supervisors_list
from throughline.casework.contact.queries.turns import turn
from throughline.casework.contact.rules.danger import Sign
from throughline.casework.contact.rules.proposing import COUNTED, LEAST_RIGHT
from throughline.casework.contact.rules.script import THRIVE
from throughline.casework.contact.views import brief_words
from throughline.casework.contact.views.reading import in_words
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import saved, sent
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Refused
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest
from throughline.reference import UnknownCode, load

#: Each sign in words, in the order in which they count.
SIGNS = {
    Sign.AT_LARGE: gettext_lazy("The suspect is wanted, on a warrant or on bail"),
    Sign.GRADED_HIGH: gettext_lazy("A person has graded a case of theirs high"),
    Sign.MARKER: gettext_lazy("There is a warning"),
    Sign.MISMATCH: gettext_lazy("The words speak of danger, and nobody is sent soon"),
    Sign.OVERDUE: gettext_lazy("Somebody was to be there by now"),
}
both = require_http_methods(["GET", "POST"])


@guarded(Action.SUPERVISE)
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """What waits for a supervisor, the oldest danger first."""
    actor, now = actor_of(request), timezone.now()
    shown = {
        "list": supervisors_list(actor, now=now),
        "turn": turn(actor, now=now),
        "now": now,
        "signs": SIGNS,
    }
    return render(request, "contact/supervision.html", shown)


@guarded(Action.SUPERVISE)
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Why the list is in this order, in words."""
    phrases = load("danger-phrases").as_of(london_day(timezone.now()))
    shown = {"signs": SIGNS, "phrases": phrases, "back": reverse("contact:supervision")}
    return render(request, "contact/why_this_order.html", shown)


# --- a decision not to send -------------------------------------------------------------------------------


@guarded(Action.SUPERVISE)
@both
def decision(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """A decision not to send, or to send later: agree with it, or decide otherwise."""
    actor, now = actor_of(request), timezone.now()
    found = queries.review_page(actor, contact_id, now=now)
    if found is None:
        messages.info(request, _("Nothing waits about that contact: somebody has looked at it."))
        return redirect("contact:supervision")
    form = ReviewForm(sent(request), today=london_day(now), stands=found.decision.choice)

    def review() -> None:
        typed = form.cleaned_data
        feedback = typed["feedback"] or ""
        if typed["answer"] == "agree":
            reviewing.agree(by=actor, now=now, contact_id=contact_id, feedback=feedback)
        else:
            reviewing.overturn(
                by=actor,
                now=now,
                contact_id=contact_id,
                grade=typed["grade"],
                feedback=feedback,
                reason=typed["reason"] or "",
                words=typed["words"] or "",
            )

    if saved(form, review):
        return _back_to_list(request, _("Kept. Whoever decided reads what you told them."))
    brief = brief_words.shown(found.brief, at=now) if found.brief else None
    return _page(
        request,
        "contact/decision.html",
        form,
        found=found,
        page=found.page,
        answers=found.thrive,
        brief=brief,
    )


# --- signing off ----------------------------------------------------------------------------------------------


@guarded(Action.SUPERVISE)
@both
def sign_off(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """A contact that is over: read it, and sign it off with a reason."""
    actor, now = actor_of(request), timezone.now()
    page = contact_page(actor, contact_id, now=now)
    form = SignOffForm(sent(request), today=london_day(now))
    if saved(
        form,
        lambda: reviewing.sign_off(by=actor, now=now, contact_id=contact_id, **form.cleaned_data),
    ):
        return _back_to_list(request, _("Signed off."))
    return _page(
        request,
        "contact/sign_off.html",
        form,
        page=page,
        answers=latest(actor, subject=contact_id, instrument=THRIVE),
        mine=page.contact.taken_by == actor.id,
    )


@guarded(Action.SUPERVISE)
@require_GET
def next_sign_off(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """From a duty, which is about an incident or a contact without one, to what of it is not signed off yet."""
    waiting = queries.next_to_sign_off(actor_of(request), contact_id)
    if waiting:
        return redirect("contact:sign-off", waiting)
    going_on = queries.still_going_on(actor_of(request), contact_id)
    return redirect("contact:contact", going_on) if going_on else redirect("contact:supervision")


# --- samples --------------------------------------------------------------------------------------------------


@guarded(Action.SUPERVISE)
@require_GET
def samples(request: HttpRequest) -> HttpResponse:
    """What was drawn, what was found, and what can be listened to now."""
    shown = {
        "samples": queries.samples(actor_of(request)),
        "each": reviewing.EACH,
        "back": reverse("contact:supervision"),
    }
    return render(request, "contact/samples.html", shown)


@guarded(Action.SUPERVISE)
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw last week's sample, of all contacts or of those that were given an appointment."""
    drawn = reviewing.draw_random(
        by=actor_of(request),
        now=timezone.now(),
        appointments=request.POST.get("from") == "appointments",
    )
    if drawn:
        messages.success(request, _("Drawn: %(count)s.") % {"count": len(drawn)})
    else:
        messages.info(request, _("Nothing more to draw: every handler of last week has been sampled."))
    return redirect("contact:samples")


@guarded(Action.SUPERVISE)
@require_POST
def listen_in(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Sample a contact while it is live."""
    try:
        drawn = reviewing.listen_in(by=actor_of(request), now=timezone.now(), contact_id=contact_id)
    except Malformed:
        messages.info(request, _("That contact is over."))
        return redirect("contact:samples")
    return redirect("contact:sample", drawn.id)


@guarded(Action.SUPERVISE)
@both
def sample(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    """One sampled contact: what was said, the verdict, and words for its handler."""
    actor, now = actor_of(request), timezone.now()
    found = queries.sample_page(actor, sample_id, now=now)
    form = JudgeForm(sent(request), today=london_day(now))
    if saved(form, lambda: reviewing.judge(by=actor, now=now, sample_id=sample_id, **form.cleaned_data)):
        messages.success(request, _("Kept. The handler reads it on their page."))
        return redirect("contact:samples")
    return _page(
        request,
        "contact/sample.html",
        form,
        found=found,
        page=found.page,
        answers=found.thrive,
        back=reverse("contact:samples"),
    )


# --- recorded as something else -----------------------------------------------------------------------------


@guarded(Action.SUPERVISE)
@both
def proposals(request: HttpRequest) -> HttpResponse:
    """Up to twenty calls that may be recorded as the wrong thing, each with its own answer."""
    if request.method == "POST":
        return _answered(request, answers_in(request.POST.dict()))
    return _proposals(request, proposed.waiting(actor_of(request)))


@guarded(Action.SUPERVISE)
@both
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One of them alone."""
    if request.method == "POST":
        return _answered(request, answers_in(request.POST.dict()))
    return _proposals(request, [proposed.one(actor_of(request), proposal_id)])


def _answered(request: HttpRequest, typed: dict[str, bool]) -> HttpResponse:
    answers: dict[UUID, bool] = {}
    for name, accepted in typed.items():
        try:
            answers[UUID(name)] = accepted
        except ValueError:
            continue
    batch = proposing.answer_each(by=actor_of(request), now=timezone.now(), answers=answers)
    if batch.kept:
        messages.success(request, _("Answered: %(count)s.") % {"count": len(batch.kept)})
    if batch.answered_by_another:
        messages.info(
            request,
            _("A colleague had answered %(count)s otherwise before you: their answer stands.")
            % {"count": len(batch.answered_by_another)},
        )
    if batch.gone:
        messages.info(request, _("No longer in your sight: %(count)s.") % {"count": len(batch.gone)})
    return redirect("contact:proposals")


def _proposals(request: HttpRequest, found: list[proposed.Proposed]) -> HttpResponse:
    now = timezone.now()
    shown = {
        "proposed": found,
        "waiting": proposed.count_waiting(),
        "rules": proposed.rule_records(actor_of(request), on=london_day(now)),
        "counted": COUNTED,
        "least": round(LEAST_RIGHT * 100),
        "back": reverse("contact:supervision"),
    }
    return render(request, "contact/proposals.html", shown)


@guarded(Action.SUPERVISE)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Switch a rule on or off by hand."""
    on = request.POST.get("on") == "yes"
    try:
        proposing.switch_rule(
            by=actor_of(request), now=timezone.now(), rule=request.POST.get("rule", ""), on=on
        )
    except UnknownCode:
        raise Refused("There is no such rule") from None
    messages.success(request, _("Switched on.") if on else _("Switched off."))
    return redirect("contact:proposals")


# --- what a handler was told --------------------------------------------------------------------------------


@guarded(Action.TAKE_CONTACT)
@require_GET
def feedback(request: HttpRequest) -> HttpResponse:
    """What supervisors have told the reader alone."""
    return render(request, "contact/feedback.html", {"told": queries.feedback(actor_of(request))})


@guarded(Action.TAKE_CONTACT)
@require_POST
def read(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    """The reader has read it."""
    reviewing.read_feedback(by=actor_of(request), now=timezone.now(), sample_id=sample_id)
    return redirect("contact:feedback")


# --- shared ---------------------------------------------------------------------------------------------------


def _back_to_list(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("contact:supervision")


def _page(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    *,
    page: ContactPage,
    answers: Answers | None,
    **context: Any,
) -> HttpResponse:
    """A contact to be read, with a form under it. ``answers`` are what was weighed."""
    if request.method == "GET":
        recalled(request, form)
    shown = {
        "form": form,
        "now": timezone.now(),
        "back": reverse("contact:supervision"),
        "page": page,
        **in_words(page, answers),
        **context,
    }
    return render(request, template, shown)
