"""The frame around every page: sessions that end, forms taken in once, refusals, and what nobody keeps."""

import io
import logging
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django import forms
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.routes import Open, guarded
from throughline.foundations.access.rules import Action, Role, insist, system
from throughline.foundations.accounts.commands import create_account
from throughline.foundations.accounts.models import Agency, User
from throughline.foundations.audit.models import Event
from throughline.foundations.drafts.commands import KEPT, expire
from throughline.foundations.drafts.models import Draft, Submission
from throughline.foundations.drafts.views import recalled
from throughline.foundations.duties.models import Duty
from throughline.foundations.govuk.forms import GovukForm
from throughline.website import logs

SLOW = threading.Event()


class NoteForm(GovukForm):
    needed = ("name",)
    name = forms.CharField(label="Name")
    more = forms.CharField(label="More", widget=forms.Textarea)


@guarded(Action.HOME)
def note(request: HttpRequest) -> HttpResponse:
    """A page with a form that makes one row."""
    form = NoteForm(request.POST or None)
    if request.method == "GET":
        recalled(request, form)
    elif form.is_valid():
        if SLOW.is_set():
            time.sleep(0.5)
        made = Agency.objects.create(name=f"{form.cleaned_data['name']} {uuid.uuid4()}")
        return redirect(f"/made/{made.id}/")
    page = engines["jinja2"].from_string(
        '{% extends "throughline/page.html" %}{% block title %}Note{% endblock %}'
        "{% block body %}<form method='post' {{ kept_while_typing() }}>{{ csrf_input }}{{ once() }}"
        "{{ form.govuk() }}</form>{% endblock %}"
    )
    return HttpResponse(page.render({"form": form}, request))


@guarded(Action.HOME)
def crash(request: HttpRequest) -> HttpResponse:
    raise ValueError("could not read " + request.POST["name"])


@guarded(Action.VIEW_PERSON)
def person(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    insist(request.actor, Action.VIEW_PERSON, subject_for(request.actor, record_id), record_id)
    return HttpResponse("seen")


@guarded(Open.TO_EVERYBODY)
def welcome(request: HttpRequest) -> HttpResponse:
    return HttpResponse("welcome")


urlpatterns = [
    path("", include("throughline.website.urls")),
    path("note/", note),
    path("crash/", crash),
    path("person/<uuid:record_id>/", person),
    path("welcome/", welcome),
    path("forgotten/", lambda _request: HttpResponse("served")),
]
handler404 = "throughline.website.views.not_found"
handler500 = "throughline.website.views.broken"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _cheap_passwords(settings) -> None:
    # Argon2 takes its time by design
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(db: None) -> User:
    return _account("handler", Role.CALL_HANDLER)


def _account(username: str, role: Role) -> User:
    return create_account(
        by=system("test"),
        now=timezone.now(),
        username=username,
        name="Harriet Invented",
        role=role,
        team="Room one",
        agency="Invented Force",
    ).user


@pytest.fixture
def client(user: User, enter) -> Client:
    return enter(Client(), user)


def wait(client: Client, how_long: timedelta) -> None:
    """Let time pass for the session of ``client``."""
    session = client.session
    for moment in ("seen_at", "signed_in_at"):
        was = timezone.datetime.fromisoformat(session[moment])
        session[moment] = (was - how_long).isoformat()
    session.save()


def made() -> int:
    return Agency.objects.exclude(name="Invented Force").count()


# --- sessions ---------------------------------------------------------------------------------------


def test_a_session_that_is_used_goes_on_until_the_turn_of_duty_is_over(client):
    for _ in range(3):
        wait(client, timedelta(minutes=14))
        assert client.get("/note/").status_code == 200
    session = client.session
    session["signed_in_at"] = (timezone.now() - timedelta(hours=12)).isoformat()
    session.save()
    assert client.get("/note/").headers["Location"] == "/sign-in/?next=/note/"


def test_a_page_that_asks_by_itself_keeps_no_session_open(client):
    wait(client, timedelta(minutes=14))
    assert client.get("/note/", headers={"Throughline-Unattended": "yes"}).status_code == 200
    wait(client, timedelta(minutes=2))
    assert client.get("/note/").status_code == 302


def test_what_is_sent_after_the_session_ended_is_there_for_the_same_person_and_nobody_else(
    client, user, enter
):
    another, third = (_account(name, Role.CALL_HANDLER) for name in ("another", "third"))
    wait(client, timedelta(minutes=15))
    answer = client.post("/note/", {"name": "Joanne", "more": "said <he> would come back"})
    assert answer.headers["Location"] == "/sign-in/?next=/note/"
    assert made() == 0
    assert "You were signed out" in client.get("/sign-in/").content.decode()
    # a second page that was open beside the first
    client.post("/crash/", {"name": "from the other tab"})
    assert Draft.objects.filter(user=user.id).count() == 2

    other = enter(Client(), another)
    assert "Joanne" not in other.get("/note/").content.decode()
    # the same browser, somebody else
    enter(client, third)
    assert "Joanne" not in client.get("/note/").content.decode()

    enter(client, user)
    page = client.get("/note/").content.decode()
    assert 'value="Joanne"' in page
    assert "said &lt;he&gt; would come back" in page
    assert "We kept what you typed at" in page
    assert "an answer to “" not in page
    client.post("/note/", {"name": "Joanne"})
    assert made() == 1
    assert "Joanne" not in client.get("/note/").content.decode()


def test_the_end_of_a_session_is_logged_once(client, user):
    wait(client, timedelta(minutes=15))
    for _ in range(3):
        client.get("/note/")
    with acting(system("test")):
        ends = Event.objects.filter(action="session.ended")
        assert [event.actor for event in ends] == [user.id]


def test_a_session_that_no_sign_in_opened_opens_nothing(user):
    client = Client()
    client.force_login(user)
    assert client.get("/note/").status_code == 302


def test_signing_in_again_changes_the_key_of_the_session(client, user, enter):
    before = client.session.session_key
    wait(client, timedelta(minutes=15))
    client.get("/note/")
    request = HttpRequest()
    request.session = client.session
    from throughline.foundations.accounts.adapters import Accounts

    request.user = user
    Accounts().login(request, user)
    assert request.session.session_key != before


def test_a_form_from_before_signing_in_again_is_kept_unless_a_foreign_page_sent_it(user, enter):
    strict = enter(Client(enforce_csrf_checks=True), user)
    stale = {"name": "Joanne", "csrfmiddlewaretoken": "x" * 64}
    foreign = strict.post("/note/", stale, headers={"origin": "https://elsewhere.example"})
    assert foreign.status_code == 403
    assert not Draft.objects.exists()
    own = strict.post("/note/", stale, headers={"origin": "http://testserver"})
    assert own.headers["Location"] == "/note/"
    assert 'value="Joanne"' in strict.get("/note/").content.decode()


def test_a_sign_in_page_that_was_open_too_long_is_shown_afresh(db):
    strict = Client(enforce_csrf_checks=True)
    typed = {"login": "handler", "password": "p", "csrfmiddlewaretoken": "x" * 64}
    assert strict.post("/sign-in/", typed, headers={"origin": "https://elsewhere.example"}).status_code == 403
    again = strict.post("/sign-in/", typed, headers={"origin": "http://testserver"})
    assert again.headers["Location"] == "/sign-in/"
    assert "open for too long" in strict.get("/sign-in/").content.decode()


def test_a_part_of_a_page_that_htmx_asks_for_takes_the_whole_page_to_the_sign_in(client):
    wait(client, timedelta(minutes=15))
    answer = client.get(
        "/note/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/note/?page=2"}
    )
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in/?next=/note/")


