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
def _pattern(phrase: str) -> re.Pattern[str]:
    words = phrase.casefold().translate(_APOSTROPHES).split()
    told = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(r"(?<!\w)" + r"\W+".join(told) + r"(?!\w)")


def heard(lines: Iterable[str], phrases: Collection[str]) -> frozenset[str]:
    """Those of ``phrases`` that the lines hold."""
    text = " \n ".join(lines).casefold().translate(_APOSTROPHES)
    return frozenset(phrase for phrase in phrases if _pattern(phrase).search(text))


def speaks_of(lines: Iterable[str], lists: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The codes of those lists of phrases of which at least one is held."""
    kept = tuple(lines)
    return frozenset(code for code, phrases in lists.items() if heard(kept, phrases))
