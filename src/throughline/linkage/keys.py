"""Keys under which a record can be found: keyed hashes of things that two descriptions may share.

A key never stands for one fact that thousands share (a surname, a birth year) but for two or three
together. Names go in by sound and full form, without saying which is the surname, so that swapped names,
pet forms and misspellings meet. An empty part makes no key.

The hash is BLAKE2b in its keyed mode (RFC 7693, a message authentication code), so that a stolen table of
keys cannot be searched for a name without the force's secret.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, combinations, permutations
from math import log2

from .cleaning import email_names, outcode, street_stem
from .features import Features, Residence
from .names import SHARED_NAMES, NameParts, called_by, family_root, heads
from .phonetics import sound

VERSION = 3
"""Raised when a record gets other keys than before: what is kept is then given them anew."""

CAP = 200
"""A key that more records than this share tells too little: the caller drops it."""

MOST = 256
"""Of more records than this that share a key with a description, the caller weighs those whose shared keys are most
telling. It bounds what a lookup costs among many millions; the one who is meant shares several keys and stands high."""

AGE_SLACK = 3
"""By how many years a guessed age may be out and still find the record."""

_LONGEST_SPAN = 12  # years; a vaguer age than "about thirty" makes no key
_MOST_WORDS = 5


def record_keys(features: Features, secret: bytes) -> frozenset[int]:
    """The keys to store beside a record: signed 64-bit integers, as PostgreSQL's bigint holds them."""
    return _hashed(
        chain(_shared_keys(features, 0), _held_street_keys(features), _rough_keys(features)), secret
    )


def probe_keys(features: Features, secret: bytes) -> frozenset[int]:
    """The keys to look up for a description: the record's own, and those that usual mistakes would give."""
    return _hashed(_probe_keys(features), secret)


def _hashed(keys: Iterator[str], secret: bytes) -> frozenset[int]:
    if len(secret) > 64:
        secret = blake2b(secret).digest()
    return frozenset(
        int.from_bytes(blake2b(key.encode(), digest_size=8, key=secret).digest(), signed=True) for key in keys
    )


def _probe_keys(features: Features) -> Iterator[str]:
    yield from _shared_keys(features, AGE_SLACK)
    born = features.born
    if born and born[4:6] != born[6:8] and born[6:8] <= "12":
        swapped = born[:4] + born[6:8] + born[4:6]
        for code in _name_codes(features.names):
            yield f"b{swapped}{code}"
    yield from _asked_street_keys(features)
    if not features.phones and not any(_is_a_house(place) for place in features.places):
        # a name alone, or with a date or a town: there is little else to find a misspelt one by
        yield from _rough_keys(features)


def _shared_keys(features: Features, slack: int) -> Iterator[str]:
    codes = _name_codes(features.names)
    pairs = _name_pairs(features.names)
    years = _years(features, slack)
    outcodes = {outcode(place.postcode) for place in features.places if place.postcode}
    for phone in features.phones:
        yield f"p{phone[-9:]}"
    for email in features.emails:
        yield f"@{email}"
    for name in email_names(features.emails):
        yield f"@{name}"
    for pair in pairs:
        yield f"n{pair}"
        for year in years:
            yield f"y{pair}{year}"
    if features.born:
        for code in codes:
            yield f"b{features.born}{code}"
        for initial in _initials(features.names):  # "Knrsty", whose date is right
            yield f"i{features.born}{initial}"
        for area in outcodes:
            yield f"o{features.born}{area}"
    for place in features.places:
        if place.postcode:
            for code in codes:
                yield f"c{place.postcode}{code}"
        for number in place.number.split()[:3]:
            if place.postcode:
                yield f"h{place.postcode}/{number}"
    yield from _other_party_keys(features, codes, years)


def _held_street_keys(features: Features) -> Iterator[str]:
    """A house in its street, with and without the town; a name in a street ("Kelly, of Alma Road")."""
    codes = _name_codes(features.names)
    for place in features.places:
        if place.street:
            street = street_stem(place.street)
            for number in place.number.split()[:3]:
                yield f"s{street}/{number}"
                yield f"s{street}/{number}/{_town_code(place)}"
            for code in codes:
                yield f"0{street}/{code}"


def _asked_street_keys(features: Features) -> Iterator[str]:
    """Of those the ones that tell most: 14 Alma Road is in a hundred towns, so where the town is said it is that one.

    Or a house of which no town is known; and the name counts where no house is said. Where no two names are said that
    would find somebody by themselves, the town and the number may be misheard as well, and all are asked.
    """
    codes = _name_codes(features.names)
    scarce = len(codes) < 2
    for place in features.places:
        if place.street:
            street, numbers = street_stem(place.street), place.number.split()[:3]
            for number in numbers:
                if place.town:
                    yield f"s{street}/{number}/{_town_code(place)}"
                    yield f"s{street}/{number}/"
                if scarce or not place.town:
                    yield f"s{street}/{number}"
            if scarce or not numbers:
                for code in codes:
                    yield f"0{street}/{code}"


