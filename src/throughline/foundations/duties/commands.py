"""Opening and discharging what must happen next."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor, Refused, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import OWNER_LEFT, duty_kind, duty_kinds
from throughline.reference import Row, load

#: Passes on what was with somebody whose account is closed.
LEAVERS = system("accounts that are closed")


@transaction.atomic
def open_duty(
    kind: str,
    *,
    now: datetime,
    record_id: UUID,
    cause: str,
    about: UUID | None = None,
    owner: UUID | None = None,
    role: str | None = None,
    due_at: datetime | None = None,
) -> Duty:
    """Put a duty on the list of the role that `reference` names, or add the cause to the open one.

    The clock of its kind runs from ``now``, unless somebody named when it is due. A kind whose owner is named needs
    ``owner``, and ``role`` where that account has another role than the kind says. The caller audits.
    """
    definition = duty_kind(kind, on=london_day(now))
    duty, made = Duty.objects.select_for_update().get_or_create(
        kind=kind,
        record_id=record_id,
        about=about,
        discharged_at=None,
        defaults={
            "role": role or definition.role,
            "owner": owner,
            "causes": [cause],
            "opened_at": now,
            "due_at": due_at or definition.due_at(now),
        },
    )
    if not made and cause not in duty.causes:
        duty.causes.append(cause)
        duty.save(update_fields=["causes"])
    return duty


@transaction.atomic
def discharge(*, by: Actor, now: datetime, duty_id: UUID, outcome: str) -> Duty:
    """Say that it was done, by whom and how. Doing it twice changes nothing. The caller audits."""
    duty = Duty.objects.select_for_update().get(id=duty_id)
    if duty.discharged_at is None:
        duty.discharged_at, duty.discharged_by, duty.outcome = now, by.id, outcome
        duty.save(update_fields=["discharged_at", "discharged_by", "outcome"])
    return duty


def discharge_about(about: UUID, *kinds: str, by: Actor, now: datetime, outcome: str) -> None:
    """`discharge` every open duty of some kinds about one thing. The caller audits."""
    for duty in Duty.objects.filter(kind__in=kinds, about=about, discharged_at=None).order_by("id"):
        discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)


@transaction.atomic
def hand_to(*, duty_id: UUID, owner: UUID) -> Duty:
    """Name somebody else who does a duty that one account alone has. The caller audits. One that is done stays."""
    duty = Duty.objects.select_for_update().get(id=duty_id)
    if duty.discharged_at is None:
        duty.owner = owner
        duty.save(update_fields=["owner"])
    return duty


@transaction.atomic
def stand_with(duty: Duty, whose: tuple[UUID, str] | None) -> Duty:
    """Put an open duty on the list of an account, by its role, and of nobody else. The caller audits.

    Where ``whose`` is nobody, or has it already, it stays where it stands.
    """
    if whose and duty.owner != whose[0]:
        duty.owner, duty.role = whose
        duty.save(update_fields=["owner", "role"])
    return duty


@transaction.atomic
def pass_on(*, now: datetime) -> int:
    """Put what was with an account that is closed on the list of the role that reference's duty-kinds say.

    Its time does not begin anew, and the list says why it is there. The worker's; says how many were passed on.
    """
    set_actor(LEAVERS)
    closed = User.objects.filter(is_active=False).values("id")
    return pass_these_on(Duty.objects.filter(owner__in=closed), cause=OWNER_LEFT, now=now)


def pass_these_on(duties: QuerySet[Duty], *, cause: str, now: datetime) -> int:
    """`pass_on` of some of the duties that are one account's, with why. Inside another command of `LEAVERS` only."""
    to = {kind.code: kind.left_to for kind in duty_kinds(london_day(now)) if kind.left_to}
    with_one = duties.select_for_update().filter(kind__in=to, owner__isnull=False, discharged_at=None)
    passed = list(with_one.order_by("id"))
    if passed:
        undertake(LEAVERS, Action.SUPERVISE_TEAM, detail={"passed_on": [str(duty.id) for duty in passed]})
    for duty in passed:
        duty.owner, duty.role = None, to[duty.kind]
        duty.causes = list(dict.fromkeys([*duty.causes, cause]))
        duty.save(update_fields=["owner", "role", "causes"])
    return len(passed)


@transaction.atomic
def carry_out(*, by: Actor, now: datetime, duty_id: UUID, outcome: str) -> Duty:
    """Discharge a duty that stands on one's own list, with a coded outcome of its kind. Audited.

    Raises Refused for a duty of another role or account, ValueError for an outcome of another kind.
    """
    duty = Duty.objects.select_for_update().get(id=duty_id)
    insist_on_own(by, duty)
    undertake(by, Action.DISCHARGE_DUTY, duty.record_id, detail={"duty": str(duty.id), "outcome": outcome})
    if outcome not in {row.code for row in outcomes(duty.kind, on=london_day(now))}:
        raise ValueError("outcome: not one of this kind of duty")
    return discharge(by=by, now=now, duty_id=duty.id, outcome=outcome)


def insist_on_own(by: Actor, duty: Duty) -> None:
    """Raise Refused for a duty that is not on the list of ``by``, or is somebody else's alone."""
    if duty.role != by.role or duty.owner not in (None, by.id):
        raise Refused("A duty is discharged from the list that it stands on", duty.record_id)


def outcomes(kind: str, *, on: date) -> tuple[Row, ...]:
    """How a duty of this kind can be discharged; empty where a decision of its own does that."""
    return tuple(row for row in load("duty-outcomes").as_of(on) if row.text("duty") == kind)
