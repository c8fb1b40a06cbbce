"""Arriving, writing what was asked and found, and leaving."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import keep_whose
from throughline.casework.cases.commands.incidents import locked
from throughline.casework.cases.models import Case, Incident
from throughline.casework.contact.commands.sending import arrive
from throughline.casework.contact.models import Deployment
from throughline.casework.contact.queries.briefing import attends
from throughline.casework.people.rules import Malformed
from throughline.casework.scene.commands.saying import keep_what_changed
from throughline.casework.scene.models import Attendance, StillTrue, Words
from throughline.casework.scene.queries.progress import states_of
from throughline.casework.scene.queries.reach import done_at, insist_own, subject_of, the_attendance
from throughline.casework.scene.rules import (
    INSTRUMENTS,
    LONGEST_WORDS,
    Section,
    Verdict,
    missing,
)
from throughline.casework.scene.rules.steps import ATTENDANCE_STEPS, Visiting, VisitStep
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.commands import save_answers
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.rules import Answer, Instrument

LEFT = "You have left: what you wrote stands. Add to it instead"


@transaction.atomic
def begin(
    *,
    by: Actor,
    now: datetime,
    incident_id: UUID,
    deployment_id: UUID | None = None,
    at: datetime | None = None,
) -> Attendance:
    """An officer is there. Said twice, it is the attendance that goes on already.

    Where somebody sent them, the deployment has arrived. Opens what must follow: deciding about children, and
    assessing risk with the victim of each case. Raises Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.ATTEND, *incident.subjects, detail={"incident": str(incident.id), "what": "begin"})
    going_on = Attendance.objects.filter(incident=incident, officer=by.id, left_at=None).first()
    if going_on is not None:
        return going_on
    began = done_at(at, now)
    deployment = _deployment(by, incident, deployment_id)
    if deployment is not None and deployment.arrived_at is None:
        arrive(by=by, now=began, deployment_id=deployment.id)
    attendance = Attendance.objects.create(
        incident=incident, deployment=deployment, officer=by.id, began_at=began, entered_at=now
    )
    for record_id in incident.subjects or [incident.id]:
        write("attended", by=by, now=began, record_id=record_id, about=incident.id)
    if (
        incident.domestic is not False
        and not Duty.objects.filter(kind="child-decision", about=incident.id).exists()
    ):
        open_duty(
            "child-decision",
            now=now,
            record_id=subject_of(incident),
            about=incident.id,
            cause="attended",
            owner=by.id,
            role=by.role,
        )
    for case in Case.objects.filter(incident_links__incident=incident, closed_at=None).order_by("id"):
        keep_whose(case)
    call_for_assessments(attendance, by=by, now=now)
    return attendance


def _deployment(by: Actor, incident: Incident, deployment_id: UUID | None) -> Deployment | None:
    """The deployment that brought the officer: that which is named, else their own, else their team's."""
    sent = Deployment.objects.filter(contact__incident=incident, superseded_by=None, stood_down_at=None)
    if deployment_id is not None:
        named = sent.filter(id=deployment_id).first()
        if named is None:
            raise Refused("There is no such deployment", deployment_id)
        return named
    found = [one for one in sent.order_by("-decided_at", "id") if attends(by, one, "")]
    return min(found, key=lambda one: one.officer != by.id, default=None)


def call_for_assessments(attendance: Attendance, *, by: Actor, now: datetime) -> None:
    """Open the duty to assess risk in each case of the incident, once for each attendance.

    Also where a case came up only later, as somebody said who they are. Inside another command only.
    """
    incident = attendance.incident
    if incident.domestic is False:
        return
    cases = Case.objects.filter(incident_links__incident=incident, closed_at=None)
    called = Duty.objects.filter(
        kind="risk-assessment", about__in=cases, opened_at__gte=attendance.entered_at, owner__isnull=False
    ).values_list("about", flat=True)
    for case in cases.exclude(id__in=list(called)):
        duty = open_duty(
            "risk-assessment",
            now=now,
            record_id=case.victim_id,
            about=case.id,
            cause="attended",
            owner=by.id,
            role=by.role,
        )
        if duty.owner is None:
            # it waited for whoever comes
            duty.owner, duty.role = by.id, by.role
            duty.save(update_fields=["owner", "role"])


