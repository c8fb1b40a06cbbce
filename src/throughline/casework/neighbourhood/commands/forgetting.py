"""What goes from the room of neighbourhood teams when a person is erased."""

from uuid import UUID

from throughline.casework.neighbourhood.models import DisruptionTask, NeighbourhoodWords, SetOut
from throughline.casework.people.models import Marker
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about


def forget(*, record_id: UUID) -> None:
    """Blank what was written by neighbourhood teams of every pair that an erased person was one of, and of their markers.

    That a task was ordered, done and ended, and that somebody called, stays in codes. Inside the erasing command only,
    which audits.
    """
    about = {"subjects__contains": [record_id]}
    NeighbourhoodWords.objects.filter(**about).update(words="")
    for model in (DisruptionTask, SetOut):
        for row_id in model._default_manager.filter(**about).values_list("id", flat=True):
            let_go_about(record_id=row_id)
            forget_words(record_id=row_id)
    for marker_id in Marker.objects.filter(record=record_id).values_list("id", flat=True):
        let_go_about(record_id=marker_id)
        forget_words(record_id=marker_id)
