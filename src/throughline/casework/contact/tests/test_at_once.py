"""Two handlers who find at the same moment that their calls are of one incident."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from throughline.casework.cases.models import Incident
from throughline.casework.conftest import NOW
from throughline.casework.contact.commands import knowing, sending, taking
from throughline.casework.contact.models import Contact
from throughline.casework.people.rules import RECOGNISER, Conflict
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def does(accounts):
    """``does(command, …)`` as a call handler, in a transaction of its own."""
    by = accounts[Role.CALL_HANDLER].actor

    def done(command, **told):
        with transaction.atomic():
            set_actor(by)
            return command(by=by, now=NOW, **told)

    return done


@pytest.fixture
def calls(does):
    """Three calls to which somebody was sent, each with an incident of its own."""
    made = []
    for _ in range(3):
        call = does(taking.begin, channel="999")
        does(sending.send, contact_id=call.id, grade="emergency", place="14 Alma Road")
        made.append(call.id)
    return made


def at_once(does, *joinings):
    """Each says that its call is of the other's incident, at one moment; what became of each."""
    together = Barrier(len(joinings))

    def say(joining):
        contact_id, incident_id = joining
        try:
            together.wait(10)
            does(knowing.same_incident, contact_id=contact_id, incident_id=incident_id)
        except Conflict as refused:
            return type(refused)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(joinings)) as pool:
        return list(pool.map(say, joinings))


def stands():
    """Which incident each call is of; no open incident is without a call, no closed one with one."""
    with transaction.atomic():
        set_actor(RECOGNISER)
        of = dict(Contact.objects.exclude(incident=None).values_list("id", "incident"))
        still_open = set(Incident.objects.filter(closed_at=None).values_list("id", flat=True))
    assert set(of.values()) == still_open
    return of


def test_each_into_the_other_leaves_one(does, calls):
    first, second, _ = calls
    of = stands()
    said = at_once(does, (first, of[second]), (second, of[first]))
    assert {one for one in said if one} == {Conflict}
    of = stands()
    assert of[first] == of[second]


def test_one_leaves_while_others_come(does, calls):
    """Whoever comes to an incident that its last call leaves is refused, or keeps it open."""
    first, second, third = calls
    of = stands()
    fresh = does(taking.begin, channel="999").id
    said = at_once(does, (first, of[second]), (fresh, of[first]), (third, of[first]))
    assert set(said) <= {None, Conflict}
    assert said[0] is None
    after = stands()
    assert after[first] == of[second]
    assert [after.get(fresh), after[third]] == [
        None if said[1] else of[first],
        of[third] if said[2] else of[first],
    ]
