"""Reading question sets, and keeping only answers to what was asked."""

import datetime as dt
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.foundations.govuk.rules import TimeRange
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import (
    BadAnswers,
    BadInstrument,
    Kind,
    UnknownInstrument,
    applicable,
    as_asked,
    as_kept,
    check,
    parse,
    read_library,
    unanswered,
)
from throughline.reference.loader import load

SHIPPED = Path(__file__).resolve().parents[3] / "reference" / "instruments"

HEAD = {
    "code": "visit",
    "version": "1",
    "title": "A visit",
    "valid_from": dt.date(2026, 1, 1),
    "source": "made for a test",
    "confidence": "L",
    "licence": "MIT",
}
QUESTIONS = [
    {
        "code": "seen",
        "kind": "choice",
        "text": "Who was seen?",
        "options": {"her": "Her", "child": "A child", "nobody": "Nobody"},
        "ask_words_when": ["nobody"],
        "to_complete": True,
    },
    {"code": "alone", "kind": "yes-no", "text": "Alone?", "shown_when": {"seen": ["her", "child"]}},
    {
        "code": "hurt",
        "kind": "choices",
        "text": "What was seen?",
        "options": {"bruise": "A bruise", "cut": "A cut", "none": "Nothing"},
        "alone": "none",
        "shown_when": {"seen": "her", "alone": True},
        "to_complete": True,
    },
    {"code": "rooms", "kind": "number", "text": "How many rooms?"},
    {"code": "back", "kind": "date", "text": "When to go back?", "shown_when": {"seen": "nobody"}},
    {"code": "hours", "kind": "time-range", "text": "When is she in?"},
]


def written(questions=None, **head) -> str:
    listed = QUESTIONS if questions is None else questions
    return yaml.safe_dump(HEAD | head | {"questions": listed}, sort_keys=False)


VISIT = parse(written(), file="visit.yaml")


def codes(questions) -> list[str]:
    return [question.code for question in questions]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["seen", "rooms", "hours"]),
        ({"seen": "nobody"}, ["seen", "rooms", "back", "hours"]),
        ({"seen": "child"}, ["seen", "alone", "rooms", "hours"]),
        ({"seen": "child", "alone": "yes"}, ["seen", "alone", "rooms", "hours"]),
        ({"seen": "her", "alone": "yes"}, ["seen", "alone", "hurt", "rooms", "hours"]),
        # left over from before the first answer was changed
        ({"seen": "nobody", "alone": "yes"}, ["seen", "rooms", "back", "hours"]),
    ],
)
def test_the_answers_bring_the_questions(answers, asked):
    assert codes(applicable(VISIT, answers)) == asked


def test_what_is_missing_to_complete_is_only_what_applies():
    assert codes(unanswered(VISIT, {})) == ["seen"]
    assert codes(unanswered(VISIT, {"seen": "her", "alone": "yes"})) == ["hurt"]
    assert codes(unanswered(VISIT, {"seen": "her", "alone": "no"})) == []


GOOD = {
    "seen": "her",
    "alone": "yes",
    "hurt": ["cut", "bruise"],
    "rooms": 3,
    "hours": {"start": "22:00", "until": "02:00"},
}


