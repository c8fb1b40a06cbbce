"""Referring to a MARAC, adding to it, that it was sent; and a decision not to refer. A MARAC owns no case.

There is no command that withdraws, refuses or screens out a referral: HMIC, "Increasingly everyone's business" (2015),
chapter 4, found referrals that were, and forces that took the MARAC for an owner.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.contact.rules.taking import checked, checked_words
from throughline.casework.partnership.commands.holding import (
    NOT_THERE,
    held_by,
    needed,
    on_the_list_of,
)
from throughline.casework.partnership.models import (
    MaracAddition,
    MaracReferral,
    MaracSent,
    MaracWords,
    NotReferred,
)
from throughline.casework.partnership.queries.conferring import decided_of, known_of, stirred
from throughline.casework.partnership.rules import PARTNERS
from throughline.casework.partnership.rules.conferring import (
    NOT_REFERRED,
    REFER_DUTY,
    SEEN_DUTY,
    SEND_DUTY,
    calls,
    criteria,
    joins_within,
    standing,
)
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.safeguarding.commands.words import whose
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.commands import review as keep_review
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty

#: How far back the worker looks for what has come in: what happened while nothing ran is still found.
LOOKS_BACK = timedelta(days=14)
NO_DECISION = "There is no such decision"


@transaction.atomic
def refer(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    chosen: Collection[str],
    words: str,
    consent: str = "",
) -> MaracReferral:
    """Refer a case to a MARAC: the criteria that the referrer chose, and why. Also where the records meet none.

    A second one of the same two within some days joins the first as a further reason. Who owns the case owns it still.
    Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.REFER_TO_PARTNERS, *case.subjects, detail={"case": str(case.id)})
    return _refer(case, chosen, words, consent, by=by, now=now, through=None)


@transaction.atomic
def refer_through(
    *,
    by: Actor,
    now: datetime,
    referral_id: UUID,
    chosen: Collection[str],
    words: str,
    consent: str = "",
) -> MaracReferral:
    """`refer` for an adviser, who has the case through a referral. Raises Malformed, Refused."""
    referral = held_by(by, referral_id, marac=True)
    with acting(PARTNERS):
        case = Case.objects.select_for_update().get(id=referral.case_id)
        return _refer(case, chosen, words, consent, by=by, now=now, through=referral.id)


@transaction.atomic
def add(
    *,
    by: Actor,
    now: datetime,
    marac_id: UUID,
    kind: str,
    words: str,
    chosen: Collection[str] = (),
) -> MaracAddition:
    """Add a further reason to a referral, or correct what was written. What was first written stays. Raises Malformed, Refused."""
    made = MaracReferral.objects.filter(id=marac_id).first()
    if made is None:
        raise Refused(NOT_THERE, marac_id)
    undertake(by, Action.REFER_TO_PARTNERS, *made.subjects, detail={"marac": str(made.id), "kind": kind})
    if kind not in MaracAddition.Kind.values:
        raise Malformed("kind", "choose one of the answers listed")
    codes = _criteria(chosen, now, needs_one=False)
    return _add(made, kind, codes, words, by=by, now=now)


@transaction.atomic
def sent(
    *,
    by: Actor,
    now: datetime,
    marac_id: UUID,
    to: str,
    reference: str = "",
    at: datetime | None = None,
) -> MaracSent:
    """Write down that a referral was sent, to whom, when, and the reference that it was given. Raises Malformed, Refused."""
    made = MaracReferral.objects.filter(id=marac_id).first()
    if made is None:
        raise Refused(NOT_THERE, marac_id)
    undertake(by, Action.REFER_TO_PARTNERS, *made.subjects, detail={"marac": str(made.id), "to": to})
    row_of("marac-destinations", "to", to, now)
    at = held.when("at", at, now)
    if london_day(at) < london_day(made.at):
        raise Malformed("at", "is before it was made")
    kept = MaracSent.objects.create(
        referral=made,
        to=to,
        reference=checked("reference", reference),
        at=at,
        entered_at=now,
        by=by.id,
        subjects=made.subjects,
    )
    write("marac-sent", by=by, now=at, record_id=made.record_id, about=made.case_id, code=to)
    discharge_about(made.id, SEND_DUTY, by=by, now=now, outcome="marac-sent")
    return kept


