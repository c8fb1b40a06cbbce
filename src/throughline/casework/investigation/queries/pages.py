"""The page of a case's investigation: who, by what plan, whom to find, what may prove it, and what she said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident, Crime
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.contact.models import Contact
from throughline.casework.investigation.models import (
    Allocation,
    Investigation,
    InvestigationWords,
    LineOfEnquiry,
    OutstandingSuspect,
    PlanReview,
    SpecialMeasure,
    VictimStatement,
    Withdrawal,
)
from throughline.casework.investigation.queries.allocating import (
    Standing,
    open_request,
    standing_crimes,
    standing_of,
)
from throughline.casework.investigation.queries.looking import Outstanding, told
from throughline.casework.investigation.queries.proving import (
    Result,
    RouteLine,
    results,
    standing_routes,
)
from throughline.casework.investigation.rules.planning import Left, is_late, left_by_the_scene
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.scene.models import Attendance, EvidenceItem
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Review
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.reference import load

SCENE_STATEMENT = "scene-statement"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the plan with its words, whose it is, and whether it is late."""

    row: LineOfEnquiry
    what: str
    why: str
    whose: str
    by: str
    ended: str
    ended_by: str
    late: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the scene left, which a person takes into the plan or lets go."""

    left: Left
    number: str


@dataclass(frozen=True, slots=True)
class Said:
    """A row with who wrote it and its words."""

    row: PlanReview | VictimStatement | SpecialMeasure
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice against the policy, with what a sergeant made of it."""

    row: Allocation
    account: str
    by: str
    review: Review | None
    reviewed_by: str


@dataclass(frozen=True, slots=True)
class AtTheScene:
    """The offer of a personal statement that an officer wrote at a visit; the room of the scene keeps it."""

    at: datetime
    by: str
    offered: str
    answer: str


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """One thought of withdrawing, with her words, the visit and the decision."""

    row: Withdrawal
    raised_by: str
    why: str
    visited_by: str
    visit: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class InvestigationPage:
    """All of it, for one page."""

    victim: Somebody
    suspect: Somebody | None
    investigation: Investigation | None
    crimes: tuple[Crime, ...]
    standing: Standing
    investigator: str
    #: Other open cases of hers: how many this investigator has too, and the names of who has others.
    hers_too: int
    hers_by_others: tuple[str, ...]
    request: Allocation | None
    for_whom: str
    chosen: tuple[Chosen, ...]
    due: dict[str, Duty]
    lines: tuple[PlanLine, ...]
    past_lines: tuple[PlanLine, ...]
    proposals: tuple[Proposal, ...]
    reviews: tuple[Said, ...]
    suspects: tuple[Outstanding, ...]
    routes: tuple[RouteLine, ...]
    results: tuple[Result, ...]
    statements: tuple[Said, ...]
    at_the_scene: tuple[AtTheScene, ...]
    withdrawals: tuple[Withdrawing, ...]
    special_measures: tuple[Said, ...]
    allowed: frozenset[Action]

    @property
    def withdrawing(self) -> Withdrawing | None:
        """The thought of withdrawing that has not been settled."""
        return next((one for one in self.withdrawals if one.row.ended_at is None), None)

    @property
    def personal_offered(self) -> bool:
        """Whether she was offered a personal statement, at the scene or since."""
        return any(
            one.row.personal for one in self.statements if isinstance(one.row, VictimStatement)
        ) or any(one.offered == "yes" for one in self.at_the_scene)


