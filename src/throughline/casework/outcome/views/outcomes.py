"""The pages of outcomes: of a case, given, reviewed, asked about by a victim, and opened again."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from throughline.casework.cases.models import Case, Crime
from throughline.casework.cases.views.changing import about_case, about_row, purpose_for
from throughline.casework.outcome.commands import asking, deciding, reopening, reviewing
from throughline.casework.outcome.commands.crimes import NO_CRIME
from throughline.casework.outcome.forms import AskForm, DecideForm, GiveForm, ReviewForm
from throughline.casework.outcome.models import Outcome, VictimReview
from throughline.casework.outcome.queries import pages
from throughline.casework.outcome.queries.outcomes import cases_of
from throughline.casework.outcome.rules import State
from throughline.casework.outcome.rules import right as rights
from throughline.casework.people.forms.person import ReasonForm
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import in_the_way, shown
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, Refused
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled

#: Where an outcome stands, in words.
STATES = {
    State.STANDS: gettext_lazy("stands"),
    State.SENT_BACK: gettext_lazy("sent back"),
    State.SUPERSEDED: gettext_lazy("superseded"),
    State.REOPENED: gettext_lazy("stands no more"),
}
#: Where a review that she asked for stands, in words.
ASKED = {
    rights.VictimReview.ASKED: gettext_lazy("not acknowledged yet"),
    rights.VictimReview.ACKNOWLEDGED: gettext_lazy("acknowledged"),
    rights.VictimReview.UPHELD: gettext_lazy("upheld"),
    rights.VictimReview.OVERTURNED: gettext_lazy("overturned"),
    rights.VictimReview.NOT_COVERED: gettext_lazy("not covered"),
}
# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("was cancelled by the registrar"),
    gettext_noop("is of no case: say first who was in its incident"),
    gettext_noop("is before police were told of it"),
    gettext_noop("is before police were told of the crime"),
    gettext_noop("is not an outcome that there was on the day of the decision"),
    gettext_noop("is needed: say why, for her and for whoever reviews it"),
    gettext_noop("says that there is a named suspect, and nobody is named in the case"),
    gettext_noop("is for somebody else to say: nobody reviews their own decision"),
    gettext_noop("is for who is written down as an evidential reviewer to say"),
    gettext_noop("is for somebody else to say: nobody reviews what they decided or endorsed"),
    gettext_noop("is needed: say what is to be done"),
    gettext_noop("is needed: say what is new, or what was wrong"),
    gettext_noop("is needed: she is told why"),
    gettext_noop("is before it was decided"),
)
WORDS: dict[str, Any] = {"states": STATES, "asked_words": ASKED}


def case_of(crime: Crime) -> Case:
    """The case whose page shows a crime. Raises Refused where it is of none in sight."""
    cases = cases_of([crime])[crime.id]
    if not cases:
        raise Refused(NO_CRIME, crime.id)
    return cases[0]


def page_of(request: HttpRequest, case: Case, action: Action) -> pages.OutcomePage:
    """The outcomes of a case with the look; the case is the reason to open either of the two."""
    purpose = purpose_for(request, case.victim_id)
    page = pages.outcome_page(actor_of(request), case, at=timezone.now(), purpose=purpose, action=action)
    lead_to(request, case.subjects, purpose)
    return page


def back_to(case: Case) -> str:
    return reverse("outcome:case", args=[case.id])


def form_page(
    request: HttpRequest,
    action: Action,
    crime: Crime,
    form: BaseForm,
    command: Any,
    *,
    success: str,
    title: str,
    button: str,
    template: str = "outcome/form.html",
    **context: Any,
) -> HttpResponse:
    """One form about a crime under what is known of it; done, back to the outcomes of its case."""
    case = case_of(crime)
    page = page_of(request, case, action)
    if saved(form, in_the_way(command)):
        messages.success(request, success)
        return redirect(back_to(case))
    if request.method == "GET":
        recalled(request, form)
    told = {"title": title, "button": button, "back": back_to(case), **WORDS, **context}
    of_it = next((one for one in page.crimes if one.crime.id == crime.id), None)
    return shown(request, template, form, page=page, case=case, one=of_it, **told)


@about_case(Action.VIEW_CASE)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """Every crime of a case: its outcome or how long it has had none, reviews, courts, and what waits."""
    if request.method != "GET":
        return redirect("outcome:case", case.id)
    page = page_of(request, case, Action.VIEW_CASE)
    return shown(request, "outcome/case.html", page=page, case=case, me=actor_of(request).id, **WORDS)


@about_row(Action.GIVE_OUTCOME, Crime, "crime_id")
def give(request: HttpRequest, crime: Crime) -> HttpResponse:
    """Give a crime its outcome."""
    actor, now = actor_of(request), timezone.now()
    case = case_of(crime)
    form = GiveForm(sent(request), today=london_day(now), suspect=case.suspect_id is not None)

    def command() -> None:
        deciding.give(
            by=actor,
            now=now,
            crime_id=crime.id,
            code=form.cleaned_data["code"],
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            interviewed=form.was_interviewed(),
            at=form.moment(),
        )

    return form_page(
        request,
        Action.GIVE_OUTCOME,
        crime,
        form,
        command,
        success=_(
            "The outcome stands with your name and reason. She is to be told: that goes on the list of whoever owns the case."
        ),
        title=_("The outcome of a crime"),
        button=_("Give this outcome"),
    )


@about_row(Action.REVIEW_OUTCOME, Outcome, "outcome_id")
def review(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    """Endorse an outcome, or send it back with directions."""
    actor, now = actor_of(request), timezone.now()
    form = ReviewForm(sent(request))
    return form_page(
        request,
        Action.REVIEW_OUTCOME,
        outcome.crime,
        form,
        lambda: reviewing.review_outcome(
            by=actor,
            now=now,
            outcome_id=outcome.id,
            endorsed=form.cleaned_data["endorsed"] == "yes",
            directions=form.cleaned_data["directions"],
        ),
        success=_("Kept. Whoever gave the outcome reads what you said."),
        title=_("Review an outcome"),
        button=_("Save"),
        reads=True,
    )


@about_row(Action.CLOSE_CASE, Outcome, "outcome_id")
def reopen(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    """Open a crime again."""
    actor, now = actor_of(request), timezone.now()
    form = ReasonForm(sent(request), decision="outcome-reopened", today=london_day(now))
    return form_page(
        request,
        Action.CLOSE_CASE,
        outcome.crime,
        form,
        lambda: reopening.reopen(by=actor, now=now, outcome_id=outcome.id, **form.cleaned_data),
        success=_("The crime is open again, and so is its case. The outcome before stays to be read."),
        title=_("Open a crime again"),
        button=_("Open it again"),
        reads=True,
    )


@about_row(Action.CLOSE_CASE, Outcome, "outcome_id")
def restore(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    """Let an outcome stand again that was taken away by mistake."""
    actor, now = actor_of(request), timezone.now()
    form = ReasonForm(sent(request), decision="outcome-restored", today=london_day(now))
    return form_page(
        request,
        Action.CLOSE_CASE,
        outcome.crime,
        form,
        lambda: reopening.restore(by=actor, now=now, outcome_id=outcome.id, **form.cleaned_data),
        success=_("The outcome stands again."),
        title=_("Let the outcome stand again"),
        button=_("Let it stand again"),
        reads=True,
    )


@about_row(Action.CONTACT_VICTIM, Outcome, "outcome_id")
def ask(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    """Write down that she asked for a review of a decision."""
    actor, now = actor_of(request), timezone.now()
    form = AskForm(sent(request), today=london_day(now))
    return form_page(
        request,
        Action.CONTACT_VICTIM,
        outcome.crime,
        form,
        lambda: asking.ask(by=actor, now=now, outcome_id=outcome.id, asked_at=form.moment()),
        success=_("Written down. What follows from it stands below."),
        title=_("She asks for a review of a decision"),
        button=_("Write it down"),
        reads=True,
    )


@about_row(Action.REVIEW_OUTCOME, VictimReview, "asked_id")
def decide(request: HttpRequest, asked: VictimReview) -> HttpResponse:
    """Acknowledge her request, or decide about what she asked to have reviewed."""
    actor, now = actor_of(request), timezone.now()
    acknowledges = request.method == "POST" and request.POST.get("do") == "acknowledge"
    if acknowledges:
        asking.acknowledge(by=actor, now=now, asked_id=asked.id)
        messages.success(request, _("Acknowledged."))
        return redirect("outcome:decide", asked.id)
    form = DecideForm(sent(request), decision="victim-review", today=london_day(now))

    def command() -> None:
        typed = dict(form.cleaned_data)
        overturned = typed.pop("result") == rights.VictimReview.OVERTURNED
        asking.decide(by=actor, now=now, asked_id=asked.id, overturned=overturned, **typed)

    return form_page(
        request,
        Action.REVIEW_OUTCOME,
        asked.crime,
        form,
        command,
        success=_("Decided. She is to be told: that goes on the list of whoever owns the case."),
        title=_("Review a decision as she asked"),
        button=_("Decide"),
        template="outcome/decide.html",
        asked=asked,
        reads=True,
    )