def test_typing_is_kept_as_a_draft_of_the_page_it_is_on(client, user):
    here = {"HX-Current-URL": "http://testserver/note/"}
    assert client.post("/drafts/keep/", {"name": "Jo"}, headers=here).status_code == 204
    assert 'value="Jo"' in client.get("/note/").content.decode()
    assert 'hx-post="/drafts/keep/"' in client.get("/note/").content.decode()
    nowhere = {"HX-Current-URL": "http://testserver/nowhere/"}
    assert client.post("/drafts/keep/", {"name": "Jo"}, headers=nowhere).status_code == 400
    assert Draft.objects.filter(user=user.id).count() == 1


def test_typing_on_after_the_session_ended_takes_nobody_off_their_page(client):
    wait(client, timedelta(minutes=15))
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/note/"}
    answer = client.post("/drafts/keep/", {"name": "Jo"}, headers=here)
    assert answer.status_code == 204
    assert "HX-Redirect" not in answer.headers


def test_what_a_page_failed_on_is_kept(client, user):
    client.raise_request_exception = False
    assert client.post("/crash/", {"name": "Joanne"}).status_code == 500
    assert Draft.objects.filter(user=user.id, place="/crash/").count() == 1


def test_passwords_and_codes_are_never_kept_as_drafts(client):
    wait(client, timedelta(minutes=15))
    client.post("/account/password/", {"oldpassword": "a", "password1": "b", "password2": "b"})
    client.post("/account/app/", {"code": "123456"})
    assert not Draft.objects.exists()


# --- forms taken in once ----------------------------------------------------------------------------


def test_the_same_form_again_leads_to_where_the_first_led_and_makes_nothing(client):
    form = {"name": "Joanne", "once": str(uuid.uuid4())}
    first, again = client.post("/note/", form), client.post("/note/", form)
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert made() == 1


def test_a_page_gone_back_to_and_changed_is_another_form(client):
    once = str(uuid.uuid4())
    client.post("/note/", {"name": "Joanne", "once": once})
    client.post("/note/", {"name": "Joan", "once": once})
    assert made() == 2


def test_a_form_that_came_back_with_errors_may_be_sent_again(client):
    once = str(uuid.uuid4())
    assert client.post("/note/", {"name": "", "once": once}).status_code == 200
    assert not Submission.objects.exists()
    assert client.post("/note/", {"name": "Joanne", "once": once}).status_code == 302
    assert made() == 1


