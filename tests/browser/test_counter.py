"""Counter-allegations, groups with their plan and drawn files, in a real browser: by keyboard, readable at both widths."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader, record_named

from throughline.casework.cases.commands import cases, counter, crimes, files, groups, incidents
from throughline.casework.cases.models import Case, CounterAllegation, DrawnFile
from throughline.casework.people.commands.recording import NewName, add_record
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@dataclass(frozen=True)
class World:
    """What the pages are about."""

    allegation: UUID
    first: UUID
    second: UUID
    decision: UUID
    group: UUID
    line: UUID
    several: UUID
    incident: UUID
    draw: UUID
    file: UUID


@pytest.fixture
def world(people: None, accounts: dict[Role, User]) -> World:
    """Two who name each other, one victim with three relatives against her, and a file that was drawn."""
    by = {role: user.actor for role, user in accounts.items()}
    now = timezone.now()

    def does(role: Role, command: Any, **told: Any) -> Any:
        with transaction.atomic():
            set_actor(by[role])
            return command(by=by[role], now=told.pop("now", now), **told)

    def incident(*parts: tuple[UUID, str], days_ago: int = 0) -> UUID:
        at = now - timedelta(days=days_ago)
        made = does(Role.CALL_HANDLER, incidents.open_incident, now=at, recorded_as="domestic-abuse").id
        for record_id, part in parts:
            does(
                Role.CALL_HANDLER,
                incidents.involve,
                now=at,
                incident_id=made,
                record_id=record_id,
                part=part,
                confirmed=True,
            )
        return made

    def person(**name: str) -> UUID:
        return does(Role.CALL_HANDLER, add_record, name=NewName(**name)).id

    her, him = record_named("Joanne", "Whitmore"), record_named("Craig", "Whitmore")
    old = incident((her, "victim"), (him, "suspect"), days_ago=3)
    incident((her, "victim"), (him, "suspect"), (him, "victim"), (her, "suspect"))
    another = person(forename="Zofia", surname="Quillfeather")
    relatives = [person(forename=name, surname="Ravensmoor") for name in ("Otto", "Emil")]
    relatives.append(person(full=LONG))
    several = incident((another, "victim"), *((one, "suspect") for one in relatives))
    does(Role.REGISTRAR, crimes.record_crime, incident_id=old, offence="theft", reason="crime-complained")
    today = london_day(now)
    drawn = does(
        Role.SUPERVISOR,
        files.draw_files,
        first=today - timedelta(days=30),
        last=today - timedelta(days=1),
        each=10,
    )
    with transaction.atomic(), acting(system("test")):
        allegation = CounterAllegation.objects.get()
        of_several = list(Case.objects.filter(incident_links__incident=several, closed_at=None))
        file = DrawnFile.objects.get()
    decided = does(
        Role.SERGEANT,
        counter.decide_primary,
        allegation_id=allegation.id,
        choice="unresolved",
        reason="primary-too-little",
        words=f"Both have marks. {LONG}",
    )
    group = does(
        Role.OFFICER,
        cases.group_cases,
        case_ids=[one.id for one in of_several[:2]],
        reason="group-honour-based",
    )
    told = {"whose": by[Role.OFFICER].id, "due_on": today}
    line = does(Role.SERGEANT, groups.add_line, group_id=group.id, what=f"Speak to the school {LONG}", **told)
    line = does(
        Role.SERGEANT, groups.change_line, line_id=line.id, what="Speak to the head of the school", **told
    )
    return World(
        allegation.id,
        allegation.first_id,
        allegation.second_id,
        decided.id,
        group.id,
        line.id,
        of_several[0].id,
        several,
        drawn.id,
        file.id,
    )


def pages_of(role: Role, world: World) -> list[str]:
    match role:
        case Role.SERGEANT:
            return [
                f"/cases/{world.first}/",
                f"/cases/{world.second}/owner/",
                f"/cases/allegations/{world.allegation}/",
                f"/cases/allegations/{world.allegation}/prompts/",
                f"/cases/allegations/{world.allegation}/decide/",
                f"/cases/{world.several}/",
                f"/cases/{world.several}/each-other/",
                f"/cases/{world.several}/together/",
                f"/cases/incidents/{world.incident}/together/",
                f"/cases/groups/{world.group}/",
                f"/cases/groups/{world.group}/plan/",
                f"/cases/plan/{world.line}/",
                f"/cases/plan/{world.line}/change/",
            ]
        case _:
            return [
                f"/cases/allegations/decided/{world.decision}/",
                "/cases/files/",
                f"/cases/files/{world.draw}/",
                f"/cases/files/of/{world.file}/",
            ]


@pytest.mark.parametrize("role", [Role.SERGEANT, Role.INSPECTOR])
def test_every_page_is_accessible_at_both_widths(role: Role, readers: Readers, world: World) -> None:
    reader = readers(role)
    problems: dict[str, Any] = {}
    for address in pages_of(role, world):
        reader.page.set_viewport_size(WIDE)
        reader.go(address)
        assert reader.path == address
        for size in (WIDE, NARROW):
            reader.page.set_viewport_size(size)
            if wrong := reader.violations():
                problems[f"{address} at {size['width']}"] = wrong
            if reader.overflow() > 0:
                problems[f"{address} at {size['width']}, wider by"] = reader.overflow()
    assert problems == {}


def test_it_is_decided_by_keyboard_and_the_page_says_so(readers: Readers, world: World) -> None:
    reader = readers(Role.SERGEANT)
    reader.go(f"/cases/allegations/{world.allegation}/")
    assert "Unresolved: both safeguarded" in reader.text()
    reader.tab_to("Decide again")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_load_state()
    # what is missing is said, and nothing that was typed is lost
    reader.page.locator("textarea").fill("He decides who she may ring")
    reader.press("Decide")
    assert "There is a problem" in reader.text()
    assert reader.violations() == []
    assert reader.page.locator("textarea").input_value() == "He decides who she may ring"
    reader.page.locator("input[name=choice]").first.focus()
    reader.page.keyboard.press("Space")
    reader.page.locator("input[value=primary-control]").focus()
    reader.page.keyboard.press("Space")
    reader.press("Decide")
    words = reader.text()
    assert "He decides who she may ring" in words
    assert "No longer stands" in words
    assert "Counter-case" in words


def test_a_plan_is_kept_without_javascript(readers: Readers, world: World) -> None:
    reader = readers(Role.SERGEANT, script=False, width=NARROW)
    reader.go(f"/cases/groups/{world.group}/")
    assert "Never use an interpreter from the family or the community" in reader.text()
    reader.page.get_by_role("link", name="Done").first.click()
    reader.page.locator("input[value=done]").check()
    reader.press("Save")
    assert "Done or let go" in reader.text()
