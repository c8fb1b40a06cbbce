"""The weights of many candidates at once, equal to those of `scoring.compare` and `scoring.weigh` one by one.

`comparisons.py` says what each level means and is what the tests hold this to. Here a level is a small number, and the
columns of all candidates go through each rule together: what the probe says is compared once with each
*distinct* text among the candidates, and the rest is looking up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cdist, cpdist

from .cleaning import is_whole_postcode, outcode, street_stem
from .columns import (
    NOTHING,
    ORDERED,
    PHONE_WIDTH,
    POSTCODE_WIDTH,
    WORDS,
    Columns,
    digest,
    ending_number,
    letters_number,
    sound_number,
)
from .comparisons import Evidence, Level, email_level
from .features import Features, Residence
from .model import Model
from .names import SHARED_NAMES, NameParts, called_by, family_root, is_short_for, kin, readings

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.complex128]
"""Bits that it is the person, with those that it is a household as the imaginary part: both are looked up and added in one step."""

_LAST = int(np.iinfo(np.int64).max)

SAME, NEARLY, SOUNDS, ALIKE, DIFFERENT = range(5)
"""How alike two words are, as numbers."""
# numbers of levels that are no agreement: of a forename those from here on, of a surname and a middle name these
_FORENAME_UNLIKE, _MIDDLE_UNLIKE = 8, 4
_SURNAME_UNLIKE: Bools = np.array([number in (6, 7) for number in range(9)])


def _first_of(size: int, cases: Sequence[tuple[Bools, int]], otherwise: int) -> Numbers:
    """`numpy.select`, for small arrays: of each the number of the first case that is true."""
    code = np.full(size, otherwise, dtype=np.int64)
    for holds, number in reversed(cases):
        np.copyto(code, number, where=holds)
    return code


class _Texts:
    """Texts that the probe says beside the distinct texts of the candidates: which are equal, and how alike."""

    def __init__(self, said: Sequence[str], columns: Columns, numbers: npt.NDArray[np.int32]) -> None:
        self.distinct, self.place = columns.distinct(numbers)
        self.said = {text: row for row, text in enumerate(dict.fromkeys(said))}
        self._columns = columns
        about = columns.text.take(self.distinct)
        self.digest, self.length, self.initial = about["digest"].copy(), about["length"], about["initial"]
        self.shared, self._sound = about["shared"], about["sound"]
        self.equal: Bools = (
            np.array([digest(text) for text in self.said], dtype=np.uint64)[:, None] == self.digest
        )
        self._likeness: Codes | None = None
        self._variants: dict[str, Bools] = {}

    @cached_property
    def texts(self) -> list[str]:
        """The distinct texts of the candidates."""
        return self._columns.texts(self.distinct)

    @cached_property
    def alike(self) -> Floats:
        """Jaro and Winkler's measure of each pair; 0 where it is too low to matter."""
        said = list(self.said)
        return cdist(said, self.texts, scorer=JaroWinkler.similarity, dtype=np.float64, score_cutoff=0.59)

    @property
    def likeness(self) -> Codes:
        """How alike they look and sound, as `comparisons._word_level` has it."""
        if self._likeness is None:
            liken([self])
            assert self._likeness is not None
        return self._likeness

    def variant(self, word: str) -> Bools:
        """Which of the distinct texts are forms of the same forename, as `names.same_forename` has it."""
        known = self._variants.get(word)
        if known is None:
            forms = _kin_digests(word)
            near = forms.searchsorted(self.digest)
            known = self._variants[word] = forms.take(near, mode="clip") == self.digest
            if len(word) > 2:
                # Jaro's measure of a word and its beginning is two thirds at the least
                begin = (self.alike[self.said[word]] > 0.66) & (self.initial == ord(word[0]))
                begin &= (self.length >= min(len(word) + 2, 255)) | (self.length <= len(word) - 2)
                places = np.flatnonzero(begin).tolist()
                if places:
                    texts = self.texts
                    known[[place for place in places if is_short_for(texts[place], word)]] = True
        return known

    def roughly(self) -> "_Pairs":
        """Sort out what is the same and what is quite different; the pairs that need a closer look."""
        said = list(self.said)
        length = np.array([min(len(text), 255) for text in said], dtype=np.uint8)
        near = self.alike >= 0.6
        if length.min(initial=99) <= 3:
            near |= (length <= 3)[:, None] & (self.length <= 3)
        near &= ~self.equal
        self._likeness = np.full(near.shape, DIFFERENT, dtype=np.int8)
        self._likeness[self.equal] = SAME
        row, place = near.nonzero()
        sounds = np.array([sound_number(text) for text in said], dtype=np.uint64)
        return _Pairs(
            [said[at] for at in row.tolist()],
            [self.texts[at] for at in place.tolist()],
            self.alike[row, place],
            (length[row], self.length[place]),
            (sounds[row], self._sound[place]),
            (row, place),
        )

    def take(self, pairs: "_Pairs", levels: Codes) -> None:
        """What the closer look has shown."""
        if self._likeness is not None:
            self._likeness[pairs.at] = levels


