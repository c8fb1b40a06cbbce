"""What the intelligence desk is asked and answers, and who is named for what is confidential."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.contact.models import IntelligenceAnswer
from throughline.casework.contact.queries.intelligence import System, confidential_systems
from throughline.foundations.govuk.forms import ChoicesField, GovukForm
from throughline.reference import load

RESULTS = [
    (IntelligenceAnswer.Result.HELD, _("Held")),
    (IntelligenceAnswer.Result.NONE_FOUND, _("None found")),
    (IntelligenceAnswer.Result.NOT_CHECKED, _("Could not be checked")),
]


class AskForm(GovukForm):
    """Which systems are asked, and what besides."""

    systems = ChoicesField(label=_("Where should they look?"))
    question = forms.CharField(
        label=_("What else do you want to know?"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        rows = load("intelligence-systems").as_of(today)
        kwargs.setdefault("initial", {"systems": [row.code for row in rows if row.flag("asked")]})
        super().__init__(*args, **kwargs)
        self.fields["systems"].choices = [(row.code, row.label) for row in rows]  # type: ignore[attr-defined]


class AnswersForm(GovukForm):
    """What was read in each system, as far as it goes; a system that is left open stays open."""

    def __init__(self, *args: Any, systems: Iterable[System], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # who is not named for a system can only say that it could not be checked
        self.systems = [one for one in systems if not (one.closed and one.answer)]
        conditions = {}
        for one in self.systems:
            result, words, seen = self.names(one.row.code)
            answer = one.answer
            self.fields[result] = forms.ChoiceField(
                label=one.row.label,
                choices=RESULTS[-1:] if one.closed else RESULTS,
                widget=forms.RadioSelect,
                required=False,
                initial=answer.result if answer else None,
            )
            self.fields[words] = forms.CharField(
                label=_("What the officer needs of it: %(system)s") % {"system": one.row.label},
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                initial=one.words,
            )
            self.fields[seen] = forms.CharField(
                widget=forms.HiddenInput,
                required=False,
                initial=answer.read_at.isoformat() if answer else "",
            )
            if one.closed:
                del self.fields[words]
                continue
            conditions[words] = {result: [IntelligenceAnswer.Result.HELD.value, "not-checked"]}
        self.conditions = conditions

    @staticmethod
    def names(code: str) -> tuple[str, str, str]:
        """The fields of one system: what came of it, the words, and which answer the writer had before them."""
        return f"result_{code}", f"words_{code}", f"seen_{code}"

    def given(self) -> Iterable[tuple[System, str, str, str]]:
        """What was chosen and differs from what stands: the system, the result, the words, what was seen."""
        for one in self.systems:
            result, words, seen = (self.cleaned_data.get(name) or "" for name in self.names(one.row.code))
            stands = (one.answer.result, one.words) if one.answer else ("", "")
            if result and (result, words.strip()) != stands:
                yield one, result, words, seen


class NameForm(GovukForm):
    """An account that reads a confidential system."""

    system = forms.ChoiceField(label=_("Which system?"), widget=forms.RadioSelect)
    account = forms.ChoiceField(label=_("Which account?"), widget=forms.Select)
    needed = ("system", "account")

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = confidential_systems(today)
        self.fields["system"].choices = [(row.code, row.label) for row in rows]  # type: ignore[attr-defined]
        self.fields["account"].choices = [("", ""), *accounts]  # type: ignore[attr-defined]
