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
from throughline.foundations.access.rules import Action, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.national.collection.queries import log
from throughline.national.conftest import World

SignedIn = Callable[[str], Client]


def lines(response: Any) -> list[str]:
    body = (
        response.content.decode().partition('<tbody class="govuk-table__body">')[2].partition("</tbody>")[0]
    )
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def done(world: World, who: str, action: Action, **detail: Any) -> None:
    record(world.as_(who), Event.Kind.WRITE, action, detail=detail)


def test_it_says_who_did_what_and_narrows(world: World, signed_in: SignedIn) -> None:
    done(world, "contact", Action.SEND_RETURN, round=str(world.round.id), force=str(world.force.id), files=1)
    done(world, "statistician", Action.VERIFY_RETURN, digest="ab" * 32)
    client, at = signed_in("administrator"), reverse("collection:log")
    page = lines(client.get(at))
    sent = next(one for one in page if "return.send" in one)
    assert "Contact One" in sent
    assert "round: Year to March 2026" in sent
    assert "force: Fellmoor Police" in sent
    assert next(one for one in page if "Statistician One" in one).endswith("digest: abababab")
    mine = lines(client.get(at, {"account": str(world.accounts["contact"].id)}))
    assert mine
    assert all("Contact One" in one for one in mine)
    assert lines(client.get(at, {"action": str(Action.SEND_RETURN)})) == [sent]
    day = london_day(timezone.now()) + timedelta(days=2)
    other = {"day_day": day.day, "day_month": day.month, "day_year": day.year}
    assert "Nothing in the log fits." in client.get(at, other).content.decode()
    # reading it is in it
    assert "national-log.read" in lines(client.get(at))[0]


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
