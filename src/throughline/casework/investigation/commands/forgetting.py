"""What goes from the room of investigation when a person is erased."""

from uuid import UUID

from throughline.casework.investigation.models import (
    Allocation,
    InvestigationWords,
    LineOfEnquiry,
    OutstandingSuspect,
    Withdrawal,
)
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about


def forget(*, record_id: UUID) -> None:
    """Blank what was written in the investigation of every pair that an erased person was one of.

    That it was investigated, by whom, what was looked for and what a court did with a route stays in codes. Inside the
    erasing command only, which audits.
    """
    about = {"subjects__contains": [record_id]}
    InvestigationWords.objects.filter(**about).update(words="")
    for model in (Allocation, LineOfEnquiry, OutstandingSuspect, Withdrawal):
        for row_id in model._default_manager.filter(**about).values_list("id", flat=True):
            let_go_about(record_id=row_id)
            forget_words(record_id=row_id)