@lru_cache(maxsize=65_536)
def _kin_digests(word: str) -> npt.NDArray[np.uint64]:
    """The digests of the forms of a forename, rising."""
    return np.array(sorted(map(digest, kin(word))), dtype=np.uint64)


class _Pairs(NamedTuple):
    """Two texts each, what is known of both, and where in the likeness they stand."""

    said: list[str]
    texts: list[str]
    alike: Floats
    lengths: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
    sounds: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]
    at: tuple[Numbers, Numbers]


def liken(several: Sequence[_Texts]) -> None:
    """How alike the texts of several kinds are; all at once, since few pairs need more than a glance."""
    pairs = [texts.roughly() for texts in several]
    said, theirs = ([text for one in pairs for text in one[side]] for side in (0, 1))
    if not said:
        return
    # none is asked about more than three
    edits = cpdist(said, theirs, scorer=DamerauLevenshtein.distance, dtype=np.int32, score_cutoff=3)
    alike = np.concatenate([one.alike for one in pairs])
    length, length_2 = (np.concatenate([one.lengths[side] for one in pairs]) for side in (0, 1))
    sounds, sounds_2 = (np.concatenate([one.sounds[side] for one in pairs]) for side in (0, 1))
    longest = np.maximum(length, length_2)
    telling = sounds >= 1 << 16  # more than two letters
    one_edit = edits == 1
    level = np.full(len(said), DIFFERENT, dtype=np.int8)
    level[alike > 0.8] = ALIKE
    level[(alike > 0.92) & (edits <= 3)] = NEARLY
    level[(sounds == sounds_2) & (sounds > 0) & (telling | (alike > 0.7))] = SOUNDS
    level[(one_edit & (longest > 3)) | ((edits == 2) & (longest > 7))] = NEARLY
    level[alike < 0.6] = DIFFERENT
    level[(level == DIFFERENT) & one_edit & (longest <= 3) & (np.minimum(length, length_2) > 1)] = ALIKE
    start = 0
    for texts, one in zip(several, pairs, strict=True):
        texts.take(one, level[start : start + len(one.said)])
        start += len(one.said)


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of all candidates: the levels that there are, and the number of each candidate's; 0 is none."""

    name: str
    levels: tuple[Level | None, ...]
    codes: npt.NDArray[Any]

    def bits(self, model: Model) -> Bits:
        """Bits that it is the same person, and a household."""
        return _bits_of(model, self.name, self.levels).take(self.codes)


@lru_cache(maxsize=1_024)
def _bits_of(model: Model, field: str, levels: tuple[Level | None, ...]) -> Bits:
    """What each level of a field weighs; asked again and again where no level has a term."""
    return np.array([complex(*model.bits(field, level)) if level else 0j for level in levels])


# -- names -------------------------------------------------------------------------------------------------


_UP_TO = [
    [*range(width), *range(WORDS, WORDS + width), 2 * WORDS, 2 * WORDS + 1] for width in range(WORDS + 1)
]
"""Of the texts of words those that so many words can have."""


