"""Writes an index and calls that have nothing in common with the invented force's: other names, households and mistakes.

    python benchmarks/another_county.py --people 100000 --calls 12000 --seed 41 --out FOLDER

The engine must find people of any force, not those of one generator. Here records lack much themselves (a third of the
birth dates, half of the telephones), callers leave out three things in ten, few give a birth date, ages are
out by several years, addresses have changed since, names are heard and written by rules that the other
generator does not have, and three calls in ten are about nobody who is known, a third of those about
a housemate of somebody who is. FOLDER gets known.csv, calls.csv and map.yaml, for `throughline linkage replay`.
How often each mistake happens is judgement, and another judgement than that of `synthetic.misremembering`.
"""

import argparse
import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

TODAY = date(2026, 11, 26)
TRUTH, GROUP = "WHO", "CUSTOM"
MAP = """\
known:
  forename: GIVEN
  middle: SECOND
  surname: FAMILY
  dob: {column: BORN, format: "%Y-%m-%d"}
  sex: SEX
  phone: TEL
  house_number: HOUSE
  street: ROAD
  town: PLACE
  postcode: PC
  other_forename: PARTNER_GIVEN
  other_surname: PARTNER_FAMILY
calls:
  forename: GIVEN
  surname: FAMILY
  full_name: SAID
  dob: {column: BORN, format: "%d/%m/%Y"}
  age: AGE
  sex: SEX
  phone: TEL
  address: ADDRESS
  postcode: PC
  other_forename: PARTNER_GIVEN
  other_surname: PARTNER_FAMILY
"""


@dataclass(frozen=True, slots=True)
class Custom:
    """How a people names: share of households, forenames of men and women, surnames, made-up further surnames."""

    share: float
    men: str
    women: str
    surnames: str
    starts: str = ""
    ends: str = ""
    rare: float = 0.0
    women_as: str = ""  # a last name that women bear instead
    takes: float = 0.0  # how many wives take the husband's
    family_first: bool = False


