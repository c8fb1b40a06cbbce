"""The force's own records as a file that Splink reads: what recognition compares of each, and nothing else."""

import csv
import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from throughline.casework.people.models import Features as Packed
from throughline.casework.people.rules import Malformed, row_of
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.commands import undertake
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.linkage.features import Features, unpack
from throughline.linkage.layout import Layout, layout_of
from throughline.linkage.names import NameParts

BATCH = 5_000
PURPOSE = "linking"
FIELDS = (
    "id", "forename", "surname", "full_name", "aliases", "dob", "age", "sex", "phone", "phone_2",
    "house_number", "street", "town", "postcode", "previous_house_number", "previous_street", "previous_town",
    "previous_postcode", "other_forename", "other_surname",
)  # fmt: skip


def layout() -> Layout:
    """How the file is read."""
    return layout_of({field: field for field in FIELDS})


def extract(
    *, by: Actor, now: datetime, reason: str, file: Path, say: Callable[[str], None], batch: int = BATCH
) -> int:
    """Write all records in the actor's sight to a file that only its owner reads; how many they are.

    Each is a look, written with the batch that it is read in. The file has its name once it is whole; one that
    stands there is not written again. Restricted records out of the actor's sight and refuges are not in it. Raises
    Refused; Malformed for a reason that is none; OSError.
    """
    with transaction.atomic():
        set_actor(by)
        undertake(by, Action.EXTRACT_PEOPLE, purpose=PURPOSE, detail={"reason": reason})
        if row_of("decision-reasons", "reason", reason, now).text("decision") != "extract":
            raise Malformed("reason", "this is no reason for taking records out")
    if file.exists():
        say("the records that an earlier run took out are used")
        return 0
    part, written, last = file.with_suffix(".part"), 0, UUID(int=0)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="") as out:  # fmt: skip
        writer = csv.writer(out)
        writer.writerow(FIELDS)
        while found := _next(by, last, batch):
            writer.writerows(_row(one, unpack(packed), london_day(now)) for one, packed in found)
            written, last = written + len(found), found[-1][0]
            say(f"{written:,} records taken out")
    part.rename(file)
    return written


def _next(by: Actor, after: UUID, batch: int) -> Sequence[tuple[UUID, bytes]]:
    with transaction.atomic():
        set_actor(by)
        rows = Packed.objects.filter(record_id__gt=after).order_by("record_id")
        found = [(one, bytes(packed)) for one, packed in rows.values_list("record_id", "packed")[:batch]]
        if found:
            subjects = [one for one, _ in found]
            write_audit(by, Event.Kind.LOOK, Action.EXTRACT_PEOPLE, subjects=subjects, purpose=PURPOSE)
    return found


def _row(record_id: UUID, known: Features, on: date) -> Sequence[str]:
    """A record as the file says it: the first of its names as such, the others as aliases, and two of its places."""
    first, *more = known.names or (NameParts((), (), True),)
    given, family = " ".join(first.given), " ".join(first.family)
    named = (given, family, "") if first.ordered else ("", "", " ".join((*first.given, *first.family)))
    born = f"{known.born[:4]}-{known.born[4:6]}-{known.born[6:]}" if known.born else ""
    # an age that was guessed leaves several years open, of which a file can say the middle
    age = str(on.year - (known.born_from + known.born_to + 1) // 2) if known.born_from else ""
    phones, places = (*known.phones, "", "")[:2], (*known.places, *[("",) * 4] * 2)[:2]
    other = known.others[0] if known.others else NameParts((), (), True)
    return (
        str(record_id), *named, ";".join(" ".join((*one.given, *one.family)) for one in more), born, age, known.sex,
        *phones, *places[0], *places[1], " ".join(other.given), " ".join(other.family),
    )  # fmt: skip
