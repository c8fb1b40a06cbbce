"""What first contact does by itself: it picks up what the rooms before it have written and cannot tell it."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.contact.commands.briefing import renew_if_behind
from throughline.casework.contact.queries.briefing import perhaps_behind, under_way
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import system

logger = logging.getLogger(__name__)

BRIEFER = system("briefs that are behind")


def renew_what_is_new(*, now: datetime) -> int:
    """Send the brief again where something was written down of its people since; says how many were sent.

    The worker's, every few seconds: somebody is on the way.
    """
    with transaction.atomic():
        set_actor(BRIEFER)
        behind = perhaps_behind(now)
    return _renewed(behind, now)


def renew_everything(*, now: datetime) -> int:
    """Read every brief of those on the way again: what lapsed by itself, and what no entry of its people tells.

    The worker's, every minute. Says how many were sent.
    """
    with transaction.atomic():
        set_actor(BRIEFER)
        going = list(under_way(now).values_list("id", flat=True))
    return _renewed(going, now)


def _renewed(deployments: Iterable[UUID], now: datetime) -> int:
    """Each in a transaction of its own: one that fails keeps no other from being told."""
    sent = 0
    for deployment_id in deployments:
        try:
            with transaction.atomic():
                set_actor(BRIEFER)
                sent += renew_if_behind(by=BRIEFER, now=now, deployment_id=deployment_id) is not None
        except Exception as failure:
            # its text could name somebody
            logger.error("brief of %s: %s", deployment_id, type(failure).__name__)
    return sent
