"""What typed dates and times mean, and which fields of a form apply to the answers given so far."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

#: For each field that does not always apply: the earlier fields it depends on, and the answers to each of
#: them with which it applies. All must hold; of several answers to one field, any does.
Conditions = Mapping[str, Mapping[str, Collection[str]]]


def chosen(answer: object) -> frozenset[str]:
    """The answer to a field as the set of choices that it names; nothing chosen is the empty set."""
    if isinstance(answer, str):
        return frozenset((answer,)) if answer else frozenset()
    if answer is None:
        return frozenset()
    if isinstance(answer, bool):
        return frozenset({"yes" if answer else "no"})
    if isinstance(answer, list | tuple | set | frozenset):
        return frozenset(str(one) for one in answer)
    return frozenset({str(answer)})


def applying(
    names: Iterable[str],
    conditions: Conditions,
    answers: Mapping[str, object],
    *,
    unsettled: Collection[str] = (),
) -> frozenset[str]:
    """Which of the fields ``names``, given in the order of the form, apply to ``answers``.

    A field whose own condition does not apply brings nothing below it, whatever it holds. A field in
    ``unsettled`` holds an answer that cannot be read yet, so what depends on it stays.
    """
    found: set[str] = set()
    for name in names:
        if name not in conditions or all(
            earlier in found and (earlier in unsettled or not chosen(answers.get(earlier)).isdisjoint(wanted))
            for earlier, wanted in conditions[name].items()
        ):
            found.add(name)
    return frozenset(found)


class Part(StrEnum):
    """A box of a date, named as its field in the page is."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Fault(StrEnum):
    """What is wrong with one part of what was typed."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no such day"


class Unreadable(ValueError):
    """Something typed that is not a date or a time; names the part and the fault, never what was typed."""

    def __init__(self, part: str, fault: Fault) -> None:
        super().__init__(f"{part}: {fault}")
        self.part = part
        self.fault = fault


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day(day: str, month: str, year: str) -> dt.date | None:
    """The date typed into three boxes; None where all are empty.

    The month may be a number or an English name. The year needs four digits, because "60" was two people's
    birth year. Raises ``Unreadable`` for the first box that is wrong.
    """
    typed = {Part.DAY: day.strip(), Part.MONTH: month.strip(), Part.YEAR: year.strip()}
    if not any(typed.values()):
        return None
    for part, text in typed.items():
        if not text:
            raise Unreadable(part, Fault.MISSING)
    numbers = {
        Part.DAY: _number(typed[Part.DAY], range(1, 32), width=2),
        Part.MONTH: _month(typed[Part.MONTH]),
        Part.YEAR: _number(typed[Part.YEAR], range(1000, 10000), width=4),
    }
    for part, number in numbers.items():
        if number is None:
            raise Unreadable(part, Fault.UNREADABLE)
    try:
        return dt.date(*(numbers[part] or 0 for part in (Part.YEAR, Part.MONTH, Part.DAY)))
    except ValueError:
        raise Unreadable(Part.DAY, Fault.NO_SUCH_DAY) from None


def _number(text: str, allowed: range, *, width: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= width):
        return None
    return int(text) if int(text) in allowed else None


def _month(text: str) -> int | None:
    name = text.lower()
    if len(name) >= 3 and name[:3] in _MONTHS:
        number = _MONTHS.index(name[:3]) + 1
        full = dt.date(2000, number, 1).strftime("%B").lower()
        return number if full.startswith(name) or name == "sept" else None
    return _number(text, range(1, 13), width=2)


@dataclass(frozen=True)
class TimeRange:
    """From one time of day until another, in London; one that ends before it starts runs past midnight."""

    start: dt.time
    until: dt.time


_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>[ap])?(?(half)\.?m\.?)",
    re.ASCII | re.IGNORECASE,
)
_NAMED = {"noon": dt.time(12), "midday": dt.time(12), "midnight": dt.time(0)}


def read_time(text: str, part: str) -> dt.time:
    """The time of day in ``text`` as people write it: "7pm", "19:00", "1900", "7.30 am", "noon".

    Raises ``Unreadable`` with ``part`` where it is none.
    """
    written = text.strip()
    if not written:
        raise Unreadable(part, Fault.MISSING)
    if (named := _NAMED.get(written.lower())) is not None:
        return named
    match = _TIME.fullmatch(written)
    if match is None:
        raise Unreadable(part, Fault.UNREADABLE)
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Unreadable(part, Fault.UNREADABLE)
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return dt.time(hour, minute)
    except ValueError:
        raise Unreadable(part, Fault.UNREADABLE) from None


def read_time_range(start: str, until: str) -> TimeRange | None:
    """The range typed into two boxes, ``start`` and ``until``; None where both are empty."""
    if not start.strip() and not until.strip():
        return None
    return TimeRange(read_time(start, "start"), read_time(until, "until"))
