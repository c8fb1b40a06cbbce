"""Words beside the codes of this room, and what several of its commands check."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import CASE_STEPS, Step, after
from throughline.casework.contact.rules.taking import checked_words
from throughline.casework.investigation.models import Investigation, InvestigationWords
from throughline.casework.people.rules import Malformed
from throughline.casework.risk.commands import held
from throughline.foundations.access.queries import sight_of
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.accounts.models import User
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.duties.models import Duty


def said_in(field: str, words: str, *, needed: str = "") -> str:
    """What somebody wrote, trimmed. Raises Malformed for what is too long, or missing where ``needed`` says why."""
    said = checked_words(field, words, longest=held.LONGEST_WORDS)
    if needed and not said:
        raise Malformed(field, needed)
    return said


def keep_words(
    about: UUID, part: str, said: str, *, subjects: Collection[UUID], by: Actor, now: datetime
) -> None:
    """Keep what somebody wrote about a row, if anything."""
    if said:
        InvestigationWords.objects.create(
            about=about, part=part, words=said, at=now, by=by.id, subjects=list(subjects)
        )


def investigation_of(case_id: UUID, *, by: Actor, now: datetime) -> tuple[Case, Investigation]:
    """An open case, held until the transaction ends, and its investigation, opened where there is none.

    The caller has undertaken to act. Raises NotYet for a closed case, Refused for one out of sight.
    """
    case = locked_case(case_id)
    after(CASE_STEPS, case.closed_at is not None, Step.OWN)
    return case, opened(case, by=by, now=now)


def opened(case: Case, *, by: Actor, now: datetime) -> Investigation:
    """The investigation of a case, opened where there is none and begun again where it had ended."""
    found = Investigation.objects.select_for_update().filter(case=case).first()
    if found is None:
        found = Investigation.objects.create(
            case=case, record_id=case.victim_id, opened_at=now, opened_by=by.id, subjects=case.subjects
        )
        write("investigation-opened", by=by, now=now, record_id=case.victim_id, about=case.id)
    elif found.ended_at is not None:
        found.ended_at = None
        found.save(update_fields=["ended_at"])
    return found


def keep_subjects(investigation: Investigation, case: Case) -> None:
    """Everything of an investigation is about whom its case is about, also where its suspect became known later."""
    about = case.subjects
    rows: list[UUID] = []
    for some in (
        investigation.allocations,
        investigation.lines,
        investigation.reviews,
        investigation.routes,
        investigation.results,
        investigation.statements,
        investigation.withdrawals,
        investigation.special_measures,
    ):
        rows += some.values_list("id", flat=True)
        some.update(subjects=about)
    InvestigationWords.objects.filter(about__in=rows).update(subjects=about)
    investigation.subjects = about
    investigation.save(update_fields=["subjects"])


def somebody(field: str, account: UUID, case: Case) -> User:
    """An active account that may investigate a case: let see the two of it, and party to none of it. Raises Malformed."""
    found = User.objects.filter(id=account, is_active=True).first()
    if found is None or not may(found.actor, Action.INVESTIGATE):
        raise Malformed(field, "is nobody who may investigate")
    if not sight_of(case.subjects).lets(found.id, found.team_id):
        raise Malformed(field, "is nobody who may see this case")
    return found


def investigator_of(investigation: Investigation) -> User | None:
    """Who investigates, unless they have left, or they or their team are party to it."""
    if investigation.investigator is None:
        return None
    return there(investigation.investigator, investigation.subjects)


def there(account: UUID, about: Collection[UUID]) -> User | None:
    """An account that is open and not shut out of the matter of somebody."""
    user = User.objects.filter(id=account, is_active=True).first()
    return None if user is None or sight_of(about).keeps_out(user.id, user.team_id) else user


def open_of(kind: str, about: UUID) -> list[Duty]:
    """The open duties of a kind about a row."""
    return list(Duty.objects.filter(kind=kind, about=about, discharged_at=None).order_by("id"))


def ask_the_investigator(
    kind: str, investigation: Investigation, case: Case, *, now: datetime, cause: str
) -> None:
    """Put a duty about the case on the list of whoever investigates; of every investigator where nobody does."""
    user = investigator_of(investigation)
    open_duty(
        kind,
        now=now,
        record_id=case.victim_id,
        about=case.id,
        cause=cause,
        owner=user.id if user else None,
        role=str(user.role) if user else None,
    )
