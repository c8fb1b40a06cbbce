"""Keeping on the line of the two what is said that may change how dangerous it is."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident
from throughline.casework.people.commands.identities import each_held_together
from throughline.casework.scene.rules.saying import AS_BEFORE, CHANGED, is_new, sayings
from throughline.foundations.access.rules import Actor
from throughline.foundations.chronology.commands import write
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.rules import Answer, Instrument
from throughline.reference import load

VICTIM = "victim"


def keep_what_changed(
    instrument: Instrument,
    answers: Mapping[str, Answer],
    *,
    by: Actor,
    now: datetime,
    about: UUID,
    records: Collection[UUID],
    since: datetime,
) -> None:
    """Write a line for what answers bring or take back of reference's reassessment-causes. Inside another command only.

    ``about`` is the incident or case that they were said of, ``records`` whom the lines are of. A state is written
    where it differs from what was last said of the pair or, where it is about her, of her; what happens anew each
    time once since ``since``. Lines stand at ``now``, when it reached us: who graded until then did not know.
    """
    said = sayings(instrument, answers, london_day(now))
    if not said:
        return
    causes = {row.code: row for row in load("reassessment-causes").as_of(london_day(now))}
    links = CaseIncident.objects.filter(incident=about).values("case")
    cases = list(Case.objects.filter(id=about) | Case.objects.filter(id__in=links))
    for saying in said:
        lines = Entry.objects.filter(kind__in=[CHANGED, AS_BEFORE], code=saying.cause)
        if causes[saying.cause].text("concerns") == VICTIM:
            hers = each_held_together(case.victim_id for case in cases).values()
            lines = lines.filter(record_id__in={one for records_ in hers for one in records_} or records)
        else:
            under = CaseIncident.objects.filter(case__in=cases).values_list("incident", flat=True)
            lines = lines.filter(about__in={about, *(case.id for case in cases), *under})
        if saying.anew:
            new = saying.so and not lines.filter(kind=CHANGED, about=about, at__gte=since).exists()
        else:
            new = is_new(saying, last=lines.order_by("-id").values_list("kind", flat=True).first())
        if new:
            for record_id in records:
                kind = CHANGED if saying.so else AS_BEFORE
                write(kind, by=by, now=now, record_id=record_id, about=about, code=saying.cause)
