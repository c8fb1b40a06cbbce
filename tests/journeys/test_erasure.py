"""The canary: somebody whose every word is unmistakable is erased, and then sought everywhere.

Sought in every column of every table, in what those columns hold encrypted, in the sessions, in the recognition
keys and features, in the private folder with its keys and checkpoints, and in what was logged. Where the words
may remain is said here and nowhere else:

* the force's own file, and the rejects file beside it, which holds lines and no values;
* what the source says of *another* record, where it names her as the other party without a link;
* drafts on pages that name no record (a search, a new person), encrypted for their author and gone in a week;
* backups and the database's own write-ahead log, planner statistics and dead rows until it vacuums.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session as StoredSession
from django.db import transaction
from django.test import Client
from django.utils import timezone

from throughline.casework.cases.commands import (
    cases,
    counter,
    crimes,
    facts,
    files,
    groups,
    holding,
    incidents,
)
from throughline.casework.cases.models import Case, CounterAllegation, DrawnFile, FileDraw, StandingFact
from throughline.casework.contact.commands import knowing, sending, taking
from throughline.casework.contact.models import (
    ConfidentialWords,
    IntelligenceAnswer,
    IntelligenceRequest,
    Sample,
)
from throughline.casework.investigation.commands import allocating, hearing, looking, proving
from throughline.casework.investigation.commands import planning as investigation
from throughline.casework.neighbourhood.commands import disrupting, lapsing, visiting
from throughline.casework.outcome.commands import asking, court, deciding, reopening
from throughline.casework.overview.commands import erase
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.people.commands import identities, recognition, recording, retention, safety
from throughline.casework.people.commands.importing import Source, bring_in
from throughline.casework.people.commands.indexing import described
from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars
from throughline.casework.people.models import (
    Enquiry,
    ImportRun,
    Key,
    Match,
    Name,
    Phone,
    Record,
    RefugeAddress,
    SafeContact,
)
from throughline.casework.people.queries.searching import search
from throughline.casework.people.rules import IMPORTER as IMPORTING
from throughline.casework.risk.commands import assessing, checking, grading, hub
from throughline.casework.safeguarding.commands import fitting, handing, planning, referring, serving
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.safeguarding.commands.copying import give_copy
from throughline.casework.safeguarding.commands.directory import add_service
from throughline.casework.safeguarding.rules.directory import Told
from throughline.casework.scene.commands import acting as doing
from throughline.casework.scene.commands import adding, attending, children, gathering, injuries
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Actor, Role, system
from throughline.foundations.accounts.models import Agency, Team, User
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.commands import Checkpoints, seal
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.commands import keep, place_key
from throughline.foundations.drafts.models import Draft
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library
from throughline.foundations.vault.keys import keys
from throughline.linkage.features import features
from throughline.linkage.keys import record_keys
from throughline.linkage.scraps import read_scraps
from throughline.running.logins import IMPORTER, WORKER
from throughline.synthetic.past.attending import plain_answers

NOW = datetime.now(UTC)
#: In every word of hers, and in nobody else's.
CANARY = "quorl"
PHONES = ("900777", "900778", "900779")
SOUGHT = (CANARY, *PHONES, "ZT9 9QL", "ZT99QL", "1987-06-05", "05/06/1987")

_MAP = """
id: REF
forename: FIRST
middle: MIDDLE
surname: LAST
former_surname: MAIDEN
known_as: KNOWN
aliases: ALIASES
dob: {column: BORN, format: "%d/%m/%Y"}
sex: SEX
phone: TEL
phone_2: TEL2
house_number: HOUSE
street: STREET
town: TOWN
postcode: POSTCODE
previous_street: PREVIOUS
household: HOME
language: LANGUAGE
other_forename: OTHER_FIRST
other_surname: OTHER_LAST
"""
_HEAD = (
    "REF,FIRST,MIDDLE,LAST,MAIDEN,KNOWN,ALIASES,BORN,SEX,TEL,TEL2,HOUSE,STREET,TOWN,POSTCODE,PREVIOUS,HOME,"
    "LANGUAGE,OTHER_FIRST,OTHER_LAST\n"
)
_HER = (
    "Quorl-1,Quorlina,Quorlette,Quorlbridge,Quorlmaiden,Quorly,Quorla Quorlson,05/06/1987,2,07700900777,"
    "07700900778,7 Quorl House,Quorl Lane,Quorlton,ZT9 9QL,Quorl Old Street,quorl-home,en,Quorlan,Quorlman\n"
)
# of the same number, saying otherwise: refused, and kept out of what is kept of refused rows
_CONTRADICTION = _HER.replace("Quorlette", "Quorlotta")
_HIM = "B-2,Bertram,,Ashgrove,,,,01/02/1980,1,01632960111,,1,Ash Grove,Quarnley,ZT1 1AA,,,en,,\n"


@dataclass(frozen=True)
class Staff:
    """The accounts of the story."""

    handler: Actor
    supervisor: Actor
    officer: Actor
    desk: Actor
    adviser: Actor


@pytest.fixture
def staff(transactional_db: None) -> Staff:
    team = Team.objects.create(agency=Agency.objects.create(name="A force"), name="Control room")
    made = [
        User.objects.create(
            username=role.value, name=f"The {role}", role=role.value, team=team, made_at=NOW
        ).actor
        for role in (Role.CALL_HANDLER, Role.SUPERVISOR, Role.OFFICER, Role.DESK, Role.IDVA)
    ]
    return Staff(*made)


@pytest.fixture
def bring(working_as: Callable[[str], Any], tmp_path: Path) -> Callable[..., ImportRun]:
    """Bring in a file of some rows, under the importer's login."""
    index_map = tmp_path / "index.map.yaml"
    index_map.write_text(_MAP)

    def brought(name: str, *rows: str) -> ImportRun:
        file = tmp_path / name
        file.write_text(_HEAD + "".join(rows))
        with working_as(IMPORTER):
            return bring_in(
                by=IMPORTING,
                now=NOW,
                source=Source(file, index_map, "index"),
                rejects=tmp_path / f"{name}.rejects.csv",
            )

    return brought