CUSTOMS = {
    "British": Custom(
        0.62,
        "David John Michael Paul Andrew Mark James Stephen Robert Peter Daniel Matthew Christopher Thomas Richard Lee "
        "Ian Simon Kevin Darren Craig Wayne Jack Joshua Ryan Adam Liam Luke Callum Connor Kieran Nathan Aaron Jordan "
        "Harry George Oliver Charlie Alfie Archie Scott Dean Carl Shaun Neil Graham Keith Barry Trevor Gareth Rhys",
        "Susan Sarah Julie Karen Claire Emma Nicola Lisa Joanne Michelle Rachel Rebecca Laura Kelly Gemma Samantha Amy "
        "Hannah Sophie Emily Lauren Chloe Jessica Charlotte Katie Zoe Leanne Stacey Kirsty Natalie Donna Tracey Sharon "
        "Mandy Debbie Elaine Lorraine Margaret Patricia Christine Jean Sheila Maureen Bethan Megan Sian Holly Abigail "
        "Paige Demi Shannon Courtney Jade Ellie Olivia Catherine Elizabeth Jennifer Victoria Amanda",
        "Smith Jones Taylor Williams Brown Davies Evans Wilson Thomas Roberts Johnson Lewis Walker Robinson Wood Thompson "
        "White Watson Jackson Wright Green Harris Cooper King Lee Martin Clarke James Morgan Hughes Edwards Hill Moore "
        "Clark Harrison Scott Young Morris Hall Ward Turner Carter Phillips Mitchell Patel Adams Campbell Anderson Allen "
        "Cook Bailey Parker Miller Davis Murphy Price Bell Baker Griffiths Kelly Simpson Marshall Collins Bennett Cox",
        "Ash Black Brad Brom Cald Cran Dal Ecc Farn Gar Hald Hather Kirk Lang Mar Nor Old Pem Rad Sel Thorn Ux Wal Whit",
        "by don ford grave ham ington ley low man more ridge shaw sley stead ston stone thorpe ton well wick wood worth",
        0.4,
        takes=0.65,
    ),
    "Muslim South Asian": Custom(
        0.11,
        "Mohammed Muhammad Imran Asif Tariq Zahid Khalid Nadeem Usman Bilal Hamza Yusuf Ibrahim Abdul Shahid Kashif Waqas "
        "Adeel Junaid Faisal Rashid Javed Arshad Saqib Sajid Aftab Naveed Rizwan",
        "Fatima Ayesha Shabana Nasreen Saima Rukhsana Shazia Zainab Maryam Khadija Samina Nazia Farzana Rubina Tahira "
        "Sumaiya Hafsa Aminah Kulsum Rahima Shahnaz Yasmin Noreen Sobia Uzma",
        "Khan Ahmed Hussain Ali Malik Iqbal Mahmood Shah Akhtar Mirza Sheikh Butt Chaudhry Rahman Islam Miah Uddin Haque "
        "Hassan Qureshi Siddiqui Ashraf Aslam Rafiq Bashir Zaman Raja Dar",
        women_as="Begum Bibi Khatun Akhtar Khanum Kausar Parveen",
        takes=0.1,
    ),
    "Sikh and Hindu": Custom(
        0.07,
        "Harpreet Gurpreet Jaspal Manjit Sukhdev Amit Rajesh Sanjay Vikram Rakesh Nikhil Arjun Rohan Balbir Kuldip Hardeep",
        "Harpreet Gurpreet Jasvinder Manjit Sukhwinder Priya Anjali Meena Sunita Kavita Pooja Nisha Rupinder Kiran Bhavna",
        "Singh Patel Shah Sharma Gill Sandhu Dhillon Sidhu Kumar Desai Mistry Bains Grewal Chauhan Joshi Parmar Mann Verma",
        women_as="Kaur Kaur Devi",
        takes=0.5,
    ),
    "Polish": Custom(
        0.05,
        "Piotr Krzysztof Andrzej Tomasz Marcin Pawel Michal Lukasz Jakub Mateusz Grzegorz Wojciech Rafal Dariusz Kamil",
        "Anna Katarzyna Malgorzata Agnieszka Ewa Magdalena Joanna Monika Aleksandra Karolina Dorota Beata Justyna Sylwia",
        "Nowak Kowalski Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak Dabrowski Kozlowski "
        "Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Pawlak Michalski Nowicki Adamczyk Dudek Zajac",
        "Bar Cie Dom Gor Jas Kal Lis Mal Ol Rog Sad Tom Wil Zaw",
        "ecki inski kowski ak ewicz czyk owski alski",
        0.4,
        takes=0.85,
    ),
    "Chinese": Custom(
        0.03,
        "Wei Jun Hao Ming Kai Chun Zhi Wen Jian Bo Chi Tak Kwok Wing Yat Siu",
        "Li Mei Xiu Ying Hui Yan Fang Jing Na Lan Wai Suk Yuk Ka Sze Pui",
        "Chen Li Wang Zhang Liu Wong Chan Lam Cheung Ho Lau Ng Leung Huang Zhao Wu Zhou Xu Tang Yip",
        family_first=True,
    ),
    "Arabic": Custom(
        0.05,
        "Ahmad Omar Khaled Mahmoud Hassan Youssef Mustafa Samir Tarek Walid Karim Nabil Fadi Ziad Bassam",
        "Fatma Mariam Noor Layla Huda Rania Amal Salma Dalia Hanan Iman Nadia Rasha Zahra Sahar",
        "Al-Hassan El-Sayed Haddad Mansour Khalil Ibrahim Hamdan Nasser Saleh Abdallah Al-Masri Darwish Khoury Hussein "
        "Abdel-Rahman Al-Jabouri Farouk Osman Barakat Aziz",
    ),
    "West African": Custom(
        0.05,
        "Kwame Kofi Kwaku Chukwuemeka Oluwaseun Babatunde Emeka Tunde Segun Ifeanyi Yaw Femi Olumide Chidi Samuel Emmanuel",
        "Abena Akosua Ama Chioma Ngozi Folasade Funmilayo Titilayo Adaeze Yetunde Blessing Grace Mercy Comfort Efua",
        "Mensah Owusu Boateng Okafor Adeyemi Okonkwo Asante Osei Balogun Adebayo Eze Nwosu Agyeman Appiah Ogunleye Ojo "
        "Afolabi Danquah Amoah Chukwu Oladipo Quaye",
        takes=0.6,
    ),
    "Somali": Custom(
        0.02,
        "Abdi Mohamed Hassan Yusuf Abdullahi Ali Ahmed Farah Ismail Warsame Hussein",
        "Hodan Faduma Amina Sahra Halima Khadra Ifrah Asha Hawa Nimco Ayaan",
        "Ali Mohamed Hassan Ahmed Abdi Farah Jama Warsame Yusuf Hussein Omar Nur Adan Isse",
    ),
}  # fmt: skip
SHORT = {
    name: forms.split("/")
    for name, _, forms in (
        pair.partition("=")
        for pair in (
            "David=Dave/Davey Michael=Mick/Mike James=Jim/Jimmy Stephen=Steve Robert=Bob/Rob/Bobby Peter=Pete Daniel=Dan/Danny "
            "Matthew=Matt Christopher=Chris Thomas=Tom/Tommy Richard=Dick/Rick Joshua=Josh Andrew=Andy Kenneth=Ken Harry=Harold "
            "Susan=Sue/Suzie Rebecca=Becky/Becca Samantha=Sam Elizabeth=Liz/Beth/Betty/Lizzie Jennifer=Jen/Jenny "
            "Victoria=Vicky/Tori Amanda=Mandy Catherine=Cath/Kate/Kathy Patricia=Pat/Trish Margaret=Maggie/Peggy/Meg "
            "Christine=Chris/Chrissie Jessica=Jess Charlotte=Lottie/Charlie Abigail=Abbie Nicola=Nicky Deborah=Debbie "
            "Joanne=Jo Michelle=Shell Katarzyna=Kasia Malgorzata=Gosia Agnieszka=Aga Magdalena=Magda Aleksandra=Ola "
            "Joanna=Asia Krzysztof=Krzys/Chris Tomasz=Tomek Piotr=Peter Lukasz=Luke Oluwaseun=Seun Babatunde=Tunde "
            "Funmilayo=Funmi Folasade=Sade Chukwuemeka=Emeka Mohammed=Mo Gurpreet=Gurp Harpreet=Harps Jasvinder=Jas"
        ).split()
    )
}
# as spelt: as another clerk spells it
SPELT = (
    ("mohammed", "muhammad"), ("mohammed", "mohamed"), ("mohammed", "mohammad"), ("ahmed", "ahmad"), ("hussain", "hussein"),
    ("khatun", "khatoon"), ("begum", "begam"), ("choudh", "chaudh"), ("chaudhry", "chowdhury"), ("yusuf", "yousef"),
    ("ayesha", "aisha"), ("fatima", "fatema"), ("iqbal", "eqbal"), ("malik", "malek"), ("sheikh", "shaikh"), ("uddin", "udin"),
    ("qureshi", "koreshi"), ("zhang", "cheung"), ("huang", "wong"), ("chen", "chan"), ("adeyemi", "adeyeme"), ("cz", "ch"),
    ("sz", "sh"), ("w", "v"), ("rz", "z"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("ee", "i"), ("ou", "u"), ("oo", "u"),
    ("aa", "a"), ("y", "i"), ("ie", "y"), ("ei", "ie"), ("au", "aw"), ("ll", "l"), ("tt", "t"), ("nn", "n"), ("ss", "s"), ("ey", "y"),
    ("c", "k"), ("gh", "g"), ("kw", "qu"), ("ai", "ay"), ("er", "ar"), ("en", "an"), ("on", "en"), ("ar", "er"), ("v", "b"), ("d", "t"),
)  # fmt: skip
SCANNED = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("l", "i"), ("i", "l"), ("vv", "w"), ("h", "b"), ("e", "c"), ("u", "v"), ("a", "o"))  # fmt: skip
ROADS = [
    f"{first} {last}"
    for first in (
        "Albert Alma Ash Bank Beech Birch Bridge Brook Canal Castle Cedar Chapel Cherry Church Clifton Cross Dale Devon Duke "
        "Elm Farm Field Garden George Grange Green Grove Hawthorn Heath Hill Holly Kent King Lake Lime Manor Market Meadow "
        "Mill Moor Nelson New North Oak Orchard Oxford Park Poplar Priory Queen Railway River Rose School South Spring "
        "Station Sycamore Tower Union Valley Victoria Water Well West Willow Windsor Wood York"
    ).split()
    for last in ("Road", "Street", "Lane", "Avenue", "Close", "Drive", "Crescent", "Terrace", "Way", "Court")
]

