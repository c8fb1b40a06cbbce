"""What tests of figures need of the scene and of risk: nights as they went, by the real commands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from throughline.casework.cases.commands import cases, crimes, holding, incidents
from throughline.casework.cases.models import Case, Crime
from throughline.casework.conftest import NOW
from throughline.casework.investigation.commands import allocating, looking, proving
from throughline.casework.investigation.models import Allocation
from throughline.casework.outcome.commands import court
from throughline.casework.outcome.commands.deciding import give
from throughline.casework.outcome.rules import reviewing
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.people.commands.recording import relate
from throughline.casework.risk.commands import assessing, checking, grading, hub
from throughline.casework.risk.tests.conftest import answers
from throughline.casework.safeguarding.commands import fitting
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.safeguarding.commands.promising import promise, promise_what_happened
from throughline.casework.scene.commands import acting, attending, children, gathering
from throughline.casework.scene.rules import Section
from throughline.foundations.access.protection import acting as acting_as
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role, system
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import discharge
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library
from throughline.synthetic.past.attending import plain_answers


@dataclass(frozen=True, slots=True)
class Night:
    """One incident of two people, whatever was done about it; ``at`` is when police were told of it."""

    incident: UUID
    case: UUID
    her: UUID
    him: UUID
    at: object
    visit: UUID


@pytest.fixture
def does(accounts) -> Callable:
    """``does(Role.OFFICER, command, …)``: run a command as the account of a role."""

    def done(role: Role, command, *, now=NOW, **told):
        by = accounts[role].actor
        with transaction.atomic():
            set_actor(by, only_looks=False)
            return command(by=by, now=now, **told)

    done.account = lambda role: accounts[role].id
    return done


@pytest.fixture
def night(does, add) -> Callable:
    """``night(days_ago, apart="yes", …)``: an officer was with two who are married, or who are brothers."""
    count = iter(range(1_000))

    def was(days_ago=1, *, related="spouse", crimes_of=("violence-without-injury",), **said) -> Night:
        at = NOW - timedelta(days=days_ago)
        n = next(count)
        her, him = add("Zofia", f"Quillfeather{n}"), add("Bertram", f"Ashgrove{n}", sex="1")
        does(Role.CALL_HANDLER, relate, record_id=her, other_id=him, kind=related)
        told = {"recorded_as": "domestic-abuse", "place": "14 Alma Road"}
        made = does(Role.CALL_HANDLER, incidents.open_incident, now=at, **told).id
        for record_id, part in ((her, "victim"), (him, "suspect")):
            told = {"incident_id": made, "record_id": record_id, "part": part, "confirmed": True}
            does(Role.CALL_HANDLER, incidents.involve, now=at, **told)
        visit = does(Role.OFFICER, attending.begin, now=at, incident_id=made).id
        for section, question in (
            (Section.ACCOUNT, "apart"),
            (Section.VIDEO, "available"),
            (Section.VIDEO, "used"),
            (Section.STATEMENT, "offered"),
        ):
            if question in said:
                _says(does, visit, section, at, {question: said[question]})
        for offence in crimes_of:
            told = {"incident_id": made, "offence": offence, "reason": "crime-complained"}
            does(Role.REGISTRAR, crimes.record_crime, now=at, **told)
        with transaction.atomic(), acting_as(system("test")):
            case = Case.objects.get(victim=her, suspect=him).id
        return Night(made, case, her, him, at, visit)

    return was


def _says(does, visit, section, at, more):
    """One answer more to a section, beside what was answered before."""
    from throughline.foundations.instruments.models import Answers

    code = f"scene-{section}"
    with transaction.atomic(), acting_as(system("test")):
        before = Answers.objects.filter(subject=visit, instrument=code, superseded_by=None).first()
    does(
        Role.OFFICER,
        attending.write_section,
        now=at,
        attendance_id=visit,
        section=section,
        instrument=library().as_of(code, london_day(at)),
        answers={**(before.answers if before else {}), **more},
        complete=False,
        after=before.id if before else None,
    )


@pytest.fixture
def gathered(does) -> Callable:
    """``gathered(night, photographs="done")``: what became of things to gather."""

    def done(one: Night, **items):
        for item, state in items.items():
            told = {"incident_id": one.incident, "item": item.replace("_", "-"), "state": state}
            does(Role.OFFICER, gathering.gather, now=one.at, **told)

    return done


@pytest.fixture
def acted(does) -> Callable:
    """``acted(night, "none", power=True, reasons=[…], reviewed=False)``: what was done about him; the row's id."""

    def done(one: Night, action, *, reviewed=None, minutes=5, **told):
        at = one.at + timedelta(minutes=minutes)
        about = {"incident_id": one.incident, "record_id": one.him}
        made = does(Role.OFFICER, acting.act_on, now=at, action=action, **about, **told)
        if reviewed is not None:
            at += timedelta(minutes=1)
            does(Role.SERGEANT, acting.review_action, now=at, agreed=reviewed, feedback="Said", **about)
        return made.id

    return done