def as_(actor: Actor, command: Callable[..., Any], **told: Any) -> Any:
    with transaction.atomic():
        set_actor(actor)
        return command(by=actor, now=NOW, **told)


def write_down_everything(staff: Staff, her: UUID, him: UUID) -> None:
    """Every page and command that takes words about somebody, with hers."""
    handler, supervisor, officer, desk = staff.handler, staff.supervisor, staff.officer, staff.desk
    as_(handler, recording.add_name, record_id=her, name=NewName("alias", full="Quorl the Second"))
    phone = as_(handler, recording.add_phone, record_id=her, number="07700 900779")
    as_(
        handler,
        recording.add_address,
        record_id=her,
        address=NewAddress("8", "Quorl Road", "Quorlton", "ZT9 9QL"),
    )
    with transaction.atomic():
        set_actor(handler)
        seen = recording.particulars_of(Record.objects.get(id=her))
    told = Particulars(sex="2", born=seen.born, gender_identity="quorl", language="Quorlish")
    as_(handler, recording.correct_particulars, record_id=her, seen=seen, particulars=told)
    as_(handler, recording.relate, record_id=her, other_id=him, kind="spouse")
    as_(handler, recording.set_marker, record_id=her, code="intimidated")
    # what was said on his record rests on her number: the two were once held to be of one person
    as_(
        supervisor,
        identities.merge,
        record_id=him,
        into_id=her,
        reason="merge-said-so",
        words="Quorlina said that she is he",
    )
    answers = {"means": ["through-another"], "through-whom": "Aunt Quorl"}
    instrument = library().as_of("safe-contact", london_day(NOW))
    for record_id, said in ((her, answers), (him, {"means": ["text-message"]})):
        as_(
            handler,
            safety.give_safe_contact,
            record_id=record_id,
            instrument=instrument,
            answers=said,
            complete=False,
            after=None,
            phone_id=phone.id,
        )
    as_(supervisor, identities.part, record_id=him, reason="part-said-so", words="Quorlina is not he")
    _recognise(handler, her)
    as_(
        supervisor,
        retention.extend_retention,
        record_id=her,
        until=london_day(NOW) + timedelta(days=400),
        reason=EXTEND,
        words="Quorl asked for it",
    )
    as_(
        desk,
        safety.record_refuge,
        record_id=her,
        address=NewAddress("9", "Quorl Refuge", "Quorlton", "ZT9 9QL"),
    )
    _tell_of_her(staff, her, him)
    as_(supervisor, safety.restrict, record_id=her, reason="honour-based", words="Quorl family")
    # out of sight, she is asked after again: the desk is called with what was heard
    with transaction.atomic():
        set_actor(handler)
        heard = read_scraps("Quorlina Quorlbridge 07700 900777", today=london_day(NOW))
        answer = search(handler, heard, today=london_day(NOW))
        assert answer.hidden
        recognition.tell_the_desk(
            by=handler, now=NOW, enquiry_id=uuid4(), heard=heard, hidden=list(answer.hidden)
        )
    as_(officer, safety.break_glass, record_id=her, reason="glass-danger-to-life", words="Quorl is in danger")
    with transaction.atomic(), acting(system("test")):
        glass = Duty.objects.get(kind="break-glass-review", record_id=her)
    as_(
        desk,
        safety.review_break_glass,
        duty_id=glass.id,
        agreed=True,
        feedback="Quorl was right to be helped",
    )
    as_(desk, safety.lift_restriction, record_id=her, reason=LIFT, words="Quorl wants it")
    for page in ("name", "phone", "safe-contact", "restrict"):
        keep(user=handler.id, place=f"/people/{her}/{page}/", typed={"words": ["Quorl typed"]}, now=NOW)


