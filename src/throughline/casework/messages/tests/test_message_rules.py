"""When a text may leave: pure rules."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.messages.rules import (
    ARRIVES_WITHIN,
    MESSAGE_STEPS,
    PLAIN_SENDER,
    SafeChannel,
    State,
    Step,
    Stop,
    WhatSheSaid,
    departs_at,
    is_within,
    message_kinds,
    rings,
    safe_channel,
    tries_again_at,
)
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.rules import TimeRange
from throughline.reference import load

ID, PHONE = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 26)
YES = {"means": ["text-message", "visit"], "others-see-phone": "no", "hours-limited": "no"}


def said(*, complete=True, phone=(PHONE, "+447700900123", True), shared=False, **answers):
    answers = {code.replace("_", "-"): answer for code, answer in answers.items()}
    return WhatSheSaid(ID, {**YES, **answers}, complete, phone, shared)


def london(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


def test_a_channel_is_what_she_said_in_full():
    assert safe_channel(said(), TODAY) == SafeChannel(
        said=ID, phone=PHONE, number="+447700900123", hours=None, sender=PLAIN_SENDER, calls=False
    )
    assert safe_channel(said(means=["text-message", "phone-call"]), TODAY).calls


def test_the_name_that_she_agreed_stands_in_the_text():
    assert safe_channel(said(text_from="  Parcel\n depot "), TODAY).sender == "Parcel depot"
    # words are not a name
    assert safe_channel(said(text_from="x" * 31), TODAY).sender == PLAIN_SENDER


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, Stop.NOTHING_SAID),
        (said(complete=False), Stop.NOT_FINISHED),
        (said(means=["visit"]), Stop.NOT_BY_TEXT),
        (said(means=["none"]), Stop.NOT_BY_TEXT),
        (said(means=None), Stop.NOT_BY_TEXT),
        (said(phone=None), Stop.NO_NUMBER),
        (said(phone=(PHONE, "+447700900123", False)), Stop.NO_NUMBER),
        (said(phone=(PHONE, "+442079460123", True)), Stop.NOT_A_MOBILE),
        (said(phone=(PHONE, "0123", True)), Stop.NOT_A_MOBILE),
        (said(others_see_phone="yes"), Stop.OTHERS_SEE),
        (said(others_see_phone="unsure"), Stop.OTHERS_SEE),
        (said(others_see_phone=None), Stop.OTHERS_SEE),
        (said(shared=True), Stop.SHARED_NUMBER),
        (said(review_on="2026-11-25"), Stop.ASK_AGAIN),
        (said(hours_notes="never at weekends"), Stop.WORDS_ABOUT_HOURS),
        (said(hours_limited="yes"), Stop.WORDS_ABOUT_HOURS),
        (said(hours_limited=None), Stop.WORDS_ABOUT_HOURS),
    ],
)
def test_silence_and_doubt_are_no_yes(told, why):
    assert safe_channel(told, TODAY) is why


def test_the_day_on_which_she_is_asked_again_is_still_good():
    assert isinstance(safe_channel(said(review_on="2026-11-26"), TODAY), SafeChannel)


class TestHours:
    ten_to_three = TimeRange(time(10), time(15))

    def test_it_waits_for_her_hours(self):
        assert departs_at(self.ten_to_three, london(26, 8), london(26, 12)) == london(26, 10)

    def test_in_her_hours_it_leaves_at_once(self):
        assert departs_at(self.ten_to_three, london(26, 14), london(26, 18)) == london(26, 14)

    def test_it_leaves_early_enough_to_arrive_in_her_hours(self):
        assert departs_at(self.ten_to_three, london(26, 14, 45), london(26, 18)) == london(26, 14, 45)
        assert departs_at(self.ten_to_three, london(26, 14, 46), london(26, 18)) is None
        assert departs_at(self.ten_to_three, london(26, 14, 46), london(28, 0)) == london(27, 10)

    def test_hours_may_run_past_midnight(self):
        night = TimeRange(time(22), time(2))
        assert departs_at(night, london(26, 1), london(26, 4)) == london(26, 1)
        assert departs_at(night, london(26, 3), london(26, 23)) == london(26, 22)

    def test_without_hours_any_time_will_do_while_it_is_of_use(self):
        assert departs_at(None, london(26, 8), london(26, 9)) == london(26, 8)
        assert departs_at(None, london(26, 9), london(26, 9)) is None

    @given(
        st.times(),
        st.times(),
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
        st.integers(0, 72 * 60),
    )
    def test_nothing_leaves_out_of_her_hours_or_when_it_is_of_no_use(self, start, end, after, minutes):
        hours = TimeRange(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
        until = after + timedelta(minutes=minutes)
        leaves = departs_at(hours, after, until)
        if leaves is None:
            return
        assert after <= leaves < until
        arrives = (leaves + ARRIVES_WITHIN).astimezone(LONDON)
        for instant in (leaves.astimezone(LONDON), arrives):
            at = instant.replace(tzinfo=None).time()
            past_midnight = hours.until <= hours.start
            within = (
                at >= hours.start or at <= hours.until if past_midnight else hours.start <= at <= hours.until
            )
            # the hour that the clocks repeat is read once, as the earlier of the two
            assert within or instant.date().month in (3, 10)


def test_when_somebody_rings():
    assert rings(time(14, 30), london(26, 11)) == london(26, 14, 30)
    assert rings(time(1), london(26, 23)) == london(27, 1)
    night = TimeRange(time(22), time(2))
    assert [is_within(night, london(26, hour)) for hour in (1, 2, 21, 22, 23)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert is_within(None, london(26, 4))


def test_a_lost_answer_never_leads_to_a_second_departure():
    """Whatever happens to a text that is leaving, it must be known to be with nobody before it leaves again."""
    assert {step for state, step in MESSAGE_STEPS if state is State.LEAVING} == {
        Step.ACCEPT,
        Step.PUT_OFF,
        Step.STOP,
    }
    assert [state for (state, step) in MESSAGE_STEPS if step is Step.DEPART] == [State.WAITING]
    assert not {state for state, _step in MESSAGE_STEPS} & {State.DELIVERED, State.STOPPED}


def test_every_reason_is_in_reference():
    assert {one.value for one in Stop} == {row.code for row in load("message-stops").rows}


def test_what_is_tried_again_waits_longer_each_time_and_a_quarter_of_an_hour_at_most():
    now = datetime(2026, 11, 26, tzinfo=UTC)
    waits = [(tries_again_at(n, now) - now).total_seconds() / 60 for n in range(1, 8)]
    assert waits == [1, 2, 4, 8, 15, 15, 15]


@pytest.mark.parametrize("kind", message_kinds(TODAY), ids=lambda one: one.code)
def test_a_text_says_nothing_to_who_else_may_read_it(kind):
    words = kind.words(sender="Parcel depot", ring="020 7946 0123", at="14:30").lower()
    telling = (
        "police",
        "officer",
        "abuse",
        "violen",
        "victim",
        "crime",
        "case",
        "safe",
        "help",
        "support",
        "court",
    )
    assert not [word for word in telling if word in words]
    assert "((" not in words
    # one text message of the plain alphabet
    assert len(words) < 160
    assert words.isascii()
