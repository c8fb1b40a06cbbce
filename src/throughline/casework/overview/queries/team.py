"""A sergeant's and an inspector's turn: what is to be read first, what was decided against, and what stands still.

Everything is read in a handful of statements whatever the number of pairs, and one look names everybody whom the
page shows.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from throughline.casework.cases.models import Case, CaseIncident, Incident, Involvement, StandingFact
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.cases.queries.visits import Reaching, reaching_each
from throughline.casework.cases.rules import Part
from throughline.casework.contact.queries.turns import Offer, on_duty, on_duty_shifts, waiting_offers
from throughline.casework.contact.rules.turns import OnDuty
from throughline.casework.overview.queries.overdue import OUTSIDE
from throughline.casework.overview.rules import GIVEN_ON, ONES_OWN_WORK
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.queries.waiting import Line, checks_waiting, kinds_checked
from throughline.casework.safeguarding.models import Referral, SafetyMeasure
from throughline.casework.safeguarding.queries.promises import RELEASE_DUTY
from throughline.casework.scene.models import ChildDecision, ChildSeen, PositiveAction
from throughline.foundations.access.queries import sight_of, subjects_for
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import OWNER_LEFT, OWNER_SHUT_OUT, duty_kind
from throughline.foundations.offline.queries import Unsynced, standing_still
from throughline.reference import load

#: How many a part of the page shows; with more, nobody would read what stands below.
SHOWN = 20
#: How many assessments are told in full; all of them have a page of their own.
IN_FULL = 10
NO_ARREST, TO_DECIDE, NOT_SENT = "no-arrest-review", "child-decision", "deployment-review"
#: Duties that have a part of the page of their own.
_ELSEWHERE = (NO_ARREST, "handover-acceptance")
# that one account alone has it, or had it until it was closed; what nobody ever had is on the list of its role
_OF_ONE = Q(owner__isnull=False) | Q(causes__overlap=[OWNER_LEFT, OWNER_SHUT_OUT])


@dataclass(frozen=True, slots=True)
class Acted:
    """What was done about a suspect, by whom, in which words; codes of reference."""

    action: PositiveAction
    by: str

    @property
    def words(self) -> str:
        return self.action.decision.words


@dataclass(frozen=True, slots=True)
class ToCheck:
    """An assessment that waits, with the incident that it is of, what was done about him, and children not seen."""

    line: Line
    incident: Incident | None
    acted: Acted | None
    unseen: tuple[Somebody, ...]

    @property
    def further(self) -> tuple[str, ...]:
        """Words that do not fit the grade, besides her own view and the grave answers, which are shown as such."""
        said = self.line.answered
        shown = {f"{one.question.text} {one.words}".strip() for one in said.grave} if said else set()
        if said and said.own_view:
            shown.add(said.own_view.words)
        return tuple(words for words in self.line.words if words not in shown)


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody who was arrested and may still be held: what was entered since, and how she can be told."""

    acted: Acted
    suspect: Somebody
    victim: Somebody | None
    entered: tuple[StandingFact, ...]
    reaching: Reaching
    # the case of the two, and telling her before he leaves custody, done or not; None where nobody has said when he does
    case: UUID | None
    release: Duty | None


@dataclass(frozen=True, slots=True)
class NotArrested:
    """A decision not to arrest that nobody has looked at."""

    duty: Duty
    incident: Incident
    suspect: Somebody | None
    victim: Somebody | None
    acted: Acted
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class NothingForChild:
    """A decision, by whom and why, that nothing is done for some children or that there is none."""

    decision: ChildDecision
    incident: Incident
    children: tuple[Somebody, ...]
    by: str


@dataclass(frozen=True, slots=True)
class OffDuty:
    """Work that one account alone has, who is not on duty; ``owner`` is empty where nobody has it any more."""

    duty: Duty
    label: str
    owner: str
    about: str
    late: bool


@dataclass(frozen=True, slots=True)
class Routine:
    """A duty of the role that no other part of the page shows; ``name`` is empty out of sight."""

    duty: Duty
    label: str
    name: str
    late: bool


