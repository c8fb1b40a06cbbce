"""What somebody heard, typed as one line of scraps or into fields of its own; and a person to add."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.commands.recording import LONGEST, NewAddress, NewName, Particulars
from throughline.casework.people.models import Name
from throughline.casework.people.rules import OLDEST
from throughline.foundations.govuk.forms import DateField, GovukForm, PhoneField
from throughline.foundations.govuk.rules import chosen
from throughline.linkage.description import Description, Place, years_for_age
from throughline.linkage.description import Name as HeardName
from throughline.linkage.scraps import holds_unreadable_date, read_scraps
from throughline.reference import load

#: A line of scraps is said in one breath; more than this was pasted by mistake.
LONGEST_SCRAPS = 500


def _words(
    label: Any, hint: Any = "", *, longest: int = LONGEST, width: str = "", accesskey: str = "", **more: str
) -> forms.CharField:
    attributes = {"class": width and f"govuk-input--width-{width}", "accesskey": accesskey, **more}
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        widget=forms.TextInput(attrs={name: value for name, value in attributes.items() if value}),
    )


def _years(label: Any, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=0,
        max_value=OLDEST,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"invalid": _("enter a number of years")},
    )


class SearchForm(GovukForm):
    """Whom to look for. One wrong field keeps none of the others from being looked up."""

    enquiry = forms.UUIDField(widget=forms.HiddenInput)
    who = _words(
        _("Who is it?"),
        _("Anything you have heard, in any order: name, age or date of birth, phone, postcode, address."),
        longest=LONGEST_SCRAPS,
        accesskey="w",
    )
    other = _words(
        _("The other party"), _("The name of the partner, former partner or relative."), accesskey="o"
    )
    forename = _words(_("First name"), width="20")
    surname = _words(_("Last name"), width="20")
    born = DateField(label=_("Date of birth"))
    age = _years(_("Age, if the date of birth is not known"))
    phone = PhoneField(label=_("Phone number"), max_length=LONGEST)
    number = _words(_("House or flat number"), width="10")
    street = _words(_("Street"))
    postcode = _words(_("Postcode"), width="10")

    separate = ("forename", "surname", "born", "age", "phone", "number", "street", "postcode")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def start_here(self) -> None:
        """Let the page open with the first field under the reader's fingers."""
        self.fields["who"].widget.attrs["autofocus"] = "autofocus"

    def uses_separate_fields(self) -> bool:
        """Whether anything was typed into a field of its own, so that the page keeps those in view."""
        return any(value for name in self.separate for value in chosen(self[name].value()))

    def clean_who(self) -> str:
        who: str = self.cleaned_data["who"]
        if holds_unreadable_date(who, today=self.today):
            self.add_error("who", _("there is no such date; the rest was looked up without it"))
        return who

    def clean_enquiry(self) -> Any:
        # a page that has lost its enquiry begins a new one
        return self.cleaned_data["enquiry"] or uuid4()

    def description(self) -> Description:
        """All that was typed and could be read. A separate field stands beside what the line of scraps says
        of a name, a phone or a place, and in place of what it says of an age or a date of birth.
        """
        typed = self.cleaned_data
        heard = read_scraps(typed.get("who", ""), today=self.today)
        name = HeardName(forename=typed.get("forename", ""), surname=typed.get("surname", ""))
        place = Place(
            number=typed.get("number", ""), street=typed.get("street", ""), postcode=typed.get("postcode", "")
        )
        heard = replace(
            heard,
            names=heard.names + ((name,) if name != HeardName() else ()),
            phones=heard.phones + ((typed["phone"],) if typed.get("phone") else ()),
            places=heard.places + ((place,) if place != Place() else ()),
            others=heard.others + ((HeardName(full=typed["other"]),) if typed.get("other") else ()),
        )
        if typed.get("born"):
            return replace(heard, born=typed["born"], born_from=None, born_to=None)
        if typed.get("age") is not None:
            first, last = years_for_age(typed["age"], self.today)
            return replace(heard, born=None, born_from=first, born_to=last)
        return heard


