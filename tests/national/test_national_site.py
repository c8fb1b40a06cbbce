"""The national site as a whole: no table about a person, every address under its rule, asked for as everybody."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.routes import Open, routes, rule_of
from throughline.foundations.access.rules import (
    AT_THE_NATIONAL_SITE,
    RULES,
    Action,
    Role,
    decide,
    system,
)
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.commands import AccountError, create_account
from throughline.foundations.audit.models import Event
from throughline.national.collection.commands import receiving
from throughline.national.collection.models import Force, Question, Receipt, ReceivedFile, Round
from throughline.national.collection.queries.returns import subject_of
from throughline.national.conftest import NOW, World, files, make_world

#: All tables of ours here. A new one is added by hand, after asking whether a person could stand in it.
OURS = {
    "access_grant", "accounts_agency", "accounts_team", "accounts_user", "audit_event", "audit_seal", "drafts_draft",
    "drafts_latestpost", "drafts_submission", "collection_force", "collection_seat", "collection_round", "collection_release",
    "collection_receipt", "collection_receivedfile", "collection_version", "collection_question", "collection_said",
    "collection_signature", "collection_taking", "collection_taken",
}  # fmt: skip
LIBRARIES = ("django_", "auth_", "account_", "mfa_", "socialaccount_")
#: In a case or about a person: what no column here may be called.
PERSONAL = re.compile(
    r"record|person|victim|suspect|case_id|address|phone|born|birth|surname|subject_id|household"
)
FOLDERS = {
    "editions": "no-such-edition",
    "slug": "no-such-edition",
    "id": "t",
    "path": "index.json",
    "kind": "csv",
}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def editions(settings: Any, tmp_path: Any) -> Any:
    settings.EDITIONS = tmp_path
    return tmp_path


def test_no_table_is_about_a_person(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        there = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and table_name like 'collection%'"
        )
        columns = cursor.fetchall()
    assert {name for name in there if not name.startswith(LIBRARIES)} == OURS | {"accounts_attempt"}
    assert len(columns) > 80
    assert [one for one in columns if PERSONAL.search(one[1])] == []


def test_no_app_of_casework_is_installed() -> None:
    named = [config.name for config in apps.get_app_configs() if config.name.startswith("throughline.")]
    assert "throughline.national.collection" in named
    assert not [name for name in named if "casework" in name or name.endswith((".duties", ".chronology"))]


def test_nobody_has_an_account_here_who_meets_people(db: None) -> None:
    by = system("command-line")
    set_actor(by)
    for role in Role:
        asked = {
            "by": by,
            "now": NOW,
            "username": f"a-{role}",
            "name": "A",
            "role": role,
            "team": "T",
            "agency": "A",
        }
        if role in AT_THE_NATIONAL_SITE:
            create_account(**asked)
        else:
            with pytest.raises(AccountError, match="role"):
                create_account(**asked)


def test_every_address_has_a_rule_that_somebody_here_has() -> None:
    found = list(routes(get_resolver()))
    here = {rule.action for rule in RULES if rule.roles & AT_THE_NATIONAL_SITE}
    assert len(found) > 35
    for route, _, view in found:
        rule = rule_of(view)
        assert isinstance(rule, Open) or rule in here, route


def test_the_cookies_are_not_those_of_a_force_on_the_same_machine() -> None:
    assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}.isdisjoint({"sessionid", "csrftoken"})


def _filled(
    world: World, own: dict[str, UUID], nobody: dict[str, UUID]
) -> Iterator[tuple[str, str, Any, str]]:
    """Every address: of the force's own return, and of one that is not there."""
    accounts = {"user_id": world.accounts["contact"].id}
    for route, name, view in routes(get_resolver()):
        wants = re.findall(r"<\w+:(\w+)>", route)
        if not wants and "(?P<" in route:
            continue
        for about, known in (("own", own | accounts), ("nobody", nobody | {"user_id": uuid4()})):
            values = {key: known.get(key) or {**FOLDERS, "provider_id": "x"}[key] for key in wants}
            yield route, reverse(name, kwargs=values), rule_of(view), about if wants else ""


@pytest.mark.parametrize("who", ["contact", "other contact", "office", "statistician", "administrator", None])
def test_every_address_answers_as_the_rules_say(
    who: str | None, world: World, editions: Any, enter: Callable[..., Client]
) -> None:
    received = receiving.receive(
        by=world.as_("contact"),
        now=NOW,
        round_id=world.round.id,
        force_id=world.force.id,
        files=files({"victims-repeat": 5_500}),
    )
    bad = receiving.receive(
        by=world.as_("contact"),
        now=NOW,
        round_id=world.round.id,
        force_id=world.force.id,
        files=files({"calls": "x"}),
        why="x",
    )
    own = {
        "round_id": world.round.id,
        "force_id": world.force.id,
        "receipt_id": bad.receipt.id,
        "file_id": ReceivedFile.objects.get(receipt=received.receipt).id,
        "question_id": Question.objects.get().id,
    }
    nobody = {key: uuid4() for key in own}
    if who:
        TOTP.activate(world.accounts[who], generate_totp_secret())
        RecoveryCodes.activate(world.accounts[who])
    client = enter(Client(), world.accounts[who]) if who else Client()
    actor = world.actor(who) if who else None
    tried = 0
    for route, address, rule, about in _filled(world, own, nobody):
        if route.startswith("sign-out"):
            continue
        open_to_writing()
        response = client.get(address)
        what = (who, route, about, response.status_code)
        tried += 1
        if isinstance(rule, Open):
            assert response.status_code in (200, 302, 404, 405), what
            continue
        if actor is None:
            assert response.status_code == (204 if rule is Action.KEEP_DRAFT else 302), what
            assert response.status_code == 204 or response["Location"].startswith("/sign-in/"), what
            continue
        if not any(one.action == rule and actor.role in one.roles for one in RULES):
            assert response.status_code == 403, what
            continue
        set_actor(actor)
        of_a_force = {"force_id", "receipt_id", "file_id", "question_id"} & {
            *re.findall(r"<\w+:(\w+)>", route)
        }
        if about == "nobody":
            assert response.status_code in (404, 405), what
        elif of_a_force and not decide(actor, rule, subject_of(actor, world.force.id)).allowed:
            # another force's looks like one that is not there
            assert response.status_code == 404, what
        elif of_a_force and actor.role is Role.COMMISSIONER and {"receipt_id", "file_id"} & of_a_force:
            assert response.status_code == 404, what
        else:
            assert response.status_code in (200, 302, 405), what
    assert tried > 45
    set_actor(system("a test"))
    # asking changed nothing: what was written was written before
    written = Event.objects.filter(kind=Event.Kind.WRITE).exclude(actor=system("setting up").id)
    assert written.count() == 2
    assert (Receipt.objects.count(), Round.objects.count(), Force.objects.count()) == (2, 1, 2)
