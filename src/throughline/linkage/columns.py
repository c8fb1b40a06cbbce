"""Packed rows taken apart into columns, so that hundreds of candidates are compared in a few steps of numpy.

Every text is held once and known by its number; of each there is kept what a comparison would have to work out
again: its digest, how it sounds, the root of a family name. The columns are plain arrays, to be written to
a file as they are and mapped into memory by many processes.
"""

from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from .cleaning import is_whole_postcode, outcode, street_stem
from .features import Features, Residence, unpack
from .names import SHARED_NAMES, NameParts, called_by, family_root, readings
from .phonetics import sound

WORDS = 5
"""As many words of a name have a place in the columns."""
PHONE_WIDTH, POSTCODE_WIDTH = 16, 8
NOTHING = 0
"""The number of the empty text, and of the name without a word."""

Arrays = Mapping[str, npt.NDArray[Any]]

_TYPES = {
    # texts
    "text_at": "<i8", "text_digest": "<u8", "text_sound": "<u8", "text_root": "<u8", "text_initial": "<u4",
    "text_length": "<u1", "text_shared": "?", "text_several": "?",
    # the words given to a person, or shared with the family: as called, as written, and as one word
    "words_called": "<i4", "words_written": "<i4", "words_as_called": "<i4", "words_as_written": "<i4",
    # rows, and what a row has several of, from its place in …_at to the next
    "name_at": "<i8", "name_given": "<i4", "name_family": "<i4", "name_number": "<u1", "name_reading": "<u1",
    "other_at": "<i8", "other_given": "<i4", "other_family": "<i4",
    "phone_at": "<i8", "phone": "u1", "phone_ending": "<u8",
    "place_at": "<i8", "place_number": "<i4", "place_stem": "<i4", "place_street": "<i4", "place_town": "<i4",
    "place_postcode": "<i4", "place_outcode": "<i4", "place_letters": "u1", "place_whole": "?",
    "born": "u1", "years": "<i2", "sex": "u1", "odd": "?",
    "packed_at": "<i8",
}  # fmt: skip
_SHAPES = {
    "words_called": (-1, WORDS),
    "words_written": (-1, WORDS),
    "phone": (-1, PHONE_WIDTH),
    "place_letters": (-1, POSTCODE_WIDTH),
    "born": (-1, 8),
    "years": (-1, 2),
}
ORDERED = 3
"""The reading of a name of which it is known what is given and what is the family's."""


def digest(text: str) -> int:
    """A text as a number of 64 bits; equal ones are equal texts."""
    return digest_of(text.encode())


