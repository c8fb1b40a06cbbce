"""How much two descriptions agree: one level per field, out of the levels that the model file lists.

A level is a word. Where either side says nothing, there is no level and no evidence. Some levels come with
a *term*, the value that both share: the rarer it is, the more it tells.
"""

from functools import lru_cache
from operator import ne
from typing import NamedTuple

from rapidfuzz.distance import OSA, DamerauLevenshtein, JaroWinkler

from .cleaning import LEAST_OF_AN_EMAIL, email_names, is_whole_postcode, outcode, street_stem
from .features import Birth, Residence
from .names import SHARED_NAMES, Reading, called_by, family_root, same_forename
from .phonetics import sound


class Level(NamedTuple):
    """How one field agrees, and the value shared where its rarity matters."""

    name: str
    term: str = ""


Evidence = tuple[tuple[str, Level], ...]
"""Field and level, for every field in which both sides say something."""

_PLAIN = {name: Level(name) for name in ("same", "nearly", "sounds", "alike", "different")}


@lru_cache(maxsize=262_144)
def _word_level(one: str, other: str) -> str:
    """How alike two words look and sound: same, nearly, sounds, alike or different."""
    if one == other:
        return "same"
    longest = max(len(one), len(other))
    edits: int = DamerauLevenshtein.distance(one, other)  # as databases count, in which Splink compares
    # Bo and Po: one letter is much of a short name, and easily misheard
    distant = "alike" if edits == 1 and longest <= 3 and min(len(one), len(other)) > 1 else "different"
    likeness: float = JaroWinkler.similarity(one, other)
    if likeness < 0.6:
        return distant
    if (edits == 1 and longest > 3) or (edits == 2 and longest > 7):
        return "nearly"
    code = sound(one)
    if code == sound(other) and (len(code) > 2 or likeness > 0.7):
        return "sounds"
    if likeness > 0.92 and edits <= 3:
        return "nearly"
    return "alike" if likeness > 0.8 else distant


@lru_cache(maxsize=262_144)
def forename_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level | None:
    """How the names given to two persons agree, the one they are called by first."""
    if not one or not other:
        return None
    written, written_2 = one, other
    if len(one) > 1:
        one = called_by(one)
    if len(other) > 1:
        other = called_by(other)
    first, second = one[0], other[0]
    if first == second:
        return Level("same", first) if len(first) > 1 else Level("initial")
    if len(one) != len(other) and "".join(one) == "".join(other):
        return Level("same", "".join(one))  # Li Wei, Li-Wei, Liwei
    if len(first) == 1 or len(second) == 1:
        return Level("initial") if first[0] == second[0] else Level("different")
    if same_forename(first, second):
        return Level("variant")
    level = _word_level(first, second)
    if level in ("nearly", "sounds"):
        return _PLAIN[level]
    # what he is called by is looked for in all that the other is written with: "Mohammed" may be all that
    # was heard of Mohammed Jalil, but Mohammed Jalil and Mohammed Tariq may be brothers
    if (len(written) > 1 or len(written_2) > 1) and any(
        _is_other_given(word, word_2)
        for words, words_2 in ((one, written_2), (written, other))
        for word in words
        for word_2 in words_2
        if len(word) > 2
    ):
        return Level("another")
    return _PLAIN[level]


def _is_other_given(word: str, other: str) -> bool:
    return word == other or same_forename(word, other) or _word_level(word, other) == "nearly"


@lru_cache(maxsize=262_144)
def middle_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level | None:
    """How second and further given names agree, where both persons have some."""
    rest, rest_2 = called_by(one)[1:], called_by(other)[1:]
    if not rest or not rest_2:
        return None
    if not set(rest).isdisjoint(rest_2):
        return Level("same") if any(len(word) > 1 for word in set(rest) & set(rest_2)) else Level("initial")
    if any((len(a) == 1 or len(b) == 1) and a[0] == b[0] for a in rest for b in rest_2):
        return Level("initial")
    if any(_is_other_given(a, b) for a in rest for b in rest_2):
        return Level("nearly")
    return Level("different")


