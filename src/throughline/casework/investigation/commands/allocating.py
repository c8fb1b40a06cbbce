"""Who investigates: asked by the policy of risk, accepted, or chosen otherwise with reasons that a sergeant reviews."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import let_go, locked_case, reason_for
from throughline.casework.cases.models import Case
from throughline.casework.investigation.commands.planning import hand_lines_on
from throughline.casework.investigation.commands.words import (
    investigation_of,
    investigator_of,
    keep_subjects,
    open_of,
    opened,
    said_in,
    somebody,
    there,
)
from throughline.casework.investigation.models import Allocation, Investigation, OutstandingSuspect
from throughline.casework.investigation.queries.allocating import (
    Standing,
    chosen_for,
    open_request,
    out_of_step,
    standing_crimes,
    standing_of,
)
from throughline.casework.investigation.rules.allocating import ALLOCATION_STEPS, Request, Step, against
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.commands.grading import flags_in
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import may_on_all, sight_of
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.commands import review as keep_review
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty

ALLOCATOR = system("investigation by risk")
ACCEPT_DUTY, ALLOCATION_DUTY = "investigation-accept", "allocation-review"
PLAN_DUTY, REVIEW_DUTY = "investigation-plan", "investigation-review"
NOT_THERE = "There is no such allocation"
OVERRIDE = "investigation-override"


@transaction.atomic
def ask_who_investigates(*, now: datetime) -> int:
    """Open the investigation of every case with a crime, and ask whoever the policy names; says of how many.

    What is asked in vain is withdrawn, and what belongs to a closed case ends. The worker's; run again it changes nothing.
    """
    set_actor(ALLOCATOR)
    return sum(bring_into_step(case, by=ALLOCATOR, now=now) for case in out_of_step(now=now))


@transaction.atomic
def begin(*, by: Actor, now: datetime, case_id: UUID) -> Investigation:
    """Open the investigation of a case before a crime is recorded, and ask whoever the policy names.

    Doing it twice changes nothing. Raises NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id)})
    case, investigation = investigation_of(case_id, by=by, now=now)
    bring_into_step(case, by=by, now=now)
    return investigation


def bring_into_step(case: Case, *, by: Actor, now: datetime) -> bool:
    """Ask whoever is to investigate, unless they do or are asked. Says whether anything changed.

    The caller has said to the database who acts.
    """
    list(Case.objects.select_for_update().filter(victim=case.victim_id).order_by("id"))
    case = Case.objects.get(id=case.id)
    investigation = Investigation.objects.select_for_update().filter(case=case).first()
    if investigation is not None and investigation.subjects != case.subjects:
        undertake(by, Action.INVESTIGATE, *case.subjects, detail={"case": str(case.id), "subjects": True})
        keep_subjects(investigation, case)
        bring_into_step(case, by=by, now=now)
        return True
    if case.closed_at is not None:
        return _end_with_the_case(case, investigation, by=by, now=now)
    if (investigation is None or investigation.ended_at is not None) and not standing_crimes(case):
        return False
    standing = standing_of(case, now=now)
    request = open_request(investigation) if investigation else None
    keep = request is not None and _still_asked(request, standing)
    if (
        investigation is not None
        and investigation.ended_at is None
        and (keep or (request is None and _is_met(investigation, standing)))
    ):
        return False
    undertake(by, Action.INVESTIGATE, *case.subjects, detail={"case": str(case.id)})
    cause = "crime-to-investigate" if investigation is None else "investigation-by-grade"
    investigation = opened(case, by=by, now=now)
    if request and not keep:
        _withdraw(request, case, by=by, now=now)
    if not _is_met(investigation, standing):
        left = investigation.investigator is not None and investigator_of(investigation) is None
        _ask(
            investigation,
            case,
            standing,
            by=by,
            now=now,
            cause="investigator-left" if left else cause,
        )
    return True


def _is_met(investigation: Investigation, standing: Standing) -> bool:
    """Whether nobody needs to be asked: the policy's role investigates, or somebody chosen with reasons does.

    Where nobody has graded any case of hers, the duty to grade it comes first.
    """
    if standing.policy is None:
        return True
    user = investigator_of(investigation)
    if user is None:
        return False
    if not against(standing.policy, user.role):
        return True
    chosen = chosen_for(investigation, standing.grade)
    return chosen is not None and chosen.account == user.id


def _still_asked(request: Allocation, standing: Standing) -> bool:
    """Whether an open request asks whom the policy, or a choice against it, names for her grade today."""
    policy = standing.policy
    if policy is None:
        return False
    if request.account and there(request.account, request.subjects) is None:
        return False
    if request.decision_id:
        chosen = chosen_for(request.investigation, standing.grade)
        return chosen is not None and chosen.id == request.id
    return request.role == policy.role


