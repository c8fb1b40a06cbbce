"""Who holds a case and how dangerous they judge it: the standing facts of the case itself."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.counters import would_hold_both
from throughline.casework.cases.queries.relating import service_of
from throughline.casework.cases.rules import CASE_STEPS, ENTERED_HERE, Kind, Step, after
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.queries import sight_of
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge, discharge_about, open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind
from throughline.reference import UnknownCode, load

NO_CASE = "There is no such case"
# the outcome of a duty whose subject is gone
LET_GO = "no-longer-needed"
#: Who asks an officer to own a case: whoever answers for a turn.
ASKS = (Role.SUPERVISOR, Role.SERGEANT, Role.INSPECTOR)
# the account that owns a case is told apart from the one who asked them to
OWNER_DUTY, ACCEPT_DUTY, GRADE_DUTY = "case-owner", "case-accept", "case-grade"
# which grade calls for a visit, or for another service, is in reference's service-by-risk
VISIT_DUTY, OTHER_WAY_DUTY = "reassurance-visit", "reach-another-way"


def locked_case(case_id: UUID) -> Case:
    """The case, held until the transaction ends. Raises Refused where there is none in sight."""
    try:
        return Case.objects.select_for_update().get(id=case_id)
    except Case.DoesNotExist:
        raise Refused(NO_CASE, case_id) from None


def reason_for(decision: str, reason: str, on: datetime) -> None:
    """Raise Malformed for a code that is not a reason for such a decision."""
    try:
        row = load("decision-reasons").get(reason, on=london_day(on))
    except UnknownCode:
        row = None
    if row is None or row.text("decision") != decision:
        raise Malformed("reason", "is not a reason for this")


@transaction.atomic
def set_owner(*, by: Actor, now: datetime, case_id: UUID, owner: UUID, both_sides: bool = False) -> None:
    """Take a case on oneself; or, as a supervisor, sergeant or inspector, ask an officer to, who owns it once they have accepted.

    Whoever owns one open case of a victim owns them all, so that she never has two. Who already owns the case the
    other way round takes this one only by saying that it is meant (``both_sides``). Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id), "owner": str(owner)})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    if owner == by.id:
        _insist_on_knowing(case, owner, both_sides, now)
        _hold(case, owner, by=by, now=now)
        return
    if by.role not in ASKS:
        raise Refused("A supervisor says who is asked to own a case", case.victim_id)
    asked_one = User.objects.filter(id=owner, is_active=True, role=Role.OFFICER).first()
    if asked_one is None or sight_of(case.subjects).keeps_out(asked_one.id, asked_one.team_id):
        raise Malformed("owner", "is not an officer who can be asked")
    _insist_on_knowing(case, owner, both_sides, now)
    asked = Duty.objects.filter(kind=ACCEPT_DUTY, about=case.id, discharged_at=None).exclude(owner=owner)
    let_go(asked, by=by, now=now)
    open_duty(
        ACCEPT_DUTY, now=now, record_id=case.victim_id, about=case.id, owner=owner, cause="case-offered"
    )


