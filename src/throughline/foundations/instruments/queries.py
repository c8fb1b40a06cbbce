"""The instruments of this force, and the answers given to them."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from uuid import UUID

from django.conf import settings

from throughline.foundations.access.rules import Actor
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import Library, read_library


@cache
def library() -> Library:
    """The instruments that come with the software and, before them, the force's own.

    The force's own stand in the folder that the setting ``THROUGHLINE_INSTRUMENTS`` names; read once per
    process, so an amended version takes effect at the next start.
    """
    own = settings.THROUGHLINE_INSTRUMENTS
    with as_file(files("throughline.reference") / "instruments") as shipped:
        return read_library([shipped, *([Path(own)] if own else [])])


def latest(actor: Actor, *, subject: UUID, instrument: str) -> Answers | None:
    """The answers about ``subject`` that stand now, of whatever version, where ``actor`` may see them.

    Row security decides, for the actor of the running transaction.
    """
    return Answers.objects.filter(subject=subject, instrument=instrument, superseded_by=None).first()
