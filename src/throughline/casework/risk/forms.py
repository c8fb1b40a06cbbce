"""What the pages of risk ask for. Choices come from `reference`, as it is on the day."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm
from throughline.casework.risk.rules.reassessing import causes
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import DateField, GovukForm, TimeField
from throughline.reference import load

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Choices = list[tuple[str, str]]


def _words(label: "StrOrPromise", *, hint: "StrOrPromise" = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


def _line(label: "StrOrPromise", *, hint: "StrOrPromise" = "", width: int = 20) -> forms.CharField:
    attrs = {"class": f"govuk-input--width-{width}"}
    return forms.CharField(label=label, help_text=hint, widget=forms.TextInput(attrs=attrs))


def _radios(label: "StrOrPromise", *, hint: "StrOrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, widget=forms.RadioSelect)


class WhenForm(PersonForm):
    """When something was done, where that was not just now."""

    on = DateField(label=_("On what day, if not today"), help_text=_("For example, of a paper form."))
    at = TimeField(label=_("At what time, if not just now"), help_text=_("For example, 2pm or 14:30"))

    def moment(self) -> datetime | None:
        """The instant that a valid form names; None where it names none."""
        day, hour = self.cleaned_data.get("on"), self.cleaned_data.get("at")
        if day is None and hour is None:
            return None
        return datetime.combine(day or self.today, hour or time(12), LONDON)

    def beside_when(self) -> dict[str, Any]:
        """What a valid form says beside when, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("on", "at")}


