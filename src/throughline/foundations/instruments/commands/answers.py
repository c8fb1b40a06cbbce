"""The only writer of answers."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from throughline.foundations.access.rules import Actor
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import Answer, Instrument, check


class ChangedMeanwhile(Exception):
    """Somebody else has saved since the page was opened; nothing was written."""


@transaction.atomic
def save_answers(
    *,
    by: Actor,
    now: datetime,
    subject: UUID,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
) -> Answers:
    """Keep ``answers`` about ``subject`` as a new row that supersedes the one before.

    ``after`` is the row that the page was opened on (None: there was none). Raises
    :class:`ChangedMeanwhile` where another stands now, and ``BadAnswers`` where the answers do not fit the
    instrument. The caller has asked whether ``by`` may, and has audited.
    """
    check(instrument, answers, complete=complete)
    standing = (
        Answers.objects.select_for_update(of=("self",))
        .filter(subject=subject, instrument=instrument.code, superseded_by=None)
        .first()
    )
    if (standing.id if standing else None) != after:
        raise ChangedMeanwhile
    try:
        with transaction.atomic():
            return Answers.objects.create(
                instrument=instrument.code,
                version=instrument.version,
                subject=subject,
                answers=dict(answers),
                complete=complete,
                answered_by=by.id,
                at=now,
                supersedes=standing,
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def forget_answers(*, subject: UUID) -> None:
    """Blank what was answered about a record that is erased; that it was asked, and when, stays."""
    Answers.objects.filter(subject=subject).update(answers={})
