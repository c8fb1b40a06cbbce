"""Writes the invented force's files: its index of people as another system would export it, and calls.

Beside each FILE.csv stands FILE.map.yaml, which says which of our fields each column is.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from random import Random

from throughline.synthetic.demonstration import stories
from throughline.synthetic.misremembering import Heard, misremember, perhaps_at_a_known_address
from throughline.synthetic.person import InventedPerson
from throughline.synthetic.population import people, strangers_to

SAID_EVERY = 20_000
DATE_FORMAT = "%d/%m/%Y"
TRUTH_COLUMN = "TRUE_PERSON"
NOISE_COLUMN = "NOISE"
_SEX_LETTERS = {"1": "M", "2": "F"}

# Our field: the column of the export. The order is that of the columns.
PEOPLE_COLUMNS = {
    "id": "PERSON_REF",
    "forename": "FORENAME_1",
    "middle": "FORENAME_2",
    "surname": "SURNAME",
    "former_surname": "MAIDEN_NAME",
    "known_as": "ALIAS",
    "dob": "DATE_OF_BIRTH",
    "age": "EST_AGE",
    "sex": "SEX",
    "phone": "MOBILE",
    "phone_2": "OTHER_PHONE",
    "house_number": "FLAT_HOUSE_NO",
    "street": "STREET",
    "town": "TOWN",
    "postcode": "POSTCODE",
    "previous_house_number": "PREV_FLAT_HOUSE_NO",
    "previous_street": "PREV_STREET",
    "previous_postcode": "PREV_POSTCODE",
    "ethnicity": "ETHNICITY_18_1",
    "language": "LANGUAGE",
    "markers": "WARNING_MARKERS",
    "household": "HOUSEHOLD_REF",
    "other_forename": "LINKED_FORENAME",
    "other_surname": "LINKED_SURNAME",
}
CALL_COLUMNS = {
    "id": "CALL_REF",
    "forename": "FORENAME",
    "surname": "SURNAME",
    "full_name": "NAME_AS_GIVEN",
    "dob": "DOB",
    "age": "AGE",
    "phone": "PHONE",
    "house_number": "HOUSE",
    "street": "STREET",
    "town": "TOWN",
    "postcode": "POSTCODE",
    "other_forename": "OTHER_FORENAME",
    "other_surname": "OTHER_SURNAME",
}

_PEOPLE_MAP_HEAD = """\
# Map for the index of an invented force: our field, then the column that holds it.
# SEX is M, F or U; ETHNICITY_18_1 a code of the 18+1 classification; LANGUAGE an ISO 639-1 code;
# WARNING_MARKERS codes parted by ";"; EST_AGE an estimate where no birth date is known. LINKED_FORENAME
# and LINKED_SURNAME name the partner or former partner who is recorded beside the person.
"""
_CALLS_MAP_HEAD = f"""\
# Map for calls about people of an invented force: our field, then the column that holds it.
# {TRUTH_COLUMN} is the person whom the call is really about; {NOISE_COLUMN} is what was misremembered.
"""


def index(count: int, *, seed: int, today: date) -> Iterator[InventedPerson]:
    """The force's whole index: the demonstration's people first, then the invented county, `count` in all."""
    return islice(
        chain((story.person for story in stories()), people(count, seed=seed, today=today)),
        count,
    )


def write_csv(
    path: Path, count: int, seed: int, today: date, *, say: Callable[[int], None] = lambda _written: None
) -> Path:
    """Writes an index of `count` people and its map; gives the path of the map.

    `say` is told now and then how many are written.
    """
    rows = map(person_row, index(count, seed=seed, today=today))
    _write(path, PEOPLE_COLUMNS.values(), _counted(rows, say))
    return _write_map(path, PEOPLE_COLUMNS, _PEOPLE_MAP_HEAD)


def write_calls(path: Path, count: int, calls: int, seed: int, today: date) -> Path:
    """Writes `calls` calls about the index of `count` people and about strangers; gives the map's path.

    Seven calls in ten are about people of the index. A person is called about two or three times, so
    that rows of the file can be paired by the truth column without the index.
    """
    columns = (*CALL_COLUMNS.values(), TRUTH_COLUMN, NOISE_COLUMN)
    _write(path, columns, _call_rows(count, calls, seed, today))
    return _write_map(path, CALL_COLUMNS, _CALLS_MAP_HEAD)


def person_row(person: InventedPerson) -> list[str]:
    """One row of the index, in the order of PEOPLE_COLUMNS."""
    mobile, other = _two_phones(person)
    here = next((address for address in person.addresses if address.until is None), None)
    before = next((address for address in person.addresses if address.until is not None), None)
    return [
        person_reference(person),
        person.forename,
        person.middle,
        person.surname,
        person.former_surname,
        person.known_as,
        person.birth_date.strftime(DATE_FORMAT) if person.birth_date else "",
        "" if person.estimated_age is None else str(person.estimated_age),
        _SEX_LETTERS[person.sex],
        mobile,
        other,
        *((here.house, here.street, here.town, here.postcode) if here else ("", "", "", "")),
        *((before.house, before.street, before.postcode) if before else ("", "", "")),
        person.ethnicity,
        person.language,
        ";".join(person.markers),
        f"H{person.household:07}",
        *(person.other_party or ("", "")),
    ]


def person_reference(person: InventedPerson) -> str:
    """The force's own reference for a person."""
    return f"P{person.number:09}"


