"""The people whom the demonstration tells of, and whom the README and the browser tests look for.

All are invented. Their telephones are Ofcom's numbers for drama (07700 900000 to 900999 and 01632 960000
to 960999), their town does not exist, and their numbers in the index come before everybody else's.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from throughline.synthetic.person import (
    Address,
    Group,
    InventedPerson,
    OtherParty,
    Phone,
    Relation,
    Relationship,
)

_MALE, _FEMALE = "1", "2"
_TOWN = "Quarnley"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A demonstration person, and what an index file cannot say about them.

    `aliases` are full names besides `known_as`. `restricted` is the code of the ground on which the record
    is restricted ("" if it is not), `staff` marks somebody who works for the force, and `refuge` is an
    address that no file may hold.
    """

    key: str
    tells: str
    person: InventedPerson
    aliases: tuple[str, ...] = ()
    restricted: str = ""
    staff: bool = False
    refuge: Address | None = None


def stories() -> tuple[Story, ...]:
    """Every demonstration person, in the order of their numbers."""
    return (
        *_repeat_victim_and_family(),
        *_father_and_son(),
        *_twins(),
        *_hidden(),
        *_polish_couple(),
        _student(),
        *_sikh_family(),
        *_others(),
    )


def _at(house: str, street: str, postcode: str, since: date, until: date | None = None) -> Address:
    return Address(house, street, _TOWN, postcode, since, until)


def _on(number: str, since: date, until: date | None = None) -> Phone:
    return Phone(number, since, until)


def _repeat_victim_and_family() -> tuple[Story, ...]:
    home = _at("Flat 2, 14", "Alma Road", "ZT1 4LX", date(2021, 6, 1))
    before = _at("9", "Selborne Terrace", "ZT1 7DN", date(2015, 2, 14), date(2021, 6, 1))
    mother, partner, daughter, son = 1, 2, 3, 4
    return (
        Story(
            key="repeat_victim",
            tells="has called before, under a maiden and a married surname, from two telephones",
            person=InventedPerson(
                number=mother,
                forename="Joanne",
                middle="Marie",
                surname="Whitmore",
                former_surname="Tarrant",
                known_as="Jo",
                group=Group.ENGLISH,
                sex=_FEMALE,
                birth_date=date(1995, 3, 8),
                phones=(
                    _on("07700900123", date(2024, 9, 2)),
                    _on("07700900187", date(2019, 1, 20), date(2024, 9, 2)),
                ),
                addresses=(home, before),
                household=1,
                ethnicity="W1",
                language="en",
                relationships=(
                    Relationship(Relation.PARTNER, partner),
                    Relationship(Relation.CHILD, daughter),
                    Relationship(Relation.CHILD, son),
                ),
                other_party=OtherParty("Craig", "Whitmore"),
            ),
        ),
        Story(
            key="partner",
            tells="her husband, who has given other names",
            aliases=("Craig Marsh", "Tony Whitmore"),
            person=InventedPerson(
                number=partner,
                forename="Craig",
                middle="Anthony",
                surname="Whitmore",
                known_as="Tony",
                group=Group.ENGLISH,
                sex=_MALE,
                birth_date=date(1990, 11, 19),
                phones=(_on("07700900144", date(2020, 4, 11)),),
                addresses=(home, before),
                household=1,
                ethnicity="W1",
                language="en",
                markers=("violence",),
                relationships=(
                    Relationship(Relation.PARTNER, mother),
                    Relationship(Relation.CHILD, daughter),
                    Relationship(Relation.CHILD, son),
                ),
                other_party=OtherParty("Joanne", "Whitmore"),
            ),
        ),
        Story(
            key="daughter",
            tells="their daughter, whose number is her mother's",
            person=_child(daughter, "Ella", _FEMALE, date(2017, 5, 23), (mother, partner), son, home),
        ),
        Story(
            key="son",
            tells="their son",
            person=_child(son, "Noah", _MALE, date(2020, 7, 2), (mother, partner), daughter, home),
        ),
    )


def _child(
    number: int, forename: str, sex: str, born: date, parents: tuple[int, int], sibling: int, home: Address
) -> InventedPerson:
    return InventedPerson(
        number=number,
        forename=forename,
        surname="Whitmore",
        group=Group.ENGLISH,
        sex=sex,
        birth_date=born,
        phones=(_on("07700900123", date(2024, 9, 2)),) if sex == _FEMALE else (),
        addresses=(home,),
        household=1,
        ethnicity="W1",
        relationships=(
            *(Relationship(Relation.PARENT, parent) for parent in parents),
            Relationship(Relation.SIBLING, sibling),
        ),
    )


