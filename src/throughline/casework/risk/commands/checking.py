"""Checking what another assessed and graded: agreed, graded otherwise, or returned, with words to its maker."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.contact.queries.turns import on_duty
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.contact.rules.turns import whom
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.casework.risk.commands.grading import give
from throughline.casework.risk.models import Assessment, Check, Grading
from throughline.casework.risk.rules import CHECK_STEPS, Checking, CheckStep
from throughline.casework.risk.rules.assessing import turn_of
from throughline.foundations.access.rules import Action, Actor, Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.decisions.commands import decide_for, review
from throughline.foundations.duties.models import Duty

NOT_ONES_OWN = "Nobody checks their own"


@transaction.atomic
def agree(*, by: Actor, now: datetime, case_id: UUID, reason: str, feedback: str = "") -> Check:
    """Agree with an assessment and its grade, for a reason; its maker reads what is said to them.

    Raises Malformed where nobody has graded yet, Refused for one's own or where none waits.
    """
    check = _Check(by, now, case_id)
    held.coded("reason", reason, "risk-check-agreed", now)
    if check.grading is None:
        raise Malformed("answer", "nobody has graded it: grade it yourself or return it")
    return check.keep(CheckStep.AGREE, reason, feedback)


@transaction.atomic
def regrade(
    *, by: Actor, now: datetime, case_id: UUID, grade: str, reason: str, words: str = "", feedback: str = ""
) -> Check:
    """Grade it otherwise, or first where its maker had not; the maker is told why.

    Raises Malformed for the grade that stands, and where nothing is said to the maker; Refused as `agree` does.
    """
    check = _Check(by, now, case_id)
    if check.grading and check.grading.grade == grade:
        raise Malformed("grade", "is the one that you look at: choose another, or agree")
    if not feedback.strip():
        raise Malformed("feedback", "is needed: say why you decided otherwise")
    regraded = give(
        by=by,
        now=now,
        case_id=case_id,
        grade=grade,
        reason=reason,
        words=words,
        assessment_id=check.assessment.id if check.assessment else None,
    )
    return check.keep(CheckStep.REGRADE, reason, feedback, regraded=regraded)


@transaction.atomic
def give_back(*, by: Actor, now: datetime, case_id: UUID, reason: str, feedback: str) -> Check:
    """Return it to its maker while on duty, else to whoever of the team or the role is, with what is to be added.

    Nobody on duty: it stands on the officers' list unclaimed. Raises Malformed without words, Refused as `agree`.
    """
    check = _Check(by, now, case_id)
    held.coded("reason", reason, "risk-check-returned", now)
    if not feedback.strip():
        raise Malformed("feedback", "is needed: say what is to be added")
    maker = User.objects.filter(id=check.maker).first()
    taker = whom(
        maker=check.maker,
        team=maker.team_id if maker else None,
        role=Role.OFFICER,
        on_duty=on_duty(now),
        besides={by.id},
    )
    held.call_for(held.RETURNED, check.case, now=now, cause="returned", owner=taker)
    return check.keep(CheckStep.RETURN, reason, feedback, returned_to=taker)


class _Check:
    """What is about to be checked, held until the transaction ends, and the one way to keep what came of it."""

    def __init__(self, by: Actor, now: datetime, case_id: UUID) -> None:
        case = locked_case(case_id)
        high = held.open_of(held.CHECK_HIGH, case_id) if by.role is Role.INSPECTOR else []
        action = Action.CHECK_HIGH_RISK if high else Action.CHECK_RISK
        undertake(by, action, *case.subjects, detail={"case": str(case.id)})
        duties = [*high, *held.open_of(held.CHECK, case_id)]
        if not duties:
            raise Refused("Nothing of this case waits to be checked", case.victim_id)
        self.by, self.now, self.case = by, now, case
        self.high, self.duties = bool(high), duties
        self.assessment = latest_assessment(case_id)
        self.grading = latest_grading(case_id, self.assessment)
        makers = {one.by for one in (self.assessment, self.grading) if one}
        if by.id in makers:
            raise Refused(NOT_ONES_OWN, case.victim_id)
        self.maker = self._maker()
        self.queue = held.CHECK_HIGH if high else held.CHECK
        self.waiting = held.queue_length(self.queue)

    def _maker(self) -> UUID:
        """Whom the feedback is for: whoever assessed, or whoever graded it high since it was checked."""
        checks_the_assessment = any(duty.kind == held.CHECK for duty in self.duties)
        first = self.assessment if checks_the_assessment else self.grading
        made = first or self.grading or self.assessment
        if made is None:
            raise Refused("Nothing of this case waits to be checked", self.case.victim_id)
        return made.by

    def keep(
        self,
        step: CheckStep,
        reason: str,
        feedback: str,
        *,
        regraded: Grading | None = None,
        returned_to: UUID | None = None,
    ) -> Check:
        by, now, case = self.by, self.now, self.case
        verdict = CHECK_STEPS[Checking.WAITING, step]
        words = checked_words("feedback", feedback, longest=held.LONGEST_WORDS)
        decision = decide_for(
            "risk-check",
            by=by,
            now=now,
            record_id=case.victim_id,
            about=(self.assessment or self.grading).id,  # type: ignore[union-attr]
            choice=verdict,
            reason=reason,
            words=words,
        )
        if self.grading is not None and verdict is not Checking.RETURNED:
            review(by=by, now=now, decision=self.grading.decision, agreed=verdict is Checking.AGREED)
        check = Check.objects.create(
            case=case,
            assessment=self.assessment,
            grading=self.grading,
            regraded=regraded,
            verdict=verdict,
            high=self.high,
            decision=decision,
            maker=self.maker,
            by=by.id,
            team=by.team,
            at=now,
            due_at=min(duty.due_at for duty in self.duties),
            queue=self.queue,
            queue_length=self.waiting,
            turn=turn_of(now),
            returned_to=returned_to,
        )
        for record_id in case.subjects:
            write("risk-checked", by=by, now=now, record_id=record_id, about=case.id, code=verdict)
        held.done(held.CHECK, case, by=by, now=now, outcome=verdict)
        if by.role is Role.INSPECTOR:
            held.done(held.CHECK_HIGH, case, by=by, now=now, outcome=verdict)
        if verdict is not Checking.RETURNED and self.assessment:
            _tell_the_hub(case, now)
        return check


def _tell_the_hub(case: Case, now: datetime) -> None:
    """What the hub has not looked at yet it looks at with the check beside it; what it has, it need not again."""
    if Duty.objects.filter(kind=held.HUB, about=case.id, discharged_at=None).exists():
        held.call_for(held.HUB, case, now=now, cause="checked")


def latest_assessment(case_id: UUID) -> Assessment | None:
    """The latest assessment of a case that is complete."""
    rows = Assessment.objects.filter(case=case_id, completed_at__isnull=False)
    return rows.order_by("-completed_at", "id").first()


def latest_grading(case_id: UUID, assessment: Assessment | None) -> Grading | None:
    """The latest grade that anybody gave a case since its latest assessment, or ever where there is none."""
    rows = Grading.objects.filter(case=case_id).select_related("decision")
    if assessment is not None:
        rows = rows.filter(assessment=assessment)
    return rows.order_by("-entered_at", "-id").first()


def void(case: Case, *, by: Actor, now: datetime, because: str) -> int:
    """Void the checks of a case whose assessment was added to; they stay. Inside another command only."""
    voided = [state for state in Checking if CHECK_STEPS.get((state, CheckStep.ADD_TO)) is Checking.VOID]
    standing = Check.objects.filter(case=case, voided_at=None, verdict__in=voided)
    return standing.update(voided_at=now, voided_because=because)


@transaction.atomic
def read_feedback(*, by: Actor, now: datetime, check_id: UUID) -> Check:
    """The maker says that they have read what was said of their assessment. Doing it twice changes nothing."""
    undertake(by, Action.ASSESS_RISK, detail={"check": str(check_id), "what": "read"})
    check = Check.objects.select_for_update(of=("self",)).filter(id=check_id, maker=by.id).first()
    if check is None:
        raise Refused(held.NOT_THERE, check_id)
    stands = Checking(check.verdict) if check.voided_at is None else Checking.VOID
    if (stands, CheckStep.READ) in CHECK_STEPS and check.read_at is None:
        check.read_at = now
        check.save(update_fields=["read_at"])
    return check
