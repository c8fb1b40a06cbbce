"""Who safeguards her by the policy: asked, accepted, returned, decided, or chosen otherwise with reasons."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import (
    ASKS,
    let_go,
    locked_case,
    reason_for,
    set_owner,
    settle_owner,
)
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, after
from throughline.casework.cases.rules import Step as CaseStep
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.safeguarding.models import PolicyOverride, RequestReturn, ServiceRequest
from throughline.casework.safeguarding.queries.serving import (
    Standing,
    Wanted,
    may_own,
    open_request,
    out_of_step,
    standing_of,
)
from throughline.casework.safeguarding.rules.serving import OPEN, Request, Step, step_of_return
from throughline.casework.safeguarding.rules.serving import after as request_after
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.commands import review as keep_review
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import load

POLICY = system("service by risk")
ACCEPT_DUTY, PACKAGE_DUTY, DECIDE_DUTY = "safeguard-accept", "handover-package", "safeguard-decide"
REVIEW_DUTY = "override-review"
NOT_THERE = "There is no such choice"


@transaction.atomic
def ask_who_safeguards(*, now: datetime) -> int:
    """Ask whoever safeguards by the policy, for every victim whose cases somebody else owns; says of how many.

    What is asked of nobody any more is withdrawn. The worker's; run again it changes nothing.
    """
    set_actor(POLICY)
    return sum(bring_into_step(case, by=POLICY, now=now) for case in out_of_step(now=now))


@transaction.atomic
def accept(*, by: Actor, now: datetime, case_id: UUID, both_sides: bool = False) -> None:
    """Safeguard her: own the case and her other open ones. For who was asked, or the role that was.

    Raises Conflict where nobody is asked any more, Malformed as `set_owner` does, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id), "owner": str(by.id)})
    request = _asked(case, by)
    step_of(request, Step.ACCEPT)
    set_owner(by=by, now=now, case_id=case.id, owner=by.id, both_sides=both_sides)
    _end(request, Request.ACCEPTED, by=by, now=now, owner=by.id, outcome="accepted")
    write("safeguard-accepted", by=by, now=now, record_id=case.victim_id, about=case.id)


@transaction.atomic
def give_back(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    reason: str,
    words: str,
    missing: Collection[str] = (),
) -> RequestReturn:
    """Return a request with a coded reason, words, and what the package lacks. After the second a sergeant decides.

    How busy anybody is, is no reason: words that speak of it are flagged and kept. Whoever owns the case keeps it.
    Raises Conflict where it waits for somebody else, Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id), "returned": reason})
    request = _asked(case, by)
    step = step_of_return(request.returns.count())
    state = step_of(request, step)
    reason_for("safeguard-return", reason, now)
    said = checked_words("words", words, longest=held.LONGEST_WORDS)
    if not said:
        raise Malformed("words", "is needed: say what is missing, or why somebody else is to")
    known = load("handover-items").codes(on=london_day(now))
    lacks = list(dict.fromkeys(missing))
    if not known.issuperset(lacks):
        raise Malformed("missing", "choose one of the answers listed")
    if reason == "return-package" and not lacks:
        raise Malformed("missing", "say what is missing")
    decision = decide_for(
        "safeguard-return",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=request.id,
        choice="returned",
        reason=reason,
        words=said,
    )
    made = RequestReturn.objects.create(
        request=request,
        record=case.victim,
        missing=lacks,
        flags=sorted(flags_in(said, now)),
        decision=decision,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    into(request, state)
    write("safeguard-returned", by=by, now=now, record_id=case.victim_id, about=case.id, code=reason)
    discharge_about(case.id, ACCEPT_DUTY, by=by, now=now, outcome="returned")
    if state is Request.TO_DECIDE:
        _open(DECIDE_DUTY, case, now=now, cause="returned-twice")
        let_go(_duties(case, [PACKAGE_DUTY]), by=by, now=now)
    else:
        _call_for_package(case, standing_of(case, now=now), now=now, cause="handover-returned")
    return made


@transaction.atomic
def decide(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    owner: UUID,
    reason: str,
    words: str,
    both_sides: bool = False,
) -> Decision:
    """Decide who owns a case that came back twice, with reasons. It ends it: nobody accepts any more.

    Whoever owns the case does not decide it. Somebody of another role than the policy names is a choice against it,
    which a colleague reviews. Raises Conflict, Malformed, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.ALLOCATE, *case.subjects, detail={"case": str(case.id), "owner": str(owner)})
    request = open_request(case.id)
    if request is None:
        raise Conflict
    step_of(request, Step.DECIDE)
    standing = standing_of(case, now=now)
    if standing.owner == by.id:
        raise Refused("Whoever owns a case does not decide who is to", case.victim_id)
    account = _account("owner", owner, case)
    reason_for("safeguard-decision", reason, now)
    said = _needed_words(words)
    decision = decide_for(
        "safeguard-decision",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=request.id,
        choice=str(account.role),
        reason=reason,
        words=said,
    )
    settle_owner(case, account.id, by=by, now=now, both_sides=both_sides)
    _end(request, Request.DECIDED, by=by, now=now, owner=account.id, outcome="decided")
    write("safeguard-decided", by=by, now=now, record_id=case.victim_id, about=case.id, code=reason)
    if standing.wanted and account.role != standing.wanted.service.role:
        _choose(standing.wanted, account, decision, by=by, now=now)
    return decision


