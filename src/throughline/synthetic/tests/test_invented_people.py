"""The invented index holds together: nobody in it is real, and it has the shape of a force's own."""

import re
from collections import Counter, defaultdict
from datetime import date
from itertools import islice
from math import log

import numpy as np
import phonenumbers
import pytest

from throughline.synthetic import naming
from throughline.synthetic.chance import Chance
from throughline.synthetic.person import Group, Relation
from throughline.synthetic.places import DWELLINGS_IN_TOWN, dwelling, landline, mobile
from throughline.synthetic.population import people

TODAY = date(2026, 11, 23)
COUNT = 20_000

_AREAS_IN_USE = """
    AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC
    EH EN EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME
    MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST
    SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
    GY IM JE
"""
REAL_POSTCODE_AREAS = frozenset(_AREAS_IN_USE.split())
# Not of a place: the forces overseas, large senders, returns.
NON_GEOGRAPHIC_AREAS = {"BF", "BX", "GIR", "XX", "QC"}
# The form that most checks ask of a postcode (no Q, V, X first; no I, J, Z second; inward letters).
POSTCODE = re.compile(r"^[A-PR-UWYZ][A-HK-Y][0-9]{1,2} [0-9][ABD-HJLNP-UW-Z]{2}$")


@pytest.fixture(scope="module")
def county():
    return list(people(COUNT, seed=11, today=TODAY))


@pytest.fixture(scope="module")
def by_number(county):
    return {person.number: person for person in county}


def test_the_same_seed_gives_the_same_people_and_another_seed_others(county):
    assert list(people(2_000, seed=11, today=TODAY)) == county[:2_000]
    assert list(people(100, seed=12, today=TODAY)) != county[:100]


def test_people_come_as_a_stream():
    endless = people(10**9, seed=1, today=TODAY)
    assert len(list(islice(endless, 10))) == 10


def test_every_person_has_a_number_of_their_own(county):
    assert len({person.number for person in county}) == COUNT


def test_every_relationship_has_its_other_side(county, by_number):
    inverse = {
        Relation.PARTNER: Relation.PARTNER,
        Relation.SIBLING: Relation.SIBLING,
        Relation.PARENT: Relation.CHILD,
        Relation.CHILD: Relation.PARENT,
    }
    last_household = county[-1].household
    checked = 0
    for person in county:
        if person.household == last_household:
            continue  # may be cut off
        for kind, number in person.relationships:
            other = by_number[number]
            assert other.household == person.household
            assert (inverse[kind], person.number) in other.relationships
            checked += 1
    assert checked > COUNT / 2


def test_parents_are_at_least_fifteen_years_older_than_their_children(county, by_number):
    checked = 0
    for person in county:
        for kind, number in person.relationships:
            parent = by_number.get(number)
            if kind is Relation.PARENT and parent and person.birth_date and parent.birth_date:
                assert (person.birth_date - parent.birth_date).days >= 15 * 365.25
                checked += 1
    assert checked > 2_000


def test_nobody_is_born_after_today_or_reached_before_birth(county):
    for person in county:
        if person.birth_date is None:
            continue
        assert person.birth_date <= TODAY
        for held in (*person.phones, *person.addresses):
            assert person.birth_date <= held.since
            assert held.until is None or held.since <= held.until <= TODAY


