"""Signing in with the force's identity provider: a real one, on this machine."""

from collections.abc import Iterator

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from oidc_provider_mock import User as Known
from oidc_provider_mock import run_server_in_thread

from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import system
from throughline.foundations.accounts.commands import AccountError, bind_identity
from throughline.foundations.audit.models import Event
from throughline.website.settings import identity_provider, provider_of

TEST = system("test")
VOUCHED, PLAIN, STRANGER = "sub-vouched", "sub-plain", "sub-stranger"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    known = [
        Known(sub=VOUCHED, claims={"amr": ["pwd", "mfa"], "email": "handler@force.example"}),
        Known(sub=PLAIN, claims={"amr": ["pwd"], "email": "handler@force.example"}),
        Known(sub=STRANGER, claims={"amr": ["mfa"], "email": "handler@force.example"}),
    ]
    with run_server_in_thread(user_claims=known) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def provider(issuer: str, settings) -> str:
    settings.OIDC_ISSUER = issuer
    settings.OIDC_PROVIDER = provider_of(issuer)
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider(issuer, name="Force", client_id="site", secret="s")
    return settings.OIDC_PROVIDER


def come_back(client: Client, provider: str, subject: str, query: str = "") -> object:
    """Go to the provider, say who we are, and follow it back."""
    there = client.post(f"/sign-in/{provider}/{query}").headers["Location"]
    back = requests.post(there, data={"sub": subject}, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith(f"http://testserver/sign-in/{provider}/callback/?code=")
    return client.get(back)


def last_logged() -> str:
    with acting(TEST):
        return Event.objects.filter(kind="sign-in").latest("id").action


def test_one_whom_the_provider_vouches_for_is_in_without_our_second_factor(client, provider, make_account):
    user = make_account().user
    bind_identity(by=TEST, user_id=user.id, provider=provider, subject=VOUCHED)
    answer = come_back(client, provider, VOUCHED, "?next=/account/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    assert last_logged() == "sign-in.success"
    # what the provider says of a person is not kept
    assert SocialAccount.objects.get().extra_data == {}


def test_without_the_provider_s_second_factor_ours_applies(client, provider, make_account, settled):
    new = make_account().user
    bind_identity(by=TEST, user_id=new.id, provider=provider, subject=PLAIN)
    assert come_back(client, provider, PLAIN).headers["Location"] == "/"
    assert client.get("/account/").headers["Location"] == "/account/app/"
    SocialAccount.objects.all().delete()
    with_app, _ = settled("officer")
    bind_identity(by=TEST, user_id=with_app.id, provider=provider, subject=PLAIN)
    assert come_back(Client(), provider, PLAIN).headers["Location"] == "/sign-in/code/"


def test_vouching_for_one_does_not_excuse_the_next_on_the_same_browser(
    client, provider, settled, make_account
):
    vouched = make_account("vouched").user
    bind_identity(by=TEST, user_id=vouched.id, provider=provider, subject=VOUCHED)
    come_back(client, provider, VOUCHED)
    client.post("/sign-out/")
    user, _ = settled()
    client.post("/sign-in/", {"login": user.username, "password": "three random words here"})
    assert client.get("/account/").status_code == 302
    assert client.get("/sign-in/code/").status_code == 200


def test_a_stranger_is_refused_even_with_a_colleague_s_e_mail(client, provider, make_account):
    user = make_account().user
    user.email = "handler@force.example"
    user.save()
    answer = come_back(client, provider, STRANGER)
    assert answer.status_code == 403
    assert "no account here yet" in answer.content.decode()
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")
    assert last_logged() == "sign-in.identity-not-bound"
    assert not SocialAccount.objects.exists()


def test_nobody_binds_themselves(client, provider, settled, sign_in):
    user, secret = settled()
    sign_in(client, user, secret)
    assert come_back(client, provider, STRANGER, "?process=connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_another_issuer_s_subjects_are_strangers(client, provider, make_account):
    user = make_account().user
    elsewhere = provider_of("https://elsewhere.example")
    assert elsewhere != provider
    bind_identity(by=TEST, user_id=user.id, provider=elsewhere, subject=VOUCHED)
    assert come_back(client, provider, VOUCHED).status_code == 403


def test_a_subject_has_one_account(provider, make_account):
    first, second = make_account("first").user, make_account("second").user
    bind_identity(by=TEST, user_id=first.id, provider=provider, subject=PLAIN)
    bind_identity(by=TEST, user_id=first.id, provider=provider, subject=PLAIN)
    with pytest.raises(AccountError, match="bound to another account"):
        bind_identity(by=TEST, user_id=second.id, provider=provider, subject=PLAIN)


def test_a_closed_account_stays_closed(client, provider, make_account):
    from throughline.foundations.accounts.commands import close_account

    user = make_account().user
    bind_identity(by=TEST, user_id=user.id, provider=provider, subject=VOUCHED)
    close_account(by=TEST, user_id=user.id)
    assert come_back(client, provider, VOUCHED).headers["Location"] == "/sign-in/closed/"


def test_a_forged_answer_is_refused_in_plain_words(client, db, provider):
    answer = client.get(f"/sign-in/{provider}/callback/?code=x&state=forged")
    assert answer.status_code == 401
    assert "did not tell us who you are" in answer.content.decode()


def test_the_sign_in_page_offers_the_provider_only_where_there_is_one(client, db, provider, settings):
    assert "Sign in with" in client.get("/sign-in/").content.decode()
    settings.OIDC_PROVIDER = ""
    assert "Sign in with" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/idp-000000000000/").status_code == 404


def test_an_app_is_not_needed_for_an_account_that_never_had_one(client, provider, make_account):
    user = make_account().user
    bind_identity(by=TEST, user_id=user.id, provider=provider, subject=VOUCHED)
    come_back(client, provider, VOUCHED)
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/account/").status_code == 200
