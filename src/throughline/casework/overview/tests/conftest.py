"""What tests of the pages that compose rooms need: a pair that was assessed, and what was found at the scene."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from throughline.casework.cases.commands.incidents import involve
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
from throughline.casework.scene.commands.acting import act_on
from throughline.casework.scene.commands.attending import begin
from throughline.casework.scene.commands.children import find_child
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event


@pytest.fixture
def party() -> Callable:
    """``party(account, record)``: the account is party to a matter of the record, and shut out of it."""

    def made(account, record_id: UUID) -> None:
        with seen_whole():
            record(system("test"), Event.Kind.WRITE, "test")
            told = {"subject": record_id, "kind": Grant.Kind.EXCLUDE, "grantee": account.id}
            grant(by=system("test"), now=NOW, reason="party", **told)

    return made


@pytest.fixture
def visited(does, add) -> Callable:  # noqa: F811
    """``visited(incident, him)``: an officer was there, arrested nobody and saw one of two children; their ids."""

    def done(incident_id: UUID, him: UUID, *, action="none", **why) -> tuple[UUID, UUID]:
        visit = does(Role.OFFICER, begin, incident_id=incident_id)
        children = add("Ada", "Quillfeather"), add("Ben", "Quillfeather")
        for child in children:
            part = {"record_id": child, "part": "child", "confirmed": True}
            does(Role.OFFICER, involve, incident_id=incident_id, **part)
        does(Role.OFFICER, find_child, attendance_id=visit.id, record_id=children[0], seen=True)
        told = {"power": True, "reasons": ["not-necessary"], "words": "He left", **why}
        if action == "arrest":
            told = {"offence": "violence-with-injury", **why}
        about = {"incident_id": incident_id, "record_id": him, "action": action}
        does(Role.OFFICER, act_on, **about, at=NOW - timedelta(minutes=5), **told)
        return children

    return done
