"""Writes the record exports of an invented force that uses other software, with the map that says what is what.

Incidents, crimes, a row for each person and part, custody and outcomes as text, as such systems export them: parted by
semicolons, in Windows' encoding, the day before the month, words in place of codes. One row in some hundred is as bad as such
rows are.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from throughline.synthetic.chance import Chance
from throughline.synthetic.person import InventedPerson
from throughline.synthetic.population import people

ENCODING = "cp1252"
_LONDON = ZoneInfo("Europe/London")
#: Over so many days before the last, so that a repeat victim of the first day of the year can be known as one.
_DAYS = 800
_BAD_EVERY = 120
_OFFENCES = (
    "Assault - ABH",
    "Assault - common",
    "Harassment",
    "Criminal damage",
    "Rape",
    "Threats - s4 public order",
)
_OUTCOMES = (
    "Charged/Summonsed", "Caution - adult", "Evidential difficulties (victim supports)",
    "Evidential difficulties (victim does not support)", "Community resolution", "No suspect identified",
)  # fmt: skip
_RELATIONS = ("Wife/husband", "Partner", "Ex-partner", "Parent", "Brother/sister", "Not known")
_SOURCES = ("999", "101", "Front office", "Web form")
_COLUMNS = {
    "incidents": ("INC_NO", "REPORTED", "DA_FLAG", "CLOSED", "ATTENDING"),
    "crimes": ("CRIME_NO", "INC_NO", "RECORDED", "OFFENCE"),
    "people": ("INC_NO", "NOMINAL", "ROLE", "FORENAME", "SURNAME", "DOB", "GENDER", "ETHNICITY", "RELATIONSHIP"),
    "custody": ("CUSTODY_NO", "CRIME_NO", "NOMINAL", "ARRESTED"),
    "outcomes": ("CRIME_NO", "DECIDED", "OUTCOME"),
    "calls": ("CALL_NO", "RECEIVED", "SOURCE", "INC_NO"),
}  # fmt: skip
MAP = """\
# Map of the record exports of an invented force: for each kind of file its name, then our field and the column that holds it.
# What stands in a code's place is turned into ours; a code with nothing after it is left out on purpose.
dates: ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
incidents:
  file: incidents.csv
  id: INC_NO
  at: REPORTED
  domestic: {column: DA_FLAG, codes: {"Y": true, "N": false, "": false}}
  closed: CLOSED
crimes:
  file: crimes.csv
  id: CRIME_NO
  incident: INC_NO
  at: RECORDED
  offence:
    column: OFFENCE
    codes:
      Assault - ABH: violence-with-injury
      Assault - common: violence-without-injury
      Harassment: stalking-harassment
      Criminal damage: damage-arson
      Rape: sexual
      Threats - s4 public order: public-order
people:
  file: people.csv
  incident: INC_NO
  person: NOMINAL
  part: {column: ROLE, codes: {VIC: victim, SUS: suspect, INJ: victim, OIC: }}
  born: DOB
  sex: {column: GENDER, codes: {F: "2", M: "1"}}
  ethnicity: {column: ETHNICITY, codes: {White: white, Mixed: mixed, Asian: asian, Black: black, Other: other, Not stated: }}
  relationship:
    column: RELATIONSHIP
    codes: {Wife/husband: spouse, Partner: partner, Ex-partner: former-partner, Parent: parent, Brother/sister: sibling, Not known: unknown}
custody:
  file: custody.csv
  id: CUSTODY_NO
  crime: CRIME_NO
  person: NOMINAL
  at: ARRESTED
  done: {always: arrest}
outcomes:
  file: outcomes.csv
  crime: CRIME_NO
  at: DECIDED
  code:
    column: OUTCOME
    codes:
      Charged/Summonsed: outcome-1
      Caution - adult: outcome-3
      Evidential difficulties (victim supports): outcome-15
      Evidential difficulties (victim does not support): outcome-16
      Community resolution: outcome-8
      No suspect identified: outcome-18
calls:
  file: calls.csv
  id: CALL_NO
  at: RECEIVED
  channel: {column: SOURCE, codes: {"999": "999", "101": "101", Front office: front-counter, Web form: online}}
  incident: INC_NO
