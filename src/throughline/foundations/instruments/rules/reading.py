"""Reading an instrument from its file. Everything wrong with it is said by file, question and rule."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from throughline.foundations.govuk.rules import chosen
from throughline.foundations.instruments.rules.questions import (
    CHOSEN,
    NOT_KNOWN,
    OWN_OPTIONS,
    YES_NO,
    BadInstrument,
    Instrument,
    Kind,
    Question,
)
from throughline.reference import load
from throughline.tables import SafeLoader

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HEAD = (
    "code",
    "version",
    "title",
    "valid_from",
    "valid_until",
    "source",
    "confidence",
    "licence",
    "questions",
)
_MAY_STAND = ("acknowledgement", "explains", "result_words")
_TEXTS = ("code", "version", "title", "source", "licence")
_OF_QUESTION = {
    "code",
    "kind",
    "text",
    "hint",
    "options",
    "alone",
    "shown_when",
    "ask_words_when",
    "to_complete",
    "heading",
    "applies_to",
    "factor",
    "present_when",
    "brings",
}


# a library is read again for every file that is tried beside it
@lru_cache(maxsize=64)
def parse(text: str, *, file: str) -> Instrument:
    """The instrument written in ``text``; ``file`` is named in what is said of a fault.

    Raises :class:`BadInstrument` for the first rule that the text breaks.
    """
    head = head_of(text, file)
    refuse_unknown(head, {*_HEAD, *_MAY_STAND}, file)
    for name in _HEAD:
        if name not in head and name != "valid_until":
            raise BadInstrument(f"{file}: {name} is missing")
    refuse_unless_words(head, _TEXTS, file)
    _code(head["code"], f"{file}: code")
    day_of(head, "valid_from", file)
    if head.get("valid_until") is not None:
        day_of(head, "valid_until", file)
    if head.get("valid_until") is not None and head["valid_until"] < head["valid_from"]:
        raise BadInstrument(f"{file}: valid_until is before valid_from")
    if head["confidence"] not in ("H", "M", "L"):
        raise BadInstrument(f"{file}: confidence is not H, M or L")
    if not isinstance(head["questions"], list) or not head["questions"]:
        raise BadInstrument(f"{file}: questions must be a list of at least one")
    questions = tuple(_question(raw, number, file) for number, raw in enumerate(head["questions"], start=1))
    _refuse_codes_used_twice(questions, file)
    _refuse_circles(questions, file)
    for question in questions:
        _check_conditions(question, questions, file)
    return Instrument(
        **{name: one_line(head[name]) for name in _TEXTS},
        valid_from=head["valid_from"],
        valid_until=head.get("valid_until"),
        confidence=head["confidence"],
        questions=questions,
        acknowledgement=_maybe_words(head.get("acknowledgement"), f"{file}: acknowledgement"),
        explains=_explains(head.get("explains", []), file),
        result_words=_result_words(head.get("result_words", {}), file),
    )


def _explains(raw: object, file: str) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(whether_words(each) for each in raw):
        raise BadInstrument(f"{file}: explains must be a list of paragraphs")
    return tuple(one_line(each) for each in raw)


def _result_words(raw: object, file: str) -> Mapping[str, str]:
    """Words for every grade or for none: nobody is left without because of the grade they were given."""
    if not isinstance(raw, dict) or not all(whether_words(words) for words in raw.values()):
        raise BadInstrument(f"{file}: result_words must give grades, each with its words")
    grades = {row.code for row in load("grades").rows}
    if raw and raw.keys() != grades:
        raise BadInstrument(f"{file}: result_words must be of all of {', '.join(sorted(grades))}")
    return MappingProxyType({str(grade): one_line(words) for grade, words in raw.items()})


def _maybe_words(raw: object, place: str) -> str:
    if raw is not None and not whether_words(raw):
        raise BadInstrument(f"{place} must be words")
    return one_line(raw) if isinstance(raw, str) else ""


def head_of(text: str, file: str) -> dict[str, Any]:
    """The mapping that a file holds. Raises BadInstrument where it holds none, or is not YAML."""
    return _mapping(_yaml(text, file), file)


def refuse_unless_words(head: Mapping[str, Any], names: Iterable[str], file: str) -> None:
    """Raise BadInstrument for the first of ``names`` that is not words."""
    for name in names:
        if not whether_words(head[name]):
            raise BadInstrument(f"{file}: {name} must be words (a number needs quotes)")


def day_of(head: Mapping[str, Any], name: str, file: str) -> dt.date:
    """The day under ``name``. Raises BadInstrument where there is none."""
    day = head.get(name)
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        raise BadInstrument(f"{file}: {name} must be a day such as 2026-11-01")
    return day


def _yaml(text: str, file: str) -> Any:
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader that refuses keys used twice)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "unknown"
        raise BadInstrument(f"{file}, line {line}: not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise BadInstrument(f"{file}: not YAML") from None


class _StrictLoader(SafeLoader):
    """YAML in which a key used twice in one mapping is an error and not a silent loss of the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | bool | int):
                raise yaml.constructor.ConstructorError(
                    problem="a key must be a word", problem_mark=key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    problem="a key is used twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _question(raw: object, number: int, file: str) -> Question:
    place = f"{file}, question {number}"
    spec = _mapping(raw, place)
    if not whether_words(spec.get("code")):
        raise BadInstrument(f"{place}: code is missing or not a word")
    _code(spec["code"], f"{place}: code")
    place = f"{file}, question {spec['code']!r}"
    refuse_unknown(spec, _OF_QUESTION, place)
    if spec.get("kind") not in list(Kind):
        raise BadInstrument(f"{place}: kind must be one of {', '.join(Kind)}")
    if not whether_words(spec.get("text")):
        raise BadInstrument(f"{place}: text is missing or not words")
    if not isinstance(spec.get("to_complete", False), bool):
        raise BadInstrument(f"{place}: to_complete must be true or false")
    kind = Kind(spec["kind"])
    options = _options(kind, spec.get("options"), place)
    return Question(
        code=spec["code"],
        kind=kind,
        text=one_line(spec["text"]),
        hint=_maybe_words(spec.get("hint"), f"{place}: hint"),
        options=options,
        alone=_alone(kind, spec.get("alone"), options, place),
        shown_when=_shown_when(spec.get("shown_when", {}), place),
        ask_words_when=_ask_words_when(kind, spec.get("ask_words_when", []), options, place),
        to_complete=spec.get("to_complete", False),
        heading=_maybe_words(spec.get("heading"), f"{place}: heading"),
        applies_to=_applies_to(spec.get("applies_to", []), place),
        factor=_factor(spec.get("factor"), place),
        present_when=_present_when(spec, kind, options, place),
        brings=_brings(spec.get("brings", {}), options, place),
    )


def _applies_to(raw: object, place: str) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise BadInstrument(f"{place}: applies_to must be a list of groups of relationships")
    known = {row.text("group") for row in load("relationship").rows}
    for group in raw:
        if not (isinstance(group, str) and group in known):
            raise BadInstrument(f"{place}: applies_to names {group!r}, which is no group of relationships")
    return tuple(dict.fromkeys(raw))


def _factor(raw: object, place: str) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str) or raw not in {row.code for row in load("risk-factors").rows}:
        raise BadInstrument(f"{place}: factor is not in the reference list risk-factors")
    return raw


