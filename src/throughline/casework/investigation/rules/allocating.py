"""Who investigates, by the grade of danger: reference's investigation-by-risk, read; and a request until it is accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from throughline.foundations.clock.rules import Clock, due, parse_clock
from throughline.reference import Row, load

#: Stands in the table for every relationship.
ANY: Final = "any"


class Request(StrEnum):
    """Where a request to investigate stands. Whoever investigated goes on until it is accepted."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What is done to one."""

    ACCEPT = "accept"
    WITHDRAW = "withdraw"


ALLOCATION_STEPS: Final[Mapping[tuple[Request, Step], Request]] = MappingProxyType(
    {
        (Request.ASKED, Step.ACCEPT): Request.ACCEPTED,
        (Request.ASKED, Step.WITHDRAW): Request.WITHDRAWN,
    }
)


class NoPolicy(LookupError):
    """The table has no row for a grade. Carries the codes that were looked up, which name nobody."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One row: for whom it is, the role and team that investigate, and the clocks of the investigation."""

    code: str
    label: str
    grade: str
    relationship: str
    role: str
    team: str
    accept_within: Clock
    plan_within: Clock
    review_every: Clock
    attempt_every: Clock
    #: The clocks as the table writes them: accepted, planned, reviewed, looked for.
    in_words: tuple[str, str, str, str]
    #: Whether somebody has checked it against a force's own policy.
    verified: bool

    def accepted_by(self, asked_at: datetime) -> datetime:
        """The last instant at which somebody accepts in time."""
        return due(self.accept_within, asked_at)

    def planned_by(self, accepted_at: datetime) -> datetime:
        """The last instant at which there is a plan in time."""
        return due(self.plan_within, accepted_at)

    def reviewed_by(self, since: datetime) -> datetime:
        """The last instant at which a sergeant reviews it in time."""
        return due(self.review_every, since)

    def attempted_by(self, since: datetime) -> datetime:
        """The last instant at which a suspect is looked for again in time."""
        return due(self.attempt_every, since)


def policies(on: date) -> tuple[Policy, ...]:
    """The policy of a day in London."""
    return tuple(_from_row(row) for row in load("investigation-by-risk").as_of(on))


def of_a_case(policy: Iterable[Policy], grade: str, relationship: str) -> Policy:
    """The row of a policy that says most of a case; between two that say as much, the first by code.

    The offence is not asked for: risk says who investigates (report, chapter 3). Raises NoPolicy.
    """
    fit = [one for one in policy if one.grade == grade and one.relationship in (ANY, relationship)]
    if not fit:
        raise NoPolicy(f"{grade}, {relationship}")
    return min(fit, key=lambda one: (one.relationship == ANY, one.code))


def against(policy: Policy, role: str) -> bool:
    """Whether somebody of a role is another choice than the policy's, which needs a reason and is reviewed."""
    return role != policy.role


def _from_row(row: Row) -> Policy:
    clocks = tuple(
        row.text(name) for name in ("accept_within", "plan_within", "review_every", "attempt_every")
    )
    accept, plan, review, attempt = clocks
    return Policy(
        code=row.code,
        label=row.label,
        grade=row.text("grade"),
        relationship=row.text("relationship"),
        role=row.text("role"),
        team=row.text("team"),
        accept_within=parse_clock(accept),
        plan_within=parse_clock(plan),
        review_every=parse_clock(review),
        attempt_every=parse_clock(attempt),
        in_words=(accept, plan, review, attempt),
        verified=row.verified,
    )
