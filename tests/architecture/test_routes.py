"""Every address has a rule, and every address is asked for as everybody.

What comes back must be what `decide` says; what is restricted must come back to nobody but the desk; and a
page that shows somebody must have said so in the log, and have written nothing else.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, path, reverse
from django.urls.resolvers import RegexPattern
from django.utils import timezone

from throughline.casework.cases.commands.cases import group_cases
from throughline.casework.cases.commands.counter import decide_primary
from throughline.casework.cases.commands.crimes import record_crime
from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.groups import add_line
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.cases.models import Case as CaseOfTwo
from throughline.casework.cases.models import CounterAllegation, DrawnFile, FileDraw, Incident
from throughline.casework.contact.commands.counters import open_counter, put_out
from throughline.casework.contact.commands.knowing import takes_part
from throughline.casework.contact.commands.sending import send
from throughline.casework.contact.commands.taking import begin
from throughline.casework.contact.models import (
    Brief,
    Contact,
    Handover,
    IntelligenceRequest,
    Proposal,
    Sample,
)
from throughline.casework.investigation.commands import allocating, looking
from throughline.casework.investigation.commands.planning import add_line as add_enquiry
from throughline.casework.neighbourhood.commands import disrupting
from throughline.casework.outcome.commands import asking, deciding
from throughline.casework.outcome.commands.court import record_event
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.partnership.models import NotReferred
from throughline.casework.people.commands.pairs import left_open
from throughline.casework.people.commands.recording import NewAddress, NewName, add_record, set_marker
from throughline.casework.people.models import Address, Marker, Pair, Phone
from throughline.casework.people.rules import GUARDIAN
from throughline.casework.risk.commands import checking, grading
from throughline.casework.risk.commands.assessing import begin as begin_assessment
from throughline.casework.safeguarding.commands import fitting
from throughline.casework.safeguarding.commands.directory import add_service
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.safeguarding.commands.referring import refer
from throughline.casework.safeguarding.commands.serving import ask_for
from throughline.casework.safeguarding.models import PolicyOverride
from throughline.casework.safeguarding.rules.directory import Told
from throughline.casework.scene.commands import adding, attending, injuries
from throughline.foundations.access.commands import grant
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.routes import Open, routes, rule_of
from throughline.foundations.access.rules import OF_A_FORCE, RULES, Action, Actor, Role, decide, system
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.decisions.models import Decision
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.instruments.queries import library
from throughline.synthetic.past.attending import plain_answers
from throughline.website import urls

NOW = datetime.now(UTC)
ROLES = [role for role in Role if role in OF_A_FORCE]
SETTLER = system("test")
# what any page may write besides its look: its reader's session, and the count of sign-ins tried
WRITTEN_BY_EVERY_PAGE = {"django_session", "audit_event", "accounts_attempt"}

# what an address can name that is about the people of a case
OF_A_CASE = {
    "case_id", "fact_id", "incident_id", "crime_id", "decision_id", "allegation_id", "group_id", "line_id", "file_id",
    "grading_id", "choice_id", "version_id", "measure_id", "referral_id",
    "override_id", "adviser_referral_id", "note_id", "share_id", "marac_id", "not_referred_id",
    "allocation_id", "enquiry_id", "outstanding_id",
    "outcome_id", "asked_id", "event_id",
    "task_id", "pair_id",
}  # fmt: skip

type View = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


# --- every address names its rule -------------------------------------------------------------------


def without_rule(resolver: URLResolver) -> list[str]:
    """The addresses whose view stands under no rule."""
    return [route for route, _, view in routes(resolver) if rule_of(view) is None]


def reached(request: HttpRequest) -> HttpResponse:
    raise AssertionError("a view without a rule was run")


urlpatterns = [*urls.urlpatterns, path("forgotten/", reached, name="forgotten")]


def test_every_address_stands_under_a_rule() -> None:
    assert without_rule(get_resolver()) == []
    assert len(list(routes(get_resolver()))) > 50


def test_every_rule_that_an_address_names_is_one_of_ours() -> None:
    ruled = {rule.action for rule in RULES}
    named = {rule_of(view) for _, _, view in routes(get_resolver())}
    assert {action for action in named if isinstance(action, Action)} <= ruled


def test_an_address_without_a_rule_is_noticed() -> None:
    spoilt = URLResolver(RegexPattern(r"^/"), urlpatterns)
    assert without_rule(spoilt) == ["forgotten/"]


@pytest.mark.urls(__name__)
def test_an_address_without_a_rule_is_served_to_nobody(signed_in: Callable[[Role], Client]) -> None:
    assert Client().get("/forgotten/").status_code == 403
    assert signed_in(Role.ADMINISTRATOR).get("/forgotten/").status_code == 403


# --- every address, as everybody ---------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A record that an address may name: how it stands to the reader, and the word that tells it."""

    kind: str
    record_id: UUID
    word: str = ""
    parts: dict[str, Any] = field(default_factory=dict)
    duty_id: UUID = field(default_factory=uuid4)


