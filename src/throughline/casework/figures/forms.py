"""The days over which a figure is counted."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundations.govuk.forms import DateField, GovukForm
from throughline.measures import Period


class PeriodForm(GovukForm):
    """From which day until which, both included."""

    first = DateField(label=_("From"))
    last = DateField(label=_("Until"))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, last = (cleaned or {}).get("first"), (cleaned or {}).get("last")
        if first and last and last < first:
            self.add_error("last", _("must not be before the first day"))
        return cleaned


class ExplainForm(PeriodForm):
    """Why a figure moved over some days, in the words of whoever explains it."""

    needed = ("first", "last", "words")
    words = forms.CharField(
        label=_("What does the force say of it?"),
        help_text=_(
            "Why it moved, or why it is as it is: recording, what partners report, what was counted otherwise, what was done. "
            "It stands beside the figure with your name and the day. Name nobody whom a case is about."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


def usual_period(today: date) -> Period:
    """The twelve months that end with yesterday."""
    last = today - timedelta(days=1)
    return Period(last - timedelta(days=364), last)
