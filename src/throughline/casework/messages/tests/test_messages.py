"""Texts to victims: commands and the post round on PostgreSQL, against a sending service of this machine."""

from datetime import datetime, time, timedelta

import pytest
from django.db import transaction

from throughline.casework.cases.models import Case
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.messages.commands import asking, going
from throughline.casework.messages.commands.forgetting import forget
from throughline.casework.messages.models import Departure, Message
from throughline.casework.messages.rules import Stop
from throughline.casework.messages.tasks import post as make_round
from throughline.casework.people.commands import recording
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Phone
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.duties.models import Duty
from throughline.synthetic.notify import Trouble

pytestmark = pytest.mark.django_db

RING = "020 7946 0123"


@pytest.fixture
def asked(does, case):
    """``asked()``: an officer asks for a text; what came of it."""

    def done(*, kind="ring-me", now=NOW, who=Role.OFFICER, ring=RING, **told):
        return does(who, asking.ask, now=now, case_id=case, kind=kind, ring=ring, **told)

    return done


def message():
    with seen_whole():
        return Message.objects.get()


def lines():
    with seen_whole():
        kinds = ("text-asked-for", "text-sent", "text-arrived", "text-stopped")
        return list(Entry.objects.filter(kind__in=kinds).order_by("id").values_list("kind", "code"))


def other_ways():
    with seen_whole():
        return [duty.causes for duty in Duty.objects.filter(kind="reach-another-way", discharged_at=None)]


class TestOnItsWay:
    def test_it_leaves_arrives_and_is_followed(self, says, asked, post, service):
        says(text_from="Parcel depot")
        asked()
        make_round(service, now=NOW)
        assert [(one.number, one.body) for one in post.texts] == [
            ("07700900123", "Parcel depot: please ring 02079460123 when it suits you.")
        ]
        assert message().state == "sent"
        make_round(service, now=NOW + timedelta(seconds=10))
        assert message().state == "delivered"
        assert lines() == [("text-asked-for", "ring-me"), ("text-sent", ""), ("text-arrived", "")]
        assert other_ways() == []

    def test_further_rounds_send_nothing_more(self, says, asked, post, service):
        says()
        asked()
        for n in range(5):
            make_round(service, now=NOW + timedelta(minutes=n))
        assert len(post.texts) == 1

    def test_she_is_told_when_somebody_rings_and_it_is_on_the_list_of_who_said_so(
        self, says, asked, post, service, accounts
    ):
        says(means=["text-message", "phone-call"], voicemail="no")
        at = (NOW + timedelta(hours=3)).astimezone(LONDON).replace(second=0, microsecond=0)
        asked(kind="will-ring", rings_at=at.time())
        with seen_whole():
            assert not Duty.objects.filter(kind="promised-call").exists()
        make_round(service, now=NOW)
        assert f"at {at:%H:%M}" in post.texts[0].body
        with seen_whole():
            [duty] = Duty.objects.filter(kind="promised-call")
        assert (duty.owner, duty.due_at) == (accounts[Role.OFFICER].id, at)

    @pytest.mark.parametrize(
        ("means", "hours", "minutes", "why"),
        [
            (["text-message"], None, 60, "a call is not among the ways that she said are safe"),
            (["text-message", "phone-call"], (-60, 90), 120, "is not in her safe hours"),
            (
                ["text-message", "phone-call"],
                None,
                13,
                "comes before the text can arrive, or too long after it",
            ),
        ],
    )
    def test_nobody_says_that_they_ring_when_it_is_not_safe(self, says, asked, means, hours, minutes, why):
        told = {"means": means, "voicemail": "no" if "phone-call" in means else None}
        if hours:
            start, until = ((NOW + timedelta(minutes=one)).astimezone(LONDON) for one in hours)
            told |= {"hours_limited": "yes", "hours": {"start": f"{start:%H:%M}", "until": f"{until:%H:%M}"}}
        says(**told)
        at = (NOW + timedelta(minutes=minutes)).astimezone(LONDON).replace(second=0, microsecond=0)
        with pytest.raises(Malformed) as wrong:
            asked(kind="will-ring", rings_at=at.time())
        assert (wrong.value.field, wrong.value.why) == ("rings_at", why)

    def test_it_waits_for_her_hours(self, says, asked, post, service):
        says(hours_limited="yes", hours={"start": "10:00", "until": "15:00"})
        day = NOW.astimezone(LONDON).date() + timedelta(days=1)
        at_eight = datetime.combine(day, time(8), LONDON)
        asked(now=at_eight)
        make_round(service, now=at_eight)
        make_round(service, now=at_eight + timedelta(hours=1, minutes=59))
        assert post.texts == []
        make_round(service, now=at_eight + timedelta(hours=2))
        assert len(post.texts) == 1