@pytest.fixture
def no_child(does) -> Callable:
    """``no_child(night)``: somebody decided that there is no child."""

    def done(one: Night):
        told = {"incident_id": one.incident, "children": [], "choice": "no-child"}
        does(Role.OFFICER, children.decide_children, now=one.at + timedelta(minutes=9), **told)

    return done


@pytest.fixture
def assessed(does) -> Callable:
    """``assessed(night, "medium", how="telephone", late=600)``: assessed with her, entered so many minutes later,
    graded, unless the grade is empty."""

    def done(one: Night, grade="", *, how="in-person", late=0, group="partner"):
        done_at = one.at + timedelta(minutes=10)
        now = done_at + timedelta(minutes=late)
        told = {"case_id": one.case, "incident_id": one.incident, "how": how, "at": done_at}
        made = does(Role.OFFICER, assessing.begin, now=now, **told)
        does(Role.OFFICER, assessing.answer, now=now, assessment_id=made.id, answers=answers(group))
        does(Role.OFFICER, assessing.complete, now=now, assessment_id=made.id)
        if grade:
            told = {"case_id": one.case, "grade": grade, "reason": "grade-first-assessment"}
            does(Role.OFFICER, grading.give, now=now, **told)
        return made.id

    return done


@pytest.fixture
def looked(does) -> Callable:
    """``looked(night, Role.SERGEANT, "high", minutes=60)``: a check or the hub's review; no grade: returned."""

    def done(one: Night, role, grade, stands, *, minutes=60):
        now = one.at + timedelta(minutes=minutes)
        told = {"case_id": one.case}
        words = {"words": "Weighed", "reason": "grade-wrong-before", "grade": grade}
        if role is Role.HUB:
            taken = does(role, hub.take, now=now, **told).id
            does(role, hub.choose_depth, now=now, review_id=taken, deep=False, reason="light-enough")
            if grade == stands:
                words["reason"] = "review-fits"
            does(role, hub.finish, now=now, review_id=taken, **words)
        elif not grade:
            does(role, checking.give_back, now=now, reason="return-no-words", feedback="Ask", **told)
        elif grade == stands:
            does(role, checking.agree, now=now, reason="check-fits", **told)
        else:
            does(role, checking.regrade, now=now, feedback="Said", **words, **told)

    return done


