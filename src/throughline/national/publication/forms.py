"""Narrowing a published table."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.foundations.govuk.forms import GovukForm


class NarrowForm(GovukForm):
    """Which rows of a table are shown."""

    column = forms.ChoiceField(label=_("Column"), help_text=_("Any column where none is chosen"))
    contains = forms.CharField(label=_("Holds"), max_length=100)

    def __init__(self, *args: Any, columns: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["column"].choices = [("", ""), *((one, one) for one in columns)]  # type: ignore[attr-defined]
