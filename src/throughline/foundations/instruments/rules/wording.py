"""Licensed wording, laid over an instrument from a file of its own that a force keeps outside this repository.

The file names the version that it words, and the version that it makes of it: what is asked in other words is
another version, so that an answer always says in which words it was asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from throughline.foundations.instruments.rules.questions import BadInstrument, Instrument
from throughline.foundations.instruments.rules.reading import (
    day_of,
    head_of,
    one_line,
    refuse_unknown,
    refuse_unless_words,
    whether_words,
)

_NEEDED = ("wording", "version", "valid_from", "source", "confidence", "licence", "acknowledgement", "texts")
_TEXTS = ("wording", "version", "source", "licence", "acknowledgement")
_KNOWN = {*_NEEDED, "valid_until", "title", "hints"}


@dataclass(frozen=True, slots=True)
class Worded:
    """An instrument in licensed words, the version that they were laid over, and what kept our words."""

    instrument: Instrument
    over: Instrument
    left: tuple[str, ...]


def is_wording(text: str, *, file: str) -> bool:
    """Whether a file is wording for an instrument and not an instrument. Raises BadInstrument where neither."""
    return "wording" in head_of(text, file)


def lay_over(text: str, *, file: str, version_of: Callable[[str, str], Instrument]) -> Worded:
    """The instrument that the wording in ``text`` makes of the version that it names.

    ``version_of`` finds that version or raises UnknownInstrument. A question that is worded here loses our hint
    unless the file gives its own: licensed words are not mixed with ours. Raises BadInstrument.
    """
    head = head_of(text, file)
    refuse_unknown(head, _KNOWN, file)
    for name in _NEEDED:
        if name not in head:
            raise BadInstrument(f"{file}: {name} is missing")
    refuse_unless_words(head, _TEXTS, file)
    if head["confidence"] not in ("H", "M", "L"):
        raise BadInstrument(f"{file}: confidence is not H, M or L")
    match one_line(head["wording"]).split(" "):
        case [code, version]:
            try:
                over = version_of(code, version)
            except LookupError as unknown:
                raise BadInstrument(f"{file}: wording: {unknown}") from None
        case _:
            raise BadInstrument(f"{file}: wording must name a code and a version, such as dash-27 1")
    valid_from = day_of(head, "valid_from", file)
    valid_until = day_of(head, "valid_until", file) if head.get("valid_until") is not None else None
    if valid_until is not None and valid_until < valid_from:
        raise BadInstrument(f"{file}: valid_until is before valid_from")
    codes = {question.code for question in over.questions}
    texts = _by_code(head["texts"], codes, f"{file}: texts", over)
    hints = _by_code(head.get("hints", {}), codes, f"{file}: hints", over)
    if not texts:
        raise BadInstrument(f"{file}: texts must word at least one question")
    if not whether_words(head.get("title", over.title)):
        raise BadInstrument(f"{file}: title must be words")
    return Worded(
        instrument=replace(
            over,
            version=one_line(head["version"]),
            title=one_line(head.get("title", over.title)),
            valid_from=valid_from,
            valid_until=valid_until,
            source=one_line(head["source"]),
            confidence=head["confidence"],
            licence=one_line(head["licence"]),
            acknowledgement=one_line(head["acknowledgement"]),
            questions=tuple(
                replace(question, text=texts[question.code], hint=hints.get(question.code, ""))
                if question.code in texts
                else replace(question, hint=hints.get(question.code, question.hint))
                for question in over.questions
            ),
        ),
        over=over,
        left=tuple(question.code for question in over.questions if question.code not in texts),
    )


def _by_code(raw: object, codes: set[str], place: str, over: Instrument) -> Mapping[str, str]:
    if not isinstance(raw, dict):
        raise BadInstrument(f"{place} must give questions, each with its words")
    for code, words in raw.items():
        if code not in codes:
            raise BadInstrument(f"{place} names {code!r}, which {over.code} {over.version} does not ask")
        if not whether_words(words):
            raise BadInstrument(f"{place}: question {code!r} has no words")
    return MappingProxyType({str(code): one_line(words) for code, words in raw.items()})
