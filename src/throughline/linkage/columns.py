"""Packed rows taken apart into columns, so that hundreds of candidates are compared in a few steps of numpy.

Every text is held once and known by its number; of each there is kept what a comparison would have to work out
again: its digest, how it sounds, the root of a family name. What is asked of one row, name, place or text stands together,
for a candidate may be anywhere in memory, and each place that has to be gone to costs more than what is done
there. The tables are plain arrays, to be written to a file as they are and mapped into memory by many processes.
"""

from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from .cleaning import outcode, street_stem
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
    "place_letters": "u1", "place_outcode": "u1",
    "email_at": "<i8", "email": "<i4",
    "born": "u1", "years": "<i2", "sex": "u1", "odd": "?",
    "packed_at": "<i8",
}  # fmt: skip
_SHAPES = {
    "words_called": (-1, WORDS),
    "words_written": (-1, WORDS),
    "phone": (-1, PHONE_WIDTH),
    "place_letters": (-1, POSTCODE_WIDTH),
    "place_outcode": (-1, POSTCODE_WIDTH),
    "born": (-1, 8),
    "years": (-1, 2),
}
_MOST = 100
"""Of what a row may have several of: as many have a place in the columns."""

# a few letters are read as one number, their bytes in order: what is equal is equal in one step
_ROW = np.dtype([
    ("born", "<u8"), ("packed_at", "<u8"), ("name_at", "<u4"), ("other_at", "<u4"), ("phone_at", "<u4"),
    ("place_at", "<u4"), ("packed", "<u4"), ("first_year", "<i2"), ("last_year", "<i2"), ("names", "u1"), ("others", "u1"),
    ("phones", "u1"), ("places", "u1"), ("sex", "u1"), ("odd", "?"), ("emails", "u1"), ("_", "V1"), ("email_at", "<u4"),
    ("__", "V4"),
])  # fmt: skip
_NAME = np.dtype([("given", "<i4"), ("family", "<i4"), ("number", "u1"), ("reading", "u1"), ("_", "V2")])
_OTHER = np.dtype([("given", "<i4"), ("family", "<i4")])
_PHONE = np.dtype([("first", "<u8"), ("last", "<u8"), ("ending", "<u8")])
_PLACE = np.dtype([
    ("postcode", "<u8"), ("outcode", "<u8"), ("number", "<i4"), ("stem", "<i4"), ("street", "<i4"), ("town", "<i4"),
])  # fmt: skip
_TEXT = np.dtype([
    ("digest", "<u8"), ("sound", "<u8"), ("root", "<u8"), ("initial", "<u4"), ("length", "u1"), ("shared", "?"),
    ("several", "?"), ("_", "V1"),
])  # fmt: skip
_WORDS = np.dtype([
    ("texts", "<i4", (2 * WORDS + 2,)), ("root", "<u8"), ("initial", "<u4"), ("called", "u1"), ("written", "u1"),
    ("shared", "?"), ("_", "V1"),
])  # fmt: skip
"""The words as called, as written, and either as one text; of these the root, the first letter of the first, how many there
are, and whether all are shared by many families."""
ORDERED = 3
"""The reading of a name of which it is known what is given and what is the family's."""


@lru_cache(maxsize=65_536)
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


def letters_number(letters: str) -> int:
    """Up to eight letters as a number."""
    return int.from_bytes(letters.encode(), "little")


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
        for name in ("text_at", "name_at", "other_at", "phone_at", "place_at", "email_at", "packed_at"):
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
        odd |= max(map(len, (one.names, one.others, one.phones, one.places, one.emails))) > _MOST
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
        parts["email"].extend(map(self._text, one.emails))
        parts["email_at"].append(len(parts["email"]))
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
        for name, letters in (("letters", place.postcode), ("outcode", outcode(place.postcode))):
            parts[f"place_{name}"].frombytes(letters.encode().ljust(POSTCODE_WIDTH, b"\0"))

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
        """The tables by name, each a row of bytes for each of its entries."""
        return tables({
            **{
                name: np.frombuffer(part, dtype=_TYPES[name]).reshape(_SHAPES.get(name, (-1,)))
                for name, part in self._parts.items()
            },
            "text": np.frombuffer(self._text_heap, dtype="u1"),
            "packed": np.frombuffer(self._packed_heap, dtype="u1"),
        })  # fmt: skip


