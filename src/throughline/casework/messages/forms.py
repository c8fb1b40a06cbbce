"""What the page of messages asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.messages.rules import message_kinds
from throughline.casework.people.forms.person import PersonForm
from throughline.foundations.govuk.forms import PhoneField, TimeField


class TextForm(PersonForm):
    """A neutral text, and the number that she is to ring."""

    needed = ("kind", "ring")
    lists = {"kind": ("message-kinds", {})}
    kind = forms.ChoiceField(label=_("What is she to be asked?"), widget=forms.RadioSelect)
    rings_at = TimeField(
        label=_("When will somebody ring her?"),
        help_text=_("Within her safe hours. For example, 2pm or 14:30"),
    )
    ring = PhoneField(
        label=_("Which number is she to ring?"),
        help_text=_("It stands in the text. It must not answer as the police, nor say so by voicemail."),
    )
    field_order = ("kind", "rings_at", "ring")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = message_kinds(self.today)
        self.conditions = {"rings_at": {"kind": [one.code for one in kinds if one.asks_time]}}
