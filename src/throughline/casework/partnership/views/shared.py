"""What the pages of the room share: one form under a heading, and codes in words."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, gettext_noop

from throughline.casework.partnership.rules.advising import Held
from throughline.casework.risk.views.shared import shown
from throughline.foundations.drafts.views import recalled

#: Where a referral stands, in words, and how it stands out.
HELD = {
    Held.SENT: gettext_lazy("waits to be accepted"),
    Held.ACCEPTED: gettext_lazy("accepted"),
    Held.RETURNED: gettext_lazy("not taken on"),
    Held.ENDED: gettext_lazy("ended"),
}
# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is needed"),
    gettext_noop("is not an advisers' service that has an account"),
    gettext_noop("an advisers' service has her already"),
    gettext_noop("may not see one of the two: ask the restricted-records desk to let it first"),
    gettext_noop("is nothing that she is due to hear now"),
    gettext_noop("choose one or more: your own judgement is one"),
    gettext_noop("is before it was made"),
)
WORDS: dict[str, Any] = {"held": HELD}


def small(
    request: HttpRequest,
    form: BaseForm | None,
    page: Any,
    *,
    title: str,
    button: str,
    back: str,
    template: str = "partnership/small.html",
    **context: Any,
) -> HttpResponse:
    """A page of one form; opened again, it offers what was typed there and never sent."""
    if request.method == "GET" and form:
        recalled(request, form)
    told = {"page": page, "title": title, "button": button, "back": back}
    return shown(request, template, form, **{**told, **WORDS, **context})
