"""A decision stands as it was made; a later one supersedes it, a second person reviews it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.commands import decide_for, forget_words, review
from throughline.foundations.decisions.models import Decision

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(db: None) -> Actor:
    actor = Actor(uuid4(), Role.DESK)
    set_actor(actor)
    record(actor, Event.Kind.WRITE, "test")
    return actor


def choose(by: Actor, record_id: UUID, choice: str, *, later: int = 0, about: UUID | None = None) -> Decision:
    return decide_for(
        "restrict",
        by=by,
        now=NOW + timedelta(minutes=later),
        record_id=record_id,
        about=about,
        choice=choice,
        reason="restrict-asked",
        words="she asked for it",
    )


def test_a_later_decision_supersedes_and_keeps_the_earlier(desk: Actor) -> None:
    record_id = uuid4()
    first = choose(desk, record_id, "restricted")
    second = choose(desk, record_id, "lifted", later=1)
    third = choose(desk, record_id, "restricted", later=2)
    assert (first.supersedes, second.supersedes, third.supersedes) == (None, first, second)
    assert choose(desk, record_id, "restricted", about=uuid4()).supersedes is None


def test_what_is_kept_after_another_supersedes_it_also_where_it_was_decided_before(desk: Actor) -> None:
    record_id = uuid4()
    first = choose(desk, record_id, "restricted", later=2)
    second = choose(desk, record_id, "lifted", later=1)
    third = choose(desk, record_id, "restricted", later=3)
    assert (second.supersedes, third.supersedes) == (first, second)


def test_a_decision_is_not_changed(desk: Actor) -> None:
    made = choose(desk, uuid4(), "restricted")
    made.choice = "lifted"
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        made.save()


def test_nobody_reviews_their_own(desk: Actor) -> None:
    made = choose(desk, uuid4(), "restricted")
    with pytest.raises(ValueError, match="their own"):
        review(by=desk, now=NOW, decision=made, agreed=True)
    seen = review(by=Actor(uuid4(), Role.DESK), now=NOW, decision=made, agreed=False, feedback="look again")
    assert list(made.reviews.all()) == [seen]


def test_erasing_takes_the_words_and_leaves_the_codes(desk: Actor) -> None:
    record_id = uuid4()
    made = choose(desk, record_id, "restricted")
    other = choose(desk, uuid4(), "restricted", about=record_id)
    kept = choose(desk, uuid4(), "restricted")
    review(by=Actor(uuid4(), Role.DESK), now=NOW, decision=made, agreed=True, feedback="she said so to me")
    forget_words(record_id=record_id)
    for decision in (made, other):
        decision.refresh_from_db()
        assert (decision.words, decision.reason) == ("", "restrict-asked")
    assert made.reviews.get().feedback == ""
    kept.refresh_from_db()
    assert kept.words == "she asked for it"
