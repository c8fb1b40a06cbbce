"""Her safety plan as it stands, what is to be done for it, and what the case page says of it in one line."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Max, Value
from django.db.models.fields import DateTimeField, TextField

from throughline.casework.cases.models import Case, GroupMember, PlanLine, StandingFact
from throughline.casework.cases.queries.pages import Somebody, both_held_together, people_named
from throughline.casework.cases.queries.visits import Reaching, reaching
from throughline.casework.cases.rules import Kind
from throughline.casework.people.commands.identities import each_held_together
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.rules.assessing import Said, said
from throughline.casework.safeguarding.models import (
    MeasureStep,
    PlanCopy,
    PlanVersion,
    Referral,
    SafetyMeasure,
    SafetyWords,
)
from throughline.casework.safeguarding.rules.fitting import WAITING, State, Step, can, is_late
from throughline.casework.safeguarding.rules.planning import (
    CALLED,
    FORM,
    GRADED,
    NO_PLAN,
    PLAN_DUTY,
    REVIEW_DUTY,
    Changed,
    made_by,
    reviewed_by,
    to_review,
)
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.rules import Action, Actor, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, Instrument

#: The most rows of each kind that a page of one case shows.
MOST: Final = 100


def standing_version(hers: Collection[UUID]) -> PlanVersion | None:
    """Her plan: the newest version that is complete, of all records held to be hers."""
    done = PlanVersion.objects.filter(record__in=hers, completed_at__isnull=False)
    return done.order_by("-completed_at", "-id").first()


def grade_of(case_ids: Collection[UUID]) -> dict[UUID, str]:
    """The grade that stands of each of some cases, in codes of reference's grades."""
    facts = StandingFact.objects.filter(case__in=case_ids, kind=Kind.GRADE, ended_at=None)
    return {case: value for case, value in facts.values_list("case", "value") if case}


# --- what the worker finds --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Called:
    """A duty to make or to review a plan that is not open yet, or lacks a cause, or is due too late."""

    case: Case
    kind: str
    causes: tuple[str, ...]
    due_at: datetime


def called_for(since: datetime, now: datetime) -> tuple[Called, ...]:
    """Of those whose cases were graded, changed or closed since an instant, what their plans call for.

    Of somebody without a plan one duty is enough, whichever of her cases it is about.
    """
    kinds = [GRADED, CALLED, "case-closed"]
    stirred = Entry.objects.filter(kind__in=kinds, at__gte=since, at__lte=now, about__isnull=False)
    of = Case.objects.filter(id__in=stirred.values("about")).values_list("victim", flat=True)
    together = each_held_together(set(of))
    records = {one for hers in together.values() for one in hers}
    cases = list(Case.objects.filter(victim__in=records, closed_at=None).order_by("opened_at", "id"))
    grades = grade_of([case.id for case in cases])
    cases = [case for case in cases if case.id in grades]
    whole = each_held_together({case.victim_id for case in cases})
    lines: dict[UUID, list[Changed]] = defaultdict(list)
    told = Entry.objects.filter(
        record_id__in=records, about__in=[case.id for case in cases], kind__in=[GRADED, CALLED], at__lte=now
    )
    # each of her records may have its own line of one thing
    for about, kind, code, at in told.values_list("about", "kind", "code", "at").distinct():
        if about:
            lines[about].append(Changed(kind, code, at))
    versions = PlanVersion.objects.filter(record__in=records, completed_at__isnull=False)
    planned = dict(versions.values_list("record").annotate(last=Max("at")))
    duties = {
        (duty.kind, duty.about): duty
        for duty in Duty.objects.filter(
            kind__in=[PLAN_DUTY, REVIEW_DUTY], about__in=[case.id for case in cases], discharged_at=None
        )
    }
    found: list[Called] = []
    by_her: dict[frozenset[UUID], list[Case]] = defaultdict(list)
    for case in cases:
        by_her[frozenset(whole[case.victim_id])].append(case)
    for hers, theirs in by_her.items():
        last = max((planned[one] for one in hers if one in planned), default=None)
        if last is None:
            found += _to_make(theirs, grades, lines, duties)
        else:
            found += _to_review(theirs, grades, lines, last)
    return tuple(one for one in found if _is_new(one, duties.get((one.kind, one.case.id))))


def _to_make(
    cases: Iterable[Case],
    grades: Mapping[UUID, str],
    lines: Mapping[UUID, Iterable[Changed]],
    duties: Mapping[tuple[str, UUID | None], Duty],
) -> list[Called]:
    due: dict[UUID, datetime] = {}
    cases = list(cases)
    for case in cases:
        graded = [one.at for one in lines.get(case.id, ()) if one.kind == GRADED]
        if graded:
            at = max(graded)
            due[case.id] = made_by(grades[case.id], at, london_day(at))
    if not due:
        return []
    # the duty that is open stays where it is
    where = next((case for case in cases if (PLAN_DUTY, case.id) in duties), None) or min(
        (case for case in cases if case.id in due), key=lambda case: due[case.id]
    )
    return [Called(where, PLAN_DUTY, (NO_PLAN,), min(due.values()))]


