"""Writing down what happened and who was in it; the cases of an incident follow from who was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from throughline.casework.cases.commands.counter import keep_counters
from throughline.casework.cases.commands.groups import propose_groups
from throughline.casework.cases.commands.holding import (
    LET_GO,
    call_for_owner_and_grade,
    keep_whose,
    let_go,
    locked_case,
)
from throughline.casework.cases.models import (
    Case,
    CaseIncident,
    Crime,
    Incident,
    Involvement,
    Joining,
    StandingFact,
)
from throughline.casework.cases.rules import (
    INCIDENT_STEPS,
    JOINED,
    MISTAKEN,
    NOT_YET_RECORDED,
    SUSPECT_KNOWN,
    NotYet,
    Part,
    State,
    Step,
    after,
    closing_duties,
    incident_number,
    must_exist,
)
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.models import Record
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty
from throughline.reference import load

NO_INCIDENT = "There is no such incident"


def next_number(now: datetime) -> str:
    """A number that no other incident has; nobody waits for another who takes one."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('cases_incident_number')")
        return incident_number(london_day(now), cursor.fetchone()[0])


@transaction.atomic
def open_incident(
    *,
    by: Actor,
    now: datetime,
    recorded_as: str,
    place: str = "",
    postcode: str = "",
    domestic: bool | None = None,
    reported_at: datetime | None = None,
    has_contact: bool = False,
) -> Incident:
    """Open an incident under a kind of reference's incident-kinds; its place may be empty, nobody is in it yet.

    ``domestic`` is what a person judged; a kind that itself says domestic abuse says it where nobody has yet.
    ``reported_at`` is when police were told, if that was earlier than now. ``has_contact`` where they were told
    at a contact; without, it is one that the front line writes down itself. Raises UnknownCode, Refused.
    """
    undertake(by, Action.TAKE_CONTACT if has_contact else Action.RECORD_INCIDENT)
    kind = load("incident-kinds").get(recorded_as, on=london_day(now))
    incident = Incident.objects.create(
        number=next_number(reported_at or now),
        reported_at=reported_at or now,
        place=" ".join(place.split()),
        postcode=" ".join(postcode.upper().split()),
        recorded_as=recorded_as,
        domestic=True if domestic is None and kind.flag("domestic") else domestic,
        has_contact=has_contact,
    )
    _call_the_registrar(incident, now)
    return incident


@transaction.atomic
def has_contact(*, by: Actor, now: datetime, incident_id: UUID) -> Incident:
    """Say that a contact is of an incident that had none, so that it closes only once that is signed off.

    Said again it changes nothing. Raises NotYet where the incident is closed, Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.TAKE_CONTACT, *incident.subjects, detail={"incident": str(incident.id)})
    after(INCIDENT_STEPS, incident.closed_at is not None, Step.TELL)
    if not incident.has_contact:
        incident.has_contact = True
        incident.save(update_fields=["has_contact"])
        for record_id in incident.subjects:
            write("incident-told", by=by, now=now, record_id=record_id, about=incident.id)
    return incident


def locked(incident_id: UUID) -> Incident:
    """The incident, held until the transaction ends. Raises Refused where there is none in sight."""
    try:
        return Incident.objects.select_for_update().get(id=incident_id)
    except Incident.DoesNotExist:
        raise Refused(NO_INCIDENT, incident_id) from None


@transaction.atomic
def reclassify(
    *, by: Actor, now: datetime, incident_id: UUID, recorded_as: str, domestic: bool | None
) -> Incident:
    """Say what an incident was, and whether it was domestic abuse. Judged so after closing, it is open again.

    Raises UnknownCode, Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.RECORD_INCIDENT, *incident.subjects, detail={"incident": str(incident.id)})
    load("incident-kinds").get(recorded_as, on=london_day(now))
    was = incident.domestic
    incident.recorded_as, incident.domestic = recorded_as, domestic
    if domestic and not was:
        after(INCIDENT_STEPS, incident.closed_at is not None, Step.RECLASSIFY)
        incident.closed_at, incident.closed_by, incident.closed_as = None, None, ""
    incident.save()
    if domestic is not was:
        for record_id in incident.subjects:
            write(
                "incident-judged",
                by=by,
                now=now,
                record_id=record_id,
                about=incident.id,
                code="domestic" if domestic else "not-domestic",
            )
    _call_the_registrar(incident, now)
    keep_cases(incident, by=by, now=now)
    return incident


