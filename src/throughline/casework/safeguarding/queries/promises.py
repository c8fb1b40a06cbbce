"""What victims must be told, what they have been told, and how it stands with the promises of a case."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from throughline.casework.cases.models import Case, CaseIncident, StandingFact
from throughline.casework.cases.queries.counters import owned_by
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.people.commands.identities import each_held_together, held_together
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.queries.reassessing import cases_of_facts
from throughline.casework.safeguarding.models import VictimContact
from throughline.casework.safeguarding.queries.choosing import Chosen, chosen_by
from throughline.casework.safeguarding.rules.telling import Told, Update, untold, updates
from throughline.foundations.access.rules import Action, Actor, Role, insist
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.chronology.models import Entry
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.reference import load

UPDATE_DUTY, RELEASE_DUTY, PROMISED = "victim-update", "before-release", "update-promised"
CHOSEN_DUTY: Final = "chosen-update"
#: What she is to be told stands in one of these.
TELLING = (UPDATE_DUTY, RELEASE_DUTY, CHOSEN_DUTY)
#: The most rows of each kind that a page of one case shows.
MOST = 100


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact or an attempt, by whom, and what she said."""

    contact: VictimContact
    by: str
    reached: bool
    said: str


@dataclass(frozen=True, slots=True)
class Promises:
    """How it stands with one victim's case: what is due, what she was told, and every contact, newest first.

    ``untold`` are the updates that are open, each with when it happened, or was written down where it is ``to_come``,
    or comes of her choice; ``kept_back`` those of which she chose to hear only when she asks. ``unprompted`` are
    contacts in which she was reached though nothing was due, of ``reached``; ``attempts`` those in which she was not.
    """

    victim: Somebody
    suspect: Somebody | None
    due: tuple[Duty, ...]
    untold: tuple[tuple[str, datetime], ...]
    to_come: frozenset[str]
    chosen: Chosen | None
    kept_back: tuple[tuple[str, datetime], ...]
    contacts: tuple[Contacted, ...]
    reached: int
    unprompted: int
    attempts: int


def promises(actor: Actor, case: Case, *, at: datetime, purpose: str) -> Promises:
    """The promises and contacts of a case in the reader's sight, with the look at the two."""
    named = people_named(set(case.subjects), london_day(at))
    rows = list(VictimContact.objects.filter(case=case).select_related("words").order_by("-at", "id")[:MOST])
    names = staff_names({one.by for one in rows})
    reached = _reaching_results()
    contacts = tuple(
        Contacted(
            one,
            names[one.by],
            one.result in reached,
            one.words.said if hasattr(one, "words") else "",
        )
        for one in rows
    )
    due = open_updates(case.id)
    waits = still_untold(case, [code for duty in due for code in duty.causes])
    chosen = chosen_by(held_together(case.victim_id), at)
    kept = kept_back(case, at) if chosen and not chosen.rhythm.steps else {}
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.VIEW_CASE,
        subjects=sorted(case.subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return Promises(
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        due=due,
        untold=_in_order(waits),
        chosen=chosen,
        kept_back=_in_order({code: at for code, at in kept.items() if code not in waits}),
        to_come=frozenset(one.code for one in updates(london_day(at)) if one.before or one.chosen),
        contacts=contacts,
        reached=sum(one.reached for one in contacts),
        unprompted=sum(one.reached and not one.contact.prompted for one in contacts),
        attempts=sum(not one.reached for one in contacts),
    )


def _in_order(waits: Mapping[str, datetime]) -> tuple[tuple[str, datetime], ...]:
    return tuple((code, waits[code]) for code in sorted(waits, key=lambda one: (waits[one], one)))


def owed(actor: Actor) -> tuple[Duty, ...]:
    """What is open to be told to any victim in the reader's sight, the earliest due first, with the look. Raises Refused."""
    insist(actor, Action.CONTACT_VICTIM)
    found = tuple(Duty.objects.filter(kind__in=TELLING, discharged_at=None).order_by("due_at", "id"))
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.CONTACT_VICTIM,
        subjects=sorted({one.record_id for one in found}),
        purpose=PURPOSES.get(actor.role, ""),
    )
    return found


def open_updates(case_id: UUID) -> tuple[Duty, ...]:
    """The open duties to tell the victim of a case something, the earliest due first."""
    found = Duty.objects.filter(kind__in=TELLING, about=case_id, discharged_at=None)
    return tuple(found.order_by("due_at", "id"))


def last_reached(case_id: UUID) -> datetime | None:
    """When she was last reached in a case. Part of a page, whose look names her."""
    found = VictimContact.objects.filter(case=case_id, result__in=_reaching_results())
    return found.order_by("-at").values_list("at", flat=True).first()


