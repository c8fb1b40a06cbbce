"""What stands on somebody's list, and what they must read to do it. Every look at a person is logged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from throughline.casework.cases.models import Case, Crime, Incident, StandingFact
from throughline.casework.cases.queries import standing_facts
from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.calls import contact_of_enquiry
from throughline.casework.contact.queries.silence import Prompt, prompts
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.commands.recognition import scraps_of
from throughline.casework.people.models import Enquiry, ImportRun, Match, Record
from throughline.casework.people.queries.person import Said, names_of, said_of, staff_names
from throughline.casework.people.queries.searching import standing_markers
from throughline.casework.safeguarding.models import Referral, SafetyMeasure
from throughline.foundations.access.models import Grant
from throughline.foundations.access.queries import restricted_now, shut_out, sight_of
from throughline.foundations.access.routes import insist_on_role
from throughline.foundations.access.rules import Action, Actor, Refused, Role, insist
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import Checkpoints, record
from throughline.foundations.audit.models import Event, Seal
from throughline.foundations.audit.queries import looked
from throughline.foundations.clock.rules import london_day, start_of_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import insist_on_own
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import DutyKind, duty_kind
from throughline.linkage.description import Description
from throughline.reference import UnknownCode, load

SHOWN = 100
PAGE = 50


@dataclass(frozen=True, slots=True)
class Task:
    """One duty as a list shows it. ``name`` is empty where the person is out of the reader's sight.

    ``number`` is the incident's, where the duty was opened before anybody was known to have a part in it.
    """

    duty: Duty
    kind: DutyKind
    causes: tuple[str, ...]
    name: str
    overdue: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """The duties of one reader, the longest overdue first; ``count`` is of all, also those not shown."""

    tasks: tuple[Task, ...]
    count: int
    overdue: int


def worklist(actor: Actor, *, now: datetime, looked_at: Collection[UUID] = ()) -> Worklist:
    """What must happen next that is the reader's own or their role's. Raises Refused.

    ``looked_at`` are people whom another look of the page has named.
    """
    insist(actor, Action.VIEW_DUTIES)
    mine = Duty.objects.filter(Q(owner=None) | Q(owner=actor.id), role=actor.role, discharged_at=None)
    duties = list(mine.order_by("due_at", "id")[:SHOWN])
    names = names_of(duty.record_id for duty in duties)
    if shown := names.keys() - set(looked_at):
        record(actor, Event.Kind.LOOK, Action.VIEW_DUTIES, subjects=sorted(shown), purpose="duty")
    numbers = numbers_of(duties)
    return Worklist(
        tuple(
            _task(duty, names.get(duty.record_id, ""), now, numbers.get(duty.record_id, ""))
            for duty in duties
        ),
        mine.count(),
        mine.filter(due_at__lt=now).count(),
    )


def task(actor: Actor, duty_id: UUID, *, now: datetime) -> Task:
    """One duty of the reader's list, with the look at its person written. Raises Refused."""
    insist(actor, Action.VIEW_DUTIES)
    duty = Duty.objects.filter(id=duty_id).first()
    if duty is None:
        raise Refused("There is no such duty", duty_id)
    insist_on_own(actor, duty)
    names = names_of([duty.record_id])
    record(actor, Event.Kind.LOOK, Action.VIEW_DUTIES, subjects=[duty.record_id], purpose="duty")
    return _task(duty, names.get(duty.record_id, ""), now, numbers_of([duty]).get(duty.record_id, ""))


def numbers_of(duties: Collection[Duty]) -> dict[UUID, str]:
    """The number of the incident, or of the contact's, that duties about nobody yet are of."""
    ids = {duty.record_id for duty in duties if duty.record_id == duty.about}
    if not ids:
        return {}
    incidents = Incident.objects.filter(id__in=ids).values_list("id", "number")
    contacts = Contact.objects.filter(id__in=ids, incident__isnull=False).values_list(
        "id", "incident__number"
    )
    return dict(incidents) | dict(contacts)