def _ask(
    investigation: Investigation,
    case: Case,
    standing: Standing,
    *,
    by: Actor,
    now: datetime,
    cause: str,
    account: User | None = None,
    decision: Decision | None = None,
    flags: list[str] | None = None,
) -> Allocation | None:
    """Ask an account, or the role of the policy; whoever investigates another open case of hers is asked first."""
    policy = standing.policy
    if policy is None:
        return None
    if account is None:
        hers = {who for of, who in standing.investigators.items() if of != case.id}
        sight = sight_of(case.subjects)
        users = User.objects.filter(id__in=hers, role=policy.role).order_by("name", "id")
        account = next((user for user in users if sight.lets(user.id, user.team_id)), None)
    role = str(account.role) if account else policy.role
    made = Allocation.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        grade=standing.grade,
        policy=policy.code,
        role=role,
        account=account.id if account else None,
        decision=decision,
        flags=flags or [],
        state=Request.ASKED,
        asked_at=now,
        asked_by=by.id,
        subjects=case.subjects,
    )
    write("investigation-asked", by=by, now=now, record_id=case.victim_id, about=case.id, code=policy.code)
    open_duty(
        ACCEPT_DUTY,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        cause=cause,
        role=role,
        owner=made.account,
        due_at=policy.accepted_by(now),
    )
    return made


def _withdraw(request: Allocation, case: Case, *, by: Actor, now: datetime) -> None:
    _end(request, Step.WITHDRAW, by=by, now=now)
    let_go(open_of(ACCEPT_DUTY, case.id), by=by, now=now)


def _end(request: Allocation, step: Step, *, by: Actor, now: datetime) -> None:
    state = ALLOCATION_STEPS.get((Request(request.state), step))
    if state is None:
        raise Conflict
    request.state, request.ended_at, request.ended_by = state, now, by.id
    request.save(update_fields=["state", "ended_at", "ended_by"])


def _end_with_the_case(case: Case, investigation: Investigation | None, *, by: Actor, now: datetime) -> bool:
    """What is still to be done of an investigation goes with its case. Lines and decisions stay as they were."""
    if investigation is None or investigation.ended_at is not None:
        return False
    undertake(by, Action.INVESTIGATE, *case.subjects, detail={"case": str(case.id), "ended": True})
    investigation.ended_at = now
    investigation.save(update_fields=["ended_at"])
    if request := open_request(investigation):
        _withdraw(request, case, by=by, now=now)
    suspects = list(OutstandingSuspect.objects.filter(case=case, closed_at=None).order_by("id"))
    about = [
        case.id,
        *investigation.lines.values_list("id", flat=True),
        *investigation.allocations.values_list("id", flat=True),
        *(one.id for one in suspects),
    ]
    for one in suspects:
        one.closed_at, one.closed_by, one.closed_as = now, by.id, "ended-case-closed"
        one.save(update_fields=["closed_at", "closed_by", "closed_as"])
    let_go(
        Duty.objects.filter(kind__in=DUTIES, about__in=about, discharged_at=None).order_by("id"),
        by=by,
        now=now,
    )
    return True


#: Every kind of duty of this room.
DUTIES = (
    ACCEPT_DUTY,
    ALLOCATION_DUTY,
    PLAN_DUTY,
    REVIEW_DUTY,
    "line-of-enquiry",
    "suspect-attempt",
    "withdrawal-visit",
    "withdrawal-decision",
    "evidence-routes",
)