def proposals_of(case: Case, investigation: Investigation | None) -> tuple[Proposal, ...]:
    """What the scene left in the incidents of a case, as far as nobody has taken it up or let it go."""
    links = CaseIncident.objects.filter(case=case).select_related("incident")
    numbers = {one.incident_id: one.incident.number for one in links}
    items = EvidenceItem.objects.filter(among("incident", numbers), superseded_by=None)
    said = [Left(*row) for row in items.values_list("incident", "item", "state")]
    attended = set(Attendance.objects.filter(among("incident", numbers)).values_list("incident", flat=True))
    called = Contact.objects.filter(among("incident", attended), channel="999").values_list(
        "incident", flat=True
    )
    settled = (
        set(investigation.lines.exclude(incident=None).values_list("incident", "item"))
        if investigation
        else set()
    )
    left = left_by_the_scene(said, with_a_call={one for one in called if one}, settled=settled)
    return tuple(Proposal(one, numbers[one.incident]) for one in left)


def offers_at_the_scene(case: Case) -> list[tuple[datetime, UUID, str, str]]:
    """What officers wrote of the offer of a personal statement at visits: when, by whom, offered, answer."""
    visits = Attendance.objects.filter(incident__case_links__case=case)
    found = Answers.objects.filter(
        subject__in=visits.values("id"), instrument=SCENE_STATEMENT, superseded_by=None
    )
    return [
        (one.at, one.answered_by, str(one.answers.get("offered", "")), str(one.answers.get("answer", "")))
        for one in found.order_by("-at", "-id")
        if one.answers.get("offered")
    ]