def _father_and_son() -> tuple[Story, ...]:
    home = _at("27", "Mill Lane", "ZT1 2AL", date(1994, 8, 1))
    landline = _on("01632960127", date(1994, 8, 1))
    father, son = 5, 6
    shared: dict[str, Any] = {
        "middle": "George",
        "surname": "Pritchard",
        "group": Group.WELSH,
        "sex": _MALE,
        "household": 2,
    }
    return (
        Story(
            key="father",
            tells="has the name, the address and the home telephone of his son",
            person=InventedPerson(
                **shared,
                number=father,
                forename="Alan",
                birth_date=date(1958, 1, 30),
                phones=(landline,),
                addresses=(home,),
                ethnicity="W1",
                relationships=(Relationship(Relation.CHILD, son),),
            ),
        ),
        Story(
            key="son_of_the_same_name",
            tells="has the name, the address and the home telephone of his father",
            person=InventedPerson(
                **shared,
                number=son,
                forename="Alan",
                known_as="Al",
                birth_date=date(1986, 10, 12),
                phones=(_on("07700900205", date(2018, 3, 3)), landline),
                addresses=(home,),
                ethnicity="W1",
                relationships=(Relationship(Relation.PARENT, father),),
            ),
        ),
    )


def _twins() -> tuple[Story, ...]:
    home = _at("3", "Orchard Close", "ZT1 5HB", date(2010, 4, 9))
    landline = _on("01632960233", date(2010, 4, 9))
    names = (("Chloe", "07700900311"), ("Caitlin", "07700900312"))
    return tuple(
        Story(
            key=f"twin_{forename.lower()}",
            tells="one of twins: surname, birth date, address and home telephone are the same",
            person=InventedPerson(
                number=number,
                forename=forename,
                surname="Barrow",
                group=Group.ENGLISH,
                sex=_FEMALE,
                birth_date=date(2004, 6, 17),
                phones=(_on(own_phone, date(2022, 1, 5)), landline),
                addresses=(home,),
                household=3,
                ethnicity="M1",
                relationships=(Relationship(Relation.SIBLING, 15 - number),),
            ),
        )
        for number, (forename, own_phone) in enumerate(names, start=7)
    )


def _hidden() -> tuple[Story, ...]:
    return (
        Story(
            key="restricted",
            tells="works for the force and has been named as a party: her record is restricted",
            restricted="staff-victim",
            staff=True,
            person=InventedPerson(
                number=9,
                forename="Rachel",
                middle="Anne",
                surname="Denholm",
                former_surname="Sharpe",
                group=Group.ENGLISH,
                sex=_FEMALE,
                birth_date=date(1984, 2, 27),
                phones=(_on("07700900410", date(2017, 7, 7)),),
                addresses=(_at("41", "Grange Road", "ZT1 6PE", date(2016, 5, 20)),),
                household=4,
                ethnicity="W1",
                other_party=OtherParty("Neil", "Denholm"),
            ),
        ),
        Story(
            key="in_refuge",
            tells="lives in a refuge: the index has only the address that she left",
            restricted="refuge",
            refuge=_at("Room 4, 60", "Prospect Avenue", "ZT1 8WR", date(2026, 2, 3)),
            person=InventedPerson(
                number=10,
                forename="Samina",
                surname="Kausar",
                known_as="Sam",
                group=Group.SOUTH_ASIAN_MUSLIM,
                sex=_FEMALE,
                birth_date=date(1993, 12, 5),
                phones=(
                    _on("07700900455", date(2026, 2, 4)),
                    _on("07700900456", date(2016, 9, 1), date(2026, 2, 4)),
                ),
                addresses=(_at("118", "Station Road", "ZT1 3GY", date(2014, 8, 15), date(2026, 2, 3)),),
                household=5,
                ethnicity="A2",
                language="ur",
                other_party=OtherParty("Tariq", "Mahmood"),
            ),
        ),
    )


def _polish_couple() -> tuple[Story, ...]:
    home = _at("Flat 5, 2", "Castle Street", "ZT1 9ZH", date(2019, 10, 1))
    return (
        Story(
            key="polish_wife",
            tells="her surname ends in -ska, her husband's in -ski",
            person=InventedPerson(
                number=11,
                forename="Katarzyna",
                surname="Wysocka",
                former_surname="Zielińska",
                known_as="Kasia",
                group=Group.POLISH,
                sex=_FEMALE,
                birth_date=date(1988, 4, 6),
                phones=(_on("07700900520", date(2019, 11, 3)),),
                addresses=(home,),
                household=6,
                ethnicity="W9",
                language="pl",
                relationships=(Relationship(Relation.PARTNER, 12),),
                other_party=OtherParty("Marek", "Wysocki"),
            ),
        ),
        Story(
            key="polish_husband",
            tells="his surname ends in -ski, his wife's in -ska",
            person=InventedPerson(
                number=12,
                forename="Marek",
                surname="Wysocki",
                group=Group.POLISH,
                sex=_MALE,
                birth_date=date(1985, 9, 21),
                phones=(_on("07700900521", date(2019, 11, 3)),),
                addresses=(home,),
                household=6,
                ethnicity="W9",
                language="pl",
                relationships=(Relationship(Relation.PARTNER, 11),),
                other_party=OtherParty("Katarzyna", "Wysocka"),
            ),
        ),
    )


