"""One written form for what people write in many: letters, telephone numbers, streets, postcodes."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "ħ": "h", "ŋ": "ng", "ə": "a", "ʻ": "", "ʼ": "", "’": "", "‘": "", "'": "", "`": "", "´": "",
    }
)  # fmt: skip
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower-case words without accents, apostrophes or punctuation, one space between them.

    Scripts other than Latin are kept as they are: no transliteration is guessed.
    """
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    # twice: case folding can take a letter apart into others ("İ"), and marks come off first
    return _NOT_WORD.sub(" ", text.lower().translate(_LETTERS)).strip()


_EXTENSION = re.compile(r"(?:\b(?:extension|extn?)|x|#)[ .:]*\d{1,6}\s*$", re.I)
NO_NUMBER = f"(?:{'|'.join(digit * 8 for digit in '0123456789')})$|^(?:0|44|0044)?7?12345678[0-9]?[0-9]?$"
"""How the digits of what is written down for want of a number look: 07000 000000, 01234 567890."""
_NO_NUMBER = re.compile(NO_NUMBER)
_ROUNDED = re.compile(r"\+?\d+(?:[.,]\d+)?E\+?\d+", re.I)


def clean_phone(text: str) -> str:
    """Digits of a telephone number, with its country code where that can be told (44 by default).

    A number that is no possible telephone number (foreign plans, invented data) keeps its digits,
    so that two records that hold it still agree. Fewer than six digits, or one digit repeated,
    is no number, and neither is what a spreadsheet rounded (7.7009E+09). An extension is left out, and so is the ".0" of a
    spreadsheet, which loses the first nought as well.
    """
    text = _EXTENSION.sub("", text.strip().removesuffix(".0"))
    if _ROUNDED.fullmatch(text):
        return ""
    digits = "".join(letter for letter in text if letter in "0123456789")
    if len(digits) < 6 or len(set(digits)) == 1 or _NO_NUMBER.search(digits):
        return ""
    if len(digits) == 10 and digits[0] == "7" and "+" not in text:
        return "44" + digits
    if "+" not in text:
        if digits[0] == "0" and digits[1] != "0" and 10 <= len(digits) <= 11:
            return "44" + digits[1:]
        if digits.startswith("44") and len(digits) == 12:
            return digits
        if not digits.startswith("00"):
            return digits
    elif digits.startswith("44") and len(digits) in (12, 13):
        return "44" + digits[2:].removeprefix("0")
    try:
        number = phonenumbers.parse("+" + digits.removeprefix("00"))
    except phonenumbers.NumberParseException:
        return digits
    return f"{number.country_code}{number.national_number}" if number.country_code else digits


_BETWEEN = re.compile(r"[/;,|&\n]|\b(?:or|and)\b", re.I)
_WHOLE_NUMBER = 9  # digits


def clean_phones(text: str) -> list[str]:
    """The telephone numbers that one cell holds, cleaned: "07700 900123 / 01632 960123" is two."""
    parts = _BETWEEN.split(text)
    whole = [part for part in parts if sum(map(str.isdigit, part)) >= _WHOLE_NUMBER] if len(parts) > 1 else []
    return list(dict.fromkeys(filter(None, map(clean_phone, whole or [text]))))


_EMAIL = re.compile(r"[^\s@;,<>()|/:\"]+(?:@[^\s@;,<>()|/:\"]+)?")
_NO_EMAIL = frozenset(
    (
        "no",
        "none",
        "noemail",
        "noreply",
        "nil",
        "unknown",
        "notgiven",
        "notknown",
        "refused",
        "test",
        "na",
        "nomail",
    )
)
LEAST_OF_AN_EMAIL, _LEAST_OF_A_NAME = 8, 6
"""Letters of an e-mail address that is nearly another or has lost its @, and of what stands before it, to tell anything."""


def clean_emails(text: str) -> list[str]:
    """The e-mail addresses that one cell holds, in lower case: without a tag, the dots of Gmail, and words for none.

    One that has lost its @ is kept, so that it is found nearly to agree.
    """
    found = []
    for one in _EMAIL.findall(text.lower()):
        name, at, domain = one.strip(".'").partition("@")
        if not at:
            if "." in name and len(name) >= LEAST_OF_AN_EMAIL and any(map(str.isalpha, name)):
                found.append(name)
            continue
        if domain in ("gmail.com", "googlemail.com"):
            name, domain = name.replace(".", ""), "gmail.com"
        name = name.partition("+")[0]
        if name and domain and re.sub(r"\W", "", name) not in _NO_EMAIL:
            found.append(f"{name}@{domain}")
    return list(dict.fromkeys(found))


