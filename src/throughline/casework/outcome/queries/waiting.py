"""What waits in this room, of all cases: read by the worker."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from throughline.casework.cases.models import Case, Crime, Joining
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.queries.outcomes import sent_back, waiting_for_review
from throughline.casework.outcome.rules import LIVE
from throughline.casework.people.commands.identities import each_held_together
from throughline.casework.safeguarding.queries.promises import tells_her
from throughline.foundations.duties.models import Duty


def cases_without_outcome() -> set[UUID]:
    """Open cases of which a crime has no outcome, without those that are joined into another."""
    given = Outcome.objects.filter(crime=OuterRef("pk"), state__in=LIVE)
    rows = list(
        Crime.objects.filter(~Exists(given), cancelled_at=None, incident__case_links__case__closed_at=None)
        .values_list("incident__case_links__case", "incident__case_links__case__victim", "victim")
        .exclude(incident__case_links__case=None)
    )
    apart = {victim for _case, hers, victim in rows if victim and victim != hers}
    together = each_held_together(apart)
    joined = set(Joining.objects.filter(ended_at=None).values_list("case", flat=True))
    return {
        case
        for case, hers, victim in rows
        if case not in joined and (victim is None or victim == hers or hers in together.get(victim, ()))
    }


def outcome_duties_to_keep(kind: str) -> set[UUID]:
    """The cases whose duty of a kind to give an outcome is missing, needed no more, or with who owns them no more."""
    needed = cases_without_outcome()
    duties = {one.about: one.owner for one in Duty.objects.filter(kind=kind, discharged_at=None) if one.about}
    owners = tells_her(needed & duties.keys())
    moved = {case for case, whose in owners.items() if duties[case] != whose[0]}
    return (needed - duties.keys()) | (duties.keys() - needed) | moved


def with_nothing_left(review: str, returned: str) -> set[UUID]:
    """The cases of which an outcome was to be reviewed or given again, and is not any more: its crime was cancelled."""
    about = Duty.objects.filter(kind__in=[review, returned], discharged_at=None)
    given = Outcome.objects.filter(
        crime__cancelled_at__isnull=False,
        state__in=LIVE,
        crime__incident__case_links__case__in=about.values("about"),
    )
    of = set(given.values_list("crime__incident__case_links__case", flat=True))
    kinds = {(duty.about, duty.kind) for duty in about.filter(about__in=of)}
    return {
        case.id
        for case in Case.objects.filter(id__in=of, closed_at=None)
        if ((case.id, review) in kinds and not waiting_for_review(case))
        or ((case.id, returned) in kinds and not sent_back(case))
    }
