"""Front counters, their hours and their leaflets: of nobody, so that no look is written."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughline.casework.contact.models import Counter, CounterHours, Leaflet
from throughline.casework.contact.rules.counters import Hours, Open, YearEnd, series, year_ends
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.clock.rules import london_day, months_after, parse_clock
from throughline.foundations.duties.models import Duty
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class OnView:
    """A leaflet on view. ``stale`` says that its print is too old, or of a date that nobody knows."""

    leaflet: Leaflet
    topic: str
    language: str
    stale: bool
    replace_by: date | None


@dataclass(frozen=True, slots=True)
class CounterPage:
    """One counter: its hours by day of the week as they hold today, what is on view and what is missing."""

    counter: Counter
    week: tuple[tuple[CounterHours, ...], ...]
    on_view: tuple[OnView, ...]
    missing: tuple[str, ...]
    check_due: datetime | None

    @property
    def languages(self) -> tuple[str, ...]:
        """In how many languages something is on view."""
        return tuple(sorted({one.language for one in self.on_view}))

    @property
    def stale(self) -> int:
        """How many leaflets are out of date."""
        return sum(one.stale for one in self.on_view)


def counters(actor: Actor, *, now: datetime) -> list[CounterPage]:
    """Every counter, those that are open first, by name. Raises Refused."""
    insist(actor, Action.KEEP_COUNTER)
    rows = Counter.objects.order_by("closed_on", "name")
    return sorted((_page(one, now) for one in rows), key=lambda page: page.counter.closed_on is not None)


def counter(actor: Actor, counter_id: UUID, *, now: datetime) -> CounterPage:
    """One counter. Raises Refused."""
    insist(actor, Action.KEEP_COUNTER)
    row = Counter.objects.filter(id=counter_id).first()
    if row is None:
        raise Refused(NOT_FOUND, counter_id)
    return _page(row, now)


def leaflet(actor: Actor, leaflet_id: UUID, *, now: datetime) -> OnView:
    """One leaflet that is on view. Raises Refused."""
    insist(actor, Action.KEEP_COUNTER)
    row = Leaflet.objects.select_related("counter").filter(id=leaflet_id, removed_on=None).first()
    if row is None:
        raise Refused(NOT_FOUND, leaflet_id)
    return _on_view(row, london_day(now))


def years(actor: Actor, *, now: datetime) -> list[YearEnd]:
    """Counters and their weekly hours at the end of each year to 31 March, and today. Raises Refused."""
    insist(actor, Action.KEEP_COUNTER)
    there = [Open(one.id, one.opened_on, one.closed_on) for one in Counter.objects.all()]
    if not there:
        return []
    hours = [
        Hours(one.counter_id, one.opens, one.closes, one.valid_from, one.valid_until)
        for one in CounterHours.objects.all()
    ]
    return series(there, hours, year_ends(min(one.opened_on for one in there), london_day(now)))


def _page(row: Counter, now: datetime) -> CounterPage:
    today = london_day(now)
    week: dict[int, list[CounterHours]] = defaultdict(list)
    for hours in row.hours.filter(valid_from__lte=today).order_by("opens"):
        if hours.valid_until is None or hours.valid_until >= today:
            week[hours.weekday].append(hours)
    on_view = tuple(
        _on_view(one, today)
        for one in row.leaflets.filter(removed_on=None).order_by("topic", "language", "put_out_on")
    )
    topics = {one.leaflet.topic for one in on_view}
    check = Duty.objects.filter(kind="leaflet-check", record_id=row.id, discharged_at=None).first()
    return CounterPage(
        counter=row,
        week=tuple(tuple(week[day]) for day in range(7)),
        on_view=on_view,
        missing=tuple(
            topic.label for topic in load("leaflet-topics").as_of(today) if topic.code not in topics
        ),
        check_due=check.due_at if check else None,
    )


def _on_view(row: Leaflet, today: date) -> OnView:
    topic = load("leaflet-topics").get(row.topic, on=row.put_out_on)
    clock = parse_clock(topic.text("replaced_after"))
    replace_by = months_after(row.printed_on, clock.count) if row.printed_on else None
    return OnView(
        leaflet=row,
        topic=topic.label,
        language=load("leaflet-languages").label(row.language, on=row.put_out_on),
        stale=replace_by is None or replace_by < today,
        replace_by=replace_by,
    )
