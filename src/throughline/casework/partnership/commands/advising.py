"""Referring her to an independent adviser, and what the service does with the referral. It never owns the case."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.cases.rules import CASE_STEPS, Kind, after
from throughline.casework.cases.rules import Step as CaseStep
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.partnership.commands.holding import (
    held_by,
    on_the_list_of,
)
from throughline.casework.partnership.models import AdviserReferral, ReferralWords
from throughline.casework.partnership.queries.conferring import is_repeat, known_of
from throughline.casework.partnership.queries.services import out_of_sight, services
from throughline.casework.partnership.rules import PARTNERS
from throughline.casework.partnership.rules.advising import (
    LATE_DUTY,
    OPEN,
    REFER_DUTY,
    RETURNED_DUTY,
    SEEN_DUTY,
    Held,
    Step,
    clocks,
    policy_for,
)
from throughline.casework.partnership.rules.advising import after as step_after
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.casework.safeguarding.commands.referring import insist_on_basis
from throughline.casework.safeguarding.queries.planning import grade_of
from throughline.foundations.access.commands import end_grants, grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge_about, open_duty
from throughline.foundations.duties.models import Duty

#: What was decided so shortly before the last stage of a grade was given holds for that grade as well.
OF_ONE_GRADE = timedelta(days=7)


@transaction.atomic
def refer(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    team_id: UUID,
    basis: str,
    consent: str,
    words: str = "",
) -> AdviserReferral:
    """Refer the victim of a case to an advisers' service: from now on it sees her slice of the case, and nothing else.

    What she said about reaching her is kept as it stands now; whoever owns the case owns it still. Raises Malformed, NotYet for
    a closed case, Refused.
    """
    case = locked_case(case_id)
    undertake(
        by, Action.REFER_TO_PARTNERS, *case.subjects, detail={"case": str(case.id), "service": str(team_id)}
    )
    after(CASE_STEPS, case.closed_at is not None, CaseStep.OWN)
    if team_id not in {one.id for one in services()}:
        raise Malformed("team", "is not an advisers' service that has an account")
    insist_on_basis(basis, consent, words, now)
    if AdviserReferral.objects.filter(case=case, state__in=OPEN).exists():
        raise Malformed("team", "an advisers' service has her already")
    if out_of_sight([team_id], case.subjects):
        raise Malformed("team", "may not see one of the two: ask the restricted-records desk to let it first")
    grade = grade_of([case.id]).get(case.id, "")
    policy = policy_for(
        grade, repeat=is_repeat(known_of([case.id], now=now)[case.id], now), on=london_day(now)
    )
    said = reaching(held_together(case.victim_id)).said
    means = said.answers.get("means", ()) if said else ()
    made = AdviserReferral.objects.create(
        case=case,
        record_id=case.victim_id,
        team_id=team_id,
        grade=grade,
        basis=basis,
        consent=consent,
        rests_on=said.id if said else None,
        means=sorted(means) if isinstance(means, list | tuple) else [str(means)],
        sent_at=now,
        sent_by=by.id,
        accept_by=policy.accept_by(now),
        contact_by=policy.contact_by(now),
        state=Held.SENT,
        subjects=case.subjects,
    )
    grant(by=by, now=now, subject=made.id, kind=Grant.Kind.SEE, grantee=team_id, reason="referred")
    _keep_words(made, words, by=by, now=now)
    write("idva-referred", by=by, now=now, record_id=case.victim_id, about=case.id, code=consent)
    discharge_about(case.id, REFER_DUTY, RETURNED_DUTY, by=by, now=now, outcome="idva-referred")
    return made


@transaction.atomic
def accept(*, by: Actor, now: datetime, referral_id: UUID) -> AdviserReferral:
    """Have her by name, or take her over from a colleague of one's service. Raises Conflict, Refused."""
    referral = held_by(by, referral_id, step="accept")
    step = Step.ACCEPT if referral.state == Held.SENT else Step.TAKE_OVER
    if referral.account == by.id:
        raise Conflict
    with acting(PARTNERS):
        referral.state, referral.account = _step(referral, step), by.id
        referral.accepted_at = referral.accepted_at or now
        referral.save(update_fields=["state", "account", "accepted_at"])
        _write("idva-accepted", referral, by=by, now=now)
        settle(referral, by=by, now=now)
    return referral


