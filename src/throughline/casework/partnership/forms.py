"""What the pages of the room ask for. Choices come from `reference`, as it is on the day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.partnership.models import MaracAddition
from throughline.casework.partnership.rules.conferring import NOT_REFERRED
from throughline.casework.people.forms.person import PersonForm, ReasonForm
from throughline.casework.risk.forms import WhenForm
from throughline.foundations.govuk.forms import ChoicesField
from throughline.reference import load

NOT_SAID = "not-said"


def _words(label: Any, hint: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}), required=False
    )


def _radios(label: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, widget=forms.RadioSelect)


class BasisForm(PersonForm):
    """On what basis something about her is passed on, and whether she agrees."""

    needed: tuple[str, ...] = ("consent", "basis")
    lists = {"basis": ("sharing-bases", {}), "consent": ("referral-consents", {})}
    consent = _radios(_("Does she agree?"), _("Ask her, where that is safe."))
    basis = _radios(_("On what basis is it passed on?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        basis = self.fields["basis"]
        basis.choices = [one for one in basis.choices if one[0] != NOT_SAID]  # type: ignore[attr-defined]


class ReferForm(BasisForm):
    """To which advisers' service she is referred."""

    needed = ("team", "consent", "basis")
    team = _radios(_("Which service?"))
    words = _words(
        _("What the adviser needs to know"),
        _(
            "What keeps her safe when she is rung, and what she asks for. Needed where she has not agreed. Never the address "
            "of a refuge, never intelligence."
        ),
    )
    field_order = ("team", "consent", "basis", "words")

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = services  # type: ignore[attr-defined]


class ReturnForm(PersonForm):
    """Why the service does not take her on."""

    needed = ("reason",)
    lists = {"reason": ("idva-return-reasons", {})}
    reason = _radios(_("Why does your service not take her on?"))
    words = _words(_("In your words"), _("Whoever referred her reads it, and a sergeant does."))


class EndForm(PersonForm):
    """Why she is supported no longer."""

    needed = ("reason",)
    lists = {"reason": ("idva-endings", {})}
    reason = _radios(_("Why does your support end?"))
    words = _words(_("In your words"), _("Whoever owns the case in the police reads it."))


class AdviserContactForm(WhenForm):
    """A contact of the adviser with her, or an attempt."""

    needed = ("way", "result")
    lists = {
        "way": ("victim-contact-ways", {}),
        "result": ("victim-contact-results", {}),
        "told": ("victim-updates", {}),
    }
    way = _radios(_("How?"), _("Only by a way that she said is safe."))
    result = _radios(_("What came of it?"))
    told = forms.MultipleChoiceField(
        label=_("Which of what she is due to hear did you tell her?"),
        help_text=_("It counts as told, with your name: the police do not tell her again."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    words = _words(_("Your note"), _("Your service’s own. The police do not read it unless you share it."))
    field_order = ("way", "result", "told", "words", "on", "at")

    def __init__(self, *args: Any, waits: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways, told = self.fields["way"], self.fields["told"]
        ways.choices = [one for one in ways.choices if one[0] != "by-adviser"]  # type: ignore[attr-defined]
        told.choices = [one for one in told.choices if one[0] in waits]  # type: ignore[attr-defined]
        if not waits:
            del self.fields["told"]
            return
        reached = [
            row.code for row in load("victim-contact-results").as_of(self.today) if row.flag("reached")
        ]
        self.conditions = {"told": {"result": reached}}


class NoteForm(PersonForm):
    """A note that is the service's own."""

    needed = ("kind", "words")
    lists = {"kind": ("note-kinds", {})}
    kind = _radios(_("What is it?"))
    words = _words(_("In your words"), _("Your service’s own, until you share it."), rows=6)


class ShareForm(BasisForm):
    """With whom a note is shared."""

    needed: tuple[str, ...] = ("to", "consent", "basis")
    lists = {**BasisForm.lists, "to": ("note-recipients", {})}
    to = _radios(_("With whom?"))
    words = _words(_("Why, where she has not agreed"), _("It stays with your service."), rows=3)
    field_order: tuple[str, ...] = ("to", "consent", "basis", "words")


class DangerForm(ShareForm):
    """That the danger has changed, and how the adviser sees it."""

    needed = ("view", "to", "consent", "basis")
    view = _words(
        _("What has changed, and how you see the danger"),
        _("It is shared as you say below, and the police grade the case anew. It sets no grade."),
        rows=6,
    )
    field_order = ("view", "to", "consent", "basis", "words")


class MaracForm(PersonForm):
    """A referral to a MARAC: the criteria, and why."""

    needed = ("chosen", "words")
    lists = {"chosen": ("marac-criteria", {}), "consent": ("referral-consents", {})}
    chosen = ChoicesField(
        label=_("Which criteria does it meet?"),
        help_text=_(
            "Your own judgement is enough, also where the records meet none. What stands above is a prompt."
        ),
    )
    words = _words(
        _("Why you refer it"),
        _(
            "What you know of the danger to her, to the children and to others; whom she trusts and whom she fears."
        ),
        rows=6,
    )
    consent = _radios(
        _("Does she know and agree?"), _("Her agreement is asked for where that is safe; it is not needed.")
    )
    field_order = ("chosen", "words", "consent")


class AddForm(PersonForm):
    """A further reason for a referral, or a correction of it."""

    needed = ("kind", "words")
    lists = {"chosen": ("marac-criteria", {})}
    kind = forms.ChoiceField(
        label=_("What do you add?"),
        choices=[
            (str(MaracAddition.Kind.REASON), _("A further reason")),
            (str(MaracAddition.Kind.CORRECTION), _("A correction of what was written")),
        ],
        widget=forms.RadioSelect,
    )
    chosen = ChoicesField(label=_("Which criteria does it meet as well?"))
    words = _words(_("In your words"), _("What was first written stays, and this beside it."))
    field_order = ("kind", "chosen", "words")


class SentForm(WhenForm):
    """Where and when a referral was sent."""

    needed = ("to",)
    lists = {"to": ("marac-destinations", {})}
    to = _radios(_("To whom was it sent?"))
    reference = forms.CharField(
        label=_("The reference that it was given, if any"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
        required=False,
    )
    field_order = ("to", "reference", "on", "at")


class NotReferredForm(ReasonForm):
    """Why a case that meets a criterion is not referred."""

    needed = ("reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, decision=NOT_REFERRED, **kwargs)


class ReviewForm(PersonForm):
    """Whether a supervisor agrees that it was not referred."""

    needed = ("agreed",)
    agreed = forms.ChoiceField(
        label=_("Is it right not to refer it?"),
        choices=[("yes", _("Yes, I agree")), ("no", _("No: it is to be referred"))],
        widget=forms.RadioSelect,
    )
    feedback = _words(_("Your words to whoever decided it"))
    conditions = {"feedback": {"agreed": ["no"]}}
