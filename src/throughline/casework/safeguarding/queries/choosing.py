"""How often and by what a victim chose to hear, and who is to hear again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.people.commands.identities import each_held_together
from throughline.casework.people.queries.person import staff_names
from throughline.casework.safeguarding.models import UpdateChoice, VictimContact
from throughline.casework.safeguarding.rules.telling import Rhythm, Update, comes_up, rhythm, updates
from throughline.foundations.clock.rules import london_day
from throughline.reference import load

AS_CHOSEN = "told-as-chosen"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What she chose, who asked her, and by when she hears again, though nothing happens.

    ``unsafe``: by what she has said since about reaching her, the way that she chose is not safe.
    """

    choice: UpdateChoice
    rhythm: Rhythm
    by: str
    hears_by: datetime | None
    unsafe: bool


def standing_choice(hers: Collection[UUID]) -> UpdateChoice | None:
    """What she chose last, of all records held to be hers."""
    return UpdateChoice.objects.filter(record__in=hers).order_by("-at", "-entered_at", "id").first()


def chosen_by(hers: Collection[UUID], at: datetime) -> Chosen | None:
    """What she chose, as it stands; None where nobody has asked. Part of a page, whose look names her."""
    choice = standing_choice(hers)
    if choice is None:
        return None
    how = rhythm(choice.rhythm, london_day(at))
    last = last_heard([hers]).get(frozenset(hers))
    return Chosen(
        choice,
        how,
        staff_names({choice.by})[choice.by],
        how.hears_by(max(filter(None, (choice.at, last)))),
        way_is_safe(hers, choice.way, at) is False,
    )


def way_is_safe(hers: Collection[UUID], way: str, at: datetime) -> bool | None:
    """Whether a way is among those that she said are safe; None where nobody has asked, or it asks for none."""
    wanted = load("victim-contact-ways").get(way, on=london_day(at)).texts("means") if way else ()
    said = reaching(hers).said
    if not wanted or said is None or "means" not in said.answers:
        return None
    means = said.answers["means"]
    return bool(set(wanted) & set(means if isinstance(means, list) else [means]))


def last_heard(groups: Iterable[Collection[UUID]]) -> dict[frozenset[UUID], datetime]:
    """When she last heard how it stands, of some victims, each by all her records; those who never did are left out."""
    whole = [frozenset(hers) for hers in groups]
    told = VictimContact.objects.filter(
        record__in={one for hers in whole for one in hers}, told__contains=[AS_CHOSEN]
    )
    at = dict(told.values_list("record").annotate(last=Max("at")))
    return {hers: max(at[one] for one in hers if one in at) for hers in whole if hers & at.keys()}


def chosen_of(cases: Collection[Case], now: datetime) -> dict[UUID, Rhythm]:
    """How often the victim of each of some cases chose to hear, by case; those whom nobody asked are left out."""
    together = each_held_together({case.victim_id for case in cases})
    choices = _standing({one for hers in together.values() for one in hers})
    found = {}
    for case in cases:
        if said := [choices[one] for one in together[case.victim_id] if one in choices]:
            found[case.id] = rhythm(max(said, key=_order).rhythm, london_day(now))
    return found


def to_hear(now: datetime) -> dict[UUID, tuple[datetime, Update]]:
    """Who is to hear again soon as she chose, by the one of her open cases that it is put on, and since when it is up.

    It is put on the case in which she was asked, or on her oldest where that is closed; somebody without an open case is
    told of nothing more.
    """
    update = next(one for one in updates(london_day(now)) if one.chosen)
    regular = [one for one in _standing().values() if rhythm(one.rhythm, london_day(now)).clock]
    together = each_held_together({one.record_id for one in regular})
    # what she said last may be under another record of hers
    newest = _standing({one for hers in together.values() for one in hers})
    choices: dict[frozenset[UUID], UpdateChoice] = {}
    for hers in {frozenset(one) for one in together.values()}:
        choices[hers] = max((newest[one] for one in hers if one in newest), key=_order)
    cases = list(
        Case.objects.filter(victim__in={one for hers in choices for one in hers}, closed_at=None).order_by(
            "opened_at", "id"
        )
    )
    heard = last_heard(choices)
    found = {}
    for hers, choice in choices.items():
        theirs = sorted(
            (case for case in cases if case.victim_id in hers), key=lambda case: case.id != choice.case_id
        )
        last = max(filter(None, (choice.at, heard.get(hers))))
        by = rhythm(choice.rhythm, london_day(now)).hears_by(last)
        if theirs and by and (up := comes_up(by, update)) <= now:
            found[theirs[0].id] = (up, update)
    return found


def _standing(records: Collection[UUID] | None = None) -> dict[UUID, UpdateChoice]:
    """The newest choice under each record, of some records or of all."""
    rows = UpdateChoice.objects.all() if records is None else UpdateChoice.objects.filter(record__in=records)
    return {
        one.record_id: one for one in rows.order_by("record", "-at", "-entered_at", "id").distinct("record")
    }


def _order(choice: UpdateChoice) -> tuple[datetime, datetime]:
    return choice.at, choice.entered_at
