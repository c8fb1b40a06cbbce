"""Codes in the words of `reference`, and what the people pages say where nothing is known."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from throughline.casework.people.models import Record
from throughline.casework.people.queries.person import Said
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, Instrument, Question, applicable
from throughline.reference import load
from throughline.reference.loader import UnknownCode

SAFE_CONTACT = "safe-contact"

# why a value could not be kept, as the commands say it (`Malformed.why`): marked here, since neither they nor
# the rules know of translation. Shown by way of gettext in `changing.saved` and its like
WHY_MALFORMED = (
    gettext_noop("is empty"),
    gettext_noop("is longer than 200 characters"),
    gettext_noop("is not a possible date of birth"),
    gettext_noop("is not a telephone number"),
    gettext_noop("is no longer in use"),
    gettext_noop("is the same person"),
    gettext_noop("is about a person"),
    gettext_noop("is about an address"),
    gettext_noop("must be a day to come"),
    gettext_noop("choose one of the answers listed"),
    gettext_noop("say why it cannot wait for the desk"),
    gettext_noop("this is no reason for taking records out"),
    gettext_noop("would also join two records that somebody has kept apart; read those first"),
)
VOIDED_BECAUSE = {
    "number-changed": gettext_lazy("the phone number changed"),
    "address-changed": gettext_lazy("the address changed"),
    "said-anew": gettext_lazy("they said something else since"),
    "erased": gettext_lazy("the number or address was erased"),
}


def label(list_name: str, code: str, today: date) -> str:
    """What `reference` calls a code today; a code that has left the list stands for itself."""
    try:
        return load(list_name).label(code, on=today)
    except UnknownCode:
        return code


def code_in_words(kind: str, code: str, today: date) -> str:
    """The code of a line of the timeline in words."""
    if not code:
        return ""
    if kind == "safe-contact-voided":
        return _("because %(why)s") % {"why": VOIDED_BECAUSE.get(code, code)}
    codes = load("chronology-kinds").get(kind, on=today).optional_text("codes")
    return label(codes, code, today) if codes else code


def day(value: date) -> str:
    """A day in words, as everywhere on the site."""
    return formats.date_format(value, "j F Y")


def known(values: Iterable[str], otherwise: str) -> str:
    """What the records of one person say, each thing once; where they differ, all of it."""
    return _(" or ").join(dict.fromkeys(value for value in values if value)) or otherwise


def which(record: Record, said: Iterable[str]) -> str:
    """Which of several records of one person: what this one alone says, its names and numbers and when they were born."""
    born = _("born on %(day)s") % {"day": day(record.born)} if record.born else ""
    return "; ".join(dict.fromkeys(filter(None, (*said, born))))


def sex_of(records: Iterable[Record], today: date) -> str:
    return known((label("sex", one.sex, today) for one in records if one.sex), _("Not asked yet"))


def languages_of(records: Iterable[Record], today: date) -> str:
    """What they speak best: a code of ISO 639-1 by its name, and words as they were said."""
    return known((_language(one.language, today) for one in records), _("Not asked yet"))


def _language(said: str, today: date) -> str:
    try:
        return load("languages").label(said.lower(), on=today)
    except UnknownCode:
        return said


def ethnicity_of(record: Record, today: date) -> str:
    """As the person defines it themselves."""
    return label(record.ethnicity_scheme, record.ethnicity, today) if record.ethnicity else ""


def interpreter_of(record: Record) -> str:
    return {True: _("Interpreter needed"), False: _("No interpreter needed"), None: ""}[
        record.needs_interpreter
    ]


def answer_in_words(question: Question, answer: Answer) -> str:
    """An answer as the page says it."""
    match answer:
        case {"start": start, "until": until}:
            return _("%(start)s to %(until)s") % {"start": start, "until": until}
        case list():
            return ", ".join(question.options.get(code, code) for code in answer)
        case str() if question.options:
            return question.options.get(answer, answer)
        case str() if question.kind == "date":
            return day(date.fromisoformat(answer))
    return str(answer)


# what must be read before anybody rings; whatever else was asked stands after
_FIRST = (
    "means",
    "hours-limited",
    "hours",
    "hours-notes",
    "code-word",
    "code-word-is",
    "code-word-means",
    "must-not-know",
)


def _said_by_others(question: Question, instrument: Instrument, answers: Mapping[str, Answer]) -> bool:
    """Whether a plain yes is told already by the answer to a question that it brought."""
    return any(question.code in one.shown_when and one.code in answers for one in instrument.questions)


def said_in_words(said: Said | Answers) -> tuple[list[tuple[str, str]], list[str]]:
    """The questions that were answered with their answers, what matters first; and those not asked yet."""
    instrument = library().version(SAFE_CONTACT, said.version)
    answered, unasked = [], []
    for question in applicable(instrument, said.answers):
        answer = said.answers.get(question.code)
        if answer is None:
            unasked.append(question.text)
            continue
        if answer == "yes" and _said_by_others(question, instrument, said.answers):
            continue
        words = said.answers.get(question.words_code)
        text = answer_in_words(question, answer)
        answered.append((question.code, question.text, f"{text}: {words}" if words else text))
    answered.sort(key=lambda line: _FIRST.index(line[0]) if line[0] in _FIRST else len(_FIRST))
    return [(question, text) for _code, question, text in answered], unasked


def side_by_side(*versions: Said | Answers | None) -> list[tuple[str, list[str]]]:
    """Each question that any of several versions answers, with what each says; a dash where it says nothing."""
    told = [dict(said_in_words(one)[0]) if one else {} for one in versions]
    questions = dict.fromkeys(question for answers in told for question in answers)
    return [(question, [answers.get(question, "–") for answers in told]) for question in questions]
