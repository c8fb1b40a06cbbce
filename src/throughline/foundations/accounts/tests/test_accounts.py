"""Keeping accounts: by command, from the command line, and on an administrator's pages."""

import json
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import OF_A_FORCE, Actor, Refused, Role, system
from throughline.foundations.accounts import cli
from throughline.foundations.accounts.commands import (
    AccountError,
    close_account,
    create_account,
    give_one_time_password,
    reset_second_factor,
)
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.queries import accounts
from throughline.foundations.audit.models import Event
from throughline.website.frame import Confinement

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
HANDLER = Actor(uuid4(), Role.CALL_HANDLER)


@pytest.mark.parametrize(
    "change",
    [
        lambda user, by: close_account(by=by, user_id=user.id),
        lambda user, by: reset_second_factor(by=by, user_id=user.id),
        lambda user, by: give_one_time_password(by=by, user_id=user.id),
    ],
)
def test_only_an_administrator_changes_an_account_and_it_is_logged(make_account, change):
    user = make_account().user
    before = User.objects.values().get(id=user.id)
    with pytest.raises(Refused):
        change(user, HANDLER)
    assert User.objects.values().get(id=user.id) == before
    keeper = Actor(uuid4(), Role.ADMINISTRATOR)
    change(user, keeper)
    assert User.objects.values().get(id=user.id) != before
    with acting(system("test")):
        event = Event.objects.filter(actor=keeper.id).get()
    assert (event.kind, event.action, event.detail["account"]) == ("write", "accounts.manage", str(user.id))


def test_nobody_closes_their_own_account(make_account):
    user = make_account("keeper", Role.ADMINISTRATOR).user
    with pytest.raises(Refused):
        close_account(by=user.actor, user_id=user.id)


@pytest.mark.parametrize("username", ["", "x", "two words", "émile", "Handler"])
def test_a_user_name_can_be_dictated_and_is_nobody_else_s(make_account, username):
    make_account("handler")
    with pytest.raises(AccountError, match="user name") as refusal:
        create_account(
            by=system("test"), now=NOW, username=username, name="N", role=Role.OFFICER, team="T", agency="A"
        )
    assert not username or username not in str(refusal.value).replace("user name", "")
    assert User.objects.count() == 1


def test_every_one_time_password_is_another_and_stands_in_no_log(make_account):
    made = [make_account(f"user{number}") for number in range(3)]
    assert len({one.password for one in made}) == 3
    assert made[0].password not in repr(made[0])
    with acting(system("test")):
        assert not [e for e in Event.objects.all() if made[0].password in json.dumps(e.detail)]


def test_the_command_line_makes_lists_and_closes_accounts(db):
    run = CliRunner().invoke
    add = [
        "add",
        "Keeper",
        "--name",
        "Kim Invented",
        "--role",
        "administrator",
        "--team",
        "T",
        "--agency",
        "A",
    ]
    made = run(cli.accounts, add)
    assert made.exit_code == 0, made.output
    user = User.objects.get(username="keeper")
    assert user.check_password(made.stdout.strip())
    assert run(cli.accounts, add).exit_code != 0
    assert "keeper\tadministrator\tT, A\topen\tno second factor" in run(cli.accounts, ["list"]).stdout
    given = run(cli.accounts, ["new-password", "keeper"])
    assert User.objects.get(id=user.id).check_password(given.stdout.strip())
    assert run(cli.accounts, ["reset-second-factor", "keeper"]).exit_code == 0
    assert "no identity provider" in run(cli.accounts, ["bind", "keeper", "--subject", "s"]).output.lower()
    assert run(cli.accounts, ["close", "keeper"]).exit_code == 0
    assert not User.objects.get(id=user.id).is_active
    assert run(cli.accounts, ["close", "nobody"]).exit_code != 0