@transaction.atomic
def involve(
    *, by: Actor, now: datetime, incident_id: UUID, record_id: UUID, part: str, confirmed: bool
) -> Involvement:
    """Say who somebody was in an incident, in a code of reference's involvements; again changes nothing.

    A confirmed victim and suspect open their case, or join the open one of the same two people whichever of
    their records it names; a victim alone has a case that waits for its suspect. One who is not confirmed
    opens none: both readings stay open until it is said again with ``confirmed``. Raises UnknownCode, Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.RECORD_INCIDENT, record_id, detail={"incident": str(incident.id), "part": part})
    load("involvements").get(part, on=london_day(now))
    found, made = Involvement.objects.get_or_create(
        incident=incident,
        record_id=record_id,
        part=part,
        ended_at=None,
        defaults={"confirmed": confirmed, "made_at": now, "made_by": by.id},
    )
    if made:
        write("involved", by=by, now=now, record_id=record_id, about=incident.id, code=part)
    elif confirmed and not found.confirmed:
        found.confirmed = True
        found.save(update_fields=["confirmed"])
    if made or confirmed:
        _keep_subjects(incident)
        keep_cases(incident, by=by, now=now)
    return found


@transaction.atomic
def name_each_other(*, by: Actor, now: datetime, case_id: UUID, incident_id: UUID) -> None:
    """Say that in an incident of a case its suspect names the victim as theirs: each is then both, surely.

    The case the other way round follows, and that somebody decides (`commands.counter`). Said again it changes
    nothing. Raises Malformed for an incident of another case, or while nobody knows the suspect; Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.RECORD_INCIDENT, *case.subjects, detail={"case": str(case.id)})
    if case.suspect_id is None:
        raise Malformed("incident", "has no suspect whom anybody knows")
    if not case.incident_links.filter(incident=incident_id).exists():
        raise Malformed("incident", "is not one of this case")
    for record_id, part in ((case.suspect_id, Part.VICTIM), (case.victim_id, Part.SUSPECT)):
        involve(by=by, now=now, incident_id=incident_id, record_id=record_id, part=part, confirmed=True)


@transaction.atomic
def withdraw(*, by: Actor, now: datetime, involvement_id: UUID) -> None:
    """Say that somebody had no such part in an incident after all. Doing it twice changes nothing.

    A case that nothing else rests on is closed as opened by mistake.
    """
    one = Involvement.objects.filter(id=involvement_id).first()
    if one is None:
        raise Refused(NO_INCIDENT)
    incident = locked(one.incident_id)
    undertake(by, Action.RECORD_INCIDENT, one.record_id, detail={"incident": str(incident.id)})
    one.refresh_from_db()
    if one.ended_at is not None:
        return
    one.ended_at, one.ended_by = now, by.id
    one.save(update_fields=["ended_at", "ended_by"])
    write("no-longer-involved", by=by, now=now, record_id=one.record_id, about=incident.id, code=one.part)
    keep_cases(incident, by=by, now=now)
    _keep_subjects(incident)


@transaction.atomic
def close_incident(*, by: Actor, now: datetime, incident_id: UUID, closed_as: str) -> Incident:
    """Close an incident, in a code of reference's incident-closings. Closing it twice changes nothing.

    Raises NotYet while nobody has said whether it was domestic abuse, or while a duty kind that reference's
    closing-duties names for it is open, or was never opened where it must have been (`rules.must_exist`).
    UnknownCode, Malformed for a code that is given by rule alone, Refused.
    """
    incident = locked(incident_id)
    undertake(by, Action.CLOSE_CASE, *incident.subjects, detail={"incident": str(incident.id)})
    if not load("incident-closings").get(closed_as, on=london_day(now)).flag("offered"):
        raise Malformed("closed_as", "is not one of the reasons to close")
    if incident.closed_at is not None:
        return incident
    if missing := _undone(incident, now):
        raise NotYet(missing)
    _close(incident, by=by, now=now, closed_as=closed_as)
    return incident