def _tell_of_her(staff: Staff, her: UUID, him: UUID) -> None:
    """A call of hers, whom it was about and whom it brought, an order that protects her, and what was judged."""
    handler, registrar = staff.handler, system("registrar")
    contact = as_(
        handler,
        taking.receive,
        channel="999",
        system="exchange",
        system_ref="1",
        number="+447700900777",
        place="8 Quorl Road",
    )
    as_(handler, taking.take, contact_id=contact.id)
    as_(handler, taking.say, contact_id=contact.id, words="Quorlina whispers: he is here", kind="said")
    as_(handler, sending.send, contact_id=contact.id, grade="emergency", place="7 Quorl House", reason="",
        words="Quorl is in danger")  # fmt: skip
    for record_id, part in ((her, "victim"), (him, "suspect")):
        as_(
            handler,
            knowing.takes_part,
            contact_id=contact.id,
            record_id=record_id,
            part=part,
            confirmed=True,
        )
    # nobody ever tied this one to her: it came from her number
    as_(handler, taking.receive, channel="999", system="exchange", system_ref="2", number="+447700900777")
    other = as_(
        handler,
        incidents.open_incident,
        recorded_as="domestic-abuse",
        place="8 Quorl Road",
        postcode="ZT9 9QL",
    )
    for record_id, part in ((her, "victim"), (him, "suspect")):
        as_(
            handler,
            incidents.involve,
            incident_id=other.id,
            record_id=record_id,
            part=part,
            confirmed=True,
        )
    fact = as_(
        handler,
        facts.set_fact,
        kind="non-molestation",
        record_id=him,
        protects_id=her,
        words="not to go to Quorl House",
        issuer="Quorlton court",
        source_ref="Quorl-v-Ashgrove",
        valid_from=NOW,
    )
    as_(
        handler,
        facts.vary_fact,
        fact_id=fact.id,
        conditions=["no-contact"],
        words="nor to Quorl Road",
        valid_from=NOW,
        valid_until=None,
    )
    with transaction.atomic(), acting(system("test")):
        case = Case.objects.get(victim=her, suspect=him, closed_at=None)
    as_(
        staff.officer,
        holding.set_grade,
        case_id=case.id,
        grade="high",
        reason="grade-first-assessment",
        words="Quorlina says he will kill her",
    )
    _assess_with_her(staff, case.id)
    crime = as_(
        registrar,
        crimes.record_crime,
        incident_id=other.id,
        offence="violence-with-injury",
        reason="crime-complained",
        words="Quorl was hit",
    )
    _end_it(staff, crime.id)
    as_(registrar, crimes.cancel_crime, crime_id=crime.id, reason="cancel-twice", words="Quorl told it twice")
    with transaction.atomic():
        set_actor(handler)
        write_audit(handler, Event.Kind.WRITE, "test")
        # by hand, so that the story does not hang on the pages of the intelligence desk and of sampling
        asked = IntelligenceRequest.objects.create(
            contact=contact, record_id=her, question="Is Quorl known?", asked_at=NOW, asked_by=handler.id
        )
        answer = IntelligenceAnswer.objects.create(
            request=asked,
            system="local",
            result="found",
            words="Quorl is known",
            read_at=NOW,
            read_by=handler.id,
        )
        with acting(system("test")):
            ConfidentialWords.objects.create(answer=answer, system=uuid4(), words="Quorl is on the register")
        Sample.objects.create(
            contact=contact, drawn_from="live", drawn_at=NOW, drawn_by=handler.id, feedback="Quorl was heard"
        )
    _hold_against(staff, other.id, her, him)
    _attend(staff, other.id, her, him)
    keep(user=handler.id, place=f"/risk/{case.id}/grade/", typed={"words": ["Quorl typed a grade"]}, now=NOW)