def _student() -> Story:
    return Story(
        key="student",
        tells="a student: family name first at home, an English name here",
        person=InventedPerson(
            number=13,
            forename="Xiao Yan",
            surname="Chen",
            known_as="Amy",
            family_name_first=True,
            group=Group.CHINESE,
            sex=_FEMALE,
            birth_date=date(2005, 8, 14),
            phones=(_on("07700900613", date(2024, 9, 20)),),
            addresses=(_at("Room 7, 31", "Victoria Road", "ZT1 0AA", date(2025, 9, 12)),),
            household=7,
            ethnicity="A4",
            language="zh",
        ),
    )


def _sikh_family() -> tuple[Story, ...]:
    home = _at("52", "Highfield Road", "ZT1 1NB", date(2009, 3, 28))
    landline = _on("01632960652", date(2009, 3, 28))
    father, mother, daughter, son = 14, 15, 16, 17
    shared: dict[str, Any] = {
        "group": Group.SOUTH_ASIAN_SIKH_HINDU,
        "household": 8,
        "ethnicity": "A1",
        "addresses": (home,),
    }
    parents = (Relationship(Relation.PARENT, father), Relationship(Relation.PARENT, mother))
    children = (Relationship(Relation.CHILD, daughter), Relationship(Relation.CHILD, son))
    return (
        Story(
            key="sikh_father",
            tells="Singh stands between his name and the family's",
            person=InventedPerson(
                **shared,
                number=father,
                forename="Gurdeep",
                middle="Singh",
                surname="Sahota",
                sex=_MALE,
                birth_date=date(1979, 1, 11),
                phones=(_on("07700900701", date(2015, 6, 6)), landline),
                language="pa",
                relationships=(Relationship(Relation.PARTNER, mother), *children),
                other_party=OtherParty("Manjit", "Kaur"),
            ),
        ),
        Story(
            key="sikh_mother",
            tells="Kaur is the only surname that she uses",
            person=InventedPerson(
                **shared,
                number=mother,
                forename="Manjit",
                surname="Kaur",
                sex=_FEMALE,
                birth_date=date(1982, 11, 2),
                phones=(_on("07700900702", date(2016, 1, 15)), landline),
                language="pa",
                relationships=(Relationship(Relation.PARTNER, father), *children),
                other_party=OtherParty("Gurdeep", "Sahota"),
            ),
        ),
        Story(
            key="sikh_daughter",
            tells="their daughter",
            person=InventedPerson(
                **shared,
                number=daughter,
                forename="Jasleen",
                middle="Kaur",
                surname="Sahota",
                known_as="Jas",
                sex=_FEMALE,
                birth_date=date(2008, 9, 30),
                phones=(_on("07700900703", date(2021, 9, 30)),),
                relationships=(*parents, Relationship(Relation.SIBLING, son)),
            ),
        ),
        Story(
            key="sikh_son",
            tells="their son, reached through the home telephone",
            person=InventedPerson(
                **shared,
                number=son,
                forename="Arjan",
                middle="Singh",
                surname="Sahota",
                sex=_MALE,
                birth_date=date(2014, 2, 18),
                phones=(landline,),
                relationships=(*parents, Relationship(Relation.SIBLING, daughter)),
            ),
        ),
    )


def _others() -> tuple[Story, ...]:
    return (
        Story(
            key="estimated_age",
            tells="nobody has asked her birth date: her age is an estimate",
            person=InventedPerson(
                number=18,
                forename="Edna",
                surname="Mossop",
                group=Group.ENGLISH,
                sex=_FEMALE,
                estimated_age=84,
                phones=(_on("01632960818", date(1998, 1, 1)),),
                addresses=(_at("6", "Chapel Street", "ZT1 6AD", date(1971, 1, 1)),),
                household=9,
                ethnicity="W1",
            ),
        ),
        Story(
            key="weapons",
            tells="carries a marker that officers must hear before they knock",
            person=InventedPerson(
                number=19,
                forename="Darren",
                middle="Lee",
                surname="Colebrook",
                known_as="Daz",
                group=Group.ENGLISH,
                sex=_MALE,
                birth_date=date(1983, 7, 25),
                phones=(_on("07700900919", date(2023, 3, 14)),),
                addresses=(_at("88", "Foundry Street", "ZT1 4RJ", date(2022, 12, 1)),),
                household=10,
                ethnicity="W1",
                markers=("weapons", "violence"),
                other_party=OtherParty("Leanne", "Colebrook"),
            ),
        ),
        Story(
            key="day_name",
            tells="born on a Sunday and named for it at home; Grace to everybody else",
            person=InventedPerson(
                number=20,
                forename="Grace",
                middle="Akosua",
                surname="Mensah",
                known_as="Akosua",
                group=Group.WEST_AFRICAN,
                sex=_FEMALE,
                birth_date=date(1994, 5, 15),
                phones=(_on("07700900960", date(2020, 10, 10)),),
                addresses=(_at("19", "Vicarage Road", "ZT1 9PW", date(2018, 7, 1)),),
                household=11,
                ethnicity="B2",
                language="en",
                other_party=OtherParty("Kwame", "Owusu"),
            ),
        ),
    )
