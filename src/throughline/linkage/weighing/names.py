"""The names of all candidates beside those of a description, and of the other party, each read in every way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..columns import ORDERED, WORDS, Columns, digest
from ..comparisons import Evidence, Level
from ..features import Features
from ..model import Model
from ..names import SHARED_NAMES, NameParts, called_by, family_root, readings
from .alike import ALIKE, NEARLY, SOUNDS, Bools, Numbers, Texts
from .fields import Bits, Field, best_of, first_of, levels_named

_LAST = int(np.iinfo(np.int64).max)
# numbers of levels that are no agreement: of a forename those from here on, of a surname and a middle name these
_FORENAME_UNLIKE, _MIDDLE_UNLIKE = 8, 4
_SURNAME_UNLIKE: Bools = np.array([number in (6, 7) for number in range(9)])

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
        self.texts = self._texts = Texts(said, columns, about["texts"][:, _UP_TO[width]])
        # a column for each word: the first that he is called by, the second, and so on
        place = self._texts.place.T.copy()
        self._called, self._written = place[:width], place[width : 2 * width]
        self._as_called, self._as_written = place[2 * width], place[2 * width + 1]
        self._called_count, self._written_count = about["called"], about["written"]
        self._all_shared, self._root, self.initial = about["shared"], about["root"], about["initial"]
        self._given: dict[tuple[str, ...], tuple[Field, Field, Bits]] = {}
        self._family: dict[tuple[str, ...], tuple[Field, Bits]] = {}
        self._other: dict[str, Bools] = {}

    def _is_other_given(self, word: str) -> Bools:
        known = self._other.get(word)
        if known is None:
            row, texts = self._texts.said[word], self._texts
            known = texts.equal[row] | texts.variant(word) | (texts.likeness[row] == NEARLY)
            self._other[word] = known
        return known

    def given(self, words: tuple[str, ...]) -> tuple[Field, Field, Bits]:
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

    def family(self, words: tuple[str, ...]) -> tuple[Field, Bits]:
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

    def _forename(self, written: tuple[str, ...]) -> Field:
        if not written:
            return Field("forename", (None,), np.zeros(len(self.distinct), dtype=np.int8))
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
        return Field("forename", levels, code)

    def _middle(self, written: tuple[str, ...], forename: Field) -> Field:
        rest, texts = called_by(written)[1:], self._texts
        levels = (None, Level("same"), Level("initial"), Level("nearly"), Level("different"))
        code = np.zeros(len(self.distinct), dtype=np.int8)
        asked = (self._called_count > 1) & (forename.codes >= 1) & (forename.codes <= 6)
        if not rest or not asked.any():
            return Field("middle", levels, code)
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
        return Field("middle", levels, code)

    def _surname(self, words: tuple[str, ...]) -> Field:
        size = len(self.distinct)
        if not words:
            return Field("surname", (None,), np.zeros(size, dtype=np.int8))
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
        return Field("surname", levels, code)


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


class NameFields:
    """The names of all candidates, each by the way of reading them that agrees best."""

    def __init__(self, probe: Features, rows: npt.NDArray[np.void], model: Model, names: "NamesAt") -> None:
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


class NamesAt:
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


def other(probe: Features, names: NamesAt, size: int) -> Field:
    """The name of the other party, the best of each candidate's."""
    owner, table = names.other_owner, names.table
    best = np.zeros(len(owner), dtype=np.int64)
    for reading in {reading: None for name in probe.others for reading in readings(name)}:
        forename = table.given(reading.given)[0].codes[names.other_given]
        surname = table.family(reading.family)[0].codes[names.other_family]
        agrees = (forename > 0) & (forename < _FORENAME_UNLIKE) & (forename != 3)  # 3 is an initial
        agrees_2 = ((surname > 0) & (surname < 5)) | (surname > 7)  # 5 is a shared name, 6 and 7 are unlike
        code = first_of(
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
    return Field(
        "other", levels_named("both", "forename", "surname", "alike", "different"), best_of(best, owner, size)
    )
