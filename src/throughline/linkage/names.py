"""What a name is made of, whatever the language in which it was given.

Facts about names that a general string measure does not know: titles, particles, pet forms, names that
a whole community shares, endings that follow gender, and orders of naming.
"""

from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from .cleaning import fold
from .description import Name


class NameParts(NamedTuple):
    """A cleaned name: words given to the person, words shared with the family.

    Where ``ordered`` is false nobody knows which is which: all words are in ``given``, as heard.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    ordered: bool


_TITLES = frozenset([
    "mr", "mrs", "miss", "ms", "mx", "dr", "doctor", "prof", "rev", "revd", "reverend", "sir", "lady",
    "lord", "dame", "master", "hajji", "haji", "hajja", "sheikh",
])  # fmt: skip
# Words before a family name that one clerk writes and the next leaves out.
_PARTICLES = frozenset([
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "el",
    "al", "bin", "ben", "bint", "bt", "binti", "binte", "ibn", "ould", "ap", "ab", "y", "e", "ul", "ur",
    "ud", "ad", "as", "ar", "an", "abu", "abou", "umm", "um",
])  # fmt: skip
_JOINED = frozenset(["o", "mc", "mac", "fitz"])

# Said after the given name by millions who are not related; the same person may be recorded without it.
SHARED_NAMES = frozenset([
    "kaur", "singh", "begum", "bibi", "khatun", "khatoon", "khanam", "khanum", "khan", "akhtar", "akhter",
    "ahmed", "ali", "hussain", "devi", "kumari", "kumar", "sultana", "parveen", "banu", "bano", "bi",
    "miah", "mia", "uddin", "ullah", "nessa", "mohammed",
])  # fmt: skip
# Said before the name that he is called by.
PREFIX_NAMES = frozenset([
    "mohammed", "muhammad", "mohammad", "mohamed", "mohamad", "muhammed", "md", "mohd", "syed", "sayed",
    "abdul", "abdel", "abd", "abdi", "sheikh", "nana",
])  # fmt: skip


@lru_cache(maxsize=65_536)
def words_of_name(text: str) -> tuple[str, ...]:
    """The telling words of a name: no titles, no particles; O', Mc and Mac joined to what they lead."""
    words = [word for word in fold(_joined_apostrophe(text)).split() if not word.isdigit()]
    telling = [word for word in words if word not in _TITLES] or words
    joined: list[str] = []
    for word in telling:
        if joined and joined[-1] in _JOINED:
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(word for word in joined if word not in _PARTICLES) or tuple(joined)


def _joined_apostrophe(text: str) -> str:
    return text.replace("' ", "'") if "' " in text else text


@lru_cache(maxsize=65_536)
def parts_of(name: Name) -> NameParts | None:
    """A name, cleaned; None where there is nothing in it."""
    if name.full and not (name.forename or name.surname):
        before, comma, after = name.full.partition(",")
        if comma and words_of_name(before) and words_of_name(after):  # "KHAN, Imran": written by a clerk
            return NameParts(words_of_name(after), words_of_name(before), True)
        words = words_of_name(name.full)
        return NameParts(words, (), False) if words else None
    given = words_of_name(f"{name.forename} {name.middle}")
    family = words_of_name(name.surname)
    return NameParts(given, family, True) if given or family else None


def middle_of(full: str, forename: str, surname: str) -> str:
    """What a whole name says besides the forename and surname that were taken from it: middle names, as a rule.

    "KHAN, Imran" is read as a clerk wrote it; of "Imran Khan, second of his name" only what stands before the comma.
    """
    given, family = words_of_name(forename), words_of_name(surname)
    before = words_of_name(full.partition(",")[0])
    words = before if set(before) & set(given) else words_of_name(full.replace(",", " "))
    return " ".join(word for word in words if word not in {*given, *family})


class Reading(NamedTuple):
    """One way of taking a name apart: the given words and the family words; a guess or as written."""

    given: tuple[str, ...]
    family: tuple[str, ...]


@lru_cache(maxsize=65_536)
def readings(name: NameParts) -> tuple[Reading, ...]:
    """The ways in which a name can be read. A name with a known order has one."""
    if name.ordered:
        return (Reading(name.given, name.family),)
    words = name.given
    if len(words) == 1:
        return Reading(words, ()), Reading((), words)
    return Reading(words[:-1], words[-1:]), Reading(words[1:], words[:1])


@lru_cache(maxsize=65_536)
def called_by(given: tuple[str, ...]) -> tuple[str, ...]:
    """The given words without the ones that only lead or follow the name a person is called by."""
    if len(given) < 2:
        return given
    inner = tuple(
        word
        for place, word in enumerate(given)
        if word not in PREFIX_NAMES and not (place and word in SHARED_NAMES)
    )
    return inner or given


@cache
def _heads() -> dict[str, frozenset[str]]:
    """Word -> the heads that it can stand for, itself included where it is one."""
    table = yaml.safe_load((Path(__file__).parent / "equivalent_names.yaml").read_text(encoding="utf-8"))
    heads: dict[str, set[str]] = defaultdict(set)
    for lines in table.values():
        for head, forms in lines.items():
            for form in (head, *forms.split()):
                heads[form].add(head)
    return {form: frozenset(of) for form, of in heads.items()}


def heads(word: str) -> frozenset[str]:
    """The full forms that a forename can stand for: "alex" is alexander and alexandra; else itself."""
    return _heads().get(word) or frozenset([word])


@cache
def _forms() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for form, of in _heads().items():
        for head in of:
            forms[head].add(form)
    return {head: frozenset(of) for head, of in forms.items()}


@lru_cache(maxsize=65_536)
def kin(word: str) -> frozenset[str]:
    """The forenames that are listed as forms of the same name."""
    return frozenset([word]).union(*(_forms().get(head, ()) for head in heads(word)))


@lru_cache(maxsize=65_536)
def same_forename(one: str, other: str) -> bool:
    """Whether two forenames are pet forms or spellings of one name, or one is the beginning of the other."""
    return not heads(one).isdisjoint(heads(other)) or is_short_for(one, other)


def is_short_for(one: str, other: str) -> bool:
    """Whether a forename is cut short to the other, as in every language: Kav for Kavita, Oli for Oliwia."""
    short, long = sorted((one, other), key=len)
    return 3 <= len(short) <= len(long) - 2 and long.startswith(short)


# Family names whose ending follows the bearer: Polish -ski/-ska, Slavic -ov/-ova, Lithuanian -as/-iene.
_ENDINGS = (
    ("skiy", "ski"), ("sky", "ski"), ("ska", "ski"), ("cka", "cki"), ("dzka", "dzki"),
    ("ova", "ov"), ("eva", "ev"), ("ina", "in"), ("iene", "as"), ("aite", "as"), ("yte", "is"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def family_root(word: str) -> str:
    """A family name as the men of the family bear it: "kowalska" and "kowalski" are one."""
    if len(word) > 5:
        for ending, root in _ENDINGS:
            if word.endswith(ending):
                return word.removesuffix(ending) + root
    return word
