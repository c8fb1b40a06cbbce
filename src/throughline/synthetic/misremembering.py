"""What a call handler hears of somebody: scraps, with the mistakes that people make and names for them.

The recogniser is judged by these calls, so this module knows nothing of how it works. How often each
mistake happens is judgement (confidence L), not measurement.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from throughline.synthetic import naming
from throughline.synthetic.person import Address, Group, InventedPerson
from throughline.synthetic.places import dwelling, mobile
from throughline.synthetic.population import strangers_to


class Noise(StrEnum):
    """One way in which what was heard differs from what is held."""

    NICKNAME = "nickname"
    MISHEARD = "misheard"
    TYPING_SLIP = "typing_slip"
    NAMES_SWAPPED = "names_swapped"
    FORMER_SURNAME = "former_surname"
    OTHER_PARTYS_SURNAME = "other_partys_surname"
    ONE_STRING = "one_string"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    WRONG_YEAR = "wrong_year"
    AGE_OFF = "age_off"
    OLD_PHONE = "old_phone"
    NEW_PHONE = "new_phone"
    HOUSEHOLD_PHONE = "household_phone"
    OLD_ADDRESS = "old_address"
    POSTCODE_ONLY = "postcode_only"
    NO_FORENAME = "no_forename"
    NO_SURNAME = "no_surname"
    NO_BIRTH = "no_birth"
    NO_PHONE = "no_phone"
    NO_ADDRESS = "no_address"
    FORENAME_AND_OTHER_PARTY = "forename_and_other_party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call's worth of scraps; "" and None are what was not said. `noise` says what was changed."""

    forename: str = ""
    surname: str = ""
    full_name: str = ""
    birth_date: date | None = None
    age: int | None = None
    phone: str = ""
    house: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""
    other_forename: str = ""
    other_surname: str = ""
    noise: frozenset[Noise] = frozenset()


@dataclass(slots=True)
class _Draft:
    """The call while it is being misheard; what was done to a name goes where the name goes."""

    forename: str
    surname: str
    full_name: str = ""
    birth_date: date | None = None
    age: int | None = None
    phone: str = ""
    address: Address | None = None
    other: tuple[str, str] = ("", "")
    forename_noise: set[Noise] = field(default_factory=set)
    surname_noise: set[Noise] = field(default_factory=set)

    def swap_names(self) -> None:
        self.forename, self.surname = self.surname, self.forename
        self.forename_noise, self.surname_noise = self.surname_noise, self.forename_noise

    def forget_forename(self) -> None:
        self.forename, self.forename_noise = "", set()

    def forget_surname(self) -> None:
        self.surname, self.surname_noise = "", set()


def misremember(person: InventedPerson, *, rng: Random, today: date) -> Heard:
    """What is heard of `person` in one call on `today`; nothing is marked as changed that was not."""
    noise: set[Noise] = set()
    draft = _Draft(person.forename, person.surname)
    _hear_names(draft, person, rng, noise)
    _hear_birth(draft, person, rng, today, noise)
    _hear_phone(draft, person, rng, noise)
    _hear_address(draft, person, rng, noise)
    if person.other_party is not None and rng.random() < 0.35:
        draft.other = (person.other_party.forename, person.other_party.surname if rng.random() < 0.6 else "")
        if rng.random() < 0.12:
            _only_two_names(draft, noise)
    if not draft.phone and not draft.forename and not draft.full_name:
        draft.forename = person.forename  # somebody who calls says at least one name or has a number
        noise.discard(Noise.NO_FORENAME)
    where = draft.address
    return Heard(
        forename=draft.forename,
        surname=draft.surname,
        full_name=draft.full_name,
        birth_date=draft.birth_date,
        age=draft.age,
        phone=draft.phone,
        house=where.house if where else "",
        street=where.street if where else "",
        town=where.town if where else "",
        postcode=where.postcode if where else "",
        other_forename=draft.other[0],
        other_surname=draft.other[1],
        noise=frozenset(noise | draft.forename_noise | draft.surname_noise),
    )


def strangers(count: int, *, seed: int, today: date) -> Iterator[Heard]:
    """Calls about people who are in no index: telling them apart matters as much as finding the others."""
    rng = Random(seed)  # noqa: S311 - invented data, not a secret
    for person in strangers_to(count, seed=seed, today=today):
        yield misremember(perhaps_at_a_known_address(person, rng), rng=rng, today=today)


