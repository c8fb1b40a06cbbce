"""Writing the log, and sealing it."""

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connection, transaction
from django.db.models import Q

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.queries import insist_on_all
from throughline.foundations.access.rules import NOTHING, Action, Actor, Role, Subject, insist, system
from throughline.foundations.audit import rules
from throughline.foundations.audit.models import Event, Seal

_INSERT = (
    "insert into audit_event (actor, role, kind, action, purpose, subjects, detail)"
    " values (%s, %s, %s, %s, %s, %s::uuid[], %s::jsonb)"
)
# one number for the advisory lock that keeps a second sealer out
_SEALER_LOCK = 7310901


def record(
    actor: Actor,
    kind: Event.Kind,
    action: str,
    *,
    subjects: Iterable[UUID] = (),
    purpose: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one audit row in the running transaction, at the database's time.

    A ``write`` comes before what it tells of: the guarded tables are closed until then. ``detail`` holds
    ids, codes and dates only, so that erasing a person leaves nothing of them here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                str(actor.id),
                str(actor.role),
                str(kind),
                action,
                purpose,
                [str(subject) for subject in subjects],
                json.dumps(detail or {}),
            ],
        )


def undertake(
    by: Actor,
    action: Action,
    *record_ids: UUID,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
    subject: Subject = NOTHING,
) -> None:
    """Open a command: ask the rules about every record it touches, then write its audit row.

    ``subject`` is what no record stands for, such as a force's return. Raises `Refused`. The system's own actors are bound by what their command does, not by a role.
    """
    if by.role is not Role.SYSTEM:
        if record_ids:
            insist_on_all(by, action, record_ids)
        else:
            insist(by, action, subject)
    record(by, Event.Kind.WRITE, action, subjects=record_ids, purpose=purpose, detail=detail)


SEALER = system("sealer")


@transaction.atomic
def seal(limit: int = 10_000) -> int:
    """Chain the events that are committed and can no longer be overtaken; says how many.

    Run by the worker every second, outside any page's transaction.
    """
    set_actor(SEALER)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = cursor.fetchone()[0]
    last = Seal.objects.order_by("-number").first()
    waiting = Event.objects.filter(xact__lt=horizon)
    if last is not None:
        reached = Event.objects.get(id=last.event)
        waiting = waiting.filter(Q(xact__gt=reached.xact) | Q(xact=reached.xact, id__gt=reached.id))
    links = rules.extend(
        rules.Link(last.number, last.event, bytes(last.hash)) if last else None,
        map(entry_of, waiting.order_by("xact", "id")[:limit]),
    )
    return len(Seal.objects.bulk_create(Seal(number=x.number, event=x.event, hash=x.hash) for x in links))


def entry_of(event: Event) -> rules.Entry:
    """The row as the chain sees it."""
    return rules.Entry(
        id=event.id,
        at=event.at,
        xact=event.xact,
        actor=event.actor,
        role=event.role,
        kind=event.kind,
        action=event.action,
        purpose=event.purpose,
        subjects=tuple(event.subjects),
        detail=event.detail,
    )


class Checkpoints:
    """Signed notes of how far the chain reached, one file each, in a folder away from the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _key(self) -> Ed25519PrivateKey:
        file = self.folder / "signing.key"
        if not file.is_file():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = Ed25519PrivateKey.generate()
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(key.private_bytes_raw())
            (self.folder / "signing.pub").write_bytes(key.public_key().public_bytes_raw())
        return Ed25519PrivateKey.from_private_bytes(file.read_bytes())

    def write(self) -> rules.Checkpoint | None:
        """Sign where the chain stands now, unless that was signed already."""
        last = Seal.objects.order_by("-number").first()
        if last is None:
            return None
        file = self.folder / f"{last.number:012d}.json"
        note = {"number": last.number, "hash": bytes(last.hash).hex()}
        if not file.is_file():
            signature = self._key().sign(json.dumps(note, sort_keys=True).encode())
            part = file.with_suffix(".part")
            part.write_text(json.dumps({**note, "signature": base64.b64encode(signature).decode()}))
            part.rename(file)
        return rules.Checkpoint(last.number, bytes(last.hash))

    def read(self) -> list[rules.Checkpoint]:
        """All notes whose signature holds; a note that was altered raises ValueError naming its file."""
        notes = sorted(self.folder.glob("*.json"))
        if not notes:
            return []
        public = Ed25519PublicKey.from_public_bytes((self.folder / "signing.pub").read_bytes())
        checkpoints = []
        for file in notes:
            try:
                note = json.loads(file.read_text())
                signature = base64.b64decode(note.pop("signature"))
                public.verify(signature, json.dumps(note, sort_keys=True).encode())
                checkpoints.append(rules.Checkpoint(note["number"], bytes.fromhex(note["hash"])))
            except (InvalidSignature, ValueError, KeyError) as problem:
                raise ValueError(f"checkpoint {file.name} was altered") from problem
        return checkpoints