def _task(duty: Duty, name: str, now: datetime, number: str = "") -> Task:
    kind = duty_kind(duty.kind, on=london_day(duty.opened_at))
    causes = tuple(_cause(code, london_day(duty.opened_at)) for code in duty.causes)
    return Task(duty, kind, causes, name, duty.due_at < now, number)


def _cause(code: str, on: date) -> str:
    """Why a duty was opened, in the words of the list that its code is from."""
    for name in ("duty-causes", "decision-reasons"):
        try:
            return load(name).label(code, on=on)
        except UnknownCode:
            continue
    return code


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """A duty that nobody of its role can do: ``hidden`` are the restricted records that it is about.

    ``maker`` is the account whose own judgement is to be reviewed, which is for anybody else to do.
    """

    task: Task
    role: str
    hidden: tuple[UUID, ...]
    maker: UUID | None


def out_of_reach(actor: Actor, *, now: datetime) -> tuple[OutOfReach, ...]:
    """The open duties of other roles about restricted records that no account of the role has sight of, by due time.

    For the desk, which lets somebody see them; otherwise they would wait for nobody. The names are in a look.
    Raises Refused.
    """
    found = _unreached(actor, Duty.objects.all(), now)
    names = names_of(record_id for one in found for record_id in one.hidden)
    if names:
        record(actor, Event.Kind.LOOK, Action.GRANT_SIGHT, subjects=names, purpose="duty")
    return tuple(
        replace(one, task=replace(one.task, name=names.get(one.hidden[0], ""))) for one in found[:SHOWN]
    )


def one_out_of_reach(actor: Actor, duty_id: UUID, *, now: datetime) -> OutOfReach:
    """One of those. Part of a page, whose look names whom it is about. Raises Refused."""
    found = _unreached(actor, Duty.objects.filter(id=duty_id), now)
    if not found:
        raise Refused("There is no such duty that nobody can do", duty_id)
    return found[0]


def who_could(one: OutOfReach) -> list[tuple[str, str]]:
    """The accounts of the role that are party to none of it, nor their team, as choices by name."""
    sight = sight_of(one.hidden)
    users = User.objects.filter(role=one.task.duty.role, is_active=True)
    if one.task.duty.owner:
        users = users.filter(id=one.task.duty.owner)
    return [
        (str(user.id), f"{user.name}, {user.team.name}")
        for user in users.select_related("team").order_by("name", "username")
        if user.id != one.maker and not sight.keeps_out(user.id, user.team_id)
    ]


def _granted(subjects: Collection[UUID], *kinds: Grant.Kind) -> QuerySet[Grant]:
    return Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=Now()), subject__in=subjects, kind__in=kinds
    )


def _unreached(actor: Actor, duties: QuerySet[Duty], now: datetime) -> list[OutOfReach]:
    insist_on_role(actor, Action.GRANT_SIGHT)
    restricted = restricted_now()
    subjects = subjects_of_restricted(restricted)
    waiting = duties.filter(Q(record_id__in=restricted) | Q(about__in=subjects), discharged_at=None)
    waiting = waiting.exclude(role__in=[Role.DESK, Role.AUDITOR]).order_by("due_at", "id")
    seen: dict[UUID, set[UUID | None]] = {}
    for grant in _granted(restricted, Grant.Kind.SEE, Grant.Kind.BREAK_GLASS):
        seen.setdefault(grant.subject, set()).add(grant.grantee)
    party = shut_out()
    makers = dict(
        Decision.objects.filter(id__in=waiting.values("about"), kind="crime-recording").values_list(
            "id", "made_by"
        )
    )
    users = list(User.objects.filter(is_active=True).values_list("id", "role", "team"))
    found = []
    for duty in waiting:
        about = {duty.record_id, *(subjects.get(duty.about, ()) if duty.about else ())}
        hidden = tuple(sorted(about & restricted))
        maker = makers.get(duty.about) if duty.about else None
        could = (
            all(
                {user, team} & seen.get(one, set()) and not {user, team} & party.get(one, set())
                for one in hidden
            )
            for user, role, team in users
            if role == duty.role and duty.owner in (None, user) and user != maker
        )
        if not any(could):
            called = load("roles").label(duty.role, on=london_day(duty.opened_at))
            found.append(OutOfReach(_task(duty, "", now), called, hidden, maker))
    return found


