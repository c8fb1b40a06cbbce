"""Every small page that changes something: done right, typed wrong, changed by somebody else meanwhile."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from throughline.casework.people.commands import recording, safety
from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars, particulars_of
from throughline.casework.people.commands.retention import erase
from throughline.casework.people.models import (
    Address,
    Marker,
    Member,
    Name,
    Phone,
    Record,
    RefugeAddress,
    Relationship,
    SafeContact,
    StaffLink,
)
from throughline.casework.people.queries.restriction import spoken_reference
from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library


def text(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def at(name, record_id, *more):
    return reverse(f"people:{name}", args=[record_id, *more])


@pytest.fixture
def officer(amara, signed_in):
    return signed_in(Role.OFFICER, amara)


@pytest.fixture
def supervisor(amara, signed_in):
    return signed_in(Role.SUPERVISOR, amara)


@pytest.fixture
def desk(amara, signed_in):
    return signed_in(Role.DESK, amara)


# what is typed wrongly on each page, and what the page then says
WRONG = [
    ("add-name", {"kind": "alias"}, "enter at least one part of the name"),
    ("add-name", {"forename": "Ama"}, "Select an answer to “What kind of name is it"),
    ("add-name", {"kind": "alias", "forename": "A" * 201}, "is longer than 200 characters"),
    ("correct", {"born_day": "31", "born_month": "2", "born_year": "1990"}, "that month has no such day"),
    ("correct", {"born_day": "3", "born_month": "2", "born_year": "2090"}, "is not a possible date of birth"),
    ("correct", {"age": "oldish"}, "write a number such as 30"),
    ("correct", {"sex": "X"}, "choose one of the answers listed"),
    ("add-phone", {}, "Enter an answer to “Phone number"),
    ("add-phone", {"phone": "no"}, "is not a telephone number"),
    ("add-address", {}, "enter as much of the address as is known"),
    ("set-marker", {"code": "respond-urgently"}, "choose the address that the marker is about"),
    ("set-marker", {}, "Select an answer to “Which marker"),
    ("safe-contact", {"do": "complete"}, "Select an answer to “Which ways of reaching you are safe"),
    ("relate", {"scraps": "Amara Testwell", "do": "", "kind": "parent"}, "Nobody found"),
]


@pytest.mark.parametrize(("name", "typed", "said"), WRONG)
def test_what_is_typed_wrong_is_named_with_its_field_and_nothing_changes(
    name, typed, said, amara, officer, acting_as
):
    answer = officer.post(at(name, amara), typed)
    assert answer.status_code == 200
    assert said in text(answer)
    acting_as(Role.DESK)
    assert Name.objects.filter(record=amara).count() == Phone.objects.filter(record=amara).count() == 1
    assert not Marker.objects.exists()
    assert not SafeContact.objects.exists()
    assert particulars_of(Record.objects.get(id=amara)).sex == "2"


def test_a_page_that_only_opens_writes_its_look_and_nothing_else(amara, officer, acting_as):
    for name in ("add-name", "correct", "add-phone", "add-address", "safe-contact", "relate", "set-marker"):
        assert officer.get(at(name, amara)).status_code == 200
    acting_as(Role.AUDITOR)
    told = Event.objects.filter(subjects__contains=[amara], actor=officer.session["_auth_user_id"])
    assert set(told.values_list("kind", flat=True)) == {"look"}
    assert told.count() == 7


def test_a_name_as_heard_is_added(amara, officer, acting_as):
    typed = {"kind": "as-heard", "full": "Amra Tesswell", "order": "unknown"}
    assert "Name added." in text(officer.post(at("add-name", amara), typed, follow=True))
    acting_as(Role.OFFICER)
    assert Name.objects.get(record=amara, kind="as-heard").shown == "Amra Tesswell"


def test_a_family_name_that_comes_first_is_shown_first(amara, officer):
    typed = {"kind": "known-as", "forename": "Mei", "surname": "Sample", "order": "family-first"}
    assert "Sample Mei family name first" in text(officer.post(at("add-name", amara), typed, follow=True))


def opened(answer) -> dict[str, str]:
    """What the hidden field of the page of particulars holds."""
    held = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())
    assert held
    return {"seen": held[1].replace("&#34;", '"')}


def test_particulars_are_corrected_and_what_is_not_touched_stays(amara, officer, acting_as):
    seen = opened(officer.get(at("correct", amara)))
    typed = {
        "sex": "2",
        "age": "30 to 35",
        "language": "Polish",
        "needs_interpreter": "no",
        "ethnicity": "ethnicity-18-plus-1/W1",
        "ethnicity_officer_defined": "IC3",
    }
    answer = officer.post(at("correct", amara), seen | typed, follow=True)
    assert "Particulars corrected." in text(answer)
    assert "30 to 35 · Female" in text(answer)
    acting_as(Role.OFFICER)
    year = timezone.localdate().year
    assert particulars_of(Record.objects.get(id=amara)) == Particulars(
        sex="2",
        born_from=year - 36,
        born_to=year - 30,
        ethnicity="W1",
        ethnicity_scheme="ethnicity-18-plus-1",
        ethnicity_officer_defined="IC3",
        language="Polish",
        needs_interpreter=False,
    )
    # opened and sent again as it stands, it changes nothing
    again = officer.get(at("correct", amara))
    assert 'value="30 to 35"' in again.content.decode()
    officer.post(at("correct", amara), opened(again) | typed)
    acting_as(Role.OFFICER)
    assert particulars_of(Record.objects.get(id=amara)).born_from == year - 36


def test_two_who_correct_at_once_both_see_both_versions_and_lose_nothing(amara, officer, acting_as):
    mine = opened(officer.get(at("correct", amara)))
    held = particulars_of(Record.objects.get(id=amara))
    recording.correct_particulars(
        by=acting_as(Role.SUPERVISOR),
        now=timezone.now(),
        record_id=amara,
        seen=held,
        particulars=Particulars(sex="2", language="Czech"),
    )
    typed = {"sex": "2", "language": "Polish", "needs_interpreter": "not-asked"}
    answer = officer.post(at("correct", amara), mine | typed)
    assert "Somebody else has corrected this meanwhile." in text(answer)
    assert "Language Czech Polish" in text(answer)
    assert 'value="Polish"' in answer.content.decode()
    acting_as(Role.OFFICER)
    assert Record.objects.get(id=amara).language == "Czech"
    # having seen both, the reader decides
    assert json.loads(opened(answer)["seen"])["language"] == "Czech"
    officer.post(at("correct", amara), opened(answer) | typed)
    acting_as(Role.OFFICER)
    assert Record.objects.get(id=amara).language == "Polish"


def test_a_number_is_added_and_ended_and_stays_known(amara, officer, acting_as):
    assert "Phone number added." in text(
        officer.post(at("add-phone", amara), {"phone": "07700 900124"}, follow=True)
    )
    acting_as(Role.OFFICER)
    phone = Phone.objects.get(record=amara, number="+447700900124")
    assert "07700 900124" in text(officer.get(at("end-phone", amara, phone.id)))
    assert "Phone number ended." in text(officer.post(at("end-phone", amara, phone.id), follow=True))
    acting_as(Role.OFFICER)
    phone.refresh_from_db()
    assert phone.valid_until == timezone.localdate()


def test_what_is_not_of_this_record_cannot_be_ended_through_it(amara, add, officer, acting_as):
    other = add("Borys", "Sampleman", phones=("07700 900155",))
    acting_as(Role.OFFICER)
    theirs = Phone.objects.get(record=other)
    assert officer.post(at("end-phone", amara, theirs.id)).status_code == 404
    acting_as(Role.OFFICER)
    theirs.refresh_from_db()
    assert theirs.valid_until is None


SAFE = {"means": ["text-message"], "code-word": "yes", "code-word-is": "gooseberry", "do": "save"}


def test_what_is_safe_is_kept_under_its_version_with_its_number(amara, officer, acting_as):
    acting_as(Role.OFFICER)
    phone = Phone.objects.get(record=amara)
    answer = officer.post(at("safe-contact", amara), SAFE | {"phone": str(phone.id)}, follow=True)
    assert "Saved. Not every question has been asked." in text(answer)
    assert "gooseberry" in text(answer)
    acting_as(Role.OFFICER)
    kept = SafeContact.objects.get(record=amara)
    assert (kept.phone, kept.answers.version, kept.answers.complete) == (phone, "1", False)
    # asked again, the page brings what was said; the one before is voided, not lost
    again = officer.get(at("safe-contact", amara)).content.decode()
    assert "gooseberry" in again
    after = re.search(r'name="after" value="([^"]+)"', again)
    officer.post(at("safe-contact", amara), {"means": ["none"], "do": "save", "after": after[1]})
    acting_as(Role.OFFICER)
    kept.refresh_from_db()
    assert kept.voided_because == "said-anew"
    assert SafeContact.objects.get(record=amara, voided_at=None).answers.answers == {"means": ["none"]}


def test_two_who_ask_at_once_do_not_overwrite_each_other_and_the_later_reads_both(amara, officer, acting_as):
    acting_as(Role.OFFICER)
    phone = Phone.objects.get(record=amara)
    officer.post(at("safe-contact", amara), SAFE | {"phone": str(phone.id)})
    typed = {"means": ["visit"], "do": "save", "after": "", "phone": "none"}
    answer = officer.post(at("safe-contact", amara), typed)
    assert "Somebody else has changed this meanwhile." in text(answer)
    acting_as(Role.OFFICER)
    kept = Answers.objects.get(subject=amara)
    [table] = re.findall(r"<table.*?</table>", answer.content.decode(), re.DOTALL)
    rows = [
        tuple(
            re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        )
        for row in table.split("<tr")[1:]
    ]
    assert rows[0] == ("Question", "What stands now", "What you typed")
    told = {question: versions for question, *versions in rows[1:]}
    assert told["Which ways of reaching you are safe?"] == ["Text message", "Visit"]
    assert ["gooseberry", "–"] in told.values()
    assert told["About"] == [phone.given, "Not this one"]
    # what was typed stays in the form, and sent again it takes the place of what was read
    again = re.search(r'name="after" value="([^"]+)"', answer.content.decode())[1]
    assert again == str(kept.id)
    officer.post(at("safe-contact", amara), typed | {"after": again})
    acting_as(Role.OFFICER)
    assert SafeContact.objects.get(record=amara, voided_at=None).answers.answers == {"means": ["visit"]}


def test_somebody_is_found_and_related_without_a_script(amara, add, officer, acting_as):
    borys = add("Borys", "Sampleman", phones=("07700 900155",))
    found = officer.post(at("relate", amara), {"scraps": "Borys Sampleman 07700 900155", "do": "find"})
    assert str(borys) in found.content.decode()
    assert "an answer to “" not in text(found)
    typed = {"scraps": "Borys Sampleman 07700 900155", "other": str(borys), "kind": "former-partner"}
    answer = officer.post(at("relate", amara), typed, follow=True)
    assert "Former intimate partner Borys Sampleman" in text(answer)
    acting_as(Role.OFFICER)
    assert Relationship.objects.get(record=amara, other=borys).kind == "former-partner"


def test_a_restricted_person_is_not_found_to_relate_and_the_desk_is_called(amara, add, officer, acting_as):
    zofia = add("Zofia", "Hiddenska", phones=("07700 900166",))
    safety.restrict(by=acting_as(Role.SUPERVISOR), now=timezone.now(), record_id=zofia, reason="honour-based")
    found = officer.post(at("relate", amara), {"scraps": "Zofia Hiddenska 07700 900166", "do": "find"})
    assert "Nobody found." in text(found)
    assert str(zofia) not in found.content.decode()
    acting_as(Role.DESK)
    assert Duty.objects.filter(kind="restricted-match", record_id=zofia).count() == 1


def test_a_household_is_joined_and_left(amara, add, officer, acting_as):
    child = add("Kofi", "Testwell", phones=("07700 900177",))
    typed = {"scraps": "Kofi Testwell 07700 900177", "other": str(child)}
    assert "Kofi Testwell" in text(officer.post(at("join-household", amara), typed, follow=True))
    assert "They have left the household." in text(officer.post(at("leave-household", amara), follow=True))
    acting_as(Role.OFFICER)
    assert Member.objects.get(record=amara).valid_until == timezone.localdate()


def test_a_marker_is_set_with_its_lapse_and_ended(amara, officer, acting_as):
    acting_as(Role.OFFICER)
    address = Address.objects.get(record=amara)
    typed = {"code": "respond-urgently", "address": str(address.id)}
    answer = officer.post(at("set-marker", amara), typed, follow=True)
    assert "Treat any call from here as urgent" in text(answer)
    assert "Lapses after" in text(answer)
    acting_as(Role.OFFICER)
    marker = Marker.objects.get(record=amara)
    assert "Marker ended." in text(officer.post(at("end-marker", amara, marker.id), follow=True))
    acting_as(Role.OFFICER)
    marker.refresh_from_db()
    assert marker.ended_by is not None


ONLY = {
    "merge": {Role.SUPERVISOR, Role.DESK},
    "part": {Role.SUPERVISOR, Role.DESK},
    "restrict": {Role.SUPERVISOR, Role.DESK},
    "staff": {Role.SUPERVISOR, Role.DESK},
    "retention": {Role.SUPERVISOR, Role.DESK},
    "refuge": {Role.DESK},
    "name-for-refuge": {Role.DESK},
}


@pytest.mark.parametrize("name", ONLY)
def test_only_some_roles_open_the_graver_pages(name, amara, signed_in):
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.SUPERVISOR, Role.DESK, Role.ANALYST, Role.AUDITOR):
        answer = signed_in(role, amara).get(at(name, amara))
        assert answer.status_code == (200 if role in ONLY[name] else 403), role


def contents() -> dict[str, list[tuple]]:
    """Every row of every table about people, except the links that merging and parting are made of, and whose features
    these say a record's are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename like 'people\\_%'"
            " and tablename not in ('people_identitylink', 'people_identity', 'people_staging')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        held = {}
        for table in tables:
            told = "(to_jsonb(t) - 'identity')" if table == "people_features" else "t"
            cursor.execute(f'select {told}::text from "{table}" t order by 1')
            held[table] = cursor.fetchall()
    return held