@pytest.fixture(scope="module")
def accounts(db_of_module: None) -> dict[Role, User]:
    """One account of each role, with a password of its own and an authenticator app."""
    team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Control room")
    made = {
        role: User.objects.create(
            username=role.value,
            name=f"The {role}",
            role=role.value,
            team=team,
            made_at=timezone.now(),
            password="argon2$that-nothing-opens",
        )
        for role in ROLES
    }
    for user in made.values():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return made


@pytest.fixture
def signed_in(db: None, accounts: dict[Role, User]) -> Callable[..., Client]:
    """A browser in which somebody of a role has signed in, and has said why they look at some people."""

    def browser(role: Role, looks_at: tuple[UUID, ...] = ()) -> Client:
        client = Client()
        client.force_login(accounts[role])
        session, now = client.session, timezone.now().isoformat()
        session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
        session["purposes"] = {str(record_id): "call" for record_id in looks_at}
        session.save()
        return client

    return browser


@pytest.fixture(scope="module")
def known(accounts: dict[Role, User]) -> list[Case]:
    """Three people of whom everything is known that an address can name."""
    by, officer = accounts[Role.SUPERVISOR].actor, accounts[Role.OFFICER].actor
    return [
        _known("in sight", "Quillfeather", by, officer),
        _known("restricted", "Ravensmoor", by, officer),
        _known("party", "Thistlewick", by, officer),
    ]


@pytest.fixture
def world(db: None, accounts: dict[Role, User], known: list[Case]) -> Callable[[Role | None], list[Case]]:
    """People in every relation to the reader: in sight, restricted, party, and one who is not there."""

    def settle(role: Role | None) -> list[Case]:
        _, restricted, party = known
        with transaction.atomic(), acting(SETTLER):
            write_audit(SETTLER, Event.Kind.WRITE, "test")
            grant(
                by=SETTLER, now=NOW, subject=restricted.record_id, kind=Grant.Kind.RESTRICT, reason="refuge"
            )
            if role is not None:
                grant(
                    by=SETTLER,
                    now=NOW,
                    subject=party.record_id,
                    kind=Grant.Kind.EXCLUDE,
                    grantee=accounts[role].id,
                    reason="party",
                )
        return [*known, Case("not there", uuid4())]

    return settle


