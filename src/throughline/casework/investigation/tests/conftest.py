"""What tests of investigations need: a pair with its case, a grade, a crime, and whoever investigates."""

from collections.abc import Callable

import pytest

from throughline.casework.cases.commands import holding
from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.investigation.commands import allocating
from throughline.casework.investigation.tasks import ask_who_investigates
from throughline.casework.risk.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    case,
    colleague,
    does,
    incident,
    pair,
    seen_whole,
)
from throughline.foundations.access.rules import Role
from throughline.foundations.duties.models import Duty


def duties(*kinds):
    """What is open of some kinds, in the order of kind and time."""
    with seen_whole():
        return list(
            Duty.objects.filter(kind__in=kinds, discharged_at=None).order_by("kind", "opened_at", "id")
        )


def worker(now=NOW):
    """The worker's turn."""
    return ask_who_investigates(now=now)


@pytest.fixture
def crime(does, case) -> Callable:  # noqa: F811
    """``crime()``: the registrar records one of the case."""

    def made(*, of=None, now=NOW):
        with seen_whole():
            incident_id = Case.objects.get(id=of or case).incident_links.latest("made_at").incident_id
        told = {"offence": "violence-with-injury", "reason": "crime-seen"}
        return does(Role.REGISTRAR, record_crime, now=now, incident_id=incident_id, **told)

    return made


@pytest.fixture
def grade(does, case) -> Callable:  # noqa: F811
    """``grade("high")``: an officer grades the case, and the worker has its turn."""

    def given(code, *, of=None, now=NOW):
        told = {"case_id": of or case, "grade": code, "reason": "grade-told-more", "words": "She said so"}
        does(Role.OFFICER, holding.set_grade, now=now, **told)
        worker(now)

    return given


@pytest.fixture
def asked(grade, crime) -> None:
    """A crime was recorded in a case that is graded high, and an investigator is asked."""
    crime()
    grade("high")


@pytest.fixture
def accepted(does, asked, case) -> None:  # noqa: F811
    """The investigator has accepted it."""
    does(Role.INVESTIGATOR, allocating.accept, case_id=case)
