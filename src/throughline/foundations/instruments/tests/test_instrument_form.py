"""An instrument as a form: what is drawn, what is kept, what is asked for when. None needs a database."""

import datetime as dt

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.foundations.govuk.tests.page import Page
from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Kind, applicable, check

SAFE_CONTACT = library().as_of("safe-contact", dt.date(2026, 11, 23))


def browser(answers: dict[str, str | list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, answer in answers.items():
        data.setlist(name, answer if isinstance(answer, list) else [answer])
    return data


FULL = {
    "means": ["phone-call", "text-message"],
    "voicemail": "yes",
    "voicemail-wording": "Sam from the library",
    "hours-limited": "yes",
    "hours_start": "10am",
    "hours_until": "3pm",
    "others-see-phone": "unsure",
    "others-see-phone-words": "He may\nhave the code",
    "code-word": "yes",
    "code-word-is": "gazebo",
    "code-word-means": "send-help",
    "interpreter": "no",
    "review-on_day": "27",
    "review-on_month": "3",
    "review-on_year": "2027",
}


def test_answers_are_kept_as_codes_words_and_iso_dates():
    form = form_for(SAFE_CONTACT, browser(FULL))
    assert form.is_valid(), form.error_list()
    assert form.answers() == {
        "means": ["phone-call", "text-message"],
        "voicemail": "yes",
        "voicemail-wording": "Sam from the library",
        "hours-limited": "yes",
        "hours": {"start": "10:00", "until": "15:00"},
        "others-see-phone": "unsure",
        "others-see-phone-words": "He may\nhave the code",
        "code-word": "yes",
        "code-word-is": "gazebo",
        "code-word-means": "send-help",
        "interpreter": "no",
        "review-on": "2027-03-27",
    }


def test_what_was_kept_is_shown_again_and_sent_again_unchanged():
    kept = form_for(SAFE_CONTACT, browser(FULL))
    assert kept.is_valid()
    shown = Page(form_for(SAFE_CONTACT, kept=kept.answers()).govuk())
    again = form_for(SAFE_CONTACT, shown.submitted())
    assert again.is_valid(), again.error_list()
    assert again.answers() == kept.answers()


def test_nothing_is_needed_to_save():
    form = form_for(SAFE_CONTACT, browser({"do": "save"}))
    assert form.is_valid()
    assert (form.completing, form.answers()) == (False, {})


def test_completing_asks_for_what_applies_and_for_nothing_else():
    form = form_for(SAFE_CONTACT, browser({"do": "complete", "means": ["letter"]}))
    assert not form.is_valid()
    assert form.completing
    assert [line["href"] for line in form.error_list()] == ["#id_code-word", "#id_interpreter"]
    full = form_for(SAFE_CONTACT, browser(FULL | {"do": "complete"}))
    assert full.is_valid(), full.error_list()


def test_words_are_asked_for_and_never_demanded():
    answers = FULL | {"do": "complete", "others-see-phone-words": ""}
    form = form_for(SAFE_CONTACT, browser(answers))
    assert form.is_valid()
    assert "others-see-phone-words" not in form.answers()


def test_what_no_longer_applies_is_dropped_and_named():
    form = form_for(SAFE_CONTACT, browser(FULL | {"means": ["none"]}))
    assert form.is_valid()
    assert form.answers().keys() == {
        "means",
        "code-word",
        "code-word-is",
        "code-word-means",
        "interpreter",
        "review-on",
    }
    assert "May a voicemail be left; What may the voicemail say; " in form.dropped_notice()
    assert "In their words: Does anybody else see this phone or its messages" in form.dropped_notice()


def test_each_question_says_who_it_is_for_even_without_a_script():
    page = Page(form_for(SAFE_CONTACT).govuk())
    ways = page.one("input", value="letter")
    assert page.id("id_letter-wording").inside(page.id(str(ways["data-aria-controls"])))
    words = [e.text for e in page.elements if "data-when-words" in e.attrs]
    assert "Only with: Does anybody else see this email: Yes or Not sure" in words


def _possible(question) -> st.SearchStrategy:
    match question.kind:
        case Kind.YES_NO | Kind.CHOICE:
            return st.sampled_from(["", *question.options, "canary"])
        case Kind.CHOICES:
            return st.lists(st.sampled_from([*question.options, "canary"]), max_size=4)
        case _:
            return st.text(max_size=4)


@st.composite
def anything_sent(draw: st.DrawFn) -> QueryDict:
    data = {}
    for code, question in SAFE_CONTACT.boxes.items():
        if code != question.code:
            data[code] = draw(st.text(max_size=4))
        elif question.kind is Kind.DATE:
            data |= {
                f"{code}_{part}": draw(st.sampled_from(["", "1", "x"])) for part in ("day", "month", "year")
            }
        elif question.kind is Kind.TIME_RANGE:
            for part in ("start", "until"):
                data[f"{code}_{part}"] = draw(st.sampled_from(["", "9", "x"]))
        else:
            data[code] = draw(_possible(question))
    return browser(data | {"do": draw(st.sampled_from(["save", "complete"]))})


@settings(deadline=None)
@given(anything_sent())
def test_no_answer_is_kept_that_was_not_asked_and_none_is_lost_in_silence(data):
    form = form_for(SAFE_CONTACT, data)
    if not form.is_valid():
        # every error can be mended: its box is on the page, and its question applies or cannot be told yet
        assert all(line["href"] for line in form.error_list())
        form.govuk()
        return
    answers = form.answers()
    check(SAFE_CONTACT, answers, complete=form.completing)
    asked = {question.code for question in applicable(SAFE_CONTACT, answers)}
    boxes = SAFE_CONTACT.boxes
    assert {boxes[code].code for code in answers} <= asked
    for code in boxes:
        typed = form.fields[code].widget.value_from_datadict(data, {}, code)
        if any(part.strip() for part in ([typed] if isinstance(typed, str) else typed or [])):
            assert code in answers or code in form.dropped
