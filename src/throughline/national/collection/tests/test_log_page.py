"""Who did what, as an administrator of the national site reads it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import AT_THE_NATIONAL_SITE, RULES, Action, system
from throughline.foundations.accounts.rules import SignIn
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.national.collection.queries import log
from throughline.national.collection.queries.log_words import ACTS
from throughline.national.conftest import World

SignedIn = Callable[[str], Client]


def lines(response: Any) -> list[str]:
    body = response.content.decode().partition("<tbody")[2].partition(">")[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def done(world: World, who: str, action: Action, **detail: Any) -> None:
    record(world.as_(who), Event.Kind.WRITE, action, detail=detail)


def test_it_says_who_did_what_and_narrows(world: World, signed_in: SignedIn) -> None:
    done(world, "contact", Action.SEND_RETURN, round=str(world.round.id), force=str(world.force.id), files=1)
    done(world, "statistician", Action.VERIFY_RETURN, digest="ab" * 32)
    client, at = signed_in("administrator"), reverse("collection:log")
    page = lines(client.get(at))
    sent = next(one for one in page if "Sent a return" in one)
    assert "Contact One" in sent
    assert "round: Year to March 2026" in sent
    assert "force: Fellmoor Police" in sent
    assert next(one for one in page if "Statistician One" in one).endswith(
        "Statistician Judged a return fingerprint: abababab"
    )
    mine = lines(client.get(at, {"account": str(world.accounts["contact"].id)}))
    assert mine
    assert all("Contact One" in one for one in mine)
    assert lines(client.get(at, {"action": str(Action.SEND_RETURN)})) == [sent]
    day = london_day(timezone.now()) + timedelta(days=2)
    other = {"day_day": day.day, "day_month": day.month, "day_year": day.year}
    assert "Nothing in the log fits." in client.get(at, other).content.decode()
    # reading it is in it
    assert "Administrator One Administrator Read this log" in lines(client.get(at))[0]


@pytest.mark.parametrize(
    ("who", "action", "detail", "words"),
    [
        ("statistician", Action.RUN_ROUND, {"enrolled": "X01"}, "Let a force take part force: Fellmoor Police"),
        ("statistician", Action.RUN_ROUND, {"round": "2027"}, "Opened a round round: 2027"),
        ("statistician", Action.RUN_ROUND, {"round": "2027", "edition": "e"}, "Announced or moved a release round: 2027 edition: e"),
        ("statistician", Action.RUN_ROUND, {"round": "2027", "taken": True}, "Took what is signed for an edition round: 2027"),
        ("statistician", Action.VERIFY_RETURN, {"question": "a" * 36, "move": "ask-again"}, "Asked a question again question: aaaaaaaa"),
        ("statistician", Action.VERIFY_RETURN, {"round": "2027", "compared": True}, "Held every return against the others round: 2027"),
        ("statistician", Action.REMOVE_FILE, {"file": "b" * 36, "rule": "sent-by-mistake"}, "Removed a file that was sent by mistake file: bbbbbbbb"),
        ("administrator", Action.MANAGE_ACCOUNTS, {"account": "c" * 36, "what": "closed"}, "Closed an account account: cccccccc"),
        ("contact", Action.CHANGE_OWN_ACCOUNT, {"page": "mfa_activate_totp"}, "Set up an app for codes"),
    ],
)  # fmt: skip
def test_an_act_is_told_in_words(
    world: World, signed_in: SignedIn, who: str, action: Action, detail: dict[str, Any], words: str
) -> None:
    done(world, who, action, **detail)
    page = lines(signed_in("administrator").get(reverse("collection:log"), {"action": str(action)}))
    assert [one for one in page if one.endswith(words)], page


def test_a_refusal_says_what_was_refused_and_signing_in_is_told(world: World, signed_in: SignedIn) -> None:
    assert signed_in("contact").get(reverse("collection:log")).status_code == 403
    record(world.as_("contact"), Event.Kind.SIGN_IN, SignIn.WRONG_CODE)
    page = lines(signed_in("administrator").get(reverse("collection:log")))
    assert any(
        "Contact One Force contact Was refused: Read this log because: No rule allows it" in one
        for one in page
    )
    assert any(one.endswith("Contact One Force contact Gave a wrong code") for one in page)


def test_whatever_somebody_here_may_do_has_words() -> None:
    here = {str(rule.action) for rule in RULES if rule.roles & AT_THE_NATIONAL_SITE}
    # of a force's site alone: its own pages, lists and imports
    elsewhere = {"home", "reference.read", "people.import", "court-results.import", "standing-facts.import"}
    assert here - ACTS.keys() == elsewhere
    assert {str(one) for one in SignIn} <= ACTS.keys()


def test_pages_hold_every_line_once(
    world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PAGE", 2)
    for number in range(1, 6):
        done(world, "contact", Action.SEND_RETURN, files=number)
    client, at = signed_in("administrator"), reverse("collection:log")
    found, query = [], f"?action={Action.SEND_RETURN}"
    while query:
        page = client.get(at + query)
        found += lines(page)
        further = re.search(r'href="[^"]*(\?[^"]*before=\d+)"', page.content.decode())
        query = further[1].replace("&amp;", "&") if further else ""
    assert [one.rpartition(" ")[2] for one in found] == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    "given", [{"day_day": "40", "day_month": "1", "day_year": "2026"}, {"action": "nonsense"}]
)
def test_a_filter_that_cannot_be_read_shows_its_error_and_no_line(
    world: World, signed_in: SignedIn, given: dict[str, str]
) -> None:
    page = signed_in("administrator").get(reverse("collection:log"), given)
    assert page.status_code == 200
    assert "govuk-error-message" in page.content.decode()
    assert lines(page) == []


@pytest.mark.parametrize("who", ["contact", "office", "statistician"])
def test_nobody_else_reads_it_nor_does_the_database_give_it(
    world: World, signed_in: SignedIn, who: str
) -> None:
    done(world, "administrator", Action.MANAGE_ACCOUNTS)
    assert signed_in(who).get(reverse("collection:log")).status_code == 403
    world.as_(who)
    assert not Event.objects.filter(kind=Event.Kind.WRITE).exists()
    world.as_("administrator")
    assert Event.objects.filter(kind=Event.Kind.WRITE).exists()
    set_actor(system("a test"))