def _hold_against(staff: Staff, incident_id: UUID, her: UUID, him: UUID) -> None:
    """He names her as well: what tells who it is, who decided it, the plan of both, and the file that was read."""
    handler, sergeant = staff.handler, system("sergeant")
    for record_id, part in ((him, "victim"), (her, "suspect")):
        as_(
            handler, incidents.involve, incident_id=incident_id, record_id=record_id, part=part, confirmed=True
        )  # fmt: skip
    with transaction.atomic(), acting(system("test")):
        allegation = CounterAllegation.objects.get(subjects__contains=[her])
    answered = {"complete": False, "after": None}
    as_(
        handler,
        counter.keep_prompts,
        allegation_id=allegation.id,
        instrument=library().as_of("primary-perpetrator", london_day(NOW)),
        answers={"injuries": "Quorl has marks on her arms"},
        **answered,
    )
    decided = as_(
        sergeant,
        counter.decide_primary,
        allegation_id=allegation.id,
        choice="unresolved",
        reason="primary-too-little",
        words="Quorl says that she hit back",
    )
    as_(
        system("inspector"),
        counter.review_primary,
        decision_id=decided.id,
        agreed=False,
        feedback="Quorl was the one who rang",
    )
    both = [allegation.first_id, allegation.second_id]
    group = as_(staff.supervisor, cases.group_cases, case_ids=both, reason="group-same-home")
    line = as_(
        staff.supervisor,
        groups.add_line,
        group_id=group.id,
        what="Ring Quorl at her sister's",
        whose=staff.officer.id,
        due_on=london_day(NOW),
    )
    as_(
        staff.officer,
        groups.end_line,
        line_id=line.id,
        ended_as="not-needed",
        words="Quorl came to the counter",
    )
    with transaction.atomic(), acting(system("test")):
        write_audit(system("test"), Event.Kind.WRITE, "test")
        days = {"first_day": london_day(NOW), "last_day": london_day(NOW), "each": 1, "seed": "0"}
        drawn = FileDraw.objects.create(**days, drawn_at=NOW, drawn_by=staff.supervisor.id)
        file = DrawnFile.objects.create(draw=drawn, incident_id=incident_id, offence="other", drawn_of=1)
    as_(
        staff.supervisor,
        files.review_file,
        file_id=file.id,
        instrument=library().as_of("file-review", london_day(NOW)),
        answers={"together": "Quorl was never asked about her children"},
        **answered,
    )
    page = f"/cases/allegations/{allegation.id}/decide/"
    keep(user=handler.id, place=page, typed={"words": ["Quorl typed a decision"]}, now=NOW)
    keep(user=handler.id, place=f"/cases/groups/{group.id}/plan/", typed={"what": ["Quorl typed"]}, now=NOW)


def _assess_with_her(staff: Staff, case_id: UUID) -> None:
    """What she said of the danger, who graded it why, what a sergeant and a partner said of it."""
    case: dict[str, Any] = {"case_id": case_id}
    begun = as_(staff.officer, assessing.begin, how="in-person", **case)
    told = {"fear": "yes", "fear-words": "Quorlina is afraid of him", "expects": "Quorl expects worse"}
    as_(staff.officer, assessing.answer, assessment_id=begun.id, answers=told)
    because = {"reason": "grade-told-more", "words": "Quorlina told more"}
    given = as_(staff.officer, grading.give, grade="medium", **because, **case)
    as_(
        staff.officer,
        grading.tell,
        grading_id=given.id,
        told=True,
        reason="told-in-person",
        words="Told Quorl",
    )
    returned = {"reason": "return-see-her", "feedback": "See Quorlina yourself"}
    as_(system("sergeant"), checking.give_back, **returned, **case)
    shared = {
        "agency": "health",
        "controller": "Quorlton Hospital",
        "shared_by": "Dr Quorl",
        "basis": "safeguarding",
        "words": "Quorlina was seen twice",
    }
    as_(system("hub"), hub.record_share, **shared, **case)
    said = {"way": "telephone", "result": "reached-free", "said": "Quorlina sleeps at her mother's"}
    as_(system("hub"), record_contact, **said, **case)
    _keep_her_safe(staff, case)
    _investigate(staff, case)
    _look_in_on_her(staff, case)


