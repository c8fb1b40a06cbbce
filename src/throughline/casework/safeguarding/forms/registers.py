"""What the registers about staff ask for."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import DateField, GovukForm, TimeField

type Choices = list[tuple[str, str]]

_SHORT = {"class": "govuk-input--width-5", "inputmode": "numeric"}


class _WhoForm(PersonForm):
    """A form about one of some accounts."""

    account = forms.ChoiceField(label=_("Who?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]


class PostsForm(GovukForm):
    """How many posts a team has, and how many of them are filled."""

    needed = ("team", "established", "filled")
    team = forms.ChoiceField(label=_("Which team?"), widget=forms.RadioSelect)
    established = forms.IntegerField(
        label=_("Posts that it has"), widget=forms.TextInput(attrs=_SHORT), min_value=0
    )
    filled = forms.IntegerField(
        label=_("Posts that are filled"),
        help_text=_("Those on long leave count as not filled."),
        widget=forms.TextInput(attrs=_SHORT),
        min_value=0,
    )

    def __init__(self, *args: Any, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = teams  # type: ignore[attr-defined]


class OnCallForm(_WhoForm):
    """Who is on call, from when until when."""

    needed = ("account", "starts", "starts_at", "ends", "ends_at")
    starts = DateField(label=_("From what day?"))
    starts_at = TimeField(label=_("From what time?"), help_text=_("For example, 2pm or 14:30"))
    ends = DateField(label=_("Until what day?"))
    ends_at = TimeField(label=_("Until what time?"))

    def moment(self, which: str) -> datetime:
        """When a valid form says that it starts or ends."""
        return datetime.combine(self.cleaned_data[which], self.cleaned_data[f"{which}_at"], LONDON)


class TrainingForm(_WhoForm):
    """What somebody is trained in, or which part they have, and on which days it holds."""

    needed = ("account", "kind", "valid_from")
    lists = {"kind": ("training-kinds", {})}
    kind = forms.ChoiceField(label=_("What?"), widget=forms.RadioSelect)
    valid_from = DateField(label=_("From what day?"))
    valid_until = DateField(
        label=_("Until what day?"), help_text=_("Empty where it holds until somebody ends it.")
    )
    field_order = ("account", "kind", "valid_from", "valid_until")
