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
