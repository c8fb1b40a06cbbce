"""What is typed about a front counter."""

from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundations.govuk.forms import DateField, GovukForm, TimeRangeField
from throughline.reference import load

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip


class CounterForm(GovukForm):
    """A counter that is there."""

    name = forms.CharField(label=_("Name of the counter"), help_text=_("As people in the town call it."))
    opened_on = DateField(label=_("Open since"))
    needed = ("name", "opened_on")


class CloseForm(GovukForm):
    """A counter that is no longer there."""

    closed_on = DateField(label=_("Closed since"), help_text=_("The first day on which it is not open."))
    needed = ("closed_on",)


class HoursForm(GovukForm):
    """When it is open on each day of the week, from a day on."""

    valid_from = DateField(label=_("From which day do these hours hold?"))
    needed = ("valid_from",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = TimeRangeField(
                label=name,
                required=False,
                help_text=_("Leave empty where it is shut.") if number == 0 else "",
            )

    def week(self) -> dict[int, tuple[time, time]]:
        """The hours by day of the week, as the command takes them."""
        typed = {number: self.cleaned_data.get(f"day_{number}") for number in range(7)}
        return {number: (hours.start, hours.until) for number, hours in typed.items() if hours}


class LeafletForm(GovukForm):
    """A leaflet that is put on view."""

    topic = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"))
    printed_on = DateField(
        label=_("Date of print"),
        help_text=_("Leave empty where none stands on it: it then counts as out of date."),
    )
    needed = ("topic", "language")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, name in (("topic", "leaflet-topics"), ("language", "leaflet-languages")):
            self.fields[field].choices = load(name).choices(on=today)  # type: ignore[attr-defined]


class LookForm(GovukForm):
    """What was found when somebody looked."""

    found = forms.ChoiceField(
        label=_("What did you find?"),
        choices=[
            ("there", _("It is on view and may stay")),
            ("replaced", _("I have replaced it with a newer print")),
            ("gone", _("It is no longer on view")),
        ],
        widget=forms.RadioSelect,
    )
    printed_on = DateField(label=_("Date of the newer print"))
    needed = ("found",)
    conditions = {"printed_on": {"found": ["replaced"]}}
