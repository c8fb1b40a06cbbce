"""What a supervisor types: about a decision, a sample, a contact that is over, and a turn."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundations.clock.rules import LONDON
from throughline.foundations.govuk.forms import GovukForm
from throughline.reference import load

_WORDS = {"rows": 3}


class ReviewForm(GovukForm):
    """Agree with a decision not to send, or decide otherwise."""

    answer = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=[("agree", _("I agree with this decision")), ("otherwise", _("I decide otherwise"))],
        widget=forms.RadioSelect,
    )
    grade = forms.ChoiceField(label=_("Who is sent how soon?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Why not sooner?"), help_text=_("Needed where you send somebody later, or nobody.")
    )
    words = forms.CharField(
        label=_("Your reason in words"),
        help_text=_("Needed where you send somebody later, or nobody."),
        widget=forms.Textarea(attrs=_WORDS),
    )
    feedback = forms.CharField(
        label=_("What you want to tell whoever decided"),
        help_text=_("They read this, and nobody else of their team does. Needed where you decide otherwise."),
        widget=forms.Textarea(attrs=_WORDS),
    )
    needed = ("answer",)
    conditions = {
        "grade": {"answer": ["otherwise"]},
        "reason": {"answer": ["otherwise"]},
        "words": {"answer": ["otherwise"]},
    }

    def __init__(self, *args: Any, today: date, stands: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # an appointment is agreed with her: it is made where she is spoken to
        self.fields["grade"].choices = [  # type: ignore[attr-defined]
            (row.code, row.label)
            for row in load("response-grades").as_of(today)
            if row.code != stands and not row.flag("appointment")
        ]
        self.fields["reason"].choices = load("decision-reasons").choices(  # type: ignore[attr-defined]
            on=today, decision="deployment"
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("answer") == "otherwise":
            if not cleaned.get("grade") and not self.has_error("grade"):
                self.add_error("grade", _("say who is sent"))
            if not (cleaned.get("feedback") or "").strip():
                self.add_error("feedback", _("say why you decided otherwise"))
        return cleaned


class SignOffForm(GovukForm):
    """Sign off a contact that is over."""

    reason = forms.ChoiceField(label=_("Why can it be signed off?"), widget=forms.RadioSelect)
    words = forms.CharField(label=_("In your words"), widget=forms.Textarea(attrs=_WORDS))
    needed = ("reason",)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = load("decision-reasons").choices(  # type: ignore[attr-defined]
            on=today, decision="contact-sign-off"
        )


class JudgeForm(GovukForm):
    """What was found in a sample, and what the handler is told."""

    verdict = forms.ChoiceField(label=_("What did you find?"), widget=forms.RadioSelect)
    feedback = forms.CharField(
        label=_("What you want to tell the handler"),
        help_text=_("They alone read this. Needed where something went wrong."),
        widget=forms.Textarea(attrs=_WORDS),
    )
    needed = ("verdict",)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = load("sample-verdicts").choices(on=today)  # type: ignore[attr-defined]


class HandoverForm(GovukForm):
    """What the next turn must know beside the list itself."""

    words = forms.CharField(
        label=_("What must the next turn know?"),
        help_text=_("Whoever accepts the turn reads this."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class AcceptForm(GovukForm):
    """Nothing is typed: the name is that of whoever is signed in."""


class TurnForm(GovukForm):
    """Until when somebody is on duty: a full hour from now on."""

    ends_at = forms.ChoiceField(label=_("On duty until"))
    needed = ("ends_at",)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_at"].choices = [  # type: ignore[attr-defined]
            (end.isoformat(), f"{end.astimezone(LONDON):%H:%M}") for end in full_hours(now)
        ]


def full_hours(now: datetime) -> list[datetime]:
    """The full hours at which a turn that begins now may end."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return [hour + timedelta(hours=count) for count in range(1, 15)]


def answers_in(posted: Mapping[str, str]) -> dict[str, bool]:
    """The answers on the page of proposals by the proposal's id; one left for later is not among them."""
    return {
        name.removeprefix("answer-"): value == "yes"
        for name, value in posted.items()
        if name.startswith("answer-") and value in ("yes", "no")
    }