def _end_it(staff: Staff, crime_id: UUID) -> None:
    """An outcome in words about her, what a reviewer said, and the numbers that a court knows her by."""
    why = {"reason": "given-evidence-short", "words": "Quorl is not believed"}
    made = as_(staff.officer, deciding.give, crime_id=crime_id, code="outcome-15", **why)
    sergeant = Actor(uuid4(), Role.SERGEANT)
    as_(sergeant, reopening.reopen, outcome_id=made.id, reason="reopen-evidence", words="Quorl has a video")
    as_(sergeant, reopening.restore, outcome_id=made.id, reason="restore-mistake", words="Not Quorl's")
    asked = as_(staff.officer, asking.ask, outcome_id=made.id)
    upheld = {"overturned": False, "reason": "vrr-test-applied", "words": "Quorl was heard"}
    as_(sergeant, asking.decide, asked_id=asked.id, **upheld)
    as_(staff.officer, court.name_urn, crime_id=crime_id, urn="quorl 1")
    told = {"kind": "discontinued", "at": NOW, "reference": "Quorl 2"}
    as_(staff.officer, court.record_event, crime_id=crime_id, **told)
    joint = {"finding": "joint-delay", "words": "Quorl waited a year"}
    as_(sergeant, court.review_jointly, crime_id=crime_id, **joint)
    for place in (f"/outcome/crimes/{crime_id}/give/", f"/outcome/given/{made.id}/review/"):
        keep(user=staff.officer.id, place=place, typed={"words": ["Quorl typed"]}, now=NOW)


def _keep_her_safe(staff: Staff, case: dict[str, Any]) -> None:
    """Her plan in two versions and one that is being written, a measure, a copy and a referral, each with words of hers."""
    form = library().as_of("safety-plan", london_day(NOW))
    answers = plain_answers(form, {"wants": "Quorl wants to stay", "calling": "Ring 07700 900777"})
    told = {"took_part": ["victim"], "agreed": "agreed", "words": "Quorlina agrees"}
    for _each in range(2):
        plan = as_(staff.officer, planning.write_plan, answers=answers, complete=True, **told, **case)
    as_(staff.officer, planning.write_plan, answers={"wants": "Quorl wants to leave"}, **case)
    measure = as_(staff.officer, fitting.offer, kind="locks", words="Quorl's back door", **case)
    order = {"step": "order", "words": "Quorl is at home on Friday"}
    as_(staff.officer, fitting.take_step, measure_id=measure.id, **order)
    refused = {"why_not": "copy-he-would-find-it", "words": "Quorl says that he looks through her bag"}
    as_(staff.officer, give_copy, version_id=plan.id, **refused)
    service = as_(system("hub"), add_service, told=Told(name="Marigold House", what="Advice"))
    basis = {"told_only": False, "basis": "consent", "consent": "agreed", "words": "Quorl asked for it"}
    made = as_(staff.officer, referring.refer, service_id=service.id, **basis, **case)
    answered = {"answer": "on-a-list", "words": "Quorl is the third"}
    as_(staff.officer, referring.answer, referral_id=made.id, **answered)
    for place in (
        f"/safeguarding/{case['case_id']}/plan/make/",
        f"/safeguarding/plans/{plan.id}/copy/",
        f"/safeguarding/measures/{measure.id}/",
        f"/safeguarding/referrals/{made.id}/",
    ):
        keep(user=staff.officer.id, place=place, typed={"words": ["Quorl typed"]}, now=NOW)
    chosen = {"account": staff.supervisor.id, "reason": "override-trust", "words": "Quorlina trusts them"}
    as_(system("sergeant"), serving.ask_for, **chosen, **case)
    noted = {"item": "handover-wishes", "state": "held", "words": "Quorlina wants him gone"}
    as_(staff.supervisor, handing.note, **noted, **case)
    as_(
        staff.supervisor,
        serving.give_back,
        reason="return-her-wish",
        words="Quorl asks to keep the officer",
        **case,
    )
    _with_partners(staff, case)


def _with_partners(staff: Staff, case: dict[str, Any]) -> None:
    """Referred to an adviser, who writes and shares a note and ends it; and to a MARAC, corrected and sent."""
    basis = {"basis": "consent", "consent": "agreed"}
    made = as_(
        staff.officer,
        advising.refer,
        team_id=staff.adviser.team,
        words="Quorl works at night",
        **basis,
        **case,
    )
    as_(staff.adviser, advising.accept, referral_id=made.id)
    told = {"referral_id": made.id, "kind": "note", "words": "Quorlina is afraid of Sundays"}
    note = as_(staff.adviser, noting.write_note, **told)
    as_(staff.adviser, noting.share, note_id=note.id, to="owner", **basis)
    why = {"chosen": ["professional-judgement"], "words": "Quorl says that he will"}
    marac = as_(staff.officer, conferring.refer, **why, **case)
    as_(staff.officer, conferring.add, marac_id=marac.id, kind="correction", words="Quorl said it twice")
    as_(staff.officer, conferring.sent, marac_id=marac.id, to="coordinator", reference="Quorl 12")
    for user, place in (
        (staff.officer, f"/partners/{case['case_id']}/adviser/"),
        (staff.officer, f"/partners/marac/{marac.id}/add/"),
        (staff.adviser, f"/partners/with-us/{made.id}/note/"),
        (staff.adviser, f"/partners/with-us/notes/{note.id}/share/"),
    ):
        keep(user=user.id, place=place, typed={"words": ["Quorl typed"]}, now=NOW)
    as_(staff.adviser, advising.let_go, referral_id=made.id, reason="moved-on", words="Quorl moved")


