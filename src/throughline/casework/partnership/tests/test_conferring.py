"""Referrals to a MARAC: what the records meet, that nothing screens one out, and that a MARAC owns no case."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

import throughline.casework.partnership.commands.conferring as module
from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.cases.models import StandingFact
from throughline.casework.conftest import NOW
from throughline.casework.partnership.commands import conferring
from throughline.casework.partnership.models import (
    MaracAddition,
    MaracReferral,
    MaracSent,
    MaracWords,
    NotReferred,
)
from throughline.casework.partnership.queries.conferring import known_of
from throughline.casework.partnership.rules.conferring import (
    Form,
    Incident,
    Known,
    calls,
    criteria,
    joins_within,
    standing,
)
from throughline.casework.partnership.tests.conftest import open_now
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

DAY = timedelta(days=1)
WHY = {"chosen": ["professional-judgement"], "words": "She says he will do it"}


def met(known: Known, now=NOW) -> set[str]:
    return {one.criterion.code for one in standing(known, now) if one.met}


def called(now=NOW) -> int:
    with transaction.atomic():
        return conferring.call_for_referrals(now=now)


class TestCriteria:
    @pytest.mark.parametrize(
        ("present", "instrument", "days", "expected"),
        [
            (13, "dash-27", 1, False),
            (14, "dash-27", 1, True),
            (14, "dash-24", 1, True),
            (20, "dara-structured", 1, False),
            (14, "dash-27", 400, False),
        ],
    )
    def test_fourteen_factors_of_one_form_within_a_year(self, present, instrument, days, expected):
        known = Known(forms=(Form(instrument, NOW - days * DAY, present, 27),))
        assert ("visible-high-risk" in met(known)) is expected

    @pytest.mark.parametrize(("days", "expected"), [([1, 2], False), ([1, 2, 3], True), ([1, 2, 400], False)])
    def test_three_incidents_within_a_year(self, days, expected):
        known = Known(incidents=tuple(Incident(NOW - one * DAY, crime=False) for one in days))
        assert ("potential-escalation" in met(known)) is expected

    @pytest.mark.parametrize(
        ("referred", "since", "crime", "expected"),
        [(30, 1, False, True), (30, 1, True, True), (400, 1, True, False), (1, 30, True, False)],
    )
    def test_any_abuse_within_a_year_of_the_last_referral_is_a_repeat(self, referred, since, crime, expected):
        known = Known(incidents=(Incident(NOW - since * DAY, crime=crime),), referred=(NOW - referred * DAY,))
        assert ("repeat" in met(known)) is expected

    def test_of_earlier_days_the_earlier_words_of_a_repeat_hold(self):
        then = NOW.replace(year=2016)
        quarrel = Known(incidents=(Incident(then - DAY, crime=False),), referred=(then - 30 * DAY,))
        crime = Known(incidents=(Incident(then - DAY, crime=True),), referred=(then - 30 * DAY,))
        assert (met(quarrel, then), met(crime, then)) == (set(), {"repeat"})

    def test_what_nobody_has_checked_says_so(self):
        unchecked = {one.code for one in criteria(london_day(NOW)) if not one.verified}
        assert "repeat" in unchecked

    @given(
        days=st.lists(st.integers(1, 400), max_size=8),
        present=st.integers(0, 27),
        referred=st.lists(st.integers(1, 400), max_size=2),
    )
    def test_what_was_answered_calls_no_more_and_judgement_is_never_met_by_a_record(
        self, days, present, referred
    ):
        known = Known(
            forms=(Form("dash-27", NOW - DAY, present, 27),),
            incidents=tuple(Incident(NOW - one * DAY, crime=False) for one in days),
            referred=tuple(NOW - one * DAY for one in referred),
        )
        asked = {one.criterion.code for one in calls(known, [], NOW)}
        assert asked <= met(known)
        assert "professional-judgement" not in met(known)
        assert not calls(known, [NOW], NOW)
        now_referred = Known(known.forms, known.incidents, (*known.referred, NOW))
        assert not calls(now_referred, [], NOW)


def test_no_reason_not_to_refer_is_about_how_much_anybody_can_do():
    reasons = [
        row.label for row in load("decision-reasons").rows if row.text("decision") == "marac-not-referred"
    ]
    assert len(reasons) >= 3
    for word in ("capacity", "room", "full", "busy", "agenda", "late"):
        assert not any(word in label.lower() for label in reasons), word


def test_there_is_no_way_to_screen_one_out():
    """No state, no column and no command by which a referral is withdrawn, refused or closed."""
    assert not {field.name for field in MaracReferral._meta.fields} & {
        "state", "status", "outcome", "ended_at", "withdrawn_at", "accepted", "refused_at",
    }  # fmt: skip
    source = Path(module.__file__).read_text()
    assert "delete(" not in source
    assert not {
        name for name in dir(conferring) if name.startswith(("withdraw", "refuse", "screen", "close"))
    }


@pytest.mark.django_db
class TestReferring:
    def test_made_it_stays_made_and_is_sent(self, does, case, accounts):
        made = does(Role.OFFICER, conferring.refer, case_id=case, **WHY)
        [send] = open_now("marac-send")
        assert send.owner == accounts[Role.OFFICER].id
        does(Role.HUB, conferring.sent, marac_id=made.id, to="coordinator", reference="M 12")
        assert not open_now("marac-send")
        with seen_whole():
            row = MaracReferral.objects.get()
            assert (row.criteria, row.met, row.agency.name) == (["professional-judgement"], [], "A force")
            assert MaracWords.objects.get().words == WHY["words"]
            assert MaracSent.objects.get().reference == "M 12"
            assert set(Entry.objects.filter(about=case, kind__startswith="marac").values_list("kind", flat=True)) == {
                "marac-referred", "marac-sent",
            }  # fmt: skip
        for change in (
            lambda: MaracReferral.objects.all().delete(),
            lambda: MaracReferral.objects.update(criteria=[]),
        ):
            with pytest.raises(DatabaseError), seen_whole():
                change()

    def test_a_second_within_days_joins_as_a_further_reason_and_a_later_one_is_another(self, does, case):
        first = does(Role.OFFICER, conferring.refer, case_id=case, **WHY)
        soon = NOW + joins_within(london_day(NOW)) - timedelta(hours=1)
        again = does(Role.HUB, conferring.refer, now=soon, case_id=case, chosen=["repeat"], words="Again")
        assert again.id == first.id
        with seen_whole():
            [added] = MaracAddition.objects.all()
            assert (added.kind, added.criteria) == ("reason", ["repeat"])
        later = does(Role.HUB, conferring.refer, now=NOW + 8 * DAY, case_id=case, **WHY)
        assert later.id != first.id

    def test_it_is_corrected_beside_what_was_written(self, does, case):
        made = does(Role.OFFICER, conferring.refer, case_id=case, **WHY)
        does(Role.HUB, conferring.add, marac_id=made.id, kind="correction", words="It was on Sunday")
        with seen_whole():
            assert list(MaracWords.objects.order_by("id").values_list("words", flat=True)) == [
                WHY["words"],
                "It was on Sunday",
            ]

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"chosen": []}, "chosen"),
            ({"chosen": ["capacity"]}, "chosen"),
            ({"words": " "}, "words"),
            ({"consent": "maybe"}, "consent"),
        ],
    )
    def test_what_is_wrong_is_said_by_its_field(self, does, case, told, field):
        with pytest.raises(Malformed) as wrong:
            does(Role.OFFICER, conferring.refer, case_id=case, **{**WHY, **told})
        assert wrong.value.field == field

    def test_an_adviser_refers_for_her_own_agency(self, does, hers, case):
        does(Role.IDVA, conferring.refer_through, referral_id=hers.id, **WHY)
        with seen_whole():
            row = MaracReferral.objects.get()
            assert (row.agency.name, row.through_id) == ("A charity", hers.id)
        [send] = open_now("marac-send")
        assert (send.owner, send.role) == (None, "hub-reviewer")

    def test_an_adviser_refers_nobody_who_was_not_referred_to_her(self, does, case, service):
        with pytest.raises(Refused):
            does(Role.IDVA, conferring.refer, case_id=case, **WHY)

    def test_a_marac_owns_no_case_and_answers_no_duty_of_its_owner(self, does, high, case, accounts):
        before = {duty.id for duty in open_now("service-contact", "case-owner", "safety-plan")}
        does(Role.OFFICER, conferring.refer, case_id=case, **WHY)
        with seen_whole():
            owner = StandingFact.objects.get(case=case, kind="owner", ended_at=None)
            assert owner.value == str(accounts[Role.OFFICER].id)
        assert {duty.id for duty in open_now("service-contact", "case-owner", "safety-plan")} == before

    def test_without_an_owner_it_stays_without_one_and_the_duty_to_find_one_stands(self, does, case):
        assert open_now("case-owner")
        does(Role.HUB, conferring.refer, case_id=case, **WHY)
        assert open_now("case-owner")


@pytest.mark.django_db
class TestNotReferred:
    NOT = {"reason": "not-referred-mistaken", "words": "Two of them are of her sister"}

    @pytest.fixture
    def three(self, incident, pair, case):
        """Three incidents of the two."""
        for minutes in (20, 10):
            incident(*pair, minutes_ago=minutes)

    def test_what_meets_a_criterion_is_a_duty_of_the_owner_or_a_sergeant(
        self, does, three, case, high, accounts
    ):
        assert called() == 1
        assert called() == 0
        [duty] = open_now("marac-referral")
        assert (duty.owner, duty.causes) == (accounts[Role.OFFICER].id, ["potential-escalation"])
        does(Role.OFFICER, conferring.refer, case_id=case, **WHY)
        assert not open_now("marac-referral")
        assert called() == 0

    def test_without_an_owner_it_is_a_sergeants(self, three):
        called()
        assert open_now("marac-referral")[0].role == "response-sergeant"

    def test_nothing_is_called_for_where_no_criterion_is_met(self, case):
        assert called() == 0

    def test_the_count_of_a_form_is_shown_and_sets_no_grade(self, assessed, case):
        yes = {one.code: "yes" for one in _factors() if "yes" in one.options}
        assessed(**dict(list(yes.items())[:15]))
        with seen_whole():
            [form] = known_of([case], now=NOW + DAY)[case].forms
            assert (form.present, form.of) == (15, 27)
            assert not StandingFact.objects.filter(case=case, kind="grade").exists()
        assert called(NOW + timedelta(minutes=1)) == 1
        assert open_now("marac-referral")[0].causes == ["visible-high-risk"]

    def test_a_crime_within_a_year_of_the_last_is_a_repeat(self, does, case, pair, incident):
        does(Role.OFFICER, conferring.refer, now=NOW - 30 * DAY, case_id=case, **WHY)
        made = incident(*pair, minutes_ago=5)
        told = {"offence": "theft", "reason": "crime-complained"}
        does(Role.REGISTRAR, record_crime, incident_id=made, **told)
        assert called() == 1
        assert open_now("marac-referral")[0].causes == ["repeat"]

    def test_somebody_decides_not_to_with_why_and_a_sergeant_sees_it(self, does, three, case):
        called()
        made = does(Role.OFFICER, conferring.decide_not_to, case_id=case, **self.NOT)
        assert not open_now("marac-referral")
        [seen] = open_now("marac-not-referred")
        assert seen.role == "response-sergeant"
        assert called() == 0
        with pytest.raises(Refused):
            does(Role.OFFICER, conferring.review, not_referred_id=made.id, agreed=True)
        does(Role.SERGEANT, conferring.review, not_referred_id=made.id, agreed=True)
        assert not open_now("marac-not-referred")
        with pytest.raises(Conflict):
            does(Role.SERGEANT, conferring.review, not_referred_id=made.id, agreed=True)

    def test_decided_otherwise_it_is_somebodys_to_refer(self, does, three, case):
        called()
        made = does(Role.OFFICER, conferring.decide_not_to, case_id=case, **self.NOT)
        with pytest.raises(Malformed):
            does(Role.SERGEANT, conferring.review, not_referred_id=made.id, agreed=False)
        does(
            Role.SERGEANT, conferring.review, not_referred_id=made.id, agreed=False, feedback="They are hers"
        )
        [duty] = open_now("marac-referral")
        assert duty.causes == ["overturned", "potential-escalation"]
        with seen_whole():
            assert NotReferred.objects.get().overturned_at

    def test_words_of_capacity_are_flagged_and_kept(self, does, three, case):
        told = {**self.NOT, "words": "The MARAC has no capacity"}
        does(Role.OFFICER, conferring.decide_not_to, case_id=case, **told)
        with seen_whole():
            assert NotReferred.objects.get().flags

    def test_where_nothing_asks_there_is_nothing_to_decide(self, does, case):
        with pytest.raises(Conflict):
            does(Role.OFFICER, conferring.decide_not_to, case_id=case, **self.NOT)


def _factors():
    from throughline.foundations.instruments.queries import library

    return [one for one in library().as_of("dash-27", london_day(NOW)).questions if one.factor]
