"""Both sides of a question: asked, answered in the force's words, accepted or asked again. Every word is kept."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.national.collection.commands.receiving import put
from throughline.national.collection.commands.shared import in_line, said
from throughline.national.collection.models import Question, Said
from throughline.national.collection.queries.returns import (
    accepted_marks,
    asked_marks,
    before,
    insist_there,
    latest_version,
    latest_versions,
    standing_of,
    subject_of,
)
from throughline.national.collection.rules import QUESTION, Amiss, Asked, Move, Source, figures, mark_of
from throughline.statistics.returns import Query, against_others


@transaction.atomic
def answer(*, by: Actor, now: datetime, question_id: UUID, words: str) -> Said:
    """The force answers in its own words. Raises Amiss, `Refused`."""
    question = insist_there(Question.objects.filter(id=question_id), question_id)
    undertake(
        by,
        Action.ANSWER_QUERY,
        detail={"question": str(question_id)},
        subject=subject_of(by, question.force_id),
    )
    return _say(question, Move.ANSWER, said("words", words), by=by, now=now)


@transaction.atomic
def judge(*, by: Actor, now: datetime, question_id: UUID, move: Move, words: str = "") -> Said:
    """A statistician accepts an answer, asks again, or takes a question back.

    Whatever cannot be so (an error) is accepted with words alone. Raises Amiss, `Refused`.
    """
    question = insist_there(Question.objects.filter(id=question_id), question_id)
    undertake(by, Action.VERIFY_RETURN, detail={"question": str(question_id), "move": str(move)})
    if move is Move.ANSWER:
        raise Amiss("The force answers.")
    needed = move is not Move.ACCEPT or question.level == "error"
    return _say(question, move, said("words", words, needed=needed), by=by, now=now)


def _say(question: Question, move: Move, words: str, *, by: Actor, now: datetime) -> Said:
    in_line(question.round_id, question.force_id)
    state = standing_of(question)
    if state is Asked.OVERTAKEN:
        raise Amiss("The figures were corrected since: what is asked of them now stands beside.")
    if (state, move) not in QUESTION:
        raise Amiss(f"It is {state}: that cannot be done now.")
    return Said.objects.create(
        question=question,
        force_id=question.force_id,
        place=question.said.count() + 1,
        move=move,
        words=words,
        at=now,
        by=by.id,
        name=User.objects.filter(id=by.id).values_list("name", flat=True).first() or "",
    )


@transaction.atomic
def ask(
    *, by: Actor, now: datetime, round_id: UUID, force_id: UUID, items: Collection[str], words: str
) -> None:
    """A statistician asks of the latest figures in her own words. Raises Amiss, `Refused`."""
    undertake(by, Action.VERIFY_RETURN, detail={"round": str(round_id), "force": str(force_id)})
    in_line(round_id, force_id)
    version = latest_version(round_id, force_id)
    if version is None:
        raise Amiss("There are no figures to ask about yet.")
    one = Query("question", "asked by hand", tuple(items), "", "", said("words", words), "")
    put(version, [one], Source.STATISTICIAN, by=by, now=now)


@transaction.atomic
def compare(*, by: Actor, now: datetime, round_id: UUID) -> int:
    """Ask of every return what differs from other forces by more than forces differ; says how many are new.

    Run again it asks of what is new alone. Raises `Refused`.
    """
    undertake(by, Action.VERIFY_RETURN, detail={"round": str(round_id), "compared": True})
    in_line(round_id)
    versions = {one.force.code: one for one in latest_versions(round_id)}
    past = [one for version in versions.values() if (one := before(version.round, version.force_id))]
    raised = against_others(
        (figures(one.figures) for one in versions.values()), (figures(one.figures) for one in past)
    )
    many = 0
    for code, found in raised.items():
        version = versions[code]
        known = asked_marks(version) | accepted_marks(round_id, version.force_id)
        # how the funnel lies changes with every return that comes in; the figure asked about does not
        new = [one for one in found if mark_of(one)[:3] not in {mark[:3] for mark in known}]
        put(version, new, Source.COMPARISON, by=by, now=now)
        many += len(new)
    return many
