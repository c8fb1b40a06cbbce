"""Which risk assessment is asked when: by the day, where it is asked, and who the two are to each other.

What applies is dated reference data (``risk-instruments``); what the force chose in its place stands in the force's
register. Nothing here looks at an answer, and nothing here grades.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from throughline.reference import Row, load


class Setting(StrEnum):
    """Where and by whom an assessment is made."""

    SCENE = "scene"
    PARTNER_AGENCY = "partner-agency"
    HUB = "hub"


class AbuseKind(StrEnum):
    """What an incident was said to be, beyond the relationship, that brings questions of its own."""

    STALKING = "stalking"
    HONOUR_BASED = "honour-based"


class Use(StrEnum):
    """What a row of ``risk-instruments`` says of its instrument."""

    STANDARD = "standard"
    CHOICE = "choice"
    FOLLOW_UP = "follow-up"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The force's choice to ask an instrument in a setting from a day on, until it chooses again."""

    setting: Setting
    instrument: str
    since: dt.date


@dataclass(frozen=True, slots=True)
class Which:
    """The instrument to ask, those to ask as well, and what the force might have chosen; all by code."""

    main: str
    follow_ups: tuple[str, ...]
    #: The row that says so; None where the force chose an instrument that is not on the list.
    because: Row | None
    chosen: Chosen | None
    may_choose: tuple[str, ...]


def which_instruments(
    on: dt.date,
    *,
    setting: Setting,
    relationship: str,
    kinds: Collection[AbuseKind] = (),
    chosen: Iterable[Chosen] = (),
) -> Which:
    """What is asked on a day in London about a relationship of this group (reference list ``relationship``).

    The force's latest choice for the setting that is for this relationship goes before the standard. Raises
    LookupError for a group that is not on the list, and for a day before the first that the list knows.
    """
    if relationship not in {row.text("group") for row in load("relationship").as_of(on)}:
        raise LookupError(f"no group of relationships {relationship!r} on {on.isoformat()}")
    rows = [row for row in load("risk-instruments").as_of(on) if setting in row.texts("settings")]
    fitting = [row for row in rows if not row.texts("groups") or relationship in row.texts("groups")]
    main = {row.text("instrument"): row for row in fitting if row.text("use") != Use.FOLLOW_UP}
    listed = {row.text("instrument") for row in load("risk-instruments").rows}
    choice = next(
        (
            one
            for one in sorted(chosen, key=lambda one: one.since)[::-1]
            if one.setting is setting
            and one.since <= on
            and (one.instrument in main or one.instrument not in listed)
        ),
        None,
    )
    standard = next((row for row in main.values() if row.text("use") == Use.STANDARD), None)
    if standard is None:
        raise LookupError(f"no risk assessment is listed for {setting} on {on.isoformat()}")
    asked = choice.instrument if choice else standard.text("instrument")
    return Which(
        main=asked,
        follow_ups=tuple(
            row.text("instrument")
            for row in fitting
            if row.text("use") == Use.FOLLOW_UP
            and (not row.texts("kinds") or set(kinds) & set(row.texts("kinds")))
        ),
        because=main.get(asked),
        chosen=choice,
        may_choose=tuple(code for code in main if code != asked),
    )
