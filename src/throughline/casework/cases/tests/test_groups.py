"""Several against one: one group in one step, one plan whose lines are somebody's, and who further may belong."""

from datetime import timedelta

import pytest

from throughline.casework.cases.commands import cases, groups, holding, incidents
from throughline.casework.cases.commands.forgetting import forget
from throughline.casework.cases.models import Case, Group, GroupMember, PlanLine
from throughline.casework.cases.queries.groups import group_page
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import safety
from throughline.casework.people.models import Marker
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db

TODAY = london_day(NOW)
HONOUR = "group-honour-based"


@pytest.fixture
def family(add):
    """Three relatives of hers."""
    return [add(name, "Ravensmoor", sex="1") for name in ("Otto", "Emil", "Viktor")]


@pytest.fixture
def against_her(does, incident, pair):
    """One incident with several suspects and one victim; its cases, in order."""

    def done(suspects):
        made = incident(pair[0])
        for one in suspects:
            does(
                Role.CALL_HANDLER,
                incidents.involve,
                incident_id=made,
                record_id=one,
                part="suspect",
                confirmed=True,
            )
        with seen_whole():
            return list(
                Case.objects.filter(incident_links__incident=made, closed_at=None).order_by("opened_at", "id")
            )

    return done


@pytest.fixture
def group(does, against_her, family):
    """The three pairs held together as honour-based abuse."""
    found = against_her(family)
    return does(Role.OFFICER, cases.group_cases, case_ids=[case.id for case in found], reason=HONOUR)


def open_duties(kind):
    with seen_whole():
        return list(Duty.objects.filter(kind=kind, discharged_at=None))


def test_one_step_holds_all_the_pairs_together_and_marks_the_victim(does, group, pair, accounts):
    with seen_whole():
        assert GroupMember.objects.filter(group=group, ended_at=None).count() == 3
        [marker] = Marker.objects.filter(record=pair[0], code="honour-based")
    assert marker.set_by == accounts[Role.OFFICER].id
    with as_(accounts[Role.OFFICER].actor) as actor:
        page = group_page(actor, group.id, at=NOW, purpose="attendance")
    assert (len(page.pairs), page.honour_based, len(page.victims)) == (3, True, 1)
    assert page.victims[0].victim.record_id == pair[0]


def test_a_group_becomes_one_of_honour_where_somebody_says_so_later(does, against_her, family, pair):
    found = against_her(family)
    ids = [case.id for case in found]
    made = does(Role.OFFICER, cases.group_cases, case_ids=ids[:2], reason="group-same-victim")
    with seen_whole():
        assert not Marker.objects.filter(record=pair[0], code="honour-based").exists()
    assert does(Role.HUB, cases.group_cases, case_ids=ids, reason=HONOUR).id == made.id
    with seen_whole():
        assert Group.objects.get(id=made.id).reason == HONOUR
        assert Marker.objects.filter(record=pair[0], code="honour-based").count() == 1


def test_a_further_relative_is_proposed_and_joins_or_is_another_matter(
    does, group, incident, pair, add, accounts
):
    cousin, neighbour = add("Leo", "Ravensmoor", sex="1"), add("Max", "Dunmore", sex="1")
    for one in (cousin, neighbour):
        incident(pair[0], one)
    [first, second] = sorted(open_duties("group-proposal"), key=lambda duty: duty.opened_at)
    by_suspect = {}
    with seen_whole():
        for duty in (first, second):
            by_suspect[Case.objects.get(id=duty.about).suspect_id] = duty
        members = list(GroupMember.objects.filter(group=group).values_list("case", flat=True))
    joins = by_suspect[cousin]
    assert (joins.role, joins.record_id, joins.causes) == (Role.SERGEANT, pair[0], ["further-suspect"])
    assert (
        does(Role.SERGEANT, cases.group_cases, case_ids=[*members, joins.about], reason=HONOUR).id == group.id
    )
    does(Role.SERGEANT, carry_out, duty_id=by_suspect[neighbour].id, outcome="another-matter")
    assert not open_duties("group-proposal")
    # said once of each case
    incident(pair[0], neighbour)
    assert not open_duties("group-proposal")


def test_whoever_owns_one_owns_all_of_the_group(does, group, accounts):
    with seen_whole():
        one = GroupMember.objects.filter(group=group).first().case_id
    does(Role.OFFICER, holding.set_owner, case_id=one, owner=accounts[Role.OFFICER].id)
    with as_(accounts[Role.SERGEANT].actor) as actor:
        page = group_page(actor, group.id, at=NOW, purpose="supervision")
    assert page.victims[0].owners == (accounts[Role.OFFICER].name,)


@pytest.fixture
def line(does, group, accounts):
    """A line of the plan for the officer, due in three days."""
    return does(
        Role.SERGEANT,
        groups.add_line,
        group_id=group.id,
        what="Interpreter from the force's own list, not of the town",
        whose=accounts[Role.OFFICER].id,
        due_on=TODAY + timedelta(days=3),
    )


def test_a_line_of_the_plan_is_a_duty_of_whoever_does_it_by_its_day(line, pair, accounts):
    [duty] = open_duties("group-plan")
    assert (duty.owner, duty.role, duty.about) == (accounts[Role.OFFICER].id, Role.OFFICER, line.id)
    assert (duty.record_id, duty.due_at) == (pair[0], end_of_day(TODAY + timedelta(days=3)))