def _two_phones(person: InventedPerson) -> tuple[str, str]:
    """The mobile in use, and a home telephone or, failing that, an earlier mobile."""
    mobiles = [phone.number for phone in person.phones if phone.number.startswith("07")]
    homes = [phone.number for phone in person.phones if not phone.number.startswith("07")]
    first, *rest = mobiles or [""]
    return first, next(iter((*homes, *rest)), "")


def _call_rows(count: int, calls: int, seed: int, today: date) -> Iterator[list[str]]:
    rng = Random(seed)  # noqa: S311 - invented data, not a secret
    about_known = round(calls * 0.7)
    # Each person whom anybody calls about is called about 2.5 times on average.
    chosen = sorted(rng.sample(range(count), min(count, max(1, about_known * 2 // 5)))) if about_known else []
    known = [
        person
        for person in at_places(index(count, seed=seed, today=today), chosen)
        if may_be_called_about(person, today)
    ]
    unknown = [
        perhaps_at_a_known_address(stranger, rng)
        for stranger in strangers_to(calls - about_known + 20, seed=seed, today=today)
        if may_be_called_about(stranger, today)
    ]
    subjects = rng.choices(known, k=about_known) if known else []
    subjects += rng.choices(unknown, k=calls - len(subjects))
    rng.shuffle(subjects)
    for number, person in enumerate(subjects, start=1):
        heard = misremember(person, rng=rng, today=today)
        yield [f"C{number:08}", *_heard_cells(heard), person_reference(person), ";".join(sorted(heard.noise))]


def may_be_called_about(person: InventedPerson, today: date) -> bool:
    """Small children are seldom the one whom a call is about."""
    age = person.age(today)
    return age is None or age >= 12


def at_places(everybody: Iterator[InventedPerson], places: list[int]) -> list[InventedPerson]:
    """Those who stand at the given places of the stream, which is read only as far as the last."""
    wanted = iter(places)
    place = next(wanted, None)
    found = []
    for i, person in enumerate(everybody):
        if place is None:
            break
        if i == place:
            found.append(person)
            place = next(wanted, None)
    return found


def _heard_cells(heard: Heard) -> list[str]:
    return [
        heard.forename,
        heard.surname,
        heard.full_name,
        heard.birth_date.strftime(DATE_FORMAT) if heard.birth_date else "",
        "" if heard.age is None else str(heard.age),
        heard.phone,
        heard.house,
        heard.street,
        heard.town,
        heard.postcode,
        heard.other_forename,
        heard.other_surname,
    ]


def _counted(rows: Iterator[list[str]], say: Callable[[int], None]) -> Iterator[list[str]]:
    for written, row in enumerate(rows):
        if written and written % SAID_EVERY == 0:
            say(written)
        yield row


def _write(path: Path, columns: Iterable[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _write_map(path: Path, columns: dict[str, str], head: str) -> Path:
    lines = [
        f'{field}: {{column: {column}, format: "{DATE_FORMAT}"}}' if field == "dob" else f"{field}: {column}"
        for field, column in columns.items()
    ]
    map_path = path.with_suffix(".map.yaml")
    map_path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    return map_path
