"""The risk assessments that come with the software: what they ask, of whom, and which is asked when."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.queries import library, to_ask
from throughline.foundations.instruments.rules import (
    AbuseKind,
    BadAnswers,
    Chosen,
    Instrument,
    Kind,
    Presence,
    Setting,
    applicable,
    check,
    factors,
    follow_ups,
    which_instruments,
    without_words,
)
from throughline.reference import load

TODAY = dt.date(2026, 11, 25)
GROUPS = sorted({row.text("group") for row in load("relationship").rows})
#: In the order of the police form.
THE_27 = [row.code for row in load("risk-factors").as_of(TODAY)][:27]
CHILDREN = {"other-children", "children-harmed", "children-threatened"}
PARTNERS_ONLY = {"separation", "child-contact", "pregnancy", "jealousy", "sexual-abuse"}
MAIN = ["dash-27", "dash-24", "dara-structured"]
FOLLOW_UPS = ["stalking-follow-up", "honour-based-follow-up"]


def instrument(code: str, relationship: str = "partner") -> Instrument:
    return library().as_of(code, TODAY).asked_of(relationship)


def in_order(one: Instrument) -> list[str]:
    return list(dict.fromkeys(question.factor for question in one.questions if question.factor))


def test_police_ask_the_27_factors_in_order_and_two_things_more():
    asked = [factor for factor in in_order(instrument("dash-27")) if factor != "honour"]
    assert asked == THE_27
    assert len(THE_27) == 27


def test_partners_ask_the_same_without_the_three_about_children():
    asked = [factor for factor in in_order(instrument("dash-24")) if factor != "honour"]
    assert asked == [factor for factor in THE_27 if factor not in CHILDREN]
    assert len(asked) == 24
    assert "child" in instrument("dash-24").question("others-harmed").text


@pytest.mark.parametrize(("code", "count"), [("stalking-follow-up", 11), ("honour-based-follow-up", 10)])
def test_follow_ups_have_their_number_of_questions(code, count):
    assert len(instrument(code).questions) == count


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("code", MAIN)
def test_her_own_view_control_and_what_was_seen_are_always_asked(code, group):
    asked = {question.code: question for question in applicable(instrument(code, group), {})}
    assert {"own-view", "daily-life", "observed", "not-asked"} <= asked.keys()
    assert asked["daily-life"].factor == "control"
    assert all(asked[one].to_complete for one in ("own-view", "daily-life", "observed"))


@pytest.mark.parametrize("code", [*MAIN, *FOLLOW_UPS])
def test_every_factor_may_be_left_unknown_and_yes_asks_for_words(code):
    for question in instrument(code).questions:
        if question.factor is not None:
            assert question.kind is Kind.CHOICE
            assert "not-known" in question.options
            assert question.present_when
            assert question.ask_words_when == question.present_when


@pytest.mark.parametrize("code", [*MAIN, *FOLLOW_UPS])
def test_questions_can_be_asked_aloud(code):
    for question in instrument(code).questions:
        assert len(question.text.split()) < 20, question.code
        assert question.text.endswith("?")
        assert not re.search(r"\b(he|she|his|hers?|him)\b", question.text.lower()), question.code


@pytest.mark.parametrize("code", [*MAIN, *FOLLOW_UPS])
def test_why_it_is_asked_is_said_and_an_assessment_has_words_for_every_grade(code):
    one = instrument(code)
    assert one.explains
    assert (set(one.result_words) == {"high", "medium", "standard"}) == (code in MAIN)


def answers_for(one: Instrument, draw: st.DrawFn) -> dict:
    given = {}
    for question in one.questions:
        if question.options and draw(st.booleans()):
            given[question.code] = draw(st.sampled_from(sorted(question.options)))
            if given[question.code] in question.ask_words_when and draw(st.booleans()):
                given[question.words_code] = "in words"
    return given


@given(st.data(), st.sampled_from(MAIN), st.sampled_from(GROUPS))
def test_what_does_not_apply_is_never_asked_and_an_answer_to_it_is_refused(data, code, group):
    one = instrument(code, group)
    given_answers = answers_for(one, data.draw)
    asked = {question.code for question in applicable(one, given_answers)}
    partner = group in {"partner", "ex-partner", "unknown"}
    assert asked.isdisjoint(PARTNERS_ONLY) or partner
    foreign = {
        code
        for question in one.questions
        if not one.applies(question)
        for code in (question.code, question.words_code)
    } & given_answers.keys()
    if foreign:
        with pytest.raises(BadAnswers, match="is not asked about this relationship"):
            check(one, given_answers, complete=False)
    else:
        check(one, given_answers, complete=False)
    said = factors(one, given_answers)
    assert {q.factor for q in one.questions if q.code in asked and q.factor} == said.keys()
    form = form_for(one, kept=given_answers)
    assert {question.code for question in one.questions if one.applies(question)} <= form.fields.keys()
    assert form.fields.keys().isdisjoint(foreign)


def test_without_the_relationship_nothing_is_asked_that_may_not_apply():
    with pytest.raises(LookupError, match="whom it is asked about was not said"):
        form_for(library().as_of("dash-27", TODAY))


def test_a_form_shows_each_heading_once_and_every_question():
    page = form_for(instrument("dash-27", "family")).govuk()
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    assert headings == list(dict.fromkeys(headings))
    assert headings[:2] == ["In their own words", "Now"]
    for question in instrument("dash-27", "family").questions:
        assert (f'name="{question.code}"' in page) == (question.code not in PARTNERS_ONLY)


def test_answers_are_read_by_factor_whatever_asked_them():
    control = instrument("dash-27")
    assert factors(control, {})["strangulation"] is Presence.NOT_KNOWN
    assert factors(control, {"strangulation": "yes"})["strangulation"] is Presence.YES
    assert factors(control, {"jealousy": "no", "daily-life": "yes"})["control"] is Presence.YES
    assert factors(control, {"jealousy": "no"})["control"] is Presence.NOT_KNOWN
    assert factors(control, {"jealousy": "no", "daily-life": "no"})["control"] is Presence.NO
    often = instrument("dara-structured")
    assert factors(often, {"strangulation": "once"})["strangulation"] is Presence.YES
    assert factors(often, {"strangulation": "never"})["strangulation"] is Presence.NO


def test_answers_bring_follow_ups_and_a_yes_without_words_is_named():
    one = instrument("dash-27")
    said = {"stalking": "yes", "honour": "yes", "honour-words": "her uncle", "fear": "no"}
    assert follow_ups(one, said) == ("stalking-follow-up", "honour-based-follow-up")
    assert [question.code for question in without_words(one, said)] == ["stalking"]
    assert follow_ups(one, {"stalking": "not-known"}) == ()
    assert follow_ups(instrument("dara-structured"), {"unwanted-contact": "once"}) == ("stalking-follow-up",)


# --- which is asked when ----------------------------------------------------------------------------

days = st.dates(dt.date(2013, 1, 1), dt.date(2035, 1, 1))
choices = st.lists(
    st.builds(
        Chosen,
        setting=st.sampled_from(Setting),
        instrument=st.sampled_from(["dash-27", "dash-24", "dara-structured", "force-own"]),
        since=days,
    ),
    max_size=4,
)


@given(days, st.sampled_from(Setting), st.sampled_from(GROUPS), st.sets(st.sampled_from(AbuseKind)), choices)
def test_there_is_always_one_assessment_and_a_choice_counts_from_its_day(on, setting, group, kinds, chosen):
    found = which_instruments(on, setting=setting, relationship=group, kinds=kinds, chosen=chosen)
    standard = "dash-24" if setting is Setting.PARTNER_AGENCY else "dash-27"
    dara = (
        setting is Setting.SCENE
        and on >= dt.date(2022, 11, 26)
        and group in {"partner", "ex-partner", "unknown"}
    )
    possible = {standard, "force-own"} | ({"dara-structured"} if dara else set())
    counting = [
        one for one in chosen if one.setting is setting and one.since <= on and one.instrument in possible
    ]
    latest = max((one.since for one in counting), default=None)
    allowed = {one.instrument for one in counting if one.since == latest} or {standard}
    assert found.main in allowed
    assert (found.chosen is not None) == bool(counting)
    assert found.may_choose == tuple(
        code for code in (standard, "dara-structured") if code in possible and code != found.main
    )
    assert set(found.follow_ups) == {f"{kind}-follow-up" for kind in kinds}


def test_the_last_of_two_choices_for_one_day_counts():
    chosen = [Chosen(Setting.SCENE, "force-own", TODAY), Chosen(Setting.SCENE, "dash-27", TODAY)]
    found = which_instruments(TODAY, setting=Setting.SCENE, relationship="family", chosen=chosen)
    assert found.main == "dash-27"


def test_an_unknown_group_or_a_day_before_the_list_is_said():
    with pytest.raises(LookupError, match="no group of relationships 'lodger'"):
        which_instruments(TODAY, setting=Setting.SCENE, relationship="lodger")
    with pytest.raises(LookupError, match="no group of relationships"):
        which_instruments(dt.date(2012, 12, 31), setting=Setting.SCENE, relationship="partner")


@given(days, st.sampled_from(Setting), st.sampled_from(GROUPS), st.sets(st.sampled_from(AbuseKind)))
def test_what_is_to_be_asked_is_there_on_that_day_and_knows_whom(on, setting, group, kinds):
    asked = to_ask(on, setting=setting, relationship=group, kinds=kinds)
    for one in (asked.main, *asked.follow_ups):
        assert one.holds(on)
        assert one.relationship == group


def test_every_row_of_the_list_names_an_instrument_settings_groups_and_kinds_that_there_are():
    for row in load("risk-instruments").rows:
        assert row.text("instrument") in library().codes
        assert row.text("use") in {"standard", "choice", "follow-up"}
        assert set(row.texts("settings")) <= set(Setting)
        assert set(row.texts("groups")) <= set(GROUPS)
        assert set(row.texts("kinds")) <= set(AbuseKind)
        # a follow-up comes with a kind, so that nobody is asked it for nothing
        assert bool(row.texts("kinds")) == (row.text("use") == "follow-up")


def test_every_factor_is_asked_about_by_some_question_and_grave_is_never_a_number():
    asked = {
        question.factor for code in library().codes for question in library().as_of(code, TODAY).questions
    }
    assert {row.code for row in load("risk-factors").rows} == asked - {None}
    for row in load("risk-factors").rows:
        assert isinstance(row.flag("grave"), bool)
        assert not row.verified
    grave = {row.code for row in load("risk-factors").rows if row.flag("grave")}
    assert {
        "strangulation",
        "threats-to-kill",
        "weapons",
        "getting-worse",
        "stalking",
        "sexual-abuse",
    } <= grave
