"""What somebody had typed on a page and not yet saved, put back into its form."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.forms import BaseForm
from django.forms.utils import ErrorDict
from django.http import QueryDict

from throughline.foundations.drafts.commands import KEPT, place_key
from throughline.foundations.drafts.models import Draft
from throughline.foundations.vault.keys import keys


@dataclass(frozen=True, slots=True)
class Recalled:
    """A draft: the fields as they were typed, and when."""

    typed: QueryDict
    saved_at: datetime

    def fill(self, form: BaseForm) -> None:
        """Show the draft in ``form``, without holding what is missing in it against its author."""
        form.data, form.is_bound = self.typed, True
        form._errors = ErrorDict()  # type: ignore[attr-defined]


def recall(*, user: UUID, place: str, now: datetime) -> Recalled | None:
    """What this user had typed on this page, or None. Nobody else's draft opens under their name."""
    draft = Draft.objects.filter(user=user, place=place, saved_at__gt=now - KEPT).first()
    if draft is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in json.loads(keys().open(bytes(draft.closed), place_key(user, place))).items():
        typed.setlist(name, values)
    return Recalled(typed, draft.saved_at)
