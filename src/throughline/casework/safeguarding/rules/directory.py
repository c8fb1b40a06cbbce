"""Support services that a force knows of: when each is open, and how a row of a file is read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from throughline.casework.people.rules import Malformed
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.rules import Unreadable, read_time
from throughline.reference import load

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS: Final = "always"
LONGEST: Final = 1_000
#: The columns of a file, in the order in which they are explained; ``name`` and ``what`` are needed.
COLUMNS: Final = (
    "name", "what", "needs", "area", "hours", "telephone", "web", "languages", "accessible", "refers", "checked_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """When a service is open on one day of the week (0 is Monday). One that closes no later than it opens closes on
    the day after; midnight to midnight is the whole day.
    """

    weekday: int
    opens: time
    closes: time


def is_open(hours: Iterable[Hours], at: datetime) -> bool:
    """Whether a service is open at an instant, by London's clock."""
    local = at.astimezone(LONDON)
    day, clock = local.weekday(), local.time()
    for one in hours:
        overnight = one.closes <= one.opens
        if one.weekday == day and one.opens <= clock and (overnight or clock < one.closes):
            return True
        # what began yesterday evening
        if overnight and (one.weekday + 1) % 7 == day and clock < one.closes:
            return True
    return False


_PART = re.compile(
    r"(?P<first>[a-z]{3})[a-z]*(?: ?[-–] ?(?P<last>[a-z]{3})[a-z]*)? +(?P<opens>\S.*?) ?(?:[-–]|to) ?(?P<closes>\S.*)"
)


def read_hours(text: str) -> tuple[Hours, ...]:
    """Reads "Mon-Fri 09:00-17:00; Sat 10:00-12:00" or "always". Empty: not known. Raises Malformed."""
    if not text.strip():
        return ()
    if text.strip().lower() == ALWAYS:
        return tuple(Hours(day, time(), time()) for day in range(7))
    found: set[Hours] = set()
    for part in filter(None, (each.strip().lower() for each in text.split(";"))):
        match = _PART.fullmatch(part)
        if not match or not {match["first"], match["last"] or match["first"]} <= set(DAYS):
            raise Malformed("hours", "write hours like Mon-Fri 09:00-17:00; Sat 10:00-12:00, or always")
        try:
            opens, closes = read_time(match["opens"], "hours"), read_time(match["closes"], "hours")
        except Unreadable:
            raise Malformed(
                "hours", "write hours like Mon-Fri 09:00-17:00; Sat 10:00-12:00, or always"
            ) from None
        first, last = DAYS.index(match["first"]), DAYS.index(match["last"] or match["first"])
        days = [*range(first, last + 1)] if first <= last else [*range(first, 7), *range(last + 1)]
        found |= {Hours(day, opens, closes) for day in days}
    return tuple(sorted(found))


def hours_in_words(hours: Iterable[Hours]) -> str:
    """Hours as `read_hours` reads them: days in a row of the same hours in one part."""
    rows = sorted(set(hours))
    if not rows:
        return ""
    if rows == [Hours(day, time(), time()) for day in range(7)]:
        return ALWAYS
    spans: dict[tuple[time, time], list[list[int]]] = {}
    for one in rows:
        of = spans.setdefault((one.opens, one.closes), [])
        if of and of[-1][-1] == one.weekday - 1:
            of[-1].append(one.weekday)
        else:
            of.append([one.weekday])
    parts = [
        (
            days[0],
            f"{DAYS[days[0]].title()}{'-' + DAYS[days[-1]].title() if len(days) > 1 else ''} {opens:%H:%M}-{closes:%H:%M}",
        )
        for (opens, closes), of in spans.items()
        for days in of
    ]
    return "; ".join(words for _first, words in sorted(parts))


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a service. ``needs`` and ``languages`` are codes of reference."""

    name: str
    what: str
    needs: tuple[str, ...] = ()
    area: str = ""
    hours: tuple[Hours, ...] = ()
    telephone: str = ""
    web: str = ""
    languages: tuple[str, ...] = ()
    accessible: str = ""
    refers: str = ""


_WEB = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.ASCII)
_TELEPHONE = re.compile(r"\+?[\d ()]{5,20}", re.ASCII)


def checked(told: Told, on: date) -> Told:
    """What somebody wrote of a service, put in order. Raises Malformed, which names the field."""
    words = {
        field: " ".join(getattr(told, field).replace("\x00", "").split())
        for field in ("name", "what", "area", "telephone", "web", "accessible", "refers")
    }
    for field in ("name", "what"):
        if not words[field]:
            raise Malformed(field, "is needed")
    for field, text in words.items():
        if len(text) > LONGEST:
            raise Malformed(field, f"is longer than {LONGEST} characters")
    if words["telephone"] and not _TELEPHONE.fullmatch(words["telephone"]):
        raise Malformed("telephone", "is not a telephone number")
    if words["web"] and not _WEB.fullmatch(words["web"]):
        raise Malformed("web", "is not a web address")
    for field, name in (("needs", "service-needs"), ("languages", "leaflet-languages")):
        known = dict(load(name).choices(on=on))
        for code in getattr(told, field):
            if code not in known:
                raise Malformed(field, f"has no code {code[:40]!r}")
    return Told(
        **words,
        needs=tuple(dict.fromkeys(told.needs)),
        languages=tuple(dict.fromkeys(told.languages)),
        hours=tuple(sorted(set(told.hours))),
    )


def read_row(cells: Mapping[str, str]) -> tuple[Told, date | None]:
    """What a row of a file says of a service, and when it was last checked. Raises Malformed, which names the field."""
    checked_on = cells.get("checked_on", "").strip()
    try:
        day = date.fromisoformat(checked_on) if checked_on else None
    except ValueError:
        raise Malformed("checked_on", "write the day like 2026-11-03") from None
    told = {field: cells.get(field, "").strip() for field in COLUMNS if field != "checked_on"}
    return (
        Told(
            name=told["name"],
            what=told["what"],
            needs=_codes(told["needs"]),
            area=told["area"],
            hours=read_hours(told["hours"]),
            telephone=told["telephone"],
            web=told["web"],
            languages=_codes(told["languages"]),
            accessible=told["accessible"],
            refers=told["refers"],
        ),
        day,
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(";") if one.strip())
