"""Nobody who has left owns a case: a duty says so until an officer has accepted it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from throughline.casework.cases.commands import groups, holding
from throughline.casework.cases.commands.cases import group_cases
from throughline.casework.cases.commands.groups import PLAN_DUTY
from throughline.casework.cases.commands.leaving import pass_on_cases, pass_on_from_the_line
from throughline.casework.cases.models import Case, CaseIncident, StandingFact
from throughline.casework.cases.tests.conftest import as_, seen_whole
from throughline.casework.conftest import NOW
from throughline.casework.people.commands import identities
from throughline.casework.people.commands.safety import let_see, recognise_staff
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.queries import sight_of
from throughline.foundations.access.rules import Action, Role, system
from throughline.foundations.accounts.commands import close_account
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.audit.commands import undertake
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.commands import write
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty as start_duty
from throughline.foundations.duties.commands import pass_on
from throughline.foundations.duties.models import Duty

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def case(incident, pair):
    """The open case of an incident between the two; its id."""
    incident(*pair)
    with seen_whole():
        return Case.objects.get(suspect__isnull=False).id


@pytest.fixture
def leaves(accounts):
    """Close the account of a role, or one that is named."""

    def left(account):
        with as_(accounts[Role.ADMINISTRATOR].actor) as by:
            close_account(by=by, user_id=account.id)

    return left


@pytest.fixture
def other_officer(team):
    return User.objects.create_user("nadia", name="Nadia", role=Role.OFFICER, team=team, made_at=NOW)


def owner_of(case_id):
    with seen_whole():
        fact = StandingFact.objects.filter(case=case_id, kind="owner", ended_at=None).first()
        return fact.value if fact else None


def open_duty(kind, about):
    with seen_whole():
        return Duty.objects.filter(kind=kind, about=about, discharged_at=None).first()


def test_the_case_of_who_has_left_is_nobodys_and_a_duty_says_so_at_once(does, case, pair, accounts, leaves):
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    assert pass_on_cases(now=NOW) == 0
    leaves(accounts[Role.OFFICER])
    assert (pass_on_cases(now=LATER), pass_on_cases(now=LATER)) == (1, 0)
    assert owner_of(case) is None
    duty = open_duty("case-owner", case)
    assert (duty.role, duty.owner, duty.causes) == (Role.SUPERVISOR, None, ["owner-left"])
    assert duty.due_at == LATER + timedelta(hours=24)
    with seen_whole():
        ended = StandingFact.objects.get(case=case, kind="owner")
        assert (ended.ended_at, ended.ended_because) == (LATER, "owner-left")
        assert Entry.objects.filter(kind="case-owner-left", record_id=pair[0], about=case).count() == 1
        assert Event.objects.filter(detail={"cases": [str(case)]}).count() == 1
    does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=accounts[Role.SUPERVISOR].id)
    assert open_duty("case-owner", case) is None


def test_after_a_visit_it_is_the_sergeants_to_find_an_owner(does, case, pair, accounts, leaves):
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    with seen_whole():
        incident = CaseIncident.objects.get(case=case).incident_id
    # what the room that knows of visits writes
    with as_(accounts[Role.OFFICER].actor) as by:
        undertake(by, Action.ATTEND, pair[0])
        write("attended", by=by, now=NOW, record_id=pair[0], about=incident)
    leaves(accounts[Role.OFFICER])
    pass_on_cases(now=LATER)
    assert open_duty("case-owner", case).role == Role.SERGEANT


def test_a_new_case_of_hers_is_carried_over_to_nobody_who_has_left(
    does, case, incident, pair, add, accounts, leaves
):
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    leaves(accounts[Role.OFFICER])
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        other = Case.objects.exclude(id=case).get(closed_at=None).id
    assert owner_of(other) is None
    assert open_duty("case-owner", other) is not None
    assert pass_on_cases(now=LATER) == 1
    assert owner_of(case) is owner_of(other) is None


def test_who_owns_her_other_case_owns_what_was_left(
    does, case, incident, pair, add, accounts, leaves, other_officer
):
    again = add("Zofia", "Quillfeather", sex="2")
    incident(again, pair[1])
    with seen_whole():
        other = Case.objects.exclude(id=case).get(closed_at=None).id
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    with as_(other_officer.actor) as by:
        holding.set_owner(by=by, now=NOW, case_id=other, owner=by.id)
    does(Role.SUPERVISOR, identities.merge, record_id=again, into_id=pair[0], reason="merge-said-so")
    leaves(accounts[Role.OFFICER])
    pass_on_cases(now=LATER)
    assert owner_of(case) == owner_of(other) == str(other_officer.id)


def test_who_was_asked_and_has_left_is_asked_no_more(does, case, accounts, leaves):
    does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    leaves(accounts[Role.OFFICER])
    assert pass_on_cases(now=LATER) == 1
    assert open_duty("case-accept", case) is None
    assert open_duty("case-owner", case).causes == ["case-opened", "owner-left"]


def test_the_page_of_the_case_says_who_left_it_until_somebody_accepts(
    does, case, accounts, leaves, signed_in
):
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    leaves(accounts[Role.OFFICER])
    pass_on_cases(now=NOW)
    said = f"{accounts[Role.OFFICER].name} owned it and has left"
    pages = [reverse("cases:case", args=[case]), reverse("overview:case", args=[case])]
    browser = signed_in(Role.SUPERVISOR)
    for page in pages:
        read = browser.get(page).content.decode()
        assert said in read
        assert "Nobody has accepted it" in read
    assert "The account of whoever it was with is closed" in browser.get("/").content.decode()
    does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=accounts[Role.SUPERVISOR].id)
    for page in pages:
        assert said not in browser.get(page).content.decode()


def test_a_line_of_a_plan_whose_account_is_closed_is_a_sergeants(
    does, case, incident, pair, add, accounts, leaves, signed_in, other_officer
):
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        ids = list(Case.objects.filter(closed_at=None, suspect__isnull=False).values_list("id", flat=True))
    group = does(Role.SERGEANT, group_cases, case_ids=ids, reason="group-same-victim")
    told = {"what": "Change the locks", "due_on": london_day(NOW) + timedelta(days=3)}
    line = does(Role.SERGEANT, groups.add_line, group_id=group.id, whose=accounts[Role.OFFICER].id, **told)
    due = open_duty("group-plan", line.id).due_at
    leaves(accounts[Role.OFFICER])
    assert (pass_on(now=LATER), pass_on(now=LATER)) == (1, 0)
    duty = open_duty("group-plan", line.id)
    assert (duty.role, duty.owner, duty.due_at) == (Role.SERGEANT, None, due)
    assert duty.causes == ["plan", "owner-left"]
    browser = signed_in(Role.SERGEANT)
    page = browser.get(reverse("cases:end-line", args=[line.id])).content.decode()
    assert "The account is closed: do it, or name somebody else" in page
    assert reverse("cases:change-line", args=[line.id]) in page
    assert (
        "Whose it is has left" in browser.get(reverse("cases:group-page", args=[group.id])).content.decode()
    )
    later = does(Role.SERGEANT, groups.change_line, line_id=line.id, whose=other_officer.id, **told)
    assert open_duty("group-plan", line.id) is None
    assert open_duty("group-plan", later.id).owner == other_officer.id
    assert (
        "Whose it is has left"
        not in browser.get(reverse("cases:group-page", args=[group.id])).content.decode()
    )


@pytest.fixture
def recognised(accounts):
    """``recognised(record, account)``: a supervisor says that somebody is one of the staff."""

    def done(record_id, account):
        with as_(accounts[Role.SUPERVISOR].actor) as by:
            recognise_staff(by=by, now=NOW, record_id=record_id, user_id=account.id)

    return done


@pytest.fixture
def elsewhere():
    """An officer and a colleague of another team than everybody else's; and a third, of a team of their own."""
    agency = Agency.objects.get()
    away, apart = (
        Team.objects.create(agency=agency, name=name) for name in ("Brinton response", "Ashby response")
    )
    told = {"role": Role.OFFICER, "made_at": NOW}
    return [
        User.objects.create_user(name.lower(), name=name, team=team, **told)
        for name, team in (("Rhian", away), ("Tomos", away), ("Bethan", apart))
    ]


