"""What somebody typed comes back to them, and to nobody else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.drafts.commands import KEPT, comes_in_order, expire, keep, let_go, let_go_about
from throughline.foundations.drafts.models import Draft, LatestPost
from throughline.foundations.drafts.queries import recall
from throughline.foundations.vault.keys import CannotOpen

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
PLACE = "/people/add/"
TYPED = {"forename": ["Joanne"], "needs": ["a", "b"], "csrfmiddlewaretoken": ["t"], "password": ["secret"]}

pytestmark = pytest.mark.django_db


def test_what_was_typed_comes_back_without_what_proves_the_sender() -> None:
    user = uuid4()
    keep(user=user, place=PLACE, typed=TYPED, now=NOW)
    kept = recall(user=user, place=PLACE, now=NOW)
    assert kept is not None
    assert dict(kept.typed.lists()) == {"forename": ["Joanne"], "needs": ["a", "b"]}
    assert kept.saved_at == NOW
    assert recall(user=uuid4(), place=PLACE, now=NOW) is None
    assert recall(user=user, place="/people/search/", now=NOW) is None


def test_the_latest_replaces_the_earlier_and_nothing_typed_keeps_nothing() -> None:
    user = uuid4()
    keep(user=user, place=PLACE, typed=TYPED, now=NOW)
    keep(user=user, place=PLACE, typed={"forename": ["Jo"]}, now=NOW + timedelta(seconds=5))
    keep(user=user, place=PLACE, typed={"forename": [" "], "csrfmiddlewaretoken": ["t"]}, now=NOW)
    kept = recall(user=user, place=PLACE, now=NOW)
    assert kept is not None
    assert dict(kept.typed.lists()) == {"forename": ["Jo"]}
    assert Draft.objects.filter(user=user).count() == 1


def test_it_is_encrypted_and_opens_under_no_other_name() -> None:
    user, other = uuid4(), uuid4()
    keep(user=user, place=PLACE, typed=TYPED, now=NOW)
    draft = Draft.objects.get(user=user)
    assert b"Joanne" not in bytes(draft.closed)
    Draft.objects.filter(user=user).update(user=other)
    with pytest.raises(CannotOpen):
        recall(user=other, place=PLACE, now=NOW)


def test_it_is_let_go_when_saved_and_expires_when_forgotten() -> None:
    user, record_id = uuid4(), uuid4()
    keep(user=user, place=PLACE, typed=TYPED, now=NOW)
    let_go(user=user, place=PLACE)
    assert recall(user=user, place=PLACE, now=NOW) is None
    keep(user=user, place=f"/people/{record_id}/names/", typed=TYPED, now=NOW)
    keep(user=user, place=PLACE, typed=TYPED, now=NOW - KEPT)
    assert recall(user=user, place=PLACE, now=NOW) is None
    assert expire(now=NOW) == 1
    let_go_about(record_id=record_id)
    assert Draft.objects.filter(user=user).count() == 0


@given(st.permutations(range(1, 7)))
def test_a_post_that_was_overtaken_on_its_way_is_known_whatever_the_order_they_come_in(
    order: list[int],
) -> None:
    user, page = uuid4(), uuid4()
    latest = 0
    for nth in order:
        assert comes_in_order(user=user, page=page, nth=nth, now=NOW) == (nth > latest)
        latest = max(latest, nth)
    # of another page, and of another reader of it, the first is the first
    assert comes_in_order(user=user, page=uuid4(), nth=1, now=NOW)
    assert comes_in_order(user=uuid4(), page=page, nth=1, now=NOW)


def test_how_far_a_page_was_taken_in_is_forgotten_with_its_drafts() -> None:
    comes_in_order(user=uuid4(), page=uuid4(), nth=1, now=NOW)
    expire(now=NOW + KEPT - timedelta(seconds=1))
    assert LatestPost.objects.count() == 1
    expire(now=NOW + KEPT)
    assert LatestPost.objects.count() == 0
