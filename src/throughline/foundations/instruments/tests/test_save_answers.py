"""Keeping answers: each save a new row, nothing overwritten unseen, and nothing seen that is out of sight."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.instruments.commands import ChangedMeanwhile, save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library
from throughline.foundations.instruments.rules import BadAnswers

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SAFE_CONTACT = library().as_of("safe-contact", NOW.date())
OFFICER = Actor(uuid4(), Role.OFFICER)


@pytest.fixture
def subject():
    """Somebody, with the transaction open for an audited write about them."""
    subject = uuid4()
    set_actor(OFFICER)
    record(OFFICER, Event.Kind.WRITE, "safe-contact.record", subjects=[subject])
    return subject


def save(subject, *, after=None, complete=False, **answers):
    return save_answers(
        by=OFFICER,
        now=NOW,
        subject=subject,
        instrument=SAFE_CONTACT,
        answers=answers,
        complete=complete,
        after=after,
    )


def test_a_save_is_kept_under_its_version_and_the_next_supersedes_it(subject):
    first = save(subject, means=["letter"])
    second = save(subject, means=["visit"], interpreter="no", after=first.id)
    standing = latest(OFFICER, subject=subject, instrument="safe-contact")
    assert standing == second
    assert (standing.version, standing.answers) == ("1", {"means": ["visit"], "interpreter": "no"})
    assert (standing.answered_by, standing.at, standing.complete) == (OFFICER.id, NOW, False)
    first.refresh_from_db()
    assert first.answers == {"means": ["letter"]}


def test_two_who_edit_at_once_never_overwrite_each_other(subject):
    first = save(subject, means=["letter"])
    save(subject, means=["visit"], after=first.id)
    for stale in (first.id, None, uuid4()):
        with pytest.raises(ChangedMeanwhile):
            save(subject, means=["email"], after=stale)
    assert Answers.objects.filter(subject=subject).count() == 2


def test_answers_that_do_not_fit_are_not_kept(subject):
    with pytest.raises(BadAnswers):
        save(subject, voicemail="yes")
    with pytest.raises(BadAnswers):
        save(subject, complete=True)
    assert latest(OFFICER, subject=subject, instrument="safe-contact") is None


def test_what_was_saved_is_not_changed(subject):
    kept = save(subject, means=["letter"])
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Answers.objects.filter(id=kept.id).update(complete=True)


def test_an_unaudited_save_is_refused_by_the_database():
    set_actor(OFFICER)
    with pytest.raises(DatabaseError), transaction.atomic():
        save(uuid4(), means=["letter"])


def test_who_reads_no_people_reads_no_answers(subject):
    save(subject, means=["letter"])
    analyst = Actor(uuid4(), Role.ANALYST)
    set_actor(analyst)
    assert latest(analyst, subject=subject, instrument="safe-contact") is None
