"""The page of texts and the command line, as each who uses them."""

import re

import pytest
from click.testing import CliRunner
from django.urls import reverse
from django.utils import timezone

from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.messages.models import Message
from throughline.casework.messages.tasks import post as make_round
from throughline.casework.people.commands.safety import restrict
from throughline.cli import throughline
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.audit.models import Event
from throughline.synthetic.notify import Trouble, serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
ASK = {"kind": "ring-me", "ring": "020 7946 0123"}


def text(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#39;", "'")


@pytest.fixture
def address(case):
    return reverse("outbox:ask", args=[case])


def test_an_officer_has_one_sent_and_sees_it_arrive(signed_in, says, address, service):
    says(text_from="Parcel depot", hours_limited="no")
    officer = signed_in(Role.OFFICER)
    before = text(officer.get(address))
    assert "Yes. She named no hours." in before
    assert "Parcel depot: please ring 020 7946 0… when it suits you." in before
    assert "Nothing was sent to her in this case." in before
    after = text(officer.post(address, ASK, follow=True))
    assert "It leaves in her safe hours" in after
    assert "Waits Asks her to ring" in after
    assert "A text is under way." in after
    make_round(service, now=timezone.now())
    assert "On its way" in text(officer.get(address))
    make_round(service, now=timezone.now())
    arrived = text(officer.get(address))
    assert "it is an attempt and no contact" in arrived
    assert "Ask for a text" in arrived


def test_where_no_way_is_safe_the_page_says_why_and_asking_sends_nothing(signed_in, address):
    officer = signed_in(Role.OFFICER)
    page = text(officer.get(address))
    assert "No. Nobody has asked her how she can be reached safely." in page
    assert "Have it sent" not in page
    after = text(officer.post(address, follow=True))
    assert "Nothing is sent. Reaching her another way stands on the list, at once." in after
    assert "She cannot be visited safely and is to be reached another way" in text(
        officer.get(reverse("overview:home"))
    )


def test_where_the_way_has_become_safe_meanwhile_the_page_says_so_first(signed_in, says, address):
    officer = signed_in(Role.OFFICER)
    officer.get(address)
    says()
    # what was sent was a button without fields: it now lacks them, and nothing is done
    again = text(officer.post(address))
    assert "There is a problem" in again
    assert "Have it sent" in again


def test_what_is_wrong_is_said_by_its_field_and_kept(signed_in, says, address):
    says()
    officer = signed_in(Role.OFFICER)
    wrong = officer.post(address, {"kind": "will-ring", "ring": "12"})
    assert "There is a problem" in text(wrong)
    again = officer.post(address, {"kind": "will-ring", "ring": "12", "rings_at": "half past"})
    assert "write the time like 2pm or 14:30" in text(again)
    assert 'value="half past"' in again.content.decode()
    last = officer.post(address, {"kind": "ring-me", "ring": "12345"})
    assert "write a telephone number of this country" in text(last)
    with seen_whole():
        assert not Message.objects.exists()


def test_it_is_taken_back_from_the_page(signed_in, says, address):
    says()
    officer = signed_in(Role.OFFICER)
    officer.post(address, ASK)
    back = f"{address}withdraw/"
    assert back in officer.get(address).content.decode()
    assert "Take the text back" in text(officer.get(back))
    after = text(officer.post(back, follow=True))
    assert "It was taken back and does not leave." in after
    assert "Went no further" in after


def test_each_look_is_logged_and_who_may_not_contact_her_sees_nothing(signed_in, accounts, pair, address):
    signed_in(Role.OFFICER).get(address)
    with seen_whole():
        look = Event.objects.filter(kind="look", action=Action.CONTACT_VICTIM).latest("id")
    assert set(look.subjects) == set(pair)
    assert signed_in(Role.ANALYST).get(address).status_code == 403


def test_of_a_restricted_record_the_page_shows_nothing(signed_in, does, pair, says, address):
    says()
    officer = signed_in(Role.OFFICER)
    does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
    assert officer.get(address).status_code == 404
    assert officer.get(f"{address}withdraw/").status_code == 404


class TestCommandLine:
    def run(self, *words):
        return CliRunner().invoke(throughline, ["messages", *words])

    @pytest.fixture
    def connected(self, post, settings):
        with serving(post) as url:
            settings.NOTIFY_KEY, settings.NOTIFY_URL = post.key, url
            yield

    def test_what_waits(self, accounts, signed_in, says, address, case):
        says()
        signed_in(Role.OFFICER).post(address, ASK)
        told = self.run("waiting", "--as", "response-officer")
        assert told.exit_code == 0
        assert told.output.startswith("under way: 1, overdue: 0\n")
        assert f"{case}  ring-me  waiting  of use until" in told.output
        assert (
            "may not" in self.run("waiting", "--as", "analyst").output
            or self.run("waiting", "--as", "analyst").exit_code
        )

    def test_a_round_by_hand(self, connected, post, signed_in, says, address):
        says()
        signed_in(Role.OFFICER).post(address, ASK)
        assert self.run("send").exit_code == 0
        assert len(post.texts) == 1

    def test_whether_the_service_says_the_same(self, connected, post):
        agreed = self.run("check")
        assert (agreed.exit_code, agreed.output.count("the same words")) == (0, 3)
        id, body = post.templates["ring-me"]
        post.templates["ring-me"] = (id, f"Police. {body}")
        del post.templates["will-ring"]
        wrong = self.run("check")
        assert wrong.exit_code == 1
        assert "ring-me: does not leave. The service says: Police." in wrong.output
        assert "will-ring: does not leave. The service has no template of this name" in wrong.output

    def test_no_service(self, settings, connected, post):
        post.trouble = Trouble.DOWN
        assert "does not answer: Unreachable 503" in self.run("check").output
        settings.NOTIFY_KEY = ""
        assert "so no text leaves" in self.run("check").output