def test_an_administrator_adds_resets_and_closes_on_pages(client, settled, sign_in):
    keeper, secret = settled("keeper", Role.ADMINISTRATOR)
    sign_in(client, keeper, secret)
    assert "an answer to “" in client.post("/accounts/add/", {}).content.decode()
    typed = {"username": "keeper", "name": "N", "role": "response-officer", "team": "T", "agency": "A"}
    assert "somebody else has it" in client.post("/accounts/add/", typed).content.decode()
    shown = client.post("/accounts/add/", typed | {"username": "officer"}).content.decode()
    user = User.objects.get(username="officer")
    assert user.check_password(re.search(r"<code>([a-z2-9-]{19})</code>", shown).group(1))
    assert "officer" in client.get("/accounts/").content.decode()
    assert client.get(f"/accounts/{user.id}/").status_code == 200
    shown = client.post(f"/accounts/{user.id}/password/").content.decode()
    assert User.objects.get(id=user.id).check_password(
        re.search(r"<code>([a-z2-9-]{19})</code>", shown).group(1)
    )
    assert client.post(f"/accounts/{user.id}/second-factor/").status_code == 302
    assert client.post(f"/accounts/{user.id}/close/").status_code == 302
    assert "Closed" in client.get("/accounts/").content.decode()
    assert client.get(f"/accounts/{uuid4()}/").status_code == 404
    assert client.post(f"/accounts/{keeper.id}/close/").status_code == 403


@pytest.mark.parametrize("role", sorted(OF_A_FORCE - {Role.ADMINISTRATOR}))
def test_no_other_role_reaches_those_pages(client, settled, enter, role):
    user, _ = settled("somebody", role)
    enter(client, user)
    for place in ("/accounts/", "/accounts/add/", f"/accounts/{user.id}/"):
        assert client.get(place).status_code == 403
    with pytest.raises(Refused):
        accounts(user.actor)


# --- the second factor stands before every address -------------------------------------------------------


def addresses(patterns=None, before: str = "/"):
    """Every address of the site, with something in place of each part that varies."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        address = before + re.sub(
            r"<(\w+:)?\w+>", lambda found: str(uuid4()) if found[1] == "uuid:" else "x", str(one.pattern)
        )
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, address)
        elif isinstance(one, URLPattern):
            yield address, one


def test_there_are_addresses_to_walk():
    assert len(list(addresses())) > 20
    assert reverse("mfa_activate_totp") in dict(addresses())


@pytest.mark.parametrize("role", sorted(OF_A_FORCE))
def test_without_a_second_factor_an_account_reaches_only_its_activation(client, make_account, role):
    made = make_account("somebody", role)
    client.post("/sign-in/", {"login": "somebody", "password": made.password})
    reached = set()
    for address, pattern in addresses():
        if pattern.name == "account_logout":
            continue
        for ask in (client.get, client.post):
            answer = ask(address)
            if answer.status_code != 302 or answer.headers["Location"] != reverse("mfa_activate_totp"):
                reached.add(pattern.name)
    assert reached == Confinement.SECOND_FACTOR - {"account_logout"}


def test_with_a_one_time_password_an_account_reaches_only_what_changes_it(client, make_account, enter):
    enter(client, make_account().user)
    session = client.session
    session["one_time_password"] = True
    session.save()
    for address, pattern in addresses():
        if pattern.name in Confinement.PASSWORD:
            continue
        assert client.get(address).headers.get("Location") == reverse("account_change_password"), address


# --- the demonstration ------------------------------------------------------------------------------


def test_the_demonstration_s_sign_in_is_not_there_where_people_are_real(client, make_account):
    user = make_account().user
    assert client.get("/sign-in/demonstration/").status_code == 404
    assert client.post("/sign-in/demonstration/", {"role": user.role}).status_code == 404
    assert client.get("/account/").status_code == 302
    assert "demonstration" not in client.get("/sign-in/").content.decode()


def test_the_demonstration_signs_in_each_role_with_one_click(settings, make_account):
    settings.DEMO = True
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.AUDITOR):
        make_account(f"{role}", role)
    closed = make_account("closed", Role.ANALYST).user
    close_account(by=system("test"), user_id=closed.id)
    for role in (Role.CALL_HANDLER, Role.OFFICER, Role.AUDITOR):
        client = Client()
        page = client.get("/sign-in/demonstration/").content.decode()
        assert page.count('name="role"') == 3
        assert client.post("/sign-in/demonstration/", {"role": role}).status_code == 302
        assert role.value in client.get("/account/").content.decode()
    assert Client().post("/sign-in/demonstration/", {"role": Role.ANALYST}).status_code == 404
    assert Client().post("/sign-in/demonstration/", {"role": "system"}).status_code == 404