def _town_code(place: Residence) -> str:
    return sound(place.town.replace(" ", ""))


def _is_a_house(place: Residence) -> bool:
    return bool(place.number and (place.street or place.postcode))


def _rough_keys(features: Features) -> Iterator[str]:
    """One word by sound with the first letter of another; a date with a town."""
    for code, initial in _names_and_initials(features.names):
        yield f"j{code}/{initial}"
    if features.born:
        for place in features.places:
            if place.town:
                yield f"t{features.born}{_town_code(place)}"


def _other_party_keys(features: Features, codes: tuple[str, ...], years: range) -> Iterator[str]:
    for pair in _name_pairs(features.others):
        for code in codes:
            yield f"x{pair}{code}"
    for other in _given_codes(features.others):  # "it's Jo, it's about Craig"
        for given in _given_codes(features.names):
            yield f"w{other}/{given}"
    for other in _name_codes(features.others):
        for code in codes:
            for year in years:
                yield f"z{other}/{code}{year}"


def _years(features: Features, slack: int) -> range:
    if features.born:
        year = int(features.born[:4])
        return range(year, year + 1)
    if not features.born_from or features.born_to - features.born_from > _LONGEST_SPAN:
        return range(0)
    return range(features.born_from - slack, features.born_to + slack + 1)


@lru_cache(maxsize=65_536)
def _codes_of(word: str) -> tuple[str, ...]:
    """How a word sounds, in each full form that it may stand for; nothing for an initial."""
    if len(word) < 2:
        return ()
    return tuple(sorted({sound(head) for head in heads(family_root(word))}))


@lru_cache(maxsize=65_536)
def _name_codes(names: tuple[NameParts, ...]) -> tuple[str, ...]:
    codes = {
        code
        for name in names
        for word in (*called_by(name.given)[:_MOST_WORDS], *name.family[:_MOST_WORDS])
        for code in _codes_of(word)
    }
    return tuple(sorted(codes))


@lru_cache(maxsize=65_536)
def _given_codes(names: tuple[NameParts, ...]) -> tuple[str, ...]:
    """How the words sound by which somebody is called; of a name in no order that may be any of its words."""
    codes = {
        code for name in names for word in called_by(name.given)[:_MOST_WORDS] for code in _codes_of(word)
    }
    return tuple(sorted(codes))


@lru_cache(maxsize=65_536)
def _initials(names: tuple[NameParts, ...]) -> tuple[str, ...]:
    """The first letters of the words that tell who it is."""
    words = (word for name in names for word in (*called_by(name.given), *name.family))
    return tuple(sorted({word[0] for word in words}))


@lru_cache(maxsize=65_536)
def _names_and_initials(names: tuple[NameParts, ...]) -> tuple[tuple[str, str], ...]:
    """A word that tells who it is, by sound, and the first letter of another such word of the same name."""
    found = set()
    for name in names:
        words = [*called_by(name.given), *name.family][:_MOST_WORDS]
        found |= {(code, other[0]) for one, other in permutations(words, 2) for code in _codes_of(one)}
    return tuple(sorted(found))


@lru_cache(maxsize=65_536)
def _name_pairs(names: tuple[NameParts, ...]) -> tuple[str, ...]:
    """Two words of one name by sound, in no order; a name of one word has none."""
    pairs = set()
    for name in names:
        called = called_by(name.given)
        words = [*called, *name.family][:_MOST_WORDS]
        if len(name.given) > 1 and len(words) < 2:  # "Mohammed Ali", both words shared
            words = [*name.given, *name.family][:_MOST_WORDS]
        said = list(combinations(words, 2))
        if (
            name.given and name.given[0] != called[0]
        ):  # of "Mohammed Jalil Rahman" some hear "Mohammed Rahman"
            said += [(name.given[0], word) for word in name.family]
        for one, other in said:
            if one in SHARED_NAMES and other in SHARED_NAMES and len(words) > 2:
                continue
            for first in _codes_of(one):
                for second in _codes_of(other):
                    pairs.add(f"{min(first, second)}/{max(first, second)}")
    return tuple(sorted(pairs))


def telling(records: int) -> int:
    """How much it tells to share a key that so many ``records`` have, in sixteenths of a bit."""
    return _ALONE - int(16 * log2(records))


_ALONE = 24 * 16
"""What a key that one record alone has tells: that record from sixteen million."""
