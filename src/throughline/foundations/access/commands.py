"""The only writer of grants."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Actor


@transaction.atomic
def grant(
    *,
    by: Actor,
    now: datetime,
    subject: UUID,
    kind: Grant.Kind,
    reason: str,
    grantee: UUID | None = None,
    until: datetime | None = None,
) -> Grant:
    """Give or take sight of ``subject``. The caller has decided that ``by`` may, and audits it."""
    return Grant.objects.create(
        subject=subject,
        kind=kind,
        grantee=grantee,
        valid_from=now,
        valid_until=until,
        reason=reason,
        made_by=by.id,
    )


@transaction.atomic
def end_grants(*, now: datetime, subject: UUID, kind: Grant.Kind, grantee: UUID | None = None) -> int:
    """End the open grants of one kind on ``subject``; says how many there were."""
    ongoing = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=now), subject=subject, kind=kind
    )
    if grantee is not None:
        ongoing = ongoing.filter(grantee=grantee)
    return ongoing.update(valid_until=now)