class _Names:
    """What the probe's names are beside the distinct words given or shared with a family, of all candidates."""

    def __init__(
        self, parts: Sequence[tuple[str, ...]], columns: Columns, words: npt.NDArray[np.int32], model: Model
    ) -> None:
        self.distinct, self.place = columns.distinct(words)
        self._model = model
        about = columns.words.take(self.distinct)
        width = max(int(about["written"].max(initial=0)), 1)
        said = [
            text for words in parts for text in (*words, "".join(words), "".join(called_by(words))) if text
        ]
        self.texts = self._texts = _Texts(said, columns, about["texts"][:, _UP_TO[width]])
        # a column for each word: the first that he is called by, the second, and so on
        place = self._texts.place.T.copy()
        self._called, self._written = place[:width], place[width : 2 * width]
        self._as_called, self._as_written = place[2 * width], place[2 * width + 1]
        self._called_count, self._written_count = about["called"], about["written"]
        self._all_shared, self._root, self.initial = about["shared"], about["root"], about["initial"]
        self._given: dict[tuple[str, ...], tuple[_Field, _Field, Bits]] = {}
        self._family: dict[tuple[str, ...], tuple[_Field, Bits]] = {}
        self._other: dict[str, Bools] = {}

    def _is_other_given(self, word: str) -> Bools:
        known = self._other.get(word)
        if known is None:
            row, texts = self._texts.said[word], self._texts
            known = texts.equal[row] | texts.variant(word) | (texts.likeness[row] == NEARLY)
            self._other[word] = known
        return known

    def given(self, words: tuple[str, ...]) -> tuple[_Field, _Field, Bits]:
        """Forename, middle names, and the bits of both, for each of the distinct."""
        if words not in self._given:
            forename = self._forename(words)
            middle = self._middle(words, forename)
            bits = forename.bits(self._model) + middle.bits(self._model)
            self._given[words] = forename, middle, bits
        return self._given[words]

    def middle_agrees(self, words: tuple[str, ...]) -> Bools:
        """Where no middle name is another one."""
        return self.given(words)[1].codes != _MIDDLE_UNLIKE

    def family(self, words: tuple[str, ...]) -> tuple[_Field, Bits]:
        """Surname and its bits, for each of the distinct."""
        if words not in self._family:
            surname = self._surname(words)
            self._family[words] = surname, surname.bits(self._model)
        return self._family[words]

    def may_agree(self, words: tuple[str, ...], among: npt.NDArray[np.int32]) -> Bools:
        """Where the words could be more than merely alike, as given or as of the family; a few of these are not."""
        if any(len(word) == 1 for word in words) or not SHARED_NAMES.isdisjoint(words):
            return np.ones(len(among), dtype=bool)
        texts, joined = self._texts, "".join(words)
        said = [texts.said[text] for text in {*words, joined, "".join(called_by(words))}]
        near = (texts.likeness[said] < ALIKE).any(axis=0) | (texts.length == 1) | texts.shared
        for word in words:
            near |= texts.variant(word)
        count = self._written_count[among]
        may: Bools = (
            near[self._as_written[among]]
            | near[self._as_called[among]]
            | (self._root[among] == digest(family_root(joined)))
            | (count == 0)
        )
        for number, theirs in enumerate(self._written):
            may |= near[theirs[among]] & (count > number)
        return may

    _PLAIN = tuple(
        Level(name) for name in ("initial", "variant", "nearly", "sounds", "another", "alike", "different")
    )

    def _forename(self, written: tuple[str, ...]) -> _Field:
        if not written:
            return _Field("forename", (None,), np.zeros(len(self.distinct), dtype=np.int8))
        called, texts = called_by(written), self._texts
        first, joined = called[0], "".join(called)
        levels = (None, Level("same", first), Level("same", joined), *self._PLAIN)
        row = texts.said[first]
        second = self._called[0]
        # of each distinct text; who is called by an initial is another matter
        by_text = _FORENAME_CODES[texts.likeness[row]]
        by_text[texts.variant(first)] = 4
        single = np.flatnonzero(texts.length == 1) if len(first) > 1 else np.arange(len(by_text))
        if len(single):
            by_text[single] = np.where(texts.initial[single] == ord(first[0]), 3, _OTHER_INITIAL)
        code = by_text[second]
        if len(written) > 1 or self._written_count.max(initial=0) > 1:
            another = np.zeros(len(second), dtype=bool)
            for words, theirs in ((called, self._written), (written, self._called)):
                if telling := [self._is_other_given(word) for word in words if len(word) > 2]:
                    is_any = np.logical_or.reduce(telling) if len(telling) > 1 else telling[0]
                    for one in theirs:  # the empty text, where there are no more words, is no other name
                        another |= is_any[one]
            code[another & ((code == 8) | (code == 9)) & ((self._written_count > 1) | (len(written) > 1))] = 7
        code[code == _OTHER_INITIAL] = 9
        code[texts.equal[texts.said[joined]][self._as_called] & (self._called_count != len(called))] = 2
        code[texts.equal[row][second]] = 1 if len(first) > 1 else 3
        code[self._called_count == 0] = 0
        return _Field("forename", levels, code)

    def _middle(self, written: tuple[str, ...], forename: _Field) -> _Field:
        rest, texts = called_by(written)[1:], self._texts
        levels = (None, Level("same"), Level("initial"), Level("nearly"), Level("different"))
        code = np.zeros(len(self.distinct), dtype=np.int8)
        asked = (self._called_count > 1) & (forename.codes >= 1) & (forename.codes <= 6)
        if not rest or not asked.any():
            return _Field("middle", levels, code)
        theirs = self._called[1:, asked].T
        has = np.arange(1, 1 + theirs.shape[1]) < self._called_count[asked][:, None]
        length, initial = texts.length[theirs], texts.initial[theirs]
        level = np.full(len(theirs), 4, dtype=np.int8)
        nearly, first_letter, same_letter, same = (np.zeros(len(theirs), dtype=bool) for _ in range(4))
        for word in rest:
            nearly |= (self._is_other_given(word)[theirs] & has).any(axis=1)
            short = (length == 1) if len(word) > 1 else True
            first_letter |= (has & short & (initial == ord(word[0]))).any(axis=1)
            equal = (texts.equal[texts.said[word]][theirs] & has).any(axis=1)
            if len(word) > 1:
                same |= equal
            else:
                same_letter |= equal
        level[nearly] = 3
        level[first_letter | same_letter] = 2
        level[same] = 1
        code[asked] = level
        return _Field("middle", levels, code)

    def _surname(self, words: tuple[str, ...]) -> _Field:
        size = len(self.distinct)
        if not words:
            return _Field("surname", (None,), np.zeros(size, dtype=np.int8))
        texts, joined = self._texts, "".join(words)
        row = texts.said[joined]
        plain = ("variant", "nearly", "sounds", "shared_name", "alike", "different")
        levels = (None, Level("same", joined), *map(Level, plain), *(Level("part", word) for word in words))
        code = _SURNAME_CODES[texts.likeness[row][self._as_written]]
        code[(code >= 6) & (self._all_shared != SHARED_NAMES.issuperset(words))] = 5
        code[self._root == digest(family_root(joined))] = 2
        several = self._written_count > 1 if len(words) == 1 else np.ones(size, dtype=bool)
        if several.any():
            theirs = self._written[:, several].T
            has = np.arange(theirs.shape[1]) < self._written_count[several][:, None]
            level = code[several]
            alike, telling = np.zeros(len(theirs), dtype=bool), np.zeros(len(theirs), dtype=bool)
            part = np.zeros(len(theirs), dtype=np.int8)
            longest = sorted(range(len(words)), key=lambda place: (len(words[place]), -place))
            for place in longest:
                word = words[place]
                said = texts.said[word]
                if len(word) > 3:
                    near = texts.likeness[said][theirs]
                    alike |= (((near == NEARLY) | (near == SOUNDS)) & has).any(axis=1)
                common = (texts.equal[said][theirs] & has).any(axis=1)
                part[common] = 8 + place
                if word not in SHARED_NAMES:
                    telling |= common
            level[alike] = 6
            level[telling] = part[telling]
            code[several] = level
        code[texts.equal[row][self._as_written]] = 1
        code[self._written_count == 0] = 0
        return _Field("surname", levels, code)