def _close(incident: Incident, *, by: Actor, now: datetime, closed_as: str) -> None:
    state = after(INCIDENT_STEPS, incident.closed_at is not None, Step.CLOSE)
    assert state is State.CLOSED
    incident.closed_at, incident.closed_by, incident.closed_as = now, by.id, closed_as
    incident.save(update_fields=["closed_at", "closed_by", "closed_as"])
    for record_id in incident.subjects:
        write("incident-closed", by=by, now=now, record_id=record_id, about=incident.id, code=closed_as)


def _undone(incident: Incident, now: datetime) -> list[str]:
    """What keeps an incident from being closed, as codes, with its duties held until the transaction ends."""
    if incident.domestic is None:
        return ["not-judged"]
    cases = list(incident.case_links.values_list("case", flat=True))
    # what was begun under one that was joined into it
    joined = list(incident.joined_from.values_list("id", flat=True))
    about_these = [incident.id, *joined, *cases]
    duties = list(Duty.objects.select_for_update().filter(about__in=about_these).order_by("id"))
    undone = []
    for row in closing_duties("incident", london_day(now)):
        if any(
            duty.kind == row.text("duty") and duty.about in joined and duty.discharged_at is None
            for duty in duties
        ):
            undone.append(row.text("duty"))
        for about in cases if row.flag("of_each_case") else [incident.id]:
            its = [duty for duty in duties if duty.kind == row.text("duty") and duty.about == about]
            if any(duty.discharged_at is None for duty in its) or (
                incident.domestic
                and must_exist(row, has_contact=incident.has_contact)
                and not _since(its, incident)
            ):
                undone.append(row.text("duty"))
    return list(dict.fromkeys(undone))


def _since(duties: list[Duty], incident: Incident) -> list[Duty]:
    """Those that were done since the incident was told of: what was done about the two before is not about it."""
    return [
        duty
        for duty in duties
        if duty.about == incident.id or (duty.discharged_at and duty.discharged_at >= incident.reported_at)
    ]


def both_open(first: UUID, second: UUID) -> tuple[Incident, Incident]:
    """Two open incidents, held until the transaction ends, in one order whoever asks: no two wait for each other.

    Raises Refused where one is out of sight, Conflict where one was closed meanwhile.
    """
    held = {incident_id: locked(incident_id) for incident_id in sorted((first, second))}
    if any(one.closed_at is not None for one in held.values()):
        raise Conflict("one of the incidents is closed")
    return held[first], held[second]


@transaction.atomic
def carry_over(*, by: Actor, now: datetime, incident_id: UUID, into_id: UUID) -> Incident:
    """Say of one open incident what was said of another: who was in it, and what a person judged of it.

    Nothing is taken from the other. What speaks for domestic abuse stands against what does not. Returns the
    one that has both. Raises Conflict, Refused.
    """
    incident, into = both_open(incident_id, into_id)
    undertake(
        by,
        Action.RECORD_INCIDENT,
        *{*incident.subjects, *into.subjects},
        detail={"incident": str(into.id), "from": str(incident.id)},
    )
    recorded_as, domestic = _said_of_both(incident, into.recorded_as, into.domestic)
    if (recorded_as, domestic) != (into.recorded_as, into.domestic):
        into = reclassify(by=by, now=now, incident_id=into.id, recorded_as=recorded_as, domestic=domestic)
    said_already = {(one.record_id, one.part) for one in _live(into)}
    # victims last, so that whoever did it is known when her case is looked for
    for one in sorted(_live(incident), key=lambda one: one.part == Part.VICTIM):
        carried = involve(
            by=by,
            now=now,
            incident_id=into.id,
            record_id=one.record_id,
            part=one.part,
            confirmed=one.confirmed,
        )
        if (one.record_id, one.part) not in said_already:
            carried.came_from_id = one.came_from_id or incident.id
            carried.save(update_fields=["came_from"])
    return locked(into.id)


