"""What tests of neighbourhood teams need: a pair with its case, tasks, what she said, and markers."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from throughline.casework.conftest import NOW
from throughline.casework.neighbourhood.commands import disrupting
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.casework.people.models import Address, SafeContact
from throughline.casework.risk.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    case,
    colleague,
    does,
    incident,
    pair,
    seen_whole,
)
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library

ORDER = {
    "kind": "bail-check",
    "reason": "disrupt-binds",
    "words": "Every evening after eight, the flat in Alma Road",
}


def duties(*kinds):
    """What is open of some kinds, in the order of kind and time."""
    with seen_whole():
        return list(
            Duty.objects.filter(kind__in=kinds, discharged_at=None).order_by("kind", "opened_at", "id")
        )


@pytest.fixture
def task(does, case) -> Callable:  # noqa: F811
    """``task()``: an officer orders a check of bail."""

    def made(*, now=NOW, **told):
        return does(Role.OFFICER, disrupting.order, now=now, case_id=case, **{**ORDER, **told})

    return made


@pytest.fixture
def says(does, pair) -> Callable:  # noqa: F811
    """``says(means=["visit"])``: what she says about reaching her."""

    def made(**answers):
        told = {one.replace("_", "-"): said for one, said in answers.items()}
        with seen_whole():
            before = SafeContact.objects.filter(record=pair[0], voided_at=None).first()
        return does(
            Role.OFFICER,
            give_safe_contact,
            record_id=pair[0],
            instrument=library().as_of("safe-contact", london_day(NOW)),
            answers=told,
            complete=False,
            after=before.answers_id if before else None,
        )

    return made


@pytest.fixture
def marker(does, pair) -> Callable:  # noqa: F811
    """``marker(days=5)``: a marker on her address that lapses in so many days, or lapsed so long ago."""

    def made(days, code="respond-urgently"):
        with seen_whole():
            address = Address.objects.get(record=pair[0])
        until = london_day(NOW) + timedelta(days=days)
        told = {"record_id": pair[0], "code": code, "address_id": address.id, "until": until}
        return does(Role.OFFICER, set_marker, **told)

    return made
