"""An invented round at the national site: invented forces' returns, some signed, some argued with, some late.

Told by the real commands, each in the name of whoever gives it. No force of these names exists, and no figure is anybody's.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.commands import create_account
from throughline.foundations.clock.rules import LONDON, london_day
from throughline.national.collection.commands import asking, receiving, rounds, signing, taking
from throughline.national.collection.models import Force, Round
from throughline.national.collection.queries.returns import latest_version, open_questions
from throughline.national.collection.rules import Move
from throughline.statistics.disclosure import breakdown_of
from throughline.statistics.returns import Item, items

TELLER = system("invented round")
SITE = "The national site (invented)"
#: Names that no force has, and how many people live there.
FORCES: Final = (
    ("Aldershire", 1_040_000), ("Birkenshire", 310_000), ("Corvaleshire", 690_000), ("Dunmereshire", 1_420_000), ("Elmseyshire", 520_000),
    ("Farrowshire", 880_000), ("Garsideshire", 2_700_000), ("Hallowshire", 740_000), ("Inchleyshire", 430_000), ("Jessamyshire", 960_000),
    ("Keldershire", 1_180_000), ("Larkenshire", 9_400),
)  # fmt: skip
CONTACTS: Final = (
    "Meera Chandran", "Tom Aldous", "Ffion Parry", "Kwame Boateng", "Lena Fischer", "Rory Maclean", "Aisha Karim", "Joan Tetley",
    "Dewi Rees", "Nadia Haddad", "Colin Breck", "Ines Duarte",
)  # fmt: skip
_WHOLES: Final = {
    "calls": 470_000, "crimes": 82_000, "incidents-da": 12_000, "victims": 14_000, "arrests": 5_400, "prosecuted": 2_300,
}  # fmt: skip
_SHARES: Final = {
    "calls-da": 0.045,
    "crimes-da": 0.1,
    "crimes-da-sexual": 0.03,
    "orders-granted": 0.93,
    "orders-breached": 0.17,
}


@dataclass(frozen=True, slots=True)
class _Told:
    """A force of the story, and who sends its returns."""

    force: Force
    contact: Actor


def invented_return(size: float, seed: str, year: date) -> dict[str, int]:
    """An invented force's figures for a year: parts within their wholes, totals that add up, a few in a hundred from the year before."""
    own, this = random.Random(seed), random.Random(f"{seed} {year}")  # noqa: S311
    listed = items(year)
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in listed:
        if item.adds_to:
            groups.setdefault((item.adds_to, breakdown_of(item)), []).append(item)
    nature = {item.code: own.uniform(0.85, 1.18) for item in listed}
    told: dict[str, int] = {}
    todo = list(listed)
    while todo:
        item = next(
            one
            for one in todo
            if (one.adds_to or one.part_of) is None or (one.adds_to or one.part_of) in told
        )
        todo.remove(item)
        if item.code in told:
            continue
        about = nature[item.code] * this.uniform(0.97, 1.03)
        if item.adds_to:
            # all parts at once, so that nothing of the total is left
            left = told[item.adds_to]
            group = groups[item.adds_to, breakdown_of(item)]
            for at, one in enumerate(group):
                last = at == len(group) - 1
                share = nature[one.code] / sum(nature[each.code] for each in group[at:])
                told[one.code] = left if last else min(left, round(left * share * this.uniform(0.98, 1.02)))
                left -= told[one.code]
        elif item.part_of:
            told[item.code] = min(
                told[item.part_of],
                round(told[item.part_of] * min(0.95, _SHARES.get(item.code, 0.32) * about)),
            )
        else:
            told[item.code] = round(_WHOLES.get(item.code, 400) * size * about)
    return told


def files_of(
    force: Force, year: date, values: Mapping[str, int], unable: Mapping[str, str]
) -> list[tuple[str, bytes]]:
    """A return as its CSV files."""
    lines = ["item,value,unable"]
    for item in items(year):
        reason = unable.get(item.code, "")
        lines.append(f"{item.code},{'' if reason else values[item.code]},{reason}")
    sheets = dict.fromkeys(item.sheet for item in items(year))
    methods = ["sheet,definition,method", *(f"{sheet},,Invented: by a seeded generator" for sheet in sheets)]
    about = ["force,year_end,contact", f"{force.code},{year},Invented data officer"]
    return [
        (name, ("\n".join(told) + "\n").encode())
        for name, told in (("about.csv", about), ("figures.csv", lines), ("methods.csv", methods))
    ]