def test_merging_shows_both_and_parting_leaves_everything_as_it_was(amara, add, supervisor, acting_as):
    twin = add(
        "Amara", "Inventa", particulars=Particulars(sex="2", language="Polish"), phones=("07700 900188",)
    )
    acting_as(Role.DESK)
    before = contents()
    assert before["people_name"]
    found = supervisor.post(at("merge", amara), {"scraps": "Amara Inventa 07700 900188", "do": "find"})
    assert str(twin) in found.content.decode()
    both = supervisor.post(
        at("merge", amara), {"scraps": "Amara Inventa 07700 900188", "do": "compare", "other": str(twin)}
    )
    assert "Names differs Amara Testwell Amara Inventa" in text(both)
    assert "Sex differs" not in text(both)
    unsaid = supervisor.post(at("merge", amara), {"into": str(twin)})
    assert "Select an answer to “Why" in text(unsaid)

    reason = {"into": str(twin), "reason": "merge-said-so", "words": "She showed both letters."}
    merged = text(supervisor.post(at("merge", amara), reason, follow=True))
    for words in ("Amara Testwell", "Amara Inventa", "07700 900188", "Linked record", "Polish"):
        assert words in merged
    # of one source both, and each link says which record it is about
    for words in ("Amara Testwell", "Amara Inventa; 07700 900188"):
        assert re.search(f"Part the record from [a-z]+: {words}", merged)
    assert "Open this record : Amara Inventa; 07700 900188" in merged
    assert "Somebody else has changed this meanwhile." in text(supervisor.post(at("merge", amara), reason))
    acting_as(Role.DESK)
    assert contents() == before

    # both are one person now: the page says which of the two records goes
    unsaid = text(supervisor.post(at("part", amara), {}))
    assert re.search("The record from [a-z]+ alone says: Amara Testwell", unsaid)
    assert "Inventa" not in unsaid
    parted = text(
        supervisor.post(at("part", amara), {"reason": "part-merged-by-mistake", "words": ""}, follow=True)
    )
    assert "Parted." in parted
    assert "Amara Inventa" not in parted
    acting_as(Role.DESK)
    assert contents() == before
    kinds = Decision.objects.filter(record_id=amara).values_list("kind", "words")
    assert sorted(kinds) == [("merge", "She showed both letters."), ("part", "")]


