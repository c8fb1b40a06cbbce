"""Question sets as data: what is asked, under which version, and which questions the answers bring with them.

An instrument is one YAML file. Answers stay with the version that they were given under, so a version that
has been used is never changed; an amended one is a new file with a new version. Everything that is wrong
with a file is said with the file, the question and the rule that it breaks.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from throughline.foundations.govuk.rules import Conditions, TimeRange, applying, chosen


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
_OWN_OPTIONS = {Kind.CHOICE, Kind.CHOICES}
_CHOSEN = {Kind.YES_NO, *_OWN_OPTIONS}

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

    @property
    def words_code(self) -> str:
        """Where the words asked after an option are kept."""
        return f"{self.code}-words"


@dataclass(frozen=True, slots=True)
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

    def holds(self, on: dt.date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    def question(self, code: str) -> Question:
        return next(question for question in self.questions if question.code == code)

    @property
    def boxes(self) -> dict[str, Question]:
        """Every code under which an answer can be kept, with its question, in the order of asking."""
        found: dict[str, Question] = {}
        for question in self.questions:
            found[question.code] = question
            if question.ask_words_when:
                found[question.words_code] = question
        return found

    @property
    def conditions(self) -> Conditions:
        """For each box that is not always shown, the earlier answers that bring it."""
        found: dict[str, Mapping[str, Sequence[str]]] = {}
        for question in self.questions:
            if question.shown_when:
                found[question.code] = question.shown_when
            if question.ask_words_when:
                found[question.words_code] = {question.code: question.ask_words_when}
        return found


# --- answers ----------------------------------------------------------------------------------------


def applicable(instrument: Instrument, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions to ask, in order, given the answers so far."""
    shown = applying(instrument.boxes, instrument.conditions, answers)
    return tuple(question for question in instrument.questions if question.code in shown)


def unanswered(instrument: Instrument, answers: Mapping[str, object]) -> tuple[Question, ...]:
    """The questions that apply, are needed to call the answers complete, and have none."""
    return tuple(q for q in applicable(instrument, answers) if q.to_complete and answers.get(q.code) is None)


def as_kept(answer: object) -> Answer | None:
    """An answer of a form as it is kept; nothing answered is None."""
    match answer:
        case None | "" | []:
            return None
        case TimeRange(start, until):
            return {"start": f"{start:%H:%M}", "until": f"{until:%H:%M}"}
        case dt.date():
            return answer.isoformat()
        case list() | str() | int():
            return answer
    raise TypeError(f"an answer is never a {type(answer).__name__}")


def as_asked(question: Question, code: str, answer: Answer) -> object:
    """The answer kept under ``code`` as a form takes it. The reverse of :func:`as_kept`."""
    match answer:
        case str() if question.kind is Kind.DATE and code == question.code:
            return dt.date.fromisoformat(answer)
        case {"start": start, "until": until}:
            return TimeRange(dt.time.fromisoformat(start), dt.time.fromisoformat(until))
    return answer


def check(instrument: Instrument, answers: Mapping[str, Answer], *, complete: bool) -> None:
    """Raise :class:`BadAnswers` unless ``answers`` can be kept as answers to ``instrument``.

    None may stand under an unknown code or a question that does not apply, so that nothing is kept that
    nobody was asked; completing needs the questions that say so.
    """
    boxes = instrument.boxes
    shown = applying(boxes, instrument.conditions, answers)
    for code, answer in answers.items():
        if code not in boxes:
            raise BadAnswers(f"{instrument.code} {instrument.version}: no question {code!r}")
        if code not in shown:
            raise BadAnswers(f"{instrument.code} {instrument.version}: question {code!r} was not asked")
        if not _fits(boxes[code], code, answer):
            raise BadAnswers(f"{instrument.code} {instrument.version}: answer to {code!r} is not of its kind")
    if complete and (missing := unanswered(instrument, answers)):
        names = ", ".join(repr(question.code) for question in missing)
        raise BadAnswers(f"{instrument.code} {instrument.version}: needed to complete: {names}")


