"""What the pages of this room that fill in a whole question set share. Saving asks for nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library

type Keep = Callable[..., Answers]


def fill_in(
    request: HttpRequest,
    code: str,
    before: Answers | None,
    keep: Keep,
    *,
    now: datetime,
    back: str,
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """The page of a question set: where it was sent and ``keep`` kept it, back to ``back``.

    Answers that were begun are gone on with under their version. ``keep`` takes ``instrument``, ``answers``,
    ``complete`` and ``after``. The caller has written the look.
    """
    instrument = library().version(code, before.version) if before else library().as_of(code, london_day(now))
    posted = request.POST if request.method == "POST" else None
    form = form_for(instrument, posted, kept=before.answers if before else None)
    after = str(before.id if before else "")
    if posted is None:
        draft = recalled(request, form)
        after = draft.typed.get("after", after) if draft else after
    else:
        after = posted.get("after", "")
        if form.is_valid():
            try:
                keep(
                    instrument=instrument,
                    answers=form.answers(),
                    complete=form.completing,
                    after=UUID(after) if after else None,
                )
            except (ChangedMeanwhile, ValueError):
                form.add_error(
                    None,
                    _(
                        "Somebody else has saved this meanwhile. Nothing was overwritten: "
                        "open the page again in another tab, then decide."
                    ),
                )
            else:
                messages.success(request, form.dropped_notice() or _("Kept."))
                return redirect(back)
    shown = {"form": form, "instrument": instrument, "after": after, "back": back, "now": now}
    return render(request, template, {**shown, **context})