def test_a_new_number_voids_what_was_said_on_a_merged_record(amara, add, supervisor, acting_as):
    twin = add("Amara", "Inventa", phones=("07700 900188",))
    supervisor.post(at("safe-contact", amara), SAFE)
    supervisor.post(at("merge", amara), {"into": str(twin), "reason": "merge-known"})
    supervisor.post(at("add-phone", twin), {"phone": "07700 900189"})
    acting_as(Role.SUPERVISOR)
    assert SafeContact.objects.get(record=amara).voided_because == "number-changed"


def test_a_supervisor_who_restricts_no_longer_sees_the_record(amara, supervisor, acting_as):
    assert "Select an answer to “Why" in text(supervisor.post(at("restrict", amara), {}))
    answer = supervisor.post(at("restrict", amara), {"reason": "staff-victim", "words": ""}, follow=True)
    assert "Only the restricted-records desk sees it now." in text(answer)
    assert supervisor.get(at("person", amara)).status_code == 404


def test_breaking_the_glass_opens_for_hours_and_tells_the_desk(amara, officer, supervisor, acting_as):
    supervisor.post(at("restrict", amara), {"reason": "honour-based"})
    where = reverse("people:break-glass")
    assert officer.get(at("person", amara)).status_code == 404
    typed = {
        "reference": spoken_reference(amara),
        "reason": "glass-danger-to-life",
        "words": "Screams heard.",
    }
    unsaid = officer.post(where, typed | {"words": ""})
    assert "Enter an answer to “In your words" in text(unsaid)
    for wrong in ("0000 0000", "not hex!", "abc"):
        assert "Reference: opens nothing" in text(officer.post(where, typed | {"reference": wrong}))
    shown = text(officer.post(where, typed, follow=True))
    assert "You see this record for four hours." in shown
    assert "You broke the glass. You see it until" in shown
    acting_as(Role.DESK)
    assert Duty.objects.get(kind="break-glass-review").record_id == amara
    grant = Grant.objects.get(kind="break-glass")
    assert grant.valid_until - grant.valid_from == timezone.timedelta(hours=4)


