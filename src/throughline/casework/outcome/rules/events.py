"""What comes from prosecutors, courts and prisons, and a row of a file of it, read. Nothing is looked up here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from throughline.casework.people.rules import Malformed
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.rules import Unreadable, read_time
from throughline.reference import Row, load

#: The columns of a file; `time` and `reference` may be left out.
COLUMNS: Final = ("crime", "urn", "what", "result", "date", "time", "reference")
NEEDED: Final = ("what", "date")
#: The most that is read of one file.
MOST_BYTES, MOST_ROWS = 1_000_000, 5_000
LONGEST_NUMBER: Final = 40
#: The day of a release, without which nothing is known of it.
RELEASE, HEARING = "prison-release", "hearing"
# a day without an hour: what has happened is taken for the middle of it, what is to come for its first moment
_NOON, _FIRST = 12, 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """One row: of which crime, in which code of court-events, when, and the other system's own number for it."""

    crime: str
    urn: str
    kind: str
    at: datetime
    reference: str = ""


def event_kinds(on: date) -> tuple[Row, ...]:
    """What can be written down on a day in London."""
    return load("court-events").as_of(on)


def moment(day: date, clock: str | None, *, to_come: bool) -> datetime:
    """The instant of a day in London and an hour as people write it. Raises Malformed for an hour that is none.

    What is to come without an hour may come as early as the day begins; she is told before.
    """
    if clock:
        try:
            return datetime.combine(day, read_time(clock, "time"), LONDON)
        except Unreadable:
            raise Malformed("time", "write the time like 2pm or 14:30") from None
    return datetime(day.year, day.month, day.day, _FIRST if to_come else _NOON, tzinfo=LONDON)


def read_row(cells: Mapping[str, str], today: date) -> EventRow:
    """A row of a file by its columns. Raises Malformed, which names the column and what puts it right."""
    told = {name: " ".join(value.replace("\x00", "").split()) for name, value in cells.items()}
    crime, urn = told.get("crime", ""), told.get("urn", "")
    if not crime and not urn:
        raise Malformed(
            "crime", "is empty, and so is urn: write the number of the crime or the URN of its file"
        )
    for name, value in told.items():
        if len(value) > LONGEST_NUMBER:
            raise Malformed(name, f"is longer than {LONGEST_NUMBER} characters")
    kind = _kind(told.get("what", ""), told.get("result", ""), today)
    day = _day(told.get("date", ""))
    at = moment(day, told.get("time"), to_come=kind.flag("to_come"))
    return EventRow(crime, urn.upper(), kind.code, at, told.get("reference", ""))


def _kind(what: str, result: str, today: date) -> Row:
    what, result = what.lower().replace(" ", "-"), result.lower().replace(" ", "-")
    rows = event_kinds(today)
    of_it = [row for row in rows if row.text("what") == what]
    if not of_it:
        known = ", ".join(dict.fromkeys(row.text("what") for row in rows))
        raise Malformed("what", f"is none of: {known}")
    # where nothing is told apart, whatever stands beside it is the other system's own
    if of_it[0].optional_text("result") is None:
        return of_it[0]
    found = next((row for row in of_it if row.optional_text("result") == result), None)
    if found is None:
        known = ", ".join(str(row.optional_text("result")) for row in of_it)
        raise Malformed("result", f"is none of: {known}")
    return found


def _day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, in London)
        except ValueError:
            continue
    raise Malformed("date", "is not a day: write 2026-03-14 or 14/03/2026")