@transaction.atomic
def accept_case(*, by: Actor, now: datetime, case_id: UUID, both_sides: bool = False) -> None:
    """Own a case that one was asked to own. Raises Conflict where one no longer is, Malformed as `set_owner`
    does for who owns the case the other way round, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.OWN_CASE, *case.subjects, detail={"case": str(case.id), "owner": str(by.id)})
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    if not Duty.objects.filter(kind=ACCEPT_DUTY, about=case.id, owner=by.id, discharged_at=None).exists():
        raise Conflict
    _insist_on_knowing(case, by.id, both_sides, now)
    _hold(case, by.id, by=by, now=now)


def _insist_on_knowing(case: Case, owner: UUID, both_sides: bool, now: datetime) -> None:
    """Nobody becomes the contact of both of two who accuse each other without being told."""
    if not both_sides and would_hold_both(case, owner, at=now):
        raise Malformed(
            "both_sides",
            "is needed: the case of the other of the two has the same owner, say that it is meant",
        )


def settle_owner(case: Case, owner: UUID, *, by: Actor, now: datetime, both_sides: bool = False) -> None:
    """Say who owns a case and her other open ones, without their accepting it: a supervisor's decision ends a dispute.

    Inside another command only, which audits and keeps the decision. Raises Malformed as `set_owner` does, NotYet.
    """
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    _insist_on_knowing(case, owner, both_sides, now)
    _hold(case, owner, by=by, now=now, choice="settled")


def _hold(case: Case, owner: UUID, *, by: Actor, now: datetime, choice: str = "accepted") -> None:
    hers = list(
        Case.objects.select_for_update()
        .filter(victim__in=held_together(case.victim_id), closed_at=None)
        .order_by("id")
    )
    had_another = _had_another(hers, owner)
    changed = [_own(one, owner, by=by, now=now, choice=choice) for one in hers]
    # that it is another person now is hers to know, once and not for each case
    if had_another and any(changed):
        write("contact-handed-on", by=by, now=now, record_id=case.victim_id, about=case.id)


def _had_another(hers: Collection[Case], owner: UUID) -> bool:
    """Whether whoever owned these cases, or owned one last where nobody does, is somebody else than ``owner``."""
    owned = StandingFact.objects.filter(case__in=hers, kind=Kind.OWNER).order_by("-set_at", "-id")
    rows = list(owned.values_list("value", "ended_at"))
    standing = {value for value, ended_at in rows if ended_at is None}
    last = {value for value, _ended_at in rows[:1]}
    return bool(standing or last) and str(owner) not in (standing or last)


def _own(case: Case, owner: UUID, *, by: Actor, now: datetime, choice: str = "accepted") -> bool:
    """Make somebody the owner of one case; False where they are already."""
    if not _replace(case, Kind.OWNER, str(owner), by=by, now=now, because="handed-on"):
        return False
    decide_for("case-owner", by=by, now=now, record_id=case.victim_id, about=case.id, choice=choice)
    write("case-owned", by=by, now=now, record_id=case.victim_id, about=case.id)
    discharge_about(case.id, OWNER_DUTY, ACCEPT_DUTY, by=by, now=now, outcome="owned")
    return True


@transaction.atomic
def set_grade(
    *, by: Actor, now: datetime, case_id: UUID, grade: str, reason: str, words: str = ""
) -> StandingFact:
    """Say how dangerous a case is, in a code of reference's grades, with a coded reason. Nothing else sets it.

    The reasons are about her danger: capacity is none of them. A lower grade than before needs words as well. What
    service a grade calls for, by whom and by when, is in reference's service-by-risk (report chapter 3, systems 52
    and 76). Raises Malformed, Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.GRADE_CASE, *case.subjects, detail={"case": str(case.id), "grade": grade})
    after(CASE_STEPS, case.closed_at is not None, Step.GRADE)
    reason_for("case-grade", reason, now)
    grades = {row.code: row for row in load("grades").as_of(london_day(now))}
    if grade not in grades:
        raise Malformed("grade", "is not one of the grades")
    before = StandingFact.objects.filter(case=case, kind=Kind.GRADE, ended_at=None).first()
    was = grades.get(before.value) if before else None
    if was and grades[grade].number("rank") > was.number("rank") and not words.strip():
        raise Malformed("words", "say what makes the danger less than it was judged to be")
    decide_for(
        "case-grade",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        choice=grade,
        reason=reason,
        words=words.strip(),
    )
    _replace(case, Kind.GRADE, grade, by=by, now=now, because="regraded")
    for record_id in case.subjects:
        write("case-graded", by=by, now=now, record_id=record_id, about=case.id, code=grade)
    if before is None or before.value != grade:
        _call_for_service(case, grade, now=now)
    discharge_about(case.id, GRADE_DUTY, by=by, now=now, outcome="graded")
    return StandingFact.objects.get(case=case, kind=Kind.GRADE, ended_at=None)


