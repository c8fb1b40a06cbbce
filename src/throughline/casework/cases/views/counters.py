"""A counter-allegation: what is known of it, its prompts, the decision and a colleague's look at it."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import counter as commands
from throughline.casework.cases.commands import incidents
from throughline.casework.cases.forms import EachOtherForm, PrimaryForm, PrimaryReviewForm
from throughline.casework.cases.models import Case, CounterAllegation, Incident
from throughline.casework.cases.queries import counters, pages
from throughline.casework.cases.rules.counter import PROMPTS, Choice
from throughline.casework.cases.views.case import address as case_address
from throughline.casework.cases.views.changing import about_case, about_row, change, purpose_for
from throughline.casework.cases.views.filling import fill_in
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.views import wording
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.people.views.wording import answer_in_words
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import applicable


def address(allegation: CounterAllegation) -> str:
    return reverse("cases:allegation", args=[allegation.id])


def _two(allegation: CounterAllegation) -> list[UUID]:
    """The two people: first whom the first case has as its victim."""
    assert allegation.first.suspect_id is not None
    return [allegation.first.victim_id, allegation.first.suspect_id]


@guarded(Action.VIEW_CASE)
@require_safe
def show(request: HttpRequest, allegation_id: UUID) -> HttpResponse:
    """Both cases side by side, what tells who it is, and every decision."""
    actor, now = actor_of(request), timezone.now()
    allegation = pages.in_sight(actor, Action.VIEW_CASE, CounterAllegation, allegation_id)
    purpose = purpose_for(request, allegation.first.victim_id)
    page = counters.allegation_page(actor, allegation, at=now, purpose=purpose)
    lead_to(request, _two(allegation), purpose)
    shown = {
        "page": page,
        "now": now,
        "me": actor.id,
        "prompts": _prompts_in_words(page.prompts),
        **WORDING,
    }
    return render(request, "cases/allegation.html", shown)


def _prompts_in_words(answers: Answers | None) -> list[tuple[str, str]]:
    """What was answered, question by question."""
    if answers is None:
        return []
    instrument = library().version(PROMPTS, answers.version)
    return [
        (
            question.text,
            ": ".join(filter(None, (answer_in_words(question, said), _words(answers, question.words_code)))),
        )
        for question in applicable(instrument, answers.answers)
        if (said := answers.answers.get(question.code)) is not None
    ]


def _words(answers: Answers, code: str) -> str:
    return str(answers.answers.get(code, ""))


@about_case(Action.RECORD_INCIDENT)
def each_other(request: HttpRequest, case: Case) -> HttpResponse:
    """Say that the suspect of a case names its victim as theirs, in one of its incidents."""
    actor, now = actor_of(request), timezone.now()
    told = Incident.objects.filter(case_links__case=case).order_by("-reported_at", "id")[: pages.MOST]
    form = EachOtherForm(
        sent(request),
        incidents=[
            (str(one.id), f"{one.number}, {wording.day(london_day(one.reported_at))}") for one in told
        ],
    )
    return change(
        request,
        Action.RECORD_INCIDENT,
        [case.victim_id, case.suspect_id],
        form,
        lambda: incidents.name_each_other(
            by=actor, now=now, case_id=case.id, incident_id=UUID(form.cleaned_data["incident"])
        ),
        success=_(
            "Written down. Both are victims until a sergeant has decided who the primary perpetrator is."
        ),
        back=case_address(case),
        title=_("Each names the other"),
        button=_("Write it down"),
        lead=[
            _(
                "Only where the suspect was confirmed to say that the victim did it to them. A case the other way "
                "round is opened, with every step that is owed to a victim, and a sergeant is asked to decide."
            )
        ],
    )


@about_row(Action.RECORD_INCIDENT, CounterAllegation, "allegation_id")
def prompts(request: HttpRequest, allegation: CounterAllegation) -> HttpResponse:
    """What the field looks at to tell who it is. Nothing is computed from it."""
    actor, now = actor_of(request), timezone.now()
    named = pages.look_at(
        actor,
        Action.RECORD_INCIDENT,
        _two(allegation),
        today=london_day(now),
        purpose=purpose_for(request, allegation.first.victim_id),
    )
    return fill_in(
        request,
        PROMPTS,
        counters.prompts(actor, allegation.id),
        lambda **told: commands.keep_prompts(by=actor, now=now, allegation_id=allegation.id, **told),
        now=now,
        back=address(allegation),
        template="cases/prompts.html",
        context={"people": [named[one] for one in _two(allegation) if one in named]},
    )


@about_row(Action.DECIDE_PRIMARY, CounterAllegation, "allegation_id")
def decide(request: HttpRequest, allegation: CounterAllegation) -> HttpResponse:
    """Say who the primary perpetrator is, or that it stays unresolved."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    named = pages.people_named(_two(allegation), today)
    her, him = (named[one].name if one in named else "" for one in _two(allegation))
    form = PrimaryForm(
        sent(request),
        today=today,
        choices=[
            (Choice.FIRST, him),
            (Choice.SECOND, her),
            (Choice.UNRESOLVED, _("Unresolved: both are safeguarded")),
        ],
    )
    return change(
        request,
        Action.DECIDE_PRIMARY,
        _two(allegation),
        form,
        lambda: commands.decide_primary(by=actor, now=now, allegation_id=allegation.id, **form.cleaned_data),
        success=_("Decided. Your name and reason stand with it, and a colleague looks at it."),
        back=address(allegation),
        title=_("Who is the primary perpetrator?"),
        button=_("Decide"),
        lead=_lead(),
    )


def _lead() -> list[str]:
    return [
        _(
            "Neither case is closed and no grade is changed by this. What follows from it is for people to decide."
        ),
        _("A later decision takes its place; this one stays to be read."),
    ]


@guarded(Action.DECIDE_PRIMARY)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, choice_id: UUID) -> HttpResponse:
    """Look at what a colleague decided."""
    actor, now = actor_of(request), timezone.now()
    decision, allegation = counters.decision_on(actor, choice_id)
    form = PrimaryReviewForm(sent(request))
    found = counters.against(actor, allegation)
    named = pages.people_named(_two(allegation), london_day(now))
    return change(
        request,
        Action.DECIDE_PRIMARY,
        _two(allegation),
        form,
        lambda: commands.review_primary(
            by=actor,
            now=now,
            decision_id=decision.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            feedback=form.cleaned_data["feedback"],
        ),
        success=_("Looked at. Whoever decided it reads what you said."),
        back=address(allegation),
        title=_("A decision on the primary perpetrator"),
        button=_("Save"),
        template="cases/primary_review.html",
        decided=next(one for one in found.decided if one.decision.id == decision.id),
        chosen=choice_in_words(decision.choice, allegation, named.values()),
        prompts=_prompts_in_words(counters.prompts(actor, allegation.id)),
        now=now,
        **WORDING,
    )


def choice_in_words(choice: str, allegation: CounterAllegation, people: Iterable[pages.Somebody]) -> str:
    """What somebody decided, naming whom."""
    names = {one.record_id: one.name for one in people}
    who = {Choice.FIRST: allegation.first.suspect_id, Choice.SECOND: allegation.second.suspect_id}.get(
        Choice(choice)
    )
    if who is None:
        return _("Unresolved: both are safeguarded")
    return _("%(name)s is the primary perpetrator") % {"name": names.get(who, "")}
