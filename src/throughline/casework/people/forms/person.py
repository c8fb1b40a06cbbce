"""What the pages of people ask for. Choices come from `reference`, as it is on the day."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars
from throughline.casework.people.models import Name
from throughline.casework.people.rules.pairs import REASONS_FOR, Choice
from throughline.foundations.govuk.forms import DateField, GovukForm, PhoneField
from throughline.linkage.description import years_for_age
from throughline.reference import load

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Choices = Sequence[tuple[str, str]]

_SHORT = {"class": "govuk-input--width-20"}
_SHORTEST = {"class": "govuk-input--width-10"}


def _text(label: "StrOrPromise", *, hint: "StrOrPromise" = "", **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.TextInput(attrs=attrs))


class PersonForm(GovukForm):
    """A form about a person, whose choices are those of ``today``."""

    #: Of each field that offers a reference list: the list, and what its rows must have.
    lists: dict[str, tuple[str, dict[str, str | bool]]] = {}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field, (name, having) in self.lists.items():
            self.fields[field].choices = load(name).choices(on=today, **having)  # type: ignore[attr-defined]


class ReasonForm(PersonForm):
    """A decision: its coded reason and the words of who takes it."""

    needed: tuple[str, ...] = ("reason",)
    decision = ""

    def __init__(self, *args: Any, decision: str, reasons: str = "decision-reasons", **kwargs: Any) -> None:
        self.lists = {"reason": (reasons, {} if reasons != "decision-reasons" else {"decision": decision})}
        super().__init__(*args, **kwargs)

    reason = forms.ChoiceField(label=_("Why"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In your words"),
        help_text=_(
            "What you know that decides it. It stays with the decision and can be read by a reviewer."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PairForm(PersonForm):
    """What somebody says of two records side by side: the reason says which of the three it is."""

    needed = ("reason",)
    reason = forms.ChoiceField(
        label=_("Is it one person, and why?"),
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--small"}),
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_(
            "What you know that decides it. It stays with the decision and can be read by a reviewer."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.choice_of = {
            row.code: choice
            for choice, decision in REASONS_FOR.items()
            for row in load("decision-reasons").as_of(today)
            if row.text("decision") == decision
        }
        listed = load("decision-reasons")
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (code, f"{_SAID[choice]}: {_lower(listed.label(code, on=today))}")
            for code, choice in self.choice_of.items()
        ]

    def choice(self) -> Choice:
        """What the reason that was chosen says."""
        return self.choice_of[self.cleaned_data["reason"]]

    def was_seen(self) -> datetime | None:
        """When the pair had last been read as this page was drawn."""
        told = self.cleaned_data.get("seen", "")
        return datetime.fromisoformat(told) if told else None

    def clean_seen(self) -> str:
        told = self.cleaned_data["seen"]
        try:
            if told:
                datetime.fromisoformat(told)
        except ValueError:
            raise forms.ValidationError(_("open the pair again")) from None
        return told


_SAID = {
    Choice.JOIN: _("One person"),
    Choice.APART: _("Two people"),
    Choice.UNSURE: _("Unsure, leave it open"),
}


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


class PurposeForm(PersonForm):
    """Why somebody looks, where no task says it."""

    needed = ("purpose",)
    lists = {"purpose": ("purposes", {"asked": True})}
    purpose = forms.ChoiceField(label=_("Why are you looking?"), widget=forms.RadioSelect)


class NameForm(PersonForm):
    """One name, in its parts or as it was heard."""

    needed = ("kind",)
    lists = {"kind": ("name-kinds", {})}

    kind = forms.ChoiceField(label=_("What kind of name is it?"), widget=forms.RadioSelect)
    forename = _text(_("First or given name"), **_SHORT)
    middle = _text(_("Middle names"), **_SHORT)
    surname = _text(_("Family name"), **_SHORT)
    order = forms.ChoiceField(
        label=_("Which comes first when they say their name?"),
        choices=[
            (Name.Order.GIVEN_FIRST, _("Given name first")),
            (Name.Order.FAMILY_FIRST, _("Family name first")),
            (Name.Order.UNKNOWN, _("Not known")),
        ],
        initial=Name.Order.GIVEN_FIRST,
        widget=forms.RadioSelect,
    )
    full = _text(
        _("The whole name, as heard"),
        hint=_("Instead of the parts, where you cannot tell them apart or there is no family name."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not any(cleaned.get(part) for part in ("forename", "middle", "surname", "full")):
            self.add_error("forename", _("enter at least one part of the name, or the whole name as heard"))
        return cleaned

    def name(self) -> NewName:
        """The name of a valid form."""
        return NewName(**{**self.cleaned_data, "order": self.cleaned_data["order"] or Name.Order.UNKNOWN})


_AGE = re.compile(r"(\d{1,3})(?:\s*(?:-|–|to)\s*(\d{1,3}))?")


class ParticularsForm(PersonForm):
    """What a record says of a person. Whatever is left empty is not known yet."""

    lists = {"sex": ("sex", {}), "ethnicity_officer_defined": ("ethnicity-officer-defined", {})}

    sex = forms.ChoiceField(label=_("Sex"), widget=forms.RadioSelect)
    gender_identity = _text(_("Gender identity, in their words"), hint=_("If they want to say"), **_SHORT)
    born = DateField(label=_("Date of birth"), help_text=_("For example, 27 3 1991"))
    age = _text(
        _("Age, if the date of birth is not known"),
        hint=_("For example, 30, or 30 to 35"),
        **_SHORTEST,
    )
    ethnicity = forms.ChoiceField(
        label=_("Ethnicity, as they define it"), help_text=_("Ask. Never fill it in from what you see.")
    )
    ethnicity_officer_defined = forms.ChoiceField(label=_("Ethnicity, as an officer saw it"))
    language = _text(_("Language"), hint=_("The one they speak best"), **_SHORT)
    needs_interpreter = forms.ChoiceField(
        label=_("Do they need an interpreter?"),
        choices=[("yes", _("Yes")), ("no", _("No")), ("not-asked", _("Not asked yet"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, seen: Particulars, today: date, **kwargs: Any) -> None:
        self.seen = seen
        super().__init__(*args, today=today, initial=self._asked(seen, today), **kwargs)
        self.fields["ethnicity"].choices = self._ethnicities(seen, today)  # type: ignore[attr-defined]

    @staticmethod
    def _asked(seen: Particulars, today: date) -> dict[str, Any]:
        interpreter = {True: "yes", False: "no", None: "not-asked"}[seen.needs_interpreter]
        return asdict(seen) | {
            "needs_interpreter": interpreter,
            "age": age_in_words(seen, today),
            "ethnicity": f"{seen.ethnicity_scheme}/{seen.ethnicity}" if seen.ethnicity else "",
        }

    @staticmethod
    def _ethnicities(seen: Particulars, today: date) -> Choices:
        """The categories of today and, where the record was made under others, its own."""
        scheme = "ethnicity-18-plus-1"
        offered = [(f"{scheme}/{code}", label) for code, label in load(scheme).choices(on=today)]
        if seen.ethnicity and seen.ethnicity_scheme != scheme:
            kept = load(seen.ethnicity_scheme).label(seen.ethnicity, on=today)
            offered.append((f"{seen.ethnicity_scheme}/{seen.ethnicity}", kept))
        return offered

    def clean_age(self) -> str:
        text = self.cleaned_data["age"].strip()
        if text and text != age_in_words(self.seen, self.today) and not _ages(text):
            raise forms.ValidationError(_("write a number such as 30, or a range such as 30 to 35"))
        return text

    def particulars(self) -> Particulars:
        """What a valid form says of the person."""
        given = dict(self.cleaned_data)
        age = given.pop("age")
        scheme, _slash, given["ethnicity"] = given["ethnicity"].rpartition("/")
        given["needs_interpreter"] = {"yes": True, "no": False}.get(given["needs_interpreter"])
        years: tuple[int | None, int | None] = (None, None)
        if given["born"] is None and age:
            same = age == age_in_words(self.seen, self.today)
            years = (self.seen.born_from, self.seen.born_to) if same else _years(age, self.today)
        return Particulars(**given, ethnicity_scheme=scheme, born_from=years[0], born_to=years[1])


def _ages(text: str) -> tuple[int, int] | None:
    match = _AGE.fullmatch(text)
    if not match:
        return None
    youngest = int(match[1])
    oldest = int(match[2] or youngest)
    return (youngest, oldest) if youngest <= oldest <= 120 else None


def _years(text: str, today: date) -> tuple[int, int]:
    ages = _ages(text)
    assert ages is not None  # the form has been checked
    return years_for_age(ages[1], today)[0], years_for_age(ages[0], today)[1]


def age_in_words(of: Particulars, today: date) -> str:
    """The ages that the years of birth leave open, as `ParticularsForm` reads them."""
    if of.born_from is None or of.born_to is None:
        return ""
    youngest, oldest = max(today.year - of.born_to, 0), max(today.year - of.born_from - 1, 0)
    return str(youngest) if youngest >= oldest else f"{youngest} to {oldest}"


class PhoneForm(PersonForm):
    """A telephone number."""

    needed = ("phone",)
    phone = PhoneField(label=_("Phone number"))


class AddressForm(PersonForm):
    """A place; also a refuge, on its own page."""

    number = _text(_("House number or name, and flat"), **_SHORTEST)
    street = _text(_("Street"))
    town = _text(_("Town or city"), **_SHORT)
    postcode = _text(_("Postcode"), **_SHORTEST)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            self.add_error("street", _("enter as much of the address as is known"))
        return cleaned

    def address(self) -> NewAddress:
        """The address of a valid form."""
        return NewAddress(**self.cleaned_data)


class ConfirmForm(PersonForm):
    """Nothing to fill in: the button says it all."""


class RestsOnForm(PersonForm):
    """Which number and which address a safe way is about; a change of either voids it."""

    phone = forms.ChoiceField(label=_("Which phone number is this about?"), widget=forms.RadioSelect)
    address = forms.ChoiceField(label=_("Which address is this about?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, phones: Choices, addresses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, known in (("phone", phones), ("address", addresses)):
            if known:
                offered = [*known, ("none", _("Not this one") if len(known) == 1 else _("None of these"))]
                self.fields[field].choices = offered  # type: ignore[attr-defined]
            else:
                del self.fields[field]

    def chosen(self, field: str) -> UUID | None:
        """The id of what was chosen in a valid form; None where nothing was."""
        answer = self.cleaned_data.get(field) or "none"
        return None if answer == "none" else UUID(answer)

    def chosen_in_words(self) -> str:
        """The number and the address that were chosen in a valid form; a dash where none was."""
        chosen = ((box, self.cleaned_data[name]) for name, box in self.fields.items())
        words = [str(dict(box.choices)[code]) for box, code in chosen if code]  # type: ignore[attr-defined]
        return "; ".join(words) or "–"


class MarkerForm(PersonForm):
    """A warning about a person, or about one of their addresses."""

    needed = ("code",)
    code = forms.ChoiceField(label=_("Which marker?"), widget=forms.RadioSelect)
    address = forms.ChoiceField(label=_("Which address is it about?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, addresses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = load("markers").as_of(self.today)
        self.about_address = {row.code for row in kinds if row.text("about") == "address"}
        offered = [row for row in kinds if addresses or row.code not in self.about_address]
        self.fields["code"].choices = [(row.code, row.label) for row in offered]  # type: ignore[attr-defined]
        if addresses:
            self.fields["address"].choices = addresses  # type: ignore[attr-defined]
            self.conditions = {"address": {"code": tuple(self.about_address)}}
        else:
            del self.fields["address"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("code") in self.about_address and not cleaned.get("address"):
            self.add_error("address", _("choose the address that the marker is about"))
        return cleaned

    def address_id(self) -> UUID | None:
        """The address that the marker of a valid form is about."""
        chosen = self.cleaned_data.get("address")
        return UUID(chosen) if chosen else None


class ScrapsForm(PersonForm):
    """Scraps to find another person by."""

    scraps = _text(
        _("Find the other person"),
        hint=_("Any scraps: name, age, phone, address, postcode"),
    )


class OtherForm(PersonForm):
    """The other person, chosen among those that were found."""

    needed: tuple[str, ...] = ("other",)
    other = forms.ChoiceField(label=_("Which person?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, others: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = others  # type: ignore[attr-defined]

    def other_id(self) -> UUID:
        """Whom a valid form chose."""
        return UUID(self.cleaned_data["other"])


class RelationshipForm(OtherForm):
    """The other person, and what they are to this one."""

    needed = ("other", "kind")
    lists = {"kind": ("relationship", {})}
    kind = forms.ChoiceField(label=_("What are they to this person?"))


class SightForm(PersonForm):
    """Who is let see a restricted record, why and until when."""

    needed = ("account", "reason")
    account = forms.ChoiceField(label=_("Who may see it?"))
    reason = forms.ChoiceField(label=_("What do they need it for?"), widget=forms.RadioSelect)
    until = DateField(
        label=_("Until the end of which day?"), help_text=_("Leave empty until you take it back")
    )

    lists = {"reason": ("purposes", {"asked": True})}

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]

    def clean_until(self) -> date | None:
        until = self.cleaned_data["until"]
        if until and until < self.today:
            raise forms.ValidationError(_("must not be in the past"), code="day")
        return until


class AccountForm(PersonForm):
    """One account of the staff."""

    needed = ("account",)
    account = forms.ChoiceField(label=_("Which account?"))

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]


class BreakGlassForm(ReasonForm):
    """The reference that the desk gave, and why it cannot wait."""

    needed = ("reference", "reason", "words")
    field_order = ("reference", "reason", "words")
    reference = _text(
        _("Reference"), hint=_("The eight letters and figures that the desk gave you"), **_SHORTEST
    )


class KeepForm(ReasonForm):
    """Keep a record until a day, for a reason."""

    needed = ("until", "reason")
    field_order = ("until", "reason", "words")
    until = DateField(label=_("Review it again on"))