@pytest.mark.parametrize(
    "answers", [{}, GOOD, {"seen": "nobody", "seen-words": "locked", "back": "2026-11-03"}, {"hurt": None}]
)
def test_good_answers_are_kept(answers):
    kept = {code: answer for code, answer in answers.items() if answer is not None}
    check(VISIT, kept, complete="seen" in kept)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"colour": "canary"}, "no question 'colour'"),
        ({"alone": "yes"}, "question 'alone' was not asked"),
        ({"seen": "nobody", "alone": "yes"}, "question 'alone' was not asked"),
        ({"seen": "her", "seen-words": "canary"}, "question 'seen-words' was not asked"),
        ({"seen": "canary"}, "answer to 'seen' is not of its kind"),
        ({"seen": ["her"]}, "answer to 'seen' is not of its kind"),
        ({"seen": "nobody", "seen-words": ""}, "answer to 'seen-words' is not of its kind"),
        (GOOD | {"hurt": []}, "answer to 'hurt' is not of its kind"),
        (GOOD | {"hurt": ["cut", "cut"]}, "answer to 'hurt' is not of its kind"),
        (GOOD | {"hurt": ["cut", "none"]}, "answer to 'hurt' is not of its kind"),
        (GOOD | {"hurt": ["canary"]}, "answer to 'hurt' is not of its kind"),
        ({"rooms": "3"}, "answer to 'rooms' is not of its kind"),
        ({"rooms": True}, "answer to 'rooms' is not of its kind"),
        ({"seen": "nobody", "back": "03/11/2026"}, "answer to 'back' is not of its kind"),
        ({"hours": {"start": "22:00"}}, "answer to 'hours' is not of its kind"),
        ({"hours": {"start": "10pm", "until": "02:00"}}, "answer to 'hours' is not of its kind"),
    ],
)
def test_answers_that_do_not_fit_are_refused_without_repeating_them(answers, said):
    with pytest.raises(BadAnswers, match=f"^visit 1: {said}$") as refusal:
        check(VISIT, answers, complete=False)
    assert "canary" not in str(refusal.value)


def test_completing_needs_what_the_instrument_says_and_saving_does_not():
    check(VISIT, {"seen": "her", "alone": "yes"}, complete=False)
    with pytest.raises(BadAnswers, match=r"^visit 1: needed to complete: 'hurt'$"):
        check(VISIT, {"seen": "her", "alone": "yes"}, complete=True)


@given(st.times(), st.times(), st.dates())
def test_dates_and_times_come_back_as_they_were_kept(start, until, date):
    hours = TimeRange(start.replace(second=0, microsecond=0), until.replace(second=0, microsecond=0))
    for code, answer in {"hours": hours, "back": date}.items():
        kept = as_kept(answer)
        assert kept is not None
        assert as_asked(VISIT.question(code), code, kept) == answer


TWO = {"a": "A", "b": "B"}


def with_question(**changes) -> str:
    return written([QUESTIONS[0], {"code": "more", "kind": "text", "text": "More?"} | changes])