def _present_when(
    spec: Mapping[str, Any], kind: Kind, options: Mapping[str, str], place: str
) -> tuple[str, ...]:
    """The answers that say yes to a factor: those named, or "yes" where that is an option."""
    if spec.get("factor") is None:
        if "present_when" in spec:
            raise BadInstrument(f"{place}: present_when is for a question about a factor")
        return ()
    if kind not in CHOSEN:
        raise BadInstrument(f"{place}: factor is for a question that is answered by choosing")
    if "present_when" not in spec and "yes" not in options:
        raise BadInstrument(f"{place}: present_when must say which answers mean that the factor is there")
    present = _answers(spec.get("present_when", "yes"), place, "present_when")
    for answer in present:
        if answer not in options or answer == NOT_KNOWN:
            raise BadInstrument(f"{place}: present_when names {answer!r}, which cannot say so")
    return present


def _brings(raw: object, options: Mapping[str, str], place: str) -> Mapping[str, str]:
    if not isinstance(raw, dict):
        raise BadInstrument(f"{place}: brings must give answers, each with the instrument that it brings")
    brings = {_said(answer): instrument for answer, instrument in raw.items()}
    for answer, instrument in brings.items():
        if answer not in options:
            raise BadInstrument(f"{place}: brings names {answer!r}, which is not one of its options")
        if not isinstance(instrument, str):
            raise BadInstrument(f"{place}: brings must name an instrument for {answer!r}")
        _code(instrument, f"{place}: brings")
    return MappingProxyType(brings)