def email_names(emails: Iterable[str]) -> list[str]:
    """What stands before the @ of e-mail addresses, each once, where it is long enough to tell one person from many."""
    names = (name for name, at, _ in (email.partition("@") for email in emails) if at)
    return list(dict.fromkeys(name for name in names if len(name) >= _LEAST_OF_A_NAME))


_POSTCODE = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)([0-9][a-z]{2})")


@lru_cache(maxsize=65_536)
def clean_postcode(text: str) -> str:
    """A postcode without its space, in lower case; foreign ones likewise."""
    return fold(text).replace(" ", "")


@lru_cache(maxsize=65_536)
def outcode(postcode: str) -> str:
    """The first half of a cleaned British postcode; a foreign one, or a first half alone, as it is."""
    match = _POSTCODE.fullmatch(postcode)
    return match[1] if match else postcode


def is_whole_postcode(postcode: str) -> bool:
    """Whether a cleaned postcode is a full British one, which some fifteen homes share."""
    return _POSTCODE.fullmatch(postcode) is not None


_NUMBER_WORDS = frozenset(
    ["flat", "apartment", "apt", "unit", "room", "no", "number", "house", "floor", "the"]
)


@lru_cache(maxsize=65_536)
def clean_number(text: str) -> str:
    """House number, name and flat as sorted words: "Flat 2, 14" and "14 flat 2" are one."""
    words = fold(text).split()
    telling = [word for word in words if word not in _NUMBER_WORDS] or words
    return " ".join(sorted(set(telling)))


# How streets end, with the short forms in use. Two spellings of an ending are one ending.
STREET_TYPES = {
    "street": "st str", "road": "rd", "avenue": "ave av", "lane": "ln la", "drive": "dr drv",
    "close": "cl clo", "court": "ct crt", "crescent": "cres cr cresent", "place": "pl plc",
    "terrace": "terr ter tce",
    "gardens": "gdns gdn garden", "grove": "gr gro grv", "square": "sq", "park": "pk", "way": "wy",
    "walk": "wlk", "hill": "hl", "mews": "mws", "green": "grn", "rise": "", "row": "", "parade": "pde",
    "circuit": "cct", "boulevard": "bvd blvd", "highway": "hwy", "view": "vw", "gate": "", "yard": "yd",
    "wharf": "", "quay": "", "embankment": "emb", "estate": "est", "villas": "vls",
    "croft": "", "mount": "mt",
    "parkway": "pkwy", "circle": "cir", "trail": "trl", "broadway": "bdwy", "vale": "",
}  # fmt: skip
STREET_ENDINGS = frozenset(word for long, short in STREET_TYPES.items() for word in (long, *short.split()))
_ENDING = {short: long for long, shorts in STREET_TYPES.items() for short in shorts.split()}


@lru_cache(maxsize=65_536)
def clean_street(text: str) -> str:
    """A street with its ending written out: "Alma Rd" is "alma road", "St Johns St" "st johns street"."""
    words = fold(text).split()
    if len(words) > 1 and words[-1] in _ENDING:
        words[-1] = _ENDING[words[-1]]
    return " ".join(words)


HOUSE_IN_STREET = r"^\s*(\d+[A-Za-z]?(?:[/-]\d+)?)(?:\s*,\s*|\s+)"
"""A house number before the name of a street, where both stand in one column."""
_HOUSE_IN_STREET = re.compile(HOUSE_IN_STREET, re.ASCII)


def house_and_street(number: str, street: str) -> tuple[str, str]:
    """The number and the street, apart, where the street's column holds both: "", "14 Alma Road"."""
    leading = _HOUSE_IN_STREET.match(street)
    if not leading or leading.end() == len(street):
        return number, street
    return f"{number} {leading[1]}".strip(), street[leading.end() :]


@lru_cache(maxsize=65_536)
def street_stem(street: str) -> str:
    """A cleaned street without its ending: what a caller remembers of it."""
    words = street.split()
    return "".join(words[:-1] if len(words) > 1 and words[-1] in STREET_ENDINGS else words)


FURTHER_MARK = "more_"
_LONGEST_FURTHER = 60


def further_name(field: str) -> str:
    """What a field that only a file's own map knows is called in a model and in a database: a plain word, and none of ours."""
    return FURTHER_MARK + re.sub(r"[^a-z0-9]+", "_", fold(field))


def clean_further(text: str) -> str:
    """A value of such a field: its words, of a long text the first 60 letters."""
    return fold(text)[:_LONGEST_FURTHER].strip()
