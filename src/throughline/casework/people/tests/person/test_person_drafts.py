"""What was typed on a page about a person and never sent is offered there again, on every such page."""

import re
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern, reverse
from django.utils import timezone

from throughline.casework.people.commands import recording, safety
from throughline.casework.people.models import Address, Marker, Name, Phone, Record
from throughline.casework.people.urls import _one
from throughline.foundations.access.rules import Role
from throughline.foundations.drafts.commands import keep

# the person's own page, what two have in common, and the question why one looks, hold nothing that was typed
WITHOUT = {"person", "purpose", "beside"}
PAGES = sorted(page.name for page in _one if isinstance(page, URLPattern) and page.name not in WITHOUT)
KEPT = "We kept what you typed at"


@pytest.fixture
def type_on(accounts):
    """Leave something typed on a page, as its being kept while somebody types does."""

    def typed(role: Role, place: str, **fields: str) -> None:
        assert keep(
            user=accounts[role].id,
            place=place,
            typed={name: [value] for name, value in fields.items()},
            now=timezone.now(),
        )

    return typed


def shown(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_what_was_typed_is_offered_to_its_author_alone_until_it_is_sent(amara, signed_in, acting_as, type_on):
    place = reverse("people:add-name", args=[amara])
    type_on(Role.OFFICER, place, kind="alias", forename="Ama")
    officer, supervisor = signed_in(Role.OFFICER, amara), signed_in(Role.SUPERVISOR, amara)
    page = shown(officer.get(place))
    assert KEPT in page
    assert 'value="Ama"' in page
    assert KEPT not in shown(supervisor.get(place))
    assert officer.post(place, {"kind": "alias", "forename": "Ama"}).status_code == 302
    acting_as(Role.OFFICER)
    assert Name.objects.filter(record=amara, forename="Ama").count() == 1
    assert KEPT not in shown(officer.get(place))


def test_a_correction_typed_before_somebody_elses_still_conflicts_with_it(
    amara, signed_in, acting_as, type_on
):
    place = reverse("people:correct", args=[amara])
    officer = signed_in(Role.OFFICER, amara)
    seen = re.search(r'name="seen" value="([^"]+)"', shown(officer.get(place)))[1].replace("&#34;", '"')
    type_on(Role.OFFICER, place, sex="2", language="Twi", seen=seen)
    by = acting_as(Role.SUPERVISOR)
    held = recording.particulars_of(Record.objects.get(id=amara))
    theirs = recording.Particulars(sex="1", born=held.born)
    recording.correct_particulars(by=by, now=timezone.now(), record_id=amara, seen=held, particulars=theirs)
    page = shown(officer.get(place))
    kept = re.search(r'name="seen" value="([^"]+)"', page)[1].replace("&#34;", '"')
    answer = shown(officer.post(place, {"sex": "2", "language": "Twi", "seen": kept}))
    assert "Somebody else has corrected this meanwhile" in answer
    acting_as(Role.OFFICER)
    assert Record.objects.get(id=amara).sex == "1"


def test_why_two_records_are_merged_is_offered_beside_both(amara, add, signed_in, type_on):
    other, place = add("Amara", "Testwel"), reverse("people:merge", args=[amara])
    type_on(Role.SUPERVISOR, place, into=str(other), words="Same scar on the left hand")
    page = shown(signed_in(Role.SUPERVISOR, amara).get(place))
    for told in (KEPT, "Same scar on the left hand", f'value="{other}"'):
        assert told in page


@pytest.fixture
def address_of(amara, acting_as):
    """The address of a page about a restricted record of whom each kind of fact is held."""
    by, now = acting_as(Role.DESK), timezone.now()
    recording.set_marker(by=by, now=now, record_id=amara, code="weapons")
    safety.restrict(by=by, now=now, record_id=amara, reason="staff-connected")
    facts: dict[str, UUID] = {
        "end-phone": Phone.objects.get(record=amara).id,
        "end-address": Address.objects.get(record=amara).id,
        "end-marker": Marker.objects.get(record=amara).id,
        "stop-seeing": uuid4(),
    }
    return lambda name: reverse(f"people:{name}", args=[amara, *([facts[name]] if name in facts else [])])


@pytest.mark.parametrize("name", PAGES)
def test_every_page_about_a_person_keeps_what_is_typed_and_offers_it(
    name, amara, address_of, signed_in, type_on
):
    place, desk = address_of(name), signed_in(Role.DESK, amara)
    page = shown(desk.get(place))
    assert KEPT not in page
    form = re.search(r'<form method="post" novalidate[^>]*>', page)[0]
    assert f'hx-post="{reverse("keep_draft")}"' in form
    type_on(Role.DESK, place, words="He knows the code word", scraps="Alma Road")
    page = shown(desk.get(place))
    assert KEPT in page
    assert "There is a problem" not in page
    assert "Nobody found" not in page