"""

type Rows = dict[str, list[dict[str, str]]]


def write_records(folder: Path, incidents: int, *, seed: int, year_end: date) -> Path:
    """Write the exports and their map into a folder, which is made; gives the path of the map. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in records(incidents, seed=seed, year_end=year_end).items():
        with (folder / f"{kind}.csv").open("w", encoding=ENCODING, errors="replace", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS[kind], delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    told = folder / "map.yaml"
    told.write_text(MAP, encoding="utf-8")
    return told


def records(incidents: int, *, seed: int, year_end: date) -> Rows:
    """The rows of each file, the same for the same seed; those that are bad say so in no column."""
    chance = Chance(seed, 7)
    everybody = list(people(max(4, incidents // 2), seed=seed, today=year_end))
    found: Rows = {kind: [] for kind in _COLUMNS}
    first = datetime.combine(year_end, time(), tzinfo=UTC) - timedelta(days=_DAYS)
    for number in range(1, incidents + 1):
        # in order, so that the first is of the first days
        minutes = _DAYS * 1440 * number // (incidents + 1) + chance.below(60)
        for kind, row in _incident(number, first + timedelta(minutes=minutes), everybody, chance):
            found[kind].append(row)
    for kind, rows in found.items():
        _spoil(kind, rows)
    return found


def _incident(
    number: int, at: datetime, everybody: list[InventedPerson], chance: Chance
) -> Iterator[tuple[str, dict[str, str]]]:
    reference = f"INC{number:07}"
    domestic = chance.yes(0.85)
    yield (
        "incidents",
        {
            "INC_NO": reference,
            "REPORTED": _at(at),
            "DA_FLAG": "Y" if domestic else _one_of(("N", ""), chance),
            "CLOSED": _at(at + timedelta(days=3)) if chance.yes(0.80) else "",
            "ATTENDING": f"PC {1000 + chance.below(9000)}",
        },
    )
    if chance.yes(0.70):
        call = {"CALL_NO": f"C{number:07}", "RECEIVED": _at(at), "SOURCE": _one_of(_SOURCES, chance)}
        yield "calls", {**call, "INC_NO": reference}
    where = chance.below(len(everybody) - 1)
    victim, suspect = everybody[where], everybody[where + 1]
    relationship = _one_of(_RELATIONS, chance)
    yield "people", _person(reference, victim, "VIC", relationship)
    yield "people", _person(reference, suspect, "SUS", "")
    if chance.yes(0.10):
        yield "people", {**_person(reference, everybody[0], "OIC", ""), "NOMINAL": "", "DOB": ""}
    if not chance.yes(0.6):
        return
    crime = f"CR/{number:06}/{at:%y}"
    offence = {"CRIME_NO": crime, "INC_NO": reference, "RECORDED": _at(at + timedelta(hours=2))}
    yield "crimes", {**offence, "OFFENCE": _one_of(_OFFENCES, chance)}
    if chance.yes(0.50):
        arrest = {"CUSTODY_NO": f"CU{number:07}", "CRIME_NO": crime, "NOMINAL": _nominal(suspect)}
        yield "custody", {**arrest, "ARRESTED": _at(at + timedelta(hours=5))}
    if chance.yes(0.75):
        decided = at + timedelta(days=1 + chance.below(60))
        outcome = {"CRIME_NO": crime, "DECIDED": f"{decided:%d/%m/%Y}", "OUTCOME": _one_of(_OUTCOMES, chance)}
        yield "outcomes", outcome


def _person(incident: str, who: InventedPerson, role: str, relationship: str) -> dict[str, str]:
    groups = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Other"}
    return {
        "INC_NO": incident,
        "NOMINAL": _nominal(who),
        "ROLE": role,
        "FORENAME": who.forename,
        "SURNAME": who.surname,
        "DOB": f"{who.birth_date:%d/%m/%Y}" if who.birth_date else "",
        "GENDER": {"1": "M", "2": "F"}.get(who.sex, ""),
        "ETHNICITY": groups.get(who.ethnicity[:1], "Not stated"),
        "RELATIONSHIP": relationship,
    }


def _one_of(words: tuple[str, ...], chance: Chance) -> str:
    return words[chance.below(len(words))]


def _nominal(who: InventedPerson) -> str:
    return f"N{who.number:08}"


def _at(at: datetime) -> str:
    return f"{at.astimezone(_LONDON):%d/%m/%Y %H:%M}"


def _spoil(kind: str, rows: list[dict[str, str]]) -> None:
    """A date that is none, a code that nobody knows, a reference to nothing: in turn, on rows far apart."""
    columns = {
        "incidents": ("REPORTED",), "crimes": ("INC_NO", "RECORDED"), "people": ("INC_NO", "GENDER"),
        "custody": ("CRIME_NO",), "outcomes": ("OUTCOME", "CRIME_NO"), "calls": ("SOURCE",),
    }[kind]  # fmt: skip
    for nth, at in enumerate(range(_BAD_EVERY - 1, len(rows), _BAD_EVERY)):
        rows[at][columns[nth % len(columns)]] = "31/02/2015 25:00"
