"""What goes from the room of partnership when a person is erased."""

from uuid import UUID

from throughline.casework.partnership.models import (
    AdviserNote,
    AdviserReferral,
    MaracReferral,
    MaracSent,
    MaracWords,
    NotReferred,
    ReferralWords,
)
from throughline.foundations.drafts.commands import let_go_about


def forget(*, record_id: UUID) -> None:
    """Blank what was written to and by advisers, and to a MARAC, about every pair that an erased person was one of.

    That she was referred, when and by what criterion stays in codes; words of decisions go with the room of cases. Inside
    the erasing command only, which audits.
    """
    for model in (AdviserReferral, MaracReferral, AdviserNote, NotReferred):
        for row_id in model._default_manager.filter(subjects__contains=[record_id]).values_list(
            "id", flat=True
        ):
            let_go_about(record_id=row_id)
    ReferralWords.objects.filter(subjects__contains=[record_id]).update(words="")
    AdviserNote.objects.filter(subjects__contains=[record_id]).update(words="")
    MaracWords.objects.filter(subjects__contains=[record_id]).update(words="")
    MaracSent.objects.filter(subjects__contains=[record_id]).update(reference="")
