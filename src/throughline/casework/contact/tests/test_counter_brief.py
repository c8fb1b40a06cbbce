"""Where each of two names the other, the brief of either says so in both readings, before and after it is decided."""

import pytest

from throughline.casework.cases.commands.counter import decide_primary
from throughline.casework.cases.commands.incidents import name_each_other
from throughline.casework.cases.models import Case, CounterAllegation
from throughline.casework.contact.commands.knowing import leave_out, takes_part
from throughline.casework.contact.commands.taking import change
from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.brief import brief_for
from throughline.casework.contact.rules.brief import Kind, Part, kept
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.contact.views.brief_words import shown
from throughline.foundations.access.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(handler, call, add):
    """A call in which each of two is confirmed as victim and as suspect."""
    two = add("Joanne", "Whitmore"), add("Craig", "Whitmore", sex="1")
    change(by=handler, now=NOW, contact_id=call.id, version=call.version, domestic=True, place="14 Alma Road")
    for record_id, part in zip(two, ("victim", "suspect"), strict=True):
        takes_part(by=handler, now=NOW, contact_id=call.id, record_id=record_id, part=part, confirmed=True)
    case = Case.objects.get(victim=two[0], suspect=two[1])
    incident = Contact.objects.get(id=call.id).incident_id
    name_each_other(by=handler, now=NOW, case_id=case.id, incident_id=incident)
    return two


def told(actor, call, part):
    """What a part of the brief says, line by line, as text and note."""
    brief = brief_for(actor, Contact.objects.get(id=call.id), at=NOW)
    [section] = [one for one in shown(brief, at=NOW).parts if one.part is part]
    return [(line.text, line.note) for group in section.groups for line in group.lines], brief


def test_the_brief_names_both_as_victim_and_says_that_it_is_open(by, handler, call, both):
    for part in (Part.DANGER, Part.HISTORY):
        lines, brief = told(handler, call, part)
        [(text, note)] = [one for one in lines if "Counter-allegation" in one[0]]
        assert "Joanne Whitmore" in text
        assert "Craig Whitmore" in text
        assert note == "nobody has decided who the primary perpetrator is: safeguard both"
    assert {(one.part, one.record_id) for one in brief.people} == {
        (part, record_id) for part in ("victim", "suspect") for record_id in both
    }
    assert set(both) <= set(brief.record_ids)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("unresolved", "unresolved: safeguard both, decided by The response-sergeant"),
        ("first-suspect", "is the primary perpetrator, decided by The response-sergeant"),
    ],
)
def test_it_says_what_was_decided_by_whom_and_is_new(by, handler, call, both, choice, words):
    _, before = told(handler, call, Part.DANGER)
    found = CounterAllegation.objects.get()
    decide_primary(
        by=by(Role.SERGEANT),
        now=NOW,
        allegation_id=found.id,
        choice=choice,
        reason="primary-fear",
        words="Seen apart",
    )
    lines, after = told(by(Role.CALL_HANDLER), call, Part.DANGER)
    [(_text, note)] = [one for one in lines if "Counter-allegation" in one[0]]
    assert words in note
    # kept in codes alone, and another than before
    codes = [
        line["code"]
        for reading in kept(after)["danger"]["readings"]
        for line in reading["lines"]
        if line["kind"] == Kind.COUNTER
    ]
    assert codes == ["decided" if choice == "first-suspect" else "unresolved"]
    assert kept(before) != kept(after)


@pytest.mark.parametrize("part", ["victim", "suspect"])
def test_who_is_confirmed_again_at_the_call_takes_nothing_from_it(handler, call, both, part):
    takes_part(by=handler, now=NOW, contact_id=call.id, record_id=both[0], part=part, confirmed=True)
    assert CounterAllegation.objects.filter(ended_at=None).count() == 1


def test_who_is_left_out_of_the_call_takes_it_back(handler, call, both):
    leave_out(by=handler, now=NOW, contact_id=call.id, record_id=both[0])
    assert not CounterAllegation.objects.filter(ended_at=None).exists()