def _fits(question: Question, code: str, answer: Answer) -> bool:
    if code != question.code:
        return isinstance(answer, str) and answer != ""
    match question.kind, answer:
        case Kind.YES_NO | Kind.CHOICE, str():
            return answer in question.options
        case Kind.CHOICES, list():
            return (
                0 < len(answer) == len(set(answer))
                and set(answer) <= question.options.keys()
                and (question.alone not in answer or len(answer) == 1)
            )
        case Kind.TEXT | Kind.LONG_TEXT, str():
            return answer != ""
        case Kind.NUMBER, int():
            return not isinstance(answer, bool)
        case (Kind.DATE, str()) | (Kind.TIME_RANGE, {"start": str(), "until": str()}):
            try:
                return as_kept(as_asked(question, code, answer)) == answer
            except ValueError:
                return False
    return False


# --- reading ----------------------------------------------------------------------------------------

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
}


def parse(text: str, *, file: str) -> Instrument:
    """The instrument written in ``text``; ``file`` is named in what is said of a fault.

    Raises :class:`BadInstrument` for the first rule that the text breaks.
    """
    head = _mapping(_yaml(text, file), file)
    _only(head, set(_HEAD), file)
    for name in _HEAD:
        if name not in head and name != "valid_until":
            raise BadInstrument(f"{file}: {name} is missing")
    for name in _TEXTS:
        if not _is_words(head[name]):
            raise BadInstrument(f"{file}: {name} must be words (a number needs quotes)")
    _code(head["code"], f"{file}: code")
    for name in ("valid_from", "valid_until"):
        if not (_is_day(head.get(name)) or (name == "valid_until" and head.get(name) is None)):
            raise BadInstrument(f"{file}: {name} must be a day such as 2026-11-01")
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
        **{name: _one_line(head[name]) for name in _TEXTS},
        valid_from=head["valid_from"],
        valid_until=head.get("valid_until"),
        confidence=head["confidence"],
        questions=questions,
    )


def _yaml(text: str, file: str) -> Any:
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a SafeLoader that refuses keys used twice)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "unknown"
        raise BadInstrument(f"{file}, line {line}: not YAML: {error.problem}") from None
    except yaml.YAMLError:
        raise BadInstrument(f"{file}: not YAML") from None


class _StrictLoader(yaml.SafeLoader):
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
        return super().construct_mapping(node, deep)


def _question(raw: object, number: int, file: str) -> Question:
    place = f"{file}, question {number}"
    spec = _mapping(raw, place)
    if not _is_words(spec.get("code")):
        raise BadInstrument(f"{place}: code is missing or not a word")
    _code(spec["code"], f"{place}: code")
    place = f"{file}, question {spec['code']!r}"
    _only(spec, _OF_QUESTION, place)
    if spec.get("kind") not in list(Kind):
        raise BadInstrument(f"{place}: kind must be one of {', '.join(Kind)}")
    if not _is_words(spec.get("text")):
        raise BadInstrument(f"{place}: text is missing or not words")
    if not (_is_words(spec.get("hint")) or spec.get("hint") is None):
        raise BadInstrument(f"{place}: hint must be words")
    if not isinstance(spec.get("to_complete", False), bool):
        raise BadInstrument(f"{place}: to_complete must be true or false")
    kind = Kind(spec["kind"])
    options = _options(kind, spec.get("options"), place)
    return Question(
        code=spec["code"],
        kind=kind,
        text=_one_line(spec["text"]),
        hint=_one_line(spec.get("hint") or ""),
        options=options,
        alone=_alone(kind, spec.get("alone"), options, place),
        shown_when=_shown_when(spec.get("shown_when", {}), place),
        ask_words_when=_ask_words_when(kind, spec.get("ask_words_when", []), options, place),
        to_complete=spec.get("to_complete", False),
    )