@transaction.atomic
def accept(*, by: Actor, now: datetime, case_id: UUID) -> None:
    """Investigate the case, and her other open ones that wait for the same. For who was asked, or the role that was.

    Raises Conflict where nobody is asked any more, NotYet for a closed case, Refused where others are asked.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "accepted": True})
    case, investigation = investigation_of(case_id, by=by, now=now)
    request = open_request(investigation)
    if request is None:
        raise Conflict
    if request.role != by.role or request.account not in (None, by.id):
        raise Refused("Whoever is asked to investigate accepts", case.victim_id)
    standing = standing_of(case, now=now)
    others = Allocation.objects.filter(
        investigation__case__in=[one.id for one in standing.cases], state=Request.ASKED, role=by.role
    ).exclude(id=request.id)
    for one in [request, *others.select_related("investigation__case").order_by("asked_at", "id")]:
        # a restricted case of hers waits for somebody who may see it
        if one.account in (None, by.id) and (
            one is request or may_on_all(by, Action.INVESTIGATE, one.subjects)
        ):
            _accepted(one, standing, by=by, now=now)


def _accepted(request: Allocation, standing: Standing, *, by: Actor, now: datetime) -> None:
    investigation = request.investigation
    case = investigation.case
    before = investigation.investigator
    _end(request, Step.ACCEPT, by=by, now=now)
    investigation.investigator, investigation.accepted_at = by.id, now
    investigation.save(update_fields=["investigator", "accepted_at"])
    write("investigation-accepted", by=by, now=now, record_id=case.victim_id, about=case.id)
    discharge_about(case.id, ACCEPT_DUTY, by=by, now=now, outcome="accepted")
    _hand_on(case, before, by=by, now=now)
    if before and before != by.id:
        hand_lines_on(investigation, before, by=by, now=now)
    policy = standing.policy
    if investigation.planned_at is None:
        open_duty(
            PLAN_DUTY,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            cause="investigation-accepted",
            role=by.role,
            owner=by.id,
            due_at=policy.planned_by(now) if policy else None,
        )
    open_duty(
        REVIEW_DUTY,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        cause="investigation-accepted",
        due_at=policy.reviewed_by(now) if policy else None,
    )


def _hand_on(case: Case, before: UUID | None, *, by: Actor, now: datetime) -> None:
    """What of the case was with whoever investigated, or with nobody, is with whoever does now, and due as it was."""
    kinds = (PLAN_DUTY, "withdrawal-visit", "withdrawal-decision", "evidence-routes")
    for duty in Duty.objects.select_for_update().filter(kind__in=kinds, about=case.id, discharged_at=None):
        if duty.owner in (None, before):
            duty.owner, duty.role = by.id, by.role
            duty.save(update_fields=["owner", "role"])


@transaction.atomic
def allocate(
    *, by: Actor, now: datetime, case_id: UUID, account: UUID, reason: str = "", words: str = ""
) -> Allocation:
    """Ask somebody by name to investigate, as whoever answers for a turn.

    Somebody of another role than the policy names needs a coded reason and words, and a sergeant reviews it. How busy
    anybody is, is no reason: words that speak of it are flagged and kept. Until they accept, whoever investigated goes
    on. Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(
        by,
        Action.SUPERVISE_INVESTIGATION,
        *asked.subjects,
        detail={"case": str(asked.id), "account": str(account)},
    )
    case, investigation = investigation_of(case_id, by=by, now=now)
    user = somebody("account", account, case)
    if investigation.investigator == user.id:
        raise Malformed("account", "investigates it already")
    standing = standing_of(case, now=now)
    if standing.policy is None:
        raise Malformed("account", "nobody has graded any case of hers: grade it first")
    decision, flags = None, []
    if against(standing.policy, user.role):
        reason_for(OVERRIDE, reason, now)
        said = said_in("words", words, needed="is needed: say what you know that decides it")
        flags = sorted(flags_in(said, now))
        decision = decide_for(
            OVERRIDE,
            by=by,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            choice=str(user.role),
            reason=reason,
            words=said,
        )
        write(
            "investigation-overridden",
            by=by,
            now=now,
            record_id=case.victim_id,
            about=case.id,
            code=reason,
        )
    if request := open_request(investigation):
        _withdraw(request, case, by=by, now=now)
    made = _ask(
        investigation,
        case,
        standing,
        by=by,
        now=now,
        cause="investigator-named",
        account=user,
        decision=decision,
        flags=flags,
    )
    assert made is not None
    if decision:
        open_duty(
            ALLOCATION_DUTY, now=now, record_id=case.victim_id, about=made.id, cause="policy-overridden"
        )
    return made


@transaction.atomic
def review_allocation(
    *, by: Actor, now: datetime, allocation_id: UUID, agreed: bool, feedback: str = ""
) -> None:
    """Agree with a choice against the policy, or send it back: whom the policy names is asked then.

    Whoever was chosen and has accepted goes on until somebody else does. Nobody reviews their own. Raises Conflict
    where it was reviewed, Malformed, Refused.
    """
    allocation = Allocation.objects.select_for_update(of=("self",)).filter(id=allocation_id).first()
    if allocation is None or allocation.decision is None:
        raise Refused(NOT_THERE, allocation_id)
    case = locked_case(allocation.investigation.case_id)
    undertake(
        by,
        Action.SUPERVISE_INVESTIGATION,
        *case.subjects,
        detail={"allocation": str(allocation.id), "agreed": agreed},
    )
    if allocation.decision.made_by == by.id:
        raise Refused("Nobody reviews what they decided", case.victim_id)
    if allocation.decision.reviews.exists():
        raise Conflict
    said = said_in("feedback", feedback, needed="" if agreed else "is needed: say why you decided otherwise")
    keep_review(by=by, now=now, decision=allocation.decision, agreed=agreed, feedback=said)
    discharge_about(
        allocation.id, ALLOCATION_DUTY, by=by, now=now, outcome="agreed" if agreed else "overturned"
    )
    write("allocation-reviewed", by=by, now=now, record_id=case.victim_id, about=case.id)
    if not agreed and case.closed_at is None:
        bring_into_step(case, by=by, now=now)
