"""What stands on a copy of her plan, and whether one can be printed now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import Reaching, reaching
from throughline.casework.people.commands.identities import each_held_together, held_together
from throughline.casework.people.models import Name
from throughline.casework.risk.rules.assessing import said
from throughline.casework.safeguarding.models import PlanCopy, PlanVersion
from throughline.casework.safeguarding.rules.planning import gives_away, why_not
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class OnCopy:
    """A line of a copy under a neutral heading: what was settled, and her words."""

    heading: str
    settled: str
    words: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A copy as it would be printed now: its lines, how many were left out, and why it cannot be, if it cannot."""

    lines: tuple[OnCopy, ...]
    left_out: int
    cannot: str
    reaching: Reaching


def printed(actor: Actor, version: PlanVersion, *, at: datetime, purpose: str) -> Printed:
    """What of a version in sight may stand on a copy, with the look at the two written.

    Whatever names him, a house, a postcode or a refuge is left out, and nothing says whose it is or whom it is from. It
    can be printed once somebody has decided to give it on paper, and while what that rests on still stands.
    """
    hers = held_together(version.record_id)
    stands = reaching(hers)
    lines, left_out = _lines(version, hers)
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.PLAN_SAFETY,
        subjects=sorted(version.subjects),
        purpose=purpose,
        detail={"plan": str(version.id)},
    )
    return Printed(lines, left_out, _cannot(version, stands, at), stands)


NOT_DECIDED = "nobody has decided to give her this plan on paper"
CHANGED_SINCE = "what she said about reaching her has changed since it was decided"


def _cannot(version: PlanVersion, stands: Reaching, at: datetime) -> str:
    forms = {row.code: row for row in load("plan-copy-forms").as_of(london_day(at)) if row.flag("prints")}
    given = PlanCopy.objects.filter(version=version, form__in=list(forms)).order_by("-at", "-id").first()
    if given is None:
        return NOT_DECIDED
    if stands.said is None or stands.said.id != given.rests_on:
        return CHANGED_SINCE
    return why_not(forms[given.form], stands.said.answers)


def _lines(version: PlanVersion, hers: list[UUID]) -> tuple[tuple[OnCopy, ...], int]:
    row = Answers.objects.filter(subject=version.id, superseded_by=None).first()
    if row is None:
        return (), 0
    form = library().version(row.instrument, row.version)
    on = london_day(version.begun_at)
    headings = {one.code: one.label for one in load("safety-plan-copy").as_of(on)}
    suspects = {one for one in Case.objects.filter(victim__in=hers).values_list("suspect", flat=True) if one}
    his = {one for records in each_held_together(suspects).values() for one in records}
    names = [
        part
        for name in Name.objects.filter(record__in=his)
        for part in (name.forename, name.middle, name.surname, name.full)
        if part
    ]
    found, left_out = [], 0
    for one in said(form, row.answers, on):
        if one.question.code not in headings:
            continue
        # of a question to be answered in words the answer is hers, of a choice ours
        own = one.answer if not one.question.options else ""
        if gives_away(f"{own} {one.words}", names):
            left_out += 1
            continue
        found.append(OnCopy(headings[one.question.code], one.answer, one.words))
    return tuple(found), left_out