@lru_cache(maxsize=262_144)
def surname_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level | None:
    """How family names agree; a double-barrelled one may be met by either half."""
    if not one or not other:
        return None
    word, word_2 = "".join(one), "".join(other)
    if word == word_2:
        return Level("same", word)
    if len(one) > 1 or len(other) > 1:
        common = [word for word in one if word in other]
        if common and set(common) - SHARED_NAMES:
            return Level("part", max(common, key=len))
        if any(len(a) > 3 and _word_level(a, b) in ("nearly", "sounds") for a in one for b in other):
            return Level("alike")
    if family_root(word) == family_root(word_2):
        return Level("variant")
    level = _word_level(word, word_2)
    if level in ("different", "alike") and SHARED_NAMES.issuperset(one) != SHARED_NAMES.issuperset(other):
        return Level("shared_name")
    return _PLAIN[level]


def born_level(one: Birth, other: Birth) -> Level | None:
    """How birth dates agree, or the years where only an age is known of one."""
    if one.date and other.date:
        return _date_level(one.date, other.date)
    a, b = _years(one), _years(other)
    if not a or not b:
        return None
    gap = max(a[0], b[0]) - min(a[1], b[1])
    if gap <= 0:
        return Level("age_fits")
    return Level("age_near" if gap <= 2 else "age_off" if gap <= 5 else "age_far")


def _years(birth: Birth) -> tuple[int, int] | None:
    if birth.date:
        year = int(birth.date[:4])
        return year, year
    return (birth.first_year, birth.last_year) if birth.first_year else None


_DATE = {
    name: Level(name) for name in ("swapped", "slip", "two_parts", "year", "within_2", "within_5", "far")
}


def _date_level(one: str, other: str) -> Level:
    # The first of January is written down for want of a date: where both have it only the years are known.
    by_year = one.endswith("0101") and other.endswith("0101")
    if one == other:
        return Level("same_january" if by_year else "same", one)
    years = abs(int(one[:4]) - int(other[:4]))
    apart = _DATE["within_2" if years <= 2 else "within_5" if years <= 5 else "far"]
    if by_year:
        return apart
    wrong = sum(map(ne, one, other))
    if wrong == 1:
        return _DATE["slip"]
    year, month, day = one[:4], one[4:6], one[6:]
    year_2, month_2, day_2 = other[:4], other[4:6], other[6:]
    if year == year_2:
        if month == day_2 and day == month_2:
            return _DATE["swapped"]
        if wrong == 2 and _is_transposed(one, other):
            return _DATE["slip"]
        return _DATE["two_parts" if month == month_2 or day == day_2 else "year"]
    if wrong == 2 and _is_transposed(one, other):
        return _DATE["slip"]
    if month == month_2 and day == day_2:
        return _DATE["two_parts"]
    return apart


def _is_transposed(one: str, other: str) -> bool:
    """Whether two texts of one length differ by two neighbouring digits changing places."""
    first = next(place for place in range(len(one)) if one[place] != other[place])
    return one[first : first + 2] == other[first + 1 : first - 1 if first else None : -1]


def sex_level(one: str, other: str) -> Level | None:
    """Whether sex agrees."""
    if not one or not other:
        return None
    return _PLAIN["same" if one == other else "different"]


def phone_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level | None:
    """Whether any telephone number is shared, or nearly."""
    if not one or not other:
        return None
    shared = set(one) & set(other)
    if shared:
        return Level("same_mobile" if any(number.startswith("447") for number in shared) else "same")
    best = "different"
    for number in one:
        for number_2 in other:
            if len(number) == len(number_2) and OSA.distance(number, number_2, score_cutoff=1) == 1:
                best = "slip"
            elif best == "different" and number[-6:] == number_2[-6:]:
                best = "ending"
    return Level(best)


def email_level(one: tuple[str, ...], other: tuple[str, ...]) -> Level | None:
    """Whether any e-mail address is shared, or nearly, or what stands before the @ of one."""
    if not one or not other:
        return None
    if not set(one).isdisjoint(other):
        return Level("same")
    if any(_is_nearly_email(email, email_2) for email in one for email_2 in other):
        return Level("nearly")
    return Level("name" if not set(email_names(one)).isdisjoint(email_names(other)) else "different")


@lru_cache(maxsize=262_144)
def _is_nearly_email(one: str, other: str) -> bool:
    is_long = min(len(one), len(other)) >= LEAST_OF_AN_EMAIL
    return is_long and DamerauLevenshtein.distance(one, other, score_cutoff=2) <= 2


