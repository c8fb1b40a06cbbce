"""Where all candidates live beside where a description says: of all pairs of places the one that tells most."""

from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from ..cleaning import is_whole_postcode, outcode, street_stem
from ..columns import NOTHING, Columns, digest, letters_number
from ..comparisons import Level
from ..features import Features, Residence
from .alike import Bools, Codes, Texts
from .fields import U64, Field, as_letters, letters_off, one_edit

_LAST = int(np.iinfo(np.int64).max)


class PlaceField:
    """Where they live: of all pairs of places the one that tells most, the first of those that tell as much."""

    _LEVELS = 13  # the ten, and three of them with the postcode that both share

    def __init__(self, probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> None:
        self._columns = columns
        at, owner = columns.several(rows["place_at"], rows["places"])
        held = columns.place.take(at)
        self._number, self._street_joined = held["number"], held["street"]
        stems = [street_stem(place.street) for place in probe.places if place.street]
        towns = [place.town for place in probe.places if place.town]
        self._stem = Texts(stems, columns, held["stem"]) if stems else None
        self._town = Texts(towns, columns, held["town"]) if towns else None
        self._postcode, self._outcode = held["postcode"].copy(), held["outcode"]
        self._said, self._owner, self._size, self._places = probe.places, owner, len(rows), len(at)

    @property
    def texts(self) -> list[Texts]:
        """What has to be likened."""
        return [texts for texts in (self._stem, self._town) if texts]

    def field(self) -> Field:
        """The level of each candidate."""
        best = np.full(self._size, _LAST)
        levels: list[Level | None] = [None]
        for number, place in enumerate(self._said):
            code = self._levels_of(place)
            telling = _PLACE_RANKS[code]
            # how telling, then the first of the probe's places, then of the candidate's; and the level itself
            order = ((telling * 256 + number) << 48) + (np.arange(len(code)) << 8) + code
            np.minimum.at(best, self._owner, np.where(code, order, _LAST))
            levels += [*map(Level, _PLACES), *(Level(name, place.postcode) for name in _OF_A_POSTCODE)]
        found = best < _LAST
        codes = (best & 255) + ((best >> 48) & 255) * self._LEVELS
        return Field("place", tuple(levels), np.where(found, codes, 0))

    def _levels_of(self, place: Residence) -> npt.NDArray[np.int64]:
        """The level of each of their places beside one of the probe's, as `comparisons._residence_level` has it."""
        number, postcode = self._same_number(place.number), self._postcodes(place.postcode)
        street, town = self._street(place), self._same_town(place.town)
        # as numbers of the places in `_residence_levels`
        seen = (number * np.int16(60) + street * np.int8(15)) + (postcode * np.int8(3) + town)
        code = _residence_levels(is_whole_postcode(place.postcode)).take(seen)
        other_number = np.flatnonzero((code == 3) & (number == 2))
        if len(other_number):
            # another number in the street, unless it is nearly the same
            numbers, back = self._columns.distinct(self._number[other_number])
            near = [
                OSA.distance(place.number, theirs, score_cutoff=1) == 1
                for theirs in self._columns.texts(numbers)
            ]
            code[other_number[np.array(near)[back]]] = 2
        return code

    def _same_number(self, said: str) -> Codes:
        """1 the same, 2 another; 0 where not said."""
        if not said:
            return np.zeros(self._places, dtype=np.int8)
        columns, words = self._columns, set(said.split())
        about = columns.text.take(self._number)
        same: Bools = about["digest"] == digest(said)
        said_too: Bools = self._number != NOTHING
        several = about["several"] if len(words) == 1 else said_too
        looked_at = np.flatnonzero(several & ~same)
        if len(looked_at):
            numbers, back = columns.distinct(self._number[looked_at])
            theirs = [set(text.split()) for text in columns.texts(numbers)]
            same[looked_at] = np.array([words <= one or one <= words for one in theirs])[back]
        return (said_too.view(np.int8) << 1) - same

    def _street(self, place: Residence) -> Codes:
        """1 the same, 2 nearly, 3 another; 0 where not said."""
        texts = self._stem
        if not texts or not place.street:
            return np.zeros(self._places, dtype=np.int8)
        code = _STREETS.take(texts.likeness[texts.said[street_stem(place.street)]])
        code[texts.length == 0] = 0
        code = code.take(texts.place)
        joined = digest(place.street.replace(" ", ""))
        code[self._columns.text.take(self._street_joined)["digest"] == joined] = 1
        return code

    def _postcodes(self, said: str) -> Codes:
        """1 the same whole one, 2 one letter off, 3 the same first half, 4 another; 0 where not said."""
        size = self._places
        if not said:
            return np.zeros(size, dtype=np.int8)
        off = self._postcode ^ U64(letters_number(said))
        code = np.where(self._outcode == letters_number(outcode(said)), np.int8(3), np.int8(4))
        if len(said) > 3:
            wrong = letters_off(off)
            near = np.flatnonzero((wrong == 1) | (wrong == 2))
            if len(near):
                slip = near[one_edit(said, as_letters(self._postcode[near]))]
                code[slip] = 2
        code[off == 0] = 1 if is_whole_postcode(said) or said[0].isdigit() else 3
        code[self._postcode == 0] = 0
        return code

    def _same_town(self, said: str) -> Codes:
        """1 the same, 2 another; 0 where not said."""
        texts = self._town
        if not texts or not said:
            return np.zeros(self._places, dtype=np.int8)
        code = _TOWNS.take(texts.likeness[texts.said[said]])
        code[texts.length == 0] = 0
        return code.take(texts.place)


# by how alike two words are
_STREETS = np.array([1, 2, 2, 3, 3], dtype=np.int8)
_TOWNS = np.array([1, 1, 2, 2, 2], dtype=np.int8)


@cache
def _residence_levels(is_whole: bool) -> Codes:
    """What `comparisons._residence_level` says of each way to agree: number, street, postcode and town, in their numbers.

    A number that is another may be nearly the same, which is for the caller to look into.
    """
    found = []
    for number, street, postcode, town in product(range(3), range(4), range(5), range(3)):
        area, nowhere = postcode in (1, 2, 3) or town == 1, postcode == town == 0
        near, shared = street in (1, 2), 10 if postcode == 1 else 0
        if number == street == postcode == town == 0:
            code = 0
        elif number == 1 and near and (area or nowhere):
            code = 1 + shared
        elif number == postcode == 1 and (street == 0 or is_whole):
            code = 11 if street == 0 else 12
        elif number == street == 1:
            code = 4
        elif near and area:
            code = 3 if number == 2 else 2
        elif postcode == 1:
            code = 6 if number == 1 else 13
        elif number == 1 and area:
            code = 6
        elif postcode == 2:
            code = 7
        elif near:
            code = 8
        else:
            code = 9 if area else 10
        found.append(code)
    return np.array(found, dtype=np.int8)


# in the order of `comparisons._PLACE_ORDER`, and those in which the postcode that both share is told
_PLACES = (
    "same", "near", "street_area", "number_street", "postcode", "number_area", "postcode_slip", "street", "area",
    "different",
)  # fmt: skip
_OF_A_POSTCODE = ("same", "near", "postcode")
_PLACE_RANKS = np.array([0, *range(1, 11), 1, 2, 5], dtype=np.int64)
