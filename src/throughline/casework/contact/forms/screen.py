"""Everything that can be typed on the screen of first contact, as one form: no button loses a field."""

import json
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.contact.models import Contact
from throughline.casework.contact.rules.taking import FIELDS, HEARD, LONGEST, LONGEST_WORDS
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import DateField, GovukForm, PhoneField
from throughline.reference import load

UNKNOWN = "unknown"
_DOMESTIC = {"yes": True, "no": False, UNKNOWN: None}
_INLINE = {"class": "govuk-radios--inline govuk-radios--small"}


def _line(label: Any, hint: Any = "", **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=LONGEST, widget=forms.TextInput(attrs=attrs)
    )


class ScreenForm(GovukForm):
    """A contact as it is being typed. One wrong field keeps none of the others from being saved."""

    place = _line(_("Where"), accesskey="w")
    caller = forms.ChoiceField(label=_("Caller"), widget=forms.RadioSelect(attrs=_INLINE))
    number = PhoneField(label=_("Calling from"), max_length=LONGEST)
    who = _line(
        _("Who"),
        _("Anything heard: name, age, date of birth, phone"),
        accesskey="i",
    )
    other = _line(_("Other party"), _("Name of the one she is afraid of"), accesskey="o")
    line = forms.ChoiceField(label=_("The line"), widget=forms.Select)
    recorded_as = forms.ChoiceField(label=_("Recorded as"), widget=forms.Select)
    domestic = forms.ChoiceField(
        label=_("Domestic abuse?"),
        choices=[("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Not known"))],
        widget=forms.RadioSelect(attrs=_INLINE),
    )
    words = forms.CharField(
        label=_("Log"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "2", "accesskey": "l"}),
    )
    grade = forms.ChoiceField(label=_("Decision"), widget=forms.Select)
    reason = forms.ChoiceField(label=_("Reason"), widget=forms.Select)
    decision_words = forms.CharField(
        label=_("In your words"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": "2"})
    )
    appointment_day = DateField(label=_("Day of the appointment"))
    appointment_time = _line(
        _("Time of the appointment"), _("For example, 14:30"), **{"class": "govuk-input--width-5"}
    )
    unit = _line(_("Unit"), **{"class": "govuk-input--width-10", "accesskey": "u"})
    officer = forms.ChoiceField(label=_("Officer who reads the brief"), widget=forms.Select)

    #: What is saved as it is typed.
    SAVED = ("place", "caller", "number", "who", "other", "line", "recorded_as", "domestic")

    def __init__(
        self, *args: Any, today: date, officers: list[tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        grades = load("response-grades").as_of(today)
        self.today = today
        self._choose("caller", load("callers").choices(on=today))
        self._choose("line", load("contact-lines").choices(on=today))
        self._choose("recorded_as", load("incident-kinds").choices(on=today))
        self._choose("grade", [(one.code, one.label) for one in grades if one.flag("reviewed")])
        self._choose("reason", load("decision-reasons").choices(on=today, decision="deployment"))
        self._choose("officer", officers or [])
        for name in (*self.SAVED, "words"):
            # while it is saved as it is typed, a reload must show what is saved, not what a browser remembers
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def start_at(self, name: str) -> None:
        """Let the page open with a field under the reader's fingers."""
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = "autofocus"

    def changed_since(self, seen: str) -> dict[str, Any]:
        """The fields that their writer has changed since the page showed them as ``seen``, as they are kept."""
        shown: dict[str, Any] = {}
        with suppress(ValueError):
            shown = json.loads(seen)
        changed = {}
        for name in self.SAVED:
            # a radio that nobody chose is not sent
            if name not in self.data or name in self.errors:
                continue
            value = str(self.cleaned_data[name])
            if value != shown.get(name, ""):
                changed[name] = _DOMESTIC[value] if name == "domestic" and value else value
        return changed

    def appointment(self) -> datetime | None:
        """When somebody goes by agreement, in London's time; None where it was not said or cannot be read."""
        day, typed = self.cleaned_data.get("appointment_day"), self.cleaned_data.get("appointment_time", "")
        if not day or not typed:
            return None
        try:
            at = time.fromisoformat(typed.strip().replace(".", ":").zfill(5))
        except ValueError:
            self.add_error("appointment_time", _("write it like 14:30"))
            return None
        return datetime.combine(day, at, tzinfo=LONDON)


def as_shown(contact: Contact, who: str, other: str) -> dict[str, str]:
    """What the form shows of a contact as it stands."""
    words = {True: "yes", False: "no", None: UNKNOWN}
    told = {name: getattr(contact, name) for name in FIELDS if name in ScreenForm.SAVED}
    return {**told, "domestic": words[contact.domestic], **dict(zip(HEARD, (who, other), strict=True))}
