"""What an adviser sees: what was referred to her service and waits, and her slice of one case. Nothing else of it.

The police's own tables show her nothing: what she is shared is read for her by the system, after the referral itself,
which row security shows to her service alone while it has it, has been found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.queries.pages import Somebody, in_sight, people_named
from throughline.casework.cases.queries.visits import Reaching, reaching
from throughline.casework.cases.rules import Kind
from throughline.casework.partnership.models import (
    AdviserContact,
    AdviserNote,
    AdviserReferral,
    MaracReferral,
    NoteShare,
    ReferralWords,
)
from throughline.casework.partnership.rules import PARTNERS
from throughline.casework.partnership.rules.advising import OPEN, Clocks, Held, clocks, rank_of
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.rules import PURPOSES
from throughline.casework.safeguarding.models import Referral, VictimContact
from throughline.casework.safeguarding.queries.choosing import Chosen, chosen_by
from throughline.casework.safeguarding.queries.planning import grade_of
from throughline.casework.safeguarding.queries.promises import open_updates, still_untold
from throughline.casework.safeguarding.rules.telling import updates
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import subject_for, subjects_for
from throughline.foundations.access.rules import Action, Actor, insist, may
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty


@dataclass(frozen=True, slots=True)
class Line:
    """One referral in the inbox: whom it is about, the grade that stands, who has her, and which clock is over.

    ``hears`` is how many things she is due to hear that somebody has still to tell her.
    """

    referral: AdviserReferral
    victim: Somebody | None
    grade: str
    account: str
    late: Clocks
    hears: int

    @property
    def taken(self) -> bool:
        """Whether anybody has her by name."""
        return self.referral.account is not None


def inbox(actor: Actor, *, now: datetime) -> tuple[Line, ...]:
    """What the reader's service has, those that nobody has accepted first, then by grade, the oldest first; with the look.

    Raises Refused.
    """
    insist(actor, Action.WORK_REFERRED)
    rows = [
        one
        for one in AdviserReferral.objects.filter(state__in=OPEN).order_by("sent_at", "id")
        if may(actor, Action.HOLD_REFERRAL, subject_for(actor, one.id))
    ]
    today = london_day(now)
    with acting(PARTNERS):
        named = people_named([one.record_id for one in rows], today)
        grades = grade_of([one.case_id for one in rows])
        cases = Case.objects.in_bulk([one.case_id for one in rows])
        hears = {one.id: len(_due(cases[one.case_id])[1]) for one in rows}
    names = staff_names({one.account for one in rows if one.account})
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.WORK_REFERRED,
        subjects=sorted({one.record_id for one in rows}),
        purpose=PURPOSES[actor.role],
    )
    lines = [
        Line(
            referral=one,
            victim=named.get(one.record_id),
            grade=grades.get(one.case_id, ""),
            account=names[one.account] if one.account else "",
            late=_clocks(one, now),
            hears=hears[one.id],
        )
        for one in rows
    ]
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                one.referral.state != Held.SENT,
                rank_of(one.grade, today),
                one.referral.sent_at,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact of an adviser with her, or an attempt: codes alone."""

    contact: VictimContact
    by: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A note, by whom, and with whom it was shared."""

    note: AdviserNote
    by: str
    shares: tuple[NoteShare, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """What is shared with an adviser of one case. ``then`` are the safe means as they stood when she was referred.

    ``due`` are what she is due to hear and by when, ``untold`` which things, each with when it happened or was written down
    where it is ``to_come``; ``chosen`` is how often and by what she chose to hear, ``help`` the services that she was told
    of or referred to. ``owner`` is who in the police owns the case. Of the police's notes, their intelligence, other cases
    and where she lives, nothing.
    """

    referral: AdviserReferral
    victim: Somebody
    suspect: Somebody | None
    grade: str
    graded_at: datetime | None
    owner: str
    owner_role: str
    account: str
    referred_by: str
    words: tuple[ReferralWords, ...]
    reaching: Reaching
    reaching_changed: bool
    due: tuple[Duty, ...]
    untold: tuple[tuple[str, datetime], ...]
    to_come: frozenset[str]
    chosen: Chosen | None
    help: tuple[Referral, ...]
    contacts: tuple[Contacted, ...]
    notes: tuple[Noted, ...]
    maracs: tuple[tuple[datetime, bool], ...]
    late: Clocks


def referral_in_sight(actor: Actor, referral_id: UUID) -> AdviserReferral:
    """The referral that an address names, for who has it. Raises Refused, as for one that is not there."""
    found = in_sight(actor, Action.WORK_REFERRED, AdviserReferral, referral_id)
    insist(actor, Action.HOLD_REFERRAL, subject_for(actor, found.id), found.record_id)
    return found


def note_in_sight(actor: Actor, note_id: UUID) -> AdviserNote:
    """A note that an address names, for whose service it is. Raises Refused, as for one that is not there."""
    found = in_sight(actor, Action.WORK_REFERRED, AdviserNote, note_id)
    insist(actor, Action.HOLD_REFERRAL, subject_for(actor, found.referral_id))
    return found


def slice_of(actor: Actor, referral: AdviserReferral, *, now: datetime) -> Slice:
    """Her slice of a case that the reader's service has, with the look at the two."""
    today = london_day(now)
    # what is written of her service and for it, under the reader's own sight
    words = tuple(ReferralWords.objects.filter(referral=referral).exclude(words="").order_by("at", "id"))
    notes = list(AdviserNote.objects.filter(referral=referral).order_by("-at", "-id"))
    shares = list(NoteShare.objects.filter(referral=referral).order_by("at", "id"))
    made = list(AdviserContact.objects.filter(referral=referral))
    with acting(PARTNERS):
        case = Case.objects.get(id=referral.case_id)
        named = people_named(case.subjects, today)
        hers = _seen(actor, held_together(case.victim_id), case.victim_id)
        said = reaching(hers)
        chosen = chosen_by(hers, now)
        services = tuple(
            Referral.objects.filter(case=case, record__in=hers)
            .select_related("service")
            .order_by("-at", "id")
        )
        due, untold = _due(case)
        grade = StandingFact.objects.filter(case=case, kind=Kind.GRADE, ended_at=None).first()
        owner = StandingFact.objects.filter(case=case, kind=Kind.OWNER, ended_at=None).first()
        contacts = list(
            VictimContact.objects.filter(id__in=[one.contact_id for one in made]).order_by("-at", "id")
        )
        maracs = tuple(
            (one.at, one.sent.exists())
            for one in MaracReferral.objects.filter(case=case).order_by("-at", "id")
        )
    user = User.objects.filter(id=owner.value).first() if owner else None
    names = staff_names(
        {
            *(one.by for one in notes),
            *(one.by for one in contacts),
            referral.sent_by,
            *([referral.account] if referral.account else []),
        }
    )
    write_audit(
        actor,
        Event.Kind.LOOK,
        Action.WORK_REFERRED,
        subjects=sorted(referral.subjects),
        purpose=PURPOSES[actor.role],
        detail={"referral": str(referral.id)},
    )
    return Slice(
        referral=referral,
        victim=named[case.victim_id],
        suspect=named.get(case.suspect_id) if case.suspect_id else None,
        grade=grade.value if grade else "",
        graded_at=grade.set_at if grade else None,
        owner=user.name if user else "",
        owner_role=str(user.role) if user else "",
        account=names[referral.account] if referral.account else "",
        referred_by=names[referral.sent_by],
        words=words,
        reaching=said,
        reaching_changed=(said.said.id if said.said else None) != referral.rests_on,
        due=due,
        untold=untold,
        to_come=frozenset(one.code for one in updates(today) if one.before),
        chosen=chosen,
        help=services,
        contacts=tuple(Contacted(one, names[one.by]) for one in contacts),
        notes=tuple(
            Noted(one, names[one.by], tuple(each for each in shares if each.note_id == one.id))
            for one in notes
        ),
        maracs=maracs,
        late=_clocks(referral, now),
    )


def _seen(actor: Actor, records: Iterable[UUID], own: UUID) -> list[UUID]:
    """Of the records that are held to be hers, those that nobody hides from the reader; the one referred first."""
    found = subjects_for(actor, list(records))
    seen = [one for one, subject in found.items() if may(actor, Action.WORK_REFERRED, subject)]
    return sorted(seen, key=lambda one: one != own)


def _due(case: Case) -> tuple[tuple[Duty, ...], tuple[tuple[str, datetime], ...]]:
    """What the police owe her to tell, and what of it she does not know yet."""
    due = open_updates(case.id)
    waits = still_untold(case, [code for duty in due for code in duty.causes])
    return due, tuple((code, waits[code]) for code in sorted(waits, key=lambda one: waits[one]))


def _clocks(referral: AdviserReferral, now: datetime) -> Clocks:
    return clocks(
        Held(referral.state),
        accept_by=referral.accept_by,
        contact_by=referral.contact_by,
        reached_at=referral.reached_at,
        now=now,
    )
