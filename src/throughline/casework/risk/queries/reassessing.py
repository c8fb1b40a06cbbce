"""What happened to the cases that somebody has graded, since they did."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Case, CaseIncident, StandingFact
from throughline.casework.cases.queries.counters import owned_by
from throughline.casework.cases.rules import Kind
from throughline.casework.people.commands.identities import each_held_together
from throughline.casework.risk.models import Grading
from throughline.casework.risk.rules.reassessing import Cause, Happened, causes
from throughline.casework.scene.rules.saying import CHANGED
from throughline.foundations.access.rules import Role
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

#: The line that two are no longer to each other what they were.
TIE_ENDED = "relationship-ended"


def happened_since(since: datetime, now: datetime) -> tuple[list[Happened], dict[UUID, datetime]]:
    """The entries and lapses since an instant that may call for a new grade, and when each case was last graded.

    An entry is of a case where it is about the case, one of its incidents, a fact that binds or protects one of the
    two, or what they are to each other; what was said, where `_said_of` says so. Bail or an order that lapsed without anybody ending it counts as ended on its last instant.
    """
    known = causes(london_day(now))
    kinds = {kind for cause in known for kind in cause.entries}
    entries = list(Entry.objects.filter(kind__in=kinds, at__gte=since, at__lte=now).order_by("at", "id"))
    about = {one.about for one in entries if one.about}
    of_case: dict[UUID, set[UUID]] = {
        case_id: {case_id} for case_id in Case.objects.filter(id__in=about).values_list("id", flat=True)
    }
    for incident, case in CaseIncident.objects.filter(incident__in=about).values_list("incident", "case"):
        of_case.setdefault(incident, set()).add(case)
    ended = list(StandingFact.objects.filter(id__in=about).exclude(kind__in=[Kind.OWNER, Kind.GRADE]))
    lapsing = [
        row.code
        for row in load("standing-facts").as_of(london_day(now))
        if row.text("group") in ("bail", "order")
    ]
    lapsed = list(
        StandingFact.objects.filter(
            kind__in=lapsing, ended_at=None, superseded_by=None, valid_until__gte=since, valid_until__lt=now
        )
    )
    for fact_id, cases in cases_of_facts([*ended, *lapsed]).items():
        of_case[fact_id] = of_case.get(fact_id, set()) | set(cases)
    said = _said_of([one for one in entries if one.kind == CHANGED], of_case, known)
    ties = _cases_of_two([one for one in entries if one.kind == TIE_ENDED])
    happened = [
        Happened(case, one.kind, one.code, one.at)
        for one in entries
        if one.about
        for case in said.get(one.id, ties.get(one.id, of_case.get(one.about, ())))
    ]
    happened += [
        Happened(case, "fact-ended", fact.kind, fact.valid_until)
        for fact in lapsed
        if fact.valid_until
        for case in of_case.get(fact.id, ())
    ]
    of = {one.case for one in happened}
    return happened, graded_at(of)


def _said_of(
    lines: Collection[Entry], of_case: Mapping[UUID, Collection[UUID]], known: Iterable[Cause]
) -> dict[int, set[UUID]]:
    """The open cases that each line about something said is of, by its number.

    Of those of its incident; what concerns her of all of hers; what was said in an assessment also of the case in
    which the two stand the other way round, and never of its own: whoever grades and checks that weighs it.
    """
    hers = {one.code for one in known if one.of_victim}
    base = Case.objects.in_bulk({case for one in lines if one.about for case in of_case.get(one.about, ())})
    together = each_held_together({case.victim_id for case in base.values()})
    wide = Case.objects.filter(
        Q(victim__in={record for records in together.values() for record in records})
        | Q(suspect__in={case.victim_id for case in base.values()}),
        closed_at=None,
    )
    standing = list(wide) if base else []
    found: dict[int, set[UUID]] = {}
    for one in lines:
        cases = [base[case] for case in of_case.get(one.about, ())] if one.about else []
        reached = {case.id for case in cases}
        for case in cases:
            reached |= {
                each.id
                for each in standing
                if (
                    each.victim_id in together[case.victim_id]
                    if one.code in hers
                    else (each.victim_id, each.suspect_id) == (case.suspect_id, case.victim_id)
                )
            }
        found[one.id] = reached - {one.about}
    return found


def _cases_of_two(lines: Collection[Entry]) -> dict[int, set[UUID]]:
    """The open cases between the two whose relationship each line is about, whichever of them is the victim."""
    together = each_held_together({id_ for one in lines for id_ in (one.record_id, one.about) if id_})
    people = {record for records in together.values() for record in records}
    cases = list(Case.objects.filter(victim__in=people, suspect__in=people, closed_at=None)) if people else []
    found: dict[int, set[UUID]] = {}
    for one in lines:
        mine, theirs = (set(together.get(id_, ())) for id_ in (one.record_id, one.about) if id_)
        found[one.id] = {
            case.id
            for case in cases
            if (case.victim_id in mine and case.suspect_id in theirs)
            or (case.victim_id in theirs and case.suspect_id in mine)
        }
    return found


def cases_of_facts(facts: Iterable[StandingFact]) -> dict[UUID, set[UUID]]:
    """The open cases that a fact is of: the one that it names, else those of whom it binds and protects."""
    facts = list(facts)
    suspects = {fact.record_id for fact in facts}
    cases = list(Case.objects.filter(suspect__in=suspects, closed_at=None))
    return {
        fact.id: {fact.case_id}
        if fact.case_id
        else {
            case.id
            for case in cases
            if case.suspect_id == fact.record_id and fact.protects_id in (None, case.victim_id)
        }
        for fact in facts
    }


def graded_at(case_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When somebody last graded each of some open cases, whether or not this room kept the stage."""
    standing = StandingFact.objects.filter(
        case__in=case_ids, case__closed_at=None, kind=Kind.GRADE, ended_at=None
    )
    found = {case: at for case, at in standing.values_list("case", "set_at") if case}
    for case, at in Grading.objects.filter(case__in=list(found)).values_list("case", "entered_at"):
        found[case] = max(found[case], at)
    return found


def grades_anew(case_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The officer or the member of the hub who owns each of some cases and is asked to grade it anew."""
    return owned_by(case_ids, Role.OFFICER, Role.HUB)