def test_a_restriction_that_glass_does_not_open_says_what_a_wrong_reference_says(
    amara, officer, supervisor, acting_as
):
    supervisor.post(at("restrict", amara), {"reason": "protected-person"})
    typed = {
        "reference": spoken_reference(amara),
        "reason": "glass-danger-to-life",
        "words": "Screams heard.",
    }
    answer = officer.post(reverse("people:break-glass"), typed)
    assert "Reference: opens nothing" in text(answer)
    assert officer.get(at("person", amara)).status_code == 404
    acting_as(Role.AUDITOR)
    refused = Event.objects.filter(kind="refused", action="restriction.break-glass").get()
    assert refused.subjects == [amara]


def test_one_of_the_staff_is_shut_out_of_their_own_record(
    amara, accounts, supervisor, officer, acting_as, team
):
    him, apart = accounts[Role.OFFICER], Team.objects.create(agency=team.agency, name="Quarnley response")
    User.objects.filter(id=him.id).update(team=apart)
    typed = {"account": str(him.id)}
    assert "Recognised as staff." in text(supervisor.post(at("staff", amara), typed, follow=True))
    assert officer.get(at("person", amara)).status_code == 404
    acting_as(Role.DESK)
    assert StaffLink.objects.get(record=amara).user == him.id
    grants = Grant.objects.filter(subject=amara, kind=Grant.Kind.EXCLUDE)
    assert set(grants.values_list("grantee", "reason")) == {(him.id, "party"), (apart.id, "line")}


