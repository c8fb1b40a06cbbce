"""Figures over the rows that their reader may count, and the records behind each."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import ibis
from django.db import connection
from django.db.models import Count, Q
from ibis.expr.types import Table

from throughline.casework.cases.models import Case, Incident
from throughline.casework.contact.models import Contact, Counter
from throughline.casework.figures.models import Explanation
from throughline.casework.people.models import IdentityLink, Record
from throughline.casework.people.queries.person import names_of, staff_names
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import count_many, set_actor
from throughline.foundations.access.rules import Action, Actor, insist, may, system
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import start_of_day
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import Base
from throughline.measures import QUANTILES, Kind, Measure, Period, measures
from throughline.measures.intervals import Limits, Rate, Share, ranks
from throughline.reference import load

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of one group. ``of`` are the rows whose answer is known; none known is no figure, not nought."""

    label: str
    group: str | None
    rows: int
    counted: int | None = None
    unknown: int = 0
    median: float | None = None
    ninth_decile: float | None = None
    # of a share between nought and one, of a count in that, of a ratio for each hundred
    interval: Share | Rate | Limits | None = None
    # of a quantile, in minutes; none where too few times are known
    median_between: Limits | None = None
    ninth_decile_between: Limits | None = None

    @property
    def of(self) -> int:
        return self.rows - self.unknown

    @property
    def share(self) -> float | None:
        """For each hundred whose answer is known; None where none is."""
        return 100 * self.counted / self.of if self.counted is not None and self.of else None


@dataclass(frozen=True, slots=True)
class Explained:
    """What the force itself says of a measure over some days: whose words, and when."""

    first: date
    last: date
    words: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over a period, in as many lines as it tells groups apart, with what the force itself says of it."""

    measure: Measure
    lines: tuple[Line, ...]
    explained: tuple[Explained, ...] = ()


def run(expression: Table) -> list[dict[str, Any]]:
    """The rows of an expression on this request's own connection, under its reader's row security."""
    count_many()
    with connection.cursor() as cursor:
        cursor.execute(ibis.to_sql(expression, dialect="postgres"))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run_for_return(actor: Actor, period: Period) -> Callable[[Table], list[dict[str, Any]]]:
    """What runs the counts of the force's data return over all rows, whoever they are hidden from: they leave as counts.

    Writes one look without subjects, in the name of whoever makes the return; the rest of the transaction is the
    counter's. Raises Refused.
    """
    insist(actor, Action.BUILD_RETURN)
    days = {"from": period.first.isoformat(), "until": period.last.isoformat()}
    record(actor, Event.Kind.LOOK, Action.BUILD_RETURN, detail=days)
    set_actor(system("counter"))
    return run


def figures(actor: Actor, period: Period, *, only: Measure | None = None) -> tuple[Figure, ...]:
    """Every measure over a period, or one. Writes one look without subjects. Raises Refused."""
    insist(actor, Action.VIEW_MEASURES)
    chosen = (only,) if only else measures()
    record(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_MEASURES,
        detail={
            "measures": [one.code for one in chosen],
            "from": period.first.isoformat(),
            "until": period.last.isoformat(),
        },
    )
    said = explained(period, only.code if only else None)
    return tuple(replace(figure(one, period), explained=said.get(one.code, ())) for one in chosen)


def explained(period: Period, measure: str | None = None) -> dict[str, tuple[Explained, ...]]:
    """What was explained of any day of a period, by measure, the newest first. It is of nobody, so that no look is written."""
    rows = Explanation.objects.filter(first__lte=period.last, last__gte=period.first)
    if measure:
        rows = rows.filter(measure=measure)
    found = list(rows.order_by("-at", "id"))
    names = staff_names({one.by for one in found})
    said: dict[str, list[Explained]] = defaultdict(list)
    for one in found:
        said[one.measure].append(Explained(one.first, one.last, one.words, one.at, names[one.by]))
    return {code: tuple(each) for code, each in said.items()}


def figure(measure: Measure, period: Period) -> Figure:
    """One measure over a period, of the rows in the running actor's sight."""
    rows = run(measure.figure(period))
    between = _between(measure, period, rows) if measure.kind is Kind.DELAY and not measure.standing else {}
    return Figure(measure, tuple(_line(measure, row, between) for row in rows))