def _said_of_both(incident: Incident, recorded_as: str, domestic: bool | None) -> tuple[str, bool | None]:
    """What an incident is recorded as and judged to be once what was said of another is said of it as well."""
    return (
        incident.recorded_as if recorded_as == NOT_YET_RECORDED else recorded_as,
        incident.domestic if domestic is None else domestic or bool(incident.domestic),
    )


@transaction.atomic
def join_incidents(*, by: Actor, now: datetime, incident_id: UUID, into_id: UUID) -> Incident:
    """Two open incidents are the same: all of one goes to the other, and it is closed by rule. Returns the other.

    Who was in it, its crimes, and its place under its cases go over; a case keeps its owner, grade and facts.
    What the registrar had not judged of it yet is to be judged of the other. Of its duties those are let go that the
    other must have itself; any other (a school is to be told, a sergeant is to look at it) stays until it is done, and
    the other does not close before. Its row stays, with the code ``joined`` and the number that was said over the
    air. Raises Conflict where one was closed meanwhile, Refused.
    """
    _, into = both_open(incident_id, into_id)
    other_was = {
        "at": now.isoformat(),
        "recorded_as": into.recorded_as,
        "domestic": into.domestic,
        "placed": bool(into.place),
    }
    into = carry_over(by=by, now=now, incident_id=incident_id, into_id=into_id)
    incident, into = both_open(incident_id, into.id)
    if not into.place and incident.place:
        into.place, into.postcode = incident.place, incident.postcode
        into.save(update_fields=["place", "postcode"])
    incident.crimes.filter(came_from=None).update(came_from=incident)
    incident.crimes.update(incident=into)
    _repeat_on_crimes(into)
    waiting = Duty.objects.filter(about=incident.id, discharged_at=None)
    if (
        waiting.filter(kind="crime-recording").exists()
        and not Duty.objects.filter(kind="crime-recording", about=into.id, discharged_at=None).exists()
    ):
        _to_be_judged(into, now, cause="incident-joined")
    let_go(waiting.filter(kind__in=_its_own_duties(now)), by=by, now=now)
    # written before its people are those of the other, to whom nothing was closed
    _close(incident, by=by, now=now, closed_as=JOINED)
    Involvement.objects.filter(incident=incident, ended_at=None).update(ended_at=now, ended_by=by.id)
    keep_cases(incident, by=by, now=now)
    incident.joined_into, incident.other_was = into, other_was
    incident.save(update_fields=["joined_into", "other_was"])
    # what was joined into this one before is now of the other as well
    for one in incident.joined_from.order_by("reported_at", "number"):
        one.joined_into, one.other_was = into, {"at": one.other_was["at"]} if one.other_was else None
        one.save(update_fields=["joined_into", "other_was"])
    _repeat_on_joined(into)
    return into


