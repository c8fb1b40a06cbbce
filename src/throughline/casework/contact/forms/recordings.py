"""What the page of a recording asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm
from throughline.foundations.govuk.forms import DateField


class NoteForm(PersonForm):
    """Under which reference the recording is held, and until when."""

    needed = ("reference",)
    reference = forms.CharField(
        label=_("Reference of the recording"), help_text=_("As the telephony system has it.")
    )
    until = DateField(label=_("Held until"), help_text=_("Empty where the force’s usual time holds."))


class KeepForm(PersonForm):
    """Why a recording is to be kept."""

    needed = ("reason",)
    lists = {"reason": ("decision-reasons", {"decision": "keep-recording"})}
    reason = forms.ChoiceField(label=_("Why is it to be kept?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What to listen for"),
        help_text=_("Who speaks, what is heard behind, and about when."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(PersonForm):
    """What became of it: the exhibit reference, or why it is not held."""

    lists = {"not_held": ("recordings-not-held", {})}
    exhibit = forms.CharField(label=_("Exhibited as"), help_text=_("The exhibit reference."))
    not_held = forms.ChoiceField(label=_("Or: it is not held, because"), widget=forms.RadioSelect)
