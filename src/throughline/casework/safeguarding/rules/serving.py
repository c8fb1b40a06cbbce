"""From the request that somebody safeguards her until it is accepted or decided. Reference's policy says who is asked."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

#: After how many returns a sergeant decides.
RETURNS_BEFORE_DECISION: Final = 2


class Request(StrEnum):
    """Where a request to safeguard stands. Whoever owned the case owns it until it is accepted or decided."""

    ASKED = "asked"
    RETURNED = "returned"
    TO_DECIDE = "to-decide"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What is done to one. Returned for good is the return after which a sergeant decides."""

    ACCEPT = "accept"
    RETURN = "return"
    RETURN_FOR_GOOD = "return-for-good"
    SEND = "send"
    DECIDE = "decide"
    WITHDRAW = "withdraw"


REQUEST_STEPS: Final[Mapping[tuple[Request, Step], Request]] = MappingProxyType(
    {
        (Request.ASKED, Step.ACCEPT): Request.ACCEPTED,
        (Request.ASKED, Step.RETURN): Request.RETURNED,
        (Request.ASKED, Step.RETURN_FOR_GOOD): Request.TO_DECIDE,
        (Request.ASKED, Step.SEND): Request.ASKED,
        (Request.ASKED, Step.WITHDRAW): Request.WITHDRAWN,
        (Request.RETURNED, Step.SEND): Request.ASKED,
        (Request.RETURNED, Step.ACCEPT): Request.ACCEPTED,
        (Request.RETURNED, Step.WITHDRAW): Request.WITHDRAWN,
        (Request.TO_DECIDE, Step.ACCEPT): Request.ACCEPTED,
        (Request.TO_DECIDE, Step.DECIDE): Request.DECIDED,
        (Request.TO_DECIDE, Step.WITHDRAW): Request.WITHDRAWN,
    }
)
#: Those that somebody has still to do something about.
OPEN: Final = (Request.ASKED, Request.RETURNED, Request.TO_DECIDE)


def after(state: Request, step: Step) -> Request | None:
    """The state after a step; None where it cannot be taken from there."""
    return REQUEST_STEPS.get((state, step))


def step_of_return(earlier: int) -> Step:
    """Which step a return is, after so many before it."""
    return Step.RETURN_FOR_GOOD if earlier + 1 >= RETURNS_BEFORE_DECISION else Step.RETURN