def test_no_case_stays_in_the_line_of_a_member_of_staff(does, case, pair, recognised, elsewhere):
    him, colleague, _other = elsewhere
    with as_(colleague.actor) as by:
        holding.set_owner(by=by, now=NOW, case_id=case, owner=colleague.id)
    assert pass_on_from_the_line(now=NOW) == 0
    recognised(pair[1], him)
    assert (pass_on_from_the_line(now=LATER), pass_on_from_the_line(now=LATER)) == (1, 0)
    assert owner_of(case) is None
    assert open_duty("case-owner", case).causes == ["owner-shut-out"]
    with seen_whole():
        assert StandingFact.objects.get(case=case, kind="owner").ended_because == "owner-shut-out"
        assert Entry.objects.filter(kind="case-owner-shut-out", about=case).count() == 1
        sight = sight_of(pair)
    assert [sight.keeps_out(one.id, one.team_id) for one in elsewhere] == [True, True, False]


def test_the_line_does_not_see_it_even_where_it_is_let_see_it(case, pair, recognised, elsewhere, accounts):
    him, _colleague, _other = elsewhere
    recognised(pair[1], him)
    with as_(accounts[Role.DESK].actor) as desk:
        for one in elsewhere:
            let_see(by=desk, now=NOW, record_id=pair[1], grantee=one.id, reason="duty")
    seen = []
    for one in elsewhere:
        with as_(one.actor):
            seen.append(Case.objects.filter(id=case).exists())
    assert seen == [False, False, True]


