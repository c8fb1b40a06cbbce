"""Keep what was typed, give it back to who typed it, and let it go."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from throughline.foundations.drafts.models import Draft
from throughline.foundations.vault.keys import keys

KEPT = timedelta(days=7)
# the page's own fields, never what proves who sent it
_NOT_TYPED = {"csrfmiddlewaretoken", "password"}


def _where(user: UUID, place: str) -> str:
    return f"drafts_draft/closed/{user}/{place}"


def keep(*, user: UUID, place: str, typed: Mapping[str, list[str]], now: datetime) -> None:
    """Keep the fields of a form, replacing this user's earlier draft of the same page."""
    fields = {name: values for name, values in typed.items() if name not in _NOT_TYPED}
    if not any(value.strip() for values in fields.values() for value in values):
        return
    closed = keys().close(json.dumps(fields).encode(), _where(user, place))
    Draft.objects.update_or_create(user=user, place=place, defaults={"closed": closed, "saved_at": now})


def recall(*, user: UUID, place: str, now: datetime) -> dict[str, list[str]] | None:
    """What this user had typed on this page, or None. Nobody else's draft opens under their name."""
    draft = Draft.objects.filter(user=user, place=place, saved_at__gt=now - KEPT).first()
    if draft is None:
        return None
    return json.loads(keys().open(bytes(draft.closed), _where(user, place)))


def let_go(*, user: UUID, place: str) -> None:
    """Forget a draft: its form was saved, or its author threw it away."""
    Draft.objects.filter(user=user, place=place).delete()


def expire(*, now: datetime) -> int:
    """Delete drafts that nobody came back for; says how many."""
    return Draft.objects.filter(saved_at__lte=now - KEPT).delete()[0]


def let_go_about(*, record_id: UUID) -> None:
    """Forget everybody's drafts on the pages of a record that is erased."""
    Draft.objects.filter(place__contains=str(record_id)).delete()
