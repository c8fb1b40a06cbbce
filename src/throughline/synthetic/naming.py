"""How each group names its children, wives and husbands. The words are in data/names.yaml."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.person import Group

MALE, FEMALE = "1", "2"
_FORENAME_SLOPE, _SURNAME_SLOPE = 0.55, 0.6
_PLAIN = str.maketrans("łŁđĐøØ", "lLdDoO")


@dataclass(frozen=True, eq=False, slots=True)
class Culture:
    """One people's names: tables to draw from and the customs that say which."""

    name: str
    group: Group
    ethnicity: str
    languages: Weighted
    forenames: dict[str, tuple[tuple[int, ...], tuple[Weighted, ...]]]
    rarer: dict[str, Weighted]
    rarer_share: float
    middles: dict[str, Weighted]
    surnames: Weighted
    tail: Weighted | None
    tail_share: float
    female_last_names: Weighted | None
    second_names: Weighted | None
    english_names: dict[str, Weighted]
    borrows_from: str
    borrowed_share: float
    takes_husbands: float
    family_name_first: bool
    called: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Named:
    forename: str
    middle: str = ""
    known_as: str = ""


def forename(chance: Chance, culture: Culture, sex: str, year: int) -> str:
    """A first name such as was given in `year`."""
    if culture.borrowed_share and chance.yes(culture.borrowed_share):
        culture = cultures()[culture.borrows_from]
    if culture.rarer_share and chance.yes(culture.rarer_share):
        return chance.pick(culture.rarer[sex])
    years, tables = culture.forenames[sex]
    return chance.pick(tables[max(0, bisect_right(years, year) - 1)])


def surname(chance: Chance, culture: Culture) -> str:
    """A family's name in the form that a man bears."""
    if culture.tail is not None and chance.yes(culture.tail_share):
        return chance.pick(culture.tail)
    name = chance.pick(culture.surnames)
    if culture.name in _DOUBLE_BARRELLED and chance.yes(0.012):
        return f"{name}-{chance.pick(culture.surnames)}"
    return name


def given(chance: Chance, culture: Culture, sex: str, born: date, father: str = "") -> Named:
    """Forename, middle name and what the child is called, by the customs of its culture."""
    first = forename(chance, culture, sex, born.year)
    middle = _middle(chance, culture, sex, first, born, father)
    if culture.group is Group.WEST_AFRICAN and middle and chance.yes(0.3):
        first, middle = middle, first
    return Named(first, middle, _called(chance, culture, sex, first, middle))


def _middle(chance: Chance, culture: Culture, sex: str, first: str, born: date, father: str) -> str:
    match culture.name:
        case "pakistani" | "bangladeshi":
            if sex == MALE and culture.second_names and first in _NEVER_ALONE:
                return chance.pick(culture.second_names)
            return ""
        case "arabic":
            # The father's forename stands second; a few write the "son of" or "daughter of" out.
            of = ("bin " if sex == MALE else "bint ") if chance.yes(0.08) else ""
            return of + father if father else ""
        case "ghanaian":
            return day_name(sex, born) if chance.yes(0.55) else ""
        case "nigerian":
            other = forename(chance, culture, sex, born.year)
            return other if other != first and chance.yes(0.5) else ""
        case "chinese" | "sikh":
            return ""
    if culture.middles and chance.yes(0.72):
        middle = chance.pick(culture.middles[sex])
        return middle if middle != first else ""
    return ""


def _called(chance: Chance, culture: Culture, sex: str, first: str, middle: str) -> str:
    if culture.english_names:
        return chance.pick(culture.english_names[sex]) if chance.yes(0.5) else ""
    if middle and culture.name in {"pakistani", "bangladeshi"} and chance.yes(0.5):
        return middle  # nearly every brother is a Mohammed: the second name is the one in use
    if middle and culture.group is Group.WEST_AFRICAN and chance.yes(0.35):
        return middle
    short = nicknames(culture, first)
    if short and chance.yes(0.3):
        return short[chance.below(len(short))]
    return middle if middle and culture.name in _DOUBLE_BARRELLED and chance.yes(0.03) else ""


def nicknames(culture: Culture, first: str) -> tuple[str, ...]:
    """What somebody of this forename may be called, by their own people or by the English."""
    return culture.called.get(first) or cultures()["english"].called.get(first, ())


@cache
def every_nickname() -> dict[str, tuple[str, ...]]:
    """All short forms of a forename whatever its culture, found with and without foreign letters."""
    short: dict[str, tuple[str, ...]] = {}
    for culture in cultures().values():
        for name, forms in culture.called.items():
            for key in {name, plain(name)}:
                short[key] = tuple(dict.fromkeys((*short.get(key, ()), *forms)))
    return short


def day_name(sex: str, born: date) -> str:
    """The Akan name for the weekday of birth."""
    return str(_data()["day_names"]["male" if sex == MALE else "female"][born.weekday()])


def surname_of(chance: Chance, culture: Culture, family: str, sex: str, *, wife: bool) -> str:
    """The form of the family's name that a man, wife or daughter bears."""
    if sex == MALE:
        return family
    if culture.female_last_names is not None and chance.yes(0.6):
        return chance.pick(culture.female_last_names)
    return feminine(culture.name, family, wife=wife)


