"""What the pages of a neighbourhood team ask for. Choices come from `reference`, as it is on the day."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.cases.forms import VisitForm
from throughline.casework.people.forms.person import PersonForm, ReasonForm
from throughline.casework.risk.forms import WhenForm
from throughline.foundations.govuk.forms import DateField, GovukForm
from throughline.reference import load

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Choices = list[tuple[str, str]]


def _words(label: "StrOrPromise", hint: "StrOrPromise" = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


def _radios(label: "StrOrPromise", hint: "StrOrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, widget=forms.RadioSelect)


class OrderForm(ReasonForm):
    """Something to be done about the suspect, why, and by whom if anybody is named."""

    needed = ("kind", "reason", "words")
    kind = _radios(_("What is to be done?"))
    asked = forms.ChoiceField(label=_("Who is asked?"))
    field_order = ("kind", "reason", "words", "asked")

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, decision="disruption-order", **kwargs)
        self.fields["kind"].choices = load("disruption-kinds").choices(on=self.today)  # type: ignore[attr-defined]
        self.fields["asked"].choices = [("", _("Whoever accepts it")), *accounts]  # type: ignore[attr-defined]
        self.fields["reason"].label = _("Why is it to be done?")
        self.fields["words"].label = _("What exactly, where and when?")
        self.fields["words"].help_text = _("Whoever does it reads this. Never the address of a refuge.")


class LogForm(WhenForm):
    """That a task was done once, and what was found."""

    needed = ("result",)
    lists = {"result": ("disruption-results", {})}
    result = _radios(_("What was found?"))
    words = _words(
        _("What you saw and did, and where"), _("Needed where something was found that a supervisor reads.")
    )
    field_order = ("result", "words", "on", "at")


class TaskReviewForm(GovukForm):
    """A supervisor's entry about a task."""

    needed = ("agreed", "words")
    agreed = forms.ChoiceField(
        label=_("What do you say of it?"),
        choices=[("yes", _("It goes on as it is")), ("no", _("It is to be done otherwise"))],
        widget=forms.RadioSelect,
    )
    words = _words(_("Your entry"), _("Whoever does it reads this."))


class EndTaskForm(PersonForm):
    """Why a task is no longer done."""

    needed = ("ending", "words")
    lists = {"ending": ("disruption-endings", {})}
    ending = _radios(_("Why does it end?"), _("How busy anybody is, is no reason."))
    words = _words(_("How do you know?"))


class SetOutForm(GovukForm):
    """That an officer sets out to her."""

    words = _words(
        _("Why is it safe to call?"),
        _("Needed where nobody knows whether a visit is safe, or the suspect lives there."),
    )


class CalledForm(VisitForm):
    """What came of calling on her, with what she said."""

    lists = {**VisitForm.lists, "feels": ("feels-safer", {})}
    feels = _radios(
        _("Does she feel safer than when it was last spoken of?"),
        _("Ask only where she can speak freely. It sets no grade."),
    )
    said = _words(_("What she said"), _("In her words."), rows=4)
    field_order = (
        "outcome", "seen", "alone", "safe_to_talk", "said", "feels", "agreed", "other_way", "next_on",
    )  # fmt: skip


class KeepMarkerForm(ReasonForm):
    """Until when a marker is kept, and why."""

    needed = ("until", "reason")
    until = DateField(label=_("Until which day is it kept?"))
    field_order = ("until", "reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, decision="marker-review", **kwargs)


class EndMarkerForm(ReasonForm):
    """Why a marker ends."""

    needed = ("reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, decision="marker-review", **kwargs)
