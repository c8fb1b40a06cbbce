"""What goes from the scene when a person is erased."""

from uuid import UUID

from django.db.models import Q

from throughline.casework.cases.models import Incident
from throughline.casework.scene.models import (
    Addendum,
    Attendance,
    CorrectionRequest,
    EvidenceItem,
    Words,
)
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.instruments.commands import forget_answers


def forget(*, record_id: UUID) -> None:
    """Blank what was said, seen and answered at every scene of an erased person; ids, codes and times stay.

    The words go whoever else they name. Those of decisions about the person or the incident go with the rooms before.
    Inside the erasing command only, which audits.
    """
    incidents = Incident.objects.filter(subjects__contains=[record_id])
    attendances = list(Attendance.objects.filter(incident__in=incidents).values_list("id", flat=True))
    about = Q(incident__in=incidents) | Q(subjects__contains=[record_id])
    asked = list(CorrectionRequest.objects.filter(about).values_list("id", flat=True))
    for row_id in [*attendances, *asked]:
        forget_answers(subject=row_id)
        let_go_about(record_id=row_id)
    Words.objects.filter(incident__in=incidents).delete()
    # an exhibit's reference leads to what it shows
    EvidenceItem.objects.filter(incident__in=incidents).update(exhibit="")
    CorrectionRequest.objects.filter(about).update(words="")
    Addendum.objects.filter(about).update(words="")