@pytest.mark.parametrize("role", [Role.SERGEANT, Role.INSPECTOR, Role.HUB])
def test_it_stands_on_the_list_of_their_role(does, group, accounts, role):
    told = {"what": "Speak to the school", "due_on": TODAY}
    does(Role.OFFICER, groups.add_line, group_id=group.id, whose=accounts[role].id, **told)
    [duty] = open_duties("group-plan")
    assert (duty.owner, duty.role) == (accounts[role].id, role)


def test_a_changed_line_stays_to_be_read_and_its_next_version_is_the_duty(does, line, accounts):
    told = {"what": "Interpreter by telephone", "whose": accounts[Role.HUB].id, "due_on": TODAY}
    later = does(Role.OFFICER, groups.change_line, line_id=line.id, **told)
    assert [(duty.about, duty.role) for duty in open_duties("group-plan")] == [(later.id, Role.HUB)]
    with pytest.raises(Conflict):
        does(Role.OFFICER, groups.change_line, line_id=line.id, **told)
    with as_(accounts[Role.OFFICER].actor) as actor:
        page = group_page(actor, line.group_id, at=NOW, purpose="attendance")
    [shown] = page.standing
    assert (shown.line.what, [each.line.what for each in shown.before]) == (
        "Interpreter by telephone",
        ["Interpreter from the force's own list, not of the town"],
    )


def test_a_line_is_done_or_let_go_with_why(does, line):
    with pytest.raises(Malformed) as refused:
        does(Role.OFFICER, groups.end_line, line_id=line.id, ended_as="not-needed")
    assert refused.value.field == "words"
    with pytest.raises(Malformed):
        does(Role.OFFICER, groups.end_line, line_id=line.id, ended_as="changed")
    ended = does(Role.OFFICER, groups.end_line, line_id=line.id, ended_as="done")
    assert (ended.ended_as, ended.ended_at) == ("done", NOW)
    assert not open_duties("group-plan")
    with pytest.raises(Conflict):
        does(Role.OFFICER, groups.end_line, line_id=line.id, ended_as="done")


def test_what_cannot_be_planned_is_said_by_field(does, group, accounts):
    told = {"what": "Ring her", "whose": accounts[Role.OFFICER].id, "due_on": TODAY}
    wrong = {
        "what": " ",
        "whose": accounts[Role.ANALYST].id,
        "due_on": TODAY - timedelta(days=1),
    }
    for field, value in wrong.items():
        with pytest.raises(Malformed) as refused:
            does(Role.SERGEANT, groups.add_line, group_id=group.id, **{**told, field: value})
        assert refused.value.field == field
    with pytest.raises(Refused):
        does(Role.CALL_HANDLER, groups.add_line, group_id=group.id, **told)


def test_who_is_party_to_one_of_them_reads_nothing_of_the_group(line, family, accounts):
    with seen_whole():
        grant(
            by=system("test"), now=NOW, subject=family[0], kind=Grant.Kind.EXCLUDE,
            grantee=accounts[Role.OFFICER].id, reason="party",
        )  # fmt: skip
    with as_(accounts[Role.OFFICER].actor) as actor:
        with pytest.raises(Refused) as refused:
            group_page(actor, line.group_id, at=NOW, purpose="attendance")
        assert refused.value.record_id == family[0]
        assert not PlanLine.objects.filter(id=line.id).exists()


def test_a_relative_out_of_sight_is_left_out_and_the_plan_stays(does, line, family, accounts):
    does(Role.SUPERVISOR, safety.restrict, record_id=family[0], reason="honour-based")
    with as_(accounts[Role.OFFICER].actor) as actor:
        page = group_page(actor, line.group_id, at=NOW, purpose="attendance")
    assert (len(page.pairs), len(page.standing)) == (2, 1)
    with seen_whole():
        look = Event.objects.filter(kind="look").latest("id")
    assert family[0] not in look.subjects


def test_whoever_joins_later_is_party_to_what_was_planned_before(does, line, incident, pair, add, accounts):
    cousin = add("Leo", "Ravensmoor", sex="1")
    incident(pair[0], cousin)
    [duty] = open_duties("group-proposal")
    with seen_whole():
        members = list(GroupMember.objects.filter(group=line.group_id).values_list("case", flat=True))
    does(Role.OFFICER, cases.group_cases, case_ids=[*members, duty.about], reason=HONOUR)
    with seen_whole():
        assert cousin in PlanLine.objects.get(id=line.id).parties


def test_a_victim_out_of_sight_takes_the_group_with_her(does, line, pair, accounts):
    does(Role.SUPERVISOR, safety.restrict, record_id=pair[0], reason="honour-based")
    with as_(accounts[Role.OFFICER].actor) as actor:
        with pytest.raises(Refused):
            group_page(actor, line.group_id, at=NOW, purpose="attendance")
        assert not PlanLine.objects.filter(id=line.id).exists()
    with as_(accounts[Role.DESK].actor) as desk:
        assert len(group_page(desk, line.group_id, at=NOW, purpose="restricted-desk").standing) == 1


def test_erased_a_person_leaves_no_words_in_a_plan(line, family):
    with seen_whole():
        record(system("test"), Event.Kind.WRITE, "test")
        forget(record_id=family[1])
        assert PlanLine.objects.get(id=line.id).what == ""
