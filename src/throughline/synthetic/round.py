"""An invented round at the national site: invented forces' returns, some signed, some argued with, some late.

Told by the real commands, each in the name of whoever gives it. No force of these names exists, and no figure is anybody's.
"""

from collections.abc import Mapping, Sequence
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
from throughline.statistics.returns import items
from throughline.synthetic.returning import OWN_DEFINITION, InventedForce, yearly

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


@dataclass(frozen=True, slots=True)
class _Told:
    """A force of the story, and who sends its returns."""

    force: Force
    contact: Actor


def files_of(
    force: Force, year: date, values: Mapping[str, int], unable: Mapping[str, str]
) -> list[tuple[str, bytes]]:
    """A return as its CSV files."""
    lines = ["item,value,unable"]
    for item in items(year):
        reason = unable.get(item.code, "")
        lines.append(f"{item.code},{'' if reason else values[item.code]},{reason}")
    sheets = dict.fromkeys(item.sheet for item in items(year))
    own = "" if "victims-repeat-own" in unable else OWN_DEFINITION
    methods = [
        "sheet,definition,method",
        *(f"{sheet},{own if sheet == 'Victims' else ''},Invented: by a seeded generator" for sheet in sheets),
    ]
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
        (past,),
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
        (past, year),
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
    years: Sequence[date],
    *,
    opens: date,
    due: date,
    at: datetime,
    signs: range | tuple[int, ...],
) -> None:
    """The round of the last of some years; the figures go on from those of the years before."""
    year = years[-1]
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
        *_before, made = yearly(InventedForce(one.force.code, *FORCES[number]), years, gaps=False)
        told = {code: entry.value for code, entry in made.entries.items() if entry.value is not None}
        # one force in four has a definition of its own, and says it (`files_of`)
        unable = {} if number % 4 == 3 else {"victims-repeat-own": "no-own-definition"}
        if number % 4 == 2:
            unable["victims-repeat"] = "not-recorded"
        if open_now:
            if number in (1, 8):
                continue  # late: nothing was sent
            if number == 0:
                told["orders-breached"] = told["orders-granted"] + 7
                told["calls-repeat"] = round(told["calls-repeat"] / 2.6)
            if number in (2, 11):
                told["crimes-da-injury"] = round(told["crimes-da-injury"] * 0.3)
            if number == 7:
                unable |= {"calls": "we do not know", "crimes": "n/a"}
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