@pytest.fixture
def nights(night, gathered, acted, no_child, assessed, looked):
    """Four nights that went differently."""
    held = night(
        3, apart="yes", available="yes", used="all", offered="yes", crimes_of=("violence-without-injury",) * 2
    )
    gathered(held, victim_statement="done", photographs="done", house_to_house="not-done")
    acted(held, "none", minutes=3, power=True, reasons=["gone"])
    acted(held, "arrest")
    no_child(held)
    assessed(held, "high")
    looked(held, Role.SERGEANT, "high", "high")
    looked(held, Role.INSPECTOR, "medium", "high", minutes=400)
    looked(held, Role.HUB, "medium", "medium", minutes=600)
    asked_in = night(5, apart="no", available="no", offered="not-now")
    gathered(
        asked_in, victim_statement="not-done", photographs="not-applicable", call_recording="for-investigator"
    )
    acted(
        asked_in,
        "voluntary-attendance",
        power=True,
        reasons=["not-necessary", "victim-unwilling"],
        reviewed=False,
    )
    assessed(asked_in, "standard", how="telephone", late=900)
    looked(asked_in, Role.SERGEANT, "medium", "standard", minutes=1200)
    unwilling = night(8, apart="one-there", available="yes", used="no", related="sibling")
    acted(unwilling, "none", power=True, reasons=["victim-unwilling"], reviewed=True)
    assessed(unwilling, "standard", group="family", how="paper", late=3000)
    looked(unwilling, Role.SERGEANT, "", "standard", minutes=3060)
    unsaid = night(2)
    return held, asked_in, unwilling, unsaid


@pytest.fixture
def closed(does, night, no_child, everything_done) -> Callable:
    """``closed(200)``: a case between two, opened so many days ago and closed the next day."""

    def done(days_ago: int) -> Night:
        one = night(days_ago, crimes_of=())
        no_child(one)
        everything_done(one.incident, now=one.at)
        after = one.at + timedelta(days=1)
        does(
            Role.SUPERVISOR,
            incidents.close_incident,
            now=after,
            incident_id=one.incident,
            closed_as="attended",
        )
        with transaction.atomic(), acting_as(system("test")):
            record(system("test"), Event.Kind.WRITE, "test")
            for duty in Duty.objects.filter(about=one.case, discharged_at=None):
                discharge(by=system("test"), now=after, duty_id=duty.id, outcome="done")
        does(Role.SUPERVISOR, cases.close_case, now=after, case_id=one.case, closed_as="danger-past")
        return one

    return done


@pytest.fixture
def looked_after(does, nights) -> None:
    """The first of the nights is owned, handed on, reached twice, planned for and has locks; the second is rung once."""
    held, asked_in, _unwilling, _unsaid = nights
    about = {"case_id": held.case}

    def after(minutes: int):
        return held.at + timedelta(minutes=minutes)

    for role, minutes in ((Role.OFFICER, 20), (Role.SERGEANT, 50)):
        by = {"case_id": held.case, "owner": does.account(role)}
        does(role, holding.set_owner, now=after(minutes), **by)
    does(Role.OFFICER, promise, now=after(30), update="told-released", **about)
    tried = {"way": "telephone", "result": "no-answer"}
    does(Role.OFFICER, record_contact, now=after(40), **tried, **about)
    reached = {"way": "in-person", "result": "reached-free"}
    does(
        Role.OFFICER, record_contact, now=after(60), told=["told-released"], feels="safer", **reached, **about
    )
    does(Role.HUB, record_contact, now=after(900), feels="not-asked", **reached, **about)
    other = {"case_id": asked_in.case, "feels": "less-safe", "hers": True}
    does(Role.OFFICER, record_contact, now=asked_in.at + timedelta(hours=3), **reached, **other)
    form = library().as_of("safety-plan", london_day(NOW))
    does(
        Role.HUB,
        write_plan,
        now=after(1500),
        answers=plain_answers(form, {"wants": "To stay"}),
        complete=True,
        took_part=["victim"],
        agreed="agreed",
        **about,
    )
    for kind, fitted in (("locks", True), ("personal-alarm", False)):
        made = does(Role.HUB, fitting.offer, now=after(100), kind=kind, **about)
        does(Role.HUB, fitting.take_step, now=after(110), measure_id=made.id, step="order")
        if fitted:
            does(Role.HUB, fitting.take_step, now=after(410), measure_id=made.id, step="fit")