def _call_for_service(case: Case, grade: str, *, now: datetime) -> None:
    """Open the duty of the service that a grade calls for, on the list of the role that the policy names."""
    today = london_day(now)
    service = service_of(case, grade, today)
    if service.duty is None:
        return
    due_at = service.due_at(now)
    duty = open_duty(
        service.duty,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        role=service.role,
        cause="graded",
        due_at=due_at,
    )
    # what was due later is due as soon as the grade says
    if due_at < duty.due_at:
        duty.due_at = due_at
        duty.save(update_fields=["due_at"])


def _replace(case: Case, kind: Kind, value: str, *, by: Actor, now: datetime, because: str) -> bool:
    """Put a fact of the case in the place of the one that stands; False where an owner owns it already."""
    standing = StandingFact.objects.select_for_update().filter(case=case, kind=kind, ended_at=None).first()
    if standing and kind is Kind.OWNER and standing.value == value:
        return False
    if standing:
        standing.ended_at, standing.ended_by, standing.ended_because = now, by.id, because
        standing.save(update_fields=["ended_at", "ended_by", "ended_because"])
    StandingFact.objects.create(
        kind=kind,
        case=case,
        record_id=case.victim_id,
        value=value,
        valid_from=now,
        supersedes=standing,
        set_at=now,
        set_by=by.id,
        source=ENTERED_HERE,
        subjects=case.subjects,
    )
    return True


def call_for_owner_and_grade(case: Case, *, by: Actor, now: datetime, cause: str) -> None:
    """Leave a case no gap: who owns her other open cases owns it; what it then lacks is a duty at once.

    Inside another command only.
    """
    hers = StandingFact.objects.filter(
        kind=Kind.OWNER,
        ended_at=None,
        case__victim__in=held_together(case.victim_id),
        case__closed_at=None,
    ).exclude(case=case)
    values = list(hers.order_by("-valid_from").values_list("value", flat=True))
    # somebody who has left owns no more, and nobody the case of one of their line
    sight = sight_of(case.subjects)
    accounts = User.objects.filter(id__in=values, is_active=True).values_list("id", "team")
    there = {str(account) for account, team in accounts if not sight.keeps_out(account, team)}
    if held_by := next((value for value in values if value in there), None):
        _own(case, UUID(held_by), by=by, now=now, choice="carried-over")
    standing = set(StandingFact.objects.filter(case=case, ended_at=None).values_list("kind", flat=True))
    for duty, kind in ((OWNER_DUTY, Kind.OWNER), (GRADE_DUTY, Kind.GRADE)):
        if kind not in standing:
            open_duty(duty, now=now, record_id=case.victim_id, about=case.id, cause=cause)


def keep_whose(case: Case) -> None:
    """Put what a case lacks on the list of whoever answers for it: the control room until somebody has been there.

    Then it is of the turn that went, as reference's duty-kinds say. Inside another command only.
    """
    waiting = list(
        Duty.objects.select_for_update().filter(
            kind__in=[OWNER_DUTY, GRADE_DUTY], about=case.id, discharged_at=None
        )
    )
    incidents = case.incident_links.values_list("incident", flat=True)
    if not waiting or not Entry.objects.filter(kind="attended", about__in=list(incidents)).exists():
        return
    for duty in waiting:
        role = duty_kind(duty.kind, on=london_day(duty.opened_at)).after_visit
        if role and duty.role != role:
            duty.role = role
            duty.save(update_fields=["role"])


def let_go(duties: Iterable[Duty], *, by: Actor, now: datetime) -> None:
    """Discharge duties whose subject is gone. Inside another command only."""
    for duty in duties:
        discharge(by=by, now=now, duty_id=duty.id, outcome=LET_GO)