class TestNoSafeChannel:
    def test_nothing_is_kept_to_be_sent_and_another_way_is_a_duty_at_once(self, asked, post, service):
        assert asked() is Stop.NOTHING_SAID
        with seen_whole():
            assert not Message.objects.exists()
        assert other_ways() == [["text-stopped"]]
        make_round(service, now=NOW)
        assert post.texts == []

    def test_her_number_is_his_too(self, does, pair, says, asked):
        does(Role.OFFICER, recording.add_phone, record_id=pair[1], number="07700 900123")
        says()
        assert asked() is Stop.SHARED_NUMBER

    def test_none_of_her_hours_comes_while_it_is_of_use(self, says, asked):
        says(hours_limited="yes", hours={"start": "10:00", "until": "15:00"})
        day = NOW.astimezone(LONDON).date() + timedelta(days=1)
        assert asked(now=datetime.combine(day, time(18), LONDON)) is Stop.OUT_OF_HOURS
        assert other_ways() == [["text-stopped"]]


class TestAskedAgainAsItLeaves:
    """Nothing goes to a number or under words that have changed since somebody asked for it."""

    def test_another_number(self, does, pair, says, asked, post, service):
        says()
        asked()
        does(Role.OFFICER, recording.add_phone, record_id=pair[0], number="07700 900789")
        make_round(service, now=NOW)
        assert post.texts == []
        assert (message().state, message().why) == ("stopped", "nothing-said")
        assert other_ways() == [["text-stopped"]]

    def test_the_number_is_no_longer_hers(self, does, pair, says, asked, post, service):
        says()
        asked()
        with seen_whole():
            phone = Phone.objects.get(record=pair[0]).id
        does(Role.OFFICER, recording.end_phone, record_id=pair[0], phone_id=phone)
        make_round(service, now=NOW)
        assert post.texts == []

    def test_she_said_something_else_even_where_it_is_still_a_yes(self, says, asked, post, service):
        says()
        asked()
        says(text_from="Jo")
        make_round(service, now=NOW)
        assert post.texts == []
        assert message().why == "changed-since"

    def test_he_has_the_number_by_now(self, does, pair, says, asked, post, service):
        says()
        asked()
        does(Role.OFFICER, recording.add_phone, record_id=pair[1], number="07700 900123")
        make_round(service, now=NOW)
        assert post.texts == []
        assert message().why == "shared-number"

    def test_the_case_was_closed(self, case, says, asked, post, service):
        says()
        asked()
        with seen_whole():
            Case.objects.filter(id=case).update(closed_at=NOW)
        make_round(service, now=NOW)
        assert post.texts == []
        assert message().why == "case-closed"
        # there is nothing more to reach her about
        assert other_ways() == []


