"""A force's return, made of its own records by the commands that wrote them."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import transaction

from throughline.casework.conftest import NOW
from throughline.casework.figures.queries import run_for_return
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.returns.cli import returning
from throughline.statistics.returns import build, read_return, within_itself, write_return, year_to

pytestmark = pytest.mark.django_db
TODAY = london_day(NOW)
YEAR = year_to(TODAY)


def made(accounts, role=Role.ANALYST):
    actor = accounts[role].actor
    with transaction.atomic():
        set_actor(actor)
        run = run_for_return(actor, YEAR)
        return build(run, force="E23000020", period=YEAR, made_on=TODAY)


@pytest.fixture
def year(night, acted):
    """A year that began before its first day: three nights of three pairs in it, one with an arrest."""
    night(380)
    nights = [night(30, related="former-partner"), night(20, related="sibling", crimes_of=()), night(10)]
    acted(nights[0], "arrest")
    acted(nights[2], "none", power=True, reasons=["no-offence"])
    return nights


def test_each_item_is_a_figure_or_says_why_there_is_none(year, accounts, tmp_path):
    told = made(accounts)
    value = told.value
    assert {code: value(code) for code in ("crimes-da", "incidents-da", "victims", "victims-female", "arrests")} == {
        "crimes-da": 2, "incidents-da": 1, "victims": 3, "victims-female": 3, "arrests": 1,
    }  # fmt: skip
    assert (value("crimes-arrested"), value("victims-repeat"), value("victims-male")) == (1, 0, 0)
    assert [value(f"victims-{one}") for one in ("partner", "ex-partner", "family")] == [1, 1, 1]
    # the reader is told by which definition, in the sheet's words and beside the figure
    said = told.methods["Victims"].definition
    assert "government's definition" in said
    assert "at least 2 domestic incidents or crimes in the 12 months" in said
    assert "government's definition" in told.entries["victims-repeat"].note
    # nobody gave one crime an outcome, took one call or asked one about being disabled
    for code in ("charged", "not-assigned", "calls", "victims-disabled", "crimes", "trained-control"):
        assert value(code) is None, code
        assert told.entries[code].unable, code
        assert told.entries[code].note, code
    assert told.entries["charged"].note == "No outcome is held."
    assert within_itself(told) == ()
    write_return(tmp_path / "out", told)
    found, problems = read_return(tmp_path / "out")
    assert problems == ()
    assert found is not None
    assert {code: entry.value for code, entry in found.entries.items()} == {
        code: entry.value for code, entry in told.entries.items()
    }


def test_records_that_begin_within_the_year_give_no_figure_of_it(night, accounts):
    night(100)
    told = made(accounts)
    assert told.entries["victims"].unable == "in-change"
    assert told.entries["victims"].note.startswith("The records begin on ")


def test_making_it_is_an_analysts_and_stands_in_the_log(year, accounts):
    with pytest.raises(Refused):
        made(accounts, Role.SUPERVISOR)
    made(accounts)
    with transaction.atomic(), acting(system("test")):
        event = Event.objects.filter(action="return.build").get()
    assert event.actor == accounts[Role.ANALYST].actor.id
    assert event.detail == {"from": YEAR.first.isoformat(), "until": YEAR.last.isoformat()}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "2015-03-31", "--from", "2014-05-01"], "begins on 2014-04-01"),
        (["--to", "2015-03-31", "--force", "E99"], "no force's code"),
        (["--to", "2015-03-31", "--from-handover", "."], "Say either"),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path, more, said):
    told = ["build", "--out", str(tmp_path / "out"), "--force", "E23000020", "--as", "nobody", *more]
    done = CliRunner().invoke(returning, told)
    assert done.exit_code == 2
    assert said in done.output


def test_years_end_with_their_day():
    assert year_to(TODAY).last - year_to(TODAY).first in (timedelta(364), timedelta(365))
    leap = year_to(TODAY.replace(year=2024, month=2, day=28))
    assert (leap.first.isoformat(), leap.last.isoformat()) == ("2023-03-01", "2024-02-28")