def told_in(case_id: UUID) -> tuple[Told, ...]:
    """The contacts of a case in which she was reached, and what she was told in each."""
    rows = VictimContact.objects.filter(case=case_id, result__in=_reaching_results())
    return tuple(Told(at, frozenset(told)) for at, told in rows.values_list("at", "told"))


def still_untold(case: Case, causes: Iterable[str]) -> dict[str, datetime]:
    """Of some updates of a case, those that she was not told since each last happened, and when it did."""
    # her own line is found by its index
    if not (wanted := set(causes)):
        return {}
    lines = Entry.objects.filter(record_id=case.victim_id, kind=PROMISED, about=case.id, code__in=wanted)
    promised = dict(lines.order_by("at").values_list("code", "at"))
    waits = untold(promised, told_in(case.id))
    return {code: at for code, at in promised.items() if code in waits}


def kept_back(case: Case, now: datetime) -> dict[str, datetime]:
    """What happened in a case that she was not told, of what she does not hear by herself where she chose so."""
    return still_untold(
        case, [one.code for one in updates(london_day(now)) if not (one.always or one.before or one.chosen)]
    )


def tells_her(case_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Who owns each of some cases and tells her, with their role; nobody where the owner's role tells no victims."""
    return owned_by(list(case_ids), Role.OFFICER, Role.HUB)


def _reaching_results() -> list[str]:
    return [row.code for row in load("victim-contact-results").rows if row.flag("reached")]


# --- what has happened ------------------------------------------------------------------------------------


def happened(since: datetime, now: datetime) -> dict[UUID, set[tuple[datetime, Update]]]:
    """What victims must be told of what happened since an instant and is not promised yet, and when, by open case.

    What was done about a suspect is of the cases of its incident in which he is the suspect; bail, of the case that it
    names, else of those of whom it binds and protects; another owner, of the case that the line is about.
    """
    kinds = {kind for one in updates(london_day(now)) for kind in one.entries}
    lines = list(Entry.objects.filter(kind__in=kinds, at__gte=since, at__lte=now).order_by("at", "id"))
    brought = [(line, update) for line in lines if (update := _update(line))]
    of = _cases_of([line for line, _update in brought])
    found: dict[UUID, set[tuple[datetime, Update]]] = defaultdict(set)
    for line, update in brought:
        for case_id in of.get(line.id, ()):
            found[case_id].add((line.at, update))
    hers = Case.objects.filter(id__in=list(found)).values("victim")
    promised = Entry.objects.filter(record_id__in=hers, kind=PROMISED, about__in=list(found))
    done = set(promised.values_list("about", "code", "at"))
    new = {
        case_id: {(at, one) for at, one in what if (case_id, one.code, at) not in done}
        for case_id, what in found.items()
    }
    return {case_id: what for case_id, what in new.items() if what}


def not_promised(what: Mapping[UUID, tuple[datetime, Update]]) -> dict[UUID, tuple[datetime, Update]]:
    """Of what came up in some cases, that which nobody has promised yet."""
    lines = Entry.objects.filter(kind=PROMISED, about__in=list(what))
    hers = Case.objects.filter(id__in=list(what)).values("victim")
    done = set(lines.filter(record_id__in=hers).values_list("about", "code", "at"))
    return {case: (at, one) for case, (at, one) in what.items() if (case, one.code, at) not in done}


def _update(line: Entry) -> Update | None:
    """What a line brings, by the Code of the day on which it happened."""
    known = updates(london_day(line.at))
    return next((one for one in known if one.brought_by(line.kind, line.code)), None)


def _cases_of(lines: Collection[Entry]) -> dict[int, set[UUID]]:
    """The open cases that each line is of, by its number."""
    about = {line.about for line in lines if line.about}
    links = CaseIncident.objects.filter(incident__in=about, case__suspect__isnull=False)
    together = each_held_together({line.record_id for line in lines})
    of_incident: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    for incident, case, suspect in links.values_list("incident", "case", "case__suspect"):
        of_incident[incident].append((case, suspect))
    of = cases_of_facts(StandingFact.objects.filter(id__in=about))
    # a line may be about a case itself: that somebody else owns it
    of |= {case: {case} for case in Case.objects.filter(id__in=about).values_list("id", flat=True)}
    found: dict[int, set[UUID]] = {}
    for line in lines:
        if line.about:
            his = together[line.record_id]
            found[line.id] = of.get(line.about, set()) | {
                case for case, suspect in of_incident[line.about] if suspect in his
            }
    every = {case for cases in found.values() for case in cases}
    still = set(Case.objects.filter(id__in=every, closed_at=None).values_list("id", flat=True))
    return {number: cases & still for number, cases in found.items()}
