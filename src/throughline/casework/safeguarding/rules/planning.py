"""A plan to keep her safe: by when it is made and reviewed, what calls for a review, and where a copy may go."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from throughline.foundations.clock.rules import due, parse_clock
from throughline.foundations.instruments.rules import Answer
from throughline.linkage.cleaning import fold
from throughline.reference import Row, load

FORM: Final = "safety-plan"
PLAN_DUTY, REVIEW_DUTY = "safety-plan", "safety-plan-review"
MEASURE_DUTY, ANSWER_DUTY, CHECK_DUTY = "safety-measure", "referral-answer", "directory-check"
NO_PLAN, REGRADED, FIRST_GRADED = "no-plan", "regraded", "first-graded"
#: What is agreed where she was not in it (plan-agreements), and why the plan is then gone through again.
WITHOUT_HER: Final = "made-without-her"
#: The line that a case was graded, and that something calls for a new grade: what its danger is now is another matter.
GRADED, CALLED = "case-graded", "reassessment-called"


@dataclass(frozen=True, slots=True)
class Changed:
    """A line about one of her cases: its kind, its code and when."""

    kind: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """Why a plan is to be reviewed, and since when: the earliest change that nobody has gone through with her."""

    causes: tuple[str, ...]
    since: datetime


def made_by(grade: str, graded_at: datetime, on: date) -> datetime:
    """The last instant at which somebody whose case was graded at an instant has a plan in time."""
    return _due("made", grade, graded_at, on)


def reviewed_by(grade: str, changed_at: datetime, on: date) -> datetime:
    """The last instant at which a plan is reviewed in time after a change, at the grade that stands."""
    return _due("reviewed", grade, changed_at, on)


def _due(which: str, grade: str, at: datetime, on: date) -> datetime:
    return due(parse_clock(load("safety-plan-times").get(grade, on=on).text(which)), at)


def to_review(lines: Iterable[Changed], planned_at: datetime) -> Review | None:
    """What of one case's lines her plan, last gone through with her at an instant, does not know yet.

    A grade calls for it where it is another than the one before, and where there was none before: a further case of
    hers. What calls for a new grade calls for the plan as well. None where nothing has changed since.
    """
    found: dict[str, datetime] = {}
    before: str | None = None
    for line in sorted(lines, key=lambda one: one.at):
        cause = None
        if line.kind == GRADED:
            if before is None:
                cause = FIRST_GRADED
            elif before != line.code:
                cause = REGRADED
            before = line.code
        elif line.kind == CALLED:
            cause = line.code
        if cause and line.at > planned_at:
            found.setdefault(cause, line.at)
    if not found:
        return None
    return Review(tuple(found), min(found.values()))


# --- a copy in her hands ------------------------------------------------------------------------------

NOTHING_SAID: Final = "no safe way of reaching her is known: ask her first, or tell her only"
NO_WAY: Final = "she said that no way is safe: tell her only"
NOT_HER_WAY: Final = "is not among the ways that she said are safe"
SEEN_BY_OTHERS: Final = "she has not said that nobody else sees what it arrives at"


def why_not(form: Row, said: Mapping[str, Answer] | None) -> str:
    """Why a copy in a form (a row of plan-copy-forms) cannot be given to her now; empty where it can.

    ``said`` is what she said about reaching her, as it stands; None where nothing does. Silence is no yes.
    """
    if not form.flag("leaves"):
        return ""
    if said is None:
        return NOTHING_SAID
    told = said.get("means", ())
    means = set(told) if isinstance(told, list | tuple) else {told}
    if not means or "none" in means:
        return NO_WAY if "none" in means else NOTHING_SAID
    wanted = set(form.texts("means"))
    if wanted and not wanted & means:
        return NOT_HER_WAY
    unseen = form.optional_text("unseen")
    if unseen and said.get(unseen) != "no":
        return SEEN_BY_OTHERS
    return ""


_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.I)
_HOUSE = re.compile(
    r"\b\d+[a-z]?,? +(?:[a-z']+ +){1,3}(?:road|rd|street|st|lane|ln|avenue|ave|close|drive|way|court|terrace|place|crescent|gardens)\b",
    re.I,
)
_PLACES = re.compile(r"\b(?:refuge|safe ?house|sanctuary)\b", re.I)
#: Of a name, a part that is no longer than this is too common a word to tell anybody by.
_SHORTEST_PART = 3


def gives_away(words: str, names: Iterable[str]) -> bool:
    """Whether what somebody wrote names one of some people, a house, a postcode or a refuge, and so stands on no copy."""
    if _POSTCODE.search(words) or _HOUSE.search(words) or _PLACES.search(words):
        return True
    said = set(re.split(r"[^\w]+", fold(words)))
    parts = {
        part for name in names for part in re.split(r"[^\w]+", fold(name)) if len(part) >= _SHORTEST_PART
    }
    # folded, "his name's" is one word
    return bool(said & (parts | {f"{part}s" for part in parts}))
