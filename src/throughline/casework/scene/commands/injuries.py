"""Injuries on the body chart."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.people.rules import Malformed
from throughline.casework.scene.commands.attending import keep_words, undertaken
from throughline.casework.scene.models import Injury
from throughline.casework.scene.queries.reach import done_at, parts_in
from throughline.casework.scene.rules import Section
from throughline.foundations.access.rules import Actor
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@transaction.atomic
def add_injuries(
    *,
    by: Actor,
    now: datetime,
    attendance_id: UUID,
    record_id: UUID,
    regions: Collection[str],
    kind: str,
    seen_by: Collection[str] = (),
    photographed: bool | None = None,
    words: str = "",
    at: datetime | None = None,
) -> list[Injury]:
    """Write down an injury of somebody in the incident: one row for each region of the chart that has it.

    Raises Malformed, naming the field.
    """
    attendance = undertaken(by, attendance_id, Section.INJURIES)
    today = london_day(now)
    if record_id not in {one for one, _part in parts_in(attendance.incident)}:
        raise Malformed("whose", "is nobody of this incident")
    if not regions:
        raise Malformed("regions", "choose at least one place on the body")
    _known("regions", "body-regions", regions, today)
    _known("kind", "injury-kinds", [kind], today)
    _known("seen_by", "injury-witnesses", seen_by, today)
    made = [
        Injury.objects.create(
            attendance=attendance,
            record_id=record_id,
            region=region,
            kind=kind,
            seen_by=list(seen_by),
            photographed=photographed,
            at=done_at(at, now),
            entered_at=now,
            by=by.id,
        )
        for region in dict.fromkeys(regions)
    ]
    for one in made:
        keep_words(attendance.incident, one.id, words=words)
    return made


def _known(field: str, list_name: str, codes: Collection[str], today: date) -> None:
    known = load(list_name).codes(on=today)
    if not known.issuperset(codes):
        raise Malformed(field, "is not on the list")


@transaction.atomic
def withdraw_injury(
    *, by: Actor, now: datetime, attendance_id: UUID, injury_id: UUID, at: datetime | None = None
) -> None:
    """Take back an injury that was written by mistake; the row stays. Doing it twice changes nothing."""
    attendance = undertaken(by, attendance_id, Section.INJURIES)
    injury = attendance.injuries.filter(id=injury_id).first()
    if injury is None:
        raise Malformed("", "There is no such injury")
    if injury.withdrawn_at is None:
        injury.withdrawn_at, injury.withdrawn_by = done_at(at, now), by.id
        injury.save(update_fields=["withdrawn_at", "withdrawn_by"])