@dataclass(frozen=True, slots=True)
class TurnsWork:
    """The parts of the page in the order in which they are looked at."""

    mine: OnDuty | None
    colleagues: int
    now: tuple[ToCheck, ...]
    later: tuple[ToCheck, ...]
    pressing: int
    waiting: int
    held: tuple[Held, ...]
    held_count: int
    not_arrested: tuple[NotArrested, ...]
    not_arrested_count: int
    not_sent: int
    nothing_for_child: tuple[NothingForChild, ...]
    nothing_for_child_count: int
    undecided: int
    unsynced: tuple[Unsynced, ...]
    off_duty: tuple[OffDuty, ...]
    off_duty_count: int
    routine: tuple[Routine, ...]
    routine_count: int
    offers: tuple[Offer, ...]
    # how much is overdue, whichever role has it
    overdue: int

    @property
    def left(self) -> int:
        """How many are routine: assessments without a sign, those beyond this page, and the other duties."""
        return self.waiting - self.pressing + self.routine_count

    @property
    def beyond(self) -> int:
        """How many assessments wait beyond those that are shown."""
        return self.waiting - len(self.now) - len(self.later)


def turns_work(actor: Actor, *, now: datetime) -> TurnsWork:
    """What the turn of a sergeant or an inspector has open, with the one look at everybody shown. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    today = london_day(now)
    queue = checks_waiting(actor, now=now, most=IN_FULL)
    there = on_duty(now)
    duties = _Duties(actor, now)
    incidents = _incidents({line.case.id for line in queue.lines})
    suspects = {line.case.suspect_id for line in queue.lines if line.case.suspect_id}
    acts = _Acts(suspects, [duty.about for duty in duties.no_arrest if duty.about], now)
    decided, decided_count = _nothing_for_child(now)
    acted_at = {
        *(act.incident_id for act in acts.held),
        *(duty.about for duty in duties.no_arrest if duty.about),
    }
    not_arrested = acts.of(duties.no_arrest)
    named_by_number = {one.incident_id for one in not_arrested.values()} | {
        one.incident_id for one in decided
    }
    numbered = {one.id: one for one in Incident.objects.filter(among("id", named_by_number))}
    victims, children = _victims_and_children(acted_at, {one.id for one in incidents.values()})
    unseen = _unseen(children)
    named = people_named(
        {
            *(child for children in unseen.values() for child in children),
            *(act.record_id for act in acts.held),
            *victims.values(),
            *(duty.record_id for duty in (*duties.no_arrest, *duties.owned, *duties.routine)),
            *(child for one in decided for child in one.subjects),
        },
        today,
    )
    names = staff_names(
        {
            *(one.by for one in acts.all),
            *(one.by for one in decided),
            *(duty.owner for duty in duties.owned if duty.owner),
        }
    )
    still = standing_still(actor, now=now)
    counts = _counts(now)
    checks = tuple(
        ToCheck(
            line,
            incidents.get(line.case.id),
            acts.about(line.case.suspect_id, incidents.get(line.case.id), names),
            tuple(
                named[child]
                for child in unseen.get(getattr(incidents.get(line.case.id), "id", None), ())
                if child in named
            ),
        )
        for line in queue.lines
    )
    found = TurnsWork(
        mine=next((one for one in there if one.user == actor.id), None),
        colleagues=sum(one.user != actor.id for one in there),
        now=tuple(one for one in checks if one.line.presses),
        later=tuple(one for one in checks if not one.line.presses),
        pressing=queue.pressing,
        waiting=queue.count,
        held=_held(acts, victims, named, names),
        held_count=acts.held_count,
        not_arrested=tuple(
            NotArrested(
                duty=duty,
                incident=numbered[act.incident_id],
                suspect=named.get(duty.record_id),
                victim=named.get(victims[act.incident_id]) if act.incident_id in victims else None,
                acted=Acted(act, names[act.by]),
                late=duty.due_at < now,
                mine=act.by == actor.id,
            )
            for duty in duties.no_arrest
            if (act := not_arrested.get(duty.id)) and act.incident_id in numbered
        ),
        not_arrested_count=duties.no_arrest_count,
        not_sent=counts["not_sent"],
        nothing_for_child=tuple(
            NothingForChild(
                one,
                numbered[one.incident_id],
                tuple(
                    sorted(
                        (named[child] for child in one.subjects if child in named), key=lambda one: one.name
                    )
                ),
                names[one.by],
            )
            for one in decided
            if one.incident_id in numbered
        ),
        nothing_for_child_count=decided_count,
        undecided=counts["undecided"],
        overdue=counts["overdue"],
        unsynced=still,
        off_duty=tuple(_off_duty(duty, named, names, now) for duty in duties.owned),
        off_duty_count=duties.owned_count,
        routine=tuple(_routine(duty, named, now) for duty in duties.routine),
        routine_count=duties.routine_count,
        offers=tuple(waiting_offers(actor, now=now)),
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_TEAM,
        subjects=sorted({*queue.subjects, *named}),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"leases": [str(one.lease) for one in still]},
    )
    return found


def count_to_check(actor: Actor) -> int:
    """How many assessments wait for the reader's role, for a link to the page. Names nobody. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    waiting = Duty.objects.filter(kind__in=kinds_checked(actor.role), discharged_at=None)
    return waiting.values("about").distinct().count()