def undertaken(by: Actor, attendance_id: UUID, what: str) -> Attendance:
    """Open a command of an attendance that is one's own and goes on. Raises Malformed once one has left, Refused."""
    attendance = the_attendance(by, Action.ATTEND, attendance_id)
    undertake(
        by,
        Action.ATTEND,
        *attendance.incident.subjects,
        detail={"attendance": str(attendance_id), "what": what},
    )
    insist_own(by, attendance)
    # one command of it at a time, and none as its officer leaves
    held = Attendance.objects.select_for_update(of=("self",)).select_related("incident").get(id=attendance_id)
    stands = Visiting.GOING_ON if held.left_at is None else Visiting.LEFT
    if (stands, VisitStep.WRITE) not in ATTENDANCE_STEPS:
        raise Malformed("", LEFT)
    return held


@transaction.atomic
def write_section(
    *,
    by: Actor,
    now: datetime,
    attendance_id: UUID,
    section: Section,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    complete: bool,
    after: UUID | None,
    at: datetime | None = None,
) -> Answers:
    """Keep what was asked in one section. Saving needs nothing; ``complete`` says that the section is finished.

    Raises ChangedMeanwhile where it was saved elsewhere since ``after``, Malformed once the officer has left.
    """
    attendance = undertaken(by, attendance_id, section)
    if instrument.code != INSTRUMENTS.get(section):
        raise ValueError("instrument: not that of the section")
    call_for_assessments(attendance, by=by, now=now)
    kept = save_answers(
        by=by,
        now=done_at(at, now),
        subject=attendance.id,
        instrument=instrument,
        answers=answers,
        complete=complete,
        after=after,
    )
    incident = attendance.incident
    keep_what_changed(
        instrument,
        answers,
        by=by,
        now=now,
        about=incident.id,
        records=incident.subjects or [incident.id],
        since=attendance.entered_at,
    )
    return kept


@transaction.atomic
def still_true(
    *,
    by: Actor,
    now: datetime,
    attendance_id: UUID,
    about: UUID,
    question: str,
    verdict: str,
    at: datetime | None = None,
) -> StillTrue:
    """Keep what became of something that was said before. Asked again, the later answer stands beside the first."""
    attendance = undertaken(by, attendance_id, Section.EARLIER)
    if verdict not in set(Verdict):
        raise Malformed("verdict", "is none of still true, no longer and not asked")
    last = attendance.still_true.filter(about=about, question=question).order_by("-entered_at", "-id").first()
    if last is not None and last.verdict == verdict:
        return last
    return StillTrue.objects.create(
        attendance=attendance,
        about=about,
        question=question,
        verdict=verdict,
        at=done_at(at, now),
        entered_at=now,
        by=by.id,
    )


@transaction.atomic
def leave(*, by: Actor, now: datetime, attendance_id: UUID, at: datetime | None = None) -> Attendance:
    """The officer has left: what they wrote is their first account, and stands from now on. Twice changes nothing.

    What is not finished is kept with it and keeps nobody there. Raises Refused.
    """
    attendance = the_attendance(by, Action.ATTEND, attendance_id)
    undertake(
        by,
        Action.ATTEND,
        *attendance.incident.subjects,
        detail={"attendance": str(attendance_id), "what": "leave"},
    )
    insist_own(by, attendance)
    attendance = (
        Attendance.objects.select_for_update(of=("self",)).select_related("incident").get(id=attendance_id)
    )
    if attendance.left_at is not None:
        return attendance
    attendance.left_at = max(done_at(at, now), attendance.began_at)
    attendance.left_entered_at = now
    attendance.missing = [str(section) for section in missing(states_of(by, attendance, at=now))]
    attendance.save(update_fields=["left_at", "left_entered_at", "missing"])
    for record_id in attendance.incident.subjects or [attendance.incident_id]:
        write("left-scene", by=by, now=attendance.left_at, record_id=record_id, about=attendance.incident_id)
    call_for_assessments(attendance, by=by, now=now)
    return attendance


def keep_words(incident: Incident, about: UUID, **parts: str) -> None:
    """Keep the words of a row beside it, by what they are. Inside another command only. Raises Malformed."""
    for part, words in parts.items():
        words = words.replace("\x00", "").replace("\r\n", "\n").strip()
        if len(words) > LONGEST_WORDS:
            raise Malformed(part, "is longer than 10000 characters")
        if words:
            Words.objects.create(incident=incident, about=about, part=part, words=words)