@transaction.atomic
def part_incidents(*, by: Actor, now: datetime, incident_id: UUID, other_has_contact: bool) -> Incident:
    """Two joined incidents are not the same after all: the one that was closed is open again. Returns it.

    It has again whoever was in it, its crimes, its place under its cases and the duties that were let go; what was
    said of the other only because of it is said of that no more, unless somebody has judged the other since. Nobody is
    made less sure than they were meanwhile, and whoever was said not to have been there is not brought back. What was
    learnt, gathered and done under the other since then stays there. No row goes: what was said while they were one
    stands ended. ``other_has_contact`` says whether a call or a visit is still of the other. Raises Conflict where it
    is joined with none, Refused.
    """
    into_id = Incident.objects.filter(id=incident_id).values_list("joined_into", flat=True).first()
    if into_id is None:
        raise Conflict("the incident is joined with no other")
    held = {one: locked(one) for one in sorted((incident_id, into_id))}
    incident, into = held[incident_id], held[into_id]
    undertake(
        by,
        Action.RECORD_INCIDENT,
        *{*incident.subjects, *into.subjects},
        detail={"incident": str(incident.id), "parted_from": str(into.id)},
    )
    if incident.joined_into_id != into.id:
        raise Conflict("the incident is joined with no other")
    other_was = incident.other_was or {}
    joined_at = datetime.fromisoformat(other_was["at"]) if other_was else incident.closed_at
    alone = not into.joined_from.exclude(id=incident.id).exists()
    after(INCIDENT_STEPS, incident.closed_at is not None, Step.PART)
    incident.closed_at, incident.closed_by, incident.closed_as = None, None, ""
    incident.joined_into, incident.other_was = None, None
    incident.save()
    for record_id in into.subjects:
        write("incidents-parted", by=by, now=now, record_id=record_id, about=incident.id)
    _give_back_people(incident, into, joined_at, by=by, now=now)
    into.crimes.filter(came_from=incident).update(incident=incident, came_from=None)
    for one in (incident, into):
        _keep_subjects(one)
        _repeat_on_crimes(one)
    keep_cases(incident, by=by, now=now)
    _give_back_duties(incident, into, joined_at, by=by, now=now)
    if into.has_contact and not other_has_contact:
        into.has_contact = False
        into.save(update_fields=["has_contact"])
    if "recorded_as" in other_was and alone:
        _as_it_was(into, incident, other_was, by=by, now=now)
    keep_cases(locked(into.id), by=by, now=now)
    return incident


def _its_own_duties(now: datetime) -> list[str]:
    """The kinds of duty that an incident must have itself before it is closed."""
    return [row.text("duty") for row in closing_duties("incident", london_day(now)) if row.flag("must_exist")]


def _give_back_people(
    incident: Incident, into: Incident, joined_at: datetime | None, *, by: Actor, now: datetime
) -> None:
    """Whoever was in an incident when it was joined is in it again, and in the other only if they were there before."""
    carried = list(into.involvements.filter(came_from=incident).order_by("made_at", "id"))
    now_said = {(one.record_id, one.part): one for one in carried}
    there = {(one.record_id, one.part) for one in _live(incident)}
    for was in incident.involvements.filter(ended_at=joined_at, came_from=None).order_by("made_at", "id"):
        meanwhile = now_said.get((was.record_id, was.part))
        if (was.record_id, was.part) in there or (meanwhile and meanwhile.ended_at is not None):
            continue
        Involvement.objects.create(
            incident=incident,
            record_id=was.record_id,
            part=was.part,
            confirmed=was.confirmed or bool(meanwhile and meanwhile.confirmed),
            made_at=now,
            made_by=by.id,
        )
        write("involved", by=by, now=now, record_id=was.record_id, about=incident.id, code=was.part)
    for one in carried:
        if one.ended_at is None:
            one.ended_at, one.ended_by = now, by.id
            one.save(update_fields=["ended_at", "ended_by"])
            write("no-longer-involved", by=by, now=now, record_id=one.record_id, about=into.id, code=one.part)


def _give_back_duties(
    incident: Incident, into: Incident, joined_at: datetime | None, *, by: Actor, now: datetime
) -> None:
    """What was let go because the other had to be done is to be done again; what the other had because of it is not."""
    kinds = _its_own_duties(now)
    for duty in Duty.objects.filter(kind__in=kinds, about=incident.id, discharged_at=joined_at).order_by(
        "id"
    ):
        if duty.outcome == LET_GO:
            open_duty(
                duty.kind, now=now, record_id=duty.record_id, about=incident.id, cause="incident-parted"
            )
    waiting = Duty.objects.filter(kind="crime-recording", about=into.id, discharged_at=None)
    let_go([duty for duty in waiting if duty.causes == ["incident-joined"]], by=by, now=now)


