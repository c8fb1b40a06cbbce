"""What the pages of outcomes ask for. Choices come from `reference`, as it is on the day."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.outcome.rules import codes
from throughline.casework.outcome.rules.events import MOST_BYTES, event_kinds, moment
from throughline.casework.people.forms.person import PersonForm, ReasonForm
from throughline.casework.risk.forms import WhenForm
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import DateField, GovukForm, TimeField
from throughline.reference import load

_YES_NO = [("yes", _("Yes")), ("no", _("No"))]


def _words(label: Any, hint: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


class GiveForm(WhenForm):
    """The outcome of a crime, with the reason."""

    needed = ("code", "reason")
    lists = {"reason": ("decision-reasons", {"decision": "outcome-given"})}
    code = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    words = _words(
        _("In your words"),
        _("What it rests on. She is told why, and a reviewer reads it. Needed for everything but a charge."),
    )
    interviewed = forms.ChoiceField(
        label=_("Was a named suspect interviewed under caution?"),
        help_text=_(
            "It decides whether she can have a decision not to charge reviewed. Leave it empty if you do not know."
        ),
        choices=_YES_NO,
        widget=forms.RadioSelect,
        required=False,
    )
    field_order = ("code", "reason", "words", "interviewed", "on", "at")

    def __init__(self, *args: Any, suspect: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = _("On what day was it decided, if not today?")
        self.fields["on"].help_text = _("For example, where the prosecutor decided yesterday.")
        # one that a day already past may have had is refused by the command, which names it
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            (one.code, f"{one.number}: {one.label}")
            for one in codes(self.today)
            if suspect or not one.needs_suspect
        ]

    def was_interviewed(self) -> bool | None:
        """What a valid form says of an interview; None where it says nothing."""
        return {"yes": True, "no": False}.get(self.cleaned_data["interviewed"])


class ReviewForm(GovukForm):
    """What a reviewer makes of an outcome."""

    needed = ("endorsed",)
    endorsed = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("yes", _("I endorse it")), ("no", _("I send it back, with directions"))],
        widget=forms.RadioSelect,
    )
    directions = _words(
        _("Directions, or what you want whoever decided to know"), _("Needed where you send it back.")
    )


class AskForm(PersonForm):
    """When she asked for a review."""

    on = DateField(label=_("On what day did she ask, if not today?"))

    def moment(self) -> datetime | None:
        """The instant that a valid form names; None where it names none."""
        day = self.cleaned_data.get("on")
        return day and datetime.combine(day, time(12), LONDON)


class DecideForm(ReasonForm):
    """What somebody decides of a decision that she asked to have reviewed."""

    needed = ("result", "reason", "words")
    result = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[
            ("upheld", _("The decision is upheld")),
            ("overturned", _("The decision is overturned, and the crime is open again")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ("result", "reason", "words")


class EventForm(PersonForm):
    """Something that came from a prosecutor, a court or a prison."""

    needed = ("kind", "on")
    lists = {"kind": ("court-events", {})}
    kind = forms.ChoiceField(label=_("What came?"), widget=forms.RadioSelect)
    on = DateField(label=_("On what day is it, or was it?"), help_text=_("For example, 27 3 2027"))
    at = TimeField(label=_("At what time, if you know?"), help_text=_("For example, 10am or 14:30"))
    reference = forms.CharField(
        label=_("Its number in the other system"),
        help_text=_("The same number with another day moves a hearing."),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        required=False,
    )

    def moment(self) -> datetime:
        """The instant that a valid form names."""
        to_come = {row.code: row.flag("to_come") for row in event_kinds(self.today)}[
            self.cleaned_data["kind"]
        ]
        day, hour = self.cleaned_data["on"], self.cleaned_data.get("at")
        return moment(day, hour and f"{hour:%H:%M}", to_come=to_come)


class UrnForm(GovukForm):
    """The number of the prosecutor's file."""

    urn = forms.CharField(
        label=_("URN of the file"),
        help_text=_("The number by which prosecutors and courts know it. Empty: it has none any more."),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        required=False,
    )


class JointForm(PersonForm):
    """What police and prosecutors found together."""

    needed = ("finding",)
    finding = forms.ChoiceField(label=_("What do you find together?"), widget=forms.RadioSelect)
    words = _words(_("In your words"), _("What to do otherwise, or again. Say with whom you looked at it."))

    def __init__(self, *args: Any, failed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = load("joint-review-findings").as_of(self.today)
        # what fits comes first; both are offered, as one file may have failed in part
        self.fields["finding"].choices = [  # type: ignore[attr-defined]
            (row.code, row.label) for row in sorted(rows, key=lambda row: row.flag("failed") is not failed)
        ]


class UploadForm(GovukForm):
    """A file of what courts, prosecutors and prisons sent."""

    needed = ("file",)
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("In UTF-8, with the columns named below. The same file again changes nothing."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB: bring it in in parts"))
        return file
