"""What is said to have been misremembered was, and nothing else."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from throughline.synthetic import naming
from throughline.synthetic.misremembering import Noise, mishear, misremember, mistype, strangers
from throughline.synthetic.population import people

TODAY = date(2026, 11, 23)
_SPELLING = {Noise.MISHEARD, Noise.TYPING_SLIP}
_OF_FORENAME = {*_SPELLING, Noise.NICKNAME, Noise.NAMES_SWAPPED, Noise.NO_FORENAME, Noise.ONE_STRING}
_OF_SURNAME = {
    *_SPELLING,
    Noise.FORMER_SURNAME,
    Noise.OTHER_PARTYS_SURNAME,
    Noise.NAMES_SWAPPED,
    Noise.NO_SURNAME,
    Noise.ONE_STRING,
}


@pytest.fixture(scope="module")
def calls():
    rng = Random(4)
    return [
        (person, misremember(person, rng=rng, today=TODAY)) for person in people(15_000, seed=2, today=TODAY)
    ]


def test_every_kind_of_noise_happens_and_none_drowns_the_rest(calls):
    counts = Counter(kind for _, heard in calls for kind in heard.noise)
    assert set(counts) == set(Noise)
    assert max(counts.values()) < 0.6 * len(calls)
    assert min(counts.values()) > 20


def test_names_without_a_label_are_the_persons_own(calls):
    for person, heard in calls:
        if not heard.noise & _OF_FORENAME:
            assert heard.forename == person.forename
        if not heard.noise & _OF_SURNAME:
            assert heard.surname == person.surname


def test_every_label_of_a_name_is_true(calls):
    for person, heard in calls:
        if Noise.ONE_STRING in heard.noise:
            assert heard.full_name
            assert (heard.forename, heard.surname) == ("", "")
            continue
        if Noise.NO_SURNAME in heard.noise:
            assert heard.surname == ""
        if Noise.NO_FORENAME in heard.noise:
            assert heard.forename == ""
        if heard.noise & (_SPELLING | {Noise.NAMES_SWAPPED}):
            assert (heard.forename, heard.surname) != (person.forename, person.surname)
            continue
        if Noise.NICKNAME in heard.noise:
            assert heard.forename != person.forename
            known = {person.known_as, *naming.every_nickname().get(person.forename, ())}
            assert heard.forename in known
        if Noise.FORMER_SURNAME in heard.noise:
            assert heard.surname == person.former_surname != person.surname
        if Noise.OTHER_PARTYS_SURNAME in heard.noise:
            assert heard.surname == person.other_party.surname != person.surname


def test_every_label_of_a_birth_is_true(calls):
    for person, heard in calls:
        if Noise.NO_BIRTH in heard.noise:
            assert heard.birth_date is heard.age is None
        elif heard.birth_date is None:
            assert abs(heard.age - person.age(TODAY)) <= 3
            assert (heard.age != person.age(TODAY)) == (Noise.AGE_OFF in heard.noise)
        elif Noise.DAY_AND_MONTH_SWAPPED in heard.noise:
            assert (heard.birth_date.day, heard.birth_date.month) == (
                person.birth_date.month,
                person.birth_date.day,
            )
            assert heard.birth_date != person.birth_date
        elif Noise.WRONG_YEAR in heard.noise:
            assert heard.birth_date.replace(year=2024) == person.birth_date.replace(year=2024)
            assert heard.birth_date.year != person.birth_date.year
        else:
            assert heard.birth_date == person.birth_date


def test_every_label_of_a_telephone_is_true(calls):
    for person, heard in calls:
        held = {phone.number: phone.until for phone in person.phones}
        if Noise.NO_PHONE in heard.noise:
            assert heard.phone == ""
        elif Noise.NEW_PHONE in heard.noise:
            assert heard.phone
            assert heard.phone not in held
        elif Noise.OLD_PHONE in heard.noise:
            assert held[heard.phone] is not None
        else:
            assert held[heard.phone] is None
            assert heard.phone.startswith("022") == (Noise.HOUSEHOLD_PHONE in heard.noise)


def test_every_label_of_an_address_is_true(calls):
    for person, heard in calls:
        here = {(a.house, a.street, a.town, a.postcode) for a in person.addresses if a.until is None}
        before = {(a.house, a.street, a.town, a.postcode) for a in person.addresses if a.until is not None}
        told = (heard.house, heard.street, heard.town, heard.postcode)
        if Noise.NO_ADDRESS in heard.noise:
            assert told == ("", "", "", "")
        elif Noise.OLD_ADDRESS in heard.noise:
            assert told in before
        elif Noise.POSTCODE_ONLY in heard.noise:
            assert told[:3] == ("", "", "")
            assert heard.postcode in {postcode for *_, postcode in here}
        else:
            assert told in here


def test_two_names_are_all_that_is_left_of_a_cut_off_call(calls):
    cut_off = [heard for _, heard in calls if Noise.FORENAME_AND_OTHER_PARTY in heard.noise]
    assert cut_off
    for heard in cut_off:
        assert heard.forename
        assert heard.other_forename
        assert (heard.surname, heard.full_name, heard.phone, heard.postcode, heard.age) == (
            "",
            "",
            "",
            "",
            None,
        )


def test_something_is_always_said(calls):
    for _, heard in calls:
        assert heard.forename or heard.full_name or heard.phone


def test_the_same_chance_gives_the_same_call():
    person = next(people(1, seed=9, today=TODAY))
    first = [misremember(person, rng=Random(n), today=TODAY) for n in range(50)]
    assert first == [misremember(person, rng=Random(n), today=TODAY) for n in range(50)]
    assert len(set(first)) > 10


@pytest.mark.parametrize("change", [mishear, mistype])
def test_a_slip_changes_little(change):
    rng = Random(1)
    for name in (
        "Katherine",
        "Wiśniewski",
        "O'Brien",
        "Mohammed",
        "Ng",
        "Al-Hassan",
        "Xu",
        "Éilis",
        "Ka Wai",
    ):
        for _ in range(50):
            heard = change(name, rng)
            assert heard
            assert abs(len(heard) - len(name)) <= 3
            assert heard[0] == heard[0].upper()


def test_strangers_share_no_telephone_with_the_index():
    index = {phone.number for person in people(15_000, seed=2, today=TODAY) for phone in person.phones}
    callers = list(strangers(3_000, seed=2, today=TODAY))
    assert len(callers) == 3_000
    assert sum(bool(heard.phone) for heard in callers) > 1_500
    assert not index & {heard.phone for heard in callers}


def test_some_strangers_live_where_the_index_has_somebody_else():
    known = {
        address.postcode for person in people(15_000, seed=2, today=TODAY) for address in person.addresses
    }
    heard = [heard for heard in strangers(3_000, seed=2, today=TODAY) if heard.postcode]
    assert 0.02 < sum(h.postcode in known for h in heard) / len(heard) < 0.2
