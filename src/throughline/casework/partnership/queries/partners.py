"""What the police see of working with partners in one case: referrals to advisers, what was shared, referrals to a MARAC."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import Somebody, people_named
from throughline.casework.partnership.models import (
    AdviserNote,
    AdviserReferral,
    MaracAddition,
    MaracReferral,
    MaracSent,
    MaracWords,
    NoteShare,
    NotReferred,
    ReferralWords,
)
from throughline.casework.partnership.queries.conferring import decided_of, is_repeat, known_of
from throughline.casework.partnership.rules import advising, conferring
from throughline.casework.partnership.rules.advising import Clocks, Held, Policy, clocks, policy_for
from throughline.casework.partnership.rules.conferring import Met, calls, standing
from throughline.casework.people.queries.person import staff_names
from throughline.casework.safeguarding.queries.planning import grade_of
from throughline.foundations.access.queries import allowed_on
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import Agency, Team
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

KINDS = (
    advising.REFER_DUTY,
    advising.RETURNED_DUTY,
    advising.SEEN_DUTY,
    advising.LATE_DUTY,
    conferring.REFER_DUTY,
    conferring.SEND_DUTY,
    conferring.SEEN_DUTY,
)


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral to an advisers' service as the police read it: codes, times and what both sides wrote to each other."""

    referral: AdviserReferral
    service: str
    by: str
    account: str
    words: tuple[str, ...]
    late: Clocks


@dataclass(frozen=True, slots=True)
class SharedNote:
    """That an adviser shared a note. ``note`` is None where it was shared with somebody else than the reader."""

    share: NoteShare
    by: str
    note: AdviserNote | None


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a referral to a MARAC."""

    addition: MaracAddition
    by: str
    agency: str
    words: str


@dataclass(frozen=True, slots=True)
class Conferred:
    """A referral to a MARAC with everything that was added, and where it was sent."""

    referral: MaracReferral
    by: str
    agency: str
    words: str
    added: tuple[Added, ...]
    sent: tuple[MaracSent, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision not to refer, and whether a supervisor has seen it."""

    made: NotReferred
    by: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Partners:
    """The page of one case. ``standing`` is how every criterion stands; ``called`` those that nobody has answered."""

    case: Case
    victim: Somebody
    suspect: Somebody | None
    allowed: frozenset[Action]
    grade: str
    policy: Policy
    referrals: tuple[Referred, ...]
    notes: tuple[SharedNote, ...]
    standing: tuple[Met, ...]
    called: tuple[Met, ...]
    maracs: tuple[Conferred, ...]
    decided: tuple[Decided, ...]
    due: tuple[Duty, ...]

    @property
    def open(self) -> Referred | None:
        """The referral that a service has now."""
        return next((one for one in self.referrals if one.referral.state in advising.OPEN), None)


def partners(
    actor: Actor, case: Case, *, now: datetime, purpose: str, action: Action = Action.VIEW_CASE
) -> Partners:
    """How it stands with the partners of a case in the reader's sight, with the look at the two."""
    today = london_day(now)
    named = people_named(case.subjects, today)
    known = known_of([case.id], now=now)[case.id]
    grade = grade_of([case.id]).get(case.id, "")
    referrals = list(AdviserReferral.objects.filter(case=case).order_by("-sent_at", "id"))
    shares = list(NoteShare.objects.filter(case=case).order_by("-at", "id"))
    # row security shows those that were shared with the reader
    notes = {
        one.id: one
        for one in AdviserNote.objects.filter(id__in=[each.note_id for each in shares]).exclude(words="")
    }
    maracs = list(MaracReferral.objects.filter(case=case).order_by("-at", "id"))
    decided = list(NotReferred.objects.filter(case=case).select_related("decision").order_by("-at", "id"))
    accounts = {
        *(one.sent_by for one in referrals),
        *(one.account for one in referrals if one.account),
        *(one.by for one in shares),
        *(one.by for one in decided),
    }
    conferred = _conferred(maracs)
    names = staff_names(accounts)
    services = {
        one.id: f"{one.agency.name}, {one.name}"
        for one in Team.objects.filter(id__in={one.team_id for one in referrals}).select_related("agency")
    }
    words = _words(referrals)
    seen = set(
        NotReferred.objects.filter(case=case, decision__reviews__isnull=False).values_list("id", flat=True)
    )
    about = [
        case.id,
        *(one.id for one in referrals),
        *(one.id for one in maracs),
        *(one.id for one in decided),
    ]
    due = Duty.objects.filter(kind__in=KINDS, about__in=about, discharged_at=None).order_by("due_at", "id")
    write_audit(
        actor,
        Event.Kind.LOOK,
        action,
        subjects=sorted(case.subjects),
        purpose=purpose,
        detail={"case": str(case.id)},
    )
    return Partners(
        case=case,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        allowed=allowed_on(actor, case.subjects),
        grade=grade,
        policy=policy_for(grade, repeat=is_repeat(known, now), on=today),
        referrals=tuple(
            Referred(
                referral=one,
                service=services[one.team_id],
                by=names[one.sent_by],
                account=names[one.account] if one.account else "",
                words=words[one.id],
                late=clocks(
                    Held(one.state),
                    accept_by=one.accept_by,
                    contact_by=one.contact_by,
                    reached_at=one.reached_at,
                    now=now,
                ),
            )
            for one in referrals
        ),
        notes=tuple(SharedNote(one, names[one.by], notes.get(one.note_id)) for one in shares),
        standing=standing(known, now),
        called=calls(known, decided_of([case.id])[case.id], now),
        maracs=conferred,
        decided=tuple(Decided(one, names[one.by], one.id in seen) for one in decided),
        due=tuple(due),
    )


def _words(referrals: list[AdviserReferral]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = ReferralWords.objects.filter(referral__in=referrals).exclude(words="").order_by("at", "id")
    for referral_id, words in rows.values_list("referral", "words"):
        found[referral_id].append(words)
    return {one.id: tuple(found[one.id]) for one in referrals}


def _conferred(maracs: list[MaracReferral]) -> tuple[Conferred, ...]:
    """Referrals to a MARAC whole: what was added, in its order, and each time that it was sent."""
    added = list(MaracAddition.objects.filter(referral__in=maracs).order_by("at", "id"))
    sent = list(MaracSent.objects.filter(referral__in=maracs).order_by("at", "id"))
    said = dict(
        MaracWords.objects.filter(referral__in=maracs).exclude(words="").values_list("about", "words")
    )
    names = staff_names({*(one.by for one in maracs), *(one.by for one in added)})
    agencies = dict(
        Agency.objects.filter(
            id__in=[*(one.agency_id for one in maracs), *(one.agency_id for one in added)]
        ).values_list("id", "name")
    )
    return tuple(
        Conferred(
            referral=one,
            by=names[one.by],
            agency=agencies[one.agency_id],
            words=said.get(one.id, ""),
            added=tuple(
                Added(each, names[each.by], agencies[each.agency_id], said.get(each.id, ""))
                for each in added
                if each.referral_id == one.id
            ),
            sent=tuple(each for each in sent if each.referral_id == one.id),
        )
        for one in maracs
    )
