"""Whether it is safe to call on her now, from what she said about reaching her. It never says that nobody is in danger."""

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from throughline.foundations.clock.rules import LONDON


class Calling(StrEnum):
    """What stands for or against calling on her at a moment."""

    #: A visit is among the ways that she said are safe, at this hour.
    SAFE = "safe"
    #: It is, and not at this hour.
    NOT_NOW = "not-now"
    #: It is not among the ways that she said are safe.
    NOT_SAFE = "not-safe"
    #: Nobody has asked, or what she said no longer holds.
    NOT_KNOWN = "not-known"
    #: The suspect is known to live there too, and she has not said that a visit is safe all the same.
    SUSPECT_LIVES_THERE = "suspect-lives-there"


#: Nobody sets out: another hour, or another way.
NEVER: Final = frozenset({Calling.NOT_SAFE, Calling.NOT_NOW})
#: Somebody sets out only with words that say why it is safe.
WITH_WORDS: Final = frozenset({Calling.NOT_KNOWN, Calling.SUSPECT_LIVES_THERE})

#: The safety measure that orders visits.
PATROL: Final = "patrol"


def calling(said: Mapping[str, object] | None, *, lives_there: bool, at: datetime) -> Calling:
    """Whether she can be called on at an instant, by her answers to safe-contact; None where none stands."""
    if said is None or "means" not in said:
        return Calling.SUSPECT_LIVES_THERE if lives_there else Calling.NOT_KNOWN
    means = said["means"]
    if "visit" not in (means if isinstance(means, list) else [means]):
        return Calling.NOT_SAFE
    if said.get("hours-limited") == "yes":
        hours = said.get("hours")
        if not isinstance(hours, Mapping):
            # words about days and hours are for a person to read
            return Calling.NOT_KNOWN
        if not _within(str(hours["start"]), str(hours["until"]), at):
            return Calling.NOT_NOW
    return Calling.SAFE


def _within(start: str, until: str, at: datetime) -> bool:
    """Whether an instant is in some hours of London's day; hours that end before they begin run past midnight."""
    begins, ends, now = time.fromisoformat(start), time.fromisoformat(until), at.astimezone(LONDON).time()
    return begins <= now < ends if begins < ends else now >= begins or now < ends
