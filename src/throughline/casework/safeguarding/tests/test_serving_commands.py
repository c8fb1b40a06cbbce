"""Who safeguards her: asked by the policy, accepted, returned, decided, chosen otherwise, and told to her."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction

from throughline.casework.cases.commands import holding
from throughline.casework.cases.commands.cases import close_case
from throughline.casework.cases.commands.leaving import pass_on_cases
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.rules import serving as policy
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.recording import NewAddress, add_address, end_address
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands import handing, serving
from throughline.casework.safeguarding.commands.forgetting import forget
from throughline.casework.safeguarding.models import (
    HandoverNote,
    HandoverSent,
    PolicyOverride,
    RequestReturn,
    ServiceRequest,
)
from throughline.casework.safeguarding.queries.handing import package_of
from throughline.casework.safeguarding.queries.serving import handovers
from throughline.casework.safeguarding.rules.handing import Held
from throughline.casework.safeguarding.rules.serving import Request
from throughline.casework.safeguarding.tasks import ask_who_safeguards, promise_what_happened
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import pass_on
from throughline.foundations.duties.models import Duty
from throughline.reference import load

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def asked(now=NOW):
    with transaction.atomic():
        return ask_who_safeguards(now=now)


def duties(*kinds):
    with seen_whole():
        return list(Duty.objects.filter(kind__in=kinds, discharged_at=None).order_by("kind"))


def owner_of(case_id):
    with seen_whole():
        fact = StandingFact.objects.filter(case=case_id, kind="owner", ended_at=None).first()
        return fact and fact.value


def request():
    with seen_whole():
        return ServiceRequest.objects.latest("asked_at")


@pytest.fixture
def owned(does, case, accounts):
    """The officer owns the case."""
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)


@pytest.fixture
def grade(does, case):
    """``grade("high")``: an officer grades the case, and the worker has its turn."""

    def done(code, *, of=None, now=NOW):
        told = {"case_id": of or case, "grade": code, "reason": "grade-told-more", "words": "She said so"}
        does(Role.OFFICER, holding.set_grade, now=now, **told)
        asked(now)

    return done


@pytest.fixture
def returned(does, case):
    def done(now=NOW, **told):
        told = {"reason": "return-package", "words": "No statement", "missing": ["handover-statement"]} | told
        return does(Role.HUB, serving.give_back, now=now, case_id=case, **told)

    return done


@pytest.fixture
def twice_returned(does, case, owned, grade, returned):
    grade("high")
    returned()
    does(Role.OFFICER, handing.send, case_id=case)
    returned(words="Still none")


def test_a_grade_of_high_asks_the_hub_and_the_officer_keeps_it(owned, grade, case, accounts):
    grade("high")
    # in the order of their kinds
    package, accept, service = duties("safeguard-accept", "handover-package", "service-contact")
    assert (accept.role, accept.owner, accept.due_at) == (Role.HUB, None, NOW + 4 * HOUR)
    assert (package.role, package.owner) == (Role.OFFICER, accounts[Role.OFFICER].id)
    assert (service.role, service.due_at) == (Role.HUB, NOW + 24 * HOUR)
    assert owner_of(case) == str(accounts[Role.OFFICER].id)
    one = request()
    assert (one.role, one.service, one.state, one.owned_by) == (
        Role.HUB,
        "high-any",
        Request.ASKED,
        accounts[Role.OFFICER].id,
    )


def test_asking_again_changes_nothing(owned, grade):
    grade("high")
    with seen_whole():
        before = Event.objects.count(), Duty.objects.count(), ServiceRequest.objects.count()
    assert asked(NOW + HOUR) == 0
    with seen_whole():
        assert (Event.objects.count(), Duty.objects.count(), ServiceRequest.objects.count()) == before


@pytest.mark.parametrize("code", ["medium", "standard"])
def test_whoever_safeguards_already_is_not_asked(owned, grade, code):
    grade(code)
    assert not duties("safeguard-accept", "handover-package")


def test_where_nobody_owns_it_a_duty_to_find_an_officer_asks_already(grade, case):
    grade("medium")
    assert not duties("safeguard-accept")
    assert [one.about for one in duties("case-owner")] == [case]


def test_where_nobody_owns_it_the_hub_is_asked_all_the_same(grade, does, case, accounts):
    grade("high")
    assert [one.kind for one in duties("safeguard-accept", "handover-package")] == ["safeguard-accept"]
    does(Role.HUB, serving.accept, case_id=case)
    assert owner_of(case) == str(accounts[Role.HUB].id)
    assert not duties("case-owner")


def test_the_hub_accepts_and_owns_all_her_cases_and_she_is_told_once(
    owned, grade, does, case, accounts, add, incident, pair
):
    incident(pair[0], add("Cuthbert", "Ashgrove", sex="1"))
    with seen_whole():
        cases = list(Case.objects.filter(victim=pair[0], closed_at=None).values_list("id", flat=True))
    assert len(cases) == 2
    grade("high")
    does(Role.HUB, serving.accept, now=NOW + HOUR, case_id=case)
    hub = accounts[Role.HUB].id
    assert {owner_of(one) for one in cases} == {str(hub)}
    assert not duties("safeguard-accept", "handover-package")
    one = request()
    assert (one.state, one.owner, one.ended_by) == (Request.ACCEPTED, hub, hub)
    with transaction.atomic():
        assert promise_what_happened(now=NOW + HOUR) == 1
    [update] = duties("victim-update")
    assert (update.owner, update.role, update.causes) == (hub, Role.HUB, ["told-owner"])
    with seen_whole():
        assert Entry.objects.filter(kind="contact-handed-on").count() == 1
        assert handovers(cases) == 1
    assert asked(NOW + HOUR) == 0, "the standard case of hers does not ask the officers back"


def test_who_owned_it_first_is_nobody_whom_she_must_be_told_of(owned, grade):
    grade("medium")
    with seen_whole():
        assert not Entry.objects.filter(kind="contact-handed-on").exists()


def test_the_case_that_is_graded_highest_says_who(owned, grade, does, case, add, incident, pair, accounts):
    grade("high")
    does(Role.HUB, serving.accept, case_id=case)
    incident(pair[0], add("Cuthbert", "Ashgrove", sex="1"))
    with seen_whole():
        other = Case.objects.filter(victim=pair[0], closed_at=None).exclude(id=case).get()
    grade("standard", of=other.id)
    assert not duties("safeguard-accept")
    assert owner_of(other.id) == str(accounts[Role.HUB].id)
    # nothing of hers is high any more: officers are asked, and the hub keeps her until one accepts
    grade("medium", now=NOW + HOUR)
    [accept] = duties("safeguard-accept")
    assert (accept.role, accept.due_at) == (Role.OFFICER, NOW + 25 * HOUR)
    assert owner_of(case) == str(accounts[Role.HUB].id)


def test_a_grade_that_asks_nobody_withdraws_what_waits(owned, grade):
    grade("high")
    grade("medium", now=NOW + HOUR)
    assert request().state == Request.WITHDRAWN
    assert not duties("safeguard-accept", "handover-package")


def test_returned_with_reason_it_is_the_owners_turn_and_then_the_roles_again(
    owned, grade, does, case, returned, accounts
):
    grade("high")
    does(Role.OFFICER, handing.send, case_id=case)
    assert not duties("handover-package")
    made = returned(now=NOW + HOUR)
    assert (made.missing, made.flags) == (["handover-statement"], [])
    assert request().state == Request.RETURNED
    assert not duties("safeguard-accept")
    [package] = duties("handover-package")
    assert (package.owner, package.causes) == (accounts[Role.OFFICER].id, ["handover-returned"])
    assert owner_of(case) == str(accounts[Role.OFFICER].id)
    does(
        Role.OFFICER,
        handing.note,
        now=NOW + 2 * HOUR,
        case_id=case,
        item="handover-statement",
        state="held",
        words="With the investigator",
    )
    sent = does(Role.OFFICER, handing.send, now=NOW + 2 * HOUR, case_id=case)
    assert "handover-statement" in sent.held
    [accept] = duties("safeguard-accept")
    assert (accept.causes, accept.due_at) == (["handed-over-again"], NOW + 6 * HOUR)


def test_words_of_capacity_are_kept_and_flagged_and_change_no_grade(owned, grade, case, returned):
    grade("high")
    made = returned(words="We are too busy and have no capacity")
    assert "capacity" in made.flags
    with seen_whole():
        assert StandingFact.objects.get(case=case, kind="grade", ended_at=None).value == "high"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"words": " "}, "words"),
        ({"reason": "grade-told-more"}, "reason"),
        ({"missing": ["moon"]}, "missing"),
        ({"missing": []}, "missing"),
    ],
)
def test_a_return_says_why_and_what(owned, grade, returned, told, field):
    grade("high")
    with pytest.raises(Malformed) as wrong:
        returned(**told)
    assert wrong.value.field == field
    assert request().state == Request.ASKED


def test_only_whoever_is_asked_answers(owned, grade, does, case):
    for role in (Role.OFFICER, Role.SERGEANT):
        grade("high")
        with pytest.raises(Refused):
            does(role, serving.accept, case_id=case)
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, serving.accept, case_id=case)


def test_what_is_asked_no_more_is_a_conflict(owned, does, case):
    for command in (serving.accept, handing.send):
        with pytest.raises(Conflict):
            does(Role.HUB if command is serving.accept else Role.OFFICER, command, case_id=case)


def test_after_two_returns_a_sergeant_decides_and_that_ends_it(twice_returned, does, case, accounts):
    assert request().state == Request.TO_DECIDE
    [decide] = duties("safeguard-decide")
    assert decide.role == Role.SERGEANT
    assert not duties("safeguard-accept", "handover-package")
    hub = accounts[Role.HUB].id
    told = {"case_id": case, "owner": hub, "reason": "settled-missing-later"}
    with pytest.raises(Malformed):
        does(Role.SERGEANT, serving.decide, words="", **told)
    with pytest.raises(Refused):
        does(Role.OFFICER, serving.decide, words="So that it ends", **told)
    does(Role.SERGEANT, serving.decide, now=NOW + HOUR, words="It follows tomorrow", **told)
    assert owner_of(case) == str(hub)
    assert request().state == Request.DECIDED
    assert not duties("safeguard-decide", "override-review")
    assert asked(NOW + 2 * HOUR) == 0


def test_a_sergeant_who_keeps_it_with_the_officer_is_reviewed_and_the_policy_does_not_ask_again(
    twice_returned, does, case, accounts
):
    officer = accounts[Role.OFFICER].id
    told = {"case_id": case, "owner": officer, "reason": "settled-trust", "words": "She trusts her"}
    does(Role.SERGEANT, serving.decide, **told)
    assert owner_of(case) == str(officer)
    [review] = duties("override-review")
    assert review.role == Role.INSPECTOR
    assert asked(NOW + HOUR) == 0


def test_nobody_decides_of_their_own_case(does, case, grade, returned, accounts):
    does(Role.SERGEANT, holding.set_owner, case_id=case, owner=accounts[Role.SERGEANT].id)
    grade("high")
    returned()
    does(Role.SERGEANT, handing.send, case_id=case)
    returned()
    told = {"owner": accounts[Role.HUB].id, "reason": "settled-policy", "words": "It holds"}
    with pytest.raises(Refused):
        does(Role.SERGEANT, serving.decide, case_id=case, **told)
    does(Role.INSPECTOR, serving.decide, case_id=case, **told)


def test_somebody_else_than_the_policy_says_needs_reasons_and_a_review(owned, grade, does, case, accounts):
    grade("high")
    officer = accounts[Role.OFFICER].id
    for told in ({}, {"reason": "override-trust"}, {"words": "She trusts her"}):
        with pytest.raises(Malformed):
            does(Role.SERGEANT, serving.ask_for, case_id=case, account=officer, **told)
    told = {"reason": "override-trust", "words": "She trusts her"}
    assert does(Role.SERGEANT, serving.ask_for, case_id=case, account=officer, **told) is None
    assert not duties("safeguard-accept", "handover-package")
    assert asked(NOW + HOUR) == 0
    [review] = duties("override-review")
    with seen_whole():
        override = PolicyOverride.objects.get(id=review.about)
    with pytest.raises(Refused):
        does(Role.SERGEANT, serving.review_override, override_id=override.id, agreed=True)
    with pytest.raises(Malformed):
        does(Role.INSPECTOR, serving.review_override, override_id=override.id, agreed=False)
    told = {"override_id": override.id, "agreed": False, "feedback": "The hub knows him"}
    does(Role.INSPECTOR, serving.review_override, now=NOW + HOUR, **told)
    assert not duties("override-review")
    [accept] = duties("safeguard-accept")
    assert accept.role == Role.HUB
    with pytest.raises(Conflict):
        does(Role.INSPECTOR, serving.review_override, **told)


def test_a_choice_against_the_policy_holds_while_the_grade_does(owned, grade, does, case, accounts):
    grade("high")
    told = {"account": accounts[Role.OFFICER].id, "reason": "override-trust", "words": "She trusts her"}
    does(Role.SERGEANT, serving.ask_for, case_id=case, **told)
    grade("medium", now=NOW + HOUR)
    assert not duties("safeguard-accept")
    grade("high", now=NOW + 2 * HOUR)
    assert not duties("safeguard-accept"), "the same danger, and the choice still stands"


def test_somebody_of_the_role_is_asked_by_name_without_a_reason(owned, grade, does, case, colleague):
    grade("high")
    nadia = colleague(Role.HUB, "nadia")
    made = does(Role.SERGEANT, serving.ask_for, case_id=case, account=nadia.id)
    assert (made.account, made.override_id) == (nadia.id, None)
    [accept] = duties("safeguard-accept")
    assert (accept.owner, accept.role) == (nadia.id, Role.HUB)
    assert asked(NOW + HOUR) == 0
    with pytest.raises(Refused):
        does(Role.HUB, serving.accept, case_id=case)
    does(nadia.actor, serving.accept, case_id=case)
    assert owner_of(case) == str(nadia.id)


def test_somebody_who_has_left_is_asked_no_more(owned, grade, does, case, colleague):
    grade("high")
    nadia = colleague(Role.HUB, "nadia")
    does(Role.SERGEANT, serving.ask_for, case_id=case, account=nadia.id)
    with transaction.atomic():
        User.objects.filter(id=nadia.id).update(is_active=False)
    assert asked(NOW + HOUR) == 1
    [accept] = duties("safeguard-accept")
    assert (accept.owner, accept.role) == (None, Role.HUB)


def test_an_owner_who_leaves_leaves_no_package_with_nobody(owned, grade, case, accounts):
    grade("high")
    with transaction.atomic():
        User.objects.filter(id=accounts[Role.OFFICER].id).update(is_active=False)
        pass_on_cases(now=NOW + HOUR)
    with transaction.atomic():
        pass_on(now=NOW + HOUR)
    asked(NOW + HOUR)
    [package] = duties("handover-package")
    assert (package.owner, package.role) == (None, Role.SERGEANT)
    assert len(duties("safeguard-accept")) == 1


def test_the_package_is_with_whoever_owns_the_case_now(owned, grade, does, case, colleague):
    grade("high")
    nadia = colleague(Role.OFFICER, "nadia")
    does(nadia.actor, holding.set_owner, now=NOW + HOUR, case_id=case, owner=nadia.id)
    assert asked(NOW + HOUR) == 1
    [package] = duties("handover-package")
    assert package.owner == nadia.id
    assert asked(NOW + HOUR) == 0


def test_speaking_with_her_is_the_service_that_high_calls_for(owned, grade, contacted):
    grade("high")
    contacted(result="no-answer", who=Role.HUB)
    assert len(duties("service-contact")) == 1
    contacted(who=Role.HUB)
    assert not duties("service-contact")


def test_an_officer_who_brings_news_does_not_take_the_place_of_the_hub(
    does, owned, grade, contacted, case, accounts
):
    grade("high")
    contacted()
    assert len(duties("service-contact")) == 1
    # until it is decided that it is they who safeguard her
    told = {"account": accounts[Role.OFFICER].id, "reason": "override-trust", "words": "She trusts her"}
    does(Role.SERGEANT, serving.ask_for, case_id=case, **told)
    contacted()
    assert not duties("service-contact")


def test_what_a_package_holds_is_found_in_the_rooms(owned, grade, does, case, assessed):
    assessed()
    grade("high")
    sent = does(Role.OFFICER, handing.send, case_id=case)
    assert "handover-risk" in sent.held
    assert {"handover-statement", "handover-contact"} <= set(sent.lacking)
    does(
        Role.OFFICER,
        handing.note,
        case_id=case,
        item="handover-statement",
        state="not-applicable",
        words="She gave it on video",
    )
    again = does(Role.OFFICER, handing.send, case_id=case)
    assert again.not_applicable == ["handover-statement"]
    with pytest.raises(Malformed):
        does(Role.OFFICER, handing.note, case_id=case, item="handover-statement", state="held")
    with pytest.raises(Refused):
        does(Role.HUB, handing.note, case_id=case, item="handover-statement", state="held", words="x")
    with seen_whole():
        assert HandoverSent.objects.count() == 2
        assert not RequestReturn.objects.exists()


def test_a_case_is_not_closed_before_she_had_her_service(owned, grade, does, case):
    grade("high")
    with pytest.raises(NotYet):
        does(Role.SUPERVISOR, close_case, case_id=case, closed_as="danger-past")


def test_words_go_with_the_person_and_codes_stay(twice_returned, does, case, accounts, pair):
    note = {"item": "handover-statement", "state": "held", "words": "At her sister's"}
    does(Role.OFFICER, handing.note, case_id=case, **note)
    told = {"owner": accounts[Role.OFFICER].id, "reason": "settled-trust", "words": "She trusts her"}
    does(Role.SERGEANT, serving.decide, case_id=case, **told)
    # of him as of her: the words are about the two
    with transaction.atomic(), acting(system("test")):
        record(system("test"), Event.Kind.WRITE, "test")
        forget(record_id=pair[1])
    with seen_whole():
        assert not HandoverNote.objects.exclude(words="").exists()
        kinds = ["safeguard-return", "safeguard-decision"]
        decisions = Decision.objects.filter(kind__in=kinds)
        assert decisions.count() == 3
        assert not decisions.exclude(words="").exists()
        assert RequestReturn.objects.filter(missing=["handover-statement"]).count() == 2


def test_her_safety_plan_is_handed_over(owned, case, planned):
    def held():
        with seen_whole():
            items, _sent = package_of(Case.objects.get(id=case), None, now=NOW)
        return {item.code for item in items if item.held is Held.HELD}

    assert "handover-safety" not in held()
    planned()
    assert "handover-safety" in held()


@pytest.fixture
def north(monkeypatch) -> None:
    """A force whose inspectors safeguard at a grade of high in its north, which is all of ZZ7."""

    def of_the_force(name):
        found = load(name)
        if name not in ("areas", "service-by-risk"):
            return found
        rows = list(found.rows)
        if name == "areas":
            more = replace(rows[0], code="north", details={"postcodes": ("ZZ7",)})
        else:
            high = next(row for row in rows if row.code == "high-any")
            more = replace(
                high, code="high-north", details={**high.details, "area": "north", "role": "duty-inspector"}
            )
        return SimpleNamespace(as_of=lambda on: tuple(row for row in [*rows, more] if row.holds(on)))

    monkeypatch.setattr(policy, "load", of_the_force)


class TestAreas:
    def test_a_row_of_her_area_goes_before_the_general_row(self, does, case, pair, owned, grade, north):
        told = {"record_id": pair[0], "address": NewAddress("1", "Elm Street", "Town", "ZZ7 4AA")}
        does(Role.OFFICER, add_address, **told)
        grade("high")
        assert request().role == "duty-inspector"
        [service] = duties("service-contact")
        assert service.role == "duty-inspector"

    @pytest.mark.parametrize("postcode", ["ZZ71 4AA", "", None])
    def test_elsewhere_or_unknown_the_general_row_is_hers(
        self, does, case, pair, owned, grade, north, postcode
    ):
        if postcode is not None:
            told = {"record_id": pair[0], "address": NewAddress("1", "Elm Street", "Town", postcode)}
            does(Role.OFFICER, add_address, **told)
        grade("high")
        assert request().role == "hub-reviewer"

    def test_she_moves_and_whoever_is_asked_changes_with_it(self, does, case, pair, owned, grade, north):
        told = {"record_id": pair[0], "address": NewAddress("1", "Elm Street", "Town", "ZZ7 4AA")}
        before = does(Role.OFFICER, add_address, **told)
        grade("high")
        does(Role.OFFICER, end_address, record_id=pair[0], address_id=before.id)
        told["address"] = NewAddress("2", "Oak Street", "Town", "ZZ1 4AA")
        does(Role.OFFICER, add_address, **told)
        asked(NOW + HOUR)
        assert request().role == "hub-reviewer"