def _investigate(staff: Staff, case: dict[str, Any]) -> None:
    """A line of a plan, him who is to be found, routes, a statement and a thought of withdrawing, each with words of hers."""
    sergeant = system("sergeant")
    why = {"reason": "investigate-trust", "words": "Quorlina asks for them"}
    chosen = as_(sergeant, allocating.allocate, account=staff.officer.id, **why, **case)
    review = {"allocation_id": chosen.id, "agreed": True, "feedback": "Quorl is right"}
    as_(system("other sergeant"), allocating.review_allocation, **review)
    told = {
        "kind": "witness",
        "what": "Ask Quorlina's sister",
        "why": "Quorl rang her",
        "whose": staff.officer.id,
    }
    line = as_(staff.officer, investigation.add_line, due_at=NOW + timedelta(days=2), **told, **case)
    as_(sergeant, investigation.review_plan, agreed=True, words="Quorlina is heard", **case)
    found = as_(staff.officer, looking.register, source="breached", words="At Quorlina's mother's", **case)
    tried = {"outstanding_id": found.id, "result": "not-in", "words": "Quorl was alone"}
    as_(staff.officer, looking.log_attempt, **tried)
    route = {"route": "hearsay", "words": "Quorlina told her sister"}
    as_(staff.officer, proving.look_at_route, state="route-there", **route, **case)
    as_(
        staff.officer, proving.keep_result, route="hearsay", result="pleaded", lesson="Quorl was calm", **case
    )
    as_(staff.officer, hearing.take_statement, taken=True, words="Quorl was tired", **case)
    as_(staff.officer, hearing.thinks_of_withdrawing, reasons=["she-fears"], words="Quorl is afraid", **case)
    seen = {"visit": "officer-and-adviser", "withdraws": True, "words": "Quorlina cried"}
    as_(staff.officer, hearing.visited, **seen, **case)
    decided = {"goes_on": True, "reason": "go-on-danger", "words": "Quorlina is in danger"}
    as_(staff.officer, hearing.decide_without_her, **decided, **case)
    measure = {"measure": "screen", "step": "measure-asked-for", "words": "Quorl wants it"}
    as_(staff.officer, hearing.step_special_measure, **measure, **case)
    for place in (
        f"/investigation/{case['case_id']}/line/",
        f"/investigation/lines/{line.id}/",
        f"/investigation/suspects/{found.id}/",
        f"/investigation/allocations/{chosen.id}/",
    ):
        keep(user=staff.officer.id, place=place, typed={"words": ["Quorl typed"]}, now=NOW)


def _look_in_on_her(staff: Staff, case: dict[str, Any]) -> None:
    """A task about him and somebody who called on her, each with words of hers; a marker that is kept with a reason."""
    told = {
        "kind": "bail-check",
        "reason": "disrupt-she-asks",
        "words": "Quorlina says that he is at his mother's",
    }
    task = as_(staff.officer, disrupting.order, **told, **case)
    done = {"task_id": task.id, "result": "something-learnt", "words": "Quorl was rung from there"}
    as_(staff.officer, disrupting.log, **done)
    as_(system("sergeant"), disrupting.review, task_id=task.id, agreed=True, words="Quorl is told of it")
    made = as_(staff.officer, visiting.called, outcome="visit-spoken", said="Quorl is calmer", **case)
    as_(staff.officer, visiting.set_out, words="Quorlina has asked for it", **case)
    as_(staff.officer, disrupting.end, task_id=task.id, ending="task-reached", words="Quorlina is content")
    marker = as_(staff.officer, recording.set_marker, record_id=made.record_id, code="elderly")
    ended = {"marker_id": marker.id, "reason": "marker-moved", "words": "Quorlina has moved"}
    as_(system("sergeant"), lapsing.end, **ended)
    for place in (f"/neighbourhood/tasks/{task.id}/", f"/neighbourhood/markers/{marker.id}/"):
        keep(user=staff.officer.id, place=place, typed={"words": ["Quorl typed"]}, now=NOW)