def investigation_page(actor: Actor, case: Case, *, now: datetime, purpose: str) -> InvestigationPage:
    """The investigation of a case in the reader's sight, with the look at the two."""
    today = london_day(now)
    named = people_named(set(case.subjects), today)
    investigation = Investigation.objects.filter(case=case).first()
    standing = standing_of(case, now=now)
    request = open_request(investigation) if investigation else None
    rows = _rows(investigation, today) if investigation else _Rows((), (), (), (), (), ())
    suspects = told(list(OutstandingSuspect.objects.filter(case=case)), now=now)
    looked = standing_routes(investigation) if investigation else {}
    scene = offers_at_the_scene(case)
    reviews = {
        one.decision_id: one
        for one in Review.objects.filter(decision__in=[r.decision_id for r in rows.chosen]).order_by(
            "made_at"
        )
    }
    about = [
        one.id
        for some in (rows.lines, rows.reviews, rows.statements, rows.withdrawals, rows.measures)
        for one in some
    ]
    words = {
        (one.about, one.part): one.words
        for one in InvestigationWords.objects.filter(
            among("about", [*about, *(r.id for r in looked.values())])
        )
    }
    names = staff_names(
        {
            one
            for one in (
                investigation.investigator if investigation else None,
                request.account if request else None,
                *standing.investigators.values(),
                *(each for r in rows.chosen for each in (r.account, r.asked_by)),
                *(one.made_by for one in reviews.values()),
                *(each for r in rows.lines for each in (r.whose, r.by, r.ended_by)),
                *(r.by for r in rows.reviews),
                *(r.by for r in rows.statements),
                *(r.by for r in rows.measures),
                *(each for r in looked.values() for each in (r.whose, r.by)),
                *(each for r in rows.withdrawals for each in (r.raised_by, r.visited_by)),
                *(r.decision.made_by for r in rows.withdrawals if r.decision),
                *(by for _, by, _, _ in scene),
            )
            if one
        }
    )
    duties = Duty.objects.filter(about=case.id, discharged_at=None).order_by("due_at", "id")
    others = [who for of, who in standing.investigators.items() if of != case.id]
    mine = investigation.investigator if investigation else None
    lines = [_line(one, words, names, now) for one in rows.lines]
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_INVESTIGATION,
        subjects=sorted(case.subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return InvestigationPage(
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        investigation=investigation,
        crimes=tuple(standing_crimes(case)),
        standing=standing,
        investigator=names[mine] if mine else "",
        hers_too=sum(one == mine for one in others),
        hers_by_others=tuple(sorted({names[one] for one in others if one != mine})),
        request=request,
        for_whom=""
        if request is None
        else names[request.account]
        if request.account
        else load("roles").label(request.role, on=today),
        chosen=tuple(
            Chosen(
                one,
                names[one.account] if one.account else "",
                names[one.asked_by],
                review := reviews.get(one.decision_id) if one.decision_id else None,
                names[review.made_by] if review else "",
            )
            for one in rows.chosen
        ),
        due={duty.kind: duty for duty in duties},
        lines=tuple(one for one in lines if one.row.ended_at is None),
        past_lines=tuple(one for one in lines if one.row.ended_at is not None),
        proposals=() if case.closed_at else proposals_of(case, investigation),
        reviews=_said(rows.reviews, "review", words, names),
        suspects=suspects,
        routes=tuple(
            RouteLine(
                row,
                one := looked.get(row.code),
                names[one.whose] if one and one.whose else "",
                names[one.by] if one else "",
                words.get((one.id, "route"), "") if one else "",
            )
            for row in load("evidence-routes").as_of(today)
        ),
        results=results(list(investigation.results.order_by("-at", "-id"))) if investigation else (),
        statements=_said(rows.statements, "statement", words, names),
        at_the_scene=tuple(AtTheScene(at, names[by], offered, answer) for at, by, offered, answer in scene),
        withdrawals=tuple(
            Withdrawing(
                one,
                names[one.raised_by],
                words.get((one.id, "why"), ""),
                names[one.visited_by] if one.visited_by else "",
                words.get((one.id, "visit"), ""),
                names[one.decision.made_by] if one.decision else "",
            )
            for one in rows.withdrawals
        ),
        special_measures=_said(rows.measures, "measure", words, names),
        allowed=allowed_on(actor, case.subjects),
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    chosen: tuple[Allocation, ...]
    lines: tuple[LineOfEnquiry, ...]
    reviews: tuple[PlanReview, ...]
    statements: tuple[VictimStatement, ...]
    withdrawals: tuple[Withdrawal, ...]
    measures: tuple[SpecialMeasure, ...]


def _rows(investigation: Investigation, today: date) -> _Rows:
    ranks = {row.code: row.number("rank") for row in load("line-priorities").as_of(today)}
    latest: dict[str, SpecialMeasure] = {
        one.measure: one for one in investigation.special_measures.order_by("at", "id")
    }
    return _Rows(
        chosen=tuple(
            investigation.allocations.filter(decision__isnull=False)
            .select_related("decision")
            .order_by("-asked_at", "-id")
        ),
        lines=tuple(
            sorted(
                investigation.lines.select_related("incident"),
                key=lambda one: (ranks.get(one.priority, 9), one.due_at or one.made_at, str(one.id)),
            )
        ),
        reviews=tuple(investigation.reviews.order_by("-at", "-id")),
        statements=tuple(investigation.statements.order_by("-at", "-id")),
        withdrawals=tuple(investigation.withdrawals.select_related("decision").order_by("-raised_at", "-id")),
        measures=tuple(latest.values()),
    )


def _line(
    one: LineOfEnquiry, words: dict[tuple[UUID, str], str], names: Mapping[UUID, str], now: datetime
) -> PlanLine:
    return PlanLine(
        row=one,
        what=words.get((one.id, "what"), ""),
        why=words.get((one.id, "why"), ""),
        whose=names[one.whose] if one.whose else "",
        by=names[one.by],
        ended=words.get((one.id, "ended"), ""),
        ended_by=names[one.ended_by] if one.ended_by else "",
        late=is_late(one.due_at, one.ended_at, now),
    )


def _said(
    rows: Collection[PlanReview | VictimStatement | SpecialMeasure],
    part: str,
    words: dict[tuple[UUID, str], str],
    names: Mapping[UUID, str],
) -> tuple[Said, ...]:
    return tuple(Said(one, names[one.by], words.get((one.id, part), "")) for one in rows)


def words_of(line: LineOfEnquiry) -> dict[str, str]:
    """What was written of a line, by its part. Part of a page, whose look names whom."""
    return dict(InvestigationWords.objects.filter(about=line.id).values_list("part", "words"))
