"""What goes from the room of outcomes when a person is erased."""

from uuid import UUID

from throughline.casework.cases.models import Case, Crime
from throughline.casework.outcome.models import CourtEvent, CourtReference, Outcome, VictimReview
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about


def forget(*, record_id: UUID) -> None:
    """Blank why crimes of an erased person were given their outcomes and what reviewers said, and the numbers by which
    courts and prisons know them.

    Which outcome, when, and what came of it stays in codes. Inside the erasing command only, which audits.
    """
    crimes = Crime.objects.filter(subjects__contains=[record_id])
    outcomes = Outcome.objects.filter(crime__in=crimes)
    asked = VictimReview.objects.filter(crime__in=crimes)
    cases = Case.objects.filter(subjects__contains=[record_id])
    for rows in (crimes, outcomes, asked, cases):
        for row_id in rows.values_list("id", flat=True):
            forget_words(record_id=row_id)
            let_go_about(record_id=row_id)
    # the numbers lead back to whom other systems name by them
    CourtEvent.objects.filter(crime__in=crimes).update(reference="")
    CourtReference.objects.filter(crime__in=crimes).update(urn="")