def test_of_the_desks_own_staff_nobody_else_is_shut_out(amara, accounts, supervisor, acting_as):
    typed = {"account": str(accounts[Role.DESK].id)}
    assert "Recognised as staff." in text(supervisor.post(at("staff", amara), typed, follow=True))
    acting_as(Role.AUDITOR)
    grants = Grant.objects.filter(subject=amara, kind=Grant.Kind.EXCLUDE)
    assert list(grants.values_list("grantee", flat=True)) == [accounts[Role.DESK].id]


def test_a_record_is_kept_until_another_day_for_a_reason(amara, supervisor, acting_as):
    typed = {"reason": "extend-open-case", "until_day": "1", "until_month": "6", "until_year": "2001"}
    assert "must be a day to come" in text(supervisor.post(at("retention", amara), typed))
    kept = supervisor.post(at("retention", amara), typed | {"until_year": "2040"}, follow=True)
    assert "must be decided by 1 June 2040" in text(kept)


def erase_at(record_id) -> str:
    """Done from here, and by a later room, since it reaches rooms that this one cannot know."""
    return f"{at('person', record_id)}erase/"


def test_only_the_desk_opens_the_page_that_erases(amara, signed_in):
    for role in (Role.CALL_HANDLER, Role.SUPERVISOR, Role.DESK, Role.ANALYST):
        answer = signed_in(role, amara).get(erase_at(amara))
        assert answer.status_code == (200 if role is Role.DESK else 403), role