def _refer(
    case: Case,
    chosen: Collection[str],
    words: str,
    consent: str,
    *,
    by: Actor,
    now: datetime,
    through: UUID | None,
) -> MaracReferral:
    codes = _criteria(chosen, now, needs_one=True)
    said = needed("words", words)
    if consent:
        row_of("referral-consents", "consent", consent, now)
    since = now - joins_within(london_day(now))
    first = MaracReferral.objects.filter(case=case, at__gt=since, at__lte=now).order_by("-at", "id").first()
    if first is not None:
        _add(first, MaracAddition.Kind.REASON, codes, said, by=by, now=now)
        discharge_about(case.id, REFER_DUTY, by=by, now=now, outcome="marac-referred")
        return first
    found = standing(known_of([case.id], now=now)[case.id], now)
    made = MaracReferral.objects.create(
        case=case,
        record_id=case.victim_id,
        agency_id=_agency(by),
        through_id=through,
        criteria=codes,
        met=[one.criterion.code for one in found if one.met],
        consent=consent,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    _keep_words(made, made.id, said, by=by, now=now)
    for code in codes:
        write("marac-referred", by=by, now=now, record_id=case.victim_id, about=case.id, code=code)
    discharge_about(case.id, REFER_DUTY, by=by, now=now, outcome="marac-referred")
    owner, role = whose(by)
    open_duty(
        SEND_DUTY,
        now=now,
        record_id=case.victim_id,
        about=made.id,
        cause="marac-referred",
        owner=owner,
        role=role,
    )
    return made


def _add(
    made: MaracReferral, kind: str, codes: list[str], words: str, *, by: Actor, now: datetime
) -> MaracAddition:
    addition = MaracAddition.objects.create(
        referral=made,
        agency_id=_agency(by),
        kind=kind,
        criteria=codes,
        at=now,
        by=by.id,
        subjects=made.subjects,
    )
    _keep_words(made, addition.id, needed("words", words), by=by, now=now)
    for code in codes or [""]:
        write("marac-added", by=by, now=now, record_id=made.record_id, about=made.case_id, code=code)
    return addition


def _keep_words(made: MaracReferral, about: UUID, words: str, *, by: Actor, now: datetime) -> None:
    MaracWords.objects.create(
        referral=made, about=about, words=words, at=now, by=by.id, subjects=made.subjects
    )


def _criteria(chosen: Collection[str], now: datetime, *, needs_one: bool) -> list[str]:
    known = [one.code for one in criteria(london_day(now))]
    codes = list(dict.fromkeys(chosen))
    if not set(codes) <= set(known):
        raise Malformed("chosen", "choose one of the answers listed")
    if needs_one and not codes:
        raise Malformed("chosen", "choose one or more: your own judgement is one")
    return codes


def _agency(by: Actor) -> UUID:
    return User.objects.values_list("team__agency", flat=True).get(id=by.id)


# --- not referred --------------------------------------------------------------------------------------


@transaction.atomic
def decide_not_to(*, by: Actor, now: datetime, case_id: UUID, reason: str, words: str) -> NotReferred:
    """Decide not to refer a case that meets a criterion: with a coded reason and words, seen by a sergeant.

    How busy a MARAC or anybody is, is no reason: words that speak of it are flagged and kept. Raises Conflict where
    nothing asks for a referral, Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.REFER_TO_PARTNERS, *case.subjects, detail={"case": str(case.id), "reason": reason})
    found = calls(known_of([case.id], now=now)[case.id], decided_of([case.id])[case.id], now)
    if not found:
        raise Conflict
    held.coded("reason", reason, NOT_REFERRED, now)
    said = needed("words", words)
    decision = decide_for(
        NOT_REFERRED,
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        choice="not-referred",
        reason=reason,
        words=said,
    )
    made = NotReferred.objects.create(
        case=case,
        record_id=case.victim_id,
        criteria=[one.criterion.code for one in found],
        flags=sorted(flags_in(said, now)),
        decision=decision,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    write("marac-not-referred", by=by, now=now, record_id=case.victim_id, about=case.id, code=reason)
    discharge_about(case.id, REFER_DUTY, by=by, now=now, outcome="marac-not-referred")
    open_duty(SEEN_DUTY, now=now, record_id=case.victim_id, about=made.id, cause="not-referred")
    return made


@transaction.atomic
def review(
    *, by: Actor, now: datetime, not_referred_id: UUID, agreed: bool, feedback: str = ""
) -> NotReferred:
    """Agree with a decision not to refer, or say that it is referred: it is then somebody's to do. Nobody reviews their own.

    Raises Conflict where it was looked at, Malformed, Refused.
    """
    made = NotReferred.objects.select_for_update().filter(id=not_referred_id).first()
    if made is None:
        raise Refused(NO_DECISION, not_referred_id)
    undertake(
        by, Action.REVIEW_NOT_REFERRED, *made.subjects, detail={"decision": str(made.id), "agreed": agreed}
    )
    if made.by == by.id:
        raise Refused("Nobody reviews what they decided", made.record_id)
    if made.decision.reviews.exists():
        raise Conflict
    said = checked_words("feedback", feedback, longest=held.LONGEST_WORDS)
    if not agreed and not said:
        raise Malformed("feedback", "is needed: say why you decided otherwise")
    keep_review(by=by, now=now, decision=made.decision, agreed=agreed, feedback=said)
    write("marac-decision-seen", by=by, now=now, record_id=made.record_id, about=made.case_id)
    discharge_about(made.id, SEEN_DUTY, by=by, now=now, outcome="agreed" if agreed else "overturned")
    if not agreed:
        made.overturned_at = now
        made.save(update_fields=["overturned_at"])
        on_the_list_of(
            REFER_DUTY, made.case, now=now, causes=["overturned", *made.criteria], nobody=Role.SERGEANT
        )
    return made


# --- what the worker sees to --------------------------------------------------------------------------


@transaction.atomic
def call_for_referrals(*, now: datetime) -> int:
    """Put on somebody's list which cases meet a criterion and were not referred since; says of how many.

    The worker's: it refers nothing, and sets no grade. Run again it changes nothing.
    """
    set_actor(PARTNERS)
    ids = stirred(now - LOOKS_BACK)
    if not ids:
        return 0
    known, decided = known_of(ids, now=now), decided_of(ids)
    waits = {
        duty.about: set(duty.causes)
        for duty in Duty.objects.filter(kind=REFER_DUTY, about__in=ids, discharged_at=None)
    }
    found = {
        one: [
            met.criterion.code
            for met in calls(known[one], decided[one], now)
            if met.criterion.code not in waits.get(one, ())
        ]
        for one in ids
    }
    found = {one: causes for one, causes in found.items() if causes}
    if not found:
        return 0
    undertake(PARTNERS, Action.REFER_TO_PARTNERS, *sorted(found), detail={"maracs": len(found)})
    for case in Case.objects.select_for_update().filter(id__in=found, closed_at=None).order_by("id"):
        on_the_list_of(REFER_DUTY, case, now=now, causes=found[case.id], nobody=Role.SERGEANT)
    return len(found)
