"""What a log speaks of: phrases of a reference list, found in words as they were typed.

A phrase is found as whole words, whatever stands between and around them in punctuation or capitals; one that
ends in ``*`` takes any ending. Nothing is understood: "he did not hit me" holds "hit me". Whoever reads what
was found decides.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'"})


@lru_cache(maxsize=4_096)
def _pattern(phrase: str) -> tuple[str, re.Pattern[str]]:
    """A phrase as it is looked for, and the letters without which there is no need to look."""
    words = phrase.casefold().translate(_APOSTROPHES).split()
    told = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    longest = max((word.removesuffix("*") for word in words), key=len, default="")
    return longest, re.compile(r"(?<!\w)" + r"\W+".join(told) + r"(?!\w)")


def _holds(text: str, phrase: str) -> bool:
    letters, pattern = _pattern(phrase)
    return letters in text and pattern.search(text) is not None


def _folded(lines: Iterable[str]) -> str:
    return " \n ".join(lines).casefold().translate(_APOSTROPHES)


def heard(lines: Iterable[str], phrases: Collection[str]) -> frozenset[str]:
    """Those of ``phrases`` that the lines hold."""
    text = _folded(lines)
    return frozenset(phrase for phrase in phrases if _holds(text, phrase))


def speaks_of(lines: Iterable[str], lists: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The codes of those lists of phrases of which at least one is held."""
    text = _folded(lines)
    return frozenset(
        code for code, phrases in lists.items() if any(_holds(text, phrase) for phrase in phrases)
    )
