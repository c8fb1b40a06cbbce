"""A field of all candidates at once; birth dates, sexes, telephone numbers and e-mail addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..columns import Columns, ending_number, letters_number
from ..comparisons import Level, email_level
from ..features import Features
from ..model import Model
from .alike import Bools, Numbers

Bits = npt.NDArray[np.complex128]
"""Bits that it is the person, with those that it is a household as the imaginary part: both are looked up and added in one step."""


@dataclass(frozen=True, slots=True)
class Field:
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


def first_of(size: int, cases: Sequence[tuple[Bools, int]], otherwise: int) -> Numbers:
    """`numpy.select`, for small arrays: of each the number of the first case that is true."""
    code = np.full(size, otherwise, dtype=np.int64)
    for holds, number in reversed(cases):
        np.copyto(code, number, where=holds)
    return code


def levels_named(*names: str) -> tuple[Level | None, ...]:
    """None, and the levels of these names."""
    return (None, *map(Level, names))


def best_of(codes: npt.NDArray[Any], owner: Numbers, size: int) -> npt.NDArray[Any]:
    """The lowest of each candidate's codes, 0 standing for none."""
    best = np.full(size, 127, dtype=np.int64)
    np.minimum.at(best, owner, np.where(codes == 0, 127, codes))
    best[best == 127] = 0
    return best


def born(probe: Features, rows: npt.NDArray[np.void]) -> Field:
    """Birth dates, years and ages."""
    first, last = rows["first_year"], rows["last_year"]
    if not probe.born:
        gap = np.maximum(probe.born_from, first) - np.minimum(probe.born_to, last)
        code = first_of(len(rows), [(gap <= 0, 1), (gap <= 2, 2), (gap <= 5, 3)], 4)
        code[first == 0] = 0
        return Field("born", levels_named("age_fits", "age_near", "age_off", "age_far"), code)
    names = ("slip", "swapped", "two_parts", "year", "within_2", "within_5", "far")
    ages = ("age_fits", "age_near", "age_off", "age_far")
    same = Level("same_january" if probe.born.endswith("0101") else "same", probe.born)
    levels = (None, same, *map(Level, names), *map(Level, ages))
    born, mine = rows["born"].copy(), int(probe.born[:4])
    off = born ^ np.uint64(letters_number(probe.born))
    wrong = letters_off(off)
    year, month, day = off << U64(32) == 0, off & U64(0xFFFF << 32) == 0, off >> U64(48) == 0
    crossed = year & (born >> U64(32) == letters_number(probe.born[6:] + probe.born[4:6]))
    two = np.flatnonzero(wrong == 2)
    turned = np.zeros(len(rows), dtype=bool)
    if len(two):
        one, other = np.frombuffer(probe.born.encode(), dtype=np.uint8), as_letters(born[two])
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
        by_age = first_of(len(rows), [(gap <= 0, 9), (gap <= 2, 10), (gap <= 5, 11)], 12)
        code = np.where(dated, code, np.where(first > 0, by_age, 0))
    return Field("born", levels, code)


U64 = np.uint64
_YEARS_APART = np.array([6, 6, 6, 7, 7, 7, 8])


def letters_off(off: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Of letters read as a number, and taken by XOR from others: how many differ."""
    for places in (4, 2, 1):
        off = off | off >> U64(places)
    return np.bitwise_count(off & U64(0x0101_0101_0101_0101))


def as_letters(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Of each number the letters that it was read from."""
    return np.ascontiguousarray(numbers).view(np.uint8).reshape(len(numbers), -1)


def _transposed(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], off: Bools) -> Bools:
    """Whether the first place that differs and the next have changed places; the rest is not looked at."""
    first = off.argmax(axis=1)
    second = np.minimum(first + 1, one.shape[-1] - 1)
    row = np.arange(len(other))
    return (first < second) & (one[first] == other[row, second]) & (one[second] == other[row, first])


def one_edit(one: str, other: npt.NDArray[np.uint8]) -> Bools:
    """Whether two texts of one length, one or two letters of which differ, are one letter apart, or two neighbours have changed
    places."""
    mine = np.frombuffer(one.encode().ljust(other.shape[1], b"\0"), dtype=np.uint8)
    off = mine != other
    same_length = ((mine > 0) == (other > 0)).all(axis=1)
    edited: Bools = same_length & ((off.sum(axis=1) == 1) | _transposed(mine, other, off))
    return edited


def sex(probe: Features, rows: npt.NDArray[np.void]) -> Field:
    """Sexes."""
    codes = np.array([0, 2, 2])
    codes[int(probe.sex)] = 1
    return Field("sex", levels_named("same", "different"), codes[rows["sex"]])


def phone(probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> Field:
    """Telephone numbers, the best of each candidate's."""
    at, owner = columns.several(rows["phone_at"], rows["phones"])
    theirs = columns.phone.take(at)
    code = np.full(len(at), 5, dtype=np.int64)
    first, last, endings = (theirs[name].copy() for name in ("first", "last", "ending"))
    for number in probe.phones:
        ends = endings == ending_number(number)
        code[ends] = np.minimum(code[ends], 4)
        off, off_2 = first ^ U64(letters_number(number[:8])), last ^ U64(letters_number(number[8:]))
        wrong = letters_off(off) + letters_off(off_2)
        near = np.flatnonzero((wrong == 1) | (wrong == 2))
        if len(near):
            slip = near[one_edit(number, as_letters(np.column_stack((first[near], last[near]))))]
            code[slip] = np.minimum(code[slip], 3)
        code[wrong == 0] = 1 if number.startswith("447") else 2
    levels = levels_named("same_mobile", "same", "slip", "ending", "different")
    return Field("phone", levels, best_of(code, owner, len(rows)))


def email(probe: Features, columns: Columns, rows: npt.NDArray[np.void]) -> Field:
    """E-mail addresses, the best of each candidate's."""
    at, owner = columns.several(rows["email_at"], rows["emails"])
    texts, back = columns.distinct(columns.email.take(at))
    levels = levels_named("same", "nearly", "name", "different")
    code_of = {level: code for code, level in enumerate(levels)}
    codes = np.array(
        [code_of[email_level(probe.emails, (text,))] for text in columns.texts(texts)], dtype=np.int64
    )
    return Field("email", levels, best_of(codes[back] if len(at) else at, owner, len(rows)))