def _counts(now: datetime) -> dict[str, int]:
    """How many decisions not to send nobody has looked at, for how many incidents' children nothing is decided, and
    how much is overdue; in one statement."""
    not_sent, undecided = Q(kind=NOT_SENT), Q(kind=TO_DECIDE)
    overdue = Q(due_at__lt=now) & ~Q(role__in=OUTSIDE)
    return Duty.objects.filter(not_sent | undecided | overdue, discharged_at=None).aggregate(
        not_sent=Count("id", filter=not_sent),
        undecided=Count("id", filter=undecided),
        overdue=Count("id", filter=overdue),
    )


class _Duties:
    """The open duties that the page shows besides the checks."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        there = on_duty_shifts(now).filter(user=OuterRef("owner"))
        waiting = Duty.objects.filter(discharged_at=None).order_by("due_at", "id")
        self.no_arrest, self.no_arrest_count = _first(waiting.filter(kind=NO_ARREST))
        of_one = waiting.filter(_OF_ONE, kind__in=ONES_OWN_WORK, role__in=GIVEN_ON)
        self.owned, self.owned_count = _first(of_one.exclude(Exists(there)))
        mine = Q(owner=None) | Q(owner=actor.id)
        rest = waiting.filter(mine, role=actor.role).exclude(
            kind__in=[*_ELSEWHERE, *kinds_checked(actor.role)]
        )
        self.routine, self.routine_count = _first(rest)


def _first[Row: Model](rows: QuerySet[Row]) -> tuple[list[Row], int]:
    """Those of some rows that a part of the page shows, and how many there are."""
    shown = list(rows[:SHOWN])
    return shown, len(shown) if len(shown) < SHOWN else rows.count()


class _Acts:
    """What was last done about some suspects, of some incidents, and about whoever was arrested and may be held."""

    def __init__(self, suspects: Collection[UUID], incidents: Collection[UUID], now: datetime) -> None:
        today = london_day(now)
        self.since = now - timedelta(days=load("looking-back").get("may-be-held", on=today).number("days"))
        self.arrests = load("positive-actions").codes(on=today, arrest=True)
        standing = PositiveAction.objects.filter(superseded_by=None)
        arrested = standing.filter(action__in=self.arrests, at__gte=self.since)
        latest = arrested.order_by("record", "-at", "id").distinct("record").values_list("at", "id")
        # a force arrests hundreds a day: of those beyond the ones that are shown, no more is read
        since_when = sorted(latest)
        self.held_count = len(since_when)
        held = [one for _at, one in since_when[:SHOWN]]
        rows = standing.filter(among("record", suspects) | among("incident", incidents) | among("id", held))
        self.all = list(rows.select_related("decision").order_by("-at", "id"))
        shown = {one.id: one for one in self.all}
        self.held = [shown[one] for one in held]

    def about(
        self, record_id: UUID | None, incident: Incident | None, names: Mapping[UUID, str]
    ) -> Acted | None:
        """What was done about a suspect at an incident, else what was last done about him."""
        his = [one for one in self.all if one.record_id == record_id]
        of_it = [one for one in his if incident is not None and one.incident_id == incident.id]
        found = next(iter(of_it or his), None)
        return Acted(found, names[found.by]) if found else None

    def of(self, duties: Iterable[Duty]) -> dict[UUID, PositiveAction]:
        """What some duties are to look at, by duty, where its incident is in sight; else the desk lets somebody see it."""
        made = {(one.incident_id, one.record_id): one for one in reversed(self.all)}
        return {
            duty.id: act for duty in duties if duty.about and (act := made.get((duty.about, duty.record_id)))
        }


def _incidents(case_ids: Collection[UUID]) -> dict[UUID, Incident]:
    """The latest incident of each of some cases."""
    links = CaseIncident.objects.filter(among("case", case_ids)).select_related("incident")
    latest = links.order_by("case", "-incident__reported_at", "incident").distinct("case")
    return {one.case_id: one.incident for one in latest}


def _victims_and_children(
    acted_at: Collection[UUID], assessed: Collection[UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, list[UUID]]]:
    """The first victim of each incident at which somebody acted, and the children of each of those assessed."""
    parts = Involvement.objects.filter(
        among("incident", acted_at) & Q(part=Part.VICTIM) | among("incident", assessed) & Q(part=Part.CHILD),
        ended_at=None,
    )
    victims: dict[UUID, UUID] = {}
    children: dict[UUID, list[UUID]] = {}
    rows = parts.order_by("made_at", "id").values_list("incident", "record", "part", "confirmed")
    # who is confirmed comes before who may be somebody else
    for incident_id, record_id, part, _confirmed in sorted(
        rows, key=lambda one: one[2] == Part.VICTIM and not one[3]
    ):
        if part == Part.VICTIM:
            victims.setdefault(incident_id, record_id)
        elif record_id not in children.setdefault(incident_id, []):
            children[incident_id].append(record_id)
    return victims, children


def _unseen(children: Mapping[UUID, list[UUID]]) -> dict[UUID | None, list[UUID]]:
    """Of the children of some incidents, those whom no officer has seen."""
    seen = set(
        ChildSeen.objects.filter(
            among("attendance__incident", children), seen=True, superseded_by=None
        ).values_list("attendance__incident", "record")
    )
    return {
        incident_id: [one for one in theirs if (incident_id, one) not in seen]
        for incident_id, theirs in children.items()
    }


def _nothing_for_child(now: datetime) -> tuple[list[ChildDecision], int]:
    """The decisions of the last hours by which nobody is told of a child, newest first, and how many there are."""
    today = london_day(now)
    since = now - timedelta(days=load("looking-back").get("decided-not-to", on=today).number("days"))
    tells_nobody = [
        row.code
        for row in load("child-choices").as_of(today)
        if not row.flag("refers") and not row.flag("tells_school")
    ]
    rows = ChildDecision.objects.filter(choice__in=tells_nobody, finder=None, entered_at__gte=since)
    # alone, by the index of the latest: joined with their incidents all of the last hours are read, and then ordered
    return _first(rows.order_by("-entered_at", "id"))


def _held(
    acts: _Acts, victims: dict[UUID, UUID], named: dict[UUID, Somebody], names: Mapping[UUID, str]
) -> tuple[Held, ...]:
    bail = [row.code for row in load("standing-facts").rows if row.text("group") == "bail"]
    facts = list(
        StandingFact.objects.filter(
            among("record", {act.record_id for act in acts.held}),
            kind__in=bail,
            set_at__gte=acts.since,
            ended_at=None,
            superseded_by=None,
        ).order_by("set_at", "id")
    )
    hers = [victims[act.incident_id] for act in acts.held if act.incident_id in victims]
    reaching = reaching_each(hers)
    links = CaseIncident.objects.filter(
        among("incident", {act.incident_id for act in acts.held}),
        case__suspect__in=[act.record_id for act in acts.held],
        case__closed_at=None,
    )
    cases = {
        (incident, him): case
        for incident, him, case in links.values_list("incident", "case__suspect", "case").order_by("case")
    }
    telling = Duty.objects.filter(
        among("about", set(cases.values())), kind=RELEASE_DUTY, opened_at__gte=acts.since
    )
    releases = {one.about: one for one in telling.order_by("opened_at", "id")}
    return tuple(
        Held(
            acted=Acted(act, names[act.by]),
            suspect=named[act.record_id],
            victim=named.get(victims[act.incident_id]) if act.incident_id in victims else None,
            entered=tuple(one for one in facts if one.record_id == act.record_id and one.set_at >= act.at),
            reaching=reaching.get(victims[act.incident_id], Reaching())
            if act.incident_id in victims
            else Reaching(),
            case=(case := cases.get((act.incident_id, act.record_id))),
            release=releases.get(case),
        )
        for act in acts.held
        if act.record_id in named
    )


def _label(duty: Duty) -> str:
    return duty_kind(duty.kind, on=london_day(duty.opened_at)).label


def _off_duty(duty: Duty, named: dict[UUID, Somebody], names: Mapping[UUID, str], now: datetime) -> OffDuty:
    about = named[duty.record_id].name if duty.record_id in named else ""
    owner = names[duty.owner] if duty.owner else ""
    return OffDuty(duty, _label(duty), owner, about, duty.due_at < now)


def _routine(duty: Duty, named: dict[UUID, Somebody], now: datetime) -> Routine:
    name = named[duty.record_id].name if duty.record_id in named else ""
    return Routine(duty, _label(duty), name, duty.due_at < now)


# --- work that somebody else is to do ---------------------------------------------------------------------


def owned_duty(actor: Actor, duty_id: UUID) -> Duty:
    """An open duty that one officer alone has, or nobody any more, about somebody in the reader's sight. Raises Refused."""
    insist(actor, Action.SUPERVISE_TEAM)
    duty = Duty.objects.filter(
        _OF_ONE, id=duty_id, kind__in=ONES_OWN_WORK, role__in=GIVEN_ON, discharged_at=None
    ).first()
    if duty is None:
        raise Refused("There is no such work of one officer alone", duty_id)
    for record_id, subject in subjects_for(actor, _whom(duty)).items():
        insist(actor, Action.VIEW_CASE, subject, record_id)
    return duty


