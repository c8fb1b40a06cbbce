"""Who is it, and is it one person or two: the pages of recognition at two widths, empty, in error and with names of any length."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from reader import NARROW, WIDE, Reader

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case
from throughline.casework.partnership.commands import conferring
from throughline.casework.people.commands.pairs import propose
from throughline.casework.people.commands.recording import (
    NewAddress,
    NewName,
    Particulars,
    add_name,
    add_record,
)
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Pair
from throughline.casework.people.tests.test_pairs import READ, counted
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.models import User

type Readers = Callable[..., Reader]
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5
#: What one woman has been called: longer than any line, and written from either side.
ALIASES = (
    LONG,
    "فاطمة الزهراء بنت محمد",
    "李秀英",
    "Małgorzata Wiśniewska-Brzęczyszczykiewicz",
    "सीता देवी",
    "Ελένη Παπαδοπούλου",
    "Olúwaṣeun Adébáyọ̀",
    "María del Carmen Fernández y García",
    "Nguyễn Thị Mỹ Linh",
    "O’Shaughnessy-Featherstonehaugh",
)
PHONE, BORN = "07700 900123", date(1991, 5, 4)


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=told.pop("now", timezone.now()), **told)


@dataclass(frozen=True)
class Known:
    """A woman on record twice, her sister, two men, and another on record twice who is restricted."""

    her: UUID
    again: UUID
    sister: UUID
    him: UUID
    hidden: UUID
    hidden_again: UUID


@pytest.fixture
def known(accounts: dict[Role, User]) -> Known:
    supervisor = accounts[Role.SUPERVISOR].actor

    def add(forename: str, surname: str, phone: str, born: date, house: str = "14") -> UUID:
        made = as_(
            supervisor,
            add_record,
            name=NewName(forename=forename, surname=surname),
            particulars=Particulars(sex="2", born=born),
            phones=(phone,),
            addresses=(NewAddress(house, "Alma Road", "Quarnley", "QY1 4AB"),),
        )
        return made.id

    one = Known(
        add("Zofia", "Quillfeather", PHONE, BORN),
        add("Sofia", "Quilfeather", PHONE, BORN),
        add("Karen", "Quillfeather", "07700 900777", date(1988, 2, 9)),
        add("Craig", "Marrowbone", "07700 900888", date(1985, 1, 2), "3"),
        add("Odette", "Vanterpool", "07700 900555", date(1979, 8, 30), "9"),
        add("Odete", "Vanterpol", "07700 900555", date(1979, 8, 30), "9"),
    )
    for full in ALIASES:
        as_(supervisor, add_name, record_id=one.her, name=NewName("alias", full=full))
    return one


def looked_at(reader: Reader, name: str) -> None:
    """What is on the page can be read and reached, on a desk's screen and on a telephone's."""
    for size in (WIDE, NARROW):
        reader.page.set_viewport_size(size)
        assert reader.violations() == [], f"{name} at {size['width']}"
        assert reader.overflow() <= 0, f"{name} at {size['width']}"
    reader.page.set_viewport_size(WIDE)


def unfold(reader: Reader) -> None:
    """Open whatever is folded away, so that it is looked at as well."""
    reader.page.evaluate(
        "() => document.querySelectorAll('main details').forEach(one => { one.open = true })"
    )


def why(reader: Reader) -> None:
    """Say why somebody looks, where the page asks."""
    if reader.page.locator("input[name=purpose]").count():
        reader.page.locator("input[name=purpose]").first.check()
        reader.page.locator("main form button").first.click()


def test_a_search_explains_whom_it_found_and_that_nobody_found_is_not_nobody_known(
    readers: Readers, known: Known
) -> None:
    reader = readers(Role.CALL_HANDLER)
    for name, typed in {
        "found": "zofia quilfeather 14 alma road",
        "by-an-alias": "李秀英 07700 900123",
        "nobody": "Ignatius Bartholomew 07700 900999",
    }.items():
        reader.go("/people/search/")
        reader.page.locator("#id_who").fill(typed)
        reader.press("Search")
        reader.page.wait_for_load_state()
        unfold(reader)
        looked_at(reader, f"search-{name}")
    reader.go("/people/search/")
    reader.page.locator("#id_who").fill("zofia quilfeather 14 alma road")
    reader.press("Search")
    reader.page.wait_for_load_state()
    reader.page.locator("#results details summary").first.click()
    reader.press("How it adds up, drawn")
    reader.page.wait_for_load_state()
    assert "The same in numbers" in reader.text()
    looked_at(reader, "explained")


def test_two_people_are_explained_as_two_and_records_stand_beside_each_other(
    readers: Readers, known: Known
) -> None:
    reader = readers(Role.SUPERVISOR)
    for name, one, other in (
        ("beside-one", known.her, known.again),
        ("beside-sisters", known.her, known.sister),
        ("beside-strangers", known.her, known.him),
    ):
        reader.go(f"/people/{one}/")
        why(reader)
        reader.go(f"/people/{one}/beside/{other}/")
        looked_at(reader, name)
    assert "Not taken for one person" in reader.text()
    reader.go(f"/people/{known.her}/merge/")
    looked_at(reader, "merge")
    reader.go(f"/people/{known.her}/")
    unfold(reader)
    looked_at(reader, "person")


def test_the_queue_its_pairs_and_how_right_they_were(
    readers: Readers, known: Known, accounts: dict[Role, User]
) -> None:
    reader = readers(Role.INTELLIGENCE)
    reader.go("/people/pairs/")
    assert "has not been walked through" in reader.text()
    looked_at(reader, "queue-empty")
    propose(now=timezone.now())
    with transaction.atomic():
        counted(None, *((band, joined, apart, 0) for band, joined, apart, _left in READ))
    first, second = sorted((known.her, known.again))
    with transaction.atomic(), acting(system("test")):
        pair = Pair.objects.get(record=first, other=second)
        band = pair.band
    reader.go(f"/people/pairs/?kind={band}")
    looked_at(reader, "queue")
    assert "not known yet" not in reader.text()
    reader.go(f"/people/pairs/{pair.id}/")
    unfold(reader)
    looked_at(reader, "pair")
    reader.press("Save, and the next pair")
    reader.page.wait_for_load_state()
    assert reader.page.locator(".govuk-error-summary").count() == 1
    looked_at(reader, "pair-error")
    reader.page.locator("input[name=reason]").first.check()
    reader.page.locator("textarea[name=words]").fill(LONG)
    reader.press("Save, and the next pair")
    reader.page.wait_for_load_state()
    reader.go(f"/people/pairs/{pair.id}/")
    looked_at(reader, "pair-answered")


def test_a_restricted_pair_waits_for_a_second_person_of_the_desk(
    readers: Readers, known: Known, accounts: dict[Role, User]
) -> None:
    as_(accounts[Role.SUPERVISOR].actor, restrict, record_id=known.hidden, reason="honour-based")
    propose(now=timezone.now())
    first, second = sorted((known.hidden, known.hidden_again))
    with transaction.atomic(), acting(system("test")):
        pair = Pair.objects.get(record=first, other=second)
    reader = readers(Role.DESK)
    reader.go(f"/people/pairs/{pair.id}/")
    assert "two persons must say the same" in reader.text()
    looked_at(reader, "pair-restricted")
    reader.page.locator("input[name=reason]").first.check()
    reader.page.locator("textarea[name=words]").fill(LONG)
    reader.press("Save, and the next pair")
    reader.page.wait_for_load_state()
    looked_at(reader, "queue-after-the-first")
    reader.go("/people/pairs/?kind=second")
    looked_at(reader, "queue-of-second")
    reader.go(f"/people/pairs/{pair.id}/")
    looked_at(reader, "pair-second")
    others = readers(Role.INTELLIGENCE)
    others.expects.add(404)
    others.go(f"/people/pairs/{pair.id}/")
    assert "Vanterpool" not in others.page.content()


def test_who_is_a_repeat_victim_a_serial_perpetrator_and_a_marac_repeat_is_said_on_their_pages(
    readers: Readers, known: Known, accounts: dict[Role, User]
) -> None:
    handler, officer = accounts[Role.CALL_HANDLER].actor, accounts[Role.OFFICER].actor
    for her in (known.her, known.her, known.hidden):
        opened = as_(
            handler, incidents.open_incident, recorded_as="domestic-abuse", place=f"14 Alma Road, {LONG}"
        )
        for record_id, part in ((her, "victim"), (known.him, "suspect")):
            told = {"incident_id": opened.id, "record_id": record_id, "part": part, "confirmed": True}
            as_(handler, incidents.involve, **told)
    with transaction.atomic(), acting(system("test")):
        case = Case.objects.get(victim=known.her, suspect=known.him).id
    chosen = {"case_id": case, "chosen": ["professional-judgement"], "words": LONG}
    as_(officer, conferring.refer, now=timezone.now() - timedelta(days=90), **chosen)
    reader = readers(Role.SUPERVISOR)
    for name, record_id in (
        ("cases-of-her", known.her),
        ("cases-of-him", known.him),
        ("cases-of-none", known.sister),
    ):
        reader.go(f"/people/{record_id}/")
        why(reader)
        reader.go(f"/cases/of/{record_id}/")
        looked_at(reader, name)
    reader = readers(Role.OFFICER)
    for address, name in ((f"/partners/{case}/", "partners"), (f"/partners/{case}/marac/", "marac")):
        reader.go(address)
        looked_at(reader, name)
