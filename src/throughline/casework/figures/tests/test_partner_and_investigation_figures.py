"""Figures of advisers, MARACs and investigations, and of being told what a court did: done by the commands, counted in words."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.html import strip_tags

from throughline.casework.conftest import NOW
from throughline.casework.figures import queries
from throughline.casework.partnership.commands import conferring
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.clock.rules import london_day
from throughline.measures import Period, measure
from throughline.measures.intervals import wilson

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)
BEFORE = Period(YEAR.first, TODAY - timedelta(days=60))


def lines(code, period=YEAR):
    with transaction.atomic(), acting(system("counter")):
        return {line.group: line for line in queries.figure(measure(code), period).lines}


def told(code, period=YEAR):
    """Counted, of how many known, and how many unknown, by group."""
    return {group: (line.counted, line.of, line.unknown) for group, line in lines(code, period).items()}


def test_referred_to_an_adviser_and_reached(helped):
    assert {group: line.rows for group, line in lines("adviser-referrals-by-source").items()} == {
        "response-officer": 1,
        "hub-reviewer": 2,
    }
    by_grade = lines("adviser-referrals-by-grade")
    # two were regraded to medium before they were referred, and nobody had graded the third
    assert {group: line.rows for group, line in by_grade.items()} == {None: 1, "medium": 2}
    reached = lines("adviser-contact-delay")["medium"]
    assert (reached.rows, reached.unknown, reached.median) == (2, 1, 180)
    assert lines("adviser-referrals-by-source", BEFORE) == {}


def test_referred_to_a_marac_and_again(helped):
    assert {group: line.rows for group, line in lines("marac-referrals-by-source").items()} == {
        "response-officer": 1,
        "hub-reviewer": 1,
    }
    # nobody had graded it
    assert lines("marac-referrals-by-grade")[None].label == "No grade"
    assert told("marac-repeats") == {None: (1, 2, 0)}
    assert lines("marac-repeats")[None].interval == wilson(1, 2)


def test_of_high_cases_who_was_referred(helped, night, assessed, does):
    assert told("high-referred") == {}
    assessed(helped, "high")
    unreferred, to_a_marac = night(4), night(4)
    for one in (unreferred, to_a_marac):
        assessed(one, "high")
    about = {"case_id": to_a_marac.case, "chosen": ["professional-judgement"], "words": "It gets worse"}
    does(Role.HUB, conferring.refer, **about)
    assert told("high-referred") == {"adviser": (1, 3, 0), "marac": (2, 3, 0)}


def test_investigated_and_to_be_found(helped):
    [delay] = lines("allocation-delay").values()
    assert (delay.rows, delay.unknown, delay.median) == (2, 1, 120)
    assert lines("investigated-in-time")["investigation-accept"].counted == 1
    # one since five days, one since forty; none before either
    ages = {group: line.rows for group, line in lines("suspects-outstanding").items()}
    assert ages == {"0": 1, "28": 1}
    assert lines("suspects-outstanding")["28"].label == "4 weeks to 3 months"
    assert lines("suspects-outstanding", BEFORE) == {}


def test_a_figure_of_one_is_said_as_one(helped, signed_in, plain_static_files):
    page = " ".join(strip_tags(signed_in(Role.ANALYST).get("/figures/").content.decode()).split())
    assert "4 weeks to 3 months: 1 suspect" in page
    assert "1 suspects" not in page
    assert "1 of 1 victims" not in page


def test_charged_although_she_does_not_support_it(helped):
    assert told("charged-without-her") == {None: (1, 2, 0)}
    assert lines("charged-without-her")[None].interval == wilson(1, 2)


def test_a_supervisors_entry_is_overdue_once_its_time_is_over(helped):
    ahead = Period(TODAY, TODAY + timedelta(days=60))
    assert lines("supervisor-entries-overdue") == {}
    late = lines("supervisor-entries-overdue", ahead)
    assert {group: line.rows for group, line in late.items()} == {"response-sergeant": 1}


def test_she_is_told_what_a_court_did(helped):
    found = lines("court-result-told")
    assert (found["told-verdict"].median, found["told-verdict"].unknown) == (360, 0)
    assert (found["told-sentence"].rows, found["told-sentence"].unknown) == (1, 1)
    assert "told-arrest" not in found
