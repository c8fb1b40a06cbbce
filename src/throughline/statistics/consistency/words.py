"""The numbers that a short quotation names, in digits and in words."""

import re
from fractions import Fraction
from typing import Final

ONES: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
TENS: Final = {
    word: value * 10
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
PARTS: Final = {"half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4)}
NOUGHT: Final = frozenset({"no", "none", "never", "nobody"})
MANY: Final = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD: Final = re.compile(r"\d[\d,]*(?:\.\d+)?%?|[a-z]+", re.IGNORECASE)


def numbers(quote: str) -> tuple[Fraction, ...]:
    """Every number of a quotation, in its order: "1.4 million", "twenty four", "one in three", "a third", "none"."""
    words = [word.lower() for word in _WORD.findall(quote.replace("-", " "))]
    found: list[Fraction] = []
    at = 0
    while at < len(words):
        word = words[at]
        value: Fraction | None = None
        if word[0].isdigit():
            value = Fraction(word.rstrip("%").replace(",", "").rstrip("."))
        elif word in TENS:
            value = Fraction(TENS[word])
            if at + 1 < len(words) and 1 <= ONES.get(words[at + 1], 0) <= 9:
                at += 1
                value += ONES[words[at]]
        elif word in ONES:
            value = Fraction(ONES[word])
        elif word in PARTS or word.removesuffix("s") in PARTS:
            part = PARTS.get(word) or PARTS[word.removesuffix("s")]
            found.append(part)
            if found[:-1] and at and words[at - 1] in ONES:
                # three quarters
                found.append(ONES[words[at - 1]] * part)
        elif word in NOUGHT:
            value = Fraction(0)
        elif word in MANY and at and words[at - 1] == "a":
            value = Fraction(MANY[word])
        if value is not None:
            while at + 1 < len(words) and words[at + 1] in MANY:
                at += 1
                value *= MANY[words[at]]
            if len(found) and at >= 2 and words[at - 1] == "in" and value > 0 and found[-1] <= value:
                # one in three
                found.append(found[-1] / value)
            found.append(value)
        at += 1
    return tuple(found)
