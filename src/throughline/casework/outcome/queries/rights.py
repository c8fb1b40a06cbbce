"""Whether a victim can have an outcome reviewed, and until when."""

from dataclasses import dataclass
from datetime import date

from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.rules import LIVE, Kind, code_of, codes
from throughline.casework.outcome.rules.right import not_covered, until
from throughline.foundations.clock.rules import london_day


@dataclass(frozen=True, slots=True)
class Right:
    """A right to a review: why she has none, as a code of review-exclusions, empty where she has; and its last day."""

    not_covered: str
    until: date


def right_of(outcome: Outcome, *, asked_on: date) -> Right:
    """How the right stands on the day on which she asks, or would. Part of a page or command, which names whom it is about."""
    day = london_day(outcome.decided_at)
    code = code_of(outcome.code, day)
    assert code is not None  # it was one when it was given
    charged = [one.code for one in codes(day) if one.kind is Kind.CHARGED]
    beside = Outcome.objects.filter(
        crime__incident=outcome.crime.incident_id, state__in=LIVE, code__in=charged
    )
    why = not_covered(
        code.right,
        decided_on=day,
        interviewed=outcome.interviewed,
        some_charged=beside.exclude(id=outcome.id).exists(),
    )
    last = until(day)
    return Right(why or ("too-late" if asked_on > last else ""), last)