def _known(kind: str, surname: str, by: Actor, officer: Actor) -> Case:
    with transaction.atomic():
        set_actor(by)
        made = add_record(
            by=by,
            now=NOW,
            name=NewName(forename="Zofia", surname=surname),
            phones=("07700 900123",),
            addresses=(NewAddress("14", "Alma Road", "Quarnley", "ZT1 0AA"),),
        )
        set_marker(by=by, now=NOW, record_id=made.id, code="intimidated")
        duty = open_duty("clerical-review", now=NOW, record_id=made.id, cause="test", role=Role.SUPERVISOR)
        contact = begin(by=by, now=NOW, channel="999")
        # looked at again by a supervisor, before somebody is sent after all
        why = {"reason": "deploy-other", "words": f"{surname} is not at home"}
        send(by=by, now=NOW, contact_id=contact.id, grade="nobody", **why)
        where = {"place": f"{surname} Row 1", "officer": officer.id}
        deployment = send(by=by, now=NOW, contact_id=contact.id, grade="emergency", **where)
        takes_part(by=by, now=NOW, contact_id=contact.id, record_id=made.id, part="victim", confirmed=True)
        parts = {
            "phone_id": Phone.objects.get(record=made).id,
            "address_id": Address.objects.get(record=made).id,
            "marker_id": Marker.objects.get(record=made).id,
            "contact_id": contact.id,
            "deployment_id": deployment.id,
            "case_id": CaseOfTwo.objects.get(victim=made, suspect=None).id,
            "fact_id": set_fact(
                by=by, now=NOW, kind="warrant", record_id=made.id, valid_from=NOW, words=surname
            ).id,
            **_supervised(contact, by),
        }
        parts |= _with_somebody(made.id, surname, by, officer)
    with transaction.atomic(), acting(SETTLER):
        incident = CaseOfTwo.objects.get(id=parts["case_id"]).incident_links.get().incident
        crime = record_crime(
            by=SETTLER, now=NOW, incident_id=incident.id, offence="other", reason="crime-seen", words=surname
        )
        parts |= {
            "incident_id": incident.id,
            "crime_id": crime.id,
            "decision_id": Decision.objects.get(about=crime.id).id,
            **_drawn(incident, by),
            "brief_id": Brief.objects.filter(deployment=deployment).latest("sent_at").id,
            "request_id": IntelligenceRequest.objects.get(contact=contact).id,
            **_graded(parts["case_id"]),
            **_kept_safe(parts["case_id"], surname),
            **_chosen(parts["case_id"], officer, surname),
            **_investigated(parts["case_id"], made.id, officer, surname),
        }
    parts |= _with_partners(parts["case_id"], surname, by)
    parts |= _ended(crime.id, surname, officer)
    parts |= _scene(incident.id, made.id, surname, by, officer)
    return Case(kind, made.id, surname, parts, duty.id)


def _graded(case_id: UUID) -> dict[str, UUID]:
    """A grade that was checked, and another that waits to be."""
    case = {"case_id": case_id}
    because = {"grade": "high", "reason": "grade-first-assessment"}
    begin_assessment(by=SETTLER, now=NOW, how="in-person", **case)
    given = grading.give(by=SETTLER, now=NOW, **case, **because)
    check = checking.agree(by=system("checker"), now=NOW, reason="check-fits", **case)
    grading.give(by=SETTLER, now=NOW, **case, **because)
    return {"grading_id": given.id, "check_id": check.id}


def _kept_safe(case_id: UUID, surname: str) -> dict[str, UUID]:
    """A plan that names her, a measure that is ordered, and a service that she is referred to."""
    case = {"case_id": case_id}
    form = library().as_of("safety-plan", london_day(NOW))
    plan = write_plan(
        by=SETTLER,
        now=NOW,
        **case,
        answers=plain_answers(form, {"wants": f"{surname} wants to stay"}),
        complete=True,
        took_part=["victim"],
        agreed="agreed",
        words=f"{surname} agrees",
    )
    measure = fitting.offer(by=SETTLER, now=NOW, **case, kind="locks", words=f"For {surname}")
    fitting.take_step(by=SETTLER, now=NOW, measure_id=measure.id, step="order")
    service = add_service(by=SETTLER, now=NOW, told=Told(name=f"Service {case_id}", what="Advice"))
    given = {"told_only": False, "basis": "consent", "consent": "agreed", "words": f"{surname} asked"}
    made = refer(by=SETTLER, now=NOW, **case, service_id=service.id, **given)
    return {
        "version_id": plan.id,
        "measure_id": measure.id,
        "service_id": service.id,
        "referral_id": made.id,
    }


def _chosen(case_id: UUID, officer: Actor, surname: str) -> dict[str, UUID]:
    """Somebody who is to safeguard her otherwise than the policy says."""
    why = {"reason": "override-trust", "words": f"{surname} asks for them"}
    ask_for(by=SETTLER, now=NOW, case_id=case_id, account=officer.id, **why)
    return {"override_id": PolicyOverride.objects.get(case=case_id).id}