TOWNS = (
    "Averham Brixcombe Callowby Dunmere Eskholt Fernleigh Gosforth Harrowden Ivelcot Jesmouth Kelbrook Luddenfoot Marlpit "
    "Netherwick Ousby Pentrell Quernmoor Ravenspur Saltreach Tidebury Ulverdale Vexford Wyrebank Yarrowgate Zealmouth Oxenholt"
).split()


@dataclass(frozen=True, slots=True)
class Home:
    number: str
    road: str
    town: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Human:
    """One person of the county, as they are; what a record or a caller says of them is less."""

    who: str
    custom: str
    given: str
    second: str
    family: str
    born: date
    sex: str
    home: Home
    phone: str
    born_as: str = ""
    was_at: Home | None = None
    had: str = ""
    landline: str = ""
    partner: tuple[str, str] = ("", "")
    housemates: list["Human"] = field(default_factory=list, compare=False)


class County:
    """Draws households by a seed."""

    def __init__(self, seed: int, people: int) -> None:
        self.draw = Random(seed)
        self._towns = TOWNS
        self._roads = max(people // 45, 50)
        self._count = 0
        self._weights = {
            name: {
                kind: list(accumulate((rank + 2.0) ** -0.8 for rank in range(len(words.split()))))
                for kind, words in (("men", one.men), ("women", one.women), ("surnames", one.surnames))
            }
            for name, one in CUSTOMS.items()
        }

    def _one(self, custom: str, kind: str) -> str:
        words = {
            "men": CUSTOMS[custom].men,
            "women": CUSTOMS[custom].women,
            "surnames": CUSTOMS[custom].surnames,
        }
        return self.draw.choices(words[kind].split(), cum_weights=self._weights[custom][kind])[0]

    def _surname(self, custom: str) -> str:
        one = CUSTOMS[custom]
        if one.rare and self.draw.random() < one.rare:
            return self.draw.choice(one.starts.split()) + self.draw.choice(one.ends.split())
        return self._one(custom, "surnames")

    def home(self) -> Home:
        """A house: roads of some twenty houses, each with one postcode to a side."""
        road = self.draw.randrange(self._roads)
        fixed = Random(road)
        name, town = fixed.choice(ROADS), self._towns[road % 26]
        number = self.draw.randint(1, 30)
        inward = "ABDEFGHJLNPQRSTUWXYZ"
        code = f"QX{road % 26 + 1} {fixed.randint(1, 9)}{fixed.choice(inward)}{inward[(road // 26 + number % 2) % 20]}"
        flat = f"Flat {self.draw.randint(1, 12)}, " if fixed.random() < 0.12 else ""
        return Home(f"{flat}{number}", name, town, code)

    def phone(self) -> str:
        """A number of the range that is kept for drama."""
        return f"07{self.draw.randint(300, 999)}{self.draw.randint(0, 999_999):06}"

    def _human(self, custom: str, sex: str, born: date, family: str, home: Home, landline: str) -> Human:
        self._count += 1
        draw, one = self.draw, CUSTOMS[custom]
        given = self._one(custom, "men" if sex == "M" else "women")
        second = self._one(custom, "men" if sex == "M" else "women") if draw.random() < 0.45 else ""
        if custom == "Chinese" and second:
            given, second = f"{given} {second}", ""
        if sex == "F" and one.women_as and draw.random() < 0.5:
            family = draw.choice(one.women_as.split())
        if custom == "Polish" and sex == "F" and family.endswith(("ski", "cki")):
            family = family[:-1] + "a"
        moved = draw.random() < 0.35
        return Human(
            f"W{self._count}", custom, given, second, family, born, sex, home, self.phone(),
            was_at=self.home() if moved else None, had=self.phone() if draw.random() < 0.4 else "", landline=landline,
        )  # fmt: skip

    def household(self) -> list[Human]:
        """People who live together: alone, a couple, children, twins, a father's namesake, a grandmother."""
        draw = self.draw
        custom = draw.choices(list(CUSTOMS), weights=[one.share for one in CUSTOMS.values()])[0]
        one, home = CUSTOMS[custom], self.home()
        landline = f"01632{draw.randint(0, 999_999):06}" if draw.random() < 0.35 else ""
        born = TODAY - timedelta(days=int(365.25 * min(max(draw.gauss(41, 15), 17), 95)))
        family = self._surname(custom)
        sex = draw.choice("MF")
        first = self._human(custom, sex, born, family, home, landline)
        members = [first]
        if draw.random() < 0.6:
            other = "F" if first.sex == "M" else "M"
            near = first.born + timedelta(days=int(draw.gauss(0, 4) * 365))
            mixed = draw.choice(list(CUSTOMS)) if draw.random() < 0.08 else custom
            partner = self._human(
                mixed, other, min(near, TODAY - timedelta(days=6000)), self._surname(mixed), home, landline
            )
            wife, husband = (first, partner) if first.sex == "F" else (partner, first)
            if draw.random() < one.takes:
                taken = husband.family
                if custom == "Polish" and taken.endswith(("ski", "cki")):
                    taken = taken[:-1] + "a"
                if draw.random() < 0.12:
                    taken = f"{wife.family}-{taken}"
                wife = replace(wife, born_as=wife.family, family=taken)
            wife = replace(wife, partner=(husband.given, husband.family))
            husband = replace(husband, partner=(wife.given, wife.family))
            members = [husband, wife]
            family = husband.family
        child_born = max(one.born for one in members) + timedelta(days=int(draw.uniform(17, 36) * 365))
        for _ in range(draw.choice((0, 0, 1, 1, 2, 3, 4))):
            if child_born > TODAY - timedelta(days=365 * 11):
                break
            child = self._human(custom, draw.choice("MF"), child_born, family, home, landline)
            if child.sex == "M" and members[0].sex == "M" and draw.random() < 0.06:
                child = replace(child, given=members[0].given)
            members.append(child)
            if draw.random() < 0.03:
                members.append(self._human(custom, draw.choice("MF"), child_born, family, home, landline))
            child_born += timedelta(days=int(draw.uniform(1, 5) * 365))
        if draw.random() < 0.15:  # a lodger, or one of a house in which people share rooms
            members.append(
                self._human(
                    draw.choice(list(CUSTOMS)),
                    draw.choice("MF"),
                    born,
                    self._surname("British"),
                    home,
                    landline,
                )
            )
        for member in members:
            member.housemates.extend(other for other in members if other is not member)
        return members


def changed(text: str, pairs: Sequence[tuple[str, str]], draw: Random) -> str:
    """A word with one of the pairs put in the place of the other."""
    low = text.lower()
    able = [(old, new) for old, new in pairs if old in low]
    if not able:
        return text
    old, new = draw.choice(able)
    return low.replace(old, new, 1).title()


def slipped(text: str, draw: Random) -> str:
    """A word with a letter left out, doubled, moved or wrong."""
    if len(text) < 3:
        return text
    at = draw.randrange(len(text) - 1)
    ways: list[Callable[[], str]] = [
        lambda: text[:at] + text[at + 1 :],
        lambda: text[:at] + text[at] + text[at:],
        lambda: text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        lambda: text[:at] + draw.choice("aeioustrnlm") + text[at + 1 :],
    ]
    return draw.choice(ways)()


def misheard(text: str, draw: Random, often: float) -> str:
    """A name as it gets onto paper."""
    chance = draw.random()
    if chance < often * 0.5:
        return changed(text, SPELT, draw)
    if chance < often * 0.62:
        return changed(text, SCANNED, draw)
    if chance < often:
        return slipped(text, draw)
    return text


def record(one: Human, draw: Random) -> list[str]:
    """What the force holds."""
    named = misheard(one.given, draw, 0.04), misheard(one.family, draw, 0.04)
    born = one.born
    if draw.random() < 0.03:
        born = born.replace(month=1, day=1)
    home = one.was_at if one.was_at and draw.random() < 0.3 else one.home
    family = named[1]
    if one.born_as and draw.random() < 0.3:
        family = one.born_as
    has = [draw.random() for _ in range(6)]
    phone = (
        (
            one.landline
            if one.landline and has[4] < 0.1
            else one.had
            if one.had and has[4] < 0.25
            else one.phone
        )
        if has[0] < 0.55
        else ""
    )
    return [
        one.who, named[0], one.second if has[1] < 0.6 else "", family, born.isoformat() if has[2] < 0.68 else "",
        one.sex if has[3] < 0.9 else "", phone,
        *((home.number, home.road, home.town, home.postcode if draw.random() < 0.9 else "") if has[5] < 0.8 else ("",) * 4),
        *(one.partner if one.partner[0] and draw.random() < 0.4 else ("", "")), one.custom,
    ]  # fmt: skip


def heard(one: Human, draw: Random) -> list[str]:
    """What a caller says of somebody."""
    foreign = one.custom != "British"
    given, family = one.given, one.family
    if given in SHORT and draw.random() < 0.3:
        given = draw.choice(SHORT[given])
    elif one.second and draw.random() < 0.06:
        given = one.second
    if one.born_as and draw.random() < 0.35:
        family = one.born_as
    if "-" in family and draw.random() < 0.5:
        family = draw.choice([part for part in family.split("-") if len(part) > 2])
    if one.custom.startswith("Muslim") and draw.random() < 0.15:
        given = (
            f"{given} {one.second}".strip()
            if draw.random() < 0.5
            else f"Mohammed {given}"
            if one.sex == "M"
            else given
        )
    if one.custom.startswith("Muslim") and one.sex == "F" and draw.random() < 0.15:
        family = draw.choice(CUSTOMS[one.custom].women_as.split())
    given = misheard(given, draw, 0.28 if foreign else 0.14)
    family = misheard(family, draw, 0.28 if foreign else 0.14)
    said = ""
    if draw.random() < (0.25 if CUSTOMS[one.custom].family_first else 0.03):
        given, family = family, given
    chance = draw.random()
    if chance < 0.22:
        family = ""
    elif chance < 0.27:
        given = ""
    elif chance < 0.40:
        said, given, family = f"{given} {family}", "", ""
    elif chance < 0.44:
        said, given, family = f"{family.upper()}, {given}", "", ""
    elif chance < 0.47:
        given = given[:1]
    born = age = ""
    chance = draw.random()
    if chance < 0.3:
        day = one.born
        if draw.random() < 0.05 and day.day <= 12:
            day = day.replace(day=day.month, month=day.day)
        elif draw.random() < 0.05:
            day += timedelta(days=draw.choice((-365, 365, -1, 1, 10, -10, 3652)))
        born = day.strftime("%d/%m/%Y")
    elif chance < 0.68:
        age = str(max(1, (TODAY - one.born).days // 365 + round(draw.gauss(0, 2.5))))
    phone = ""
    if draw.random() < 0.7:
        chance = draw.random()
        phone = one.phone
        if one.landline and chance < 0.15:
            phone = one.landline
        elif one.had and chance < 0.3:
            phone = one.had
        elif one.housemates and chance < 0.4:
            phone = draw.choice(one.housemates).phone
        elif chance < 0.55:
            phone = f"07{draw.randint(300, 999)}{draw.randint(0, 999_999):06}"
        if draw.random() < 0.03:
            at = draw.randrange(4, 11)
            phone = phone[:at] + str(draw.randint(0, 9)) + phone[at + 1 :]
    address = postcode = ""
    chance = draw.random()
    home = one.was_at if one.was_at and draw.random() < 0.2 else one.home
    if chance < 0.12:
        address = home.road
    elif chance < 0.45:
        address = f"{home.number} {changed(home.road, SPELT, draw) if draw.random() < 0.1 else home.road}"
        address += f", {home.town}" if draw.random() < 0.6 else ""
        postcode = (
            home.postcode if draw.random() < 0.4 else home.postcode.split()[0] if draw.random() < 0.2 else ""
        )
    elif chance < 0.6:
        postcode = home.postcode
    elif chance < 0.7:
        address = home.town
    if postcode and draw.random() < 0.05:
        postcode = slipped(postcode, draw)
    partner = one.partner if one.partner[0] and draw.random() < 0.3 else ("", "")
    if partner[0]:
        partner = misheard(partner[0], draw, 0.15), partner[1] if draw.random() < 0.5 else ""
    if not (given or family or said):
        given = one.given
    sex = one.sex if draw.random() < 0.5 else ""
    return [one.who, given, family, said, born, age, sex, re.sub(r"^0", draw.choice(("0", "+44 ")), phone), address, postcode, *partner, one.custom]  # fmt: skip


KNOWN_COLUMNS = (
    "WHO GIVEN SECOND FAMILY BORN SEX TEL HOUSE ROAD PLACE PC PARTNER_GIVEN PARTNER_FAMILY CUSTOM".split()
)
CALL_COLUMNS = "WHO GIVEN FAMILY SAID BORN AGE SEX TEL ADDRESS PC PARTNER_GIVEN PARTNER_FAMILY CUSTOM".split()


def write(folder: Path, people: int, calls: int, seed: int, twice: float = 0.0) -> None:
    """Writes known.csv, calls.csv and map.yaml. ``twice`` is the share of persons who have a second record."""
    county = County(seed, people)
    draw = county.draw
    known: list[Human] = []
    away: list[Human] = []  # their housemates who are not known, and those of whom nothing is
    while len(known) < people:
        for one in county.household():
            (known if draw.random() < 0.55 else away).append(one)
    known = known[:people]
    at_home = [one for one in away if one.housemates]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "known.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(KNOWN_COLUMNS)
        for one in known:
            rows.writerow(record(one, draw))
            if twice and draw.random() < twice:
                rows.writerow(record(one, draw))
    asked = draw.choices(known, k=round(calls * 0.7))
    asked += draw.choices(at_home, k=round(calls * 0.1))
    while len(asked) < calls:
        asked.append(draw.choice(county.household()))
    draw.shuffle(asked)
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(CALL_COLUMNS)
        rows.writerows(heard(one, draw) for one in asked)
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--calls", type=int, default=12_000)
    arguments.add_argument("--seed", type=int, default=41)
    arguments.add_argument("--twice", type=float, default=0.0, help="Share of persons who have two records.")
    arguments.add_argument("--out", type=Path, required=True)
    asked = arguments.parse_args()
    write(asked.out, asked.people, asked.calls, asked.seed, asked.twice)


if __name__ == "__main__":
    main()