def tables(columns: Arrays) -> dict[str, npt.NDArray[Any]]:
    """What was gathered column by column, put together as it is asked for."""
    held = columns.__getitem__
    born, phones, letters, outcodes = (
        np.ascontiguousarray(held(name)).reshape(-1).view("<u8")
        for name in ("born", "phone", "place_letters", "place_outcode")
    )
    row = _table(
        _ROW, len(held("odd")), born=born, first_year=held("years")[:, 0], last_year=held("years")[:, 1],
        sex=held("sex"), odd=held("odd"), packed_at=held("packed_at")[:-1], packed=np.diff(held("packed_at")),
        name_at=held("name_at")[:-1], names=np.diff(held("name_at")),
        other_at=held("other_at")[:-1], others=np.diff(held("other_at")),
        phone_at=held("phone_at")[:-1], phones=np.diff(held("phone_at")),
        place_at=held("place_at")[:-1], places=np.diff(held("place_at")),
        email_at=held("email_at")[:-1], emails=np.diff(held("email_at")),
    )  # fmt: skip
    called, written = held("words_called"), held("words_written")
    as_called, as_written = held("words_as_called"), held("words_as_written")
    shared = held("text_shared")[written] | (written == NOTHING)
    made = {
        "row": row,
        "name": _table(
            _NAME, len(held("name_given")), given=held("name_given"), family=held("name_family"),
            number=held("name_number"), reading=held("name_reading"),
        ),
        "other": _table(
            _OTHER, len(held("other_given")), given=held("other_given"), family=held("other_family")
        ),
        "phone": _table(
            _PHONE, len(held("phone_ending")), first=phones[0::2], last=phones[1::2], ending=held("phone_ending")
        ),
        "place": _table(
            _PLACE, len(held("place_stem")), postcode=letters, outcode=outcodes, number=held("place_number"),
            stem=held("place_stem"), street=held("place_street"), town=held("place_town"),
        ),
        "text": _table(
            _TEXT, len(held("text_digest")),
            **{name: held(f"text_{name}") for name in _TEXT.names or () if name != "_"},
        ),
        "words": _table(
            _WORDS, len(as_called), texts=np.column_stack((called, written, as_called, as_written)),
            root=held("text_root")[as_written], initial=held("text_initial")[written[:, 0]],
            called=(called != NOTHING).sum(axis=1), written=(written != NOTHING).sum(axis=1),
            shared=shared.all(axis=1),
        ),
    }  # fmt: skip
    return {
        **{name: table.view("u1").reshape(len(table), table.itemsize) for name, table in made.items()},
        "texts": held("text"),
        "text_at": held("text_at"),
        "packed": held("packed"),
        "email": held("email"),
    }


def _table(kind: np.dtype[np.void], size: int, **columns: npt.NDArray[Any]) -> npt.NDArray[np.void]:
    table = np.zeros(size, dtype=kind)
    for name, column in columns.items():
        table[name] = column
    return table


class Columns:
    """The columns of many rows, in memory or mapped from a file."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.row, self.name, self.other, self.phone, self.place, self.text, self.words = (
            arrays[name].view(kind).reshape(-1)
            for name, kind in (
                ("row", _ROW), ("name", _NAME), ("other", _OTHER), ("phone", _PHONE), ("place", _PLACE),
                ("text", _TEXT), ("words", _WORDS),
            )
        )  # fmt: skip
        self.email = arrays["email"]
        self.odd = self.row["odd"]
        self._packed = arrays["packed"]
        # the texts themselves once for each process: they are few
        content = arrays["texts"].tobytes()
        self._texts = np.array(
            [content[start:end].decode() for start, end in pairwise(arrays["text_at"].tolist())], dtype=object
        )
        self._scratch = local()

    def __len__(self) -> int:
        return len(self.row)

    def packed(self, row: int) -> bytes:
        """One row as it was packed."""
        start = int(self.row["packed_at"][row])
        return self._packed[start : start + int(self.row["packed"][row])].tobytes()

    def texts(self, numbers: npt.NDArray[np.int32]) -> list[str]:
        """Texts by their numbers."""
        texts: list[str] = self._texts.take(numbers).tolist()
        return texts

    def distinct(self, numbers: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Numbers of texts or of words, each once, in no order; and the place among these of each that was given.

        `numpy.unique` without the sorting: each number is gone to in a table that a thread keeps.
        """
        try:
            last: npt.NDArray[np.int32] = self._scratch.last
        except AttributeError:
            last = self._scratch.last = np.zeros(max(len(self.text), len(self.words)), dtype=np.int32)
        flat = numbers.ravel()
        at = np.arange(len(flat), dtype=np.int32)
        last[flat] = at
        found = flat[last.take(flat) == at]
        last[found] = at[: len(found)]
        return found, last.take(numbers)

    @staticmethod
    def several(
        first: npt.NDArray[np.uint32], counts: npt.NDArray[np.uint8]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Of what rows have several: where in its table each stands, and the place of its row."""
        owner = np.arange(len(first))
        if len(counts) and counts.min() == counts.max() == 1:  # as most have
            return first.astype(np.int64), owner
        many = counts.astype(np.int64)
        owner = np.repeat(owner, many)
        return np.arange(len(owner)) + (first - (np.cumsum(many) - many))[owner], owner


def columns_of(rows: Iterable[bytes]) -> Columns:
    """The columns of rows that are at hand."""
    builder = ColumnsBuilder()
    for row in rows:
        builder.add(row)
    return Columns(builder.done())
