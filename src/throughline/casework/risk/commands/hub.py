"""The hub looks at every pair again: taken from the queue, as deep as the reviewer chooses, with what partners know."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.checking import latest_assessment
from throughline.casework.risk.commands.grading import give
from throughline.casework.risk.models import Grading, HubReview, Share
from throughline.casework.risk.rules import HUB_STEPS, ReviewStep, review_state
from throughline.casework.risk.rules.assessing import turn_of
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import LEAVERS

NOT_ONES_OWN = "Nobody reviews their own assessment"
NO_REVIEW = "There is no such review"
AGREED, REGRADED = "agreed", "regraded"
DEEP, LIGHT = "deep", "light"


@transaction.atomic
def take(*, by: Actor, now: datetime, case_id: UUID) -> HubReview:
    """Take a pair from the queue; taking one's own again is the same review.

    Raises Conflict where a colleague has it, Refused where it does not wait or is one's own assessment.
    """
    case = locked_case(case_id)
    undertake(by, Action.REVIEW_RISK, *case.subjects, detail={"case": str(case.id), "what": "taken"})
    mine = HubReview.objects.filter(case=case, done_at=None, let_go_at=None).first()
    if mine is not None:
        if mine.taken_by != by.id:
            raise Conflict("a colleague has taken it")
        return mine
    waiting = held.open_of(held.HUB, case.id)
    if not waiting:
        raise Refused("This pair does not wait for the hub", case.victim_id)
    assessment = latest_assessment(case.id)
    if assessment and assessment.by == by.id:
        raise Refused(NOT_ONES_OWN, case.victim_id)
    return HubReview.objects.create(
        case=case,
        queued_at=waiting[0].opened_at,
        due_at=waiting[0].due_at,
        queue_length=held.queue_length(held.HUB),
        turn=turn_of(now),
        taken_at=now,
        taken_by=by.id,
    )


@transaction.atomic
def put_back_what_was_left(*, now: datetime) -> int:
    """Put back what was taken by somebody whose account is closed; it waits as long as it did.

    The worker's; says how many pairs.
    """
    set_actor(LEAVERS)
    closed = User.objects.filter(is_active=False).values("id")
    left = HubReview.objects.select_for_update(of=("self",)).filter(
        done_at=None, let_go_at=None, taken_by__in=closed
    )
    reviews = list(left.order_by("id"))
    if reviews:
        undertake(LEAVERS, Action.REVIEW_RISK, detail={"put_back": [str(one.id) for one in reviews]})
    for one in reviews:
        one.let_go_at = now
        one.save(update_fields=["let_go_at"])
    return len(reviews)


@transaction.atomic
def put_back(*, by: Actor, now: datetime, review_id: UUID) -> None:
    """Put a pair back that one has taken and not finished; it waits as long as it did."""
    one = _held(by, review_id, ReviewStep.PUT_BACK)
    one.let_go_at = now
    one.save(update_fields=["let_go_at"])


@transaction.atomic
def choose_depth(
    *, by: Actor, now: datetime, review_id: UUID, deep: bool, reason: str, words: str = ""
) -> HubReview:
    """Say whether a pair is researched in depth, with the reason. It is the reviewer's choice, not a rule's."""
    one = _held(by, review_id, ReviewStep.CHOOSE_DEPTH)
    held.coded("reason", reason, "hub-deep" if deep else "hub-light", now)
    one.deep = deep
    one.depth = decide_for(
        "hub-depth",
        by=by,
        now=now,
        record_id=one.case.victim_id,
        about=one.case_id,
        choice=DEEP if deep else LIGHT,
        reason=reason,
        words=checked_words("words", words, longest=held.LONGEST_WORDS),
    )
    one.save(update_fields=["deep", "depth"])
    return one


@transaction.atomic
def finish(
    *,
    by: Actor,
    now: datetime,
    review_id: UUID,
    grade: str,
    reason: str,
    words: str = "",
) -> HubReview:
    """Agree with the grade that stands, or grade it otherwise, and take the pair from the queue.

    ``reason`` is one of agreeing where ``grade`` is the one that stands, else one of grading. Raises Malformed
    where nobody has said how deep it was looked at; Refused for a review that is not one's own.
    """
    one = _held(by, review_id, ReviewStep.FINISH)
    case = one.case
    if one.deep is None:
        raise Malformed("depth", "say first how deep you look, and why")
    # what stands may have been graded before this room kept who graded at which stage
    standing = Decision.objects.filter(kind="case-grade", about=case.id, decision=None).first()
    one.grading = Grading.objects.filter(decision=standing).first() if standing else None
    agreed = standing is not None and standing.choice == grade
    if agreed:
        held.coded("reason", reason, "hub-agreed", now)
    else:
        one.regraded = give(by=by, now=now, case_id=case.id, grade=grade, reason=reason, words=words)
    if standing is not None and standing.made_by != by.id:
        review(by=by, now=now, decision=standing, agreed=agreed)
    one.outcome = AGREED if agreed else REGRADED
    one.decision = decide_for(
        "hub-review",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        choice=one.outcome,
        reason=reason,
        words=checked_words("words", words, longest=held.LONGEST_WORDS),
    )
    one.done_at = now
    one.save()
    for record_id in case.subjects:
        write("risk-reviewed", by=by, now=now, record_id=record_id, about=case.id, code=one.outcome)
    held.done(held.HUB, case, by=by, now=now, outcome=one.outcome)
    return one


def _held(by: Actor, review_id: UUID, step: ReviewStep) -> HubReview:
    one = (
        HubReview.objects.select_for_update(of=("self",)).select_related("case").filter(id=review_id).first()
    )
    if one is None:
        raise Refused(NO_REVIEW, review_id)
    undertake(by, Action.REVIEW_RISK, *one.case.subjects, detail={"review": str(review_id)})
    if one.taken_by != by.id:
        raise Refused("A colleague has taken this review", one.case.victim_id)
    state = review_state(done=one.done_at is not None, let_go=one.let_go_at is not None)
    if (state, step) not in HUB_STEPS:
        raise Conflict("it is finished")
    return one


@transaction.atomic
def record_share(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    agency: str,
    controller: str,
    shared_by: str,
    basis: str,
    words: str,
    shared_at: datetime | None = None,
) -> Share:
    """Keep what a partner shared about a pair: which agency, who of it, on what basis, when, and their words.

    Raises Malformed for what is missing: without who and on what basis it cannot be used. Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.REVIEW_RISK, *case.subjects, detail={"case": str(case.id), "basis": basis})
    for field, name, code in (("agency", "partner-agencies", agency), ("basis", "sharing-bases", basis)):
        row_of(name, field, code, now)
    for field, text in (("controller", controller), ("shared_by", shared_by), ("words", words)):
        if not text.strip():
            raise Malformed(field, "needs an answer")
    share = Share.objects.create(
        case=case,
        agency=agency,
        controller=checked_words("controller", controller, longest=200),
        shared_by=checked_words("shared_by", shared_by, longest=200),
        basis=basis,
        shared_at=held.when("shared_at", shared_at, now),
        words=checked_words("words", words, longest=held.LONGEST_WORDS),
        recorded_at=now,
        recorded_by=by.id,
    )
    for record_id in case.subjects:
        write("partner-shared", by=by, now=now, record_id=record_id, about=case.id, code=agency)
    return share