def _with_partners(case_id: UUID, surname: str, by: Actor) -> dict[str, UUID]:
    """A referral that an adviser has accepted, a note that she shared with supervisors, and a referral to a MARAC."""
    adviser = User.objects.get(role=Role.IDVA).actor
    case = {"now": NOW, "case_id": case_id}
    basis = {"basis": "consent", "consent": "agreed"}
    with transaction.atomic():
        set_actor(by)
        made = advising.refer(by=by, **case, team_id=adviser.team, words=f"{surname} is at work", **basis)
        why = {"chosen": ["professional-judgement"], "words": f"{surname} is in danger"}
        marac = conferring.refer(by=by, **case, **why)
        set_actor(adviser)
        advising.accept(by=adviser, now=NOW, referral_id=made.id)
        told = {"referral_id": made.id, "kind": "note", "words": f"{surname} is afraid"}
        note = noting.write_note(by=adviser, now=NOW, **told)
        share = noting.share(by=adviser, now=NOW, note_id=note.id, to="supervisors-too", **basis)
    with transaction.atomic(), acting(SETTLER):
        write_audit(SETTLER, Event.Kind.WRITE, "test")
        of = {"case_id": case_id, "record_id": made.record_id, "at": NOW, "by": SETTLER.id}
        kept = {
            "record_id": made.record_id,
            "about": case_id,
            "choice": "not-referred",
            "words": f"Not {surname}",
        }
        decision = decide_for(
            "marac-not-referred", by=SETTLER, now=NOW, reason="not-referred-mistaken", **kept
        )
        not_referred = NotReferred.objects.create(**of, decision=decision, subjects=made.subjects)
    return {
        "adviser_referral_id": made.id,
        "note_id": note.id,
        "share_id": share.id,
        "marac_id": marac.id,
        "not_referred_id": not_referred.id,
    }


def _investigated(case_id: UUID, record_id: UUID, officer: Actor, surname: str) -> dict[str, UUID]:
    """Somebody who is asked to investigate otherwise than the policy says, a line of the plan, a suspect to be found."""
    case = {"by": SETTLER, "now": NOW, "case_id": case_id}
    why = {"reason": "investigate-trust", "words": f"{surname} asks for them"}
    chosen = allocating.allocate(**case, account=officer.id, **why)
    told = {"kind": "witness", "what": f"Ask {surname}", "whose": officer.id}
    line = add_enquiry(**case, **told, due_at=NOW + timedelta(days=2))
    return {"allocation_id": chosen.id, "enquiry_id": line.id, "item": "call-recording"}


def _to_be_found(allegation: CounterAllegation, surname: str) -> dict[str, UUID]:
    """The suspect of one of two cases against each other is to be found, and checked on."""
    told = {"case_id": allegation.first_id, "source": "breached"}
    ordered = {"kind": "bail-check", "reason": "disrupt-binds", "words": f"Near {surname} Row"}
    return {
        "outstanding_id": looking.register(by=SETTLER, now=NOW, **told).id,
        "task_id": disrupting.order(by=SETTLER, now=NOW, case_id=allegation.first_id, **ordered).id,
    }


def _ended(crime_id: UUID, surname: str, officer: Actor) -> dict[str, UUID]:
    """An outcome that she asked to have reviewed, and a hearing."""
    why = {"reason": "given-no-suspect", "words": f"Nobody but {surname} was seen"}
    with transaction.atomic():
        set_actor(officer)
        by: dict[str, Any] = {"by": officer, "now": NOW}
        given = deciding.give(**by, crime_id=crime_id, code="outcome-18", **why)
        asked = asking.ask(**by, outcome_id=given.id)
        event = record_event(**by, crime_id=crime_id, kind="hearing", at=NOW, reference=surname)
    return {"outcome_id": given.id, "asked_id": asked.id, "event_id": event.id}


def _with_somebody(record_id: UUID, surname: str, by: Actor, officer: Actor) -> dict[str, UUID]:
    """Somebody who is named as their victim and names them, and a group with a plan."""
    other = add_record(by=by, now=NOW, name=NewName(forename="Bertram", surname="Ashgrove")).id
    incident = open_incident(by=by, now=NOW, recorded_as="domestic-abuse")
    for one in (record_id, other):
        for part in ("victim", "suspect"):
            involve(by=by, now=NOW, incident_id=incident.id, record_id=one, part=part, confirmed=True)
    allegation = CounterAllegation.objects.get(subjects__contains=[record_id])
    both = [allegation.first_id, allegation.second_id]
    group = group_cases(by=by, now=NOW, case_ids=both, reason="group-same-home")
    told = {"what": f"Read to {surname}", "whose": officer.id, "due_on": date(2100, 1, 1)}
    line = add_line(by=by, now=NOW, group_id=group.id, **told)
    choice = {"choice": "unresolved", "reason": "primary-too-little", "words": "Both are kept safe"}
    decided = decide_primary(by=SETTLER, now=NOW, allegation_id=allegation.id, **choice)
    return {
        "allegation_id": allegation.id,
        "choice_id": decided.id,
        "group_id": group.id,
        "other_id": other,
        "pair_id": _in_question(record_id, other),
        **_to_be_found(allegation, surname),
        "line_id": line.id,
    }