# by how alike two words are; the same ones are looked for besides
_FORENAME_CODES = np.array([9, 5, 6, 8, 9], dtype=np.int8)
_SURNAME_CODES = np.array([7, 3, 4, 6, 7], dtype=np.int8)
_OTHER_INITIAL = 10


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of reading the probe's name: its words given and of the family; ``turned`` where either side's
    may be the wrong way round. ``first`` says which way is taken of those that agree equally well."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    turned: bool
    first: tuple[int, int]


def _ways(names: Sequence[NameParts]) -> list[_Way]:
    ways = []
    for number, name in enumerate(names):
        for place, (given, family) in enumerate(readings(name)):
            ways.append(_Way(given, family, False, (number, place)))
        if name.ordered:
            ways.append(_Way(name.given, name.family, True, (number, 3)))
    return ways


class _NameFields:
    """The names of all candidates, each by the way of reading them that agrees best."""

    def __init__(self, probe: Features, rows: npt.NDArray[np.void], model: Model, names: "_NamesAt") -> None:
        self._ways, self._table, self._model = _ways(probe.names), names.table, model
        at, owner = names.at, names.owner
        alone = len(at) < 2 or bool((owner[1:] != owner[:-1]).all())
        self._given, self._family = names.given, names.family
        number, reading = names.number, names.reading
        self._ordered = reading == ORDERED
        self._turned_side: dict[int, Bools] = {}
        found = [
            (way_number, way, bits)
            for way_number, way in enumerate(self._ways)
            if (bits := self._turned(way_number, way) if way.turned else self._straight(way)) is not None
        ]
        self._way_of = np.full(len(at), found[0][0], dtype=np.int64)
        best = found[0][2]
        if len(found) > 1 or not alone:
            rank = np.full(len(at), _LAST)
            best = np.full(len(at), complex(-np.inf))
            for way_number, way, bits in found:
                probe_number, probe_reading = way.first
                order = ((probe_number * 256 + number) * 4 + probe_reading) * 4 + (
                    3 if way.turned else reading
                )
                more = bits.real - best.real
                better = (more > 0) | ((more == 0) & (order < rank))
                np.copyto(best, bits, where=better)
                np.copyto(rank, order, where=better)
                np.copyto(self._way_of, way_number, where=better)
        self.bits = np.zeros(len(rows), dtype=np.complex128)
        self._chosen = np.full(len(rows), -1, dtype=np.int64)
        which = np.arange(len(at))
        if not alone:
            # the names of one candidate stand together: of each the best, and of the best the first in rank
            starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
            counts = np.diff(np.append(starts, len(at)))
            rank[best.real < np.repeat(np.maximum.reduceat(best.real, starts), counts)] = _LAST
            which = np.flatnonzero(rank == np.repeat(np.minimum.reduceat(rank, starts), counts))
            best, owner = best[which], owner[which]
        self.bits[owner], self._chosen[owner] = best, which

    def _straight(self, way: _Way) -> Bits:
        given, family = self._table.given(way.given)[-1], self._table.family(way.family)[-1]
        return given.take(self._given) + family.take(self._family)

    def _turned(self, number: int, way: _Way) -> Bits | None:
        """The same with either side's name the wrong way round, -inf where it is not; None where no name is."""
        table, size = self._table, len(self._given)
        here = self._may_be_turned(way)
        if not len(here):
            return None
        given, family = self._given[here], self._family[here]
        sums = []
        for their_given, their_family, words, family_words in (
            (given, family, way.family, way.given),
            (family, given, way.given, way.family),
        ):
            forename, _, one = table.given(words)
            surname, two = table.family(family_words)
            alike = (
                (forename.codes[their_given] < _FORENAME_UNLIKE)
                & ~_SURNAME_UNLIKE.take(surname.codes[their_family], mode="clip")
                & (table.middle_agrees(words)[their_given])
            )
            sums.append((one[their_given] + two[their_family], alike))
        second = sums[1][0].real < sums[0][0].real
        least, alike = (np.where(second, two, one) for one, two in zip(*sums, strict=True))
        bits, theirs = np.full(size, complex(-np.inf)), np.zeros(size, dtype=bool)
        bits[here] = np.where(alike, least + complex(*self._model.bits("order", _TURNED)), -np.inf)
        theirs[here] = second
        self._turned_side[number] = theirs
        return bits

    def _may_be_turned(self, way: _Way) -> Numbers:
        """The names of which either side's may be the wrong way round."""
        initial = self._table.initial
        given, family = initial[self._given], initial[self._family]
        may, said = self._ordered.copy(), np.zeros(len(given), dtype=bool)
        for words, theirs in ((way.given, family), (way.family, given)):
            if words:
                may &= (theirs == 0) | (theirs == ord(words[0][0]))
                said |= theirs > 0
        here = np.flatnonzero(may & said)
        # to compare all names once more the other way round is worth it only if some may agree
        for words, crossed in ((way.given, self._family), (way.family, self._given)):
            if words and len(here):
                here = here[self._table.may_agree(words, crossed[here])]
        return here

    def evidence(self, place: int) -> Evidence:
        """Of one candidate."""
        at = self._chosen[place]
        if at < 0:
            return ()
        number = int(self._way_of[at])
        way, given, family = self._ways[number], self._given[at], self._family[at]
        words, family_words = way.given, way.family
        if way.turned and self._turned_side[number][at]:
            given, family = family, given
        elif way.turned:
            words, family_words = family_words, words
        forename, middle, _ = self._table.given(words)
        surname, _ = self._table.family(family_words)
        found = [
            (field.name, level)
            for field, theirs in ((forename, given), (middle, given), (surname, family))
            if (level := field.levels[field.codes[theirs]])
        ]
        return (*found, ("order", _TURNED)) if way.turned else tuple(found)


