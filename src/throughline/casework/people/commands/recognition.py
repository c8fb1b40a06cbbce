"""What a person makes of a match, and what is done out of sight when the match is restricted."""

import json
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.people.commands.pairs import left_open, told_apart
from throughline.casework.people.models import Enquiry, Match
from throughline.casework.people.queries.searching import Found, Hidden, model
from throughline.casework.people.rules import RECOGNISER
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.commands import decide_for
from throughline.foundations.duties.commands import carry_out, open_duty, outcomes
from throughline.foundations.duties.models import Duty
from throughline.foundations.vault.keys import keys
from throughline.linkage.description import Description, Name, Place


def _place(row: UUID) -> str:
    return f"people_enquiry/closed/{row}"


def scraps_of(enquiry: Enquiry) -> Description:
    """What somebody asked with. The caller has decided that it may be read, and audits."""
    kept = json.loads(keys().open(bytes(enquiry.closed), _place(enquiry.id)))
    return Description(
        names=tuple(Name(**name) for name in kept["names"]),
        born=date.fromisoformat(kept["born"]) if kept["born"] else None,
        born_from=kept["born_from"],
        born_to=kept["born_to"],
        sex=kept["sex"],
        phones=tuple(kept["phones"]),
        places=tuple(Place(**place) for place in kept["places"]),
        others=tuple(Name(**name) for name in kept["others"]),
    )


def _kept(*, by: Actor, now: datetime, enquiry_id: UUID, heard: Description) -> Enquiry:
    """The enquiry with its scraps as they are now, encrypted."""
    scraps = json.dumps(asdict(heard), default=str).encode()
    enquiry, _ = Enquiry.objects.update_or_create(
        id=enquiry_id,
        asked_by=by.id,
        defaults={
            "asked_at": now,
            "closed": keys().close(scraps, _place(enquiry_id)),
            "model_version": model().version,
        },
    )
    return enquiry


@transaction.atomic
def read_match(
    *,
    by: Actor,
    now: datetime,
    enquiry_id: UUID,
    heard: Description,
    found: Found,
    reading: Match.Reading,
    reason: str = "",
) -> Match:
    """Keep whether it is her: confirmed, rejected, or unconfirmed, which leaves both readings open.

    The scraps are kept with the match, so that the reading can be looked at again. The same reading again
    changes nothing; another one supersedes it.
    """
    undertake(by, Action.DECIDE_MATCH, found.record_id)
    enquiry = _kept(by=by, now=now, enquiry_id=enquiry_id, heard=heard)
    earlier = Match.objects.filter(enquiry=enquiry, record=found.record_id, read_by=by.id).first()
    if earlier is not None and earlier.reading == reading:
        return earlier
    match, _ = Match.objects.update_or_create(
        enquiry=enquiry,
        record_id=found.record_id,
        defaults={
            "weight": found.weight,
            "probability": found.probability,
            "reading": reading,
            "read_by": by.id,
            "read_at": now,
        },
    )
    decide_for(
        "match",
        by=by,
        now=now,
        record_id=found.record_id,
        about=enquiry.id,
        choice=str(reading),
        reason=reason,
    )
    if reading == Match.Reading.CONFIRMED:
        write("recognised", by=by, now=now, record_id=found.record_id, about=enquiry.id)
    # two records that the same scraps may be of may be of one person: somebody reads them side by side
    beside = list(
        Match.objects.filter(enquiry=enquiry, hidden=False, read_at__isnull=False)
        .exclude(record=found.record_id)
        .exclude(reading=Match.Reading.REJECTED)
        .values_list("record", flat=True)
    )
    if reading == Match.Reading.REJECTED:
        told_apart(record_id=found.record_id, others=beside)
    else:
        left_open(now=now, record_id=found.record_id, others=beside)
    return match


@transaction.atomic
def tell_the_desk(
    *, by: Actor, now: datetime, enquiry_id: UUID, heard: Description, hidden: list[Hidden]
) -> None:
    """Link an enquiry to restricted records out of the caller's sight and call the desk, at once.

    The caller's page shows what it shows when nobody is found. Where the one who asks is party to the
    matter, the auditor is told too.
    """
    with acting(RECOGNISER):
        undertake(
            RECOGNISER,
            Action.SEARCH_PEOPLE,
            *(one.record_id for one in hidden),
            detail={"asked_by": str(by.id), "enquiry": str(enquiry_id)},
        )
        enquiry = _kept(by=by, now=now, enquiry_id=enquiry_id, heard=heard)
        for one in hidden:
            Match.objects.update_or_create(
                enquiry=enquiry,
                record_id=one.record_id,
                defaults={"weight": one.weight, "probability": one.probability, "hidden": True},
            )
            open_duty("restricted-match", now=now, record_id=one.record_id, about=enquiry.id, cause="lookup")
            if one.party:
                open_duty("staff-attempt", now=now, record_id=one.record_id, about=by.id, cause="lookup")


@transaction.atomic
def answer_for_hidden(*, by: Actor, now: datetime, duty_id: UUID, outcome: str) -> Duty:
    """The desk's answer to a restricted match: whether it was the person, and that help went out."""
    duty = carry_out(by=by, now=now, duty_id=duty_id, outcome=outcome)
    [answer] = [row for row in outcomes(duty.kind, on=london_day(now)) if row.code == outcome]
    Match.objects.filter(enquiry=duty.about, record=duty.record_id).update(
        reading=answer.text("reading"), read_by=by.id, read_at=now
    )
    return duty