def _between(
    measure: Measure, period: Period, rows: list[dict[str, Any]]
) -> dict[tuple[str | None, str], Limits]:
    """Between which of the known times each quantile of each group lies, for those of which enough are known."""
    chosen = {
        (row.get("group"), name): found
        for row in rows
        for name, part in QUANTILES.items()
        if (found := ranks(int(row["known"]), part))
    }
    places: dict[str | None, set[int]] = defaultdict(set)
    for (group, _name), found in chosen.items():
        places[group] |= {found.low, found.high}
    if not places:
        return {}
    at = {(row.get("group"), row["nth"]): row["minutes"] for row in run(measure.in_order(period, places))}
    return {
        (group, name): Limits(at[group, found.low], at[group, found.high])
        for (group, name), found in chosen.items()
        # a time may have been corrected away between the two questions
        if (group, found.high) in at
    }


def _line(measure: Measure, row: dict[str, Any], between: dict[tuple[str | None, str], Limits]) -> Line:
    group = row.get("group")
    rows = int(row["rows"])
    unknown = int(row["unknown"]) if "unknown" in row else rows - int(row.get("known", rows))
    counted = rows if measure.kind is Kind.COUNT else _whole(row.get("counted"))
    return Line(
        label=measure.groups(group) if measure.groups else "",
        group=group,
        rows=rows,
        counted=0 if counted is None and measure.kind is Kind.RATIO else counted,
        unknown=unknown,
        median=row.get("median"),
        ninth_decile=row.get("ninth_decile"),
        interval=measure.around(counted or 0, rows - unknown),
        median_between=between.get((group, "median")),
        ninth_decile_between=between.get((group, "ninth_decile")),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class Opened:
    """One thing that a figure counted: a call, an incident, a case or a person, with what the measure says of it.

    ``name``, ``record_id`` and ``where`` are empty for a reader who counts and does not read about people; ``people``
    are the records of whom a case is.
    """

    answer: str
    group: str = ""
    incident_id: UUID | None = None
    case_id: UUID | None = None
    people: tuple[UUID, ...] = ()
    contact_id: UUID | None = None
    at: datetime | None = None
    incident: str = ""
    recorded_as: str = ""
    where: str = ""
    person: UUID | None = None
    record_id: UUID | None = None
    name: str = ""
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """The records behind a figure; ``rows`` is how many there are, also those not shown.

    ``of`` is what each is: call, incident, case or person.
    """

    of: str
    rows: int
    opened: tuple[Opened, ...]


def behind(actor: Actor, measure: Measure, period: Period) -> Behind:
    """What a figure counted, one by one. Writes one look naming the people. Raises Refused."""
    insist(actor, Action.VIEW_MEASURES)
    rows = run(measure.rows(period))
    # a row of a call may name its incident, and a row of an incident its case
    of = next((one for one in _OPENS if rows and one in rows[0]), "call")
    rows.sort(key=lambda row: (not row.get("counted"), str(row.get("last_day", row.get("at", "")))))
    return Behind(of, len(rows), _OPENS[of](actor, measure, rows[:SHOWN]))


def _answer(measure: Measure, row: dict[str, Any]) -> str:
    match measure.kind:
        case Kind.SHARE:
            return {True: "yes", False: "no"}.get(row["counted"], "unknown")
        case Kind.RATIO:
            return "unknown" if row["counted"] is None else str(row["counted"])
        case Kind.DELAY:
            return "unknown" if row["minutes"] is None else f"{row['minutes']:.0f}"
    return "yes"


def _group(measure: Measure, row: dict[str, Any]) -> str:
    return measure.groups(row["group"]) if measure.groups and "group" in row else ""


def _contacts(actor: Actor, measure: Measure, rows: list[dict[str, Any]]) -> tuple[Opened, ...]:
    contacts = Contact.objects.in_bulk([row["call"] for row in rows])
    incidents = Incident.objects.in_bulk({one.incident_id for one in contacts.values() if one.incident_id})
    reads = may(actor, Action.VIEW_CONTACT)
    _look(actor, {subject for one in contacts.values() for subject in one.subjects})
    return tuple(
        Opened(
            answer=_answer(measure, row),
            group=_group(measure, row),
            contact_id=contact.id,
            at=contact.received_at,
            incident=incidents[contact.incident_id].number if contact.incident_id in incidents else "",
            recorded_as=incidents[contact.incident_id].recorded_as
            if contact.incident_id in incidents
            else contact.recorded_as,
            where=contact.place if reads else "",
        )
        for row in rows
        if (contact := contacts.get(row["call"]))
    )


def _people(actor: Actor, measure: Measure, rows: list[dict[str, Any]]) -> tuple[Opened, ...]:
    people = {row["person"] for row in rows}
    records: dict[UUID, UUID] = {}
    if may(actor, Action.VIEW_PERSON):
        links = IdentityLink.objects.filter(identity__in=people, valid_until=None).order_by("valid_from")
        records = {identity: record_id for record_id, identity in links.values_list("record", "identity")}
    names = names_of(records.values())
    _look(actor, set(records.values()))
    return tuple(
        Opened(
            answer=_answer(measure, row),
            group=_group(measure, row),
            person=row["person"],
            record_id=(record_id := records.get(row["person"])),
            name=names.get(record_id, "") if record_id else "",
            last_day=row["last_day"],
        )
        for row in rows
    )


def _incidents(actor: Actor, measure: Measure, rows: list[dict[str, Any]]) -> tuple[Opened, ...]:
    incidents = Incident.objects.in_bulk({row["incident"] for row in rows})
    reads = may(actor, Action.VIEW_CONTACT)
    _look(actor, {subject for one in incidents.values() for subject in one.subjects})
    return tuple(
        Opened(
            answer=_answer(measure, row),
            group=_group(measure, row),
            incident_id=one.id,
            at=one.reported_at,
            incident=one.number,
            recorded_as=one.recorded_as,
            where=one.place if reads else "",
            people=tuple(one.subjects) if reads else (),
        )
        for row in rows
        if (one := incidents.get(row["incident"]))
    )


def _cases(actor: Actor, measure: Measure, rows: list[dict[str, Any]]) -> tuple[Opened, ...]:
    cases = Case.objects.in_bulk({row["case"] for row in rows})
    reads = may(actor, Action.VIEW_PERSON)
    names = names_of({one for case in cases.values() for one in case.subjects}) if reads else {}
    _look(actor, {subject for one in cases.values() for subject in one.subjects})
    return tuple(
        Opened(
            answer=_answer(measure, row),
            group=_group(measure, row),
            case_id=case.id,
            at=row["at"],
            people=tuple(case.subjects) if reads else (),
            name=" / ".join(
                names[one] for one in (case.victim_id, case.suspect_id) if one and names.get(one)
            ),
        )
        for row in rows
        if (case := cases.get(row["case"]))
    )


_OPENS = {"call": _contacts, "incident": _incidents, "case": _cases, "person": _people}


def _look(actor: Actor, subjects: set[UUID]) -> None:
    record(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_MEASURES,
        subjects=sorted(subjects),
        purpose="supervision" if subjects else "",
    )


def month_of_duties(period: Period) -> tuple[dict[Base, int], dict[str, dict[str, int]]]:
    """What the volumes of duties are counted against over a period of some days, and the duties that were
    opened in it by kind and by the role that has or had them; both of all rows in the running actor's sight.
    """
    first, last = period.first, period.last
    after = start_of_day(last + timedelta(days=1))
    contacts = Contact.objects.filter(
        Q(domestic=True) | Q(incident__domestic=True),
        received_at__gte=start_of_day(first),
        received_at__lt=after,
    )
    telephone = [row.code for row in load("contact-channels").as_of(last) if row.flag("telephone")]
    goes = [row.code for row in load("response-grades").as_of(last) if row.flag("goes")]
    calls = contacts.filter(channel__in=telephone)
    within = {"opened_at__gte": start_of_day(first), "opened_at__lt": after}
    month = {
        Base.CALLS: calls.count(),
        Base.CALLS_SENT: calls.filter(deployments__grade__in=goes).distinct().count(),
        Base.CONTACTS: contacts.count(),
        Base.VISITS: contacts.filter(channel="front-counter").count(),
        Base.INCIDENTS: Incident.objects.filter(
            domestic=True, reported_at__gte=start_of_day(first), reported_at__lt=after
        ).count(),
        Base.NEW_RECORDS: Record.objects.filter(made_at__gte=start_of_day(first), made_at__lt=after).count(),
        Base.RECORDS: Record.objects.filter(erased_at=None).count(),
        Base.RESTRICTED: Grant.objects.filter(kind=Grant.Kind.RESTRICT, valid_until=None).count(),
        Base.ACCOUNTS: User.objects.filter(is_active=True).count(),
        Base.COUNTERS: Counter.objects.filter(closed_on=None).count(),
        Base.DAYS: (last - first).days + 1,
    }
    opened: dict[str, dict[str, int]] = {}
    for kind, role, many in Duty.objects.filter(**within).values_list("kind", "role").annotate(Count("id")):
        opened.setdefault(kind, {})[role] = many
    return month, opened
