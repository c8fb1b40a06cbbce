"""Calls that may be recorded as the wrong thing, which rule says so, and how often each rule was right."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries.history import identities
from throughline.casework.cases.rules import NOT_YET_RECORDED
from throughline.casework.contact.models import Contact, LogLine, Proposal, RuleSwitch
from throughline.casework.contact.queries.calls import staff_names
from throughline.casework.contact.queries.looking import look
from throughline.casework.contact.rules.proposing import (
    COUNTED,
    Precision,
    Reads,
    Rule,
    Switching,
    Told,
    is_on,
    precision,
)
from throughline.casework.contact.rules.spoken import heard
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.clock.rules import london_day, months_after, parse_clock
from throughline.reference import Row, load

SHOWN = 20


def rule_of(row: Row) -> Rule:
    """A row of reference's proposal-rules as the rules know it."""
    return Rule(row.code, Reads(row.text("reads")), row.texts("says"), row.texts("beside"))


def rules_on(on: date) -> list[Rule]:
    """The rules that are switched on."""
    switched = _switchings()
    return [rule_of(row) for row in load("proposal-rules").as_of(on) if is_on(switched.get(row.code, []))]


def _switchings() -> dict[str, list[Switching]]:
    found: dict[str, list[Switching]] = defaultdict(list)
    for one in RuleSwitch.objects.order_by("at"):
        found[one.rule].append(Switching(one.on, one.at))
    return found


def answers_since_on(rule: str) -> list[bool]:
    """A rule's answers since it was last switched on, newest first, no more than are counted."""
    answered = Proposal.objects.filter(rule=rule, answered_at__isnull=False)
    last = RuleSwitch.objects.filter(rule=rule).order_by("-at").first()
    if last is not None:
        if not last.on:
            return []
        answered = answered.filter(answered_at__gt=last.at)
    return [
        bool(one)
        for one in answered.order_by("-answered_at", "-id").values_list("accepted", flat=True)[:COUNTED]
    ]


def candidates(since: datetime) -> list[Contact]:
    """Calls received since, recorded as a kind that hides domestic abuse, which nobody has said is none or is.

    One that a supervisor has answered for is not among them.
    """
    hiding = [row.code for row in load("incident-kinds").as_of(london_day(since)) if row.flag("hides")]
    # while somebody still listens, nothing has been recorded wrongly yet
    unsaid = Q(recorded_as="", ended_at__isnull=False)
    rows = Contact.objects.filter(Q(recorded_as__in=hiding) | unsaid, received_at__gte=since)
    rows = rows.exclude(domestic=True)
    return list(rows.exclude(proposals__answered_at__isnull=False).order_by("received_at", "id"))


def told_of(contacts: Collection[Contact], *, now: datetime) -> dict[UUID, Told]:
    """What the rules read of each call: its log, and whether its place or its people have a history.

    Runs as the system; a history of somebody restricted is left out, since a proposal would tell of it.
    """
    lines: dict[UUID, list[str]] = defaultdict(list)
    for contact_id, words in (
        LogLine.objects.filter(contact__in=[one.id for one in contacts])
        .order_by("at", "id")
        .values_list("contact", "words")
    ):
        lines[contact_id].append(words)
    return {one.id: Told(tuple(lines[one.id]), _place_known(one, now), _pair_known(one)) for one in contacts}


def _place_known(contact: Contact, now: datetime) -> bool:
    """Whether domestic abuse was reported from this very address within the time that the rule names."""
    if not (contact.place and contact.postcode):
        return False
    within = [
        months_after(london_day(contact.received_at), -parse_clock(clock).count)
        for row in load("proposal-rules").as_of(london_day(now))
        if row.text("reads") == Reads.PLACE and (clock := row.optional_text("within"))
    ]
    earlier = Incident.objects.filter(
        domestic=True, postcode=contact.postcode, place__iexact=contact.place
    ).filter(reported_at__lt=contact.received_at, reported_at__date__gte=min(within, default=date.min))
    if contact.incident_id:
        earlier = earlier.exclude(id=contact.incident_id)
    hidden = set(
        Grant.objects.filter(
            Q(valid_until=None) | Q(valid_until__gt=now), kind=Grant.Kind.RESTRICT
        ).values_list("subject", flat=True)
    )
    return any(hidden.isdisjoint(subjects) for subjects in earlier.values_list("subjects", flat=True)[:SHOWN])


