"""Proposing calls that may be recorded as the wrong thing, and what a supervisor makes of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.held import the_contact
from throughline.casework.contact.commands.sending import with_incident
from throughline.casework.contact.commands.taking import change
from throughline.casework.contact.models import Proposal, RuleSwitch
from throughline.casework.contact.queries.proposing import answers_since_on, candidates, rules_on, told_of
from throughline.casework.contact.rules.proposing import mostly_wrong, proposes
from throughline.casework.people.rules import NOT_FOUND, Conflict
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

PROPOSER = system("proposer")
#: How far back the worker looks: a call that a rule fits later than that is another supervisor's.
LOOKS_BACK = timedelta(hours=48)
DOMESTIC = "domestic-abuse"


@transaction.atomic
def propose(*, now: datetime, since: datetime | None = None) -> int:
    """Have every rule that is switched on read the calls that may be recorded as the wrong thing.

    The worker's, every few minutes; a call is proposed once by each rule, and not again once a supervisor has
    answered. Says how many proposals were made.
    """
    set_actor(PROPOSER)
    rules = rules_on(london_day(now))
    made = 0
    contacts = candidates(since or now - LOOKS_BACK)
    known = told_of(contacts, now=now)
    fits = [
        (contact, rule.code) for contact in contacts for rule in rules if proposes(rule, known[contact.id])
    ]
    there = set(
        Proposal.objects.filter(contact__in=[one.id for one, _ in fits]).values_list("contact", "rule")
    )
    new = [(contact, rule) for contact, rule in fits if (contact.id, rule) not in there]
    if new:
        undertake(PROPOSER, Action.SUPERVISE, detail={"proposals": len(new)})
    for contact, rule in new:
        _, fresh = Proposal.objects.get_or_create(contact=contact, rule=rule, defaults={"proposed_at": now})
        made += fresh
    return made


@transaction.atomic
def answer(*, by: Actor, now: datetime, proposal_id: UUID, accepted: bool) -> Proposal:
    """Say whether a call that was proposed is domestic abuse. Accepted, it is recorded as that.

    Every rule that proposed the call has its answer by this. The same answer again changes nothing; another
    than a colleague's raises Conflict. Raises Refused.
    """
    undertake(by, Action.SUPERVISE, detail={"proposal": str(proposal_id), "accepted": accepted})
    contact_id = Proposal.objects.filter(id=proposal_id).values_list("contact", flat=True).first()
    if contact_id is None:
        raise Refused(NOT_FOUND, proposal_id)
    contact = the_contact(contact_id, locked=True)
    undertake(by, Action.SUPERVISE, *contact.subjects, detail={"contact": str(contact_id)})
    proposal = Proposal.objects.get(id=proposal_id)
    if proposal.answered_at is not None:
        if proposal.accepted is not accepted:
            raise Conflict("a colleague has answered otherwise")
        return proposal
    waiting = list(Proposal.objects.select_for_update().filter(contact=contact, answered_at=None))
    for one in waiting:
        one.accepted, one.answered_at, one.answered_by = accepted, now, by.id
        one.save(update_fields=["accepted", "answered_at", "answered_by"])
    if accepted:
        contact = with_incident(by=by, now=now, contact=contact)
        # tells the incident, too (cases.commands.incidents.reclassify)
        change(
            by=by,
            now=now,
            contact_id=contact.id,
            version=contact.version,
            recorded_as=DOMESTIC,
            domestic=True,
        )
    for rule in {one.rule for one in waiting}:
        _switch_off_if_wrong(rule, now)
    proposal.refresh_from_db()
    return proposal


@dataclass(slots=True)
class Batch:
    """What became of several answers that were sent together: each was kept, or could not be, by itself."""

    kept: list[UUID] = field(default_factory=list)
    answered_by_another: list[UUID] = field(default_factory=list)
    gone: list[UUID] = field(default_factory=list)


def answer_each(*, by: Actor, now: datetime, answers: Mapping[UUID, bool]) -> Batch:
    """Keep each of several answers by itself: one that cannot be kept takes none of the others with it."""
    batch = Batch()
    for proposal_id, accepted in answers.items():
        try:
            with transaction.atomic():
                answer(by=by, now=now, proposal_id=proposal_id, accepted=accepted)
        except Conflict:
            batch.answered_by_another.append(proposal_id)
        except Refused:
            batch.gone.append(proposal_id)
        else:
            batch.kept.append(proposal_id)
    return batch


@transaction.atomic
def switch_rule(*, by: Actor, now: datetime, rule: str, on: bool) -> RuleSwitch:
    """Switch a rule that proposes on or off by hand. Raises UnknownCode."""
    undertake(by, Action.SUPERVISE, detail={"rule": rule, "on": on})
    load("proposal-rules").get(rule, on=london_day(now))
    return RuleSwitch.objects.create(rule=rule, on=on, at=now, by=by.id)


def _switch_off_if_wrong(rule: str, now: datetime) -> None:
    """The written rule (`rules.proposing.mostly_wrong`), over the answers since somebody switched it on."""
    # over every answer, also about calls that this supervisor may not see
    with acting(PROPOSER):
        if mostly_wrong(answers_since_on(rule)):
            undertake(PROPOSER, Action.SUPERVISE, detail={"rule": rule, "on": False})
            RuleSwitch.objects.create(rule=rule, on=False, at=now, by=PROPOSER.id)
