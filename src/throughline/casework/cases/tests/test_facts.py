"""Orders, bail and warrants entered, varied and ended by hand."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import facts
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.queries import standing_facts
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import safety
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry

pytestmark = pytest.mark.django_db


def test_an_order_stands_for_both_and_lapses(order, pair, accounts):
    her, him = pair
    until = NOW + timedelta(days=20)
    entered = order(him, her, valid_until=until, conditions=["no-contact", "curfew"])
    with as_(accounts[Role.OFFICER].actor) as actor:
        for who in pair:
            [fact] = standing_facts(actor, [who], at=NOW)
            assert (fact.id, fact.conditions) == (entered, ["no-contact", "curfew"])
        assert standing_facts(actor, pair, at=until)
        assert not standing_facts(actor, pair, at=until + timedelta(microseconds=1))
        assert not standing_facts(actor, pair, at=NOW - timedelta(days=2))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "grade"}, "kind"),
        ({"kind": "dapo", "valid_from": NOW.replace(year=2023)}, "kind"),
        ({"valid_until": NOW - timedelta(days=9)}, "until"),
        ({"conditions": ["be-nice"]}, "conditions"),
    ],
)
def test_what_cannot_be_is_refused_by_field(order, pair, given, field):
    with pytest.raises(Malformed) as refused:
        order(pair[1], pair[0], **given)
    assert refused.value.field == field


def test_nobody_is_protected_from_themselves(order, pair):
    with pytest.raises(Malformed) as refused:
        order(pair[1], pair[1])
    assert refused.value.field == "protects"


def test_a_variation_stands_in_place_of_what_it_varies(does, order, pair, accounts):
    first = order(pair[1], pair[0], conditions=["no-contact"], issuer="Quarnley court")
    varying = {
        "conditions": ["curfew"],
        "words": "",
        "valid_from": NOW,
        "valid_until": None,
    }
    second = does(Role.OFFICER, facts.vary_fact, fact_id=first, **varying)
    assert (second.supersedes_id, second.issuer) == (first, "Quarnley court")
    with as_(accounts[Role.OFFICER].actor) as actor:
        assert [one.id for one in standing_facts(actor, pair, at=NOW)] == [second.id]
    with pytest.raises(Conflict):
        does(Role.OFFICER, facts.vary_fact, fact_id=first, **varying)


def test_an_ended_fact_stands_no_longer_and_is_kept(does, order, pair):
    entered = order(pair[1], pair[0])
    does(Role.INTELLIGENCE, facts.end_fact, fact_id=entered, because="discharged")
    with seen_whole():
        assert StandingFact.objects.get(id=entered).ended_because == "discharged"
        told = Entry.objects.filter(about=entered).values_list("kind", "record_id")
        assert set(told) == {(kind, who) for kind in ("fact-set", "fact-ended") for who in pair}
    with pytest.raises(Conflict):
        does(Role.INTELLIGENCE, facts.end_fact, fact_id=entered, because="discharged")


def test_facts_about_somebody_restricted_are_the_desks_alone(does, order, pair, accounts):
    entered = order(pair[1], pair[0], words="not within 100 metres of 9 Kestrel Close")
    does(Role.SUPERVISOR, safety.restrict, record_id=pair[0], reason="honour-based")
    with as_(accounts[Role.OFFICER].actor) as actor:
        assert not standing_facts(actor, pair, at=NOW)
    with pytest.raises(Refused):
        does(Role.OFFICER, facts.end_fact, fact_id=entered, because="discharged")
    with as_(accounts[Role.DESK].actor) as actor:
        assert len(standing_facts(actor, pair, at=NOW)) == 1


def test_the_registrar_and_the_analyst_enter_none(does, pair):
    for role in (Role.REGISTRAR, Role.ANALYST):
        with pytest.raises(Refused):
            does(role, facts.set_fact, kind="warrant", record_id=pair[1], valid_from=NOW)
