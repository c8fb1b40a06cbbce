"""What several pages show, as a browser would find it."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.template import engines
from markupsafe import Markup

from throughline.foundations.govuk.forms import GovukForm
from throughline.foundations.govuk.tests.page import Page


def drawn(call: str, **context: object) -> Page:
    source = (
        '{% import "govuk/components.html" as components %}{% import "govuk/form.html" as parts %}'
        "{{ " + call + " }}"
    )
    return Page(engines["jinja2"].from_string(source).render(context))


@pytest.mark.parametrize(
    ("tone", "colour"),
    [("danger", "red"), ("warning", "orange"), ("good", "green"), ("note", "blue"), ("quiet", "grey")],
)
def test_a_tone_has_its_colour(tone, colour):
    tag = drawn("components.tag('Knife', tone)", tone=tone).one("strong")
    assert tag.classes == {"govuk-tag", f"govuk-tag--{colour}"}
    assert tag.text.strip() == "Knife"


def test_a_summary_says_what_is_known_and_where_it_can_be_changed():
    rows = [
        {"key": "Name", "value": "<b>", "change": "/name", "what": "name"},
        {"key": "Born", "value": "3 November 1980"},
    ]
    page = drawn("components.summary(rows)", rows=rows)
    assert [e.text.strip() for e in page.all("dt")] == ["Name", "Born"]
    assert page.all("dd")[0].text.strip() == "<b>"
    (link,) = page.all("a")
    assert (link["href"], link.text) == ("/name", "Change name")


def test_a_timeline_says_what_happened_when_in_london_and_by_whom():
    entries = [
        {
            "title": "Call",
            "at": dt.datetime(2026, 7, 3, 14, 5, tzinfo=dt.UTC),
            "by": "<i>Ada",
            "words": Markup("<p>Knife</p>"),
        },
        {"title": "Arrest", "at": dt.datetime(2026, 1, 3, 14, 5, tzinfo=dt.UTC)},
    ]
    page = drawn("components.timeline(entries, level=2)", entries=entries)
    assert [e.text for e in page.all("h2")] == ["Call", "Arrest"]
    assert [e.text for e in page.all("time")] == ["3 July 2026 at 15:05", "3 January 2026 at 14:05"]
    assert page.all("time")[0]["datetime"] == "2026-07-03T14:05:00+00:00"
    assert page.one("p", **{"class": "moj-timeline__byline"}).text == "by <i>Ada"
    assert "Knife" in [e.text for e in page.all("p")]


def test_people_found_stand_in_order_with_the_reasons_and_their_weights():
    found = [
        SimpleNamespace(
            name="Ana <Example>",
            href="/p/1",
            how_sure="Probable",
            tone="good",
            facts=["Born 1990", "Anytown"],
            reasons=[
                SimpleNamespace(words="same mobile", weight=9.04),
                SimpleNamespace(words="different address", weight=-1.5),
            ],
        ),
        SimpleNamespace(name="B", href="/p/2", how_sure="Possible", tone="quiet", facts=[], reasons=[]),
    ]
    page = drawn("components.results(found)", found=found)
    assert [(a["href"], a.text) for a in page.all("a")] == [("/p/1", "Ana <Example>"), ("/p/2", "B")]
    assert len(page.all("ol")) == len(page.all("ul")) == 1
    reasons = [" ".join(e.text.split()) for e in page.all("li", **{"class": "throughline-results__reason"})]
    assert reasons == ["same mobile +9.0", "different address −1.5"]


def test_another_order_is_asked_for_by_a_button_of_the_search_form():
    page = drawn("components.order_by([('best', 'Best match'), ('name', 'Name')], 'name', 'search')")
    buttons = page.all("button", name="order", form="search", type="submit")
    assert [(b["value"], b["aria-pressed"]) for b in buttons] == [("best", "false"), ("name", "true")]


def test_save_and_complete_are_different_buttons():
    buttons = drawn("parts.save_and_complete()").all("button", name="do")
    assert [b["value"] for b in buttons] == ["save", "complete"]


class NameForm(GovukForm):
    needed = ("name",)
    name = forms.CharField(label="Name")


def test_the_error_summary_leads_to_the_field_and_is_absent_without_errors():
    assert not drawn("parts.error_summary(form)", form=NameForm({"name": "x"})).elements
    page = drawn("parts.error_summary(form)", form=NameForm({}))
    link = page.one("a")
    assert (link["href"], link.text) == ("#id_name", "Enter an answer to “Name”")
