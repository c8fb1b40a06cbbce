"""Whether somebody can be texted safely, as it stands at this moment."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.messages.rules import SafeChannel, Stop, WhatSheSaid, safe_channel
from throughline.casework.people.models import Phone, SafeContact
from throughline.foundations.clock.rules import london_day


def channel_to(record_ids: Collection[UUID], *, at: datetime) -> SafeChannel | Stop:
    """The channel to text one person, of these records, or why there is none. The caller writes the look."""
    standing = (
        SafeContact.objects.filter(record__in=record_ids, voided_at=None)
        .select_related("answers", "phone")
        .order_by("-given_at", "id")
        .first()
    )
    if standing is None:
        return safe_channel(None, london_day(at))
    phone, today = standing.phone, london_day(at)
    in_use = Q(valid_until=None) | Q(valid_until__gt=today)
    said = WhatSheSaid(
        id=standing.id,
        answers=standing.answers.answers,
        complete=standing.answers.complete,
        phone=(phone.id, phone.number, phone.valid_until is None or phone.valid_until > today)
        if phone
        else None,
        shared=phone is not None
        and Phone.objects.filter(in_use, number=phone.number).exclude(record__in=record_ids).exists(),
    )
    return safe_channel(said, today)
