"""What is typed to discharge a duty, and to narrow the log."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundations.duties.commands import outcomes
from throughline.foundations.govuk.forms import DateField, GovukForm
from throughline.reference import load


class WhoDoesItForm(GovukForm):
    """Who is let see whom a duty is about, and until when; the duty says what for."""

    account = forms.ChoiceField(label=_("Who is to do it?"), widget=forms.RadioSelect)
    until = DateField(
        label=_("Until the end of which day?"), help_text=_("Leave empty until you take it back")
    )
    needed = ("account",)

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self.today:
            raise forms.ValidationError(_("Choose today or a later day"))
        return until


class GiveOnForm(GovukForm):
    """Who does what an officer who is off duty had to do."""

    owner = forms.ChoiceField(label=_("Who is to do it?"), widget=forms.RadioSelect)
    needed = ("owner",)

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]


class OutcomeForm(GovukForm):
    """How a duty was discharged, in the codes of its kind."""

    outcome = forms.ChoiceField(label=_("What came of it?"), widget=forms.RadioSelect)
    needed = ("outcome",)

    def __init__(self, *args: Any, kind: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.code, row.label) for row in outcomes(kind, on=today)]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class GlassForm(GovukForm):
    """Whether opening a restricted record in an emergency was justified."""

    agreed = forms.ChoiceField(
        label=_("Did the emergency justify it?"),
        choices=[("yes", _("Yes")), ("no", _("No, and the sight of the record ends now"))],
        widget=forms.RadioSelect,
    )
    feedback = forms.CharField(
        label=_("What you want to tell them"),
        help_text=_("They read this. Needed where it was not justified."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needed = ("agreed",)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("agreed") == "no" and not cleaned.get("feedback", "").strip():
            self.add_error("feedback", _("say why it was not justified"))
        return cleaned


class RetentionForm(GovukForm):
    """Until when a record is kept, and why."""

    until = DateField(label=_("Keep until"), help_text=_("The day on which somebody looks at it again."))
    reason = forms.ChoiceField(label=_("Why is it still needed?"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("In your words"), widget=forms.Textarea(attrs={"rows": 3}))
    needed = ("until", "reason")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = load("decision-reasons").choices(on=today, decision="extend-retention")
        self.fields["reason"].choices = choices  # type: ignore[attr-defined]


class LooksForm(GovukForm):
    """What narrows the log. Ids and days only, so that they may stand in an address."""

    account = forms.ChoiceField(label=_("Account"), widget=forms.Select)
    record = forms.UUIDField(
        label=_("Record number"),
        error_messages={"invalid": _("copy the whole number of the record")},
        widget=forms.TextInput,
    )
    day = DateField(label=_("Day"))
    before = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