def digest_of(content: bytes) -> int:
    """Bytes as a number of 64 bits."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")


def sound_number(word: str) -> int:
    """How a word sounds as a number; 0 where it sounds like nothing but itself."""
    if not word.isascii() or not word.isalpha():
        return 0
    return int.from_bytes(sound(word).encode(), "little")


def ending_number(phone: str) -> int:
    """The last six characters of a telephone number as a number."""
    return int.from_bytes(phone[-6:].encode(), "little")


_OF_A_TEXT = (
    "text_digest", "text_sound", "text_root", "text_initial", "text_length", "text_shared", "text_several",
)  # fmt: skip


@lru_cache(maxsize=65_536)
def _about(text: str) -> tuple[int, ...]:
    """What is kept of a text, in the order of _OF_A_TEXT."""
    return (
        digest(text),
        sound_number(text),
        digest(family_root(text)),
        ord(text[0]) if text else 0,
        min(len(text), 255),
        text in SHARED_NAMES,
        " " in text,
    )


class ColumnsBuilder:
    """Takes rows one by one and gives their columns."""

    def __init__(self) -> None:
        codes = {"?": "B", "u1": "B", "<u1": "B", "<i2": "h", "<i4": "i", "<u4": "I", "<i8": "q", "<u8": "Q"}
        self._parts = {name: array(codes[kind]) for name, kind in _TYPES.items()}
        self._texts: dict[str, int] = {}
        self._words: dict[tuple[str, ...], int] = {}
        self._text_heap, self._packed_heap = bytearray(), bytearray()
        for name in ("text_at", "name_at", "other_at", "phone_at", "place_at", "packed_at"):
            self._parts[name].append(0)
        self._text("")
        self._words_of(())

    def __len__(self) -> int:
        return len(self._parts["packed_at"]) - 1

    def add(self, packed: bytes) -> None:
        """The next row."""
        parts, one = self._parts, unpack(packed)
        self._packed_heap += packed
        parts["packed_at"].append(len(self._packed_heap))
        odd = any(
            len(words) > WORDS for name in (*one.names, *one.others) for words in (name.given, name.family)
        )
        odd |= len(one.names) > 100
        odd |= any(not number.isascii() or not 6 <= len(number) <= PHONE_WIDTH for number in one.phones)
        odd |= any(
            not place.postcode.isascii() or len(place.postcode) > POSTCODE_WIDTH for place in one.places
        )
        parts["odd"].append(odd)
        if odd:
            one = Features((), "", 0, 0, "", (), (), ())
        self._add_names("name", one.names)
        self._add_names("other", one.others)
        for number in one.phones:
            parts["phone"].frombytes(number.encode().ljust(PHONE_WIDTH, b"\0"))
            parts["phone_ending"].append(ending_number(number))
        parts["phone_at"].append(len(parts["phone"]) // PHONE_WIDTH)
        for place in one.places:
            self._add_place(place)
        parts["place_at"].append(len(parts["place_stem"]))
        parts["born"].frombytes(one.born.encode().ljust(8, b"\0"))
        year = int(one.born[:4]) if one.born else 0
        parts["years"].extend((year or one.born_from, year or one.born_to))
        parts["sex"].append(int(one.sex or 0))

    def _add_names(self, what: str, names: tuple[NameParts, ...]) -> None:
        parts = self._parts
        for number, name in enumerate(names):
            for reading, (given, family) in enumerate(readings(name)):
                parts[f"{what}_given"].append(self._words_of(given))
                parts[f"{what}_family"].append(self._words_of(family))
                if what == "name":
                    parts["name_number"].append(number)
                    parts["name_reading"].append(ORDERED if name.ordered else reading)
        parts[f"{what}_at"].append(len(parts[f"{what}_given"]))

    def _add_place(self, place: Residence) -> None:
        parts, text = self._parts, self._text
        parts["place_number"].append(text(place.number))
        parts["place_stem"].append(text(street_stem(place.street)))
        parts["place_street"].append(text(place.street.replace(" ", "")))
        parts["place_town"].append(text(place.town))
        parts["place_postcode"].append(text(place.postcode))
        parts["place_outcode"].append(text(outcode(place.postcode)))
        parts["place_letters"].frombytes(place.postcode.encode().ljust(POSTCODE_WIDTH, b"\0"))
        parts["place_whole"].append(is_whole_postcode(place.postcode))

    def _text(self, text: str) -> int:
        number = self._texts.get(text)
        if number is None:
            number = self._texts[text] = len(self._texts)
            parts = self._parts
            self._text_heap += text.encode()
            parts["text_at"].append(len(self._text_heap))
            for name, value in zip(_OF_A_TEXT, _about(text), strict=True):
                parts[name].append(value)
        return number

    def _words_of(self, words: tuple[str, ...]) -> int:
        number = self._words.get(words)
        if number is None:
            number = self._words[words] = len(self._words)
            called = called_by(words)
            for name, said in (("words_called", called), ("words_written", words)):
                self._parts[name].extend(
                    [self._text(word) for word in said] + [NOTHING] * (WORDS - len(said))
                )
            self._parts["words_as_called"].append(self._text("".join(called)))
            self._parts["words_as_written"].append(self._text("".join(words)))
        return number

    def done(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by name."""
        columns: dict[str, npt.NDArray[Any]] = {
            name: np.frombuffer(part, dtype=_TYPES[name]).reshape(_SHAPES.get(name, (-1,)))
            for name, part in self._parts.items()
        }
        columns["text"] = np.frombuffer(self._text_heap, dtype="u1")
        columns["packed"] = np.frombuffer(self._packed_heap, dtype="u1")
        return columns


class Columns:
    """The columns of many rows, in memory or mapped from a file."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.odd = arrays["odd"]
        self._text_at, self._packed_at = arrays["text_at"], arrays["packed_at"]
        # the texts once for each process: they are few, and a slice is the quickest text there is;
        # a character for each byte, so that places stay what they are
        self._text, self._packed = arrays["text"].tobytes().decode("latin-1"), arrays["packed"]
        self._is_ascii = self._text.isascii()

    def __len__(self) -> int:
        return len(self.odd)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.arrays[name]

    def packed(self, row: int) -> bytes:
        """One row as it was packed."""
        return self._packed[self._packed_at[row] : self._packed_at[row + 1]].tobytes()

    def texts(self, numbers: npt.NDArray[np.int32]) -> list[str]:
        """Texts by their numbers."""
        starts, ends = self._text_at[numbers].tolist(), self._text_at[numbers + 1].tolist()
        held = self._text
        texts = [held[start:end] for start, end in zip(starts, ends, strict=True)]
        if self._is_ascii:
            return texts
        return [text if text.isascii() else text.encode("latin-1").decode() for text in texts]

    def several(
        self, what: str, rows: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Of what a row has several: where in its columns they stand, and the place in ``rows`` of each one's row."""
        at = self.arrays[f"{what}_at"]
        starts = at[rows]
        counts = at[rows + 1] - starts
        if (counts == 1).all():  # as most have
            return starts, np.arange(len(rows))
        owner = np.repeat(np.arange(len(rows)), counts)
        first = np.cumsum(counts) - counts
        return np.arange(len(owner)) + (starts - first)[owner], owner


def columns_of(rows: Iterable[bytes]) -> Columns:
    """The columns of rows that are at hand."""
    builder = ColumnsBuilder()
    for row in rows:
        builder.add(row)
    return Columns(builder.done())