def _options(kind: Kind, raw: object, place: str) -> Mapping[str, str]:
    if kind is Kind.YES_NO and raw is None:
        return YES_NO
    if kind not in _OWN_OPTIONS:
        if raw is not None:
            raise BadInstrument(f"{place}: a question of kind {kind} has no options of its own")
        return MappingProxyType({})
    if not isinstance(raw, dict) or len(raw) < 2:
        raise BadInstrument(f"{place}: options must be at least two, each a code and its label")
    options: dict[str, str] = {}
    for key, label in raw.items():
        code = _said(key)
        _code(code, f"{place}: an option")
        if not _is_words(label):
            raise BadInstrument(f"{place}: option {code!r} has no label in words")
        options[code] = _one_line(label)
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
    if kind not in _CHOSEN:
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
        if other.kind not in _CHOSEN:
            raise BadInstrument(f"{place}: shown_when names {earlier!r}, which is not answered by choosing")
        for answer in answers:
            if answer not in other.options:
                raise BadInstrument(f"{place}: shown_when names {answer!r}, not an answer to {earlier!r}")


def _mapping(raw: object, place: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadInstrument(f"{place}: not a mapping")
    return raw


def _only(raw: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(str(key) for key in raw.keys() - known):
        raise BadInstrument(f"{place}: unknown: {', '.join(unknown)}")


def _code(raw: str, place: str) -> None:
    if not _CODE.fullmatch(raw):
        raise BadInstrument(f"{place} must be small letters, digits and single hyphens")


def _is_words(raw: object) -> bool:
    return isinstance(raw, str) and raw.strip() != ""


def _is_day(raw: object) -> bool:
    return isinstance(raw, dt.date) and not isinstance(raw, dt.datetime)


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- the library ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Library:
    """The instruments of some folders. A later folder's go before an earlier's: a force's before ours."""

    folders: tuple[tuple[Instrument, ...], ...]

    def as_of(self, code: str, on: dt.date) -> Instrument:
        """The version to ask by on a day in London. Raises :class:`UnknownInstrument`."""
        for folder in reversed(self.folders):
            for instrument in folder:
                if instrument.code == code and instrument.holds(on):
                    return instrument
        raise UnknownInstrument(f"no instrument {code!r} holds on {on.isoformat()}")

    def version(self, code: str, version: str) -> Instrument:
        """The version that answers were given under. Raises :class:`UnknownInstrument`."""
        for folder in self.folders:
            for instrument in folder:
                if (instrument.code, instrument.version) == (code, version):
                    return instrument
        raise UnknownInstrument(f"no version {version!r} of instrument {code!r}")


def read_library(folders: Iterable[Path]) -> Library:
    """The instruments in the ``*.yaml`` of each folder.

    Raises :class:`BadInstrument` for a folder that is not there, for a file at fault, for one version in two
    files of whatever folders, and for two versions in one folder that hold on the same day.
    """
    read = tuple(_read_folder(folder) for folder in folders)
    files: dict[tuple[str, str], str] = {}
    for name, instrument in (entry for folder in read for entry in folder):
        version = (instrument.code, instrument.version)
        if version in files:
            raise BadInstrument(
                f"{name}: version {instrument.version!r} of {instrument.code!r} is also in {files[version]}"
            )
        files[version] = name
    for folder in read:
        _refuse_overlaps(folder)
    return Library(tuple(tuple(instrument for _, instrument in folder) for folder in read))


def _read_folder(folder: Path) -> tuple[tuple[str, Instrument], ...]:
    if not folder.is_dir():
        raise BadInstrument(f"{folder.name}: no such folder of instruments")
    return tuple((file.name, _read(file)) for file in sorted(folder.glob("*.yaml")))


def _read(file: Path) -> Instrument:
    try:
        return parse(file.read_text(encoding="utf-8"), file=file.name)
    except UnicodeDecodeError:
        raise BadInstrument(f"{file.name}: not written in UTF-8") from None


def _refuse_overlaps(folder: Sequence[tuple[str, Instrument]]) -> None:
    by_start = sorted(folder, key=lambda entry: (entry[1].code, entry[1].valid_from))
    for (_, earlier), (name, later) in pairwise(by_start):
        if earlier.code == later.code and earlier.holds(later.valid_from):
            raise BadInstrument(
                f"{name}: version {later.version!r} of {later.code!r} holds on {later.valid_from} together "
                f"with version {earlier.version!r}"
            )
