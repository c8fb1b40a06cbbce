"""Keep what was typed, and let it go; take each form in once."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from throughline.foundations.drafts.models import Draft, LatestPost, Submission
from throughline.foundations.vault.keys import keys

KEPT = timedelta(days=7)
# the page's own fields, never what proves who sent it
_NOT_TYPED = {"csrfmiddlewaretoken", "once", "nth", "password"}

_DIFFERS = {"csrfmiddlewaretoken", "nth"}


def place_key(user: UUID, place: str) -> str:
    """What a draft's bytes are bound to, so that they open for nobody else and on no other page."""
    return f"drafts_draft/closed/{user}/{place}"


def keep(*, user: UUID, place: str, typed: Mapping[str, list[str]], now: datetime) -> bool:
    """Keep the fields of a form, replacing this user's earlier draft of the same page.

    Says whether there was anything to keep.
    """
    fields = {name: values for name, values in typed.items() if name not in _NOT_TYPED}
    if not any(value.strip() for values in fields.values() for value in values):
        return False
    closed = keys().close(json.dumps(fields).encode(), place_key(user, place))
    Draft.objects.update_or_create(user=user, place=place, defaults={"closed": closed, "saved_at": now})
    return True


def let_go(*, user: UUID, place: str) -> None:
    """Forget a draft: its form was saved, or its author threw it away."""
    Draft.objects.filter(user=user, place=place).delete()


def take_in(*, user: UUID, place: str, typed: Mapping[str, list[str]], now: datetime) -> Submission | str:
    """Take a form in, or say where it led when it was taken in before.

    Waits for a transaction that is taking in the same form at this moment: the second of a double click
    sees the outcome of the first. ``typed`` must hold ``once``. The row lasts as long as the caller's
    transaction does, so a worker that dies before the commit leaves nothing behind.
    """
    # sent twice, a form has another number
    fields = sorted((name, values) for name, values in typed.items() if name not in _DIFFERS)
    token = keys().fingerprint(json.dumps([str(user), place, fields]))
    submission = Submission(token=token, user=user, place=place, went_to="", at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into drafts_submission (token, "user", place, went_to, at)'
            " values (%s, %s, %s, '', %s) on conflict (token) do nothing",
            [token, str(user), place, now],
        )
        if cursor.rowcount == 1:
            return submission
    return Submission.objects.get(token=token).went_to


def comes_in_order(*, user: UUID, page: UUID, nth: int, now: datetime) -> bool:
    """Whether this post of a page is later than all that were taken in of it; from then on it is the latest.

    A page is saved while somebody types, so that several of its posts may be on their way at once, and the last of them
    may come in first: what a former one brings is then older than what stands. Waits for a transaction that is taking in
    another one. The row lasts as long as the caller's transaction does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            'insert into drafts_latestpost (page, "user", nth, at) values (%s, %s, %s, %s)'
            ' on conflict (page, "user") do update set nth = excluded.nth, at = excluded.at'
            " where drafts_latestpost.nth < excluded.nth",
            [page, user, nth, now],
        )
        return cursor.rowcount == 1


def settle(submission: Submission, *, went_to: str) -> None:
    """Say where a form that was taken in has led; a form that came back with errors led nowhere."""
    if went_to:
        Submission.objects.filter(token=submission.token).update(went_to=went_to)
    else:
        Submission.objects.filter(token=submission.token).delete()


def expire(*, now: datetime) -> int:
    """Delete drafts and submissions that nobody came back for; says how many."""
    drafts = Draft.objects.filter(saved_at__lte=now - KEPT).delete()[0]
    LatestPost.objects.filter(at__lte=now - KEPT).delete()
    return drafts + Submission.objects.filter(at__lte=now - KEPT).delete()[0]


def let_go_about(*, record_id: UUID) -> None:
    """Forget everybody's drafts on the pages of a record that is erased, and what was sent from them."""
    Draft.objects.filter(place__contains=str(record_id)).delete()
    Submission.objects.filter(place__contains=str(record_id)).delete()