@transaction.atomic
def give_back(
    *, by: Actor, now: datetime, referral_id: UUID, reason: str, words: str = ""
) -> AdviserReferral:
    """Return a referral, with a reason that is counted. The service sees nothing of her from then on.

    Never in silence: it stands on the list of whoever referred her, and a sergeant reads it. Raises Conflict, Malformed, Refused.
    """
    referral = held_by(by, referral_id, step="return", reason=reason)
    row_of("idva-return-reasons", "reason", reason, now)
    with acting(PARTNERS):
        _close(referral, _step(referral, Step.RETURN), reason, words, by=by, now=now)
        _write("idva-returned", referral, by=by, now=now, code=reason)
        on_the_list_of(
            RETURNED_DUTY,
            referral.case,
            now=now,
            causes=["idva-sent-back"],
            account=referral.sent_by,
        )
        open_duty(SEEN_DUTY, now=now, record_id=referral.record_id, about=referral.id, cause="idva-sent-back")
    return referral


@transaction.atomic
def let_go(*, by: Actor, now: datetime, referral_id: UUID, reason: str, words: str = "") -> AdviserReferral:
    """Say that she is no longer supported by the service, and why. Whoever owns the case is told by its chronology.

    Raises Conflict, Malformed, Refused.
    """
    referral = held_by(by, referral_id, step="end", reason=reason)
    row_of("idva-endings", "reason", reason, now)
    with acting(PARTNERS):
        _close(referral, _step(referral, Step.END), reason, words, by=by, now=now)
        _write("idva-ended", referral, by=by, now=now, code=reason)
    return referral


def settle(referral: AdviserReferral, *, by: Actor, now: datetime) -> None:
    """Nobody need ring the service any more where none of its clocks is over. As the system, inside another command."""
    late = clocks(
        Held(referral.state),
        accept_by=referral.accept_by,
        contact_by=referral.contact_by,
        reached_at=referral.reached_at,
        now=now,
    )
    if not late.causes:
        discharge_about(referral.id, LATE_DUTY, by=by, now=now, outcome="idva-answered")


def _step(referral: AdviserReferral, step: Step) -> Held:
    state = step_after(Held(referral.state), step)
    if state is None:
        raise Conflict
    return state


def _close(
    referral: AdviserReferral, state: Held, outcome: str, words: str, *, by: Actor, now: datetime
) -> None:
    referral.state, referral.outcome, referral.ended_at, referral.ended_by = state, outcome, now, by.id
    referral.save(update_fields=["state", "outcome", "ended_at", "ended_by"])
    _keep_words(referral, words, by=by, now=now)
    end_grants(now=now, subject=referral.id, kind=Grant.Kind.SEE)
    settle(referral, by=by, now=now)


def _keep_words(referral: AdviserReferral, words: str, *, by: Actor, now: datetime) -> None:
    if said := checked_words("words", words, longest=held.LONGEST_WORDS):
        ReferralWords.objects.create(
            referral=referral, words=said, at=now, by=by.id, subjects=referral.subjects
        )


def _write(kind: str, referral: AdviserReferral, *, by: Actor, now: datetime, code: str = "") -> None:
    write(kind, by=by, now=now, record_id=referral.record_id, about=referral.case_id, code=code)


# --- what the worker sees to --------------------------------------------------------------------------


@transaction.atomic
def call_for_advisers(*, now: datetime) -> int:
    """Put on somebody's list who is to be referred by the policy and is not, and which service is late; says of how many.

    The worker's. Run again it changes nothing.
    """
    set_actor(PARTNERS)
    return _to_refer(now) + _late(now)


