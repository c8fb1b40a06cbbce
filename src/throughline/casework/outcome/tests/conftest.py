"""What tests of outcomes need: a crime of a pair's case, an outcome of it, and who reviews."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.models import CaseIncident
from throughline.casework.conftest import NOW
from throughline.casework.outcome.commands.deciding import give
from throughline.casework.risk.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    case,
    colleague,
    does,
    graded,
    incident,
    pair,
    seen_whole,
)
from throughline.casework.safeguarding.commands.registers import record_training
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty


@pytest.fixture
def crime(does, case) -> Callable:  # noqa: F811
    """``crime()``: a recorded crime of the incident of the case, recorded some minutes ago; its id."""

    def recorded(*, minutes_ago=30, offence="violence-with-injury"):
        with seen_whole():
            of_incident = CaseIncident.objects.get(case=case).incident_id
        told = {"offence": offence, "reason": "crime-complained"}
        at = NOW - timedelta(minutes=minutes_ago)
        return does(Role.REGISTRAR, record_crime, now=at, incident_id=of_incident, **told).id

    return recorded


@pytest.fixture
def gives(does) -> Callable:  # noqa: F811
    """``gives(crime_id, "outcome-15")``: an officer gives it."""

    def given(crime_id, code, *, who=Role.OFFICER, reason="given-evidence-short", now=NOW, **told):
        told = {"words": "No more can be had", **told}
        return does(who, give, now=now, crime_id=crime_id, code=code, reason=reason, **told)

    return given


@pytest.fixture
def reviewer(does, accounts):  # noqa: F811
    """The sergeant is written down as an evidential reviewer."""
    account = accounts[Role.SERGEANT]
    told = {"account": account.id, "kind": "evidential-reviewer"}
    does(Role.INSPECTOR, record_training, valid_from=london_day(NOW) - timedelta(days=1), **told)
    return account


@pytest.fixture
def owned(does, case, accounts):  # noqa: F811
    """The officer owns the case."""
    owner = accounts[Role.OFFICER]
    does(owner.actor, set_owner, case_id=case, owner=owner.id)
    return owner


def open_duties(case_id) -> dict[str, Duty]:
    """The open duties about a case, by kind."""
    with seen_whole():
        return {one.kind: one for one in Duty.objects.filter(about=case_id, discharged_at=None)}
