"""Who takes part, which rounds there are, and when what comes out of them."""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import Agency, Team
from throughline.foundations.audit.commands import undertake
from throughline.foundations.clock.rules import london_day
from throughline.national.collection.commands.shared import in_line, said
from throughline.national.collection.models import Force, Release, Round, Seat
from throughline.national.collection.rules import NOTICE, Amiss
from throughline.reference import load
from throughline.statistics.returns import items

#: The two teams of a force at this site: who sends and signs, and its commissioner's office, who reads what was signed.
CONTACTS, OFFICE = "Data return", "Commissioner's office"


@transaction.atomic
def enrol(*, by: Actor, code: str, name: str, residents: int | None = None) -> Force:
    """Let a force take part, with a team for its contacts and one for its commissioner's office.

    One that is not on the list of forces is invented, and says how many people live in its area. Raises Amiss where its code or name
    is another's, `Refused`.
    """
    undertake(by, Action.RUN_ROUND, detail={"enrolled": code})
    code, name = code.strip(), said("name", name)
    real = {one.code: one for one in load("forces").rows}
    invented = code not in real
    if invented and name in {told for one in real.values() for told in (one.label, *one.texts("aliases"))}:
        raise Amiss("a real force has that name", "name")
    if invented and not residents:
        raise Amiss("is needed for an invented force", "residents")
    if Force.objects.filter(code=code).exists() or Force.objects.filter(name=name).exists():
        raise Amiss("is there already", "code")
    force = Force.objects.create(
        code=code, name=name, invented=invented, residents=residents if invented else None
    )
    agency, _ = Agency.objects.get_or_create(name=name)
    for team in (CONTACTS, OFFICE):
        made, _ = Team.objects.get_or_create(agency=agency, name=team)
        Seat.objects.create(team=made, force=force)
    return force


@transaction.atomic
def open_round(
    *, by: Actor, now: datetime, code: str, title: str, year_end: date, opens: date, due: date
) -> Round:
    """Open a round: what is collected follows from the year. Raises Amiss naming the field, `Refused`."""
    undertake(by, Action.RUN_ROUND, detail={"round": code})
    try:
        validate_slug(code)
    except ValidationError:
        raise Amiss("use letters, figures, dashes and underscores", "code") from None
    if Round.objects.filter(code=code).exists():
        raise Amiss("another round has it", "code")
    if not items(year_end):
        raise Amiss("there is no list of items for that year", "year_end")
    if opens <= year_end:
        raise Amiss("must be after the year has ended", "opens")
    if due < opens:
        raise Amiss("must not be before the round opens", "due")
    return Round.objects.create(
        code=code,
        title=said("title", title),
        year_end=year_end,
        opens=opens,
        due=due,
        opened_at=now,
        opened_by=by.id,
    )


@transaction.atomic
def announce(
    *,
    by: Actor,
    now: datetime,
    round_id: UUID,
    title: str,
    edition: str,
    at: datetime,
    why: str = "",
) -> Release:
    """Announce when an edition comes out, four weeks ahead; one that was announced already is moved, with the reason.

    Every line stays in the calendar. Raises Amiss naming the field, `Refused`.
    """
    undertake(by, Action.RUN_ROUND, detail={"round": str(round_id), "edition": edition})
    in_line(round_id)
    try:
        validate_slug(edition)
    except ValidationError:
        raise Amiss("use letters, figures, dashes and underscores", "edition") from None
    earlier = Release.objects.filter(edition=edition, replaced_by=None).first()
    if earlier is not None and earlier.round_id != round_id:
        raise Amiss("another round has an edition of that name", "edition")
    if earlier is not None and earlier.at <= now:
        raise Amiss("has come out already", "edition")
    if earlier is None and at - now < NOTICE:
        raise Amiss(f"must be {NOTICE.days} days ahead at least: a release is announced before", "at")
    if london_day(at) < london_day(now):
        raise Amiss("is past", "at")
    return Release.objects.create(
        round_id=round_id,
        title=said("title", title),
        edition=edition,
        at=at,
        replaces=earlier,
        why=said("why", why, needed=earlier is not None),
        said_at=now,
        said_by=by.id,
    )