@transaction.atomic
def ask_for(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    account: UUID,
    reason: str = "",
    words: str = "",
) -> ServiceRequest | None:
    """Ask somebody by name to safeguard her. Of the role that the policy names no reason is needed; anybody else is a
    choice against it, with reason and words, which a colleague reviews.

    Returns the request, or None where they own the case already. Raises Malformed, NotYet, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.ALLOCATE, *case.subjects, detail={"case": str(case.id), "account": str(account)})
    after(CASE_STEPS, case.closed_at is not None, CaseStep.OWN)
    standing = standing_of(case, now=now)
    if standing.wanted is None:
        raise Malformed("", "nobody has graded any case of hers: grade it first")
    user = _account("account", account, case)
    wanted = standing.wanted
    for earlier in PolicyOverride.objects.filter(case__in=standing.cases, ended_at=None):
        _end_override(earlier, by=by, now=now)
    override = None
    if user.role != wanted.service.role:
        reason_for("safeguard-override", reason, now)
        decision = decide_for(
            "safeguard-override",
            by=by,
            now=now,
            record_id=wanted.case.victim_id,
            about=wanted.case.id,
            choice=str(user.role),
            reason=reason,
            words=_needed_words(words),
        )
        override = _choose(wanted, user, decision, by=by, now=now)
    _withdraw_all(standing.cases, by=by, now=now)
    if standing.owner == user.id:
        return None
    return _ask(
        wanted,
        standing,
        role=str(user.role),
        account=user.id,
        override=override,
        by=by,
        now=now,
        cause="safeguard-asked-by-name",
    )


@transaction.atomic
def review_override(*, by: Actor, now: datetime, override_id: UUID, agreed: bool, feedback: str = "") -> None:
    """Agree with a choice against the policy, or end it: the policy then asks again. Nobody reviews their own.

    Raises Conflict where it was reviewed or has ended, Malformed, Refused.
    """
    override = PolicyOverride.objects.select_for_update().filter(id=override_id).first()
    if override is None:
        raise Refused(NOT_THERE, override_id)
    case = locked_case(override.case_id)
    undertake(by, Action.ALLOCATE, *case.subjects, detail={"override": str(override.id), "agreed": agreed})
    if override.by == by.id:
        raise Refused("Nobody reviews what they decided", case.victim_id)
    if override.decision.reviews.exists():
        raise Conflict
    said = checked_words("feedback", feedback, longest=held.LONGEST_WORDS)
    if not agreed and not said:
        raise Malformed("feedback", "is needed: say why you decided otherwise")
    keep_review(by=by, now=now, decision=override.decision, agreed=agreed, feedback=said)
    discharge_about(override.id, REVIEW_DUTY, by=by, now=now, outcome="agreed" if agreed else "overturned")
    write("override-reviewed", by=by, now=now, record_id=override.record_id, about=case.id)
    if not agreed and override.ended_at is None:
        _end_override(override, by=by, now=now, reviewed=True)
        if case.closed_at is None:
            bring_into_step(case, by=by, now=now)


# --- what a victim's cases ask for, and what of it is open ---------------------------------------------------


def bring_into_step(case: Case, *, by: Actor, now: datetime) -> bool:
    """Ask whoever is to safeguard the victim of a case, unless they do or are asked; withdraw what is asked in vain.

    Says whether anything changed. The caller has said to the database who acts.
    """
    # held until the end: two who ask at once wait for each other
    list(Case.objects.select_for_update().filter(victim=case.victim_id).order_by("id"))
    standing = standing_of(case, now=now)
    waiting = list(
        ServiceRequest.objects.filter(
            case__in={case.id, *(one.id for one in standing.cases)}, state__in=OPEN
        ).order_by("asked_at", "id")
    )
    keep = next((one for one in waiting if _still_asked(one, standing)), None)
    vain = [one for one in waiting if one is not keep]
    ask = standing.wanted if keep is None and not standing.is_met else None
    if keep and not vain:
        return _package_with_the_owner(keep, standing, by=by, now=now)
    if not vain and ask is None:
        return False
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id)})
    for one in vain:
        _end(one, Request.WITHDRAWN, by=by, now=now, owner=None, outcome="no-longer-needed")
    if ask:
        _ask(
            ask,
            standing,
            role=ask.role,
            account=ask.account,
            override=ask.override,
            by=by,
            now=now,
            cause="safeguard-asked",
        )
    return True


def _still_asked(request: ServiceRequest, standing: Standing) -> bool:
    """Whether a request still asks whom the policy, or a choice against it, names for the case that is graded highest."""
    wanted = standing.wanted
    if wanted is None or request.case_id not in {one.id for one in standing.cases}:
        return False
    if request.account and request.account == standing.owner:
        return False
    if request.account and not User.objects.filter(id=request.account, is_active=True).exists():
        return False
    if wanted.account:
        return request.account == wanted.account
    if request.override_id:
        return False
    # somebody of the role who was asked by name is still asked where another of the role owns the case
    return request.role == wanted.role and (request.account is not None or not standing.is_met)


def _ask(
    wanted: Wanted,
    standing: Standing,
    *,
    role: str,
    account: UUID | None,
    override: PolicyOverride | None,
    by: Actor,
    now: datetime,
    cause: str,
) -> ServiceRequest:
    case = wanted.case
    made = ServiceRequest.objects.create(
        case=case,
        record=case.victim,
        grade=wanted.grade,
        service=wanted.service.code,
        role=role,
        account=account,
        override=override,
        state=Request.ASKED,
        asked_at=now,
        asked_by=by.id,
        owned_by=standing.owner,
        subjects=case.subjects,
    )
    write(
        "safeguard-asked",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        code=wanted.service.code,
    )
    call_for_answer(made, case, wanted, now=now, cause=cause)
    if standing.owner:
        _call_for_package(case, standing, now=now, cause=cause)
    return made


def call_for_answer(
    request: ServiceRequest, case: Case, wanted: Wanted, *, now: datetime, cause: str
) -> None:
    _open(
        ACCEPT_DUTY,
        case,
        now=now,
        cause=cause,
        role=request.role,
        owner=request.account,
        due_at=wanted.service.accepted_by(now),
    )


def _call_for_package(case: Case, standing: Standing, *, now: datetime, cause: str) -> None:
    """Whoever owns the case completes what is handed over; where nobody does, it is a sergeant's."""
    _open(
        PACKAGE_DUTY,
        case,
        now=now,
        cause=cause,
        role=standing.owner_role or str(Role.SERGEANT),
        owner=standing.owner,
    )