def _as_it_was(
    into: Incident, incident: Incident, other_was: dict[str, Any], *, by: Actor, now: datetime
) -> None:
    """What an incident was before another was joined into it, where nobody has said otherwise since."""
    before = (other_was["recorded_as"], other_was["domestic"])
    if not other_was["placed"] and (into.place, into.postcode) == (incident.place, incident.postcode):
        into.place = into.postcode = ""
        into.save(update_fields=["place", "postcode"])
    joined = (into.recorded_as, into.domestic)
    if joined != before and joined == _said_of_both(incident, *before):
        reclassify(by=by, now=now, incident_id=into.id, recorded_as=before[0], domestic=before[1])


# --- what follows from who was in it -------------------------------------------------------------------


def _live(incident: Incident) -> list[Involvement]:
    return list(Involvement.objects.filter(incident=incident, ended_at=None).order_by("made_at", "id"))


def _keep_subjects(incident: Incident) -> None:
    """Repeat whom it is about, for row security, on the incident and on what stands under it."""
    subjects = sorted({one.record_id for one in _live(incident)})
    if subjects != sorted(incident.subjects):
        Incident.objects.filter(id=incident.id).update(subjects=subjects)
        incident.subjects = subjects
        _repeat_on_crimes(incident)
        _repeat_on_joined(incident)


def _repeat_on_crimes(incident: Incident) -> None:
    for crime in Crime.objects.filter(incident=incident):
        about = {*incident.subjects, *([crime.victim_id] if crime.victim_id else [])}
        Crime.objects.filter(id=crime.id).update(subjects=sorted(about))


def _repeat_on_joined(incident: Incident) -> None:
    """What was joined into it holds a place and a time of the same people."""
    incident.joined_from.update(subjects=incident.subjects)


def keep_cases(incident: Incident, *, by: Actor, now: datetime) -> None:
    """Put an incident under the cases of those who are confirmed in it, and under no other.

    Inside a command that holds the incident and has audited.
    """
    pairs = _pairs(incident)
    # whoever else opens a case about one of these people waits here: a case of hers, or one against her
    people = {one for pair in pairs for one in pair if one}
    list(Record.objects.select_for_update(no_key=True).filter(id__in=people).order_by("id"))
    before = {link.case_id: link.case for link in incident.case_links.select_related("case")}
    kept = {_case_for(incident, victim, suspect, by=by, now=now).id for victim, suspect in pairs}
    for case_id, case in before.items():
        if case_id not in kept and not case.joinings.filter(ended_at=None, into__in=kept).exists():
            CaseIncident.objects.filter(case=case_id, incident=incident).delete()
            _close_if_empty(case, by=by, now=now)
    keep_counters({*before, *kept}, new=kept - before.keys(), by=by, now=now)
    propose_groups(kept, now=now)


def _pairs(incident: Incident) -> list[tuple[UUID, UUID | None]]:
    """Every confirmed victim with every confirmed suspect, or alone; none where it is not domestic abuse."""
    if incident.domestic is False:
        return []
    confirmed = [one for one in _live(incident) if one.confirmed]
    victims = [one.record_id for one in confirmed if one.part == Part.VICTIM]
    suspects = [one.record_id for one in confirmed if one.part == Part.SUSPECT]
    pairs: list[tuple[UUID, UUID | None]] = []
    for victim in victims:
        himself = set(held_together(victim))
        others = [one for one in suspects if one not in himself]
        pairs += [(victim, other) for other in others] or [(victim, None)]
    return pairs


def _case_for(incident: Incident, victim: UUID, suspect: UUID | None, *, by: Actor, now: datetime) -> Case:
    """The open case of two people, opened where there is none, with the incident under it."""
    case = _open_case(incident, victim, suspect)
    waiting = _waiting_case(incident, victim) if suspect else None
    if suspect and waiting and case is None:
        # her case takes its suspect
        case = waiting
        case.suspect_id, case.subjects = suspect, sorted({victim, suspect})
        case.save(update_fields=["suspect", "subjects"])
        for fact in StandingFact.objects.filter(case=case):
            fact.subjects = sorted({*fact.subjects, suspect})
            fact.save(update_fields=["subjects"])
        write("case-opened", by=by, now=now, record_id=suspect, about=case.id, code=Part.SUSPECT)
    elif suspect and waiting and case:
        CaseIncident.objects.filter(case=waiting, incident=incident).delete()
        if not _close_if_empty(waiting, by=by, now=now, closed_as=SUSPECT_KNOWN):
            # what stands on it stays, under the case of the two
            CaseIncident.objects.create(case=waiting, incident=incident, made_at=now, made_by=by.id)
            Joining.objects.get_or_create(
                case=waiting, ended_at=None, defaults={"into": case, "made_at": now, "made_by": by.id}
            )
            write("cases-joined", by=by, now=now, record_id=victim, about=case.id)
    if case is None:
        case = _new_case(victim, suspect, by=by, now=now)
    CaseIncident.objects.get_or_create(
        case=case, incident=incident, defaults={"made_at": now, "made_by": by.id}
    )
    keep_whose(case)
    return case