A = {"code": "a", "kind": "yes-no", "text": "?"}
IN_MORE = "f.yaml, question 'more': "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: ]", "f.yaml, line 1: not YAML: "),
        ("a: 1\na: 2", "f.yaml, line 2: not YAML: a key is used twice"),
        ("? [a]\n: 1", "f.yaml, line 1: not YAML: a key must be a word"),
        ("- a", "f.yaml: not a mapping"),
        (written(colour="red"), "f.yaml: unknown: colour"),
        (written().replace("title: A visit\n", ""), "f.yaml: title is missing"),
        (written(version=1), r"f.yaml: version must be words \(a number needs quotes\)"),
        (written(source=" "), "f.yaml: source must be words"),
        (written(code="A visit"), "f.yaml: code must be small letters, digits and single hyphens"),
        (written(valid_from="soon"), "f.yaml: valid_from must be a day such as 2026-11-01"),
        (written(valid_until=dt.date(2025, 1, 1)), "f.yaml: valid_until is before valid_from"),
        (written(confidence="sure"), "f.yaml: confidence is not H, M or L"),
        (written([]), "f.yaml: questions must be a list of at least one"),
        (written(["seen"]), "f.yaml, question 1: not a mapping"),
        (written([{"kind": "text", "text": "?"}]), "f.yaml, question 1: code is missing or not a word"),
        (written([{"code": "Is it?"}]), "f.yaml, question 1: code must be small letters"),
        (with_question(colour="red"), IN_MORE + "unknown: colour"),
        (with_question(kind="essay"), IN_MORE + "kind must be one of yes-no, choice, choices"),
        (with_question(text=""), IN_MORE + "text is missing or not words"),
        (with_question(hint=3), IN_MORE + "hint must be words"),
        (with_question(to_complete="always"), IN_MORE + "to_complete must be true or false"),
        (with_question(options=TWO), IN_MORE + "a question of kind text has no options"),
        (
            with_question(kind="yes-no", options={"a": "A"}),
            IN_MORE + "a question of kind yes-no has no",
        ),
        (with_question(kind="choice"), IN_MORE + "options must be at least two"),
        (with_question(kind="choice", options={"a": "A"}), IN_MORE + "options must be at least two"),
        (with_question(kind="choice", options={"A b": "A", "c": "C"}), IN_MORE + "an option must be small"),
        (with_question(kind="choice", options={"a": "A", "b": ""}), IN_MORE + "option 'b' has no label"),
        (
            with_question(kind="choice", options=TWO, alone="a"),
            IN_MORE + "alone is for kind",
        ),
        (
            with_question(kind="choices", options=TWO, alone="c"),
            IN_MORE + "alone is not one",
        ),
        (
            with_question(ask_words_when=["yes"]),
            IN_MORE + "ask_words_when is for questions",
        ),
        (with_question(kind="yes-no", ask_words_when="maybe"), IN_MORE + "ask_words_when names 'maybe'"),
        (with_question(shown_when=["seen"]), IN_MORE + "shown_when must give questions"),
        (with_question(shown_when={"seen": []}), IN_MORE + "shown_when must give an answer"),
        (
            with_question(shown_when={"seem": "her"}),
            IN_MORE + "shown_when names 'seem', which is no",
        ),
        (
            with_question(shown_when={"seen": "him"}),
            IN_MORE + "shown_when names 'him', not an answer",
        ),
        (with_question(shown_when={"more": "her"}), IN_MORE + "shown_when leads back to itself"),
        (with_question(code="seen"), "f.yaml, question 'seen': the code 'seen' is used twice"),
        (with_question(code="seen-words"), "f.yaml, question 'seen-words': the code 'seen-words' is used"),
        (
            written(
                [{"code": "a", "kind": "text", "text": "?", "shown_when": {"seen": "her"}}, QUESTIONS[0]]
            ),
            "f.yaml, question 'a': shown_when names 'seen', which is asked later",
        ),
        (
            written(
                [*QUESTIONS[3:4], {"code": "a", "kind": "text", "text": "?", "shown_when": {"rooms": 3}}]
            ),
            "f.yaml, question 'a': shown_when names 'rooms', which is not answered by choosing",
        ),
        (
            written(
                [
                    A | {"code": "a", "shown_when": {"c": "yes"}},
                    A | {"code": "b", "shown_when": {"a": "yes"}},
                    A | {"code": "c", "shown_when": {"b": "yes"}},
                ]
            ),
            "f.yaml, question 'a': shown_when leads back to itself",
        ),
    ],
)
def test_a_file_at_fault_is_refused_by_file_question_and_rule(text, said):
    with pytest.raises(BadInstrument, match="^" + said):
        parse(text, file="f.yaml")


JUNK_KEYS = [
    *("shown_when", "options", "kind", "alone", "ask_words_when", "to_complete", "hint", "code"),
    *("heading", "applies_to", "factor", "present_when", "brings"),
]


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    st.sampled_from(
        [
            "questions",
            "valid_from",
            "code",
            "confidence",
            "explains",
            "result_words",
            "acknowledgement",
            0,
            1,
            2,
        ]
    ),
    st.sampled_from(JUNK_KEYS),
)
def test_whatever_stands_in_a_file_is_read_or_refused_with_the_file_named(junk, place, key):
    if isinstance(place, int):
        questions = [dict(question) for question in QUESTIONS]
        questions[place][key] = junk
        text = written(questions)
    else:
        text = yaml.safe_dump(yaml.safe_load(written()) | {place: junk})
    try:
        parse(text, file="f.yaml")
    except BadInstrument as refusal:
        said = str(refusal)
    else:
        said = "f.yaml"
    assert said.startswith("f.yaml")