def subjects_of_restricted(restricted: Collection[UUID]) -> dict[UUID, Collection[UUID]]:
    """Whom every incident, case, contact, judgement, measure and referral is about that is about a restricted record."""
    found: dict[UUID, Collection[UUID]] = {}
    for model in (Incident, Case, Crime, Contact, SafetyMeasure, Referral):
        rows = model._default_manager.filter(subjects__overlap=list(restricted))
        found |= dict(rows.values_list("id", "subjects"))
    judged = Decision.objects.filter(kind="crime-recording", about__in=found)
    return found | {one: found[about] for one, about in judged.values_list("id", "about") if about}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, so that the desk can reach them."""

    name: str
    role: str
    team: str


@dataclass(frozen=True, slots=True)
class CallForHelp:
    """What the desk reads of a lookup that matched a restricted record: the scraps, and what to pass on."""

    asked_by: Asker
    asked_at: datetime
    heard: Description
    probability: float
    markers: tuple[str, ...]
    contact: "Call | None" = None


@dataclass(frozen=True, slots=True)
class Call:
    """The contact that a duty came of: who holds it, where somebody is going, how soon, and who goes."""

    contact_id: UUID
    handler: Asker | None
    place: str
    grade: str
    unit: str
    officer: Asker | None
    arrived_at: datetime | None


def _call(contact: Contact | None) -> Call | None:
    if contact is None:
        return None
    sent = contact.deployments.filter(superseded_by=None).first()
    return Call(
        contact_id=contact.id,
        handler=asker(contact.taken_by) if contact.taken_by else None,
        place=contact.place,
        grade=load("response-grades").label(sent.grade, on=london_day(sent.decided_at)) if sent else "",
        unit=sent.unit if sent else "",
        officer=asker(sent.officer) if sent and sent.officer else None,
        arrived_at=sent.arrived_at if sent else None,
    )


def call_for_help(actor: Actor, duty: Duty, *, today: date) -> CallForHelp:
    """The scraps behind a restricted match, for the desk alone; `task` has written the look."""
    enquiry = Enquiry.objects.get(id=_about(duty))
    match = Match.objects.get(enquiry=enquiry, record=duty.record_id)
    return CallForHelp(
        asked_by=asker(enquiry.asked_by),
        asked_at=enquiry.asked_at,
        heard=scraps_of(enquiry),
        probability=match.probability,
        markers=_warnings(duty, today),
        contact=_call(contact_of_enquiry(enquiry.id)),
    )


def _warnings(duty: Duty, today: date) -> tuple[str, ...]:
    markers = load("markers")
    return tuple(markers.label(marker.code, on=today) for marker in standing_markers([duty.record_id], today))


@dataclass(frozen=True, slots=True)
class SentThere:
    """What the desk reads where somebody is sent to a warning: whom to tell, and what to pass on."""

    call: Call
    markers: tuple[str, ...]


def sent_there(duty: Duty, *, today: date) -> SentThere:
    """Who goes to where a warning of a restricted record stands; `task` has written the look."""
    call = _call(Contact.objects.get(id=_about(duty)))
    assert call is not None
    return SentThere(call, _warnings(duty, today))


@dataclass(frozen=True, slots=True)
class SilentCall:
    """A silent line from the number of somebody restricted: who it may be, what stands, and who holds the call.

    ``said`` is what she said about reaching her, standing or void; None where nobody has asked.
    """

    prompt: Prompt
    call: Call
    line: str
    number: str
    facts: tuple[StandingFact, ...]
    said: Said | None


def silent_call(actor: Actor, duty: Duty, *, now: datetime) -> SilentCall | None:
    """What the desk reads of a silent call, where it is open and in its sight; `task` has written the look.

    Nobody is named but whom the duty is about.
    """
    asked = prompts(actor, now=now, contact_id=_about(duty), restricted=True)
    prompt = next((one for one in asked if one.duty.id == duty.id), None)
    if prompt is None:
        return None
    contact, together = prompt.contact, held_together(duty.record_id)
    call = _call(contact)
    assert call is not None
    said = said_of(together)
    return SilentCall(
        prompt=prompt,
        call=call,
        line=load("contact-lines").label(contact.line, on=london_day(contact.received_at)),
        number=contact.number,
        facts=tuple(
            one
            for one in standing_facts(actor, together, at=now)
            if load("standing-facts").get(one.kind, on=london_day(now)).text("group") != "case"
        ),
        said=next((one for one in said if one.voided_at is None), next(iter(said), None)),
    )


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Who opened a restricted record in an emergency, and why."""

    by: Asker
    at: datetime
    reason: str
    words: str


