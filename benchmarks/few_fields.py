"""How well are people found where a file holds little: three of the known test files' columns, and cuts of an index.

    python benchmarks/few_fields.py --people 10000 --calls 4000 --seed 1 --out benchmarks/results/few_fields.json

The people are those of `another_county.py`; their records and calls are written in columns like those of Febrl, of
Splink's fake_1000 and of its 50,000 historical persons, with mistakes of a third kind (keys struck beside the right one,
scanning, spelling by ear, values missing or swapped), and the county's own are cut to a few fields. Every file
is played as `throughline linkage replay` does, with and without calibration, beside the exact search and pg_trgm.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from another_county import MAP, SHORT, TODAY, TRUTH, County, Human, write
from scratch import tell

from throughline.running.replaying import replay

BESIDE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "qsz vgn xdv sfe wrd dgr fhv gjb uok hkn jlm k n bm ip o wa etf adw ryg yi cb qe zc tu xa".split(),
        strict=True,
    )
)
SCANNED = (("m", "rn"), ("l", "1"), ("o", "0"), ("i", "l"), ("h", "n"), ("u", "ii"), ("s", "5"), ("g", "q"))
PROVIDERS = ("mail", "post", "letters", "office")
BY_EAR = (("ph", "f"), ("ck", "k"), ("th", "t"), ("ee", "ea"), ("ai", "ay"), ("c", "k"), ("z", "s"), ("ll", "l"), ("ley", "ly"))  # fmt: skip
CUTS = {
    "name, birth date": ("forename", "surname", "full_name", "dob"),
    "name, birth date, postcode": ("forename", "surname", "full_name", "dob", "postcode"),
    "surname, telephone": ("surname", "phone"),
    "name, address": ("forename", "surname", "full_name", "house_number", "street", "address", "town", "postcode"),
    "name, sex, town": ("forename", "surname", "full_name", "sex", "town", "address"),
}  # fmt: skip

Row = Callable[[Human, int, bool], list[str]]
"""What a record, or a noisy call, says of somebody with a number."""


def wrong(text: str, draw: Random, often: float) -> str:
    """A text with one mistake, so often."""
    if not text or draw.random() >= often:
        return text
    at, kind = draw.randrange(len(text)), draw.random()
    if kind < 0.25:
        return text[:at] + draw.choice(BESIDE.get(text[at].lower(), text[at])) + text[at + 1 :]
    if kind < 0.45:
        return text[:at] + text[at + 1 :]
    if kind < 0.6:
        return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
    if kind < 0.75:
        return text[:at] + text[at] + text[at:]
    able = [one for one in (SCANNED if kind < 0.85 else BY_EAR) if one[0] in text.lower()]
    return text.lower().replace(*draw.choice(able), 1) if able else text


def febrl(draw: Random) -> tuple[str, str, Row]:
    """An Australian health file: names, address, birth date as yyyymmdd, age, telephone."""

    def row(one: Human, number: int, noisy: bool) -> list[str]:
        often = 0.12 if noisy else 0.0

        def said(text: str) -> str:
            return "" if draw.random() < often * 0.7 else wrong(text, draw, often)

        given, family = said(one.given), said(one.family)
        if draw.random() < often * 0.4:
            given, family = family, given
        age = (TODAY - one.born).days // 365 + (draw.choice((-1, 0, 0, 1)) if noisy else 0)
        return [
            f"rec-{number}-{'dup' if noisy else 'org'}", given, family, said(one.home.number.split()[-1]),
            said(one.home.road), draw.choice(("", "", "rosebank", "unit 3")), said(one.home.town),
            said(str(2000 + sum(map(ord, one.home.postcode)) * 7 % 7000)), draw.choice(("nsw", "vic", "qld")),
            said(one.born.strftime("%Y%m%d")), said(str(age)), said(f"03{one.phone[3:]}"), str(number),
        ]  # fmt: skip

    columns = "rec_id given_name surname street_number address_1 address_2 suburb postcode state date_of_birth age phone_number cluster"
    mapped = (
        "{forename: given_name, surname: surname, house_number: street_number, street: address_1, town: suburb, "
        "postcode: postcode, dob: {column: date_of_birth, format: '%Y%m%d'}, age: age, phone: phone_number}"
    )
    return columns, mapped, row


def fake(draw: Random) -> tuple[str, str, Row]:
    """Names, birth date, city and e-mail address alone, each often missing or mistyped; one in five has changed the address."""

    def row(one: Human, number: int, noisy: bool) -> list[str]:
        often = 0.2 if noisy else 0.03

        def said(text: str) -> str:
            return "" if draw.random() < max(often, 0.1) else wrong(text, draw, often)

        born = one.born + timedelta(days=draw.choice((-1, 1, 30, -365, 365, 10)) * (draw.random() < often))
        given, family = said(one.given), said(one.family)
        if draw.random() < often * 0.3:
            given, family = family, given
        at = (
            f"{PROVIDERS[number % 4]}.example" if not noisy or draw.random() < 0.8 else draw.choice(PROVIDERS)
        )
        mail = f"{one.given}.{one.family}{number * 7 % 100:02}@{at}".lower().replace(" ", "")
        return [str(number), given, family, born.isoformat(), said(one.home.town), said(mail), str(number)]

    return (
        "unique_id first_name surname dob city email cluster",
        "{forename: first_name, surname: surname, dob: dob, town: city, email: email}",
        row,
    )


def historical(draw: Random) -> tuple[str, str, Row]:
    """People of another century: one name, birth date, birth place, a postcode, sex; much of it unknown."""

    def row(one: Human, number: int, noisy: bool) -> list[str]:
        often = 0.3 if noisy else 0.1
        given, family = wrong(one.given, draw, often), wrong(one.family, draw, often)
        if one.given in SHORT and draw.random() < 0.15:
            given = draw.choice(SHORT[one.given])
        second = wrong(one.second, draw, often) if draw.random() < 0.6 else ""
        title = draw.choice(("sir", "dr.", "lady", *[""] * 9))
        words = (family, given) if noisy and draw.random() < 0.04 else (title, given, second, family)
        born = one.born.replace(year=one.born.year - 120, day=min(one.born.day, 28))
        kind = draw.random() / often
        if kind < 0.3:
            born = date(born.year, 1, 1)
        elif kind < 0.6:
            born = born.replace(year=born.year + draw.choice((-1, 1, 2, 10)))
        text = wrong(born.isoformat(), draw, 1.0 if 0.6 <= kind < 0.9 else 0.0)
        home = one.was_at if one.was_at and draw.random() < 0.3 else one.home
        return [
            f"Q{number}", " ".join(word.lower() for word in words if word), "" if draw.random() < 0.15 else text,
            one.home.town.lower(), "" if draw.random() < 0.25 else wrong(home.postcode, draw, often * 0.7),
            "" if draw.random() < 0.1 else {"M": "male", "F": "female"}[one.sex], str(number),
        ]  # fmt: skip

    return (
        "unique_id full_name dob birth_place postcode_fake gender cluster",
        "{full_name: full_name, dob: dob, town: birth_place, postcode: postcode_fake, sex: gender}",
        row,
    )


SHAPES = {"as Febrl": febrl, "as fake_1000": fake, "as historical_50k": historical}


def write_shape(
    folder: Path, shape: Callable[[Random], tuple[str, str, Row]], people: int, calls: int, seed: int
) -> None:
    """Writes known.csv, calls.csv and map.yaml; a quarter of the calls are about housemates and strangers unknown.

    One known person in five has a second record, with mistakes.
    """
    draw = Random(seed)
    county, everybody = County(seed, people), list[Human]()
    while len(everybody) < people * 1.4:
        everybody += county.household()
    known = draw.sample(range(len(everybody)), people)
    away = sorted(set(range(len(everybody))) - set(known))
    columns, mapped, row = shape(draw)
    folder.mkdir()
    (folder / "map.yaml").write_text(mapped, encoding="utf-8")
    records = [row(everybody[one], one, False) for one in known]
    records += [row(everybody[one], one, True) for one in known if draw.random() < 0.2]
    asked = draw.choices(known, k=calls * 3 // 4) + draw.choices(away, k=calls // 4)
    draw.shuffle(asked)
    _write(folder / "known.csv", columns.split(), records)
    _write(folder / "calls.csv", columns.split(), [row(everybody[one], one, True) for one in asked])


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _played(folder: Path, map_path: Path, truth: str, seed: int) -> dict[str, Any]:
    played = {}
    for name, calibrate in (("calibrated", True), ("not calibrated", False)):
        found = replay(
            folder / "known.csv", folder / "calls.csv", truth, map_path, on=TODAY, seed=seed, calibrate=calibrate,
            processes=1, trigram_seconds=15.0 if calibrate else 0.0, model_path=None,
            say=lambda line: print(line, file=sys.stderr),
        )  # fmt: skip
        details = found.details()
        played[name] = {
            way: {**figures.figures, "precision": details[way]["precision"], "calls": figures.calls}
            for way, figures in found.ways.items()
            if calibrate or way == "engine"
        }
    return played


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--people", type=int, default=10_000)
    arguments.add_argument("--calls", type=int, default=4_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    files = {}
    with tempfile.TemporaryDirectory() as name:
        for number, (shape, written) in enumerate(SHAPES.items()):
            folder = Path(name, str(number))
            write_shape(folder, written, asked.people, asked.calls, asked.seed + number)
            files[shape] = _played(folder, folder / "map.yaml", "cluster", asked.seed)
        county = Path(name, "county")
        write(county, asked.people, asked.calls, asked.seed)
        whole = yaml.safe_load(MAP)
        for cut, fields in CUTS.items():
            less = {
                part: {field: column for field, column in lines.items() if field in fields}
                for part, lines in whole.items()
            }
            path = county / "cut.yaml"
            path.write_text(yaml.safe_dump(less), encoding="utf-8")
            files[cut] = _played(county, path, TRUTH, asked.seed)
    tell({**vars(asked), "out": None, "files": files}, asked.out)


if __name__ == "__main__":
    main()