def test_infants_are_born_on_every_day_of_their_first_year(county):
    days = [(TODAY - one.birth_date).days for one in county if one.birth_date and one.age(TODAY) == 0]
    months = Counter(day // 31 for day in days)
    assert set(months) >= set(range(11))
    # about as many in each; on one day stood nearly all of them
    assert max(months.values()) < 2.5 * len(days) / 12
    assert max(Counter(days).values()) < 0.1 * len(days)


def test_at_most_one_present_address_and_it_comes_first(county):
    for person in county:
        ended = [address.until is not None for address in person.addresses]
        assert ended == sorted(ended)
        assert ended.count(False) <= 1


def test_households_have_about_the_sizes_of_british_ones(county):
    sizes = Counter(Counter(person.household for person in county).values())
    households = sum(sizes.values())
    assert 0.20 < sizes[1] / households < 0.35
    assert 0.25 < sizes[2] / households < 0.40
    assert sizes[1] + sizes[2] > sizes[3] + sizes[4] > sum(n for size, n in sizes.items() if size > 4)
    assert 2.1 < COUNT / households < 2.9


def test_households_share_surnames_and_telephones(county):
    households = defaultdict(list)
    for person in county:
        households[person.household].append(person)
    families = [members for members in households.values() if len(members) > 2]
    share_a_name = sum(len({member.surname for member in members}) < len(members) for members in families)
    assert share_a_name / len(families) > 0.5
    holders = Counter(phone.number for person in county for phone in person.phones if phone.until is None)
    assert sum(holders[number] > 1 for number in holders) > 500


def test_hard_cases_occur(county, by_number):
    sons_named_after_fathers = twins = 0
    for person in county:
        for kind, number in person.relationships:
            other = by_number.get(number)
            if other is None or person.number > number:
                continue
            same_name = (person.forename, person.surname) == (other.forename, other.surname)
            sons_named_after_fathers += kind is Relation.CHILD and same_name
            twins += kind is Relation.SIBLING and person.birth_date == other.birth_date is not None
    assert sons_named_after_fathers > 20
    assert twins > 10
    assert sum(person.birth_date is None for person in county) / COUNT == pytest.approx(0.06, abs=0.01)
    assert any(person.birth_date is None and person.estimated_age is not None for person in county)
    assert any(not person.phones and person.birth_date for person in county)
    assert any(not person.addresses for person in county)
    assert sum("Room" in address.house for person in county for address in person.addresses[:1]) > 500
    assert sum(bool(person.former_surname) for person in county) > 1_000
    assert sum(len(person.addresses) > 1 for person in county) > 4_000
    assert sum(len(person.phones) > 1 for person in county) > 8_000


def test_naming_groups_have_about_their_shares(county):
    shares = {group: n / COUNT for group, n in Counter(person.group for person in county).items()}
    assert set(shares) == set(Group)
    expected = {
        Group.ENGLISH: (0.58, 0.70),
        Group.SOUTH_ASIAN_MUSLIM: (0.05, 0.10),
        Group.SOUTH_ASIAN_SIKH_HINDU: (0.04, 0.08),
        Group.WELSH: (0.03, 0.07),
        Group.WEST_AFRICAN: (0.02, 0.06),
        Group.POLISH: (0.02, 0.045),
        Group.CHINESE: (0.01, 0.03),
        Group.ARABIC: (0.008, 0.03),
    }
    for group, (low, high) in expected.items():
        assert low < shares[group] < high, group


def test_surnames_have_a_few_common_names_and_a_long_tail(county):
    counts = np.array(sorted(Counter(person.surname for person in county).values(), reverse=True))
    assert 0.006 < counts[0] / COUNT < 0.02
    assert len(counts) > 3_000
    assert (counts <= 5).mean() > 0.5
    # A straight line through log rank and log count, as Zipf's law has it, with a slope near minus one.
    ranks = np.arange(1, 1_001)
    slope, _ = np.polyfit(np.log(ranks), np.log(counts[:1_000]), 1)
    assert -1.2 < slope < -0.5
    assert log(counts[0] / counts[99]) > log(4)


def test_forenames_follow_the_decade_of_birth():
    chance, english = Chance(5), naming.cultures()["english"]
    old = Counter(naming.forename(chance, english, naming.FEMALE, 1935) for _ in range(3_000))
    young = Counter(naming.forename(chance, english, naming.FEMALE, 2022) for _ in range(3_000))
    assert old["Margaret"] > 50 > 5 > young["Margaret"]
    assert young["Olivia"] > 50 > 5 > old["Olivia"]


@pytest.mark.parametrize(
    ("culture", "family", "wife", "daughter"),
    [
        ("polish", "Kowalski", "Kowalska", "Kowalska"),
        ("polish", "Nowak", "Nowak", "Nowak"),
        ("lithuanian", "Kazlauskas", "Kazlauskienė", "Kazlauskaitė"),
        ("lithuanian", "Stankevičius", "Stankevičienė", "Stankevičiūtė"),
        ("lithuanian", "Butkus", "Butkienė", "Butkutė"),
        ("bulgarian", "Ivanov", "Ivanova", "Ivanova"),
        ("slovak", "Novák", "Nováková", "Nováková"),
        ("slovak", "Cína", "Cínová", "Cínová"),
        ("english", "Smith", "Smith", "Smith"),
    ],
)
def test_womens_surnames(culture, family, wife, daughter):
    assert naming.feminine(culture, family, wife=True) == wife
    assert naming.feminine(culture, family, wife=False) == daughter


def test_men_never_bear_a_womans_surname(county):
    for person in county:
        if person.group is Group.POLISH and person.sex == naming.MALE:
            assert not person.surname.endswith(("ska", "cka"))
        if person.group is Group.SOUTH_ASIAN_MUSLIM and person.sex == naming.MALE:
            assert person.surname not in {"Begum", "Bibi", "Khatun", "Parveen", "Kausar"}
        if person.group is Group.SOUTH_ASIAN_SIKH_HINDU and person.sex == naming.MALE:
            assert "Kaur" not in (person.middle, person.surname)


def test_customs_of_naming_are_seen(county):
    sikh_women = [p for p in county if "Kaur" in (p.middle, p.surname)]
    assert len(sikh_women) > 50
    assert {p.sex for p in sikh_women} == {naming.FEMALE}
    muslim_women = [p for p in county if p.group is Group.SOUTH_ASIAN_MUSLIM and p.sex == naming.FEMALE]
    begums = sum(p.surname in {"Begum", "Bibi", "Khatun", "Akhtar", "Kausar"} for p in muslim_women)
    assert begums / len(muslim_women) > 0.25
    chinese = [p for p in county if p.group is Group.CHINESE]
    assert all(p.full_name.startswith(p.surname) for p in chinese)
    assert any(p.known_as == "Amy" for p in chinese)
    assert any(p.surname.startswith("Al-") for p in county if p.group is Group.ARABIC)
    ghanaians = [p for p in county if p.birth_date and p.middle in {"Kofi", "Afua"}]
    assert ghanaians
    assert all(p.birth_date.weekday() == 4 for p in ghanaians)


def test_no_address_is_real(county):
    areas = set()
    for person in county:
        for address in person.addresses:
            assert POSTCODE.match(address.postcode), person.number
            areas.add(re.match("[A-Z]+", address.postcode)[0])
    areas |= {re.match("[A-Z]+", dwelling(n * 99 * DWELLINGS_IN_TOWN).postcode)[0] for n in range(20)}
    assert len(REAL_POSTCODE_AREAS) == 124
    assert len(areas) == 8
    assert not areas & (REAL_POSTCODE_AREAS | NON_GEOGRAPHIC_AREAS)


def test_no_telephone_is_real(county):
    for number in {phone.number for person in county for phone in person.phones}:
        parsed = phonenumbers.parse(number, "GB")
        assert phonenumbers.is_possible_number(parsed)
        assert not phonenumbers.is_valid_number(parsed)


def test_telephones_and_homes_do_not_come_twice():
    assert len({mobile(n) for n in range(200_000)}) == 200_000
    assert len({landline(n) for n in range(200_000)}) == 200_000
    assert len({dwelling(n) for n in range(3 * DWELLINGS_IN_TOWN)}) == 3 * DWELLINGS_IN_TOWN
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(mobile(n), "GB")) for n in (0, 13_999_999))
