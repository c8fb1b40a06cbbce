"""Her statement and her personal statement, a thought of withdrawing, and special measures in court."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case, reason_for
from throughline.casework.investigation.commands.words import (
    ask_the_investigator,
    investigation_of,
    keep_words,
    said_in,
)
from throughline.casework.investigation.models import (
    Investigation,
    SpecialMeasure,
    VictimStatement,
    Withdrawal,
)
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.risk.commands import held
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import discharge_about

VISIT_DUTY, DECISION_DUTY = "withdrawal-visit", "withdrawal-decision"
LONGEST_EXHIBIT = 60


@transaction.atomic
def take_statement(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    taken: bool,
    personal: str = "",
    exhibit: str = "",
    personal_exhibit: str = "",
    at: datetime | None = None,
    words: str = "",
) -> VictimStatement:
    """Write down that her statement was taken, and what she said to the offer of a personal statement with it.

    Either alone as well: a personal statement may be offered again, made more than once and added to until sentence.
    The texts are not kept here, only their exhibit references. Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(
        by,
        Action.INVESTIGATE,
        *asked.subjects,
        detail={"case": str(asked.id), "statement": taken, "personal": personal},
    )
    case, investigation = investigation_of(case_id, by=by, now=now)
    if not taken and not personal:
        raise Malformed("taken", "say what was taken or offered")
    made_one = (
        row_of("personal-statement-answers", "personal", personal, now).flag("made") if personal else False
    )
    if personal_exhibit.strip() and not made_one:
        raise Malformed("personal_exhibit", "belongs to a statement that she made")
    if exhibit.strip() and not taken:
        raise Malformed("exhibit", "belongs to a statement that was taken")
    done_at = held.when("at", at, now)
    said = said_in("words", words)
    made = VictimStatement.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        taken=taken,
        personal=personal,
        exhibit=_exhibit("exhibit", exhibit),
        personal_exhibit=_exhibit("personal_exhibit", personal_exhibit),
        at=done_at,
        entered_at=now,
        by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "statement", said, subjects=case.subjects, by=by, now=now)
    if taken:
        write("victim-statement-taken", by=by, now=now, record_id=case.victim_id, about=case.id)
    if personal:
        write("personal-statement", by=by, now=now, record_id=case.victim_id, about=case.id, code=personal)
    return made


def _exhibit(field: str, typed: str) -> str:
    text = " ".join(typed.split())
    if len(text) > LONGEST_EXHIBIT:
        raise Malformed(field, "is too long for an exhibit reference")
    return text


# --- she thinks of withdrawing -----------------------------------------------------------------------------


@transaction.atomic
def thinks_of_withdrawing(
    *, by: Actor, now: datetime, case_id: UUID, reasons: Collection[str], words: str = ""
) -> Withdrawal:
    """Write down that she thinks of withdrawing, why in codes, and in her words. Nothing is taken from her yet.

    Whoever investigates is to visit her with an independent adviser before any statement of withdrawal. Raises
    Conflict where it was written down already, Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "withdrawing": True})
    case, investigation = investigation_of(case_id, by=by, now=now)
    codes = [row_of("withdrawal-reasons", "reasons", one, now).code for one in dict.fromkeys(reasons)]
    if not codes:
        raise Malformed("reasons", "needs an answer")
    if investigation.withdrawals.filter(ended_at=None).exists():
        raise Conflict
    said = said_in("words", words)
    made = Withdrawal.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        reasons=codes,
        raised_at=now,
        raised_by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "why", said, subjects=case.subjects, by=by, now=now)
    for code in codes:
        write("withdrawal-thought-of", by=by, now=now, record_id=case.victim_id, about=case.id, code=code)
    ask_the_investigator(VISIT_DUTY, investigation, case, now=now, cause="thinks-of-withdrawing")
    return made


@transaction.atomic
def visited(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    visit: str,
    withdraws: bool | None = None,
    at: datetime | None = None,
    words: str = "",
) -> Withdrawal:
    """Write down a visit about it: who was there, and whether she withdraws.

    One who was not reached is still to be visited. That she does not withdraw after all ends it; else it is to be
    decided whether it goes on without her. That an adviser was not there is kept and seen. Raises Conflict where there
    is nothing to visit her about, Malformed, NotYet, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "visit": visit})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row_of("withdrawal-visits", "visit", visit, now)
    found = _open_withdrawal(investigation)
    seen = visit != "visit-not-reached"
    if seen and withdraws is None:
        raise Malformed("withdraws", "needs an answer")
    done_at = held.when("at", at, now)
    said = said_in("words", words)
    found.visit, found.visited_at, found.visited_by = visit, done_at, by.id
    found.withdraws = withdraws if seen else None
    if seen and not withdraws:
        found.ended_at = now
    found.save()
    keep_words(found.id, "visit", said, subjects=case.subjects, by=by, now=now)
    write("withdrawal-visited", by=by, now=now, record_id=case.victim_id, about=case.id, code=visit)
    if not seen:
        return found
    discharge_about(case.id, VISIT_DUTY, by=by, now=now, outcome="visited")
    if withdraws:
        ask_the_investigator(DECISION_DUTY, investigation, case, now=now, cause="withdrawn-visited")
    else:
        discharge_about(case.id, DECISION_DUTY, by=by, now=now, outcome="no-longer-needed")
    return found


@transaction.atomic
def decide_without_her(
    *, by: Actor, now: datetime, case_id: UUID, goes_on: bool, reason: str, words: str
) -> Withdrawal:
    """Decide whether it goes on without her evidence, with a coded reason and words. The case does not close by it.

    Only once she was seen about it. Raises Conflict where there is nothing to decide, Malformed, NotYet, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "goes_on": goes_on})
    case, investigation = investigation_of(case_id, by=by, now=now)
    found = _open_withdrawal(investigation)
    if found.withdraws is None:
        raise Malformed("", "visit her first: nothing is decided before she was seen")
    reason_for("withdrawal", reason, now)
    if goes_on is not reason.startswith("go-on"):
        raise Malformed("reason", "does not fit the decision")
    said = said_in("words", words, needed="is needed: say what you know that decides it")
    found.decision = decide_for(
        "withdrawal",
        by=by,
        now=now,
        record_id=case.victim_id,
        about=found.id,
        choice="goes-on" if goes_on else "does-not-go-on",
        reason=reason,
        words=said,
    )
    found.goes_on, found.ended_at = goes_on, now
    found.save()
    write("withdrawal-decided", by=by, now=now, record_id=case.victim_id, about=case.id, code=reason)
    discharge_about(
        case.id, DECISION_DUTY, by=by, now=now, outcome="goes-on" if goes_on else "does-not-go-on"
    )
    return found


def _open_withdrawal(investigation: Investigation) -> Withdrawal:
    found = Withdrawal.objects.select_for_update().filter(investigation=investigation, ended_at=None).first()
    if found is None:
        raise Conflict
    return found


# --- special measures --------------------------------------------------------------------------------------


@transaction.atomic
def step_special_measure(
    *, by: Actor, now: datetime, case_id: UUID, measure: str, step: str, words: str = ""
) -> SpecialMeasure:
    """Write down what has become of a special measure: offered, asked for, applied for, granted or refused.

    The latest of a measure stands. Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "measure": measure})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row_of("special-measures", "measure", measure, now)
    row_of("special-measure-steps", "step", step, now)
    said = said_in("words", words)
    made = SpecialMeasure.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        measure=measure,
        step=step,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "measure", said, subjects=case.subjects, by=by, now=now)
    write("special-measure", by=by, now=now, record_id=case.victim_id, about=case.id, code=measure)
    return made