_TURNED = Level("swapped")


class _NamesAt:
    """The words of all candidates' names, and of the names of the other party, compared with the probe's."""

    def __init__(self, probe: Features, columns: Columns, rows: npt.NDArray[np.void], model: Model) -> None:
        self.at, self.owner = columns.several(rows["name_at"], rows["names"])
        held = columns.name.take(self.at)
        self.number, self.reading = held["number"].astype(np.int64), held["reading"].astype(np.int64)
        words = [held["given"], held["family"]]
        self.other_owner = _NONE
        if probe.others:
            other_at, self.other_owner = columns.several(rows["other_at"], rows["others"])
            held = columns.other.take(other_at)
            words += [held["given"], held["family"]]
        parts = [
            words
            for names in (probe.names, probe.others)
            for name in names
            for reading in readings(name)
            for words in reading
        ]
        self.table = _Names(parts, columns, np.concatenate(words), model)
        place, size = self.table.place, len(self.at)
        self.given, self.family = place[:size], place[size : 2 * size]
        others = len(self.other_owner)
        self.other_given, self.other_family = place[2 * size : 2 * size + others], place[2 * size + others :]


_NONE = np.empty(0, dtype=np.int64)

# -- the other fields ----------------------------------------------------------------------------------------


def _levels(*names: str) -> tuple[Level | None, ...]:
    return (None, *map(Level, names))