def _options(kind: Kind, raw: object, place: str) -> Mapping[str, str]:
    if kind is Kind.YES_NO and raw is None:
        return YES_NO
    if kind not in OWN_OPTIONS:
        if raw is not None:
            raise BadInstrument(f"{place}: a question of kind {kind} has no options of its own")
        return MappingProxyType({})
    if not isinstance(raw, dict) or len(raw) < 2:
        raise BadInstrument(f"{place}: options must be at least two, each a code and its label")
    options: dict[str, str] = {}
    for key, label in raw.items():
        code = _said(key)
        _code(code, f"{place}: an option")
        if not whether_words(label):
            raise BadInstrument(f"{place}: option {code!r} has no label in words")
        options[code] = one_line(label)
    return MappingProxyType(options)


def _alone(kind: Kind, raw: object, options: Mapping[str, str], place: str) -> str | None:
    if raw is None:
        return None
    if kind is not Kind.CHOICES:
        raise BadInstrument(f"{place}: alone is for kind {Kind.CHOICES} only")
    if _said(raw) not in options:
        raise BadInstrument(f"{place}: alone is not one of its options")
    return _said(raw)


def _shown_when(raw: object, place: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        raise BadInstrument(f"{place}: shown_when must give questions, each with its answers")
    return MappingProxyType({str(earlier): _answers(a, place, "shown_when") for earlier, a in raw.items()})


def _ask_words_when(kind: Kind, raw: object, options: Mapping[str, str], place: str) -> tuple[str, ...]:
    if raw == []:
        return ()
    answers = _answers(raw, place, "ask_words_when")
    if kind not in CHOSEN:
        raise BadInstrument(f"{place}: ask_words_when is for questions that are answered by choosing")
    for answer in answers:
        if answer not in options:
            raise BadInstrument(f"{place}: ask_words_when names {answer!r}, which is not one of its options")
    return answers


def _answers(raw: object, place: str, key: str) -> tuple[str, ...]:
    """One answer or a list of them; YAML reads a bare yes or no as true or false."""
    listed = raw if isinstance(raw, list) else [raw]
    if not listed or not all(isinstance(one, str | bool | int) for one in listed):
        raise BadInstrument(f"{place}: {key} must give an answer or a list of answers")
    return tuple(_said(one) for one in listed)


def _said(raw: object) -> str:
    return next(iter(chosen(raw)), "")


def _refuse_codes_used_twice(questions: Iterable[Question], file: str) -> None:
    seen: set[str] = set()
    for question in questions:
        codes = [question.code, *([question.words_code] if question.ask_words_when else [])]
        for code in codes:
            if code in seen:
                raise BadInstrument(f"{file}, question {question.code!r}: the code {code!r} is used twice")
            seen.add(code)


def _refuse_circles(questions: Sequence[Question], file: str) -> None:
    """A question that waits for itself, by however many others, could never be asked."""
    by_code = {question.code: question for question in questions}
    for question in questions:
        waiting, reached = [question.code], set()
        while waiting:
            for earlier in by_code[waiting.pop()].shown_when:
                if earlier == question.code:
                    raise BadInstrument(
                        f"{file}, question {question.code!r}: shown_when leads back to itself"
                    )
                if earlier in by_code and earlier not in reached:
                    reached.add(earlier)
                    waiting.append(earlier)


def _check_conditions(question: Question, questions: Sequence[Question], file: str) -> None:
    place = f"{file}, question {question.code!r}"
    codes = [other.code for other in questions]
    for earlier, answers in question.shown_when.items():
        if earlier not in codes:
            raise BadInstrument(f"{place}: shown_when names {earlier!r}, which is no question")
        other = questions[codes.index(earlier)]
        if codes.index(earlier) > codes.index(question.code):
            raise BadInstrument(f"{place}: shown_when names {earlier!r}, which is asked later")
        if other.kind not in CHOSEN:
            raise BadInstrument(f"{place}: shown_when names {earlier!r}, which is not answered by choosing")
        for answer in answers:
            if answer not in other.options:
                raise BadInstrument(f"{place}: shown_when names {answer!r}, not an answer to {earlier!r}")
        if other.applies_to and not (question.applies_to and {*question.applies_to} <= {*other.applies_to}):
            raise BadInstrument(f"{place}: applies_to is wider than that of {earlier!r}, which brings it")


def _mapping(raw: object, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadInstrument(f"{place}: not a mapping")
    return raw


def refuse_unknown(raw: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(str(key) for key in raw.keys() - known):
        raise BadInstrument(f"{place}: unknown: {', '.join(unknown)}")


def _code(raw: str, place: str) -> None:
    if not _CODE.fullmatch(raw):
        raise BadInstrument(f"{place} must be small letters, digits and single hyphens")


def whether_words(raw: object) -> bool:
    return isinstance(raw, str) and raw.strip() != ""


def one_line(text: str) -> str:
    return " ".join(text.split())
