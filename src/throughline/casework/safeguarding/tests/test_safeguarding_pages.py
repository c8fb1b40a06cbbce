"""The pages of safeguarding, as each who uses them, and the command line."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse

from throughline.casework.conftest import NOW
from throughline.casework.people.commands.safety import restrict
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.models import VictimContact
from throughline.casework.safeguarding.tests.test_safeguarding_commands import looked, open_now
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import LONDON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


def address(name, case):
    return reverse(f"safeguarding:{name}", args=[case])


def test_before_anything_is_promised_the_page_says_so(signed_in, case):
    page = text(signed_in(Role.OFFICER).get(address("promises", case)))
    assert "Nothing is due that she has not been told." in page
    assert "Nobody has written down a contact with her, nor an attempt." in page
    assert "Write down a contact with her" in page


def test_from_the_duty_to_what_she_said_and_back(signed_in, arrested, case):
    arrested()
    looked()
    [duty] = open_now()
    officer = signed_in(Role.OFFICER)
    there = officer.get(reverse("overview:duty", args=[duty.id]))
    assert "She is to be told what has happened" in text(there)
    assert address("contact", case) in there.content.decode()
    form = text(officer.get(address("contact", case)))
    assert "No safe way is known. Do not ring, text or write." in form
    assert "She is to be told by" in form
    told = {
        "way": "telephone",
        "result": "reached-free",
        "told": ["told-arrest"],
        "feels": "safer",
        "said": "She sleeps at her mother's",
    }
    after = officer.post(address("contact", case), told, follow=True)
    page = text(after)
    assert "Written down." in page
    assert "She was reached 1 time, 0 of them without anything being due." in page
    assert "She was told: The suspect was arrested" in page
    assert "She sleeps at her mother's" in page
    assert not open_now()
    assert "Last spoken with" in text(officer.get(reverse("overview:case", args=[case])))


def test_those_that_are_due_stand_first(signed_in, arrested, case):
    arrested()
    looked()
    page = signed_in(Role.OFFICER).get(address("contact", case)).content.decode()
    boxes = re.findall(r'name="told" type="checkbox" value="([^"]+)"', page)
    assert boxes[0] == "told-arrest"
    assert len(boxes) > 5


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({}, "Select an answer to “How"),
        ({"way": "telephone"}, "Select an answer to “What came of it"),
        ({"way": "pigeon", "result": "no-answer"}, "choose one of the answers listed"),
        ({"way": "telephone", "result": "no-answer", "hers": "on"}, "whoever got in touch was reached"),
        ({"way": "telephone", "result": "reached-free", "declined": "on"}, "say of what she does not want"),
        ({"way": "telephone", "result": "reached-free", "at": "soon"}, "write the time like 2pm or 14:30"),
    ],
)
def test_a_wrong_contact_says_what_is_wrong_and_keeps_what_was_typed(signed_in, case, typed, error):
    answer = signed_in(Role.OFFICER).post(address("contact", case), {"said": "She rang twice"} | typed)
    page = text(answer)
    assert "There is a problem" in page
    assert error in page
    assert "She rang twice" in page
    with seen_whole():
        assert not VictimContact.objects.exists()


def test_an_attempt_leaves_what_is_due(signed_in, arrested, case):
    arrested()
    looked()
    told = {"way": "telephone", "result": "no-answer"}
    page = text(signed_in(Role.OFFICER).post(address("contact", case), told, follow=True))
    assert "1 attempt did not reach her." in page
    assert "The suspect was arrested" in page
    assert len(open_now()) == 1


def test_a_promise_by_hand_stands_on_the_list(signed_in, case):
    officer = signed_in(Role.OFFICER)
    empty = text(officer.post(address("promise", case), {}))
    assert "Select an answer to “What has happened" in empty
    page = text(officer.post(address("promise", case), {"update": "told-released"}, follow=True))
    assert "The suspect was released without charge" in page
    assert [duty.causes for duty in open_now()] == [["told-released"]]


def test_who_only_reads_is_not_asked_to_write(signed_in, case):
    handler = signed_in(Role.CALL_HANDLER)
    assert "Write down a contact with her" not in text(handler.get(address("promises", case)))
    assert handler.get(address("contact", case)).status_code == 403


def test_each_look_is_written(signed_in, case, pair):
    signed_in(Role.HUB).get(address("promises", case))
    with seen_whole():
        look = Event.objects.filter(kind=Event.Kind.LOOK, action=Action.VIEW_CASE).latest("id")
    assert set(look.subjects) == set(pair)


def test_out_of_sight_there_is_no_such_page(signed_in, does, case, pair):
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    officer = signed_in(Role.OFFICER)
    for name in ("promises", "contact", "promise"):
        assert officer.get(address(name, case)).status_code == 404


def test_the_command_line_tells_what_is_owed_by_case_and_code(arrested, case, accounts):
    arrested(at=NOW)
    looked()
    asked = ["safeguarding", "promises", "--as", accounts[Role.SERGEANT].username]
    told = CliRunner().invoke(throughline, asked)
    assert told.exit_code == 0, told.output
    assert "to be told: 1, overdue: 0" in told.output
    assert str(case) in told.output
    assert "told-arrest" in told.output
    assert "Quillfeather" not in told.output
    refused = CliRunner().invoke(throughline, [*asked[:3], accounts[Role.ANALYST].username])
    assert refused.exit_code == 1


def test_when_he_leaves_custody_is_named_on_the_page_and_asked_for(signed_in, case):
    officer = signed_in(Role.OFFICER)
    to_come = {"update": "told-release-to-come"}
    assert "say when, as far as custody knows" in text(officer.post(address("promise", case), to_come))
    wrong = text(officer.post(address("promise", case), to_come | {"leaves_at": "soon"}))
    assert "write the time like 2pm or 14:30" in wrong
    day = (NOW + timedelta(days=1)).astimezone(LONDON)
    on = {"leaves_on_day": day.day, "leaves_on_month": day.month, "leaves_on_year": day.year}
    on |= {"leaves_at": "20:30"}
    after = officer.post(address("promise", case), to_come | on, follow=True)
    assert f"The suspect leaves custody {day.day} {day:%B} {day.year} at 20:30. Tell her before." in text(
        after
    )
