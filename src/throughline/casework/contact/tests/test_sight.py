"""What stands under a contact is out of sight with it, however late somebody's record is restricted."""

import pytest

from throughline.casework.contact.commands import asking, knowing, reviewing, sending, taking
from throughline.casework.contact.rules.script import COUNTER_OPENING, THRIVE, Script
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.safety import lift_restriction, recognise_staff, restrict
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import latest, library

pytestmark = pytest.mark.django_db


@pytest.fixture
def her(handler, call, add):
    """Whom a call is about, with an answer to everything that is asked at one, and a decision looked at again."""
    for code in (*Script, THRIVE, COUNTER_OPENING):
        instrument = library().as_of(code, london_day(NOW))
        first = next(one for one in instrument.questions if one.options and not one.shown_when)
        asking.fill_in(
            by=handler,
            now=NOW,
            contact_id=call.id,
            instrument=instrument,
            answers={first.code: next(iter(first.options))},
            complete=False,
            after=None,
        )
    sending.send(
        by=handler,
        now=NOW,
        contact_id=call.id,
        grade="nobody",
        reason="deploy-victim-asks-later",
        words="She asks for ten",
    )
    her = add("Joanne", "Whitmore")
    knowing.takes_part(by=handler, now=NOW, contact_id=call.id, record_id=her, part="victim", confirmed=True)
    return her


def seen():
    """How many answers, decisions and reviews the running actor sees."""
    return (
        Answers.objects.count(),
        Decision.objects.filter(kind="deployment").count(),
        Review.objects.count(),
    )


def test_what_was_answered_and_decided_before_a_restriction_is_out_of_sight_after_it(by, call, her):
    everything = (len(Script) + 2, 1, 1)
    reviewing.agree(by=by(Role.SUPERVISOR), now=NOW, contact_id=call.id, feedback="Right")
    by(Role.CALL_HANDLER)
    assert seen() == everything
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="sensitive-investigation")
    assert seen() == everything
    for role in (Role.CALL_HANDLER, Role.SUPERVISOR, Role.OFFICER, Role.INTELLIGENCE, Role.REGISTRAR):
        actor = by(role)
        assert seen() == (0, 0, 0), role
        assert latest(actor, subject=call.id, instrument=THRIVE) is None
    lift_restriction(by=by(Role.DESK), now=NOW, record_id=her, reason="lift-danger-past")
    by(Role.CALL_HANDLER)
    assert seen() == everything


def test_whoever_is_party_reads_none_of_it(by, her, accounts):
    recognise_staff(by=by(Role.DESK), now=NOW, record_id=her, user_id=accounts[Role.SUPERVISOR].id)
    by(Role.SUPERVISOR)
    assert seen()[:2] == (0, 0)


def test_what_is_said_of_a_person_alone_is_not_touched(by, handler, add):
    """Answers about how to reach somebody stand under their record, as before."""
    from throughline.casework.people.commands.safety import give_safe_contact

    woman = add("Zofia", "Quillfeather")
    give_safe_contact(
        by=handler,
        now=NOW,
        record_id=woman,
        instrument=library().as_of("safe-contact", london_day(NOW)),
        answers={"means": ["visit"]},
        complete=False,
        after=None,
    )
    assert latest(handler, subject=woman, instrument="safe-contact") is not None
    restrict(by=by(Role.DESK), now=NOW, record_id=woman, reason="sensitive-investigation")
    assert latest(by(Role.CALL_HANDLER), subject=woman, instrument="safe-contact") is None


def test_a_contact_that_nobody_tied_to_anybody_is_read_as_before(by, handler, call):
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, place="14 Alma Road")
    sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency")
    by(Role.SUPERVISOR)
    assert seen() == (0, 1, 0)
    with acting(system("test")):
        assert seen() == (0, 1, 0)
