"""What to ask next, of whom, and what must not be said aloud."""

from collections.abc import Mapping
from enum import StrEnum

from throughline.foundations.instruments.rules import Instrument, Question, applicable


class Script(StrEnum):
    """The instruments that a handler asks by, each for one kind of caller."""

    VICTIM = "call-script"
    CHILD = "call-script-child"
    SUSPECT = "call-script-suspect"
    YES_NO = "call-script-yes-no"


THRIVE = "thrive"
COUNTER_OPENING = "counter-opening"

_OF_CALLERS = {"child": Script.CHILD, "suspect": Script.SUSPECT}
# answers that say that what the handler says is overheard
_OVERHEARD = {"can-talk": {"overheard"}, "where-is-he": {"same-room"}, "there": {"yes"}}


def script_for(caller: str, *, cannot_speak: bool) -> Script:
    """The questions to ask: one who cannot speak is asked what a cough or a key answers, whoever it is."""
    if cannot_speak:
        return Script.YES_NO
    return _OF_CALLERS.get(caller, Script.VICTIM)


def next_question(instrument: Instrument, answers: Mapping[str, object]) -> Question | None:
    """The first question that applies and has no answer yet; None where all have been asked."""
    return next((one for one in applicable(instrument, answers) if one.code not in answers), None)


def overheard(caller: str, answers: Mapping[str, object]) -> bool:
    """Whether the suspect calls, or may hear what is said, as far as anybody has said."""
    return caller == "suspect" or any(answers.get(code) in heard for code, heard in _OVERHEARD.items())
