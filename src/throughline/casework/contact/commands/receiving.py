"""Calls that another system delivers, line by line or file by file: each kept in a transaction of its own."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.taking import deliver
from throughline.casework.contact.rules.delivery import Fault, read_delivery
from throughline.casework.contact.rules.taking import TELEPHONY
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.protection import set_actor
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

_LISTS = {"channel": "contact-channels", "line": "contact-lines"}
#: A file that cannot be read and is younger than this may still be being written.
STILL_WRITTEN = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call: ``new``, ``changed``, ``same`` or ``refused``, and what was left out of it."""

    result: str
    ref: str = ""
    contact_id: UUID | None = None
    faults: tuple[Fault, ...] = ()


def keep_call(raw: bytes, *, now: datetime, system: str, channel: str) -> Outcome:
    """Keep one call; when this returns it is committed, or said to be refused with the field at fault.

    ``channel`` is for a call that names none. What the database raises is the caller's to wait for: the call
    is not kept then, and can be delivered again.
    """
    today = london_day(now)
    codes = {field: load(name).codes(on=today) for field, name in _LISTS.items()}
    try:
        told = read_delivery(raw, now=now, known=lambda field, code: code in codes[field])
    except Malformed as wrong:
        return Outcome("refused", faults=(Fault(wrong.field, wrong.why),))
    with transaction.atomic():
        set_actor(TELEPHONY)
        contact, result = deliver(
            by=TELEPHONY,
            now=now,
            channel=told.channel or channel,
            system=system,
            system_ref=told.ref,
            number=told.number,
            latitude=told.latitude,
            longitude=told.longitude,
            within_metres=told.within_metres,
            place=told.place,
            line=told.line,
            received_at=told.at,
            recording=told.recording,
            recorded_until=told.recorded_until,
        )
    return Outcome(result, told.ref, contact.id, told.faults)


def waiting_files(folder: Path) -> list[Path]:
    """The files that lie in a folder to be taken in, oldest first."""
    found = []
    for file in folder.glob("*.json"):
        with suppress(FileNotFoundError):
            found.append((file.stat().st_mtime, file.name, file))
    return [file for _age, _name, file in sorted(found)]


def keep_file(file: Path, *, now: datetime, system: str, channel: str) -> Outcome | None:
    """Keep the call that a file tells of, then move it to ``done`` or, with the reason beside it, ``refused``.

    None where it may still be being written. Stopped between keeping and moving, the next run finds the file
    again and the same call kept.
    """
    try:
        raw, age = file.read_bytes(), time() - file.stat().st_mtime
    except FileNotFoundError:
        return None
    outcome = keep_call(raw, now=now, system=system, channel=channel)
    if outcome.result == "refused" and age < STILL_WRITTEN:
        return None
    _move(file, outcome)
    return outcome


def _move(file: Path, outcome: Outcome) -> None:
    folder = file.parent / ("refused" if outcome.result == "refused" else "done")
    folder.mkdir(mode=0o700, exist_ok=True)
    target = next(one for one in _names(folder, file) if not one.exists())
    if outcome.faults:
        target.with_suffix(".reason.txt").write_text("".join(f"{fault}\n" for fault in outcome.faults))
    file.rename(target)


def _names(folder: Path, file: Path) -> Iterator[Path]:
    yield folder / file.name
    number = 2
    while True:
        yield folder / f"{file.stem}-{number}{file.suffix}"
        number += 1