# From most to least telling: of several places the best counts.
_PLACE_ORDER = (
    "same", "near", "street_area", "number_street", "postcode", "number_area", "postcode_slip", "street",
    "area", "different",
)  # fmt: skip
_PLACE_RANK = {name: rank for rank, name in enumerate(_PLACE_ORDER)}


def place_level(one: tuple[Residence, ...], other: tuple[Residence, ...]) -> Level | None:
    """How the best pair of places agrees."""
    if len(one) == len(other) == 1:
        return _residence_level(one[0], other[0])
    best: Level | None = None
    for place in one:
        for place_2 in other:
            level = _residence_level(place, place_2)
            if level and (best is None or _PLACE_RANK[level.name] < _PLACE_RANK[best.name]):
                best = level
    return best


@lru_cache(maxsize=262_144)
def _residence_level(one: Residence, other: Residence) -> Level | None:
    number = _agree_number(one.number, other.number)
    street = _agree_street(one.street, other.street)
    postcode = _agree_postcode(one.postcode, other.postcode)
    town = _agree_town(one.town, other.town)
    if number is street is postcode is town is None:
        return None
    area = postcode in ("same", "slip", "outcode") or town == "same"
    nowhere = postcode is town is None
    shared = one.postcode if postcode == "same" else ""
    if number == "same":
        if street in ("same", "nearly") and (area or nowhere):
            return Level("same", shared)
        if postcode == "same" and (street is None or is_whole_postcode(shared)):
            return Level("same" if street is None else "near", shared)
        if street == "same":
            return Level("number_street")
    if street in ("same", "nearly") and area:
        return Level("street_area" if number == "different" else "near")
    if postcode == "same":
        return Level("number_area") if number == "same" else Level("postcode", shared)
    if number == "same" and area:
        return Level("number_area")
    if postcode == "slip":
        return Level("postcode_slip")
    if street in ("same", "nearly"):
        return Level("street")
    return Level("area" if area else "different")


def _agree_number(one: str, other: str) -> str | None:
    if not one or not other:
        return None
    if one == other:
        return "same"
    words, words_2 = set(one.split()), set(other.split())
    if words <= words_2 or words_2 <= words:
        return "same"
    return "nearly" if OSA.distance(one, other, score_cutoff=1) == 1 else "different"


def _agree_street(one: str, other: str) -> str | None:
    if not one or not other:
        return None
    stem, stem_2 = street_stem(one), street_stem(other)
    if stem == stem_2 or one.replace(" ", "") == other.replace(" ", ""):
        return "same"
    return "nearly" if _word_level(stem, stem_2) in ("nearly", "sounds") else "different"


def _agree_postcode(one: str, other: str) -> str | None:
    if not one or not other:
        return None
    if one == other:
        return "same" if is_whole_postcode(one) or one[0].isdigit() else "outcode"
    area, area_2 = outcode(one), outcode(other)
    if len(one) > 3 and len(one) == len(other) and OSA.distance(one, other, score_cutoff=1) == 1:
        return "slip"
    return "outcode" if area == area_2 else "different"


def _agree_town(one: str, other: str) -> str | None:
    if not one or not other:
        return None
    return "same" if _word_level(one, other) in ("same", "nearly") else "different"


@lru_cache(maxsize=262_144)
def other_party_level(one: tuple[Reading, ...], other: tuple[Reading, ...]) -> Level | None:
    """How the name of the other party agrees, over every reading of both."""
    best: str | None = None
    for reading in one:
        for reading_2 in other:
            level = _other_name_level(reading, reading_2)
            if level and (best is None or _OTHER_RANK[level] < _OTHER_RANK[best]):
                best = level
    return Level(best) if best else None


_OTHER_RANK = {"both": 0, "forename": 1, "surname": 2, "alike": 3, "different": 4}
_AGREES = frozenset(("same", "variant", "nearly", "sounds", "part", "another"))


def _other_name_level(one: Reading, other: Reading) -> str | None:
    forename = forename_level(one.given, other.given)
    surname = surname_level(one.family, other.family)
    if forename is surname is None:
        return None
    forename_agrees = forename is not None and forename.name in _AGREES
    surname_agrees = surname is not None and surname.name in _AGREES
    if forename_agrees and surname_agrees:
        return "both"
    if forename_agrees:
        return "forename" if surname is None else "alike"
    if surname_agrees:
        return "surname" if forename is None or forename.name == "initial" else "alike"
    return "different"