def _to_review(
    cases: Iterable[Case],
    grades: Mapping[UUID, str],
    lines: Mapping[UUID, Iterable[Changed]],
    planned_at: datetime,
) -> list[Called]:
    found = []
    for case in cases:
        if review := to_review(lines.get(case.id, ()), planned_at):
            due = reviewed_by(grades[case.id], review.since, london_day(review.since))
            found.append(Called(case, REVIEW_DUTY, review.causes, due))
    return found


def _is_new(one: Called, duty: Duty | None) -> bool:
    return duty is None or not set(one.causes) <= set(duty.causes) or one.due_at < duty.due_at


# --- one line on the page of a case -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Safety:
    """A measure of hers, or (``kind`` empty) that her plan stands: its state in codes, since when, and if it is late."""

    id: UUID
    kind: str
    state: str
    at: datetime
    late: bool

    @property
    def waits(self) -> bool:
        """Whether it is a measure that somebody has on their list."""
        return bool(self.kind) and self.state in WAITING


def safety_of(hers: Collection[UUID], now: datetime) -> tuple[Safety, ...]:
    """What keeps her safe, in one statement: her plan first, then her measures, the newest first. Part of a page."""
    none = Value(None, output_field=DateTimeField())
    measures = SafetyMeasure.objects.filter(record__in=hers).order_by()
    plans = PlanVersion.objects.filter(record__in=hers, completed_at__isnull=False).order_by()
    rows = measures.values_list("id", "kind", "state", "changed_at", "due_at").union(
        plans.values_list("id", Value("", output_field=TextField()), "agreed", "completed_at", none), all=True
    )
    found = [
        Safety(id, kind, state, at, bool(kind) and is_late(State(state), due, now))
        for id, kind, state, at, due in rows
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    plan = [one for one in found if not one.kind][:1]
    return (*plan, *(one for one in found if one.kind))


# --- her plan on a page -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """A version of her plan: what was answered, in words, who was in it, and whether she was given a copy."""

    version: PlanVersion
    instrument: Instrument
    answers: Mapping[str, Answer]
    row: UUID | None
    said: tuple[Said, ...]
    words: tuple[str, ...]
    by: str
    copies: tuple["Copy", ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that she was given, or was not, by whom."""

    copy: PlanCopy
    by: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step that was taken with a measure."""

    step: MeasureStep
    by: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with its history, oldest first, and what can be done next."""

    measure: SafetyMeasure
    steps: tuple[StepShown, ...]
    late: bool
    can: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Referred:
    """A service that she was told of or referred to."""

    referral: Referral
    service: str
    by: str
    words: tuple[str, ...]
    due: Duty | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """Everything about keeping one victim safe, for whoever may see both of a case of hers."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    reaching: Reaching
    plan: Version | None
    open: Version | None
    before: tuple[Version, ...]
    measures: tuple[Measure, ...]
    referrals: tuple[Referred, ...]
    due: tuple[Duty, ...]
    lines: tuple[tuple[PlanLine, str], ...]
    allowed: frozenset[Action]


def plan_page(
    actor: Actor, case: Case, *, at: datetime, purpose: str, action: Action = Action.VIEW_CASE
) -> PlanPage:
    """Her plan as it stands, whichever of her cases asks, with the look at all whom it is about. Raises Refused."""
    hers, _his = both_held_together(case)
    named = people_named([case.victim_id, case.suspect_id], london_day(at))
    versions = list(PlanVersion.objects.filter(record__in=hers).order_by("-completed_at", "-id")[:MOST])
    measures = list(SafetyMeasure.objects.filter(record__in=hers).order_by("-changed_at", "id")[:MOST])
    steps = list(MeasureStep.objects.filter(measure__in=measures).order_by("measure", "number"))
    copies = list(PlanCopy.objects.filter(version__in=versions).order_by("-at", "id"))
    referrals = list(
        Referral.objects.filter(record__in=hers).select_related("service").order_by("-at", "id")[:MOST]
    )
    groups = GroupMember.objects.filter(case__victim__in=hers, ended_at=None).values("group")
    lines = list(PlanLine.objects.filter(group__in=groups, ended_at=None).order_by("due_on", "id"))
    cases = list(Case.objects.filter(victim__in=hers).values_list("id", flat=True))
    duties = list(
        Duty.objects.filter(
            about__in=[*cases, *(one.id for one in referrals)],
            kind__in=[PLAN_DUTY, REVIEW_DUTY, "referral-answer"],
            discharged_at=None,
        ).order_by("due_at", "id")
    )
    written: list[PlanVersion | MeasureStep | PlanCopy | Referral] = [*versions, *steps, *copies, *referrals]
    words = _words([one.id for one in written])
    makers = {one.by for one in written}
    makers |= {one.completed_by for one in versions if one.completed_by} | {one.whose for one in lines}
    names = staff_names(makers)
    given: dict[UUID, list[Copy]] = defaultdict(list)
    for copy in copies:
        given[copy.version_id].append(Copy(copy, names[copy.by], words.get(copy.id, ())))
    shown = _versions(versions, names, words, given)
    taken: dict[UUID, list[StepShown]] = defaultdict(list)
    for step in steps:
        taken[step.measure_id].append(StepShown(step, names[step.by], words.get(step.id, ())))
    waits = {duty.about: duty for duty in duties if duty.kind == "referral-answer"}
    done = [one for one in shown if one.version.completed_at]
    about: list[PlanVersion | SafetyMeasure | Referral] = [*versions, *measures, *referrals]
    page = PlanPage(
        case=case,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        reaching=reaching(hers),
        plan=done[0] if done else None,
        open=next((one for one in shown if one.version.completed_at is None), None),
        before=tuple(done[1:]),
        measures=tuple(
            Measure(
                one,
                tuple(taken[one.id]),
                is_late(State(one.state), one.due_at, at),
                can(State(one.state)),
            )
            for one in sorted(measures, key=lambda one: State(one.state) not in WAITING)
        ),
        referrals=tuple(
            Referred(one, one.service.name, names[one.by], words.get(one.id, ()), waits.get(one.id))
            for one in referrals
        ),
        due=tuple(duty for duty in duties if duty.kind != "referral-answer"),
        lines=tuple((one, names[one.whose]) for one in lines),
        allowed=allowed_on(actor, case.subjects),
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        action,
        # what is written names whoever it keeps her safe from, and the lines of a group all whom that is about
        subjects=sorted(
            {*named, *(one for row in about for one in row.subjects)}
            | {one for line in lines for one in line.parties}
        ),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return page


def _versions(
    versions: Iterable[PlanVersion],
    names: Mapping[UUID, str],
    words: Mapping[UUID, tuple[str, ...]],
    copies: Mapping[UUID, list[Copy]],
) -> list[Version]:
    versions = list(versions)
    rows = {
        row.subject: row
        for row in Answers.objects.filter(subject__in=[one.id for one in versions], superseded_by=None)
    }
    found = []
    for one in versions:
        row = rows.get(one.id)
        form = (
            library().version(row.instrument, row.version)
            if row
            else library().as_of(FORM, london_day(one.begun_at))
        )
        answers = row.answers if row else {}
        found.append(
            Version(
                version=one,
                instrument=form,
                answers=answers,
                row=row.id if row else None,
                said=said(form, answers, london_day(one.begun_at)),
                words=words.get(one.id, ()),
                by=names[one.completed_by or one.by],
                copies=tuple(copies.get(one.id, ())),
            )
        )
    return found


def _words(about: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = SafetyWords.objects.filter(about__in=about).exclude(words="").order_by("at", "id")
    for one, words in rows.values_list("about", "words"):
        found[one].append(words)
    return {one: tuple(words) for one, words in found.items()}


# --- what is waited for, of everybody ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """A measure that is ordered and not in place: whose, and on whose list it stands."""

    measure: SafetyMeasure
    name: str
    whose: str
    late: bool


def measures_waiting(actor: Actor, *, at: datetime) -> tuple[Waiting, ...]:
    """Every measure in the reader's sight that is ordered or failed, the earliest due first, with the look. Raises Refused."""
    insist(actor, Action.PLAN_SAFETY)
    rows = list(
        SafetyMeasure.objects.filter(state__in=sorted(WAITING)).order_by(
            F("due_at").asc(nulls_last=True), "id"
        )[:MOST]
    )
    named = people_named([one.record_id for one in rows], london_day(at))
    rows = [one for one in rows if one.record_id in named]
    duties = Duty.objects.filter(
        kind="safety-measure", about__in=[one.id for one in rows], discharged_at=None
    )
    owners = {duty.about: duty.owner for duty in duties}
    names = staff_names({owner for owner in owners.values() if owner})
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.PLAN_SAFETY,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return tuple(
        Waiting(
            one,
            named[one.record_id].name,
            names.get(owner, "") if (owner := owners.get(one.id)) else "",
            is_late(State(one.state), one.due_at, at),
        )
        for one in rows
    )
