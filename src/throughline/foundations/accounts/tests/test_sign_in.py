"""Signing in through the pages: password, second factor, and all the ways in which it is refused."""

import re

import pytest
from django.test import Client

from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.models import Event

PASSWORD = "three random words here"


def logged() -> list[tuple[str, str]]:
    with acting(system("test")):
        return list(Event.objects.filter(kind="sign-in").order_by("id").values_list("action", "actor"))


def test_the_first_sign_in_sets_up_an_app_and_then_a_password_of_ones_own(client, make_account, code_of):
    made = make_account()
    answer = client.post("/sign-in/", {"login": "Handler ", "password": made.password})
    assert answer.headers["Location"] == "/"
    assert client.get("/accounts/").headers["Location"] == "/account/app/"
    assert client.get("/account/").headers["Location"] == "/account/app/"
    page = client.get("/account/app/").content.decode()
    secret = re.search(r"<strong>([A-Z2-7]{32})</strong>", page).group(1)
    answer = client.post("/account/app/", {"code": "000000"})
    assert "the code is wrong" in answer.content.decode()
    answer = client.post("/account/app/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/account/recovery-codes/"
    assert (
        len(re.findall(r"<code>\d{8}</code>", client.get("/account/recovery-codes/").content.decode())) == 10
    )
    assert "not shown again" in client.get("/account/recovery-codes/").content.decode()
    assert client.get("/account/").headers["Location"] == "/account/password/"


def test_a_second_sign_in_asks_for_a_code_and_each_step_is_logged(client, settled, sign_in):
    user, secret = settled()
    answer = client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/code/"
    assert client.get("/account/").headers["Location"].startswith("/sign-in/"), "not yet signed in"
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    sign_in(client, user, secret)
    assert client.get("/account/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/account/").headers["Location"] == "/sign-in/?next=/account/"
    assert logged() == [
        ("sign-in.wrong-code", user.id),
        ("sign-in.success", user.id),
        ("sign-out", user.id),
    ]


def test_a_wrong_password_is_logged_without_what_was_typed(client, settled):
    user, _ = settled()
    wrong = client.post("/sign-in/", {"login": user.username, "password": "canary-password"})
    unknown = client.post("/sign-in/", {"login": "canary-name", "password": PASSWORD})
    assert "The user name or the password is wrong" in wrong.content.decode()
    # alike, so that nobody learns which accounts there are
    assert "The user name or the password is wrong" in unknown.content.decode()
    assert logged() == [
        ("sign-in.wrong-password", user.id),
        ("sign-in.wrong-password", system("sign-in").id),
    ]
    with acting(system("test")):
        assert not [event for event in Event.objects.all() if "canary" in str(vars(event))]


def test_five_wrong_passwords_lock_the_right_one_out_too_whatever_host_was_asked_for(settled):
    user, _ = settled()
    for port in range(5):
        # another port each time: the count is the account's
        Client(headers={"host": f"localhost:{port + 1000}"}).post(
            "/sign-in/", {"login": user.username.upper(), "password": "wrong"}
        )
    answer = Client().post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert "ait 15 minutes" in answer.content.decode()
    assert logged()[-1] == ("sign-in.locked-out", user.id)


def test_the_lock_opens_after_15_minutes(settled, monkeypatch):
    import time as clock

    user, _ = settled()
    now = clock.time()
    for _ in range(5):
        Client().post("/sign-in/", {"login": user.username, "password": "wrong"})
    right = {"login": user.username, "password": PASSWORD}
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 14 * 60)
    assert Client().post("/sign-in/", right).status_code == 200
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 15 * 60 + 5)
    assert Client().post("/sign-in/", right).headers["Location"] == "/sign-in/code/"


def test_five_wrong_codes_lock_the_account_out(client, settled, code_of):
    user, secret = settled()
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    answer = client.post("/sign-in/code/", {"code": code_of(secret)})
    assert "ait 15 minutes" in answer.content.decode()
    assert logged()[-1] == ("sign-in.locked-out", user.id)


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{:.3} {:.3}"])
def test_a_code_counts_once(settled, sign_in, code_of, spelling):
    user, secret = settled()
    used = code_of(secret)
    sign_in(Client(), user, secret)
    again = Client()
    again.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    answer = again.post("/sign-in/code/", {"code": spelling.format(used, used[3:])})
    assert "was used before" in answer.content.decode()


def test_a_code_stays_used_for_as_long_as_it_would_be_right(settled, sign_in, code_of, monkeypatch):
    user, secret = settled()
    early = code_of(secret, 1)
    first = Client()
    first.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert first.post("/sign-in/code/", {"code": early}).status_code == 302
    import time as clock

    later = clock.time() + 45
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: later)
    again = Client()
    again.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    from django.core.cache import cache

    # as after 45 seconds: allauth's own memory of it has lapsed
    cache.delete_many([f"allauth.mfa.totp.used?user={user.pk}&code={early}"])
    assert again.post("/sign-in/code/", {"code": early}).status_code == 200


def test_a_recovery_code_opens_the_account_once(client, settled, sign_in):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user, _ = settled()
    code = RecoveryCodes.activate(user).generate_codes()[0]
    for expected in (302, 200):
        other = Client()
        other.post("/sign-in/", {"login": user.username, "password": PASSWORD})
        assert other.post("/sign-in/code/", {"code": code}).status_code == expected


def test_a_session_from_before_the_app_was_set_up_never_gets_past_it(client, make_account, code_of):
    made = make_account()
    stolen = Client()
    stolen.post("/sign-in/", {"login": "handler", "password": made.password})
    client.post("/sign-in/", {"login": "handler", "password": made.password})
    page = client.get("/account/app/").content.decode()
    secret = re.search(r"<strong>([A-Z2-7]{32})</strong>", page).group(1)
    assert client.post("/account/app/", {"code": code_of(secret)}).status_code == 302
    assert stolen.get("/account/").headers["Location"] == "/account/app/"
    assert stolen.get("/account/app/").headers["Location"] == "/sign-in/"
    assert stolen.get("/account/").headers["Location"].startswith("/sign-in/")


def test_a_closed_account_cannot_sign_in_and_its_open_session_ends(client, settled, sign_in):
    from throughline.foundations.accounts.commands import close_account

    user, secret = settled()
    sign_in(client, user, secret)
    close_account(by=system("test"), user_id=user.id)
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")
    answer = Client().post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/closed/"
    assert logged()[-1] == ("sign-in.account-closed", user.id)


def test_a_reset_second_factor_ends_sessions_and_asks_for_a_new_app(client, settled, sign_in):
    from throughline.foundations.accounts.commands import reset_second_factor

    user, secret = settled()
    sign_in(client, user, secret)
    reset_second_factor(by=system("test"), user_id=user.id)
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert client.get("/account/").headers["Location"] == "/account/app/"


def test_the_app_s_secret_is_not_in_the_table(settled):
    from allauth.mfa.models import Authenticator

    user, secret = settled()
    assert secret not in str(Authenticator.objects.get(user=user).data)


def test_changing_the_password_ends_the_other_sessions(settled, sign_in, code_of, monkeypatch):
    user, secret = settled()
    here, there = sign_in(Client(), user, secret), Client()
    there.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert there.post("/sign-in/code/", {"code": code_of(secret, 1)}).status_code == 302
    new = "another three random words"
    here.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert User.objects.get(id=user.id).check_password(new)
