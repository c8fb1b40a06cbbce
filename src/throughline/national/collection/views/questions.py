"""Pages of questions about a return: asked, answered, and the answer read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, insist
from throughline.foundations.govuk.forms import GovukForm
from throughline.national.collection.commands import asking
from throughline.national.collection.forms import AnswerForm, AskForm, JudgeForm
from throughline.national.collection.models import Question
from throughline.national.collection.queries import pages
from throughline.national.collection.queries.returns import insist_there, standing_of, subject_of
from throughline.national.collection.rules import QUESTION, Move
from throughline.national.collection.views.shared import both, done, sent, shown
from throughline.statistics.returns import items


def _question(request: HttpRequest, action: Action, question_id: UUID) -> Question:
    question = insist_there(
        Question.objects.filter(id=question_id).select_related("version", "round", "force"), question_id
    )
    actor = actor_of(request)
    insist(actor, action, subject_of(actor, question.force_id), question_id)
    return question


def _about(request: HttpRequest, question: Question, form: GovukForm, **more: Any) -> HttpResponse:
    labels = {item.code: item.label for item in items(question.round.year_end)}
    one = pages.Argued(question, standing_of(question), [labels.get(code, code) for code in question.items])
    return shown(request, "question", form=form, one=one, back=_to(question), **more)


def _to(question: Question) -> str:
    return reverse("collection:return", args=[question.round_id, question.force_id])


@guarded(Action.ANSWER_QUERY)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The force answers."""
    question = _question(request, Action.ANSWER_QUERY, question_id)
    form = AnswerForm(sent(request))
    told = done(
        request,
        form,
        lambda: asking.answer(
            by=actor_of(request),
            now=timezone.now(),
            question_id=question.id,
            words=form.cleaned_data["words"],
        ),
        _to(question),
        _("Your answer is with the statistician."),
    )
    return told or _about(
        request,
        question,
        form,
        title=_("Answer a question"),
        button=_("Send the answer"),
        correct=reverse("collection:send", args=[question.round_id, question.force_id]),
    )


@guarded(Action.VERIFY_RETURN)
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """A statistician reads an answer."""
    question = _question(request, Action.VERIFY_RETURN, question_id)
    state = standing_of(question)
    moves = [str(move) for before, move in QUESTION if before == state and move != Move.ANSWER]
    if not moves:
        messages.info(request, _("Nothing can be said of that question now."))
        return redirect(_to(question))
    form = JudgeForm(sent(request), moves=moves)
    told = done(
        request,
        form,
        lambda: asking.judge(
            by=actor_of(request),
            now=timezone.now(),
            question_id=question.id,
            move=Move(form.cleaned_data["move"]),
            words=form.cleaned_data["words"],
        ),
        _to(question),
        _("Written down, where the force reads it."),
    )
    return told or _about(
        request, question, form, title=_("Read an answer"), button=_("Write it down"), correct=""
    )


@guarded(Action.VERIFY_RETURN)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, round_id: UUID, force_id: UUID) -> HttpResponse:
    """A statistician asks in her own words."""
    of, force = both(request, Action.VERIFY_RETURN, round_id, force_id)
    form = AskForm(
        sent(request), items=[(item.code, f"{item.sheet}: {item.label}") for item in items(of.year_end)]
    )
    to = reverse("collection:return", args=[of.id, force.id])
    told = done(
        request,
        form,
        lambda: asking.ask(
            by=actor_of(request),
            now=timezone.now(),
            round_id=of.id,
            force_id=force.id,
            items=form.cleaned_data["items"],
            words=form.cleaned_data["words"],
        ),
        to,
        _("Asked. Nothing is taken from this force until it is settled."),
    )
    return told or shown(
        request,
        "form",
        form=form,
        back=to,
        title=_("Ask the force"),
        button=_("Ask"),
        lead=[],
        caption=f"{force.name}, {of.title}",
    )