def _open_case(incident: Incident, victim: UUID, suspect: UUID | None) -> Case | None:
    """The open case of two people, whichever of their records it names; the one it is under before others."""
    hers = Case.objects.select_for_update().filter(victim__in=held_together(victim), closed_at=None)
    hers = hers.filter(suspect__in=held_together(suspect)) if suspect else hers.filter(suspect=None)
    found = list(hers.order_by("opened_at", "id"))
    under = set(incident.case_links.values_list("case", flat=True))
    return min(found, key=lambda case: (case.id not in under, case.victim_id != victim), default=None)


def _waiting_case(incident: Incident, victim: UUID) -> Case | None:
    """The case of this incident that waits for its suspect, unless other incidents wait with it."""
    case = (
        Case.objects.filter(
            victim__in=held_together(victim), suspect=None, closed_at=None, incident_links__incident=incident
        )
        .order_by("opened_at", "id")
        .first()
    )
    if case is None or case.incident_links.exclude(incident=incident).exists():
        return None
    return case


def _new_case(victim: UUID, suspect: UUID | None, *, by: Actor, now: datetime) -> Case:
    """A case without a gap: what it lacks, an owner and a grade, is a duty at once."""
    both = _both(victim, suspect)
    case = Case.objects.create(
        victim_id=victim, suspect_id=suspect, opened_at=now, opened_by=by.id, subjects=sorted(both)
    )
    for record_id in both:
        part = Part.VICTIM if record_id == victim else Part.SUSPECT
        write("case-opened", by=by, now=now, record_id=record_id, about=case.id, code=part)
    call_for_owner_and_grade(case, by=by, now=now, cause="case-opened")
    return case


def _both(victim: UUID, suspect: UUID | None) -> list[UUID]:
    return [victim, *([suspect] if suspect else [])]


def _close_if_empty(case: Case, *, by: Actor, now: datetime, closed_as: str = MISTAKEN) -> bool:
    """Close a case that no incident is left under and nobody has graded, owned, joined or tied a fact to."""
    case = Case.objects.select_for_update().get(id=case.id)
    if case.closed_at:
        return True
    rests_on_it = (case.incident_links, case.facts, case.joined, case.joinings, case.memberships)
    if any(one.exists() for one in rests_on_it):
        return False
    case.closed_at, case.closed_by, case.closed_as = now, by.id, closed_as
    case.save(update_fields=["closed_at", "closed_by", "closed_as"])
    for record_id in case.subjects:
        write("case-closed", by=by, now=now, record_id=record_id, about=case.id, code=closed_as)
    let_go(Duty.objects.filter(about=case.id, discharged_at=None), by=by, now=now)
    return True


def _call_the_registrar(incident: Incident, now: datetime) -> None:
    """A domestic incident waits for the registrar's judgement from when somebody said that it is one."""
    if incident.domestic and not Duty.objects.filter(kind="crime-recording", about=incident.id).exists():
        _to_be_judged(incident, now, cause="domestic-incident")


def _to_be_judged(incident: Incident, now: datetime, *, cause: str) -> None:
    victim = next((one.record_id for one in _live(incident) if one.part == Part.VICTIM), incident.id)
    open_duty("crime-recording", now=now, record_id=victim, about=incident.id, cause=cause)