def glass_broken(duty: Duty) -> GlassBroken:
    """What the reviewer of a broken glass reads."""
    decision = Decision.objects.get(id=_about(duty))
    reason = load("decision-reasons").label(decision.reason, on=london_day(decision.made_at))
    return GlassBroken(asker(decision.made_by), decision.made_at, reason, decision.words)


def _about(duty: Duty) -> UUID:
    """The enquiry or decision that a duty of such a kind is always about."""
    if duty.about is None:
        raise ValueError("a duty of this kind is about something else than a record")
    return duty.about


def asker(account: UUID) -> Asker:
    """An account in words; one that no longer exists is named as that."""
    user = User.objects.select_related("team").filter(id=account).first()
    if user is None:
        return Asker("", "", "")
    return Asker(user.name, load("roles").label(user.role, on=london_day(user.made_at)), user.team.name)


def review_date(duty: Duty) -> date | None:
    """The day on which a record's retention was to be reviewed, where the reader may see it."""
    kept = Record.objects.filter(id=duty.record_id).first()
    return kept.review_on if kept else None


@dataclass(frozen=True, slots=True)
class Looks:
    """A page of the log and who the accounts are. ``older`` is the id to go on from, if there is more."""

    events: tuple[Event, ...]
    accounts: Mapping[UUID, str]
    older: int | None


def looks(
    actor: Actor,
    *,
    account: UUID | None = None,
    record_id: UUID | None = None,
    day: date | None = None,
    before: int | None = None,
) -> Looks:
    """Who looked at what, newest first. Reading the log is itself in the log. Raises Refused."""
    insist(actor, Action.READ_AUDIT)
    since = start_of_day(day) if day else None
    until = start_of_day(day + timedelta(days=1)) if day else None
    found = list(
        looked(actor=account, record_id=record_id, since=since, until=until, before=before)[: PAGE + 1]
    )
    record(
        actor,
        Event.Kind.LOOK,
        Action.READ_AUDIT,
        subjects=[record_id] if record_id else [],
        purpose="professional-standards",
        detail={"account": str(account or ""), "day": day.isoformat() if day else ""},
    )
    events = tuple(found[:PAGE])
    accounts = staff_names({one.actor for one in events})
    return Looks(events, accounts, events[-1].id if len(found) > PAGE else None)


def account_choices() -> list[tuple[str, str]]:
    """Every account by its name, for a filter."""
    people = User.objects.order_by("name", "username")
    return [(str(user.id), f"{user.name} ({user.username})") for user in people]


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the log is sealed. Walking it takes minutes; `throughline audit verify` does that."""

    sealed: int
    checkpoint: int | None
    checkpoints_hold: bool


def chain(actor: Actor) -> Chain:
    """Where the seals and the signed checkpoints stand. Raises Refused."""
    insist(actor, Action.READ_AUDIT)
    last = Seal.objects.order_by("-number").first()
    try:
        signed = Checkpoints(Path(settings.HOME) / "checkpoints").read()
    except (ValueError, OSError):
        return Chain(last.number if last else 0, None, checkpoints_hold=False)
    return Chain(
        last.number if last else 0, max((one.number for one in signed), default=None), checkpoints_hold=True
    )


def imports(actor: Actor) -> list[ImportRun]:
    """The bringings-in of files, newest first. Raises Refused."""
    insist(actor, Action.IMPORT_PEOPLE)
    return list(ImportRun.objects.order_by("-started_at")[:SHOWN])
