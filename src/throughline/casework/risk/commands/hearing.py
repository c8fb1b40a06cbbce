"""Keeping with an assessment whether its answers speak of danger, so that a long list is ordered without reading them."""

from collections.abc import Collection
from datetime import datetime
from itertools import batched

from django.db import transaction

from throughline.casework.risk.commands import held
from throughline.casework.risk.models import Assessment
from throughline.casework.risk.queries.asking import answered
from throughline.casework.risk.rules.hearing import hearing, phrases_of_danger
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Action, system
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

HEARING = system("hearing")
_AT_ONCE = 200


def hear(assessments: Collection[Assessment], *, now: datetime) -> None:
    """Keep whether each of some assessments speaks of danger. Inside a command, which audits."""
    today = london_day(now)
    for one in answered(list(assessments)).values():
        one.assessment.danger = one.speaks_of_danger(phrases_of_danger(today))
        one.assessment.heard_by = hearing(today)
        one.assessment.save(update_fields=["danger", "heard_by"])


@transaction.atomic
def hear_those_that_wait(*, now: datetime) -> int:
    """Hear those that wait on a list and were heard by other phrases than today's, or by none. Says how many.

    The worker's: after the lists have changed, and once for what was assessed before this was kept.
    """
    set_actor(HEARING)
    waiting = Duty.objects.filter(kind__in=[held.CHECK, held.CHECK_HIGH, held.HUB], discharged_at=None)
    found = (
        Assessment.objects.filter(case__in=waiting.values("about"), completed_at__isnull=False)
        .exclude(heard_by=hearing(london_day(now)))
        .order_by("id")
    )
    heard = 0
    for some in batched(found.iterator(), _AT_ONCE, strict=False):
        if not heard:
            undertake(HEARING, Action.ASSESS_RISK, detail={"what": "heard anew"})
        hear(some, now=now)
        heard += len(some)
    return heard