def _born(probe: Features, rows: npt.NDArray[np.void]) -> _Field:
    first, last = rows["first_year"], rows["last_year"]
    if not probe.born:
        gap = np.maximum(probe.born_from, first) - np.minimum(probe.born_to, last)
        code = _first_of(len(rows), [(gap <= 0, 1), (gap <= 2, 2), (gap <= 5, 3)], 4)
        code[first == 0] = 0
        return _Field("born", _levels("age_fits", "age_near", "age_off", "age_far"), code)
    names = ("slip", "swapped", "two_parts", "year", "within_2", "within_5", "far")
    ages = ("age_fits", "age_near", "age_off", "age_far")
    same = Level("same_january" if probe.born.endswith("0101") else "same", probe.born)
    levels = (None, same, *map(Level, names), *map(Level, ages))
    born, mine = rows["born"].copy(), int(probe.born[:4])
    off = born ^ np.uint64(letters_number(probe.born))
    wrong = _letters_off(off)
    year, month, day = off << _U64(32) == 0, off & _U64(0xFFFF << 32) == 0, off >> _U64(48) == 0
    crossed = year & (born >> _U64(32) == letters_number(probe.born[6:] + probe.born[4:6]))
    two = np.flatnonzero(wrong == 2)
    turned = np.zeros(len(rows), dtype=bool)
    if len(two):
        one, other = np.frombuffer(probe.born.encode(), dtype=np.uint8), _as_letters(born[two])
        turned[two] = _transposed(one, other, one != other)
    code = _YEARS_APART.take(np.abs(first.astype(np.int64) - mine), mode="clip")
    dates = ~(month & day) if probe.born.endswith("0101") else np.ones(len(rows), dtype=bool)
    for holds, number in (
        (year, 5), ((year & (month | day)) | (month & day & dates), 4), (turned & dates, 2), (crossed, 3),
        ((wrong == 1) & dates, 2), (wrong == 0, 1),
    ):  # fmt: skip
        code[holds] = number
    dated = born > 0
    if not dated.all():
        gap = np.maximum(mine, first) - np.minimum(mine, last)
        by_age = _first_of(len(rows), [(gap <= 0, 9), (gap <= 2, 10), (gap <= 5, 11)], 12)
        code = np.where(dated, code, np.where(first > 0, by_age, 0))
    return _Field("born", levels, code)


_U64 = np.uint64
_YEARS_APART = np.array([6, 6, 6, 7, 7, 7, 8])


