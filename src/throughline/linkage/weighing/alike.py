"""How alike the words of a description are to the distinct ones of many candidates, each pair asked once."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.process import cdist, cpdist

from ..columns import Columns, digest, sound_number
from ..names import is_short_for, kin

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SAME, NEARLY, SOUNDS, ALIKE, DIFFERENT = range(5)
"""How alike two words are, as numbers."""


class Texts:
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


def liken(several: Sequence[Texts]) -> None:
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
