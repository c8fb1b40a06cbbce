"""Question sets as data: read, asked, compared, and which applies when. Knows no web framework."""

from throughline.foundations.instruments.rules.answers import (
    Presence,
    applicable,
    as_asked,
    as_kept,
    check,
    factors,
    follow_ups,
    unanswered,
    without_words,
)
from throughline.foundations.instruments.rules.library import Library, read_library
from throughline.foundations.instruments.rules.questions import (
    Answer,
    BadAnswers,
    BadInstrument,
    Instrument,
    Kind,
    Question,
    UnknownInstrument,
)
from throughline.foundations.instruments.rules.reading import parse

__all__ = [
    "Answer",
    "BadAnswers",
    "BadInstrument",
    "Instrument",
    "Kind",
    "Library",
    "Presence",
    "Question",
    "UnknownInstrument",
    "applicable",
    "as_asked",
    "as_kept",
    "check",
    "factors",
    "follow_ups",
    "parse",
    "read_library",
    "unanswered",
    "without_words",
]