class TestTrouble:
    def test_down_then_up_loses_nothing(self, says, asked, post, service):
        says()
        asked()
        post.trouble = Trouble.DOWN
        for n in range(3):
            make_round(service, now=NOW + timedelta(minutes=n))
        assert message().state == "waiting"
        post.trouble = None
        make_round(service, now=NOW + timedelta(minutes=5))
        assert len(post.texts) == 1

    def test_busy_is_tried_again_later(self, says, asked, post, service):
        says()
        asked()
        post.trouble = Trouble.BUSY
        make_round(service, now=NOW)
        assert message().state == "waiting"
        assert message().not_before == NOW + timedelta(minutes=1)
        post.trouble = None
        make_round(service, now=NOW + timedelta(seconds=30))
        assert post.texts == []
        make_round(service, now=NOW + timedelta(minutes=1))
        assert len(post.texts) == 1

    def test_an_answer_that_is_lost_is_asked_after_and_the_text_not_sent_twice(
        self, says, asked, post, service
    ):
        says()
        asked()
        post.trouble = Trouble.SWALLOWS
        make_round(service, now=NOW)
        assert message().state == "leaving"
        post.trouble = None
        make_round(service, now=NOW + timedelta(seconds=10))
        assert message().state in ("sent", "delivered")
        for n in range(1, 4):
            make_round(service, now=NOW + timedelta(minutes=5 * n))
        assert len(post.texts) == 1

    def test_a_departure_that_never_reached_the_service_is_made_again(self, says, asked, post, service):
        says()
        asked()
        with transaction.atomic():
            assert going.depart(now=NOW, message_id=message().id)
        # the worker died here
        make_round(service, now=NOW + timedelta(minutes=1))
        assert post.texts == []
        assert message().state == "leaving"
        make_round(service, now=NOW + going.SETTLES)
        make_round(service, now=NOW + timedelta(minutes=5))
        assert len(post.texts) == 1
        with seen_whole():
            assert Departure.objects.count() == 2

    def test_a_second_worker_finds_it_leaving(self, says, asked):
        says()
        asked()
        with transaction.atomic():
            assert going.depart(now=NOW, message_id=message().id)
        with transaction.atomic():
            assert going.depart(now=NOW, message_id=message().id) is None

    def test_a_number_that_takes_no_texts(self, does, pair, says, asked, post, service):
        with seen_whole():
            phone = Phone.objects.get(record=pair[0]).id
        does(Role.OFFICER, recording.end_phone, record_id=pair[0], phone_id=phone)
        does(Role.OFFICER, recording.add_phone, record_id=pair[0], number="07700 900002")
        says()
        asked()
        make_round(service, now=NOW)
        make_round(service, now=NOW + timedelta(seconds=10))
        assert message().why == "bounced"
        assert other_ways() == [["text-stopped"]]

    def test_a_telephone_that_is_off_is_tried_again_until_it_is_of_no_use(
        self, does, pair, says, asked, post, service
    ):
        with seen_whole():
            phone = Phone.objects.get(record=pair[0]).id
        does(Role.OFFICER, recording.end_phone, record_id=pair[0], phone_id=phone)
        does(Role.OFFICER, recording.add_phone, record_id=pair[0], number="07700 900003")
        says()
        asked(kind="ring-me-soon")
        for n in range(0, 61, 2):
            make_round(service, now=NOW + timedelta(minutes=n))
        assert len(post.texts) > 2
        assert message().state == "stopped"
        assert other_ways() == [["text-stopped"]]

    def test_nobody_knows_whether_it_arrived(self, says, asked, post, service):
        says()
        asked(kind="ring-me-soon")
        post.arrives_at = 10**6
        make_round(service, now=NOW)
        make_round(service, now=NOW + timedelta(minutes=59))
        assert message().state == "sent"
        make_round(service, now=NOW + timedelta(hours=1))
        assert message().why == "no-receipt"
        assert other_ways() == [["text-stopped"]]

    def test_without_a_service_it_is_given_up_in_its_time(self, says, asked):
        says()
        asked(kind="ring-me-soon")
        make_round(None, now=NOW + timedelta(minutes=30))
        assert message().state == "waiting"
        make_round(None, now=NOW + timedelta(hours=1))
        assert message().why == "too-late"
        assert other_ways() == [["text-stopped"]]

    def test_words_that_somebody_changed_at_the_service_do_not_leave(self, says, asked, post, service):
        says()
        asked()
        id, body = post.templates["ring-me"]
        post.templates["ring-me"] = (id, f"Police: {body}")
        make_round(service, now=NOW)
        assert post.texts == []
        post.templates["ring-me"] = (id, body)
        make_round(service, now=NOW + timedelta(minutes=1))
        assert len(post.texts) == 1


class TestAsking:
    def test_one_at_a_time(self, says, asked):
        says()
        asked()
        with pytest.raises(Conflict):
            asked(kind="ring-me-soon")

    def test_after_it_arrived_another_may_be_asked_for(self, says, asked, post, service):
        says()
        asked()
        make_round(service, now=NOW)
        make_round(service, now=NOW)
        asked(now=NOW + timedelta(hours=1))
        make_round(service, now=NOW + timedelta(hours=1))
        assert len(post.texts) == 2

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"kind": "your-husband-is-out"}, "kind"),
            ({"ring": "12"}, "ring"),
            ({"ring": "+1 202 555 0123"}, "ring"),
            ({"kind": "will-ring"}, "rings_at"),
        ],
    )
    def test_what_cannot_be_sent_names_its_field(self, says, asked, told, field):
        says()
        with pytest.raises(Malformed) as wrong:
            asked(**told)
        assert wrong.value.field == field

    def test_it_is_taken_back_before_it_leaves(self, does, case, says, asked, post, service):
        says()
        asked()
        does(Role.OFFICER, asking.withdraw, case_id=case)
        make_round(service, now=NOW)
        assert post.texts == []
        assert (message().why, other_ways()) == ("withdrawn", [])

    def test_what_has_left_is_not_taken_back(self, does, case, says, asked, service):
        says()
        asked()
        make_round(service, now=NOW)
        with pytest.raises(Conflict):
            does(Role.OFFICER, asking.withdraw, case_id=case)

    def test_no_words_of_hers_or_number_stand_in_the_row(self, says, asked):
        says(text_from="Parcel depot")
        asked()
        with seen_whole():
            row = str(list(Message.objects.values()))
        assert "Parcel" not in row
        assert "900123" not in row

    def test_who_may_not_contact_her_asks_for_nothing(self, says, asked):
        says()
        with pytest.raises(Refused):
            asked(who=Role.ANALYST)

    def test_a_restricted_record_is_out_of_the_officers_reach(self, does, pair, says, asked):
        says()
        does(Role.DESK, restrict, record_id=pair[0], reason="honour-based")
        with pytest.raises(Refused):
            asked()


def test_nothing_leaves_to_somebody_who_was_erased(pair, says, asked, post, service):
    says()
    asked()
    with seen_whole():
        write_audit(system("test"), Event.Kind.WRITE, "test")
        forget(record_id=pair[0], now=NOW)
    make_round(service, now=NOW)
    assert post.texts == []
    assert (message().state, message().why) == ("stopped", "withdrawn")
