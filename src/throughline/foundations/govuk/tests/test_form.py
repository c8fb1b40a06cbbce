"""The HTML of forms, as a browser would find it, and what they keep. None needs a database."""

import datetime as dt

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.foundations.govuk.forms import (
    ChoicesField,
    DateField,
    GovukForm,
    GovukFormMixin,
    PhoneField,
    TimeField,
    TimeRangeField,
    _drawn,
    _shapes,
    component,
)
from throughline.foundations.govuk.rules import TimeRange
from throughline.foundations.govuk.tests.page import Page


class PersonForm(GovukForm):
    needed = ("surname",)
    conditions = {
        "greeting": {"voicemail": ["yes"]},
        "voicemail": {"means": ["call"]},
        "language": {"means": ["call", "visit"]},
    }

    surname = forms.CharField(label="Surname", help_text="As she gives it", max_length=10)
    born = DateField(label="Date of birth")
    phone = PhoneField(label="Phone")
    sex = forms.ChoiceField(label="Sex", choices=[("f", "Female"), ("m", "Male")])
    means = forms.MultipleChoiceField(
        label="How may she be reached?",
        choices=[("call", "Call"), ("text", "Text"), ("visit", "Visit")],
        widget=forms.CheckboxSelectMultiple,
    )
    voicemail = forms.ChoiceField(
        label="May a voicemail be left?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    greeting = forms.CharField(label="Words to use", widget=forms.Textarea)
    language = forms.CharField(label="Language")
    hours = TimeRangeField(label="Hours")
    photo = forms.FileField(label="Photograph")
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    agreed = forms.BooleanField(label="She agrees")
    version = forms.CharField(label="Version", widget=forms.HiddenInput)
    notes = forms.CharField(label="Notes", widget=forms.Textarea(attrs={"rows": 8}))


FULL = {
    "surname": "O'Hara <b>",
    "born_day": "3",
    "born_month": "nov",
    "born_year": "1980",
    "phone": "07700 900123",
    "sex": "f",
    "means": ["call", "text"],
    "voicemail": "yes",
    "greeting": "Say it is\nthe library\n  calling",
    "language": "Polish",
    "hours_start": "10pm",
    "hours_until": "2am",
    "secret": "correct horse",
    "agreed": "yes",
    "version": '4"',
    "notes": "\nfirst line empty\n\n\tthird indented",
}


def data(**answers: str | list[str]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, answer in answers.items():
        made.setlist(name, [answer] if isinstance(answer, str) else answer)
    return made


def test_every_box_is_named_by_a_label_or_legend_and_ids_are_unique():
    page = Page(PersonForm().govuk())
    ids = [e["id"] for e in page.elements if e["id"]]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    boxes = [e for e in page.elements if e.tag in ("input", "textarea", "select") and e["type"] != "hidden"]
    assert {box["id"] for box in boxes} == labelled
    for described in (e for e in page.elements if e["aria-describedby"]):
        for id_ in str(described["aria-describedby"]).split():
            assert page.id(id_)


@pytest.mark.parametrize(
    ("id_", "tag", "expected"),
    [
        ("id_surname", "input", {"type": "text", "autocomplete": "off", "spellcheck": "false"}),
        ("id_phone", "input", {"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        ("id_born_day", "input", {"type": "text", "inputmode": "numeric", "name": "born_day"}),
        ("id_hours_until", "input", {"type": "text", "inputmode": "text", "name": "hours_until"}),
        ("id_secret", "input", {"type": "password", "autocomplete": "current-password", "value": None}),
        ("id_photo", "input", {"type": "file"}),
        ("id_version", "input", {"type": "hidden", "value": '4"'}),
        ("id_notes", "textarea", {"rows": "8", "autocomplete": "off"}),
        ("id_sex", "select", {"name": "sex"}),
        ("id_agreed", "input", {"type": "checkbox", "name": "agreed"}),
        ("id_means-2", "input", {"type": "checkbox", "name": "means", "value": "text"}),
        ("id_voicemail", "input", {"type": "radio", "value": "yes"}),
    ],
)
def test_a_field_becomes_its_component(id_, tag, expected):
    element = Page(PersonForm(data(**FULL)).govuk()).id(id_)
    assert element.tag == tag
    assert {name: element[name] for name in expected} == expected


def test_nothing_is_cut_off_or_demanded_by_the_browser():
    page = Page(PersonForm().govuk())
    assert not [e for e in page.elements if {"required", "maxlength"} & e.attrs.keys()]


def test_a_textarea_that_was_told_nothing_is_short():
    assert Page(PersonForm().govuk()).id("id_greeting")["rows"] == "5"


def test_a_choice_starts_with_no_answer():
    page = Page(PersonForm().govuk())
    options = page.all("option")
    assert (options[0]["value"], options[0].text) == ("", "Choose one")
    assert not [e for e in page.elements if "checked" in e.attrs or "selected" in e.attrs]


def test_what_was_typed_comes_back_exactly_and_can_be_sent_again():
    page = Page(PersonForm(data(**FULL)).govuk())
    sent = page.submitted()
    sent["secret"] = FULL["secret"]
    assert {k: v for k, v in sent.lists() if k not in ("photo",)} == dict(data(**FULL).lists())


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(" \n\t<&\"'x{}%é"), max_size=30))
def test_any_words_survive_being_shown_inside_a_choice_and_sent_again(words):
    form = PersonForm(data(**(FULL | {"greeting": words, "notes": words, "surname": "x"})))
    sent = Page(form.govuk()).submitted()
    assert (sent["greeting"], sent["notes"]) == (words, words)


def test_a_complete_form_gives_typed_values():
    form = PersonForm(data(**(FULL | {"surname": "O'Hara"})))
    assert form.is_valid(), form.error_list()
    assert form.cleaned_data["born"] == dt.date(1980, 11, 3)
    assert form.cleaned_data["hours"] == TimeRange(dt.time(22), dt.time(2))
    assert form.cleaned_data["means"] == ["call", "text"]


def test_values_kept_before_are_shown_again():
    kept = {
        "born": dt.date(1980, 11, 3),
        "hours": TimeRange(dt.time(22), dt.time(2)),
        "means": ["visit"],
        "sex": "m",
        "agreed": True,
    }
    sent = Page(PersonForm(initial=kept).govuk()).submitted()
    assert (sent["born_day"], sent["born_month"], sent["born_year"]) == ("3", "11", "1980")
    assert (sent["hours_start"], sent["hours_until"]) == ("22:00", "02:00")
    assert (sent.getlist("means"), sent["sex"], sent["agreed"]) == (["visit"], "m", "yes")


def test_nothing_need_be_filled_in_but_what_the_form_says():
    assert PersonForm(data(surname="x")).is_valid()
    form = PersonForm(data())
    assert form.error_list() == [{"text": "Enter an answer to “Surname”", "href": "#id_surname"}]


def test_what_must_be_answered_is_asked_for_in_a_whole_sentence_whoever_misses_it():
    class Needy(PersonForm):
        needed = ("born", "means", "sex", "hours", "photo", "agreed")

    form = Needy(data(surname="x"))
    form.add_error("notes", "needs an answer")
    sentences = {line["href"]: line["text"] for line in form.error_list()}
    assert sentences == {
        "#id_born_day": "Enter a date for “Date of birth”",
        "#id_means": "Select an answer to “How may she be reached?”",
        "#id_sex": "Select an answer to “Sex”",
        "#id_hours_start": "Enter the times for “Hours”",
        "#id_photo": "Choose a file for “Photograph”",
        "#id_agreed": "Tick “She agrees”",
        "#id_notes": "Enter an answer to “Notes”",
    }
    assert "Tick “She agrees”" in form.govuk()


@pytest.mark.parametrize(
    ("answers", "text", "href"),
    [
        ({"surname": "abcdefghijk"}, "Surname: Ensure this value has at most 10 ch", "#id_surname"),
        ({"born_day": "3", "born_month": "11"}, "Date of birth: enter the year as well", "#id_born_year"),
        (
            {"born_day": "31", "born_month": "2", "born_year": "1980"},
            "Date of birth: that month has no such day",
            "#id_born_day",
        ),
        ({"hours_start": "9"}, "Hours: enter the time it ends as well", "#id_hours_until"),
        ({"hours_start": "canary", "hours_until": "9"}, "Hours: write the time it starts", "#id_hours_start"),
        ({"sex": "canary"}, "Sex: choose one of the answers listed", "#id_sex"),
        ({"means": ["canary"]}, "How may she be reached: choose one of", "#id_means"),
        ({"means": ["call"], "voicemail": "canary"}, "May a voicemail be left: choose one", "#id_voicemail"),
    ],
)
def test_an_error_names_its_field_and_box_and_never_what_was_typed(answers, text, href):
    form = PersonForm(data(**({"surname": "x"} | answers)))
    assert not form.is_valid()
    (line,) = form.error_list()
    assert str(line["text"]).startswith(text)
    assert line["href"] == href
    assert "canary" not in str(line["text"])
    page = Page(form.govuk())
    box = page.id(href[1:])
    message = next(e for e in page.all("p") if "govuk-error-message" in e.classes)
    assert text in message.text
    described = {id_ for e in page.elements for id_ in str(e["aria-describedby"] or "").split()}
    assert message["id"] in described
    assert box.tag in ("input", "select")
    if "_" in href.removeprefix("#id_"):
        assert [e["id"] for e in page.elements if "govuk-input--error" in e.classes] == [href[1:]]


def test_where_nothing_was_typed_each_box_is_wrong_and_the_summary_leads_to_the_first():
    class Born(GovukForm):
        needed = ("born", "hours")
        born = DateField(label="Date of birth")
        hours = TimeRangeField(label="Hours")

    form = Born(data())
    assert [line["href"] for line in form.error_list()] == ["#id_born_day", "#id_hours_start"]
    wrong = [e["id"] for e in Page(form.govuk()).elements if "govuk-input--error" in e.classes]
    assert wrong == ["id_born_day", "id_born_month", "id_born_year", "id_hours_start", "id_hours_until"]


def test_a_field_brought_by_one_choice_stands_inside_it():
    page = Page(PersonForm().govuk())
    call = page.id("id_means")
    assert page.id("id_voicemail").inside(page.id(str(call["data-aria-controls"])))
    yes = page.id("id_voicemail")
    assert page.id("id_greeting").inside(page.id(str(yes["data-aria-controls"])))


def test_a_field_brought_by_several_choices_stands_after_and_says_when_it_applies():
    page = Page(PersonForm(prefix="p").govuk())
    block = next(e for e in page.elements if e["data-shown-when"])
    assert block["data-shown-when"] == '{"p-means": ["call", "visit"]}'
    assert page.id("id_p-language").inside(block)
    words = next(e for e in page.elements if "data-when-words" in e.attrs)
    assert words.text == "Only with: How may she be reached: Call or Visit"


def test_what_does_not_apply_is_not_kept_and_is_named():
    form = PersonForm(data(**(FULL | {"surname": "x", "means": ["text"]})))
    assert form.is_valid()
    assert form.dropped == ["voicemail", "greeting", "language"]
    assert [form.cleaned_data[name] for name in form.dropped] == ["", "", ""]
    assert form.dropped_notice() == (
        "Not kept, because it does not apply to your other answers: "
        "May a voicemail be left; Words to use; Language."
    )


def test_an_error_in_what_does_not_apply_stops_nobody():
    form = PersonForm(data(surname="x", means=["text"], voicemail="canary", greeting="hello"))
    assert form.is_valid()
    assert form.dropped == ["voicemail", "greeting"]


def test_what_is_needed_is_needed_only_where_it_applies():
    class Needing(PersonForm):
        needed = ("voicemail", "greeting")

    assert Needing(data(means=["text"])).is_valid()
    asked = Needing(data(means=["call"]))
    assert [line["href"] for line in asked.error_list()] == ["#id_voicemail"]
    assert asked.dropped == []


def test_an_unreadable_answer_keeps_what_hangs_from_it():
    form = PersonForm(data(surname="x", means=["call"], voicemail="canary", greeting="hello"))
    assert not form.is_valid()
    assert form.dropped == []
    assert form.cleaned_data["greeting"] == "hello"


def test_nothing_dropped_says_nothing():
    form = PersonForm(data(surname="x"))
    assert form.is_valid()
    assert form.dropped_notice() == ""


def test_an_error_of_the_whole_form_stands_in_the_summary_without_an_address():
    class Never(GovukForm):
        name = forms.CharField(label="Name")

        def clean(self) -> dict[str, object] | None:
            super().clean()
            raise forms.ValidationError("These two records are one.")

    form = Never(data())
    assert not form.is_valid()
    assert form.error_list() == [{"text": "These two records are one.", "href": None}]


def test_words_that_a_form_chose_itself_are_left_alone():
    class Chosen(GovukFormMixin, forms.Form):
        name = forms.CharField(label="Name", error_messages={"required": "write what you heard"})

    assert Chosen(data()).error_list() == [{"text": "Name: write what you heard", "href": "#id_name"}]


def test_a_choice_that_goes_with_no_other_stands_apart_and_is_refused_with_others():
    class Means(GovukForm):
        means = ChoicesField(
            label="Means", choices=[("none", "None of these"), ("call", "Call")], alone="none"
        )

    page = Page(Means().govuk())
    assert [box["value"] for box in page.all("input")] == ["call", "none"]
    assert page.one("input", value="none")["data-behaviour"] == "exclusive"
    assert Means(data(means=["none"])).is_valid()
    assert Means(data(means=["none", "call"])).error_list() == [
        {"text": "Means: choose either “None of these” or others, not both", "href": "#id_means"}
    ]


def test_a_field_without_a_component_is_refused_by_name():
    class Odd(GovukForm):
        where = forms.SplitDateTimeField(label="Where")

    with pytest.raises(TypeError, match="field 'where': no component for a SplitDateTimeWidget"):
        Odd().govuk()


class RungForm(GovukForm):
    conditions = {"at": {"rung": ["yes"]}}
    rung = forms.ChoiceField(label="Rung?", choices=[("yes", "Yes"), ("no", "No")])
    at = TimeField(label="At what time?")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ({"rung": "yes", "at": " 2pm "}, dt.time(14)),
        ({"rung": "yes", "at": "midnight"}, dt.time(0)),
        ({"rung": "yes", "at": ""}, None),
        ({"rung": "no", "at": "2pm"}, None),
        ({"rung": "no", "at": "soon"}, None),
    ],
)
def test_a_time_of_day_is_one_or_none_also_where_it_does_not_apply(typed, read):
    form = RungForm(typed)
    assert form.is_valid()
    assert form.cleaned_data["at"] == read


def test_what_is_no_time_of_day_is_said_of_its_field():
    form = RungForm({"rung": "yes", "at": "25:00"})
    assert form.errors == {"at": ["write the time like 2pm or 14:30"]}


TYPED = st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"' \ue000\ue0010"), max_size=12)


@given(surname=TYPED, day=TYPED, year=TYPED)
@settings(max_examples=60, deadline=None)
def test_a_box_drawn_once_for_all_that_may_be_typed_is_the_box_drawn_for_it(surname, day, year):
    form = PersonForm(initial={"surname": surname, "born": [day, "", year]})
    for name in ("surname", "born"):
        assert form.govuk_field(name) == _drawn(*component(form[name], {}))
        assert form.govuk_field(name) == _drawn(*component(form[name], {}))
    assert not any(surname in shape for key in _shapes for shape in key if len(surname) > 8)
