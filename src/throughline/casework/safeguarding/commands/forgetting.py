"""What goes from the room of safeguarding when a person is erased."""

from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.safeguarding.models import (
    ContactWords,
    HandoverNote,
    PlanVersion,
    Referral,
    SafetyMeasure,
    SafetyWords,
    ServiceRequest,
)
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.instruments.commands import forget_answers


def forget(*, record_id: UUID) -> None:
    """Blank what was said in contacts, plans, measures, referrals and handovers about every pair that an erased person was
    one of.

    That she was reached or tried, that there was a plan, what was fitted and to whom she was referred stays in codes.
    Inside the erasing command only, which audits.
    """
    for case_id in Case.objects.filter(subjects__contains=[record_id]).values_list("id", flat=True):
        let_go_about(record_id=case_id)
    ContactWords.objects.filter(contact__subjects__contains=[record_id]).update(said="")
    for version_id in PlanVersion.objects.filter(subjects__contains=[record_id]).values_list("id", flat=True):
        forget_answers(subject=version_id)
        let_go_about(record_id=version_id)
    for model in (SafetyMeasure, Referral):
        for row_id in model._default_manager.filter(subjects__contains=[record_id]).values_list(
            "id", flat=True
        ):
            let_go_about(record_id=row_id)
    SafetyWords.objects.filter(subjects__contains=[record_id]).update(words="")
    # why a request came back, or was decided; those about a case go with its own room
    for request_id in ServiceRequest.objects.filter(subjects__contains=[record_id]).values_list(
        "id", flat=True
    ):
        forget_words(record_id=request_id)
    HandoverNote.objects.filter(subjects__contains=[record_id]).update(words="")
