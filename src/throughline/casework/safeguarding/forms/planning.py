"""What the pages of a safety plan ask for beside the questions of its instrument. Choices come from `reference`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm
from throughline.casework.risk.forms import WhenForm
from throughline.casework.safeguarding.rules.fitting import REASONED, Step
from throughline.foundations.govuk.forms import ChoicesField
from throughline.reference import load

STEPS = {
    Step.ORDER: _("It is ordered"),
    Step.DECLINE: _("She declines it"),
    Step.CHASE: _("The supplier was reminded"),
    Step.FIT: _("It is in place"),
    Step.FAIL: _("It failed"),
    Step.LET_GO: _("It is let go"),
    Step.TAKE_AWAY: _("It was taken away"),
}


def _words(label: Any, hint: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}), required=False
    )


class AgreeForm(WhenForm):
    """Who was in it, and whether she agrees. Nothing of it is needed to save."""

    lists = {
        "took_part": ("plan-participants", {}),
        "agreed": ("plan-agreements", {}),
        "why": ("plan-disagreements", {}),
    }
    took_part = ChoicesField(label=_("Who took part?"))
    agreed = forms.ChoiceField(label=_("Does she agree with it?"), widget=forms.RadioSelect)
    why = forms.ChoiceField(label=_("Why not?"), widget=forms.RadioSelect)
    words = _words(_("In her words, or yours"), _("What she says to it. It stands with this version."))
    field_order = ("took_part", "agreed", "why", "words", "on", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasoned = [row.code for row in load("plan-agreements").as_of(self.today) if row.flag("needs_reason")]
        self.conditions = {"why": {"agreed": reasoned}}


class OfferForm(WhenForm):
    """A measure that she is offered, and what she says to it."""

    needed = ("kind",)
    lists = {
        "kind": ("safety-measures", {}),
        "supplier": ("measure-suppliers", {}),
    }
    kind = forms.ChoiceField(label=_("What is she offered?"), widget=forms.RadioSelect)
    then = forms.ChoiceField(
        label=_("What comes of it now?"),
        help_text=_("Leave it empty while she thinks about it."),
        choices=[(str(Step.ORDER), STEPS[Step.ORDER]), (str(Step.DECLINE), STEPS[Step.DECLINE])],
        widget=forms.RadioSelect,
    )
    supplier = forms.ChoiceField(label=_("Who supplies it?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)
    words = _words(_("In your words"), _("Never the address of a refuge."))
    conditions = {"supplier": {"then": [str(Step.ORDER)]}, "reason": {"then": [str(Step.DECLINE)]}}
    field_order = ("kind", "then", "supplier", "reason", "words", "on", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = reasons([Step.DECLINE], self.today)  # type: ignore[attr-defined]


class StepForm(WhenForm):
    """What became of a measure."""

    needed = ("step",)
    lists = {"supplier": ("measure-suppliers", {})}
    step = forms.ChoiceField(label=_("What has become of it?"), widget=forms.RadioSelect)
    supplier = forms.ChoiceField(label=_("Who supplies it?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)
    words = _words(_("In your words"), _("Never the address of a refuge."))
    field_order = ("step", "supplier", "reason", "words", "on", "at")

    def __init__(self, *args: Any, can: tuple[Step, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [(str(step), STEPS[step]) for step in can]  # type: ignore[attr-defined]
        reasoned = [step for step in can if step in REASONED]
        self.fields["reason"].choices = reasons(reasoned, self.today)  # type: ignore[attr-defined]
        self.conditions = {
            "supplier": {"step": [str(Step.ORDER)]},
            "reason": {"step": [str(step) for step in reasoned]},
        }
        if Step.ORDER not in can:
            del self.fields["supplier"], self.conditions["supplier"]
        if not reasoned:
            del self.fields["reason"], self.conditions["reason"]


def reasons(steps: list[Step], today: Any) -> list[tuple[str, str]]:
    """The reasons for any of some steps, as choices."""
    return [
        (row.code, row.label)
        for row in load("measure-reasons").as_of(today)
        if set(row.texts("steps")) & {str(step) for step in steps}
    ]


class CopyForm(PersonForm):
    """Whether she is given her plan, in what form, and why not."""

    needed = ("given",)
    lists = {"form": ("plan-copy-forms", {}), "why_not": ("plan-copy-reasons", {})}
    given = forms.ChoiceField(
        label=_("Is she given her plan?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    form = forms.ChoiceField(label=_("In what form?"), widget=forms.RadioSelect)
    safe_to_keep = forms.BooleanField(
        label=_("She says herself that it is safe for her to keep"),
        help_text=_("Ask who sees her post, her telephone, her bags. If she is not sure, tell her only."),
        required=False,
    )
    why_not = forms.ChoiceField(label=_("Why not?"), widget=forms.RadioSelect)
    words = _words(_("In her words, or yours"))
    field_order = ("given", "form", "safe_to_keep", "why_not", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leaves = [row.code for row in load("plan-copy-forms").as_of(self.today) if row.flag("leaves")]
        self.conditions = {
            "form": {"given": ["yes"]},
            "safe_to_keep": {"form": leaves},
            "why_not": {"given": ["no"]},
        }

    def told(self) -> dict[str, Any]:
        """What a valid form says, as the command takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "given"}


class ReferForm(WhenForm):
    """A service that she is told of or referred to."""

    needed = ("service", "how")
    lists = {"basis": ("sharing-bases", {}), "consent": ("referral-consents", {})}
    service = forms.ChoiceField(label=_("Which service?"))
    how = forms.ChoiceField(
        label=_("What is done?"),
        choices=[
            ("told", _("She is told of it; nothing is passed on")),
            ("referred", _("She is referred to it")),
        ],
        widget=forms.RadioSelect,
    )
    consent = forms.ChoiceField(label=_("Does she agree?"), widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("On what basis is it passed on?"), widget=forms.RadioSelect)
    words = _words(_("In your words"), _("Needed where she has not agreed."))
    conditions = {"consent": {"how": ["referred"]}, "basis": {"how": ["referred"]}}
    field_order = ("service", "how", "consent", "basis", "words", "on", "at")

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("Choose one")), *services]  # type: ignore[attr-defined]
        basis = self.fields["basis"]
        basis.choices = [one for one in basis.choices if one[0] != "not-said"]  # type: ignore[attr-defined]


class AnswerForm(PersonForm):
    """What the service answered."""

    needed = ("answer",)
    lists = {"answer": ("referral-answers", {})}
    answer = forms.ChoiceField(label=_("What did the service answer?"), widget=forms.RadioSelect)
    words = _words(_("In your words"))