def feminine(culture: str, family: str, *, wife: bool) -> str:
    """A woman's form of a surname, in the languages whose surnames have one."""
    match culture:
        case "polish" if family.endswith(("ski", "cki", "dzki")):
            return family[:-1] + "a"
        case "bulgarian":
            return family + "a"
        case "slovak":
            return family.removesuffix("a") + "ová"
        case "lithuanian":
            return _lithuanian(family, wife=wife)
    return family


def _lithuanian(family: str, *, wife: bool) -> str:
    for ending, daughter in (("ius", "iūtė"), ("as", "aitė"), ("is", "ytė"), ("us", "utė"), ("a", "aitė")):
        if family.endswith(ending):
            return family.removesuffix(ending) + ("ienė" if wife else daughter)
    return family


def plain(name: str) -> str:
    """The name as a keyboard without foreign letters writes it."""
    if name.isascii():
        return name
    letters = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_NEVER_ALONE = {"Mohammed", "Muhammad", "Mohammad", "Md", "Abdul", "Ghulam"}
_DOUBLE_BARRELLED = {"english", "welsh", "caribbean", "irish"}


@cache
def _data() -> dict[str, Any]:
    text = files("throughline.synthetic").joinpath("data/names.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


def _weighted(text: str, slope: float) -> Weighted:
    """Reads "Smith 1.26, Jones, …": see the head of the data file for what a missing weight means."""
    words, weights = [], []
    first_weight = 1.0
    for rank, part in enumerate(text.split(","), start=1):
        word, _, number = part.strip().rpartition(" ")
        try:
            weight = float(number)
        except ValueError:
            word, weight = part.strip(), first_weight * rank**-slope
        if rank == 1:
            first_weight = weight
        words.append(word or part.strip())
        weights.append(weight)
    return Weighted.of(words, weights)


def _composed(first_parts: str, second_parts: str) -> Weighted:
    """Every first part with every second: with shares spread wide, the long tail of English surnames."""
    firsts = [part.strip() for part in first_parts.split(",")]
    seconds = _weighted(second_parts, 0)
    second_weights = np.diff(seconds.cumulative, prepend=0)
    words = [first + second for first in firsts for second in seconds.words]
    spread = np.minimum(np.random.default_rng(0).lognormal(sigma=1.3, size=len(words)), 9)
    return Weighted.of(words, np.tile(second_weights, len(firsts)) * spread)


def _by_year(names: str | dict[int, str]) -> tuple[tuple[int, ...], tuple[Weighted, ...]]:
    decades = names if isinstance(names, dict) else {1900: names}
    return tuple(decades), tuple(_weighted(text, _FORENAME_SLOPE) for text in decades.values())


def _called_table(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.partition(":") for entry in text.split(";"))
    return {name.strip(): tuple(short.split()) for name, _, short in entries}


def _table_of_each(names: dict[str, Any], prefix: str, slope: float) -> dict[str, Weighted]:
    male, female = names.get(f"{prefix}_male"), names.get(f"{prefix}_female")
    return {MALE: _weighted(male, slope), FEMALE: _weighted(female, slope)} if male and female else {}


@cache
def cultures() -> dict[str, Culture]:
    """Every culture of the data file by its name."""
    data = _data()
    return {name: _culture(name, names, data) for name, names in data["cultures"].items()}


def _culture(name: str, names: dict[str, Any], data: dict[str, Any]) -> Culture:
    english = data["cultures"]["english"]
    borrows = names.get("borrows_forenames", {})
    with_rarer = bool(names.get("forename_tail"))
    optional = {
        key: _weighted(names[key], _SURNAME_SLOPE)
        for key in ("female_last_names", "male_second")
        if key in names
    }
    return Culture(
        name=name,
        group=Group(names["group"]),
        ethnicity=names["ethnicity"],
        languages=_weighted(names["languages"], 0),
        forenames={MALE: _by_year(names["male"]), FEMALE: _by_year(names["female"])},
        rarer=_table_of_each(english, "rarer", 0.25) if with_rarer else {},
        rarer_share=names.get("forename_tail", 0.0),
        middles=_table_of_each(english, "middle", _FORENAME_SLOPE) if name in _DOUBLE_BARRELLED else {},
        surnames=_weighted(names["surnames"], _SURNAME_SLOPE),
        tail=_english_tail() if names.get("surname_tail") else None,
        tail_share=names.get("surname_tail", 0.0),
        female_last_names=optional.get("female_last_names"),
        second_names=optional.get("male_second"),
        english_names=_table_of_each(names, "known_as", _FORENAME_SLOPE),
        borrows_from=borrows.get("from", ""),
        borrowed_share=borrows.get("share", 0.0),
        takes_husbands=data["takes_husbands_surname"][name],
        family_name_first=names.get("order") == "family_first",
        called=_called_table(data["called"].get(name, "")),
    )


@cache
def _english_tail() -> Weighted:
    english = _data()["cultures"]["english"]
    return _composed(english["surname_first_parts"], english["surname_second_parts"])


@cache
def household_cultures() -> Weighted:
    """The cultures with their shares of households."""
    shares = _data()["household_shares"]
    return Weighted.of(list(shares), list(shares.values()))