def perhaps_at_a_known_address(stranger: InventedPerson, rng: Random) -> InventedPerson:
    """One stranger in ten lives where the index has somebody else: tenants come and go."""
    if not stranger.addresses or rng.random() >= 0.1:
        return stranger
    home = dwelling(rng.randrange(1_500))
    return replace(stranger, addresses=(Address(*home, stranger.addresses[0].since, None),))


# Names

# How often the family name lands in the forename's box: often where it is said first at home.
_SWAPPED = {Group.CHINESE: 0.3, Group.WEST_AFRICAN: 0.1, Group.ARABIC: 0.08, Group.SOUTH_ASIAN_MUSLIM: 0.06}


def _hear_names(draft: _Draft, person: InventedPerson, rng: Random, noise: set[Noise]) -> None:
    short = _other_names(person)
    if short and rng.random() < (0.5 if person.known_as else 0.15):
        draft.forename = rng.choice(short)
        draft.forename_noise.add(Noise.NICKNAME)
    if person.former_surname and rng.random() < 0.3:
        draft.surname = person.former_surname
        draft.surname_noise.add(Noise.FORMER_SURNAME)
    elif person.other_party and person.other_party.surname != person.surname and rng.random() < 0.05:
        draft.surname = person.other_party.surname
        draft.surname_noise.add(Noise.OTHER_PARTYS_SURNAME)
    foreign = person.group not in {Group.ENGLISH, Group.WELSH, Group.IRISH, Group.CARIBBEAN}
    _change_a_name(draft, mishear, 0.3 if foreign else 0.14, Noise.MISHEARD, rng)
    _change_a_name(draft, mistype, 0.07, Noise.TYPING_SLIP, rng)
    if draft.forename != draft.surname and rng.random() < _SWAPPED.get(person.group, 0.02):
        draft.swap_names()
        noise.add(Noise.NAMES_SWAPPED)
    _leave_names_out(draft, person, rng, noise)


def _other_names(person: InventedPerson) -> list[str]:
    names = {person.known_as, *naming.every_nickname().get(person.forename, ())} - {"", person.forename}
    return [person.known_as] if person.known_as in names else sorted(names)


def _change_a_name(
    draft: _Draft, change: Callable[[str, Random], str], probability: float, kind: Noise, rng: Random
) -> None:
    if rng.random() >= probability:
        return
    first = rng.random() < 0.4
    noise = draft.forename_noise if first else draft.surname_noise
    if noise & {Noise.MISHEARD, Noise.TYPING_SLIP}:
        return  # a second slip might undo the first
    before = draft.forename if first else draft.surname
    after = change(before, rng)
    if after == before:
        return
    noise.add(kind)
    if first:
        draft.forename = after
    else:
        draft.surname = after


def _leave_names_out(draft: _Draft, person: InventedPerson, rng: Random, noise: set[Noise]) -> None:
    chance = rng.random()
    if chance < 0.15:
        draft.forget_surname()
        noise.add(Noise.NO_SURNAME)
    elif chance < 0.19:
        draft.forget_forename()
        noise.add(Noise.NO_FORENAME)
    elif chance < 0.33:
        family_first = person.family_name_first and rng.random() < 0.5
        names = (draft.surname, draft.forename) if family_first else (draft.forename, draft.surname)
        draft.full_name, draft.forename, draft.surname = " ".join(names), "", ""
        noise.add(Noise.ONE_STRING)


def _only_two_names(draft: _Draft, noise: set[Noise]) -> None:
    """ "It's Jo, it's about Craig": a forename, the other party, and the line goes dead."""
    if not draft.forename:
        return
    draft.forget_surname()
    draft.birth_date, draft.age, draft.phone, draft.address = None, None, "", None
    noise &= {Noise.NAMES_SWAPPED}
    noise |= {
        Noise.FORENAME_AND_OTHER_PARTY,
        Noise.NO_SURNAME,
        Noise.NO_BIRTH,
        Noise.NO_PHONE,
        Noise.NO_ADDRESS,
    }


@dataclass(frozen=True, slots=True)
class _Ear:
    """What data/hearing.yaml says: sounds to confuse, names spelt many ways, keys beside keys."""

    sounds: tuple[tuple[str, str], ...]
    spellings: dict[str, tuple[str, ...]]
    neighbours: dict[str, str]


@cache
def _ear() -> _Ear:
    text = files("throughline.synthetic").joinpath("data/hearing.yaml").read_text(encoding="utf-8")
    rows = {
        key: [tuple(row.strip().split("/")) for row in listed.split(",")]
        for key, listed in yaml.safe_load(text).items()
    }
    return _Ear(
        sounds=tuple(pair for one, other in rows["sound_alike"] for pair in ((one, other), (other, one))),
        spellings={
            name: tuple(other for other in row if other != name) for row in rows["spellings"] for name in row
        },
        neighbours=dict(rows["neighbours"]),
    )


