"""What tests of safeguarding need: a pair with its case, what was done about him, and a contact with her."""

from collections.abc import Callable

import pytest

from throughline.casework.conftest import NOW
from throughline.casework.risk.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    assessed,
    case,
    colleague,
    does,
    graded,
    incident,
    pair,
    seen_whole,
)
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.fitting import offer, take_step
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.scene.commands.acting import act_on
from throughline.foundations.access.rules import Role


@pytest.fixture
def arrested(does, incident, pair) -> Callable:  # noqa: F811
    """``arrested(at=…)``: he was arrested at an incident of the two."""

    def done(*, at=NOW, now=NOW):
        told = {"action": "arrest", "offence": "violence-with-injury"}
        does(Role.OFFICER, act_on, now=now, incident_id=incident(*pair), record_id=pair[1], at=at, **told)

    return done


@pytest.fixture
def contacted(does, case) -> Callable:  # noqa: F811
    """``contacted(told=["told-arrest"])``: she was reached in the case and told of it."""

    def done(*, way="telephone", result="reached-free", now=NOW, who=Role.OFFICER, **told):
        return does(who, record_contact, now=now, case_id=case, way=way, result=result, **told)

    return done


#: What completes a plan, as she might say it.
PLANNED = {
    "wants": "To sleep at home and to know when he is let out",
    "leaving": ["ways-out", "where-to"],
    "children": "no",
    "phone": ["location"],
    "neighbours": "not-yet",
    "when-it-changes": "Ring my sister",
}


@pytest.fixture
def planned(does, case) -> Callable:  # noqa: F811
    """``planned(agreed="agreed")``: a plan of hers was made with her."""

    def done(*, who=Role.OFFICER, now=NOW, answers=None, **told):
        given = {"took_part": ["victim", "officer"], "agreed": "agreed", **told}
        return does(
            who, write_plan, now=now, case_id=case, answers=answers or PLANNED, complete=True, **given
        )

    return done


@pytest.fixture
def measure(does, case) -> Callable:  # noqa: F811
    """``measure("locks", ordered=True)``: she was offered a measure."""

    def made(kind, *, ordered=False, now=NOW):
        offered = does(Role.HUB, offer, now=now, case_id=case, kind=kind)
        if ordered:
            does(Role.HUB, take_step, now=now, measure_id=offered.id, step="order", supplier="police")
        return offered

    return made
