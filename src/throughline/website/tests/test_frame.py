"""The frame of a page, its filters, its navigation and its plain error pages. None needs a database."""

import datetime as dt
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware, get_nonce
from django.template import engines
from django.test import RequestFactory
from django.urls import get_callable, path

from throughline.foundations.access.rules import Action, Actor, Role
from throughline.website import navigation, rendering, templating, views
from throughline.website.entries import Entry, marked

UTC = dt.UTC


def nowhere(request: HttpRequest) -> None:
    raise AssertionError("only its address is used")


urlpatterns = [
    path("", nowhere, name="front"),
    path("people/", nowhere, name="people"),
    path("people/<uuid:person>/", nowhere, name="person"),
    path("out/", nowhere, name="account_logout"),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _no_entries(monkeypatch):
    """The site's own entries lead to addresses that these tests do not have."""
    monkeypatch.setattr(navigation, "ENTRIES", [])


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


def request(address: str = "/", **attributes: object) -> HttpRequest:
    made = RequestFactory().get(address)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


class Tags(HTMLParser):
    """Every tag with its attributes, for assertions about what a browser would find."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def page(body: str = "", asked: HttpRequest | None = None, **context: object) -> str:
    source = (
        '{% extends "throughline/page.html" %}{% block title %}A title{% endblock %}'
        "{% block body %}" + body + "{% endblock %}"
    )
    return engines["jinja2"].from_string(source).render(context, asked or request(user=AnonymousUser()))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (dt.date(2026, 11, 3), "3 November 2026"),
        # after midnight in London while still the day before in UTC
        (dt.datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "1 July 2026"),
        (None, "not known"),
    ],
)
def test_a_day_is_said_in_words_and_in_london(value, words):
    assert rendering.day(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (dt.datetime(2026, 11, 3, 14, 5, tzinfo=UTC), "3 November 2026 at 14:05"),
        (dt.datetime(2026, 7, 3, 14, 5, tzinfo=UTC), "3 July 2026 at 15:05"),
        (None, "not known"),
    ],
)
def test_a_moment_is_said_in_words_and_in_london(value, words):
    assert rendering.moment(value) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.4, "0 minutes"),
        (1, "1 minute"),
        (119.4, "119 minutes"),
        (120, "2 hours 0 minutes"),
        (181, "3 hours 1 minute"),
        (2_940, "2 days 1 hour"),
        (1_784, "29 hours 44 minutes"),
        (2_880, "2 days 0 hours"),
        (11_254, "7 days 20 hours"),
    ],
)
def test_how_long_something_took_is_said_in_days_where_it_was_days(minutes, words):
    assert rendering.lasting(minutes) == words


def test_a_moment_without_a_time_zone_is_refused_without_repeating_it():
    with pytest.raises(ValueError, match="must carry its time zone") as refusal:
        rendering.moment(dt.datetime(2026, 7, 3, 14, 5))
    assert "2026" not in str(refusal.value)


def test_what_is_put_on_a_page_is_escaped():
    assert "&lt;b&gt;" in page("{{ words }}", words="<b>")


def test_the_page_shows_no_crown_no_gov_uk_and_no_licence_of_the_crown():
    shown = page()
    assert not re.search(r"govuk-logo|crown|GOV\.UK|nationalarchives|Open Government", shown, re.IGNORECASE)


def test_the_page_has_a_title_one_heading_a_way_past_the_header_and_a_main_part():
    tags = Tags(page())
    assert "<title>A title – Throughline</title>" in page()
    assert len(tags.named("h1")) == 1
    skip = next(a for a in tags.named("a") if a.get("class") == "govuk-skip-link")
    assert skip["href"] == "#" + str(tags.named("main")[0]["id"])
    assert tags.named("html")[0]["lang"] == "en"


def test_every_script_carries_the_nonce_and_no_style_stands_on_the_page():
    asked = request()
    ContentSecurityPolicyMiddleware(lambda _: HttpResponse()).process_request(asked)
    tags = Tags(page(asked=asked))
    assert [script.get("nonce") for script in tags.named("script")] == [str(get_nonce(asked))] * 5
    assert not tags.named("style")
    assert not [a for _, a in tags.found if "style" in a]


def test_only_a_demonstration_says_that_everybody_is_invented(settings):
    settings.DEMO = False
    assert "invented" not in page()
    settings.DEMO = True
    assert "Everybody here is invented." in page()


def test_nobody_signed_in_has_no_name_no_navigation_and_no_sign_out():
    frame = templating.frame(request(user=AnonymousUser()))
    assert (frame["reader"], frame["navigation"]) == (None, [])
    assert frame == templating.frame(request())
    assert "Sign out" not in page()


def signed_in(role: Role) -> SimpleNamespace:
    return SimpleNamespace(
        name="Ada Invented", role=role.value, is_authenticated=True, actor=Actor(uuid4(), role)
    )


def test_somebody_signed_in_is_named_with_their_role_and_signs_out_by_a_button():
    shown = page(asked=request(user=signed_in(Role.CALL_HANDLER)))
    assert "Ada Invented, Call handler" in shown
    form = Tags(shown).named("form")[0]
    assert (form["method"], form["action"]) == ("post", "/out/")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_every_role_has_a_name_for_the_header(role):
    assert templating.frame(request(user=signed_in(role)))["reader"]["role"]


@pytest.mark.parametrize(
    ("role", "labels"),
    [(Role.CALL_HANDLER, ["Front", "People"]), (Role.AUDITOR, ["Front"])],
)
def test_the_navigation_leads_only_where_the_reader_may_go(monkeypatch, role, labels):
    entries = [Entry("Front", "front", Action.HOME), Entry("People", "people", Action.SEARCH_PEOPLE)]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    asked = request("/people/", user=signed_in(role))
    assert [link["text"] for link in templating.frame(asked)["navigation"]] == labels
    shown = Tags(page(asked=asked)).named("a")
    assert [a["href"] for a in shown if a.get("aria-current") == "page"] == ["/people/"][: len(labels) - 1]


def test_what_is_seldom_gone_to_stands_at_the_foot(monkeypatch):
    entries = [Entry("Front", "front", Action.HOME), Entry("People", "people", Action.HOME, seldom=True)]
    monkeypatch.setattr(navigation, "ENTRIES", entries)
    asked = request("/people/", user=signed_in(Role.CALL_HANDLER))
    assert templating.frame(asked)["seldom"] == []
    monkeypatch.setattr(navigation, "_FITS", 1)
    frame = templating.frame(asked)
    assert [link["text"] for link in frame["navigation"]] == ["Front"]
    assert [link["text"] for link in frame["seldom"]] == ["People"]
    # the longest address is marked, wherever it stands
    assert not frame["navigation"][0]["active"]
    shown = Tags(page(asked=asked)).named("a")
    assert [a["href"] for a in shown if a.get("aria-current") == "page"] == ["/people/"]


@pytest.mark.parametrize(
    ("address", "current", "active"),
    [
        ("/", "Front", "Front"),
        ("/people/", "People", "People"),
        ("/people/6f1c9f0e-0000-4000-8000-000000000000/", None, "People"),
        ("/peopled/", None, None),
    ],
)
def test_the_navigation_marks_the_entry_that_holds_the_page(address, current, active):
    links = marked([Entry("Front", "front", Action.HOME), Entry("People", "people", Action.HOME)], address)
    assert [link["href"] for link in links] == ["/", "/people/"]
    assert next((link["text"] for link in links if link["current"]), None) == current
    assert next((link["text"] for link in links if link["active"]), None) == active


@pytest.mark.parametrize("status", views.PROBLEMS)
def test_a_refusal_is_a_plain_page_that_repeats_nothing_of_the_request(status):
    asked = request("/people/?surname=Canary", user=AnonymousUser())
    answer = views.problem(asked, status)
    assert answer.status_code == status
    assert str(views.PROBLEMS[status].heading) in answer.content.decode()
    assert "Canary" not in answer.content.decode()


@pytest.mark.parametrize(
    ("handler", "status"),
    [(views.bad_request, 400), (views.refused, 403), (views.not_found, 404)],
)
def test_djangos_handlers_give_their_page_and_drop_the_words_of_the_exception(handler, status):
    answer = handler(request(), ValueError("Canary"))
    assert answer.status_code == status
    assert b"Canary" not in answer.content


def test_a_broken_page_asks_nothing_of_the_database_and_still_names_no_value():
    class Unreachable:
        @property
        def is_authenticated(self) -> bool:
            raise AssertionError("the database was asked")

    answer = views.broken(request("/?surname=Canary", user=Unreachable()))
    assert answer.status_code == 500
    assert b"Something went wrong on our side" in answer.content
    assert b"Canary" not in answer.content


def test_a_form_from_before_signing_in_again_says_so():
    answer = views.forgery_suspected(request(), "Canary")
    assert answer.status_code == 403
    assert b"load the page again" in answer.content
    assert b"Canary" not in answer.content


def test_a_browser_is_told_to_say_where_a_form_comes_from(settings):
    # or else its "Origin: null" would have every form refused
    assert settings.SECURE_REFERRER_POLICY == "same-origin"
    assert get_callable(settings.CSRF_FAILURE_VIEW) is views.forgery_suspected


def test_messages_become_banners_with_their_own_headings():
    done = SimpleNamespace(level_tag="success", message="Saved.")
    warned = SimpleNamespace(level_tag="warning", message="Two answers were not kept.")
    tags = Tags(page(asked=request(_messages=[done, warned])))
    banners = [a for t, a in tags.found if a.get("data-module") == "govuk-notification-banner"]
    assert [b["role"] for b in banners] == ["alert", "region"]
    assert [b["aria-labelledby"] for b in banners] == ["message-1", "message-2"]


def test_a_table_that_becomes_a_list_on_a_telephone_stays_a_table_for_whoever_does_not_see_it():
    """Without these roles a browser forgets what `display: block` was: each part of every such table says it."""
    tables = [
        (path.name, table)
        for path in (settings.CHECKOUT / "src").rglob("*.html")
        for table in re.findall(r"<table[^>]*throughline-stacks.*?</table>", path.read_text(), re.DOTALL)
    ]
    assert len(tables) > 10
    roles = {
        "table": {"table"}, "thead": {"rowgroup"}, "tbody": {"rowgroup"}, "tr": {"row"}, "td": {"cell"},
        "th": {"columnheader", "rowheader"},
    }  # fmt: skip
    for name, table in tables:
        for tag, rest in re.findall(r"<(table|thead|tbody|tr|th|td)\b([^>]*)", table):
            found = re.search(r'role="(\w+)"', rest)
            assert found is not None, (name, tag, rest)
            assert found[1] in roles[tag], (name, tag, rest)