def _in_question(record_id: UUID, other: UUID) -> UUID:
    """Two records that may be of one person."""
    left_open(now=NOW, record_id=record_id, others=[other])
    return Pair.objects.get(record__in=(record_id, other), other__in=(record_id, other)).id


def _drawn(incident: Incident, by: Actor) -> dict[str, UUID]:
    """A file of the incident that was drawn for review."""
    days = {"first_day": date(2026, 1, 1), "last_day": date(2026, 1, 2), "each": 1, "seed": "0"}
    drawn = FileDraw.objects.create(**days, drawn_at=NOW, drawn_by=by.id)
    file = DrawnFile.objects.create(draw=drawn, incident=incident, offence="other", drawn_of=1)
    return {"draw_id": drawn.id, "file_id": file.id}


def _scene(incident_id: UUID, record_id: UUID, surname: str, by: Actor, officer: Actor) -> dict[str, Any]:
    """An officer's visit, at which the person is suspect and child as well, and what stands about it."""
    with transaction.atomic():
        set_actor(by)
        for part in ("suspect", "child"):
            involve(by=by, now=NOW, incident_id=incident_id, record_id=record_id, part=part, confirmed=True)
        set_actor(officer)
        visit = attending.begin(by=officer, now=NOW, incident_id=incident_id)
        [injury] = injuries.add_injuries(
            by=officer,
            now=NOW,
            attendance_id=visit.id,
            record_id=record_id,
            regions=["front-face"],
            kind="bruise",
            words=f"{surname} was struck",
        )
        set_actor(by)
        asked = adding.ask_correction(
            by=by,
            now=NOW,
            about=visit.id,
            author=officer.id,
            subjects=[record_id],
            incident_id=incident_id,
            words=f"{surname} was not struck",
        )
    return {
        "attendance_id": visit.id,
        "injury_id": injury.id,
        "correction_id": asked.id,
        "child_id": record_id,
        "suspect_id": record_id,
        "item": "photographs",
    }


def _supervised(contact: Contact, by: Actor) -> dict[str, UUID]:
    """What a supervisor opens about a contact, and what stands beside it of staff and places."""
    counter = open_counter(by=by, now=NOW, name=f"Counter {contact.id}", opened_on=date(2015, 1, 1))
    leaflet = put_out(by=by, now=NOW, counter_id=counter.id, topic="fgm", language="en")
    drawn = {"drawn_from": "live", "drawn_at": NOW, "drawn_by": by.id}
    return {
        "sample_id": Sample.objects.create(contact=contact, **drawn).id,
        "proposal_id": Proposal.objects.create(contact=contact, rule="known-pair", proposed_at=NOW).id,
        "handover_id": Handover.objects.create(
            role=by.role, contacts=[contact.id], offered_at=NOW, offered_by=by.id
        ).id,
        "counter_id": counter.id,
        "leaflet_id": leaflet.id,
    }


@dataclass(frozen=True)
class Asked:
    """One address, filled in, and the case that it names, if it names one."""

    route: str
    address: str
    rule: Action | Open
    about: str
    case: Case | None


