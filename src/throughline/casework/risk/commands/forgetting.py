"""What goes from the room of risk when a person is erased."""

from uuid import UUID

from throughline.casework.cases.models import Case
from throughline.casework.risk.models import Assessment, Check, Grading, HubReview, Share
from throughline.casework.scene.models import Addendum
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.instruments.commands import forget_answers


def forget(*, record_id: UUID) -> None:
    """Blank what was answered, written and shared about every pair that an erased person was one of.

    That risk was assessed, graded and checked, by whom and when, stays in codes. Inside the erasing command
    only, which audits.
    """
    cases = list(Case.objects.filter(subjects__contains=[record_id]).values_list("id", flat=True))
    assessments = list(Assessment.objects.filter(case__in=cases).values_list("id", flat=True))
    for assessment_id in assessments:
        forget_answers(subject=assessment_id)
        forget_words(record_id=assessment_id)
        let_go_about(record_id=assessment_id)
    for rows in (Grading, Check, HubReview):
        for row_id in rows.objects.filter(case__in=cases).values_list("id", flat=True):
            forget_words(record_id=row_id)
            let_go_about(record_id=row_id)
    for case_id in cases:
        let_go_about(record_id=case_id)
    Assessment.objects.filter(id__in=assessments).update(danger=None, heard_by="")
    Addendum.objects.filter(about__in=assessments).update(words="")
    Share.objects.filter(case__in=cases).update(words="", shared_by="", controller="")
