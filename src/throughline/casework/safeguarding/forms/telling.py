"""What the pages of safeguarding ask for. Choices come from `reference`, as it is on the day."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.risk.forms import WhenForm
from throughline.casework.safeguarding.rules.telling import updates
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import DateField, TimeField
from throughline.reference import load


class ContactForm(WhenForm):
    """A contact with her, or an attempt."""

    needed = ("way", "result")
    lists = {
        "way": ("victim-contact-ways", {}),
        "result": ("victim-contact-results", {}),
        "told": ("victim-updates", {}),
        "feels": ("feels-safer", {}),
    }
    hers = forms.BooleanField(label=_("She got in touch herself"), required=False)
    way = forms.ChoiceField(
        label=_("How?"),
        help_text=_(
            "Only by a way that she said is safe. Never leave words where somebody else may find them."
        ),
        widget=forms.RadioSelect,
    )
    result = forms.ChoiceField(label=_("What came of it?"), widget=forms.RadioSelect)
    told = forms.MultipleChoiceField(
        label=_("What was she told?"),
        help_text=_("Those that are due stand first. Leave it empty where it was something else."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    declined = forms.BooleanField(label=_("She does not want to be told of these"), required=False)
    feels = forms.ChoiceField(
        label=_("Does she feel safer than when it was last spoken of?"),
        help_text=_("Ask only where she can speak freely. It sets no grade."),
        widget=forms.RadioSelect,
        required=False,
    )
    said = forms.CharField(
        label=_("What she said"),
        help_text=_("In her words. What she asked for, and what was agreed."),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
    )
    field_order = ("hers", "way", "result", "told", "declined", "feels", "said", "on", "at")

    def __init__(self, *args: Any, waits: tuple[str, ...] = (), regular: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["told"]
        if not regular:
            of_a_choice = {one.code for one in updates(self.today) if one.chosen}
            field.choices = [one for one in field.choices if one[0] not in of_a_choice]  # type: ignore[attr-defined]
        field.choices = sorted(field.choices, key=lambda one: one[0] not in waits)  # type: ignore[attr-defined]
        reached = [
            row.code for row in load("victim-contact-results").as_of(self.today) if row.flag("reached")
        ]
        self.conditions = {name: {"result": reached} for name in ("told", "declined", "feels")}


class ChoiceForm(WhenForm):
    """How often and by what she wants to hear."""

    #: She does not mind by what; kept as none.
    ANY = "any"
    needed = ("rhythm",)
    lists = {"rhythm": ("update-rhythms", {}), "way": ("victim-contact-ways", {})}
    rhythm = forms.ChoiceField(
        label=_("How often does she want to hear how it stands?"),
        help_text=_(
            "Ask her, and do not choose for her. Whatever she chooses, she is told at once of a release, of bail and of what else "
            "bears on her safety, and before a right of hers lapses."
        ),
        widget=forms.RadioSelect,
    )
    way = forms.ChoiceField(
        label=_("By what, of the ways that are safe?"),
        help_text=_("Her choice makes no way safe. What she said about reaching her stands before it."),
        widget=forms.RadioSelect,
        required=False,
    )
    field_order = ("rhythm", "way", "on", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["way"]
        field.choices = [*field.choices, (self.ANY, _("She does not mind"))]  # type: ignore[attr-defined]

    def clean_way(self) -> str:
        way = str(self.cleaned_data["way"])
        return "" if way == self.ANY else way


class PromiseForm(WhenForm):
    """Something that she must be told of, which no entry tells of by itself."""

    needed = ("update",)
    lists = {"update": ("victim-updates", {"chosen": False})}
    update = forms.ChoiceField(
        label=_("What has happened?"),
        help_text=_("Arrest, bail and interviews that are written down here are found by themselves."),
        widget=forms.RadioSelect,
    )
    leaves_on = DateField(label=_("On what day does he leave custody, if not today?"))
    leaves_at = TimeField(
        label=_("At what time?"),
        help_text=_("As far as custody knows. For example, 8pm or 20:30. Say it again when it changes."),
    )
    field_order = ("update", "leaves_on", "leaves_at", "on", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to_come = [one.code for one in updates(self.today) if one.before]
        happened = [one.code for one in updates(self.today) if not one.before]
        self.conditions = {name: {"update": to_come} for name in ("leaves_on", "leaves_at")} | {
            name: {"update": happened} for name in ("on", "at")
        }

    def leaves(self) -> datetime | None:
        """The instant at which he leaves custody; None where none is named."""
        at = self.cleaned_data.get("leaves_at")
        return at and datetime.combine(self.cleaned_data.get("leaves_on") or self.today, at, LONDON)
