"""Reading the log: who looked at a record, and whether the chain holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from throughline.foundations.audit import rules
from throughline.foundations.audit.commands import Checkpoints, entry_of
from throughline.foundations.audit.models import Event, Seal


def about(record_ids: list[UUID], limit: int = 200) -> QuerySet[Event]:
    """The latest looks and changes that name one of these records, newest first."""
    return Event.objects.filter(subjects__overlap=record_ids).order_by("-id")[:limit]


def own_looks(actor: UUID, action: str, record_id: UUID) -> QuerySet[Event]:
    """The reader's own latest looks of one kind at a record, newest first. Everybody may read their own."""
    mine = Event.objects.filter(actor=actor, kind=Event.Kind.LOOK, action=action)
    return mine.filter(subjects__contains=[record_id]).order_by("-id")[:100]


def looked(
    *,
    actor: UUID | None = None,
    record_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> QuerySet[Event]:
    """The log, newest first, narrowed to one account, one record, a span of time or what is older still."""
    wanted = {
        "actor": actor,
        "subjects__contains": [record_id] if record_id else None,
        "at__gte": since,
        "at__lt": until,
        "id__lt": before,
    }
    return Event.objects.filter(**{k: v for k, v in wanted.items() if v is not None}).order_by("-id")


def chain(batch: int = 5_000) -> Iterator[tuple[rules.Link, rules.Entry | None]]:
    """The sealed log in order, each link with the event that it names."""
    reached = 0
    while links := list(Seal.objects.filter(number__gt=reached).order_by("number")[:batch]):
        events = Event.objects.in_bulk([link.event for link in links])
        for link in links:
            event = events.get(link.event)
            yield (
                rules.Link(link.number, link.event, bytes(link.hash)),
                entry_of(event) if event else None,
            )
        reached = links[-1].number


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the log was read, and the first thing wrong with it."""

    sealed: int
    unsealed: int
    checkpoints: int
    fault: rules.Fault | None


def verify(checkpoints: Checkpoints) -> Verdict:
    """Read the whole log and say what is the first thing wrong with it, if anything."""
    sealed, events = Seal.objects.count(), Event.objects.count()
    try:
        signed = checkpoints.read()
    except (ValueError, OSError) as problem:
        return Verdict(sealed, events - sealed, 0, rules.Fault(str(problem)))
    fault = rules.first_fault(chain(), signed) or _unsealed()
    return Verdict(sealed, max(events - sealed, 0), len(signed), fault)


def _unsealed() -> rules.Fault | None:
    """An event that stands before a sealed one and has no seal was slipped in afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id from audit_event e left join audit_seal s on s.event = e.id"
            " where s.event is null and (e.xact, e.id) <"
            " (select f.xact, f.id from audit_event f join audit_seal t on t.event = f.id"
            "  order by t.number desc limit 1) order by e.xact, e.id limit 1"
        )
        row = cursor.fetchone()
    return rules.Fault("an event was slipped in after sealing", event=row[0]) if row else None