def _attend(staff: Staff, incident_id: UUID, her: UUID, him: UUID) -> None:
    """A visit to her: what she says, where she is hurt, what a child says, what was done and added to."""
    officer = staff.officer
    visit = as_(officer, attending.begin, incident_id=incident_id)
    as_(
        officer,
        attending.write_section,
        attendance_id=visit.id,
        section="account",
        instrument=library().as_of("scene-account", london_day(NOW)),
        answers={"account": "Quorlina says that he came back"},
        complete=False,
        after=None,
    )
    as_(
        officer,
        injuries.add_injuries,
        attendance_id=visit.id,
        record_id=her,
        regions=["front-face"],
        kind="bruise",
        words="Quorl was hit here",
    )
    as_(
        officer,
        gathering.gather,
        incident_id=incident_id,
        item="photographs",
        state="done",
        exhibit="QUORL/1",
        words="Quorl was photographed",
    )
    as_(
        officer,
        doing.act_on,
        incident_id=incident_id,
        record_id=him,
        action="none",
        power=True,
        words="Quorlina did not want it",
    )
    child = as_(
        officer, children.name_child, attendance_id=visit.id, forename="Ada", surname="Ashgrove", age=6
    )
    as_(
        officer,
        children.find_child,
        attendance_id=visit.id,
        record_id=child,
        spoken_to=True,
        own_words="Mum Quorl cried",
        school="Quorlton Primary",
    )
    as_(
        officer,
        children.decide_children,
        incident_id=incident_id,
        children=[child],
        choice="school",
        words="Quorl agrees",
    )
    account = {"about": visit.id, "subjects": [her, him], "incident_id": incident_id}
    as_(officer, adding.add, **account, words="Quorl rang again")
    as_(staff.supervisor, adding.ask_correction, **account, author=officer.id, words="Quorl is her name")
    keep(
        user=officer.id,
        place=f"/scene/visit/{visit.id}/account/",
        typed={"account": ["Quorl typed"]},
        now=NOW,
    )


def _recognise(handler: Actor, her: UUID) -> None:
    with transaction.atomic():
        set_actor(handler)
        heard = read_scraps("Quorlina Quorlbridge 07700 900777", today=london_day(NOW))
        found = next(
            one for one in search(handler, heard, today=london_day(NOW)).found if one.record_id == her
        )
        recognition.read_match(
            by=handler,
            now=NOW,
            enquiry_id=uuid4(),
            heard=heard,
            found=found,
            reading=Match.Reading.CONFIRMED,
        )


EXTEND, LIFT, ERASE = "extend-asked", "lift-asked", "erase-asked"


# --- looking everywhere -----------------------------------------------------------------------------


def holds(text: str) -> bool:
    plain = text.lower()
    hexed = [word.lower().encode().hex() for word in SOUGHT]
    return any(word.lower() in plain for word in SOUGHT) or any(word in plain for word in hexed)


def in_tables(superuser: psycopg.Connection) -> Iterator[str]:
    """Tables with a row in which she is found. Bytes are compared in small letters as well."""
    tables = superuser.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    for (table,) in tables:
        for (row,) in superuser.execute(f'select to_jsonb(t)::text from "{table}" t').fetchall():
            if holds(row) or holds(_bytes_in_words(row)):
                yield table


def _bytes_in_words(row: str) -> str:
    """What the byte columns of a row spell, as far as they spell anything."""
    values = [value for value in json.loads(row).values() if isinstance(value, str)]
    closed = [value[2:] for value in values if value.startswith("\\x")]
    return " ".join(bytes.fromhex(value).decode("latin-1") for value in closed)


def in_what_is_encrypted() -> Iterator[str]:
    """Rows whose opened bytes hold her, as somebody with the keys would read them."""
    with transaction.atomic(), acting(system("test")):
        for enquiry in Enquiry.objects.all():
            if holds(str(recognition.scraps_of(enquiry))):
                yield "people_enquiry, opened"
        for refuge in RefugeAddress.objects.all():
            if holds(str(safety.open_refuge(refuge))):
                yield "people_refugeaddress, opened"
    for draft in Draft.objects.all():
        if holds(keys().open(bytes(draft.closed), place_key(draft.user, draft.place)).decode()):
            yield "drafts_draft, opened"
    for session in StoredSession.objects.all():
        if holds(json.dumps(session.get_decoded())):
            yield "django_session, opened"