def carried_over(heard: Description, today: date) -> dict[str, Any]:
    """What was searched by, as the answers that a form to add the person starts with."""
    name = heard.names[-1] if heard.names else HeardName()
    place = heard.places[-1] if heard.places else Place()
    age = today.year - heard.born_to if heard.born_to else None
    return {
        "kind": "as-heard" if name.full else "current",
        "order": Name.Order.UNKNOWN if name.full else Name.Order.GIVEN_FIRST,
        "full": name.full,
        "forename": name.forename,
        "surname": name.surname,
        "born": heard.born,
        "age": age,
        "sex": heard.sex,
        "phone": heard.phones[-1] if heard.phones else "",
        "number": place.number,
        "street": place.street,
        "town": place.town,
        "postcode": place.postcode,
    }


class AddForm(GovukForm):
    """A person whom no record is of: a name, and whatever else is known."""

    forename = _words(_("First name"), width="20")
    middle = _words(_("Middle names"), width="20")
    surname = _words(_("Last name or family name"), width="20")
    full = _words(
        _("Whole name, as heard"),
        _(
            "Where you do not know which part is the family name, or there is none. Takes the place of the others."
        ),
    )
    order = forms.ChoiceField(
        label=_("Order of the name"),
        choices=[
            (Name.Order.GIVEN_FIRST.value, _("First name first")),
            (Name.Order.FAMILY_FIRST.value, _("Family name first")),
            (Name.Order.UNKNOWN.value, _("Not known")),
        ],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        initial=Name.Order.GIVEN_FIRST.value,
    )
    kind = forms.ChoiceField(label=_("This name is the"), widget=forms.Select, initial="current")
    born = DateField(label=_("Date of birth"))
    age = _years(_("Estimated age"), _("Only if the date of birth is not known."))
    sex = forms.ChoiceField(label=_("Sex"), widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}))
    phone = PhoneField(label=_("Phone number"), max_length=LONGEST)
    number = _words(_("House or flat number"), width="10")
    street = _words(_("Street"))
    town = _words(_("Town"), width="20")
    postcode = _words(_("Postcode"), _("Never write the address of a refuge here."), width="10")
    language = _words(_("Language they speak best"), width="20")
    needs_interpreter = forms.ChoiceField(
        label=_("Do they need an interpreter?"),
        choices=[("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not asked"))],
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
        initial="unknown",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kind"].choices = load("name-kinds").choices(on=today)  # type: ignore[attr-defined]
        self.fields["sex"].choices = load("sex").choices(on=today)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        parts = {"forename", "surname", "full"}
        named = any((cleaned or {}).get(part) for part in parts)
        if not named and not self.errors.keys() & parts:
            self.add_error("full", _("enter some name, even one heard badly"))
        return cleaned

    def name(self) -> NewName:
        typed = self.cleaned_data
        parts = {part: "" if typed["full"] else typed[part] for part in ("forename", "middle", "surname")}
        return NewName(
            kind=typed["kind"] or "current",
            full=typed["full"],
            order=typed["order"] or Name.Order.UNKNOWN,
            **parts,
        )

    def particulars(self) -> Particulars:
        typed = self.cleaned_data
        estimated = typed["age"] is not None and typed["born"] is None
        first, last = years_for_age(typed["age"], self.today) if estimated else (None, None)
        return Particulars(
            sex=typed["sex"],
            born=typed["born"],
            born_from=first,
            born_to=last,
            language=typed["language"],
            needs_interpreter={"yes": True, "no": False}.get(typed["needs_interpreter"]),
        )

    def addresses(self) -> tuple[NewAddress, ...]:
        address = NewAddress(**{part: self.cleaned_data[part] for part in NewAddress.__slots__})
        return (address,) if address != NewAddress() else ()

    def phones(self) -> tuple[str, ...]:
        return (self.cleaned_data["phone"],) if self.cleaned_data["phone"] else ()
