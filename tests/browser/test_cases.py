"""Cases in a real browser: from an order to the closing, by keyboard alone and without JavaScript."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.cases.models import Case, Crime, GroupMember, Incident, StandingFact
from throughline.casework.people.commands.recording import NewName, Particulars, add_record
from throughline.casework.people.commands.safety import restrict
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.models import Duty
from throughline.reference import load

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


def today() -> date:
    return london_day(timezone.now())


def label(name: str, code: str) -> str:
    return load(name).label(code, on=today())


@pytest.fixture
def seen() -> Callable[..., object]:
    """``seen(question)``: what stands, whoever may see it."""

    def answered(question: Callable[[], object]) -> object:
        with transaction.atomic(), acting(system("test")):
            return question()

    return answered


class Two:
    """A woman, two men who are each in a case of hers, and what is needed to open the pages about them."""

    def __init__(self, handler: User, supervisor: User) -> None:
        by, now = handler.actor, timezone.now()
        with transaction.atomic():
            set_actor(by)
            people = [
                add_record(
                    by=by,
                    now=now,
                    name=NewName(forename=forename, surname=surname),
                    particulars=Particulars(sex=sex),
                ).id
                for forename, surname, sex in (
                    ("Zofia", "Quillfeather", "2"),
                    ("Bertram", "Ashgrove", "1"),
                    ("Otto", LONG, "1"),
                )
            ]
            self.her, self.him, self.other = people
            self.incident = self._incident(by, self.him, days=20)
            self._incident(by, self.other, days=3)
            self.case = Case.objects.get(suspect=self.him).id
            self.second = Case.objects.get(suspect=self.other).id
        with transaction.atomic():
            set_actor(supervisor.actor)
            self.fact = set_fact(
                by=supervisor.actor,
                now=now,
                kind="police-bail",
                record_id=self.other,
                protects_id=self.her,
                words=LONG,
                valid_from=now - timedelta(days=2),
            ).id

    def _incident(self, by: object, suspect: UUID, *, days: int) -> UUID:
        at = timezone.now() - timedelta(days=days)
        made = open_incident(by=by, now=at, recorded_as="domestic-abuse", place=f"14 Alma Road {LONG}")
        for record_id, part in ((self.her, "victim"), (suspect, "suspect")):
            involve(by=by, now=at, incident_id=made.id, record_id=record_id, part=part, confirmed=True)
        return made.id


@pytest.fixture
def two(accounts: dict[Role, User]) -> Two:
    return Two(accounts[Role.CALL_HANDLER], accounts[Role.SUPERVISOR])


def case(name: str, row: UUID) -> str:
    return reverse(f"cases:{name}", args=[row])


def choose(reader: Reader, words: str, *, most: int = 80) -> None:
    """Tick what is labelled ``words``: by Tab to its question, by the arrows within radio buttons."""
    for _ in range(most):
        text, kind, group = reader.page.evaluate(
            "() => { const e = document.activeElement; const l = x => x.labels && x.labels[0]"
            " ? x.labels[0].textContent.trim() : '';"
            " const all = e.type === 'radio' ? [...e.form.elements].filter(x => x.name === e.name).map(l) : [];"
            " return [l(e), e.type || '', all] }"
        )
        if words == text:
            reader.page.keyboard.press("Space")
            return
        inside = kind == "radio" and words in group
        reader.page.keyboard.press("ArrowDown" if inside else "Tab")
    raise AssertionError(f"the keyboard does not reach {words!r}")


def enter(reader: Reader, words: str) -> None:
    """Tab to a link or button, and press Enter."""
    reader.tab_to(words, most=120)
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")


def type_into(reader: Reader, words: str, text: str) -> None:
    reader.tab_to(words, most=120)
    reader.page.keyboard.type(text)


@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_readable_by_everybody(two: Two, readers: Readers, width: dict[str, int]) -> None:
    pages = {
        Role.SUPERVISOR: [
            *(case(name, two.case) for name in ("case", "owner", "close", "group", "join")),
            case("case", two.second),
            reverse("risk:grade", args=[two.case]),
            case("close-incident", two.incident),
        ],
        Role.OFFICER: [
            case("of", two.her),
            case("of", two.other),
            case("enter-fact", two.him),
            case("fact", two.fact),
            case("vary-fact", two.fact),
            case("end-fact", two.fact),
            reverse("cases:facts"),
        ],
        Role.REGISTRAR: [reverse("cases:waiting"), case("judge", two.incident)],
    }
    for role, addresses in pages.items():
        reader = readers(role, width=width)
        for address in addresses:
            reader.go(address)
            assert reader.violations() == [], address
            assert reader.overflow() == 0, address
            assert reader.page.locator("h1").count() == 1, address


def test_a_case_is_worked_and_closed_by_keyboard_alone(
    two: Two,
    readers: Readers,
    seen: Callable[..., object],
    accounts: dict[Role, User],
    everything_done: Callable[..., None],
) -> None:
    officer = readers(Role.OFFICER)
    officer.go(case("case", two.case))
    enter(officer, "Enter an order, bail or a warrant")
    type_into(officer, "What is it?", label("standing-facts", "non-molestation"))
    choose(officer, "Zofia Quillfeather")
    type_into(officer, "Day", f"{today():%d}")
    type_into(officer, "Month", f"{today():%m}")
    type_into(officer, "Year", f"{today():%Y}")
    enter(officer, "Enter")
    fact = seen(lambda: StandingFact.objects.get(record=two.him))
    assert (fact.kind, fact.protects_id) == ("non-molestation", two.her)

    officer.go(reverse("overview:case", args=[two.case]))
    assert label("standing-facts", "non-molestation") in officer.text()
    enter(officer, "Regrade")
    choose(officer, label("grades", "standard"))
    choose(officer, label("decision-reasons", "grade-first-assessment"))
    type_into(officer, "In your words", "He has her keys")
    enter(officer, "Set grade")
    assert "Now tell her" in officer.text()
    officer.go(reverse("overview:case", args=[two.case]))
    assert "He has her keys" in officer.text()
    enter(officer, "Find one")
    choose(officer, "I do")
    enter(officer, "Save")
    assert f"{accounts[Role.OFFICER].name}, accepted" in officer.text()

    registrar = readers(Role.REGISTRAR)
    registrar.go(case("judge", two.incident))
    choose(registrar, label("decision-reasons", "no-crime-none-described"))
    enter(registrar, "No crime is recorded")
    assert seen(lambda: Decision.objects.get(about=two.incident, kind="crime-recording").choice) == "no-crime"

    supervisor = readers(Role.SUPERVISOR)
    supervisor.go(case("case", two.case))
    enter(supervisor, "Group with others")
    choose(supervisor, next(iter(supervisor.page.get_by_role("checkbox").all())).evaluate(_LABEL))
    choose(supervisor, label("decision-reasons", "group-same-victim"))
    enter(supervisor, "Group")
    assert seen(lambda: GroupMember.objects.filter(case__in=[two.case, two.second]).count()) == 2

    # the other rooms' part, each by its own pages: children, the assessment and its checks
    everything_done(two.incident)
    enter(supervisor, "Close incident")
    choose(supervisor, label("incident-closings", "attended"))
    enter(supervisor, "Close incident")
    assert seen(lambda: Incident.objects.get(id=two.incident).closed_as) == "attended"
    enter(supervisor, "Close this case")
    choose(supervisor, label("case-closings", "danger-past"))
    enter(supervisor, "Close case")
    assert "an order, bail or a warrant stands" in supervisor.text()
    officer.go(case("end-fact", fact.id))
    choose(officer, label("fact-endings", "discharged"))
    enter(officer, "End it")
    supervisor.go(case("close", two.case))
    choose(supervisor, label("case-closings", "danger-past"))
    enter(supervisor, "Close case")
    assert seen(lambda: Case.objects.get(id=two.case).closed_as) == "danger-past"


_LABEL = "e => e.labels[0].textContent.trim()"


def test_a_crime_is_judged_and_a_case_asked_for_and_graded_without_javascript(
    two: Two, readers: Readers, seen: Callable[..., object], accounts: dict[Role, User]
) -> None:
    registrar = readers(Role.REGISTRAR, script=False)
    registrar.go(reverse("cases:waiting"))
    registrar.page.locator(f'a[href="{case("judge", two.incident)}"]').click()
    registrar.page.get_by_label("What offence?").select_option(label=label("offence-groups", "damage-arson"))
    registrar.page.get_by_label(label("decision-reasons", "crime-complained")).check()
    registrar.press("Record this crime")
    assert "Judged. Your name and reason stand with it." in registrar.page.inner_text("body")
    assert seen(lambda: Crime.objects.get(incident=two.incident).offence) == "damage-arson"

    supervisor = readers(Role.SUPERVISOR, script=False)
    supervisor.go(case("owner", two.case))
    supervisor.page.get_by_label(accounts[Role.OFFICER].name).check()
    supervisor.press("Save")
    officer = readers(Role.OFFICER, script=False)
    officer.go(case("case", two.case))
    officer.page.get_by_role("link", name="Accept it").click()
    officer.press("Accept")
    assert f"{accounts[Role.OFFICER].name}, accepted" in officer.text()
    officer.go(reverse("overview:case", args=[two.case]))
    officer.page.get_by_role("link", name="Regrade").click()
    officer.press("Set grade")
    # nothing is lost where something is missing, and what is missing is said
    assert "Select an answer to “Why" in officer.text()
    officer.page.get_by_label(label("grades", "medium")).check()
    officer.page.get_by_label(label("decision-reasons", "grade-first-assessment")).check()
    officer.press("Set grade")
    assert seen(lambda: StandingFact.objects.get(case=two.case, kind="grade").value) == "medium"


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_the_desk_lets_a_registrar_see_what_nobody_could_judge(
    two: Two, readers: Readers, seen: Callable[..., object], accounts: dict[Role, User], script: bool
) -> None:
    desk_actor = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk_actor)
        restrict(by=desk_actor, now=timezone.now(), record_id=two.her, reason="honour-based")
    waits = seen(lambda: Duty.objects.get(kind="crime-recording", about=two.incident).id)
    desk = readers(Role.DESK, script=script)
    desk.go("/")
    if script:
        for size in (WIDE, NARROW):
            desk.page.set_viewport_size(size)
            assert (desk.violations(), desk.overflow()) == ([], 0)
    desk.page.locator(f'a[href="{reverse("overview:sight", args=[waits])}"]').click()
    assert "None of them sees whom it is about" in desk.text()
    if script:
        assert (desk.violations(), desk.overflow()) == ([], 0)
    desk.page.get_by_label(accounts[Role.REGISTRAR].name).check()
    desk.press("Let them see it")
    registrar = readers(Role.REGISTRAR, script=script)
    registrar.go(case("judge", two.incident))
    assert "Zofia Quillfeather" in registrar.text()
