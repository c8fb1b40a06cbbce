"""An invented force's index of people, household by household.

The people come in a stream that does not depend on how many are asked for: the first thousand of a
million are the thousand that the same seed gives alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from throughline.synthetic import naming
from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.naming import FEMALE, MALE, Culture
from throughline.synthetic.person import (
    Address,
    InventedPerson,
    OtherParty,
    Phone,
    Relation,
    Relationship,
)
from throughline.synthetic.places import Dwelling, Exchange, dwelling

# Below these the numbers belong to the hand-written stories.
FIRST_NUMBER = 1001
_FIRST_HOUSEHOLD = 101
_YEAR = 365.2425
_YOUNGEST_PARENT = 16


def people(count: int, *, seed: int, today: date) -> Iterator[InventedPerson]:
    """The first `count` people of the index that `seed` stands for, as they are on `today`."""
    return islice(_County(Chance(seed), today).people(), count)


def strangers_to(count: int, *, seed: int, today: date) -> Iterator[InventedPerson]:
    """People whom no index holds: other numbers and telephones, mostly other addresses, the same names."""
    county = _County(
        Chance(seed, 1),
        today,
        first_number=_FIRST_STRANGER,
        first_telephone=11_500_000,
        first_dwelling=4_000_000,
    )
    return islice(county.people(), count)


_FIRST_STRANGER = 900_000_001


@dataclass(slots=True, eq=False)
class _Member:
    """Somebody while their household is put together."""

    sex: str
    born: int
    culture: Culture
    named: naming.Named
    surname: str
    family: str
    former_surname: str = ""
    other_party: OtherParty | None = None
    ties: list[tuple[Relation, "_Member"]] = field(default_factory=list)
    mobile: str = ""
    number: int = 0

    @property
    def party(self) -> OtherParty:
        return OtherParty(self.named.forename, self.surname)


# Shares of households by kind: after the census of 2021, from memory and rounded (confidence L), with
# houses in multiple occupation somewhat raised because the police meet more of them.
_HOUSEHOLDS = {
    "alone": 0.29,
    "couple": 0.25,
    "couple_with_children": 0.24,
    "lone_parent": 0.12,
    "three_generations": 0.035,
    "sharers": 0.03,
    "many_rooms": 0.035,
}
_KINDS = Weighted.of(list(_HOUSEHOLDS), list(_HOUSEHOLDS.values()))
# Cultures in which grandparents more often live with the family, so "alone" is redrawn half of the time.
_LARGE = frozenset({"pakistani", "bangladeshi", "sikh", "hindu", "arabic", "ghanaian", "nigerian"})
_LARGE_KINDS = Weighted.of(list(_HOUSEHOLDS), [0.15, 0.13, 0.40, 0.12, 0.14, 0.03, 0.03])
# Where a son does not bear his living father's name, or bears it second, or the name of his own day.
_NEVER_JUNIOR = frozenset({"chinese", "arabic", "ghanaian"})
_CHILDREN = Weighted.of(["1", "2", "3", "4", "5"], [0.43, 0.38, 0.13, 0.045, 0.015])
_CHILDREN_IN_LARGE = Weighted.of(["1", "2", "3", "4", "5", "6"], [0.22, 0.29, 0.25, 0.14, 0.07, 0.03])

# A few markers as forces give them; most people have none. The codes stand in reference's list.
_MARKERS = Weighted.of(
    ["weapons", "violence", "intimidated", "self-harm", "mental-health", "vulnerable-adult", "firearms"],
    [3, 5, 4, 4, 5, 3, 1],
)


class _County:
    """Keeps what runs on from household to household: numbers, telephones, the next home."""

    def __init__(
        self,
        chance: Chance,
        today: date,
        *,
        first_number: int = FIRST_NUMBER,
        first_telephone: int = 0,
        first_dwelling: int = 0,
    ) -> None:
        self._chance = chance
        self._today = today.toordinal()
        self._exchange = Exchange(chance, first_telephone)
        self._number = first_number
        self._household = _FIRST_HOUSEHOLD - 1
        self._first_dwelling = self._dwelling = first_dwelling
        self._cultures = naming.cultures()
        self._household_cultures = naming.household_cultures()
        self._kinds: dict[str, Callable[[Culture], list[_Member]]] = {
            "alone": self._alone,
            "couple": self._couple_household,
            "couple_with_children": self._family,
            "lone_parent": self._lone_parent,
            "three_generations": self._three_generations,
            "sharers": self._sharers,
            "many_rooms": self._many_rooms,
        }

    def people(self) -> Iterator[InventedPerson]:
        while True:
            culture = self._cultures[self._chance.pick(self._household_cultures)]
            kind = self._chance.pick(_LARGE_KINDS if culture.name in _LARGE else _KINDS)
            yield from self._settle(kind, self._kinds[kind](culture))

    # Who lives together

    def _born(self, age: float) -> int:
        return self._today - int(age * _YEAR) - 1

    def _age(self, member: _Member) -> float:
        return (self._today - member.born) / _YEAR

    def _adult(self, culture: Culture, sex: str, age: float, family: str = "") -> _Member:
        chance = self._chance
        born = self._born(age)
        father = naming.forename(chance, culture, MALE, 1970) if culture.name == "arabic" else ""
        named = naming.given(chance, culture, sex, date.fromordinal(born), father)
        family = family or naming.surname(chance, culture)
        surname = naming.surname_of(chance, culture, family, sex, wife=False)
        return self._with_religious_name(_Member(sex, born, culture, named, surname, family))

    def _with_religious_name(self, member: _Member) -> _Member:
        """Singh and Kaur: the second name of most Sikhs, and for some the only surname."""
        if member.culture.name == "sikh":
            name = "Singh" if member.sex == MALE else "Kaur"
            if self._chance.yes(0.35):
                member.surname = name
            elif self._chance.yes(0.8):
                member.named = naming.Named(member.named.forename, name, member.named.known_as)
        return member

    def _sex(self, share_of_women: float = 0.5) -> str:
        return FEMALE if self._chance.yes(share_of_women) else MALE

    def _adult_age(self) -> float:
        """Ages that the police meet: rising to the thirties, then falling slowly."""
        chance = self._chance
        return chance.between(18, 60) if chance.yes(0.72) else chance.between(40, 96)

    def _alone(self, culture: Culture) -> list[_Member]:
        age = self._adult_age()
        member = self._adult(culture, self._sex(0.62 if age > 65 else 0.45), age)
        self._perhaps_once_married(member)
        return [member]

    def _perhaps_once_married(self, member: _Member) -> None:
        """A former partner, still recorded beside her; and the surname that came or went with him."""
        chance = self._chance
        if not chance.yes(0.35 if self._age(member) > 25 else 0.15):
            return
        culture = member.culture
        family = naming.surname(chance, culture)
        other_sex = MALE if member.sex == FEMALE else FEMALE
        other = naming.forename(chance, culture, other_sex, date.fromordinal(member.born).year)
        member.other_party = OtherParty(
            other, naming.surname_of(chance, culture, family, other_sex, wife=False)
        )
        if member.sex == FEMALE and self._age(member) > 27 and chance.yes(culture.takes_husbands * 0.5):
            member.former_surname = member.surname
            member.surname, member.family = naming.feminine(culture.name, family, wife=True), family

    def _couple(self, culture: Culture, age: float) -> tuple[_Member, _Member, str]:
        """A man and a woman (rarely two of one sex), and the surname that their children have."""
        chance = self._chance
        family = naming.surname(chance, culture)
        hers = self._cultures[chance.pick(self._household_cultures)] if chance.yes(0.06) else culture
        gap = (chance.unit() + chance.unit() - 0.7) * 6
        same_sex = chance.yes(0.02)
        first_sex = self._sex() if same_sex else MALE
        first = self._adult(culture, first_sex, max(18.0, age + gap), family)
        second = self._adult(hers, first_sex if same_sex else FEMALE, age)
        married = chance.yes(min(0.9, 0.15 + age / 70))
        if married and second.sex == FEMALE and not same_sex and chance.yes(culture.takes_husbands):
            husbands = naming.feminine(culture.name, family, wife=True)
            if husbands != second.surname:
                second.former_surname, second.surname = second.surname, husbands
        first.ties.append((Relation.PARTNER, second))
        second.ties.append((Relation.PARTNER, first))
        first.other_party, second.other_party = second.party, first.party
        if (
            not second.former_surname
            and culture.name in {"english", "welsh", "caribbean"}
            and chance.yes(0.08)
        ):
            return first, second, f"{second.surname.split('-')[0]}-{family.split('-')[0]}"
        return first, second, family

    def _couple_household(self, culture: Culture) -> list[_Member]:
        first, second, _ = self._couple(culture, self._adult_age())
        return [first, second]

    def _family(self, culture: Culture) -> list[_Member]:
        mothers_age = self._chance.between(22, 58)
        first, second, family = self._couple(culture, mothers_age)
        return [first, second, *self._children([first, second], family)]

    def _lone_parent(self, culture: Culture) -> list[_Member]:
        chance = self._chance
        parent = self._adult(culture, self._sex(0.88), chance.between(19, 54))
        self._perhaps_once_married(parent)
        # The children bear the other parent's name nearly half of the time.
        family = naming.surname(chance, culture) if chance.yes(0.45) else parent.family
        return [parent, *self._children([parent], family)]

    def _three_generations(self, culture: Culture) -> list[_Member]:
        chance = self._chance
        first, second, family = self._couple(culture, chance.between(24, 50))
        members = [first, second, *self._children([first, second], family)]
        for sex in (FEMALE, MALE) if chance.yes(0.4) else (self._sex(0.8),):
            grandparent = self._adult(culture, sex, self._age(first) + chance.between(19, 34), first.family)
            if self._age(grandparent) < 97:
                self._tie(grandparent, first)
                members.append(grandparent)
        return members

    def _sharers(self, culture: Culture) -> list[_Member]:
        """Grown-up brothers and sisters, or friends of one age."""
        chance = self._chance
        age, related = chance.between(19, 40), chance.yes(0.4)
        family = naming.surname(chance, culture)
        members = [
            self._adult(
                culture, self._sex(), max(18.0, age + chance.between(-6, 6)), family if related else ""
            )
            for _ in range(2 + chance.below(3))
        ]
        if related:
            _make_siblings(members)
        return members

    def _many_rooms(self, culture: Culture) -> list[_Member]:
        """A house in multiple occupation: one address, people who may not know each other's names."""
        chance = self._chance
        return [
            self._adult(
                culture if chance.yes(0.4) else self._cultures[chance.pick(self._household_cultures)],
                self._sex(0.35),
                chance.between(18, 58),
            )
            for _ in range(3 + chance.below(5))
        ]

    def _children(self, parents: list[_Member], family: str) -> list[_Member]:
        """The sons and daughters who are still at home, twins among them, oldest first."""
        chance = self._chance
        culture = parents[0].culture
        wanted = int(chance.pick(_CHILDREN_IN_LARGE if culture.name in _LARGE else _CHILDREN))
        youngest_parent = min(self._age(parent) for parent in parents)
        oldest = min(youngest_parent - _YOUNGEST_PARENT - 1, 27.0)
        if oldest < 0:
            return []
        # Most mothers are about thirty, so that the age of the eldest follows hers.
        age = min(oldest, youngest_parent - chance.between(17, 40))
        if age < 0:
            # born within this year, on whichever day of it
            age %= 1.0
        father = next((parent for parent in parents if parent.sex == MALE), None)
        children: list[_Member] = []
        while len(children) < wanted and age >= 0:
            children.append(self._child(parents[0], father, family, self._born(age), children))
            if chance.yes(0.015):
                children.append(self._child(parents[0], father, family, children[-1].born, children))
            age -= chance.between(1, 5)
        for parent in parents:
            for child in children:
                self._tie(parent, child)
        _make_siblings(children)
        return children

    def _child(
        self, parent: _Member, father: _Member | None, family: str, born: int, elder: list[_Member]
    ) -> _Member:
        chance, culture = self._chance, parent.culture
        sex = self._sex(0.49)
        sons = [child for child in elder if child.sex == MALE]
        if (
            father is not None
            and sex == MALE
            and not sons
            and culture.name not in _NEVER_JUNIOR
            and chance.yes(0.06)
        ):
            named = father.named if father.culture is culture else naming.Named(father.named.forename)
        else:
            taken = {(child.named.forename, child.named.middle) for child in elder}
            named = self._name_not_in(taken, culture, sex, born, father)
        if culture.female_last_names is not None and chance.yes(0.25):
            family = naming.surname(chance, culture)  # a second name of one's own is no family name
        surname = naming.surname_of(chance, culture, family, sex, wife=False)
        return self._with_religious_name(_Member(sex, born, culture, named, surname, family))

    def _name_not_in(
        self, taken: set[tuple[str, str]], culture: Culture, sex: str, born: int, father: _Member | None
    ) -> naming.Named:
        """Brothers do not share a name: tried anew until they do not."""
        fathers_name = father.named.forename if father is not None else ""
        while True:
            named = naming.given(self._chance, culture, sex, date.fromordinal(born), fathers_name)
            if (named.forename, named.middle) not in taken:
                return named

    @staticmethod
    def _tie(parent: _Member, child: _Member) -> None:
        parent.ties.append((Relation.CHILD, child))
        child.ties.append((Relation.PARENT, parent))

    # Where they live and how they are reached

    def _settle(self, kind: str, members: list[_Member]) -> Iterator[InventedPerson]:
        chance = self._chance
        self._household += 1
        # The index knows about every second home.
        self._dwelling += 1 + (chance.below(3) if kind != "many_rooms" else 1)
        home = dwelling(self._dwelling)
        # Nobody sets up house before seventeen; the first member is always one who set it up.
        of_age = members[0].born + int(17 * _YEAR)
        moved_in = self._today - 1 - int(min(chance.unit() ** 2 * 20 * _YEAR, self._today - 1 - of_age))
        shared_past = self._former_homes(moved_in, members[0].born) if chance.yes(0.45) else ()
        landline = self._exchange.landline() if chance.yes(0.15 + 0.006 * self._age(members[0])) else ""
        plain = chance.yes(0.4)
        for member in members:
            member.number = self._number
            self._number += 1
            if self._age(member) > chance.between(9, 13):
                member.mobile = self._exchange.mobile()
        with_own_pasts = kind in {"alone", "couple", "sharers"}
        for room, member in enumerate(members, start=1):
            if kind == "many_rooms":
                addresses = self._room(home, room, member)
            elif with_own_pasts:
                former = self._former_homes(moved_in, member.born) if chance.yes(0.5) else ()
                addresses = (_address(home, moved_in, None), *former)
            else:
                addresses = _since_birth((_address(home, moved_in, None), *shared_past), member.born)
            yield self._record(member, members, addresses, landline, plain=plain)

    def _room(self, home: Dwelling, room: int, member: _Member) -> tuple[Address, ...]:
        moved_in = self._today - 5 - int(self._chance.unit() ** 2 * 0.9 * _YEAR)
        here = _address(home, moved_in, None, f"Room {room}, {home.house}")
        return (here, *self._former_homes(moved_in, member.born))

    def _former_homes(self, until: int, born: int) -> tuple[Address, ...]:
        """Earlier addresses, newest first: homes that others of the index may live in by now."""
        chance = self._chance
        homes: list[Address] = []
        while chance.yes(0.55 if not homes else 0.3) and len(homes) < 3:
            since = until - int(chance.between(0.3, 7) * _YEAR)
            if since <= born:
                break
            near = self._dwelling + chance.below(12_000) - 6_000 - self._first_dwelling
            homes.append(_address(dwelling(self._first_dwelling + abs(near)), since, until))
            until = since
        return tuple(homes)

    def _phones(self, member: _Member, members: list[_Member], landline: str) -> tuple[Phone, ...]:
        chance = self._chance
        phones: list[Phone] = []
        since = self._today - int(chance.between(0.05, 6) * _YEAR)
        if member.mobile and chance.yes(0.88):
            phones.append(_phone(member.mobile, since, None))
        elif (lender := self._lender(member, members)) and chance.yes(0.5):
            phones.append(_phone(lender.mobile, max(since, member.born), None))
        if landline and chance.yes(0.7):
            phones.append(_phone(landline, max(since, member.born), None))
        if member.mobile:
            while chance.yes(0.4) and len(phones) < 4:
                until, since = since, since - int(chance.between(0.2, 3) * _YEAR)
                if (until - member.born) / _YEAR < 14:
                    break
                old = self._exchange.mobile()
                phones.append(_phone(old, since, until))
                self._exchange.give_up(old)
        return tuple(phones)

    @staticmethod
    def _lender(member: _Member, members: list[_Member]) -> _Member | None:
        """Whose mobile is given when one has none: a parent's, or the partner's."""
        near = {Relation.PARENT, Relation.PARTNER}
        return next(
            (other for kind, other in member.ties if kind in near and other.mobile and other in members), None
        )

    def _record(
        self,
        member: _Member,
        members: list[_Member],
        addresses: tuple[Address, ...],
        landline: str,
        *,
        plain: bool,
    ) -> InventedPerson:
        chance, culture = self._chance, member.culture
        written = naming.plain if plain else str
        age = self._age(member)
        dated = not chance.yes(0.06)
        estimated = None if dated or chance.yes(0.3) else max(0, int(age) + chance.below(7) - 3)
        named, other = member.named, member.other_party
        return InventedPerson(
            number=member.number,
            forename=written(named.forename),
            middle=written(named.middle) if named.middle and chance.yes(0.8) else "",
            surname=written(member.surname),
            former_surname=written(member.former_surname),
            known_as=written(named.known_as),
            group=culture.group,
            family_name_first=culture.family_name_first,
            sex=member.sex,
            birth_date=date.fromordinal(member.born) if dated else None,
            estimated_age=estimated,
            phones=self._phones(member, members, landline),
            addresses=addresses if chance.yes(0.97) else (),
            household=self._household,
            ethnicity=culture.ethnicity if chance.yes(0.78) else "NS" if chance.yes(0.3) else "",
            language=chance.pick(culture.languages) if chance.yes(0.6) else "",
            markers=self._markers(age),
            relationships=tuple(Relationship(kind, tied.number) for kind, tied in member.ties),
            other_party=OtherParty(written(other.forename), written(other.surname)) if other else None,
        )

    def _markers(self, age: float) -> tuple[str, ...]:
        chance = self._chance
        if age < 14 or not chance.yes(0.05):
            return ()
        first, second = chance.pick(_MARKERS), chance.pick(_MARKERS)
        return (first, second) if second != first and chance.yes(0.25) else (first,)


def _make_siblings(members: list[_Member]) -> None:
    for one in members:
        one.ties.extend((Relation.SIBLING, other) for other in members if other is not one)


def _address(home: Dwelling, since: int, until: int | None, house: str = "") -> Address:
    ended = date.fromordinal(until) if until is not None else None
    return Address(house or home.house, home.street, home.town, home.postcode, date.fromordinal(since), ended)


def _since_birth(addresses: tuple[Address, ...], born: int) -> tuple[Address, ...]:
    """A family's addresses as far as a child has lived at them."""
    birth = date.fromordinal(born)
    return tuple(
        address._replace(since=max(address.since or birth, birth))
        for address in addresses
        if address.until is None or address.until > birth
    )


def _phone(number: str, since: int, until: int | None) -> Phone:
    return Phone(number, date.fromordinal(since), date.fromordinal(until) if until is not None else None)