def _letters_off(off: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Of letters read as a number, and taken by XOR from others: how many differ."""
    for places in (4, 2, 1):
        off = off | off >> _U64(places)
    return np.bitwise_count(off & _U64(0x0101_0101_0101_0101))


def _as_letters(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(len(numbers), -1)


def _transposed(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], off: Bools) -> Bools:
    """Whether the first place that differs and the next have changed places; the rest is not looked at."""
    first = off.argmax(axis=1)
    second = np.minimum(first + 1, one.shape[-1] - 1)
    row = np.arange(len(other))
    return (first < second) & (one[first] == other[row, second]) & (one[second] == other[row, first])


def _one_edit(one: str, other: npt.NDArray[np.uint8]) -> Bools:
    """Whether two texts of one length, one or two letters of which differ, are one letter apart, or two neighbours have changed
    places."""
    mine = np.frombuffer(one.encode().ljust(other.shape[1], b"\0"), dtype=np.uint8)
    off = mine != other
    same_length = ((mine > 0) == (other > 0)).all(axis=1)
    edited: Bools = same_length & ((off.sum(axis=1) == 1) | _transposed(mine, other, off))
    return edited


def _sex(probe: Features, rows: npt.NDArray[np.void]) -> _Field:
    codes = np.array([0, 2, 2])
    codes[int(probe.sex)] = 1
    return _Field("sex", _levels("same", "different"), codes[rows["sex"]])


def _best(codes: npt.NDArray[Any], owner: Numbers, size: int) -> npt.NDArray[Any]:
    """The lowest of each candidate's codes, 0 standing for none."""
    best = np.full(size, 127, dtype=np.int64)
    np.minimum.at(best, owner, np.where(codes == 0, 127, codes))
    best[best == 127] = 0
    return best


def _phone(probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> _Field:
    at, owner = columns.several(rows["phone_at"], rows["phones"])
    theirs = columns.phone.take(at)
    code = np.full(len(at), 5, dtype=np.int64)
    first, last, endings = (theirs[name].copy() for name in ("first", "last", "ending"))
    for number in probe.phones:
        ends = endings == ending_number(number)
        code[ends] = np.minimum(code[ends], 4)
        off, off_2 = first ^ _U64(letters_number(number[:8])), last ^ _U64(letters_number(number[8:]))
        wrong = _letters_off(off) + _letters_off(off_2)
        near = np.flatnonzero((wrong == 1) | (wrong == 2))
        if len(near):
            slip = near[_one_edit(number, _as_letters(np.column_stack((first[near], last[near]))))]
            code[slip] = np.minimum(code[slip], 3)
        code[wrong == 0] = 1 if number.startswith("447") else 2
    levels = _levels("same_mobile", "same", "slip", "ending", "different")
    return _Field("phone", levels, _best(code, owner, len(rows)))


def _email(probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> _Field:
    at, owner = columns.several(rows["email_at"], rows["emails"])
    texts, back = columns.distinct(columns.email.take(at))
    levels = _levels("same", "nearly", "name", "different")
    code_of = {level: code for code, level in enumerate(levels)}
    codes = np.array(
        [code_of[email_level(probe.emails, (text,))] for text in columns.texts(texts)], dtype=np.int64
    )
    return _Field("email", levels, _best(codes[back] if len(at) else at, owner, len(rows)))


# in the order of `comparisons._PLACE_ORDER`
_PLACES = (
    "same", "near", "street_area", "number_street", "postcode", "number_area", "postcode_slip", "street", "area",
    "different",
)  # fmt: skip


class _PlaceField:
    """Where they live: of all pairs of places the one that tells most, the first of those that tell as much."""

    _LEVELS = 13  # the ten, and three of them with the postcode that both share

    def __init__(self, probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> None:
        self._columns = columns
        at, owner = columns.several(rows["place_at"], rows["places"])
        held = columns.place.take(at)
        self._number, self._street_joined = held["number"], held["street"]
        stems = [street_stem(place.street) for place in probe.places if place.street]
        towns = [place.town for place in probe.places if place.town]
        self._stem = _Texts(stems, columns, held["stem"]) if stems else None
        self._town = _Texts(towns, columns, held["town"]) if towns else None
        self._postcode, self._outcode = held["postcode"].copy(), held["outcode"]
        self._said, self._owner, self._size, self._places = probe.places, owner, len(rows), len(at)

    @property
    def texts(self) -> list[_Texts]:
        """What has to be likened."""
        return [texts for texts in (self._stem, self._town) if texts]

    def field(self) -> _Field:
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
        return _Field("place", tuple(levels), np.where(found, codes, 0))

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
        off = self._postcode ^ _U64(letters_number(said))
        code = np.where(self._outcode == letters_number(outcode(said)), np.int8(3), np.int8(4))
        if len(said) > 3:
            wrong = _letters_off(off)
            near = np.flatnonzero((wrong == 1) | (wrong == 2))
            if len(near):
                slip = near[_one_edit(said, _as_letters(self._postcode[near]))]
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


def _other(probe: Features, names: _NamesAt, size: int) -> _Field:
    owner, table = names.other_owner, names.table
    best = np.zeros(len(owner), dtype=np.int64)
    for reading in {reading: None for name in probe.others for reading in readings(name)}:
        forename = table.given(reading.given)[0].codes[names.other_given]
        surname = table.family(reading.family)[0].codes[names.other_family]
        agrees = (forename > 0) & (forename < _FORENAME_UNLIKE) & (forename != 3)  # 3 is an initial
        agrees_2 = ((surname > 0) & (surname < 5)) | (surname > 7)  # 5 is a shared name, 6 and 7 are unlike
        code = _first_of(
            len(owner),
            [
                ((forename == 0) & (surname == 0), 0),
                (agrees & agrees_2, 1),
                (agrees & (surname == 0), 2),
                (agrees_2 & ((forename == 0) | (forename == 3)), 3),
                (agrees | agrees_2, 4),
            ],
            5,
        )
        best = np.where(best == 0, code, np.where(code == 0, best, np.minimum(best, code)))
    return _Field(
        "other", _levels("both", "forename", "surname", "alike", "different"), _best(best, owner, size)
    )


# -- all together --------------------------------------------------------------------------------------------


class Weighing:
    """Candidates weighed beside one description: bits, what of them a housemate takes away, and the evidence."""

    def __init__(self, probe: Features, columns: Columns, rows: Numbers, model: Model) -> None:
        size = len(rows)
        held = columns.row.take(rows)
        self._names: _NameFields | None = None
        self._fields: list[_Field] = []
        bits = np.zeros(size, dtype=np.complex128)
        names = _NamesAt(probe, columns, held, model) if probe.names or probe.others else None
        place = _PlaceField(probe, columns, held) if probe.places else None
        liken([*([names.table.texts] if names else []), *(place.texts if place else [])])
        if names and probe.names and len(names.at):
            self._names = _NameFields(probe, held, model, names)
            bits = self._names.bits
        if any(probe.birth):
            self._fields.append(_born(probe, held))
        if probe.sex:
            self._fields.append(_sex(probe, held))
        if probe.phones:
            self._fields.append(_phone(probe, columns, held))
        if place:
            self._fields.append(place.field())
        if names and probe.others:
            self._fields.append(_other(probe, names, size))
        if probe.emails:
            self._fields.append(_email(probe, columns, held))
        for field in self._fields:
            bits += field.bits(model)
        self.doubt = doubts(bits.imag, model)
        self.bits = bits.real + self.doubt

    def evidence(self, place: int) -> Evidence:
        """Of the candidate at a place of the rows, as `scoring.compare` gives it."""
        found = [(field.name, level) for field in self._fields if (level := field.levels[field.codes[place]])]
        return (*(self._names.evidence(place) if self._names else ()), *found)


def doubts(home: Floats, model: Model) -> Floats:
    """What a housemate takes away, 0 or less, of candidates for whose household so many bits speak.

    numpy's powers and logarithms may differ in the last place from Python's: one candidate is asked of it as well as
    many, so that the same evidence always weighs the same.
    """
    weight: Floats = -np.log2(1.0 + model.household / model.population * powers_of_two(home))
    return weight


def powers_of_two(bits: Floats) -> Floats:
    """2.0 ** min(bits, 300.0) of each."""
    powers: Floats = np.exp2(np.minimum(bits, 300.0))
    return powers


def is_usual(probe: Features) -> bool:
    """Whether a description can be weighed by columns: very long names and numbers are for `scoring` alone."""
    return (
        all(
            len(words) <= WORDS
            for name in (*probe.names, *probe.others)
            for reading in readings(name)
            for words in reading
        )
        and len(probe.names) < 100
        and len(probe.places) < 100
        and all(number.isascii() and 6 <= len(number) <= PHONE_WIDTH for number in probe.phones)
        and all(place.postcode.isascii() and len(place.postcode) <= POSTCODE_WIDTH for place in probe.places)
    )
