"""The register of markers that lapse: those that have lapsed unseen first, then those that soon will."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.neighbourhood.rules.lapsing import REVIEW_DUTY, Lapsing, lapsing
from throughline.casework.people.models import Marker
from throughline.casework.people.queries.person import insist_on, staff_names
from throughline.casework.people.rules import GUARDIAN, PURPOSES
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor, Refused, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

NOT_THERE = "There is no such marker"
#: How many are shown of each; the rest is counted.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """One marker of the register: whose, about which address, set by whom, until when, and the review that is open."""

    row: Marker
    whose: Somebody
    by: str
    days: int
    due: Duty | None


@dataclass(frozen=True, slots=True)
class Register:
    """What has lapsed and what soon will; ``more`` are not shown, ``standing`` lapse later."""

    lapsed: tuple[Listed, ...]
    soon: tuple[Listed, ...]
    more: dict[Lapsing, int]
    standing: int


def open_markers() -> QuerySet[Marker]:
    """Markers with a last day that nobody has ended or renewed, the earliest first. The caller writes the look."""
    rows = Marker.objects.filter(valid_until__isnull=False, ended_by=None)
    return rows.select_related("address").order_by("valid_until", "id")


def register(actor: Actor, *, now: datetime) -> Register:
    """The markers in the reader's sight that have lapsed unseen or soon lapse, with the look. Raises Refused."""
    insist(actor, Action.SUPERVISE_NEIGHBOURHOOD)
    today = london_day(now)
    some: dict[Lapsing, list[Marker]] = defaultdict(list)
    for one in open_markers():
        assert one.valid_until is not None
        some[lapsing(one.code, one.valid_until, today)].append(one)
    kinds = (Lapsing.LAPSED, Lapsing.SOON)
    shown = [one for kind in kinds for one in some[kind][:SHOWN]]
    named = people_named({one.record_id for one in shown}, today)
    names = staff_names({one.set_by for one in shown})
    duties = {
        duty.about: duty
        for duty in Duty.objects.filter(
            kind=REVIEW_DUTY, about__in=[one.id for one in shown], discharged_at=None
        )
    }
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.SUPERVISE_NEIGHBOURHOOD,
        subjects=sorted(named),
        purpose=PURPOSES.get(actor.role, ""),
        detail={"markers": len(shown)},
    )

    def listed(kind: Lapsing) -> tuple[Listed, ...]:
        return tuple(
            Listed(
                one,
                named[one.record_id],
                names[one.set_by],
                abs((one.valid_until - today).days) if one.valid_until else 0,
                duties.get(one.id),
            )
            for one in some[kind][:SHOWN]
            if one.record_id in named
        )

    return Register(
        lapsed=listed(Lapsing.LAPSED),
        soon=listed(Lapsing.SOON),
        more={kind: max(len(some[kind]) - SHOWN, 0) for kind in kinds},
        standing=len(some[Lapsing.STANDS]),
    )


def lapsed_places(*, now: datetime) -> tuple[Marker, ...]:
    """Markers about where somebody lives that have lapsed and that nobody has looked at. Part of a page, whose look names them."""
    today = london_day(now)
    rows = open_markers().filter(valid_until__lt=today, address__isnull=False)
    return tuple(rows.filter(Q(address__valid_until=None) | Q(address__valid_until__gt=today)))


def the_marker(actor: Actor, marker_id: UUID) -> Marker:
    """The marker that an address names, for who supervises and may see whom it is about. Raises Refused.

    One of a matter that the actor is party to is refused in the name of that record, so that it is noticed.
    """
    found = Marker.objects.select_related("address").filter(id=marker_id).first()
    if found is None:
        with acting(GUARDIAN):
            hidden = Marker.objects.filter(id=marker_id).first()
        if hidden is not None:
            insist_on(actor, Action.SUPERVISE_NEIGHBOURHOOD, hidden.record_id)
        raise Refused(NOT_THERE, marker_id)
    insist_on(actor, Action.SUPERVISE_NEIGHBOURHOOD, found.record_id)
    return found
