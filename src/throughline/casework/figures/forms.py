"""The days over which a figure is counted."""

from datetime import date, timedelta
from typing import Any

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


def usual_period(today: date) -> Period:
    """The twelve months that end with yesterday."""
    last = today - timedelta(days=1)
    return Period(last - timedelta(days=364), last)
