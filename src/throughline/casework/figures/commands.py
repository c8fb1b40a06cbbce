"""Writing down what the force itself says of a figure."""

from datetime import datetime

from django.db import transaction

from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.figures.models import Explanation
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.measures import Period, measures


@transaction.atomic
def explain(*, by: Actor, now: datetime, measure: str, period: Period, words: str) -> Explanation:
    """Keep why a measure moved over a period, in the words and with the name of who explains it. Earlier ones stay.

    HMIC, "Increasingly everyone's business" (2015), chapter 2, asked forces why arrests fell and could not be told.
    Raises Malformed, which names the field; Refused.
    """
    undertake(
        by,
        Action.EXPLAIN_FIGURE,
        detail={"measure": measure, "from": period.first.isoformat(), "until": period.last.isoformat()},
    )
    if measure not in {one.code for one in measures()}:
        raise Malformed("measure", "is no measure that there is")
    if period.first > london_day(now):
        raise Malformed("first", "has not come yet")
    said = checked_words("words", words, longest=held.LONGEST_WORDS)
    if not said:
        raise Malformed("words", "is needed")
    return Explanation.objects.create(
        measure=measure, first=period.first, last=period.last, words=said, at=now, by=by.id
    )
