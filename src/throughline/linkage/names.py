"""What a name is made of, whatever the language in which it was given.

Facts about names that a general string measure does not know: titles, particles, pet forms, names that
a whole community shares, endings that follow gender, and orders of naming.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
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


ALSO = r"(?i)[(\[]|\b(?:n[eé]e|aka|a\.k\.a|fka|f/k/a|formerly|previously|known as|maiden name)\b"
"""What may stand in a name before another one: whatever holds none of it is one name."""
_ALSO = re.compile(ALSO)
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_FORMER = r"n[eé]e|formerly(?: known as)?|previously(?: known as)?|fka|f/k/a|maiden name"
_CALLED = r"a\.?k\.?a\.?|also known as|known as"
_SAID_OF = re.compile(
    rf"^(?:({_FORMER}|born|was|former|prev\.?|now)|({_CALLED}|goes by|or))(?![\w'])[\s:.]*", re.I
)
_PARTED = re.compile(rf"[\s,;]+(?:({_FORMER})|{_CALLED})(?![\w'])[\s:]*", re.I)
_NO_NAMES = frozenset(("deceased", "dec", "d", "twin", "snr", "senior", "sr", "jnr", "junior", "jr", "child", "minor", "victim",
                       "suspect", "witness", "mr", "mrs", "ms", "miss", "dr", "unknown", "tbc", "sic", "male", "female", "m", "f"))  # fmt: skip
"""What stands in brackets behind a name and is none."""


class Told(NamedTuple):
    """What a row says of somebody's names; aliases are parted by semicolons."""

    forename: str = ""
    surname: str = ""
    full_name: str = ""
    former_surname: str = ""
    known_as: str = ""
    aliases: str = ""


def names_apart(told: Told) -> Told:
    """The names with what one box holds besides its own put where it belongs.

    "Cole (née Frost)" is a surname and a former one, "Elizabeth (Liz)" a forename and what she is called by, and "Dean
    Cole aka Spider" a name and an alias. A word that may be a name itself ("Nee") parts nothing unless names
    stand on both sides of it.
    """
    if not any(map(_ALSO.search, told[:3])):
        return told
    forename, called = _apart(told.forename)
    surname, former = _apart(told.surname)
    before, comma, after = told.full_name.partition(",")
    if comma and words_of_name(before) and words_of_name(_apart(after)[0]):  # "COLE (née Frost), Sarah"
        family, others = _apart(before)
        given, others_given = _apart(after.strip())
        full = f"{family}, {given}"
        whole = [f"{one}, {given}" for one, _ in others]
        for one, is_former in others_given:  # "COLE, Sarah (née Frost)"
            whole.append(f"{one}, {given}" if is_former else f"{family}, {one}")
    else:
        full, others = _apart(told.full_name)
        whole = [one for other, is_former in others for one in _whole_names(full.split(), other, is_former)]
    aliases = [told.aliases, *whole]
    aliases += [f"{forename} {one}" for one, _ in former[0 if told.former_surname else 1 :]]
    aliases += [one for one, _ in called[0 if told.known_as else 1 :]]
    return Told(
        forename,
        surname,
        full,
        told.former_surname or next((one for one, _ in former), ""),
        told.known_as or next((one for one, _ in called), ""),
        ";".join(filter(None, aliases)),
    )


def _whole_names(words: list[str], other: str, is_former: bool) -> Iterator[str]:
    """One more name of somebody, whole: a single word may be a surname, or what he is called by."""
    if " " in other or len(words) < 2:
        yield other
        return
    yield " ".join((*words[:-1], other))
    if not is_former:
        yield " ".join((other, words[-1]))


def _apart(text: str) -> tuple[str, list[tuple[str, bool]]]:
    """The name in a box, and the other names that it holds, with whether each is said to be a former one."""
    if not _ALSO.search(text):
        return text, []
    others: list[tuple[str, bool]] = []

    def taken(match: re.Match[str]) -> str:
        others.extend(_telling(match[1]))
        return " "

    left = _IN_BRACKETS.sub(taken, text)
    first, *more = _PARTED.split(left)
    names = [" ".join(one.split()).strip(" ,;") for one in (first, *more[1::2])]
    if not all(map(words_of_name, names)):
        names, more = [" ".join(left.split())], []
    if not words_of_name(names[0]):
        return text, []
    return names[0], [*others, *((one, bool(said)) for one, said in zip(names[1:], more[::2], strict=True))]


def _telling(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in brackets, without "née", and whether that was there; none where it is no name ("deceased")."""
    for part in re.split(r"[;,/]", text):
        said = _SAID_OF.match(part.strip())
        name = " ".join(part.strip()[said.end() if said else 0 :].split())
        if fold(name) not in _NO_NAMES and words_of_name(name) and not any(map(str.isdigit, name)):
            yield name, bool(said and said[1])


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