def test_somebody_else_s_token_is_no_use(client, enter):
    form = {"name": "Joanne", "once": str(uuid.uuid4())}
    first = client.post("/note/", form)
    other = enter(Client(), _account("another", Role.CALL_HANDLER)).post("/note/", form)
    assert other.headers["Location"] != first.headers["Location"]


def test_the_token_says_nothing_of_what_was_typed_and_is_forgotten(client):
    client.post("/note/", {"name": "Joanne", "once": str(uuid.uuid4())})
    row = Submission.objects.get()
    assert "Joanne" not in str(vars(row))
    assert expire(now=timezone.now() + KEPT) == 1


def test_a_page_that_failed_took_nothing_in(client):
    client.raise_request_exception = False
    client.post("/crash/", {"name": "Joanne", "once": str(uuid.uuid4())})
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_row(user, enter, transactional_db):
    clients = [enter(Client(), user) for _ in range(2)]
    form = {"name": "Joanne", "once": str(uuid.uuid4())}
    led_to: list[str] = []

    def click(client: Client) -> None:
        try:
            led_to.append(client.post("/note/", form).headers["Location"])
        finally:
            connections.close_all()

    SLOW.set()
    try:
        clicks = [threading.Thread(target=click, args=[client]) for client in clients]
        for one in clicks:
            one.start()
        for one in clicks:
            one.join(20)
    finally:
        SLOW.clear()
    assert made() == 1
    assert len(led_to) == 2
    assert len(set(led_to)) == 1


# --- refusals ---------------------------------------------------------------------------------------


def test_one_who_is_party_to_a_matter_sees_nothing_and_the_auditor_is_told(client, user):
    record_id = uuid.uuid4()
    with acting(system("test")):
        grant(
            by=system("test"),
            now=timezone.now() - timedelta(days=1),
            subject=record_id,
            kind=Grant.Kind.EXCLUDE,
            grantee=user.id,
            reason="party",
        )
    assert client.get(f"/person/{record_id}/").status_code == 404
    assert client.get(f"/person/{record_id}/").status_code == 404
    with acting(system("test")):
        duty = Duty.objects.get(kind="staff-attempt")
        refusals = Event.objects.filter(kind="refused", subjects__contains=[record_id])
        assert refusals.count() == 2
    assert (duty.record_id, duty.about, duty.role) == (record_id, user.id, "auditor")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.ANALYST, Role.IDVA])
def test_who_cannot_search_is_led_to_their_first_page_from_where_there_is_nothing(role, enter):
    page = enter(Client(), _account("somebody", role)).get("/nowhere/")
    assert page.status_code == 404
    assert "search for the person" not in page.content.decode()
    assert '<a class="govuk-link" href="/">Your first page</a>' in page.content.decode()


def test_who_searches_reads_the_same_where_nobody_stands_and_where_somebody_is_out_of_sight(client, user):
    record_id = uuid.uuid4()
    with acting(system("test")):
        told = {"subject": record_id, "kind": Grant.Kind.EXCLUDE, "grantee": user.id, "reason": "party"}
        grant(by=system("test"), now=timezone.now() - timedelta(days=1), **told)
    pages = [client.get(f"/{where}/") for where in ("nowhere", f"person/{record_id}")]
    mains = [one.content.decode().split("<main")[1].split("</main>")[0] for one in pages]
    assert "search for the person again" in mains[0]
    assert 'href="/people/search/"' in mains[0]
    assert mains[0] == mains[1]


def test_a_stranger_is_not_led_to_a_search(db):
    page = Client().get("/nowhere/").content.decode()
    assert "If you typed the address, check that it is right." in page
    assert "search for the person" not in page


def test_an_ordinary_refusal_opens_no_duty(user, enter):
    analyst = enter(Client(), _account("analyst", Role.ANALYST))
    assert analyst.get(f"/person/{uuid.uuid4()}/").status_code == 403
    with acting(system("test")):
        assert not Duty.objects.exists()


def test_a_view_without_a_rule_is_served_to_nobody(client):
    assert client.get("/forgotten/").status_code == 403


# --- what nobody keeps ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/note/", "/welcome/", "/sign-in/"])
def test_no_browser_proxy_or_search_engine_keeps_a_page(client, place):
    headers = client.get(place).headers
    assert "no-store" in headers["Cache-Control"]
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_cookie_of_the_session_is_for_this_site_alone(user, settings):
    from throughline.website import settings as ours

    assert ours.SESSION_COOKIE_SECURE
    assert ours.CSRF_COOKIE_SECURE
    assert ours.SESSION_COOKIE_HTTPONLY
    assert ours.SESSION_EXPIRE_AT_BROWSER_CLOSE


def test_what_was_typed_does_not_reach_the_log_when_a_page_fails(client):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.WithoutValues(logs.LOGGING["formatters"]["without-values"]["format"]))
    logging.getLogger().addHandler(handler)
    client.raise_request_exception = False
    try:
        client.post("/crash/?who=canary-address", {"name": "canary-name"})
    finally:
        logging.getLogger().removeHandler(handler)
    assert "builtins.ValueError" in written.getvalue()
    assert "in crash" in written.getvalue()
    assert "canary" not in written.getvalue()
