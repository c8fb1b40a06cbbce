"""What is typed of a support service, and by what the directory is searched."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm
from throughline.casework.safeguarding.models import Service
from throughline.casework.safeguarding.queries.directory import hours_of
from throughline.casework.safeguarding.rules.directory import Told, hours_in_words, read_hours
from throughline.foundations.govuk.forms import ChoicesField


class SearchForm(PersonForm):
    """By need, language, and whether somebody answers now. Codes alone: nobody is named."""

    lists = {"need": ("service-needs", {}), "language": ("leaflet-languages", {})}
    need = forms.ChoiceField(label=_("For whom or what"))
    language = forms.ChoiceField(label=_("Language"))
    now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("need", "language"):
            field = self.fields[name]
            field.choices = [("", _("Any")), *field.choices]  # type: ignore[attr-defined]


class ServiceForm(PersonForm):
    """A service as the directory has it."""

    needed = ("name", "what")
    lists = {"needs": ("service-needs", {}), "languages": ("leaflet-languages", {})}
    name = forms.CharField(label=_("Name of the service"))
    what = forms.CharField(
        label=_("What it does"),
        help_text=_("Never the address of a refuge."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    needs = ChoicesField(label=_("For whom or what"))
    area = forms.CharField(label=_("Area that it serves"))
    hours = forms.CharField(
        label=_("Hours"), help_text=_("For example, Mon-Fri 09:00-17:00; Sat 10:00-12:00, or always.")
    )
    telephone = forms.CharField(
        label=_("Telephone"), widget=forms.TextInput(attrs={"type": "tel", "class": "govuk-input--width-20"})
    )
    web = forms.CharField(label=_("Web address"))
    languages = ChoicesField(label=_("Languages"))
    accessible = forms.CharField(label=_("How accessible it is"))
    refers = forms.CharField(
        label=_("How somebody is referred"), help_text=_("For example, she rings herself, or by a form.")
    )

    @classmethod
    def of(cls, service: Service, *args: Any, **kwargs: Any) -> "ServiceForm":
        """The form with what stands of a service."""
        fields = [name for name in cls.base_fields if name != "hours"]
        initial = {name: getattr(service, name) for name in fields}
        return cls(*args, initial=initial | {"hours": hours_in_words(hours_of(service))}, **kwargs)

    def told(self) -> Told:
        """What a valid form says of the service. Raises Malformed for hours that cannot be read."""
        typed = dict(self.cleaned_data)
        return Told(
            **{
                name: typed[name]
                for name in ("name", "what", "area", "telephone", "web", "accessible", "refers")
            },
            needs=tuple(typed["needs"]),
            languages=tuple(typed["languages"]),
            hours=read_hours(typed["hours"]),
        )