def filled_in(cases: list[Case], account: UUID) -> Iterator[Asked]:
    """Every address of the site, once for each thing that it can be about."""
    for route, name, view in routes(get_resolver()):
        rule = rule_of(view)
        assert rule is not None
        wants = re.findall(r"<\w+:(\w+)>", route)
        of_contact = {"contact_id", "sample_id", "proposal_id", "brief_id", "request_id", "check_id"} & {
            *wants
        }
        # what incidents were said to be is said, and taken back, by whoever takes contacts
        of_contact |= {"incident_id"} & {*wants} if rule is Action.TAKE_CONTACT else set()
        if of_contact or {"handover_id", "counter_id", "leaflet_id", "draw_id", "service_id"} & {*wants}:
            for case in cases:
                known = {key: case.parts.get(key, uuid4()) for key in wants}
                if "record_id" in wants:
                    known["record_id"] = case.record_id
                about = "contact" if of_contact else "staff"
                yield Asked(route, reverse(name, kwargs=known), rule, about, case)
        elif {"attendance_id", "correction_id"} & {*wants}:
            for case in cases:
                known = {key: case.parts.get(key, uuid4()) for key in wants}
                # an officer's visit is written by that officer, and added to by everybody
                about = "case" if rule is Action.AMEND_ACCOUNT and "attendance_id" in wants else "own"
                yield Asked(route, reverse(name, kwargs=known), rule, about, case)
        elif "marker_id" in wants and "record_id" not in wants:
            for case in cases:
                known = {"marker_id": case.parts.get("marker_id", uuid4())}
                yield Asked(route, reverse(name, kwargs=known), rule, "record", case)
        elif OF_A_CASE.intersection(wants):
            for case in cases:
                known = {key: case.parts.get(key, uuid4()) for key in wants}
                yield Asked(route, reverse(name, kwargs=known), rule, "case", case)
        elif "record_id" in wants or "duty_id" in wants:
            for case in cases:
                known = {"record_id": case.record_id, "duty_id": case.duty_id, "grantee": account}
                known |= {
                    key: case.parts.get(key, uuid4())
                    for key in ("phone_id", "address_id", "marker_id", "other_id")
                }
                about = "record" if "record_id" in wants else "duty"
                yield Asked(
                    route, reverse(name, kwargs={key: known[key] for key in wants}), rule, about, case
                )
        elif name == "outcome:rejects":
            # what did not land is for whoever brought it in; here nobody brought anything
            yield Asked(route, reverse(name), rule, "no account", None)
        elif {"lease_id", "entry_id"} & {*wants}:
            # what is out on a device is its own account's; here it is nobody's
            yield Asked(
                route, reverse(name, kwargs={key: uuid4() for key in wants}), rule, "no account", None
            )
        elif "user_id" in wants:
            for user_id in (account, uuid4()):
                about = "account" if user_id == account else "no account"
                yield Asked(route, reverse(name, kwargs={"user_id": user_id}), rule, about, None)
        else:
            about = ""
            values = {"provider_id": "unknown", "name": "roles", "code": "calls"}
            values |= {"instrument": "dash-27", "version": "1"}
            yield Asked(route, reverse(name, kwargs={key: values[key] for key in wants}), rule, about, None)


def due(asked: Asked, actor: Actor | None) -> set[int]:
    """The statuses that the rules allow for an answer."""
    let_in = {200, 302, 405}
    if isinstance(asked.rule, Open):
        # a page of the demonstration, or of an identity provider that there is not, is not there
        return let_in | {404}
    if actor is None:
        # drafts are kept in the background: nobody reads that answer, and nothing is in it
        return {204} if asked.rule is Action.KEEP_DRAFT else {302}
    if not any(rule.action == asked.rule and actor.role in rule.roles for rule in RULES):
        return {403}
    if asked.about in {"record", "case"} and asked.case:
        there = asked.case.kind != "not there"
        allowed = decide(actor, asked.rule, subject_for(actor, asked.case.record_id)).allowed
        return let_in if there and allowed else {404}
    if asked.about == "contact" and asked.case:
        # what is known to be about somebody is out of sight with them; a page of posts alone says only that
        there = asked.case.kind != "not there"
        seen = decide(actor, Action.VIEW_PERSON, subject_for(actor, asked.case.record_id)).allowed
        return let_in if there and seen else {404, 405}
    if asked.about == "own" and asked.case:
        there = asked.case.kind != "not there" and actor.role is Role.OFFICER
        allowed = decide(actor, asked.rule, subject_for(actor, asked.case.record_id)).allowed
        return let_in if there and allowed else {404, 405}
    if asked.about == "staff" and asked.case:
        # a turn is handed over within the role whose it was, here the supervisors'
        if asked.rule is Action.HAND_OVER and actor.role is not Role.SUPERVISOR:
            return {404}
        return let_in if asked.case.kind != "not there" else {404, 405}
    if asked.about == "duty" and asked.case:
        # the duty stands on the supervisors' list, also that of somebody whom they may not see
        own = actor.role is Role.SUPERVISOR and asked.case.kind not in {"not there", "party"}
        if asked.rule is Action.GRANT_SIGHT:
            # one that nobody of its role has sight of, for the desk to let somebody see
            own = asked.case.kind == "restricted"
        return let_in if own else {404, 405}
    return {404, 405} if asked.about == "no account" else let_in


