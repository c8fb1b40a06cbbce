"""Who safeguards her by the grade of danger, what service she has and by when: reference's service-by-risk, read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import Row, load

#: The last characters of a postcode, which say a street: 4AA.
_INWARD: Final = 3
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


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the force, and the postcode areas, districts or sectors that are in it; none: wherever no other is."""

    code: str
    postcodes: tuple[str, ...]


def areas(on: date) -> tuple[Area, ...]:
    """The areas of a day in London."""
    return tuple(Area(row.code, row.texts("postcodes")) for row in load("areas").as_of(on))


def area_of(postcode: str, known: Iterable[Area]) -> str:
    """The area in which a postcode lies, by the longest of what the areas name; `any` where no area is for it.

    A district is no beginning of another: ZZ1 4AA lies in ZZ1 and ZZ12 4AA does not.
    """
    whole = "".join(postcode.upper().split())
    outward, inward = whole[:-_INWARD], whole[-_INWARD:]
    letters = outward[: next((n for n, one in enumerate(outward) if one.isdigit()), len(outward))]
    # what may name it, the one that says most first
    for name in (outward + inward[:1], outward, letters) if outward else ():
        for area in known:
            if name in {"".join(one.upper().split()) for one in area.postcodes if _is(one, name, outward)}:
                return area.code
    return next((area.code for area in known if not area.postcodes), ANY)


def _is(named: str, name: str, outward: str) -> bool:
    """Whether what an area names is of the kind asked for: a sector is written with a space, ZZ1 4 and not ZZ14."""
    return (" " in named.strip()) is (len(name) > len(outward))


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