def _pair_known(contact: Contact) -> bool:
    """Whether two of the people involved are victim and suspect of one case, whichever records it names."""
    if len(contact.subjects) < 2:
        return False
    persons = set(identities(contact.subjects).values())
    cases = Case.objects.filter(
        Q(victim__links__identity__in=persons, victim__links__valid_until=None),
        Q(suspect__links__identity__in=persons, suspect__links__valid_until=None),
    )
    return len(persons) > 1 and cases.exists()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A call to be looked at, with the rules that propose it and the words that they found."""

    proposal: Proposal
    contact: Contact
    kind: str
    rules: tuple[str, ...]
    found: tuple[str, ...]
    log: tuple[LogLine, ...]
    taken_by: str


def waiting(actor: Actor) -> list[Proposed]:
    """Up to `SHOWN` calls that wait for an answer, oldest first, with the look at their people. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    by_contact: dict[UUID, list[Proposal]] = {}
    rows = (
        Proposal.objects.filter(answered_at=None)
        .select_related("contact")
        .order_by("contact__received_at", "id")
    )
    for one in rows[: SHOWN * len(load("proposal-rules").rows)]:
        by_contact.setdefault(one.contact_id, []).append(one)
    shown = list(by_contact.values())[:SHOWN]
    look(
        actor,
        (subject for theirs in shown for subject in theirs[0].contact.subjects),
        action=Action.SUPERVISE,
    )
    names = staff_names(theirs[0].contact.taken_by for theirs in shown if theirs[0].contact.taken_by)
    return [_proposed(theirs, names) for theirs in shown]


def one(actor: Actor, proposal_id: UUID) -> Proposed:
    """One call that waits for an answer, with the look at its people. Raises Refused where none does."""
    insist(actor, Action.SUPERVISE)
    found = Proposal.objects.filter(id=proposal_id, answered_at=None).first()
    if found is None:
        raise Refused(NOT_FOUND, proposal_id)
    theirs = list(
        Proposal.objects.filter(contact=found.contact_id, answered_at=None).select_related("contact")
    )
    contact = theirs[0].contact
    look(actor, contact.subjects, action=Action.SUPERVISE)
    return _proposed(theirs, staff_names([contact.taken_by] if contact.taken_by else []))


def count_waiting() -> int:
    """How many calls wait for an answer, in the running actor's sight."""
    return Proposal.objects.filter(answered_at=None).values("contact").distinct().count()


def _proposed(proposals: list[Proposal], names: dict[UUID, str]) -> Proposed:
    contact = proposals[0].contact
    rules, kinds = load("proposal-rules"), load("incident-kinds")
    log = tuple(contact.log.exclude(words="").order_by("at", "id"))
    said = [line.words for line in log]
    found: list[str] = []
    for one in proposals:
        row = rules.get(one.rule, on=london_day(one.proposed_at))
        found += sorted(heard(said, (*row.texts("says"), *row.texts("beside"))))
    return Proposed(
        proposal=proposals[0],
        contact=contact,
        kind=kinds.label(contact.recorded_as or NOT_YET_RECORDED, on=london_day(contact.received_at)),
        rules=tuple(rules.label(one.rule, on=london_day(one.proposed_at)) for one in proposals),
        found=tuple(dict.fromkeys(phrase.rstrip("*") for phrase in found)),
        log=log,
        taken_by=names.get(contact.taken_by, "") if contact.taken_by else "",
    )


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule, whether it is switched on and by whom, and how often it was right."""

    code: str
    label: str
    on: bool
    switched_at: datetime | None
    by_rule: bool
    ever: Precision
    latest: Precision


def rule_records(actor: Actor, *, on: date) -> list[RuleRecord]:
    """Every rule with its past precision, over the answers in the reader's sight. Raises Refused."""
    insist(actor, Action.SUPERVISE)
    answers: dict[str, list[bool]] = defaultdict(list)
    for rule, accepted in (
        Proposal.objects.filter(answered_at__isnull=False)
        .order_by("-answered_at", "-id")
        .values_list("rule", "accepted")
    ):
        answers[rule].append(bool(accepted))
    switches = {one.rule: one for one in RuleSwitch.objects.order_by("at")}
    staff = staff_names(one.by for one in switches.values())
    return [
        RuleRecord(
            code=row.code,
            label=row.label,
            on=row.code not in switches or switches[row.code].on,
            switched_at=switches[row.code].at if row.code in switches else None,
            by_rule=row.code in switches and switches[row.code].by not in staff,
            ever=precision(answers[row.code]),
            latest=precision(answers[row.code][:COUNTED]),
        )
        for row in load("proposal-rules").as_of(on)
    ]
