"""What the pages about who safeguards ask for. Choices come from `reference`, as it is on the day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm, ReasonForm
from throughline.casework.safeguarding.rules.handing import Held
from throughline.foundations.govuk.forms import ChoicesField, GovukForm

type Choices = list[tuple[str, str]]

_HELD = [
    (Held.HELD, _("Held elsewhere")),
    (Held.NOT_APPLICABLE, _("Does not apply")),
    (Held.NOT_HELD, _("Not held")),
]


class ReturnForm(PersonForm):
    """Returning a request: why, in words, and what is missing."""

    needed = ("reason", "words")
    lists = {
        "reason": ("decision-reasons", {"decision": "safeguard-return"}),
        "missing": ("handover-items", {}),
    }
    reason = forms.ChoiceField(
        label=_("Why"),
        help_text=_("How busy anybody is, is no reason, and her grade does not change by it."),
        widget=forms.RadioSelect,
    )
    missing = ChoicesField(label=_("What is missing?"))
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("Whoever owns the case reads it, and a sergeant after a second return."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("reason", "missing", "words")


class NoteForm(GovukForm):
    """What somebody says of one item of the package, of those that the system does not find."""

    needed = ("item", "held")
    item = forms.ChoiceField(label=_("Which of them?"), widget=forms.RadioSelect)
    held = forms.ChoiceField(label=_("How does it stand?"), choices=_HELD, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Where it is held, or why it does not apply"),
        help_text=_("Never the address of a refuge."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = items  # type: ignore[attr-defined]


class DecideForm(ReasonForm):
    """Who owns a case that came back twice, and why."""

    needed: tuple[str, ...] = ("owner", "reason", "words")
    owner = forms.ChoiceField(label=_("Who owns the case from now on?"), widget=forms.RadioSelect)
    both_sides = forms.BooleanField(
        label=_("One person may be the contact of both: I know that each names the other, and it is meant"),
        required=False,
    )
    field_order = ("owner", "both_sides", "reason", "words")

    def __init__(self, *args: Any, owners: Choices, counter: bool, **kwargs: Any) -> None:
        super().__init__(*args, decision="safeguard-decision", **kwargs)
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
        if not counter:
            del self.fields["both_sides"]


class AskForm(ReasonForm):
    """Who is asked by name; somebody of another role than the policy names, with why."""

    needed: tuple[str, ...] = ("account",)
    account = forms.ChoiceField(label=_("Who is asked?"), widget=forms.RadioSelect)
    field_order = ("account", "reason", "words")

    def __init__(self, *args: Any, accounts: Choices, otherwise: list[str], **kwargs: Any) -> None:
        super().__init__(*args, decision="safeguard-override", **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        self.fields["reason"].label = _("Why is it somebody else than the policy says?")
        self.conditions = {name: {"account": otherwise} for name in ("reason", "words")}


class ReviewForm(GovukForm):
    """Whether a choice against the policy holds."""

    needed = ("agreed",)
    agreed = forms.ChoiceField(
        label=_("Do you agree?"),
        choices=[("yes", _("Yes")), ("no", _("No: whom the policy names is asked again"))],
        widget=forms.RadioSelect,
    )
    feedback = forms.CharField(
        label=_("What you want to tell them"),
        help_text=_("They read this. Needed where you do not agree."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