def test_erasing_says_what_goes_and_takes_it_for_good(amara, desk, officer, acting_as):
    officer.post(at("safe-contact", amara), SAFE)
    page = text(desk.get(erase_at(amara)))
    assert "This cannot be undone." in page
    assert "names: 1" in page
    assert "Select an answer to “Why" in text(desk.post(erase_at(amara), {}))
    assert "Erased." in text(desk.post(erase_at(amara), {"reason": "erase-asked"}, follow=True))
    assert desk.get(at("person", amara)).status_code == 404
    acting_as(Role.DESK)
    assert not Name.objects.filter(record=amara).exists()
    assert "gooseberry" not in json.dumps(list(Answers.objects.values_list("answers", flat=True)))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (recording.add_name, {"name": NewName(surname="Gooseberry", kind="alias")}),
        (recording.add_phone, {"number": "07700 900555"}),
        (recording.add_address, {"address": NewAddress("2", "Mill Lane", "Sampletown", "ZZ1 1ZY")}),
        (
            recording.correct_particulars,
            {"seen": Particulars(), "particulars": Particulars(language="pl")},
        ),
    ],
)
def test_nothing_is_written_down_of_who_was_erased_meanwhile(amara, acting_as, command, told):
    """Somebody waited for the erasure to end, with a page that was opened before it."""
    erase(by=acting_as(Role.DESK), now=timezone.now(), record_id=amara, reason="erase-asked")
    with pytest.raises(Refused):
        command(by=acting_as(Role.OFFICER), now=timezone.now(), record_id=amara, **told)
    acting_as(Role.DESK)
    assert not Name.objects.filter(record=amara).exists()
    assert not Phone.objects.filter(record=amara).exists()
    assert not Address.objects.filter(record=amara).exists()
    assert Record.objects.get(id=amara).language == ""


def say_what_is_safe(**told):
    instrument = library().as_of("safe-contact", timezone.localdate())
    return safety.give_safe_contact(**told, instrument=instrument, answers={}, complete=False, after=None)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (recording.relate, {"other_id": "amara", "kind": "sibling"}),
        (recording.join_household, {"with_record_id": "amara"}),
    ],
)
def test_who_was_erased_is_related_to_nobody_and_lives_with_nobody(amara, add, acting_as, command, told):
    other = add()
    erase(by=acting_as(Role.DESK), now=timezone.now(), record_id=amara, reason="erase-asked")
    told = {name: amara if value == "amara" else value for name, value in told.items()}
    with pytest.raises(Refused):
        command(by=acting_as(Role.OFFICER), now=timezone.now(), record_id=other, **told)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("role", "command", "told", "table"),
    [
        (Role.OFFICER, recording.set_marker, {"code": "violence"}, Marker),
        (Role.DESK, safety.record_refuge, {"address": NewAddress("2", "Mill Lane")}, RefugeAddress),
        (Role.DESK, safety.recognise_staff, {"user_id": uuid4()}, StaffLink),
        (Role.OFFICER, say_what_is_safe, {}, SafeContact),
    ],
)
def test_nothing_keeps_somebody_safe_who_was_erased_meanwhile(amara, acting_as, role, command, told, table):
    erase(by=acting_as(Role.DESK), now=timezone.now(), record_id=amara, reason="erase-asked")
    with pytest.raises(Refused):
        command(by=acting_as(role), now=timezone.now(), record_id=amara, **told)
    acting_as(Role.DESK)
    assert not table.objects.filter(record=amara).exists()
