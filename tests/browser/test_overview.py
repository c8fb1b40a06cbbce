"""A turn's work and a whole case in a real browser: empty, busy, and with words as long as words can be."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import facts, incidents
from throughline.casework.cases.models import Case
from throughline.casework.contact.commands import turns
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.risk.commands import assessing, checking, grading
from throughline.casework.risk.rules.assessing import with_always
from throughline.casework.scene.commands import acting, attending, children
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.duties.models import Duty
from throughline.synthetic.past.attending import plain_answers

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=told.pop("now", timezone.now()), **told)


def seen_by(actor: Actor, query: Callable[[], Any]) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return query()


@pytest.fixture
def night(accounts: dict[Role, User]) -> dict[str, UUID]:
    """A sergeant's bad night: pairs to check, one of long names, an arrest, none, a child unseen, work returned."""
    handler, officer, sergeant = (
        accounts[role].actor for role in (Role.CALL_HANDLER, Role.OFFICER, Role.SERGEANT)
    )
    before = timezone.now() - timedelta(hours=3)
    made: dict[str, UUID] = {}
    people = (("Joanne", LONG, "arrest"), ("Amina", "Ferncliffe", "none"), ("Maud", "Thistlewick", "none"))
    for number, (forename, surname, action) in enumerate(people):
        her = as_(handler, add_record, name=NewName(forename=forename, surname=surname))
        him = as_(handler, add_record, name=NewName(forename="Craig", surname=f"Whitmore{number}"))
        ben = as_(
            handler,
            add_record,
            name=NewName(forename="Ben", surname=surname),
            particulars=Particulars(born_from=2019, born_to=2020),
        )
        opened = as_(handler, incidents.open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
        for one, part in ((her, "victim"), (him, "suspect"), (ben, "child")):
            told = {"incident_id": opened.id, "record_id": one.id, "part": part, "confirmed": True}
            as_(handler, incidents.involve, **told)
        as_(officer, attending.begin, incident_id=opened.id)
        why = {"reasons": ["victim-unwilling"], "power": True} if action == "none" else {"reasons": []}
        about = {"incident_id": opened.id, "record_id": him.id, "action": action}
        as_(officer, acting.act_on, words=f"He went quietly. {LONG}", **about, **why)
        case_id = seen_by(officer, lambda her=her: Case.objects.get(victim=her.id).id)
        begun = as_(officer, assessing.begin, how="telephone", case_id=case_id, now=before)
        answers = seen_by(
            officer, lambda begun=begun: plain_answers(with_always(*assessing.questions_of(begun)))
        )
        if number < 2:
            answers |= {"strangulation": "yes", "strangulation-words": f"his hands round my neck {LONG}"}
        answers |= {"fear": "yes", "own-view": "not-safe", "own-view-words": f"he will kill me {LONG}"}
        as_(officer, assessing.answer, assessment_id=begun.id, answers=answers, now=before)
        as_(officer, assessing.complete, assessment_id=begun.id)
        because = {"reason": "grade-first-assessment", "words": f"She was calm. {LONG}"}
        as_(officer, grading.give, case_id=case_id, grade="standard" if number < 2 else "medium", **because)
        made[f"case-{number}"] = case_id
        made[f"incident-{number}"] = opened.id
        made[f"child-{number}"] = ben.id
        made[f"him-{number}"] = him.id
    as_(officer, facts.set_fact, kind="warrant", record_id=made["him-1"], valid_from=before, words=LONG)
    decided = {"choice": "nothing-needed", "reason": "already-open", "words": "They slept"}
    as_(
        officer,
        children.decide_children,
        incident_id=made["incident-2"],
        children=[made["child-2"]],
        **decided,
    )
    # returned to its maker, who then goes off duty
    as_(officer, turns.start_turn, ends_at=timezone.now() + timedelta(hours=1))
    told = {"reason": "return-see-her", "feedback": f"See her. {LONG}"}
    as_(sergeant, checking.give_back, case_id=made["case-1"], **told)
    as_(officer, turns.end_turn)
    made["returned"] = seen_by(officer, lambda: Duty.objects.get(kind="risk-returned").id)
    early = User.objects.create(
        username="early", name="Early Sergeant", role=Role.SERGEANT, team=accounts[Role.SERGEANT].team,
        made_at=before,
    )  # fmt: skip
    as_(early.actor, turns.offer, words=LONG)
    as_(sergeant, turns.start_turn, ends_at=timezone.now() + timedelta(hours=6))
    return made


def readable(reader: Reader, address: str, name: str) -> None:
    """Nobody is shut out of a page, and it is no wider than its window; kept as a picture where asked."""
    reader.go(address)
    assert reader.violations() == [], name
    assert reader.overflow() == 0, name
    assert "<span" not in reader.text(), name
    if folder := os.environ.get("THROUGHLINE_LOOK"):
        width = reader.page.viewport_size["width"]  # type: ignore[index]
        reader.page.screenshot(path=Path(folder) / f"overview-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_an_empty_turn_is_readable_by_everybody(readers: Readers, width: dict[str, int]) -> None:
    reader = readers(Role.SERGEANT, width=width)
    for address, name in (("/", "home"), ("/turn/", "empty"), ("/turn/why-this-order/", "why")):
        readable(reader, address, name)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_bad_night_and_its_cases_are_readable_by_everybody(
    night: dict[str, UUID], readers: Readers, width: dict[str, int]
) -> None:
    sergeant = readers(Role.SERGEANT, width=width)
    readable(sergeant, "/turn/", "turn")
    readable(sergeant, f"/duties/{night['returned']}/give-on/", "give-on")
    readable(readers(Role.INSPECTOR, width=width), "/turn/", "inspector")
    officer = readers(Role.OFFICER, width=width)
    readable(officer, f"/case/{night['case-0']}/", "case-long")
    readable(officer, f"/case/{night['case-1']}/", "case")


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_a_sergeant_reads_the_first_checks_it_and_comes_back(
    night: dict[str, UUID], readers: Readers, script: bool
) -> None:
    reader = readers(Role.SERGEANT, script=script)
    reader.go("/")
    reader.page.get_by_role("button", name="Your turn’s work").click()
    assert reader.path == "/turn/"
    first = reader.page.locator(".throughline-work__one").first
    first.get_by_role("link", name="Read").first.click()
    # nobody arrested him; of the first pair he was arrested, and the second has gone back to its maker
    assert reader.path == f"/case/{night['case-2']}/"
    assert "At large" in reader.text()
    reader.page.go_back()
    reader.page.get_by_role("link", name="Check: agree").first.click()
    assert "/check/" in reader.path