def test_nobody_of_the_line_is_asked_to_own_it_or_has_it_carried_over(
    does, case, incident, pair, add, recognised, elsewhere, accounts
):
    him, colleague, other = elsewhere
    incident(pair[0], add("Otto", "Larchwood", sex="1"))
    with seen_whole():
        hers = Case.objects.exclude(id=case).get(closed_at=None).id
    with as_(colleague.actor) as by:
        holding.set_owner(by=by, now=NOW, case_id=hers, owner=colleague.id)
    assert owner_of(case) == str(colleague.id)
    recognised(pair[1], him)
    pass_on_from_the_line(now=LATER)
    assert (owner_of(case), owner_of(hers)) == (None, str(colleague.id))
    with as_(accounts[Role.DESK].actor) as desk:
        let_see(by=desk, now=NOW, record_id=pair[1], grantee=accounts[Role.SUPERVISOR].id, reason="duty")
    with pytest.raises(Malformed, match="not an officer who can be asked"):
        does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=colleague.id)
    does(Role.SUPERVISOR, holding.set_owner, case_id=case, owner=other.id)
    assert open_duty("case-accept", case).owner == other.id


def test_what_else_of_it_was_theirs_alone_is_on_the_list_of_its_role(case, pair, recognised, elsewhere):
    him, colleague, _other = elsewhere
    with seen_whole():
        undertake(system("test"), Action.SUPERVISE_TEAM)
        told = {"record_id": pair[0], "about": case, "cause": "plan"}
        duty = start_duty(PLAN_DUTY, now=NOW, owner=colleague.id, **told)
    recognised(pair[1], him)
    assert pass_on_from_the_line(now=LATER) == 1
    with seen_whole():
        duty.refresh_from_db()
    assert (duty.owner, duty.role, duty.causes) == (None, Role.SERGEANT, ["plan", "owner-shut-out"])