@transaction.atomic
def tell(*, now: datetime) -> bool:
    """Tell the round that is open and the one before it; says whether there was anything to tell."""
    set_actor(TELLER)
    if Round.objects.exists():
        return False
    today = london_day(now)
    year = date(today.year if today >= date(today.year, 7, 1) else today.year - 1, 3, 31)
    past = date(year.year - 1, 3, 31)
    statistician = _account("statistician", "Ruth Amadi", Role.STATISTICIAN, "Statistics", SITE, now)
    _account("administrator", "Priya Nair", Role.ADMINISTRATOR, "Accounts", SITE, now)
    forces = []
    for number, (name, residents) in enumerate(FORCES, start=1):
        set_actor(TELLER)
        force = rounds.enrol(by=TELLER, code=f"X{number:08}", name=name, residents=residents)
        contact = _account(
            f"contact-{name.lower()}", CONTACTS[number - 1], Role.FORCE_CONTACT, rounds.CONTACTS, name, now
        )
        forces.append(_Told(force, contact))
    _account("commissioner-aldershire", "Helen Oduya", Role.COMMISSIONER, rounds.OFFICE, FORCES[0][0], now)
    _tell_round(
        forces,
        statistician,
        past,
        opens=past + timedelta(days=30),
        due=past + timedelta(days=90),
        at=now - timedelta(days=300),
        signs=range(12),
    )
    set_actor(statistician)
    before = Round.objects.get(year_end=past)
    taking.take(by=statistician, now=now - timedelta(days=240), round_id=before.id)
    due = today - timedelta(days=4)
    _tell_round(
        forces,
        statistician,
        year,
        opens=today - timedelta(days=45),
        due=due,
        at=now - timedelta(days=6),
        signs=(3, 4, 5, 9, 10),
    )
    set_actor(statistician)
    release = datetime.combine(today + timedelta(days=60), datetime.min.time(), LONDON).replace(
        hour=9, minute=30
    )
    rounds.announce(
        by=statistician,
        now=now,
        round_id=Round.objects.get(year_end=year).id,
        title=f"Domestic abuse: what forces return, year to March {year.year}",
        edition=f"year-to-march-{year.year}",
        at=release,
    )
    return True


def _tell_round(
    forces: list[_Told],
    statistician: Actor,
    year: date,
    *,
    opens: date,
    due: date,
    at: datetime,
    signs: range | tuple[int, ...],
) -> None:
    set_actor(TELLER)
    of = rounds.open_round(
        by=TELLER,
        now=at,
        code=str(year.year),
        title=f"Year to March {year.year}",
        year_end=year,
        opens=opens,
        due=due,
    )
    open_now = len(signs) < len(forces)
    for number, one in enumerate(forces):
        name, residents = FORCES[number]
        told = invented_return(residents / 1_000_000, name, year)
        unable = {"victims-repeat": "not-recorded"} if number % 4 == 2 else {}
        if open_now:
            if number in (1, 8):
                continue  # late: nothing was sent
            if number == 0:
                told["orders-breached"] = told["orders-granted"] + 7
                told["calls-repeat"] = round(told["calls-repeat"] / 2.6)
            if number in (2, 11):
                told["crimes-da-injury"] = round(told["crimes-da-injury"] * 0.3)
            if number == 7:
                unable = {"calls": "we do not know", "crimes": "n/a"}
        set_actor(one.contact)
        receiving.receive(
            by=one.contact,
            now=at,
            round_id=of.id,
            force_id=one.force.id,
            files=files_of(one.force, year, told, unable),
        )
        if open_now and number == 9:
            told["crimes"] += 212
            receiving.receive(
                by=one.contact,
                now=at + timedelta(days=1),
                round_id=of.id,
                force_id=one.force.id,
                files=files_of(one.force, year, told, unable),
                why="212 crimes of a station that moved between systems were left out.",
            )
        if open_now and number in (2, 11):
            _argue(of.id, one, statistician, at, again=number == 11)
        if number in signs:
            _settle(of.id, one, statistician, at)
            set_actor(one.contact)
            version = latest_version(of.id, one.force.id)
            assert version is not None
            signing.sign(
                by=one.contact,
                now=at + timedelta(days=1),
                version_id=version.id,
                shown=version.digest,
                post="Head of performance",
            )


def _argue(round_id: UUID, one: _Told, statistician: Actor, at: datetime, *, again: bool) -> None:
    """The force answers; the statistician has not read it yet, or asked again."""
    set_actor(one.contact)
    for question in open_questions(round_id, one.force.id):
        set_actor(one.contact)
        asking.answer(
            by=one.contact,
            now=at + timedelta(hours=5),
            question_id=question.id,
            words="From April assaults without a visible injury are flagged apart; they are no longer in this figure.",
        )
        if again:
            set_actor(statistician)
            asking.judge(
                by=statistician,
                now=at + timedelta(hours=9),
                question_id=question.id,
                move=Move.ASK_AGAIN,
                words="Can you count the year before in the same way, so that the two can be compared?",
            )


def _settle(round_id: UUID, one: _Told, statistician: Actor, at: datetime) -> None:
    set_actor(TELLER)
    for question in open_questions(round_id, one.force.id):
        set_actor(one.contact)
        asking.answer(
            by=one.contact, now=at, question_id=question.id, words="It was counted twice, and stands."
        )
        set_actor(statistician)
        asking.judge(by=statistician, now=at, question_id=question.id, move=Move.ACCEPT, words="Thank you.")


def _account(username: str, name: str, role: Role, team: str, agency: str, now: datetime) -> Actor:
    set_actor(TELLER)
    made = create_account(
        by=TELLER, now=now, username=username, name=name, role=role, team=team, agency=agency
    )
    return made.user.actor