def folder(at: Path, **files: str) -> Path:
    at.mkdir()
    for name, text in files.items():
        (at / f"{name}.yaml").write_text(text, encoding="utf-8")
    return at


FIRST, SECOND = dt.date(2026, 5, 1), dt.date(2026, 9, 1)


def test_each_day_has_the_version_that_held_and_answers_find_theirs_again(tmp_path):
    library = read_library(
        [
            folder(
                tmp_path / "shipped",
                one=written(valid_until=dt.date(2026, 6, 30)),
                two=written(version="2", valid_from=dt.date(2026, 7, 1)),
            )
        ]
    )
    assert [library.as_of("visit", day).version for day in (FIRST, SECOND)] == ["1", "2"]
    assert library.version("visit", "1").version == "1"
    with pytest.raises(UnknownInstrument, match="no instrument 'visit' holds on 2025-12-31"):
        library.as_of("visit", dt.date(2025, 12, 31))
    with pytest.raises(UnknownInstrument, match="no version '3' of instrument 'visit'"):
        library.version("visit", "3")


def test_a_force_puts_its_own_version_before_ours_and_adds_instruments(tmp_path):
    library = read_library(
        [
            folder(tmp_path / "shipped", visit=written()),
            folder(
                tmp_path / "force",
                visit=written(version="1-force", valid_from=dt.date(2026, 7, 1)),
                welfare=written(code="welfare"),
            ),
        ]
    )
    assert [library.as_of("visit", day).version for day in (FIRST, SECOND)] == ["1", "1-force"]
    assert library.as_of("welfare", FIRST).code == "welfare"


def test_the_setting_names_the_folder_of_the_forces_own(tmp_path, settings):
    settings.THROUGHLINE_INSTRUMENTS = folder(tmp_path / "force", visit=written())
    read = library.__wrapped__()
    assert read.as_of("visit", FIRST).code == "visit"
    assert read.as_of("safe-contact", dt.date(2026, 11, 23)).version == "1"


def test_versions_that_clash_are_refused(tmp_path):
    shipped = folder(tmp_path / "shipped", visit=written())
    with pytest.raises(BadInstrument, match=r"^again.yaml: version '1' of 'visit' is also in visit.yaml$"):
        read_library([shipped, folder(tmp_path / "same", again=written())])
    both = folder(tmp_path / "both", a=written(), b=written(version="2", valid_from=FIRST))
    with pytest.raises(BadInstrument, match=r"^b.yaml: version '2' of 'visit' holds on 2026-05-01 together"):
        read_library([both])
    with pytest.raises(BadInstrument, match=r"^nowhere: no such folder"):
        read_library([tmp_path / "nowhere"])
    latin = folder(tmp_path / "latin")
    (latin / "l.yaml").write_bytes(b"title: caf\xe9")
    with pytest.raises(BadInstrument, match=r"^l.yaml: not written in UTF-8$"):
        read_library([latin])


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_instrument_is_read(file):
    assert parse(file.read_text(encoding="utf-8"), file=file.name).code == file.stem


def test_the_ways_of_reaching_somebody_are_those_of_the_reference_list():
    asked = read_library([SHIPPED]).as_of("safe-contact", dt.date(2026, 11, 23)).question("means")
    listed = dict(load("safe-contact-means").choices(on=dt.date(2026, 11, 23)))
    # whether a voicemail may be left is a question of its own, so that nobody forgets to ask it
    del listed["voicemail"]
    assert {code: asked.options[code] for code in asked.options if code != "none"} == listed
    assert (asked.kind, asked.alone) == (Kind.CHOICES, "none")
