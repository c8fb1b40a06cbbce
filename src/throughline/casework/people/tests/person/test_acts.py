"""The log says what was done in words, whatever was done."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from throughline.casework.people.views.acts import ACTS, act_in_words, log_in_words
from throughline.foundations.access.rules import OF_A_FORCE, RULES, Action, Role
from throughline.foundations.accounts.rules import SignIn
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

NOW = timezone.now()


def test_every_act_of_a_force_has_words():
    of_a_force = {rule.action for rule in RULES if rule.roles & OF_A_FORCE}
    of_the_national_site = {
        Action.READ_NATIONAL_LOG,
        *(
            rule.action
            for rule in RULES
            if rule.roles & {Role.STATISTICIAN} and not rule.roles & {Role.OFFICER}
        ),
    }
    assert (of_a_force | set(SignIn)) - of_the_national_site - set(ACTS) == set()


@pytest.mark.parametrize(
    ("kind", "action", "words"),
    [
        ("write", Action.CLOSE_CASE, "closing or opening an incident or a case"),
        ("look", Action.VIEW_CASE, "opening a case"),
        ("look", Action.RECORD_CRIME, "opening the page for judging whether a crime is recorded"),
        ("look", Action.MERGE, "reading records that may be of one person"),
        ("write", Action.MERGE, "saying whether two records are of one person"),
        ("refused", Action.VIEW_PERSON, "was refused: opening a person’s page"),
        ("sign-in", SignIn.WRONG_PASSWORD, "giving a wrong password"),
        ("write", "of-an-older-version", "of-an-older-version"),
    ],
)
def test_an_act_is_told_as_the_look_the_change_or_the_refusal_that_it_was(kind, action, words):
    assert act_in_words(kind, action) == words


def test_what_was_done_with_an_account_is_told_where_the_log_says_it():
    assert act_in_words("write", Action.MANAGE_ACCOUNTS, {"what": "closed"}) == "closing an account"
    assert act_in_words("write", Action.MANAGE_ACCOUNTS) == str(ACTS[Action.MANAGE_ACCOUNTS])


def test_a_line_says_who_in_which_role_and_why_and_numbers_only_where_they_are_asked_for():
    actor, record = uuid4(), uuid4()
    event = SimpleNamespace(
        at=NOW,
        actor=actor,
        role=Role.HUB,
        kind="refused",
        action=Action.VIEW_PERSON,
        purpose="duty",
        subjects=[record],
        detail={"because": "No rule allows it"},
    )
    today = london_day(NOW)
    [line] = log_in_words([event], {actor: "Grace"}, today)
    assert (line.who, line.role) == ("Grace", load("roles").label(Role.HUB, on=today))
    assert line.why == load("purposes").label("duty", on=today)
    assert (line.because, line.records) == ("No rule allows it", ())
    assert log_in_words([event], {actor: "Grace"}, today, numbered=True)[0].records == (record,)
