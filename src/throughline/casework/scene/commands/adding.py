"""First accounts are never changed: they are added to, and their authors are asked to put them right.

An account is named by its id, whichever room it is of; the room that it is of says whom it is about.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.people.rules import Malformed
from throughline.casework.scene.models import Addendum, CorrectionRequest
from throughline.casework.scene.queries.reach import done_at, has_left
from throughline.casework.scene.rules import LONGEST_WORDS
from throughline.casework.scene.rules.steps import CORRECTION_STEPS, Correcting, CorrectionStep
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import discharge_about, open_duty

CORRECTION = "correction-request"


def _words(words: str) -> str:
    kept = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if not kept:
        raise Malformed("words", "is empty")
    if len(kept) > LONGEST_WORDS:
        raise Malformed("words", "is longer than 10000 characters")
    return kept


@transaction.atomic
def add(
    *,
    by: Actor,
    now: datetime,
    about: UUID,
    subjects: Collection[UUID],
    words: str,
    incident_id: UUID | None = None,
    answers: UUID | None = None,
    at: datetime | None = None,
) -> Addendum:
    """Add to a first account in one's own words; ``answers`` is the request that it answers. Raises Malformed, Refused.

    Only the author of the account answers a request about it, or a sergeant once that author's account is closed.
    """
    undertake(by, Action.AMEND_ACCOUNT, *subjects, detail={"about": str(about), "what": "addendum"})
    request, after = None, None
    if answers is not None:
        request = CorrectionRequest.objects.select_for_update().filter(id=answers, about=about).first()
        if request is None:
            raise Refused("There is no such request", answers)
        if request.author != by.id and not (by.role is Role.SERGEANT and has_left(request.author)):
            raise Refused("The author of an account answers what is asked about it", answers)
        stands = Correcting.ASKED if request.answered_at is None else Correcting.ANSWERED
        after = CORRECTION_STEPS[stands, CorrectionStep.ANSWER]
    made = Addendum.objects.create(
        incident_id=incident_id,
        about=about,
        words=_words(words),
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        answers=request,
        subjects=sorted(set(subjects)),
    )
    for record_id in made.subjects:
        write("account-added-to", by=by, now=made.at, record_id=record_id, about=about)
    if request is not None and request.answered_at is None and after is Correcting.ANSWERED:
        request.answered_at = now
        request.save(update_fields=["answered_at"])
        discharge_about(request.id, CORRECTION, by=by, now=now, outcome="answered")
    return made


@transaction.atomic
def ask_correction(
    *,
    by: Actor,
    now: datetime,
    about: UUID,
    author: UUID,
    subjects: Collection[UUID],
    words: str,
    incident_id: UUID | None = None,
    at: datetime | None = None,
) -> CorrectionRequest:
    """Ask the author of a first account to put something right. It is theirs alone to answer. Raises Malformed, Refused.

    Nobody asks themselves, nor somebody who has left: they add to it.
    """
    undertake(by, Action.AMEND_ACCOUNT, *subjects, detail={"about": str(about), "what": "correction"})
    if author == by.id:
        raise Malformed("", "It is your own: add to it")
    asked = User.objects.filter(id=author).first()
    if asked is None:
        raise Refused("There is no such account", author)
    if not asked.is_active:
        raise Malformed("", "Its author has left: add to it")
    made = CorrectionRequest.objects.create(
        incident_id=incident_id,
        about=about,
        author=author,
        words=_words(words),
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
        subjects=sorted(set(subjects)),
    )
    line = made.subjects or [about]
    for record_id in line:
        write("correction-asked", by=by, now=made.at, record_id=record_id, about=about)
    open_duty(
        CORRECTION,
        now=now,
        record_id=line[0],
        about=made.id,
        cause="correction-asked",
        owner=asked.id,
        role=asked.role,
    )
    return made
