"""Question sets as data: what is asked, under which version, and which questions the answers bring with them.

An instrument is one YAML file. Answers stay with the version that they were given under, so a version that
has been used is never changed; an amended one is a new file with a new version. Everything that is wrong
with a file is said with the file, the question and the rule that it breaks.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from throughline.foundations.govuk.rules import Conditions


class Kind(StrEnum):
    """What an answer to a question is."""

    YES_NO = "yes-no"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    LONG_TEXT = "long-text"
    DATE = "date"
    NUMBER = "number"
    TIME_RANGE = "time-range"


YES_NO = MappingProxyType({"yes": "Yes", "no": "No"})
OWN_OPTIONS = frozenset({Kind.CHOICE, Kind.CHOICES})
CHOSEN = frozenset({Kind.YES_NO, *OWN_OPTIONS})
#: The option of a question about a factor that says nothing either way.
NOT_KNOWN = "not-known"

#: An answer as it is kept: a code or words, codes, a number, a date as "2026-11-03", or the two times of a
#: range as {"start": "22:00", "until": "02:00"}.
type Answer = str | int | list[str] | dict[str, str]


class BadInstrument(ValueError):
    """A file is not an instrument: names the file, the question and the rule."""


class UnknownInstrument(LookupError):
    """No instrument has this code, or this version, or held on that day."""


class BadAnswers(ValueError):
    """Answers do not fit their instrument: names the question and the rule, never the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``options`` are code and label; only the three kinds that choose have them."""

    code: str
    kind: Kind
    text: str
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    #: Of ``choices``: the option that goes with no other, such as "none of these".
    alone: str | None = None
    #: The earlier questions that bring this one, each with the answers that do; all must hold.
    shown_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Options after which the reader is asked for words, and never made to write any.
    ask_words_when: tuple[str, ...] = ()
    #: Whether the answers can be called complete without it. Nothing is needed to save.
    to_complete: bool = False
    #: The heading that stands above it and above what follows, until the next.
    heading: str = ""
    #: The groups of relationships (reference list ``relationship``) that it is asked about; empty: all.
    applies_to: tuple[str, ...] = ()
    #: What it is about in the reference list ``risk-factors``, so that versions can be set side by side.
    factor: str | None = None
    #: The answers that say that the factor is there. Any other says that it is not, but for ``not-known``.
    present_when: tuple[str, ...] = ()
    #: For an answer, the instrument that is asked as well because of it.
    brings: Mapping[str, str] = field(default_factory=dict)

    @property
    def words_code(self) -> str:
        """Where the words asked after an option are kept."""
        return f"{self.code}-words"


@dataclass(frozen=True)
class Instrument:
    """One version of a question set; it may be used from ``valid_from`` to ``valid_until``, both included."""

    code: str
    version: str
    title: str
    valid_from: dt.date
    valid_until: dt.date | None
    source: str
    confidence: str
    licence: str
    questions: tuple[Question, ...]
    #: What the licensor of the wording wants said wherever it is shown.
    acknowledgement: str = ""
    #: Why this is asked and what happens next, to be said before the first question, paragraph by paragraph.
    explains: tuple[str, ...] = ()
    #: For a grade (reference list ``grades``), what the one who answered is told of it.
    result_words: Mapping[str, str] = field(default_factory=dict)
    #: The group of relationships that it is being asked about, once :meth:`asked_of` has said it.
    relationship: str | None = None

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def question(self, code: str) -> Question:
        return next(question for question in self.questions if question.code == code)

    def asked_of(self, relationship: str) -> "Instrument":
        """The instrument as it is asked about a relationship of this group; what does not apply is never asked."""
        return replace(self, relationship=relationship)

    def applies(self, question: Question) -> bool:
        """Whether a question is for this relationship. Raises LookupError where nobody has said which it is."""
        if not question.applies_to:
            return True
        if self.relationship is None:
            raise LookupError(f"{self.code} {self.version}: whom it is asked about was not said")
        return self.relationship in question.applies_to

    # worked out once: a list of assessments asks it of each
    @cached_property
    def boxes(self) -> dict[str, Question]:
        """Every code under which an answer can be kept, with its question, in the order of asking."""
        found: dict[str, Question] = {}
        for question in self.questions:
            if not self.applies(question):
                continue
            found[question.code] = question
            if question.ask_words_when:
                found[question.words_code] = question
        return found

    @cached_property
    def conditions(self) -> Conditions:
        """For each box that is not always shown, the earlier answers that bring it."""
        found: dict[str, Mapping[str, Sequence[str]]] = {}
        for question in self.questions:
            if not self.applies(question):
                continue
            if question.shown_when:
                found[question.code] = question.shown_when
            if question.ask_words_when:
                found[question.words_code] = {question.code: question.ask_words_when}
        return found
