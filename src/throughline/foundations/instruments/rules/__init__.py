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
from throughline.foundations.instruments.rules.choosing import (
    AbuseKind,
    Chosen,
    Setting,
    Which,
    which_instruments,
)
from throughline.foundations.instruments.rules.differences import Change, Difference, differences
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
from throughline.foundations.instruments.rules.register import Variant

__all__ = [
    "AbuseKind",
    "Answer",
    "BadAnswers",
    "BadInstrument",
    "Change",
    "Chosen",
    "Difference",
    "Instrument",
    "Kind",
    "Library",
    "Presence",
    "Question",
    "Setting",
    "UnknownInstrument",
    "Variant",
    "Which",
    "applicable",
    "as_asked",
    "as_kept",
    "check",
    "differences",
    "factors",
    "follow_ups",
    "parse",
    "read_library",
    "unanswered",
    "which_instruments",
    "without_words",
]