@pytest.fixture
def ended(nights, does, monkeypatch):
    """Of the five crimes of the four nights: one charged, one that is reviewed, one not gone on with, two open."""
    # the sample falls by random ids
    monkeypatch.setattr(reviewing, "drawn", lambda *_args, **_kwargs: False)
    with transaction.atomic(), acting_as(system("test")):
        recorded = {night: list(Crime.objects.filter(incident=night.incident)) for night in nights}
    held, asked_in, *_rest = nights
    mine = recorded[held] + recorded[asked_in]
    given = list(zip(mine, ("outcome-1", "outcome-15", "outcome-16"), strict=True))
    # what was given first and stands no more
    for crime, code in [(mine[0], "outcome-16"), *given]:
        told = {"crime_id": crime.id, "code": code, "reason": "given-evidence-short", "words": "As it stands"}
        does(Role.OFFICER, give, **told)
    return given


@pytest.fixture
def helped(does, night, nights, ended, accounts) -> Night:
    """Of the nights one is referred to an adviser who reaches her, and one to another whom she does not know yet; an
    earlier pair was twice referred to a MARAC; one is investigated, and something came from a court. The earlier night."""
    held, asked_in, *_rest = nights
    team = Team.objects.create(agency=Agency.objects.create(name="A charity"), name="Advisers")
    User.objects.filter(id=accounts[Role.IDVA].id).update(team=team)
    accounts[Role.IDVA].team = team
    agreed = {"team_id": team.id, "basis": "consent", "consent": "agreed"}
    sent = does(Role.OFFICER, advising.refer, now=held.at + timedelta(hours=12), case_id=held.case, **agreed)
    does(Role.IDVA, advising.accept, now=held.at + timedelta(hours=13), referral_id=sent.id)
    told = {"referral_id": sent.id, "way": "telephone", "result": "reached-free"}
    does(Role.IDVA, noting.record_contact, now=held.at + timedelta(hours=15), **told)
    does(Role.HUB, advising.refer, now=asked_in.at + timedelta(days=1), case_id=asked_in.case, **agreed)
    earlier = night(40, crimes_of=())
    does(Role.HUB, advising.refer, now=earlier.at + timedelta(days=1), case_id=earlier.case, **agreed)
    chosen = {"case_id": earlier.case, "chosen": ["professional-judgement"], "words": "It gets worse"}
    for role, at in ((Role.HUB, earlier.at + timedelta(hours=1)), (Role.OFFICER, NOW)):
        does(role, conferring.refer, now=at, **chosen)
    does(Role.INVESTIGATOR, allocating.begin, now=held.at + timedelta(hours=1), case_id=held.case)
    does(Role.INVESTIGATOR, allocating.begin, now=asked_in.at + timedelta(hours=1), case_id=asked_in.case)
    with transaction.atomic(), acting_as(system("test")):
        [asked] = Allocation.objects.filter(investigation__case=held.case, state="asked")
    does(Role(asked.role), allocating.accept, now=held.at + timedelta(hours=3), case_id=held.case)
    does(Role.INVESTIGATOR, proving.say_support, case_id=held.case, support="she-does-not")
    for one, source in ((asked_in, "to-interview"), (earlier, "had-gone")):
        does(Role.INVESTIGATOR, looking.register, now=one.at, case_id=one.case, source=source)
    [charged, *_others] = [crime for crime, code in ended if code == "outcome-1"]
    at = NOW - timedelta(hours=30)
    for kind in ("found-guilty", "sentenced"):
        does(Role.OFFICER, court.record_event, crime_id=charged.id, kind=kind, at=at)
    promise_what_happened(now=NOW)
    told = {"way": "telephone", "result": "reached-free", "told": ["told-verdict"]}
    does(Role.OFFICER, record_contact, at=at + timedelta(hours=6), case_id=held.case, **told)
    return earlier
