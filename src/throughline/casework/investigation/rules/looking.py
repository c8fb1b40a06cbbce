"""Which suspects are to be found, in which order, and when next."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from throughline.reference import Row

#: Of the reasons for not arresting (no-arrest-reasons), those of somebody who is being looked for.
AT_LARGE: Final = ("not-found", "gone")
#: What was done about a suspect that leaves an interview to be held.
TO_COME: Final = "voluntary-attendance"


def source_of(action: str, reasons: Collection[str]) -> str:
    """Why a suspect is outstanding after what was done at the scene, a code of suspect-sources; empty where not."""
    if action == TO_COME:
        return "to-interview"
    if action == "arrest" or not set(reasons) & set(AT_LARGE):
        return ""
    return "had-gone" if "gone" in reasons else "not-arrested-yet"


def source_of_fact(kind: str, rows: Collection[Row]) -> str:
    """Why a suspect is outstanding by a standing fact of a kind; empty where it says nothing of that."""
    return next((row.code for row in rows if row.optional_text("fact") == kind), "")


def order(rank: int | None, since: datetime) -> tuple[int, datetime]:
    """The place of a suspect in the list: the most dangerous first, of those whoever is longest at large.

    A case that nobody has graded stands above all: nobody has said that it is less.
    """
    return (-1 if rank is None else rank, since)
