"""Two invented forces and a statistician, in the middle of a round: what the tests of the national rooms begin with."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.models import Team, User
from throughline.national.collection.commands.rounds import CONTACTS, OFFICE, enrol, open_round
from throughline.national.collection.models import Force, Round
from throughline.statistics.returns import items

NOW = datetime(2026, 11, 10, 10, tzinfo=UTC)
YEAR_END = date(2026, 3, 31)
SETTER_UP = system("setting up")
#: A return that raises no question by itself.
CLEAN = {
    "calls": 90_000, "calls-da": 9_000, "calls-repeat": 3_000, "crimes": 60_000, "crimes-da": 6_000,
    "victims": 5_000, "victims-repeat": 1_500, "victims-female": 3_800, "victims-male": 1_100, "victims-sex-unknown": 100,
    "charged": 1_200, "cautioned": 300, "evidential-supports": 900, "evidential-does-not": 2_400, "otherwise": 700, "not-assigned": 500,
    "crimes-arrested": 2_600,
}  # fmt: skip


def figures_csv(given: Mapping[str, int | str | None] | None = None) -> bytes:
    """The file of figures as a force fills it: a number, or a code why there is none."""
    told = {item.code: CLEAN.get(item.code, "system") for item in items(YEAR_END)} | dict(given or {})
    lines = ["item,value,unable"]
    for code, one in told.items():
        lines.append(f"{code},{one}," if isinstance(one, int) else f"{code},,{one or ''}")
    return "\n".join(lines).encode()


def files(given: Mapping[str, int | str | None] | None = None) -> list[tuple[str, bytes]]:
    return [("figures.csv", figures_csv(given))]


@dataclass
class World:
    """Who there is."""

    round: Round
    force: Force
    other: Force
    accounts: dict[str, User]

    def actor(self, name: str) -> Actor:
        return self.accounts[name].actor

    def as_(self, name: str) -> Actor:
        """Act as somebody from here on, and say who that is."""
        actor = self.actor(name)
        set_actor(actor)
        return actor


def make_world() -> World:
    """The world, made in the running transaction by the commands that make it."""
    set_actor(SETTER_UP)
    forces = [
        enrol(by=SETTER_UP, code=f"X0{number}", name=name, residents=900_000)
        for number, name in enumerate(("Fellmoor Police", "Lyndshire Police"), start=1)
    ]
    made = open_round(
        by=SETTER_UP,
        now=NOW,
        code="2026",
        title="Year to March 2026",
        year_end=YEAR_END,
        opens=date(2026, 11, 1),
        due=date(2026, 11, 30),
    )
    accounts = {}
    for name, role, team, agency in (
        ("contact", Role.FORCE_CONTACT, CONTACTS, forces[0].name),
        ("office", Role.COMMISSIONER, OFFICE, forces[0].name),
        ("other contact", Role.FORCE_CONTACT, CONTACTS, forces[1].name),
        ("statistician", Role.STATISTICIAN, "Statistics", "The national site"),
        ("administrator", Role.ADMINISTRATOR, "Accounts", "The national site"),
    ):
        accounts[name] = User.objects.create(
            username=name.replace(" ", "-"),
            name=f"{name.capitalize()} One",
            role=role,
            team=_team(agency, team),
            made_at=timezone.now(),
        )
    return World(made, forces[0], forces[1], accounts)


def _team(agency: str, name: str) -> Team:
    from throughline.foundations.accounts.models import Agency

    of, _ = Agency.objects.get_or_create(name=agency)
    return Team.objects.get_or_create(agency=of, name=name)[0]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def signed_in(world: World, enter: Callable[..., Client]) -> Callable[[str], Client]:
    return lambda name: enter(Client(), world.accounts[name])


@pytest.fixture
def editions(settings: Any, tmp_path: Any) -> Iterator[Any]:
    """An empty folder of editions."""
    settings.EDITIONS = tmp_path / "editions"
    settings.EDITIONS.mkdir()
    return settings.EDITIONS


LATER = NOW + timedelta(days=25)
