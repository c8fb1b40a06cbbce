"""What the page of a person shows to whom, and that every look at it is written."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from throughline.casework.people.commands import identities, recording, safety
from throughline.casework.people.commands.recording import NewAddress, NewName
from throughline.casework.people.models import Phone
from throughline.foundations.access.rules import READERS, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.instruments.queries import library

SEE_LOOKERS = {Role.SUPERVISOR, Role.DESK}
NOW = timezone.now()


def page(browser, record_id):
    return browser.get(reverse("people:person", args=[record_id]))


def text(response) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", words)


def looks(acting_as, record_id, action="person.view"):
    acting_as(Role.AUDITOR)
    return list(Event.objects.filter(kind="look", action=action, subjects__contains=[record_id]))


def without_what_differs_each_time(content: bytes) -> bytes:
    return re.sub(rb'nonce="[^"]*"|name="(csrfmiddlewaretoken|once)" value="[^"]*"', b"", content)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM}))
def test_the_front_line_sees_a_person_and_nobody_else_does(role, amara, signed_in):
    answer = page(signed_in(role, amara), amara)
    if role in READERS:
        assert answer.status_code == 200
        assert "Amara Testwell" in text(answer)
        assert ("Who looked" in text(answer)) == (role in SEE_LOOKERS)
    else:
        assert answer.status_code == 403
        assert "Amara" not in text(answer)


def test_each_page_writes_one_look_with_its_purpose(amara, signed_in, acting_as):
    page(signed_in(Role.CALL_HANDLER, amara), amara)
    [look] = looks(acting_as, amara)
    assert look.purpose == "call"


def test_a_look_that_cannot_be_written_shows_nobody(amara, signed_in, monkeypatch):
    def fails(*_args, **_more):
        raise RuntimeError("the log is full")

    monkeypatch.setattr("throughline.casework.people.queries.person.write_audit", fails)
    browser = signed_in(Role.CALL_HANDLER, amara)
    browser.raise_request_exception = False
    answer = page(browser, amara)
    assert answer.status_code == 500
    assert "Amara" not in answer.content.decode()
    assert "Testwell" not in answer.content.decode()


def test_without_a_task_the_reader_is_asked_why_once_and_nothing_is_shown_before(amara, signed_in, acting_as):
    browser = signed_in(Role.OFFICER)
    asked = page(browser, amara)
    assert "Why are you looking?" in text(asked)
    assert "Amara" not in text(asked)
    assert looks(acting_as, amara) == []

    answer = browser.post(reverse("people:purpose", args=[amara]), {})
    assert "Select an answer to “Why are you looking" in text(answer)
    answer = browser.post(reverse("people:purpose", args=[amara]), {"purpose": "import"})
    assert "choose one of the answers listed" in text(answer)
    answer = browser.post(reverse("people:purpose", args=[amara]), {"purpose": "investigation"}, follow=True)
    assert "Amara Testwell" in text(answer)
    assert "Amara Testwell" in text(page(browser, amara))
    assert [look.purpose for look in looks(acting_as, amara)] == ["investigation", "investigation"]


def test_a_search_says_why_its_reader_opens_whom_it_found(amara, signed_in):
    browser = signed_in(Role.CALL_HANDLER)
    found = browser.post(reverse("people:search"), {"enquiry": str(uuid4()), "who": "Amara Testwell"})
    assert str(amara) in found.content.decode()
    assert "Amara Testwell" in text(page(browser, amara))


def test_what_nobody_knows_is_said_in_words(add, signed_in):
    joey = add("Joey", "")
    shown = text(page(signed_in(Role.CALL_HANDLER, joey), joey))
    for words in (
        "Not asked yet – no safe way is known.",
        "Age not known",
        "Markers: none found here; other systems not checked",
        "Phone None held",
        "Children: not checked",
        "Interpreter Not asked yet",
        "Ethnicity, as an officer saw it Not recorded",
    ):
        assert words in shown


def give_safe_contact(by, record_id, **answers):
    return safety.give_safe_contact(
        by=by,
        now=timezone.now(),
        record_id=record_id,
        instrument=library().as_of("safe-contact", timezone.localdate()),
        answers=answers,
        complete=False,
        after=None,
        phone_id=Phone.objects.get(record=record_id, valid_until=None).id,
    )


def test_the_safe_way_stands_first_and_a_new_number_voids_it(amara, signed_in, acting_as):
    officer = acting_as(Role.OFFICER)
    give_safe_contact(
        officer, amara, means=["text-message"], **{"must-not-know": "Borys, her former partner"}
    )
    browser = signed_in(Role.CALL_HANDLER, amara)
    shown = text(page(browser, amara))
    assert "Text message" in shown
    assert shown.index("Borys, her former partner") < shown.index("Add a name")
    assert "Not asked yet: Are there hours when it is safe" in shown

    recording.add_phone(
        by=acting_as(Role.OFFICER), now=timezone.now(), record_id=amara, number="07700 900124"
    )
    shown = text(page(browser, amara))
    assert "voided on" in shown
    assert "because the phone number changed" in shown
    assert "Borys, her former partner" not in shown


def test_children_of_the_household_come_first(amara, add, signed_in, acting_as):
    grown, child = (
        add("Aaron", "Sampleman"),
        add("Zed", "Testwell", particulars=recording.Particulars(born_from=2019, born_to=2019)),
    )
    supervisor = acting_as(Role.SUPERVISOR)
    for one in (grown, child):
        recording.join_household(by=supervisor, now=timezone.now(), record_id=one, with_record_id=amara)
    shown = text(page(signed_in(Role.OFFICER, amara), amara))
    household = shown[shown.index("Household") :]
    assert household.index("Zed Testwell") < household.index("Aaron Sampleman")


def test_one_out_of_sight_looks_exactly_like_one_that_does_not_exist(amara, signed_in, acting_as):
    safety.restrict(by=acting_as(Role.SUPERVISOR), now=NOW, record_id=amara, reason="honour-based")
    nobody = uuid4()
    browser = signed_in(Role.CALL_HANDLER, amara, nobody)
    for name in ("person", "add-name", "safe-contact", "relate", "purpose"):
        hidden = browser.get(reverse(f"people:{name}", args=[amara]))
        missing = browser.get(reverse(f"people:{name}", args=[nobody]))
        assert hidden.status_code == missing.status_code == 404
        assert without_what_differs_each_time(hidden.content) == without_what_differs_each_time(
            missing.content
        )


def test_the_desk_sees_why_a_record_is_restricted_and_lets_somebody_see_it(
    amara, accounts, signed_in, acting_as
):
    safety.restrict(by=acting_as(Role.SUPERVISOR), now=timezone.now(), record_id=amara, reason="honour-based")
    desk, officer = signed_in(Role.DESK, amara), signed_in(Role.OFFICER, amara)
    shown = text(page(desk, amara))
    assert "At risk from family or community with access to records" in shown
    assert "Nobody has been let see it." in shown
    assert page(officer, amara).status_code == 404

    granted = {"account": str(accounts[Role.OFFICER].id), "reason": "safeguarding-enquiry"}
    shown = text(desk.post(reverse("people:let-see", args=[amara]), granted, follow=True))
    assert "Sample response-officer, safeguarding enquiry, until it is taken back" in shown
    seen = text(page(officer, amara))
    assert "This record is restricted. You may see it" in seen
    assert "Let somebody see it" not in seen

    end = reverse("people:stop-seeing", args=[amara, accounts[Role.OFFICER].id])
    assert "They no longer see this record." in text(desk.post(end, follow=True))
    assert page(officer, amara).status_code == 404

    lifted = desk.post(reverse("people:lift", args=[amara]), {"reason": "lift-danger-past"}, follow=True)
    assert "Restriction lifted" in text(lifted)
    assert page(officer, amara).status_code == 200


def test_a_refuge_is_said_to_be_held_and_shown_to_the_named_alone(amara, accounts, signed_in):
    desk = signed_in(Role.DESK, amara)
    address = {"number": "1", "street": "Hidden Lane"}
    kept = text(desk.post(reverse("people:refuge", args=[amara]), address, follow=True))
    assert "Refuge address kept." in kept
    assert "A refuge address is held." in kept
    assert "Hidden Lane" not in kept
    named = {"account": str(accounts[Role.OFFICER].id), "reason": "safeguarding-enquiry"}
    desk.post(reverse("people:name-for-refuge", args=[amara]), named)
    assert "Hidden Lane" in text(page(signed_in(Role.OFFICER, amara), amara))
    for role in (Role.CALL_HANDLER, Role.SUPERVISOR, Role.DESK):
        assert "Hidden Lane" not in text(page(signed_in(role, amara), amara))
    assert "Sample response-officer, since" in text(desk.get(reverse("people:refuge", args=[amara])))


def test_the_timeline_shows_each_reader_what_they_may_read(amara, signed_in, acting_as):
    safety.restrict(by=acting_as(Role.DESK), now=timezone.now(), record_id=amara, reason="honour-based")
    safety.lift_restriction(
        by=acting_as(Role.DESK), now=timezone.now(), record_id=amara, reason="lift-by-mistake"
    )
    recording.add_name(
        by=acting_as(Role.OFFICER),
        now=timezone.now(),
        record_id=amara,
        name=NewName("maiden", "Amara", "", "Inventa"),
    )
    told = text(page(signed_in(Role.CALL_HANDLER, amara), amara))
    assert "Name added by Sample response-officer" in told
    assert "Record restricted" not in told
    told = text(page(signed_in(Role.DESK, amara), amara))
    assert "Restriction lifted by Sample restricted-records-desk" in told


def test_an_address_is_not_lost_when_it_ends(amara, signed_in, acting_as):
    officer = acting_as(Role.OFFICER)
    recording.add_address(
        by=officer, now=timezone.now(), record_id=amara, address=NewAddress("2", "Test Street", "", "")
    )
    browser = signed_in(Role.OFFICER, amara)
    shown = browser.get(reverse("people:person", args=[amara])).content.decode()
    end = re.search(r'href="(/people/[^"]+/address/[^"]+/end/)"[^>]*>End<span[^>]*> 2 Test Street', shown)
    assert end
    assert "Address ended." in text(browser.post(end[1], follow=True))
    assert "2 Test Street until" in text(page(browser, amara))


def test_a_number_and_an_address_on_merged_records_are_listed_once_and_each_record_ends_its_own(
    amara, add, acting_as, signed_in
):
    there = {
        "phones": ("+44 7700 900123",),
        "addresses": (NewAddress("14", "ALMA Road", "Sampletown", "ZZ1 1ZZ"),),
    }
    other = add("Amara", "Testwel", **there)
    identities.merge(
        by=acting_as(Role.SUPERVISOR),
        now=timezone.now(),
        record_id=other,
        into_id=amara,
        reason="merge-known",
    )
    browser = signed_in(Role.OFFICER, amara, other)
    shown = page(browser, amara)
    assert text(shown).count("2 records") == 2
    seen = re.sub(r'<span class="govuk-visually-hidden">.*?</span>', "", shown.content.decode())
    # in the one spelling or the other
    assert seen.casefold().count("14 alma road") == 1
    ends = [reverse("people:end-phone", args=[one.record_id, one.id]) for one in Phone.objects.all()]
    assert len(ends) == 2
    assert all(f'href="{end}"' in shown.content.decode() for end in ends)
    browser.post(ends[0])
    shown = text(page(browser, amara))
    assert shown.count("2 records") == 1
    assert "Phones and addresses before" in shown