def _package_with_the_owner(request: ServiceRequest, standing: Standing, *, by: Actor, now: datetime) -> bool:
    """What is to be handed over is with whoever owns the case now, and due as it was. Says whether it was not."""
    duty = next(iter(_duties(request.case, [PACKAGE_DUTY])), None)
    if duty is None or standing.owner is None or duty.owner == standing.owner:
        return False
    undertake(by, Action.OWN_CASE, *request.subjects, detail={"case": str(request.case_id)})
    let_go([duty], by=by, now=now)
    _open(
        PACKAGE_DUTY,
        request.case,
        now=now,
        cause=duty.causes[0],
        role=standing.owner_role,
        owner=standing.owner,
        due_at=duty.due_at,
    )
    return True


def _asked(case: Case, by: Actor) -> ServiceRequest:
    """The open request that is for whoever acts. Raises Conflict where there is none, Refused where it is not theirs."""
    request = open_request(case.id)
    if request is None:
        raise Conflict
    if request.role != by.role or request.account not in (None, by.id):
        raise Refused("Whoever is asked to safeguard her answers", case.victim_id)
    return request


def step_of(request: ServiceRequest, step: Step) -> Request:
    """The state after a step. Raises Conflict where it cannot be taken: somebody was quicker."""
    state = request_after(Request(request.state), step)
    if state is None:
        raise Conflict
    return state