def _whom(duty: Duty) -> set[UUID]:
    """Everybody whom a duty about a case, an incident, a safety measure or a referral is about."""
    cases = Case.objects.filter(id=duty.about or duty.id).values_list("subjects", flat=True)
    incidents = Incident.objects.filter(id=duty.about or duty.id).values_list("subjects", flat=True)
    measures = SafetyMeasure.objects.filter(id=duty.about or duty.id).values_list("subjects", flat=True)
    referrals = Referral.objects.filter(id=duty.about or duty.id).values_list("subjects", flat=True)
    of = (*cases, *incidents, *measures, *referrals)
    return {duty.record_id, *(one for subjects in of for one in subjects)}


def who_else(duty: Duty, *, now: datetime) -> list[tuple[str, str, bool]]:
    """Who of the role may do it in place of its owner: account, name, whether on duty; those on duty first.

    Party to none of it, and let see whatever of it is restricted.
    """
    there = {one.user for one in on_duty(now)}
    sight = sight_of(_whom(duty))
    users = User.objects.filter(role=duty.role, is_active=True).order_by("name", "username")
    fit = [user for user in users if user.id != duty.owner and sight.lets(user.id, user.team_id)]
    fit.sort(key=lambda user: user.id not in there)
    return [(str(user.id), user.name, user.id in there) for user in fit]