def mishear(name: str, rng: Random) -> str:
    """The name as it might sound on a bad line, spelt as an English ear would spell it."""
    ear = _ear()
    if name in ear.spellings and rng.random() < 0.6:
        return rng.choice(ear.spellings[name])
    low = name.lower()
    pairs = [pair for pair in ear.sounds if pair[0] in low]
    if not pairs:
        return naming.plain(name)
    old, new = rng.choice(pairs)
    places = [i for i in range(len(low)) if low.startswith(old, i)]
    place = rng.choice(places)
    return _as_a_name(name[:place] + new + name[place + len(old) :])


def mistype(name: str, rng: Random) -> str:
    """The name with one slip of the fingers."""
    if len(name) < 3:
        return name
    place = rng.randrange(1, len(name) - 1)
    match rng.randrange(4):
        case 0:
            slipped = name[:place] + name[place + 1 :]
        case 1:
            slipped = name[:place] + name[place] + name[place:]
        case 2:
            slipped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        case _:
            near = _ear().neighbours.get(name[place].lower(), name[place])
            slipped = name[:place] + rng.choice(near) + name[place + 1 :]
    return _as_a_name(slipped)


def _as_a_name(name: str) -> str:
    name = name.strip(" -'")
    return name[:1].upper() + name[1:]


# Birth, telephone, address


def _hear_birth(draft: _Draft, person: InventedPerson, rng: Random, today: date, noise: set[Noise]) -> None:
    chance = rng.random()
    if person.birth_date is not None and chance < 0.45:
        draft.birth_date = _hear_date(person.birth_date, rng, today, noise)
    elif chance < 0.75 and (age := person.age(today)) is not None:
        draft.age = max(0, age + rng.choice((-3, -2, -1, -1, 0, 0, 0, 0, 1, 1, 2, 3)))
        if draft.age != age:
            noise.add(Noise.AGE_OFF)
    else:
        noise.add(Noise.NO_BIRTH)


def _hear_date(born: date, rng: Random, today: date, noise: set[Noise]) -> date:
    chance = rng.random()
    if chance < 0.05 and born.day <= 12 and born.day != born.month:
        swapped = born.replace(day=born.month, month=born.day)
        if swapped <= today:
            noise.add(Noise.DAY_AND_MONTH_SWAPPED)
            return swapped
    elif 0.05 <= chance < 0.09 and (born.month, born.day) != (2, 29):
        wrong = born.replace(year=born.year + rng.choice((-10, -2, -1, 1, 2, 10)))
        if wrong <= today:
            noise.add(Noise.WRONG_YEAR)
            return wrong
    return born


def _hear_phone(draft: _Draft, person: InventedPerson, rng: Random, noise: set[Noise]) -> None:
    if rng.random() < 0.25:
        noise.add(Noise.NO_PHONE)
        return
    current = [phone.number for phone in person.phones if phone.until is None]
    old = [phone.number for phone in person.phones if phone.until is not None]
    mobiles = [number for number in current if number.startswith("07")]
    homes = [number for number in current if not number.startswith("07")]
    chance = rng.random()
    if homes and (chance < 0.12 or not mobiles):
        draft.phone = homes[0]
        noise.add(Noise.HOUSEHOLD_PHONE)
    elif old and chance < 0.22:
        draft.phone = rng.choice(old)
        noise.add(Noise.OLD_PHONE)
    elif mobiles and chance < 0.8:
        draft.phone = mobiles[0]
    else:
        # A borrowed telephone or a new one: numbers between those of the index and those of strangers.
        draft.phone = mobile(10_000_000 + rng.randrange(1_400_000))
        noise.add(Noise.NEW_PHONE)


def _hear_address(draft: _Draft, person: InventedPerson, rng: Random, noise: set[Noise]) -> None:
    here = [address for address in person.addresses if address.until is None]
    before = [address for address in person.addresses if address.until is not None]
    chance = rng.random()
    if before and (chance < 0.1 or (not here and chance < 0.5)):
        draft.address = rng.choice(before)
        noise.add(Noise.OLD_ADDRESS)
    elif here and chance < 0.55:
        draft.address = here[0]
    elif here and chance < 0.75:
        draft.address = here[0]._replace(house="", street="", town="")
        noise.add(Noise.POSTCODE_ONLY)
    else:
        noise.add(Noise.NO_ADDRESS)