def written() -> dict[str, int]:
    """How many rows of each table the running transaction has added, changed and removed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, n_tup_ins + n_tup_upd + n_tup_del from pg_stat_xact_user_tables"
            " where n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


def logged(after: int = 0) -> list[Event]:
    """The log from an event on, read as the system."""
    with acting(SETTLER):
        return list(Event.objects.filter(id__gt=after).order_by("id"))


def latest_event() -> int:
    with acting(SETTLER):
        return Event.objects.latest("id").id


def without_tokens(page: str, case: Case) -> str:
    """The page without what differs between any two pages."""
    page = re.sub(r'(name="csrfmiddlewaretoken"[^>]*value=")[^"]*', r"\1", page)
    return re.sub(r'nonce="[^"]*"', "", page).replace(str(case.record_id), "")


@pytest.mark.parametrize("role", [*ROLES, None])
def test_every_address_answers_as_the_rules_say(
    role: Role | None,
    world: Callable[[Role | None], list[Case]],
    signed_in: Callable[..., Client],
    accounts: dict[Role, User],
) -> None:
    cases = world(role)
    people = tuple(case.record_id for case in cases)
    actor = accounts[role].actor if role else None
    client = signed_in(role, people) if role else Client()
    tried, turned_away, before = 0, set[str](), written()
    for asked in filled_in(cases, accounts[Role.ANALYST].id):
        right = due(asked, actor)
        if actor is None or right == {403}:
            # who asks decides it, whatever is asked about: once an address says all
            if asked.route in turned_away:
                continue
            turned_away.add(asked.route)
        # all requests of a test share one transaction; each begins as in a transaction of its own
        open_to_writing()
        last = latest_event()
        response = client.get(asked.address)
        after = written()
        what = (role, asked.route, asked.case.kind if asked.case else asked.about)
        # as the reader, since the policies of some tables ask who reads
        if actor:
            set_actor(actor)
        assert response.status_code in right, (what, response.status_code)
        if actor is None and right == {302}:
            assert response["Location"].startswith("/sign-in/"), what
        assert "no-store" in response["Cache-Control"], what
        changed = {table for table in after if after[table] != before.get(table, 0)}
        before = after
        events = logged(after=last)
        if response.status_code == 404 and asked.case and asked.case.kind == "party":
            # the auditor is told, by the system, in a transaction after the refused one
            changed -= {"duties_duty"}
            events = [event for event in events if event.actor != GUARDIAN.id]
        assert changed <= WRITTEN_BY_EVERY_PAGE, (what, changed)
        assert not [event for event in events if event.kind == Event.Kind.WRITE], what
        page = response.content.decode() if not response.streaming else ""
        for case in cases:
            if not case.word or case.word not in page:
                continue
            assert case.kind == "in sight" or role is Role.DESK or role is None, (what, case.kind)
            looks = [
                event
                for event in events
                if event.kind == Event.Kind.LOOK and case.record_id in event.subjects
            ]
            assert len(looks) == 1, (what, len(looks))
        tried += 1
    assert tried > 120


@pytest.mark.parametrize("role", ROLES)
def test_one_out_of_sight_looks_like_one_who_is_not_there(
    role: Role, world: Callable[[Role | None], list[Case]], signed_in: Callable[..., Client]
) -> None:
    _, restricted, party, nobody = world(role)
    hidden = [party] if role is Role.DESK else [restricted, party]
    for name in ("people:person", "people:purpose", "people:safe-contact", "people:merge", "people:refuge"):
        pages = {}
        for case in (nobody, *hidden):
            open_to_writing()
            client = signed_in(role, (case.record_id,))
            response = client.get(reverse(name, kwargs={"record_id": case.record_id}))
            pages[case.kind] = (response.status_code, without_tokens(response.content.decode(), case))
        assert len(set(pages.values())) == 1, (name, {kind: status for kind, (status, _) in pages.items()})
