"""The instruments of this force, and the answers given to them."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from uuid import UUID

from django.conf import settings

from throughline.foundations.access.rules import Actor
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import (
    AbuseKind,
    Instrument,
    Library,
    Setting,
    Which,
    read_library,
    which_instruments,
)


@cache
def library() -> Library:
    """The instruments that come with the software and, before them, the force's own.

    The force's own stand in the folder that the setting ``THROUGHLINE_INSTRUMENTS`` names; read once per
    process, so an amended version takes effect at the next start.
    """
    own = own_folder()
    with shipped_folder() as shipped:
        return read_library([shipped, *([own] if own else [])])


def shipped_folder() -> AbstractContextManager[Path]:
    """The folder of the instruments that come with the software, for as long as the context lasts."""
    return as_file(files("throughline.reference") / "instruments")


def own_folder() -> Path | None:
    """The folder of the force's own, where it has one."""
    own = settings.THROUGHLINE_INSTRUMENTS
    return Path(own) if own else None


@dataclass(frozen=True, slots=True)
class ToAsk:
    """The risk assessment to ask, the further ones that the kind of abuse brings, and why these."""

    main: Instrument
    follow_ups: tuple[Instrument, ...]
    which: Which


def to_ask(on: date, *, setting: Setting, relationship: str, kinds: Collection[AbuseKind] = ()) -> ToAsk:
    """The versions to ask by on a day in London, each told the relationship that it is asked about.

    A choice of the force that has no version on that day counts for nothing: somebody at a door is never left
    without questions. Raises LookupError as ``which_instruments``.
    """
    shelf = library()
    which = which_instruments(
        on,
        setting=setting,
        relationship=relationship,
        kinds=kinds,
        chosen=[
            one
            for one in shelf.chosen
            if any(
                version.holds(on)
                for folder in shelf.folders
                for version in folder
                if version.code == one.instrument
            )
        ],
    )
    return ToAsk(
        main=shelf.as_of(which.main, on).asked_of(relationship),
        follow_ups=tuple(shelf.as_of(code, on).asked_of(relationship) for code in which.follow_ups),
        which=which,
    )


def latest(actor: Actor, *, subject: UUID, instrument: str) -> Answers | None:
    """The answers about ``subject`` that stand now, of whatever version, where ``actor`` may see them.

    Row security decides, for the actor of the running transaction.
    """
    return Answers.objects.filter(subject=subject, instrument=instrument, superseded_by=None).first()
