"""Opening and discharging what must happen next."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Actor
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind


@transaction.atomic
def open_duty(
    kind: str,
    *,
    now: datetime,
    record_id: UUID,
    cause: str,
    about: UUID | None = None,
    owner: UUID | None = None,
) -> Duty:
    """Put a duty on the list of the role that `reference` names, or add the cause to the open one.

    The clock of its kind runs from ``now``; a kind whose owner is named needs ``owner``. The caller audits.
    """
    definition = duty_kind(kind, on=london_day(now))
    duty, made = Duty.objects.select_for_update().get_or_create(
        kind=kind,
        record_id=record_id,
        about=about,
        discharged_at=None,
        defaults={
            "role": definition.role,
            "owner": owner,
            "causes": [cause],
            "opened_at": now,
            "due_at": definition.due_at(now),
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
