"""Who safeguards her by the grade of danger, what service she has and by when: reference's service-by-risk, read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import Row, load

#: Stands in the table for every relationship, or every area.
ANY: Final = "any"


class NoService(LookupError):
    """The table has no row for a grade. Carries the codes that were looked up, which name nobody."""


@dataclass(frozen=True, slots=True)
class Service:
    """One row: for whom it is, the role that safeguards, the service with its clock, and the duty that the grade opens."""

    code: str
    label: str
    grade: str
    relationship: str
    area: str
    role: str
    team: str
    service: str
    within: Clock
    #: The clock as the table writes it.
    within_words: str
    accept_within: Clock
    duty: str | None
    #: Whether somebody has checked it against a force's own policy.
    verified: bool

    @property
    def specificity(self) -> tuple[bool, bool]:
        """How much it says of a case: a row that names the relationship says more than one that names the area."""
        return self.relationship != ANY, self.area != ANY

    def is_for(self, grade: str, relationship: str, area: str) -> bool:
        """Whether it is a row of a case."""
        return self.grade == grade and self.relationship in (ANY, relationship) and self.area in (ANY, area)

    def due_at(self, graded_at: datetime) -> datetime:
        """The last instant at which she has the service in time."""
        return due(self.within, graded_at)

    def accepted_by(self, asked_at: datetime) -> datetime:
        """The last instant at which the role accepts or returns in time."""
        return due(self.accept_within, asked_at)


def services(on: date) -> tuple[Service, ...]:
    """The policy of a day in London."""
    return tuple(_from_row(row) for row in load("service-by-risk").as_of(on))


def of_a_case(policy: Iterable[Service], grade: str, *, relationship: str, area: str = ANY) -> Service:
    """The row of a policy that says most of a case; between two that say as much, the first by code.

    Raises NoService where the grade has none.
    """
    fit = [one for one in policy if one.is_for(grade, relationship, area)]
    if not fit:
        raise NoService(f"{grade}, {relationship}, {area}")
    return min(fit, key=lambda one: (*(not part for part in one.specificity), one.code))


def _from_row(row: Row) -> Service:
    return Service(
        code=row.code,
        label=row.label,
        grade=row.text("grade"),
        relationship=row.text("relationship"),
        area=row.text("area"),
        role=row.text("role"),
        team=row.text("team"),
        service=row.text("service"),
        within=parse_clock(row.text("within")),
        within_words=row.text("within"),
        accept_within=parse_clock(row.text("accept_within")),
        duty=row.optional_text("duty"),
        verified=row.verified,
    )
