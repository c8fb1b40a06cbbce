"""What the force itself says of a figure: kept with name and day, beside the figure of the days that it is of."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import DatabaseError, transaction

from throughline.casework.conftest import NOW
from throughline.casework.figures import commands
from throughline.casework.figures.cli import measures as measures_cli
from throughline.casework.figures.models import Explanation
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.clock.rules import london_day
from throughline.measures import Period

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)
WORDS = "Since May partners report through one form,\nwhich is counted as a call."


@pytest.fixture
def explains(does):
    """``explains(words)``: the analyst explains the number of calls."""

    def said(words=WORDS, *, who=Role.ANALYST, measure="calls", period=YEAR, now=NOW):
        return does(who, commands.explain, now=now, measure=measure, period=period, words=words)

    return said


def of(period) -> str:
    return "&".join(
        f"{name}_{part}={getattr(day, part)}"
        for name, day in (("first", period.first), ("last", period.last))
        for part in ("day", "month", "year")
    )


def test_it_stands_beside_the_figure_of_its_days_with_its_author(
    explains, signed_in, accounts, plain_static_files
):
    explains()
    explains("Another view", who=Role.SUPERVISOR, now=NOW + timedelta(minutes=1))
    browser = signed_in(Role.SERGEANT)
    page = browser.get(f"/figures/calls/?{of(YEAR)}").content.decode()
    assert "which is counted as a call." in page
    assert page.index("Another view") < page.index("Since May partners")
    assert accounts[Role.ANALYST].name in page
    assert "which is counted as a call." in browser.get(f"/figures/?{of(YEAR)}").content.decode()
    before = Period(YEAR.first - timedelta(days=30), YEAR.first - timedelta(days=1))
    assert "counted as a call." not in browser.get(f"/figures/calls/?{of(before)}").content.decode()
    # a sergeant reads it and explains nothing
    assert "/explain/" not in page
    assert browser.get("/figures/calls/explain/").status_code == 403


def test_the_page_keeps_it_and_says_what_is_missing(signed_in, accounts, plain_static_files):
    browser = signed_in(Role.ANALYST)
    days = dict(pair.split("=") for pair in of(YEAR).split("&"))
    assert f"/figures/calls/explain/?{of(YEAR)}" in browser.get(
        f"/figures/calls/?{of(YEAR)}"
    ).content.decode().replace("&amp;", "&")
    wrong = browser.post("/figures/calls/explain/", {**days, "words": " "})
    assert wrong.status_code == 422
    assert not Explanation.objects.exists()
    right = browser.post("/figures/calls/explain/", {**days, "words": WORDS}, follow=True)
    assert right.redirect_chain[0][0].startswith("/figures/calls/?")
    assert "which is counted as a call." in right.content.decode()
    kept = Explanation.objects.get()
    assert (kept.measure, kept.first, kept.last, kept.by) == (
        "calls", YEAR.first, YEAR.last, accounts[Role.ANALYST].id,
    )  # fmt: skip
    assert browser.get("/figures/no-such-figure/explain/").status_code == 404


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"measure": "no-such"}, "measure"),
        ({"words": " "}, "words"),
        ({"words": "x" * 100_000}, "words"),
        ({"period": Period(TODAY + timedelta(days=2), TODAY + timedelta(days=3))}, "first"),
    ],
)
def test_what_cannot_be_kept_is_named(explains, told, field):
    with pytest.raises(Malformed) as wrong:
        explains(**told)
    assert wrong.value.field == field


def test_who_may_not_explain(explains):
    for role in (Role.OFFICER, Role.SERGEANT, Role.HUB):
        with pytest.raises(Refused):
            explains(who=role)


def test_it_is_never_changed(explains):
    kept = explains()
    with pytest.raises(DatabaseError), transaction.atomic():
        Explanation.objects.filter(id=kept.id).update(words="Otherwise")


def test_the_command_line_writes_and_shows_it(accounts, transactional_db):
    days = ["--from", YEAR.first.isoformat(), "--until", YEAR.last.isoformat()]
    told = ["explain", "calls", *days, "--words", WORDS, "--as", accounts[Role.ANALYST].username]
    assert CliRunner().invoke(measures_cli, told).output == "explained\n"
    assert "counted as a call." in CliRunner().invoke(measures_cli, ["show", *days]).output
    refused = CliRunner().invoke(measures_cli, ["explain", "no-such", *told[2:]])
    assert refused.exit_code == 1
    assert "measure: is no measure" in refused.output
