"""An invented county: towns of streets of dwellings, and telephone numbers that ring nowhere.

Telephone numbers: Ofcom sets aside only 1,000 mobile numbers for drama, which the stories use. The bulk
takes 07609 to 07622, a run of the radiopaging range 076 that no operator holds, and the area code 022,
which does not exist. The package phonenumbers calls both possible (their length is right) and not valid
(nobody has them): a test holds it to that, so that a number which is brought into use is noticed.
An index of up to some seven million people stays below mobile number ten million; unknown callers have
those above.
"""

from bisect import bisect_right
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import yaml

from throughline.synthetic.chance import Chance

MOBILES = 14_000_000
LANDLINES = 10_000_000
_FIRST_MOBILE = 7_609_000_000
# Multipliers that share no factor with the counts above: stepping by them visits every number once.
_MOBILE_STEP = 8_675_309
_LANDLINE_STEP = 6_180_339

_STREETS_IN_TOWN = 120
_DWELLINGS_IN_POSTCODE = 16
_TOWNS_IN_AREA = 99
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # C, I, K, M, O and V never stand in the second half
_INWARD_CODES = 10 * len(_INWARD_LETTERS) ** 2
_INWARD_STEP = 1_777


class Dwelling(NamedTuple):
    house: str
    street: str
    town: str
    postcode: str


class _Street(NamedTuple):
    name: str
    first: int
    flats_in_house: int


class _Town(NamedTuple):
    name: str
    outcode: str
    streets: tuple[_Street, ...]
    starts: tuple[int, ...]


# Every town has room for this many dwellings: more than its streets can hold is never asked for.
DWELLINGS_IN_TOWN = 5_400


def mobile(index: int) -> str:
    """The `index`th mobile number; none comes twice among the first 14 million."""
    return f"0{_FIRST_MOBILE + index * _MOBILE_STEP % MOBILES}"


def landline(index: int) -> str:
    """The `index`th home telephone number; none comes twice among the first 10 million."""
    return f"0221{index * _LANDLINE_STEP % LANDLINES:07}"


def dwelling(index: int) -> Dwelling:
    """The `index`th home of the county, street by street and town by town."""
    town_number, within = divmod(index, DWELLINGS_IN_TOWN)
    town = _town(town_number)
    street = town.streets[bisect_right(town.starts, within) - 1]
    place = within - street.first
    if street.flats_in_house:
        house = f"Flat {place % street.flats_in_house + 1}, {place // street.flats_in_house + 1}"
    else:
        house = str(place + 1)
    return Dwelling(house, street.name, town.name, f"{town.outcode} {_inward(within)}")


def _inward(within: int) -> str:
    code = within // _DWELLINGS_IN_POSTCODE * _INWARD_STEP % _INWARD_CODES
    sector, unit = divmod(code, len(_INWARD_LETTERS) ** 2)
    first, second = divmod(unit, len(_INWARD_LETTERS))
    return f"{sector}{_INWARD_LETTERS[first]}{_INWARD_LETTERS[second]}"


@cache
def _words() -> dict[str, list[str]]:
    text = files("throughline.synthetic").joinpath("data/places.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    kinds = [part.strip().rpartition(" ") for part in data["street_kinds"].split(",")]
    stems = [stem.strip() for stem in data["street_stems"].split(",")]
    return {
        "areas": data["postcode_areas"],
        "towns": [
            beginning + ending
            for ending in data["town_endings"].split()
            for beginning in data["town_beginnings"].split()
        ],
        "common": [name.strip() for name in data["common_streets"].split(",")],
        "composed": [f"{stem} {kind}" for kind, _, _ in kinds for stem in stems],
        "composed_weights": [weight for _, _, weight in kinds for _ in stems],
    }


@cache
def _town(number: int) -> _Town:
    words = _words()
    area = words["areas"][number // _TOWNS_IN_AREA % len(words["areas"])]
    rng = np.random.default_rng((number, 7))
    weights = np.asarray(words["composed_weights"], dtype=np.float64)
    rare = _STREETS_IN_TOWN - len(words["common"])
    composed = rng.choice(words["composed"], size=rare, replace=False, p=weights / weights.sum())
    names = [*words["common"], *composed.tolist()]
    rng.shuffle(names)
    sizes = np.maximum(8, rng.lognormal(3.55, 0.5, len(names)))
    ends = np.round(np.cumsum(sizes) / sizes.sum() * DWELLINGS_IN_TOWN).astype(int).tolist()
    starts = [0, *ends[:-1]]
    flats = [
        int(n) if blocks else 0
        for n, blocks in zip(rng.integers(4, 13, 120), rng.random(120) < 0.12, strict=True)
    ]
    return _Town(
        # Town names come round again after 800: a second "Quarnley" is then "New Quarnley".
        name="New " * (number // len(words["towns"])) + words["towns"][number % len(words["towns"])],
        outcode=f"{area}{number % _TOWNS_IN_AREA + 1}",
        streets=tuple(_Street(*row) for row in zip(names, starts, flats, strict=True)),
        starts=tuple(starts),
    )


class Exchange:
    """Hands out telephone numbers, now and then one that somebody else has given up."""

    def __init__(self, chance: Chance, first: int) -> None:
        self._chance = chance
        self._mobiles = first
        self._landlines = first
        self._given_up: list[str] = []

    def mobile(self) -> str:
        if len(self._given_up) > 500 and self._chance.yes(0.02):
            return self._given_up.pop(self._chance.below(len(self._given_up)))
        self._mobiles += 1
        return mobile(self._mobiles)

    def landline(self) -> str:
        self._landlines += 1
        return landline(self._landlines)

    def give_up(self, number: str) -> None:
        """Networks put a number to use again after some months; a small part of them meets the index."""
        if len(self._given_up) < 2_000:
            self._given_up.append(number)
