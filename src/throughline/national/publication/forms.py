"""Narrowing a published table."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from throughline.foundations.govuk.forms import GovukForm
from throughline.national.publication.rules.figures import Book


class NarrowForm(GovukForm):
    """Which rows of a table are shown."""

    column = forms.ChoiceField(label=_("Column"), help_text=_("Any column where none is chosen"))
    contains = forms.CharField(label=_("Holds"), max_length=100)

    def __init__(self, *args: Any, columns: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["column"].choices = [("", ""), *columns.items()]  # type: ignore[attr-defined]


class FindForm(GovukForm):
    """Which tables of an edition are listed."""

    words = forms.CharField(
        label=_("Find a table"), help_text=_("Words of its title, as in “victims age”"), max_length=100
    )


class FiguresForm(GovukForm):
    """Whose figures, of what and of when are shown."""

    force = forms.ChoiceField(label=_("Force"), help_text=_("All forces where none is chosen"))
    item = forms.ChoiceField(label=_("Figure"), help_text=_("All figures where none is chosen"))
    year = forms.ChoiceField(label=_("Year to"), help_text=_("All years where none is chosen"))

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "force": [("", ""), *book.forces.items()],
            "item": [
                ("", ""),
                *((one.code, f"{one.sheet}: {one.label}") for one in book.items.values()),
            ],
            "year": [
                ("", ""),
                *((one.isoformat(), date_format(one, "j F Y")) for one in book.years),
            ],
        }
        for name, these in choices.items():
            self.fields[name].choices = these  # type: ignore[attr-defined]