def _to_refer(now: datetime) -> int:
    asks = StandingFact.objects.filter(kind=Kind.GRADE, ended_at=None, case__closed_at=None)
    today = london_day(now)
    # a grade whose repeats and whose first incidents are both not asked for is read no further
    graded = [
        fact
        for fact in asks.select_related("case").order_by("set_at", "id")
        if any(policy_for(fact.value, repeat=repeat, on=today).asks for repeat in (True, False))
    ]
    ids = [fact.case_id for fact in graded if fact.case_id]
    answered = _answered(ids)
    waiting = [
        fact
        for fact in graded
        if fact.case_id
        and not any(at is None or at > fact.set_at - OF_ONE_GRADE for at in answered.get(fact.case_id, ()))
    ]
    known = known_of([fact.case_id for fact in waiting if fact.case_id], now=now)
    found = []
    for fact in waiting:
        assert fact.case is not None
        policy = policy_for(fact.value, repeat=is_repeat(known[fact.case.id], now), on=today)
        if policy.asks:
            # the clock of a grade that was standing before anybody looked, or that a later incident made a repeat, begins now
            begins = fact.set_at if fact.set_at > now - OF_ONE_GRADE else now
            found.append((fact.case, policy.refer_by(begins)))
    if found:
        undertake(
            PARTNERS,
            Action.REFER_TO_PARTNERS,
            *sorted(case.id for case, _due in found),
            detail={"advisers": len(found)},
        )
    for case, due_at in found:
        on_the_list_of(REFER_DUTY, case, now=now, causes=["idva-policy"], due_at=due_at)
    return len(found)


def _answered(case_ids: Collection[UUID]) -> dict[UUID, list[datetime | None]]:
    """When each of some cases was last answered for: None for what still stands, else when it was sent or decided."""
    found: dict[UUID, list[datetime | None]] = {}
    for case_id, state, at in AdviserReferral.objects.filter(case__in=case_ids).values_list(
        "case", "state", "sent_at"
    ):
        found.setdefault(case_id, []).append(None if state in OPEN else at)
    duties = Duty.objects.filter(kind__in=[REFER_DUTY, RETURNED_DUTY], about__in=case_ids)
    for about, done_at in duties.values_list("about", "discharged_at"):
        if about:
            found.setdefault(about, []).append(done_at)
    return found


def _late(now: datetime) -> int:
    """The services that have not answered or reached her in time, may not see her any more, or whose adviser has left."""
    rows = list(
        AdviserReferral.objects.filter(state__in=OPEN).select_related("case").order_by("sent_at", "id")
    )
    hidden = {one.id for one in rows if out_of_sight([one.team_id, one.account], one.subjects)}
    closed = set(
        User.objects.filter(id__in={one.account for one in rows if one.account}, is_active=False).values_list(
            "id", flat=True
        )
    )
    found: list[tuple[AdviserReferral, list[str]]] = []
    waits = {
        duty.about: set(duty.causes)
        for duty in Duty.objects.filter(
            kind=LATE_DUTY, about__in=[one.id for one in rows], discharged_at=None
        )
    }
    seen_to = {
        about
        for about in Duty.objects.filter(
            kind=LATE_DUTY, about__in=[one.id for one in rows], discharged_at__gt=now - timedelta(days=1)
        ).values_list("about", flat=True)
    }
    for one in rows:
        late = clocks(
            Held(one.state),
            accept_by=one.accept_by,
            contact_by=one.contact_by,
            reached_at=one.reached_at,
            now=now,
        )
        causes = [
            *late.causes,
            *(["idva-out-of-sight"] if one.id in hidden else []),
            *(["idva-left"] if one.account in closed else []),
        ]
        # whoever rang the service is not asked to again on the same day
        new = [cause for cause in causes if cause not in waits.get(one.id, ()) and one.id not in seen_to]
        if new:
            found.append((one, new))
    if found:
        undertake(
            PARTNERS,
            Action.REFER_TO_PARTNERS,
            *sorted(one.case_id for one, _causes in found),
            detail={"late": len(found)},
        )
    for one, causes in found:
        for cause in causes:
            open_duty(LATE_DUTY, now=now, record_id=one.record_id, about=one.id, cause=cause)
    return len(found)