def into(request: ServiceRequest, state: Request) -> None:
    request.state = state
    request.save(update_fields=["state"])


def _end(
    request: ServiceRequest, state: Request, *, by: Actor, now: datetime, owner: UUID | None, outcome: str
) -> None:
    request.state, request.ended_at, request.ended_by, request.owner = state, now, by.id, owner
    request.save(update_fields=["state", "ended_at", "ended_by", "owner"])
    discharge_about(request.case.id, ACCEPT_DUTY, PACKAGE_DUTY, DECIDE_DUTY, by=by, now=now, outcome=outcome)


def _withdraw_all(cases: Collection[Case], *, by: Actor, now: datetime) -> None:
    for one in ServiceRequest.objects.filter(case__in=cases, state__in=OPEN).order_by("id"):
        _end(one, Request.WITHDRAWN, by=by, now=now, owner=None, outcome="no-longer-needed")


def _choose(wanted: Wanted, account: User, decision: Decision, *, by: Actor, now: datetime) -> PolicyOverride:
    """Keep that somebody else is to safeguard her than the policy says, and have a colleague review it."""
    case = wanted.case
    for earlier in PolicyOverride.objects.filter(case=case, ended_at=None):
        _end_override(earlier, by=by, now=now)
    made = PolicyOverride.objects.create(
        case=case,
        record=case.victim,
        grade=wanted.grade,
        service=wanted.service.code,
        account=account.id,
        role=account.role,
        decision=decision,
        made_at=now,
        by=by.id,
        subjects=case.subjects,
    )
    write(
        "safeguard-overridden",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        code=decision.reason,
    )
    open_duty(REVIEW_DUTY, now=now, record_id=case.victim_id, about=made.id, cause="policy-overridden")
    return made


def _end_override(override: PolicyOverride, *, by: Actor, now: datetime, reviewed: bool = False) -> None:
    override.ended_at = now
    override.save(update_fields=["ended_at"])
    if not reviewed:
        let_go(Duty.objects.filter(kind=REVIEW_DUTY, about=override.id, discharged_at=None), by=by, now=now)


def _account(field: str, account: UUID, case: Case) -> User:
    """An account that may own the case. Raises Malformed."""
    found = User.objects.filter(id=account, is_active=True).first()
    if found is None or not may_own(found, case):
        raise Malformed(field, "is nobody who may own this case")
    return found


def _needed_words(words: str) -> str:
    said = checked_words("words", words, longest=held.LONGEST_WORDS)
    if not said:
        raise Malformed("words", "is needed: say what you know that decides it")
    return said


def _duties(case: Case, kinds: Collection[str]) -> list[Duty]:
    return list(Duty.objects.filter(kind__in=kinds, about=case.id, discharged_at=None).order_by("id"))


def _open(
    kind: str,
    case: Case,
    *,
    now: datetime,
    cause: str,
    role: str | None = None,
    owner: UUID | None = None,
    due_at: datetime | None = None,
) -> None:
    open_duty(
        kind,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        cause=cause,
        role=role,
        owner=owner,
        due_at=due_at,
    )


def answers_for(by: Actor, case: Case, *, now: datetime) -> bool:
    """Whether somebody may complete and send what is handed over of a case: its owner, or who answers for a turn."""
    return by.role in ASKS or standing_of(case, now=now).owner == by.id