class HowForm(WhenForm):
    """How and when an assessment was done, and of which incident."""

    lists = {"how": ("assessment-ways", {})}
    how = _radios(
        _("How was it done?"),
        hint=_("Ask where nobody else can hear. By telephone you cannot see who listens."),
    )
    incident = _radios(_("Which incident is it about?"))
    field_order = ("how", "incident", "on", "at")

    def __init__(self, *args: Any, incidents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["incident"].choices = [  # type: ignore[attr-defined]
            *incidents,
            ("none", _("None: something else has changed")),
        ]


class AddForm(GovukForm):
    """Words that are added to an assessment."""

    needed = ("words",)
    words = _words(_("What you add"), hint=_("Fact and opinion told apart."), rows=5)


class GradeForm(PersonForm):
    """A grade with its reason: a named person's judgement, never a sum of answers."""

    needed: tuple[str, ...] = ("grade", "reason")
    lists = {"grade": ("grades", {}), "reason": ("decision-reasons", {"decision": "case-grade"})}
    grade = _radios(
        _("How dangerous is it?"), hint=_("Your judgement of all that you know. Nothing is added up.")
    )
    reason = _radios(_("Why"), hint=_("About the danger to her. How busy anybody is, is no reason."))
    words = _words(
        _("In your words"),
        hint=_("What you know that decides it. Needed for a lower grade than before."),
        rows=4,
    )


class TellForm(PersonForm):
    """Whether she was told the result, how, or why not."""

    needed: tuple[str, ...] = ("told",)
    lists = {
        "how": ("decision-reasons", {"decision": "result-told"}),
        "why_not": ("decision-reasons", {"decision": "result-not-told"}),
    }
    told = forms.ChoiceField(
        label=_("Was she told the result?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    how = _radios(_("How was she told?"))
    why_not = _radios(_("Why not?"))
    words = _words(_("In your words"))
    conditions = {"how": {"told": ["yes"]}, "why_not": {"told": ["no"]}}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        field = {"yes": "how", "no": "why_not"}.get(cleaned.get("told", ""))
        if field and not cleaned.get(field) and not self.has_error(field):
            self.add_error(field, _("choose one of the answers listed"))
        return cleaned

    def reason(self) -> str:
        """The coded reason of a valid form."""
        return str(self.cleaned_data["how"] or self.cleaned_data["why_not"])


class TellHerForm(TellForm):
    """The same before the grade has come in: which grade she was told of, so that it is not put beside another."""

    needed = ("grade", "told")
    lists = {"grade": ("grades", {}), **TellForm.lists}
    grade = _radios(_("Which grade did you give?"))
    field_order = ("grade", "told", "how", "why_not", "words")


class CheckForm(PersonForm):
    """Agree with an assessment and its grade, grade it otherwise, or return it; each with why."""

    needed = ("answer",)
    lists = {
        "agreed_because": ("decision-reasons", {"decision": "risk-check-agreed"}),
        "grade": ("grades", {}),
        "reason": ("decision-reasons", {"decision": "case-grade"}),
        "returned_because": ("decision-reasons", {"decision": "risk-check-returned"}),
    }
    answer = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[
            ("agree", _("I agree with the grade")),
            ("regrade", _("I grade it otherwise")),
            ("return", _("I return it, to be added to")),
        ],
        widget=forms.RadioSelect,
    )
    agreed_because = _radios(_("Why do you agree?"))
    grade = _radios(_("How dangerous is it?"), hint=_("Your judgement. Nothing is added up."))
    reason = _radios(_("Why"), hint=_("About the danger to her. How busy anybody is, is no reason."))
    words = _words(_("What you know that decides it"), hint=_("Needed for a lower grade than before."))
    returned_because = _radios(_("What is missing?"))
    feedback = _words(
        _("What you want to tell whoever assessed"),
        hint=_("They read this. Needed where you grade otherwise or return it."),
    )
    conditions = {
        "agreed_because": {"answer": ["agree"]},
        "grade": {"answer": ["regrade"]},
        "reason": {"answer": ["regrade"]},
        "words": {"answer": ["regrade"]},
        "returned_because": {"answer": ["return"]},
    }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        wanted = {
            "agree": ("agreed_because",),
            "regrade": ("grade", "reason", "feedback"),
            "return": ("returned_because", "feedback"),
        }.get(cleaned.get("answer", ""), ())
        for field in wanted:
            if not str(cleaned.get(field) or "").strip() and not self.has_error(field):
                self.add_error(field, _("needs an answer"))
        return cleaned


class CauseForm(GovukForm):
    """What has changed, so that the danger is graded anew."""

    needed = ("cause",)
    cause = _radios(_("What has changed?"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].choices = [  # type: ignore[attr-defined]
            (one.code, one.label) for one in causes(today)
        ]


class DepthForm(PersonForm):
    """How deep a reviewer looks, and why: their choice, not a rule's."""

    needed = ("depth",)
    lists = {
        "deep_because": ("decision-reasons", {"decision": "hub-deep"}),
        "light_because": ("decision-reasons", {"decision": "hub-light"}),
    }
    depth = forms.ChoiceField(
        label=_("How deep do you look?"),
        choices=[
            ("deep", _("I research it in depth: partners are asked")),
            ("light", _("I look at what is there")),
        ],
        widget=forms.RadioSelect,
    )
    deep_because = _radios(_("Why in depth?"))
    light_because = _radios(_("Why is that enough?"))
    words = _words(_("In your words"))
    conditions = {"deep_because": {"depth": ["deep"]}, "light_because": {"depth": ["light"]}}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        field = {"deep": "deep_because", "light": "light_because"}.get(cleaned.get("depth", ""))
        if field and not cleaned.get(field) and not self.has_error(field):
            self.add_error(field, _("choose one of the answers listed"))
        return cleaned


class ReviewForm(PersonForm):
    """What the hub makes of a pair: the grade that stands, or another, each with why."""

    needed = ("answer",)
    lists = {
        "agreed_because": ("decision-reasons", {"decision": "hub-agreed"}),
        "grade": ("grades", {}),
        "reason": ("decision-reasons", {"decision": "case-grade"}),
    }
    answer = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("agree", _("I agree with the grade")), ("regrade", _("I grade it otherwise"))],
        widget=forms.RadioSelect,
    )
    agreed_because = _radios(_("Why do you agree?"))
    grade = _radios(_("How dangerous is it?"), hint=_("Your judgement. Nothing is added up."))
    reason = _radios(_("Why"), hint=_("About the danger to her. How busy anybody is, is no reason."))
    words = _words(_("What you know that decides it"), hint=_("Needed for a lower grade than before."))
    conditions = {
        "agreed_because": {"answer": ["agree"]},
        "grade": {"answer": ["regrade"]},
        "reason": {"answer": ["regrade"]},
    }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        wanted = {"agree": ("agreed_because",), "regrade": ("grade", "reason")}
        for field in wanted.get(cleaned.get("answer", ""), ()):
            if not cleaned.get(field) and not self.has_error(field):
                self.add_error(field, _("choose one of the answers listed"))
        return cleaned


class ShareForm(WhenForm):
    """What a partner shared, who of it, and on what basis."""

    needed = ("agency", "controller", "shared_by", "basis", "words")
    lists = {"agency": ("partner-agencies", {}), "basis": ("sharing-bases", {})}
    agency = _radios(_("What kind of agency shared it?"))
    controller = _line(_("Which agency, by its name"), hint=_("It answers in law for what it shares."))
    shared_by = _line(_("Who of it shared it"), hint=_("Name and post."))
    basis = _radios(_("On what basis?"), hint=_("As they said. “Did not say” is to be asked again."))
    words = _words(_("What they know"), hint=_("In their words, fact and opinion told apart."), rows=5)
    field_order = ("agency", "controller", "shared_by", "basis", "words", "on", "at")


def grades_but(form: forms.BaseForm, standing: str) -> None:
    """Offer every grade but the one that stands: that one is agreed with."""
    field = form.fields["grade"]
    field.choices = [one for one in field.choices if one[0] != standing]  # type: ignore[attr-defined]


def flag_labels(codes: list[str], on: date) -> list[str]:
    """What the words of a grade speak of, as reference calls it."""
    return [load("capacity-phrases").label(code, on=on) for code in codes]