def in_files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file() and holds(file.read_bytes().decode("latin-1")):
            yield str(file.relative_to(folder))


def test_somebody_who_is_erased_is_nowhere(
    staff: Staff,
    bring: Callable[..., ImportRun],
    superuser_connection: psycopg.Connection,
    working_as: Callable[[str], Any],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    brought = bring("index.csv", _HER, _CONTRADICTION, _HIM)
    assert (brought.added, brought.rejected) == (2, 1)
    with transaction.atomic(), acting(system("test")):
        her = Name.objects.filter(forename="Quorlina").values_list("record", flat=True)[0]
        him = Name.objects.filter(forename="Bertram").values_list("record", flat=True)[0]
    write_down_everything(staff, her, him)
    browsed = _browse(staff.handler, her)
    with transaction.atomic(), acting(system("test")):
        [description] = described([Record.objects.get(id=her)]).values()
        her_keys = set(record_keys(features(description), keys().linkage))
        assert Key.objects.filter(key__in=her_keys).exists()
    # she is everywhere first, or finding her nowhere later would prove nothing
    assert {
        "people_name",
        "people_features",
        "instruments_answers",
        "decisions_decision",
        "people_sourcerow",
        "cases_incident",
        "cases_standingfact",
        "contact_contact",
        "contact_logline",
        "contact_intelligencerequest",
        "contact_intelligenceanswer",
        "contact_confidentialwords",
        "contact_sample",
        "risk_share",
        "safeguarding_safetywords",
        "investigation_investigationwords",
        "neighbourhood_neighbourhoodwords",
        "outcome_courtevent",
        "outcome_courtreference",
    } <= set(in_tables(superuser_connection))
    assert {"people_enquiry, opened", "people_refugeaddress, opened", "drafts_draft, opened"} <= set(
        in_what_is_encrypted()
    )

    as_(staff.desk, erase, record_id=her, reason=ERASE)

    assert sorted(set(in_tables(superuser_connection))) == []
    assert sorted(set(in_what_is_encrypted())) == []
    with transaction.atomic(), acting(system("test")):
        assert not Key.objects.filter(key__in=her_keys).exists()
        stone = Record.objects.get(id=her)
        assert stone.erased_at == NOW
        # his own record stands, and rests on her number no longer
        assert Phone.objects.filter(record=him).exists()
        assert SafeContact.objects.get(record=him).phone is None
        # that there is a case, an order and a danger stays, without a word of hers
        assert Case.objects.filter(victim=her, suspect=him).exists()
        assert StandingFact.objects.filter(record=him, protects=her, kind="non-molestation").count() == 2
    with working_as(WORKER):
        while seal():
            pass
        Checkpoints(Path(settings.HOME) / "checkpoints").write()
    assert list(in_files(Path(settings.HOME))) == []
    assert set(in_files(tmp_path)) == {"index.csv"}
    told = capfd.readouterr()
    assert not holds(told.out + told.err)
    assert browsed.get(f"/people/{her}/").status_code == 404

    # the same people in a new file: she is not raised, and no trace is kept of the row that names her
    again = bring("index-again.csv", _HIM, _HER)
    assert (again.added, again.rejected) == (0, 1)
    assert sorted(set(in_tables(superuser_connection))) == []
    assert "was erased here" in (tmp_path / "index-again.csv.rejects.csv").read_text()
    with transaction.atomic():
        set_actor(staff.desk)
        heard = read_scraps("Quorlina Quorlbridge 07700 900777", today=london_day(NOW))
        found = search(staff.desk, heard, today=london_day(NOW)).found
        assert her not in [one.record_id for one in found]


def _browse(handler: Actor, her: UUID) -> Client:
    """Pages that are looked at and forms that come back, so that sessions and messages hold what they would."""
    client = Client()
    client.force_login(User.objects.get(id=handler.id))
    session, now = client.session, timezone.now().isoformat()
    session.update({Session.SIGNED_IN_AT: now, Session.SEEN_AT: now, Session.SECOND_FACTOR: True})
    session["purposes"] = {str(her): "call"}
    session.save()
    assert b"Quorl" in client.get(f"/people/{her}/").content
    typed = {"kind": "alias", "full": "Quorl the Third", "once": str(uuid4())}
    assert client.post(f"/people/{her}/name/", typed).status_code == 302
    assert client.post(f"/people/{her}/phone/", {"phone": "Quorl", "once": str(uuid4())}).status_code == 200
    return client
