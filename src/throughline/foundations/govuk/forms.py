"""Django forms drawn with the components of the GOV.UK Design System.

A form that takes ``GovukFormMixin`` draws itself: ``form.govuk()`` all of it, ``form.govuk_field("surname")``
one field, ``form.error_list()`` the lines of the error summary. Every error names its field, none repeats
what was typed.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.widgets import Input
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from throughline.foundations.govuk import rules
from throughline.foundations.govuk.rules import Conditions, Fault, Part, TimeRange, Unreadable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# --- fields -----------------------------------------------------------------------------------------


class DateBoxes(forms.MultiWidget):
    """Three boxes for a day, a month and a year."""

    boxes = tuple(part.value for part in Part)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(dict.fromkeys(self.boxes, forms.TextInput), attrs)

    def decompress(self, value: dt.date | None) -> list[str]:
        return ["", "", ""] if value is None else [str(value.day), str(value.month), str(value.year)]


class DateField(forms.Field):
    """A date typed into three boxes; an error says which box is wrong."""

    widget = DateBoxes
    faults: dict[tuple[str, Fault], "StrOrPromise"] = {
        (Part.DAY, Fault.MISSING): _("enter the day as well"),
        (Part.MONTH, Fault.MISSING): _("enter the month as well"),
        (Part.YEAR, Fault.MISSING): _("enter the year as well"),
        (Part.DAY, Fault.UNREADABLE): _("the day must be a number from 1 to 31"),
        (Part.MONTH, Fault.UNREADABLE): _("the month must be a number from 1 to 12, or its name"),
        (Part.YEAR, Fault.UNREADABLE): _("the year must have four digits"),
        (Part.DAY, Fault.NO_SUCH_DAY): _("that month has no such day"),
    }

    def to_python(self, value: list[str] | dt.date | None) -> dt.date | None:
        if value is None or isinstance(value, dt.date):
            return value
        with _faults_of(self.faults):
            return rules.read_day(*(part or "" for part in value))


class TimeField(forms.CharField):
    """A time of day as people write it; None where it is empty or does not apply."""

    default_error_messages = {"time": _("write the time like 2pm or 14:30")}

    def __init__(self, *, width: int = 10, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"class": f"govuk-input--width-{width}"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text or not isinstance(text, str):
            return None
        try:
            return rules.read_time(text, "time")
        except Unreadable:
            raise ValidationError(self.error_messages["time"], code="time") from None


class TimeRangeBoxes(forms.MultiWidget):
    """Two boxes for the times of day between which something holds."""

    boxes = ("start", "until")

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(dict.fromkeys(self.boxes, forms.TextInput), attrs)

    def decompress(self, value: TimeRange | None) -> list[str]:
        return ["", ""] if value is None else [f"{value.start:%H:%M}", f"{value.until:%H:%M}"]


class TimeRangeField(forms.Field):
    """Two times of day, read as people write them; an error says which is wrong."""

    widget = TimeRangeBoxes
    faults: dict[tuple[str, Fault], "StrOrPromise"] = {
        ("start", Fault.MISSING): _("enter the time it starts as well"),
        ("until", Fault.MISSING): _("enter the time it ends as well"),
        ("start", Fault.UNREADABLE): _("write the time it starts like 9am or 17:30"),
        ("until", Fault.UNREADABLE): _("write the time it ends like 9am or 17:30"),
    }

    def to_python(self, value: list[str] | TimeRange | None) -> TimeRange | None:
        if value is None or isinstance(value, TimeRange):
            return value
        with _faults_of(self.faults):
            return rules.read_time_range(*(part or "" for part in value))


class PhoneField(forms.CharField):
    """A telephone number as it was given; the room that keeps it reads it."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "class": "govuk-input--width-20"})


class ChoicesField(forms.MultipleChoiceField):
    """Checkboxes; ``alone`` is the choice, such as "none of these", that goes with no other."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, alone: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alone = alone

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().to_python(value)))

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if self.alone in value and len(value) > 1:
            label = dict(_choices(self))[self.alone]
            raise ValidationError(
                _("choose either “%(alone)s” or others, not both"), code="alone", params={"alone": label}
            )


@contextmanager
def _faults_of(faults: Mapping[tuple[str, Fault], "StrOrPromise"]) -> Iterator[None]:
    """Turns ``Unreadable`` into Django's error, whose code is the part that is wrong."""
    try:
        yield
    except Unreadable as wrong:
        raise ValidationError(faults[wrong.part, wrong.fault], code=wrong.part) from None


# --- forms ------------------------------------------------------------------------------------------

#: Django's own words for these repeat what was typed, or do not say what to do.
PLAIN_WORDS: dict[str, "StrOrPromise"] = {
    "required": _("needs an answer"),
    "invalid_choice": _("choose one of the answers listed"),
    "invalid_list": _("choose from the answers listed"),
}


class GovukFormMixin(forms.BaseForm):
    """A form that draws itself as GOV.UK components and says what is wrong in plain words.

    ``conditions`` name the fields that apply only with certain earlier answers. Such a field stands inside
    the choice that brings it, or after, with words that say when it applies; without JavaScript all are
    seen. What was typed into a field that does not apply is left out of ``cleaned_data`` and named in
    ``dropped``, and cannot be an error.
    """

    conditions: Conditions = {}
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: names of fields whose content did not apply, once the form has been checked
        self.dropped: list[str] = []
        for field in self.fields.values():
            for code, words in PLAIN_WORDS.items():
                if field.error_messages.get(code) == _words_of_django(field, code):
                    field.error_messages[code] = words

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        applying = self._applying(cleaned)
        while (stale := self._stale(applying)) is not None:
            if not self.has_error(stale, "required"):
                self.dropped.append(stale)
            del self._errors[stale]  # type: ignore[attr-defined]
            applying = self._applying(cleaned)
        for name in self.fields.keys() - applying:
            if cleaned.get(name) not in self.fields[name].empty_values:
                self.dropped.append(name)
            cleaned[name] = self.fields[name].to_python(None)
        self.dropped.sort(key=list(self.fields).index)
        return cleaned

    def _applying(self, cleaned: Mapping[str, object]) -> frozenset[str]:
        unread = [name for name in self.errors if not self.has_error(name, "required")]
        return rules.applying(self.fields, self.conditions, cleaned, unsettled=unread)

    def _stale(self, applying: Collection[str]) -> str | None:
        """A field with an error that nobody can be asked to mend, because it does not apply."""
        return next((name for name in self.errors if name in self.fields and name not in applying), None)

    def dropped_notice(self) -> str:
        """One sentence that names what was typed and not kept; empty where all was kept."""
        if not self.dropped:
            return ""
        labels = "; ".join(_plain(self[name].label) for name in self.dropped)
        return gettext("Not kept, because it does not apply to your other answers: %(fields)s.") % {
            "fields": labels
        }

    def error_list(self) -> list[dict[str, str | None]]:
        """The lines of the error summary, each with the address of the box to mend."""
        return [
            {
                "text": str(message) if name not in self.fields else _named(self[name], message),
                "href": None if name not in self.fields else f"#{_box(self[name], error.code)}",
            }
            for name, errors in self.errors.as_data().items()
            for error in errors
            for message in error.messages
        ]

    def govuk(self) -> Markup:
        """The whole form, in the order of its fields, without the ``form`` element and its buttons."""
        inside = {name for name in self.fields if self._bringing_choice(name)}
        return Markup("\n").join(self.govuk_field(name) for name in self.fields if name not in inside)

    def govuk_field(self, name: str) -> Markup:
        """One field as its component, with its hint, its errors and whatever its answers bring with them."""
        folder, params = component(self[name], self._brought_by(name))
        drawn = _draw(folder, params)
        if not self.conditions.get(name) or self._bringing_choice(name):
            return drawn
        return Markup(
            '<div data-shown-when="{conditions}">'
            '<p class="govuk-hint" data-when-words>{words}</p>{drawn}</div>'
        ).format(conditions=self._conditions_for_script(name), words=self._when(name), drawn=drawn)

    def _bringing_choice(self, name: str) -> tuple[str, str] | None:
        """The one radio or checkbox that brings field ``name`` with it, where its condition is as simple."""
        match [(earlier, list(wanted)) for earlier, wanted in self.conditions.get(name, {}).items()]:
            case [(earlier, [answer])] if isinstance(self.fields[earlier].widget, _CHOOSERS):
                return earlier, answer
        return None

    def _brought_by(self, name: str) -> dict[str, Markup]:
        """The fields that stand inside choices of field ``name``, drawn, by choice."""
        inside: dict[str, Markup] = {}
        for other in self.fields:
            match self._bringing_choice(other):
                case (earlier, answer) if earlier == name:
                    inside[answer] = inside.get(answer, Markup()) + self.govuk_field(other)
        return inside

    def _conditions_for_script(self, name: str) -> str:
        return json.dumps({self.add_prefix(k): sorted(v) for k, v in self.conditions[name].items()})

    def _when(self, name: str) -> str:
        """When field ``name`` applies, in words for a reader whose browser cannot hide it."""
        clauses = []
        for earlier, wanted in self.conditions[name].items():
            labels = [label for answer, label in _choices(self.fields[earlier]) if answer in wanted]
            answers = gettext(" or ").join(labels)
            clauses.append(f"{_plain(self[earlier].label)}: {answers}")
        return gettext("Only with: %(clauses)s") % {"clauses": "; ".join(clauses)}


class GovukForm(GovukFormMixin, forms.Form):
    """A form of our own. Nothing must be filled in to save it, except what ``needed`` names."""

    needed: Collection[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.required = name in self.needed


class DayForm(GovukForm):
    """As of which day dated data is shown."""

    day = DateField(label=_("As of"))


def _words_of_django(field: forms.Field, code: str) -> object:
    """What Django itself would say, so that words that a form chose for itself are left alone."""
    for kind in type(field).__mro__:
        if code in getattr(kind, "default_error_messages", {}):
            return kind.default_error_messages[code]  # type: ignore[attr-defined]
    return None


# --- errors -----------------------------------------------------------------------------------------


def _plain(label: "StrOrPromise") -> str:
    return str(label).rstrip("?: ")


def _named(bound: BoundField, message: object) -> str:
    if str(message) == str(PLAIN_WORDS["required"]):
        return _asked_for(bound)
    return f"{_plain(bound.label)}: {message}"


#: What to do where an answer is needed and there is none, by the kind of box; the first that fits counts.
_TO_DO: list[tuple[type[forms.Widget], "StrOrPromise"]] = [
    (DateBoxes, _("Enter a date for “%(label)s”")),
    (TimeRangeBoxes, _("Enter the times for “%(label)s”")),
    (forms.FileInput, _("Choose a file for “%(label)s”")),
    (forms.CheckboxInput, _("Tick “%(label)s”")),
    (forms.widgets.ChoiceWidget, _("Select an answer to “%(label)s”")),
    (forms.Widget, _("Enter an answer to “%(label)s”")),
]


def _asked_for(bound: BoundField) -> str:
    """The whole sentence that asks for an answer, whoever found that it is missing: the form or a command."""
    to_do = next(words for kind, words in _TO_DO if isinstance(bound.field.widget, kind))
    return str(to_do) % {"label": str(bound.label).rstrip(": ")}


def _id(bound: BoundField) -> str:
    return bound.auto_id or bound.html_name


def _box(bound: BoundField, code: str | None) -> str:
    """The id of the box that an error is about: in a field of several boxes, the one its code names."""
    if not isinstance(bound.field.widget, DateBoxes | TimeRangeBoxes):
        return _id(bound)
    names = bound.field.widget.boxes
    return f"{_id(bound)}_{code if code in names else names[0]}"


def _wrong_boxes(bound: BoundField) -> set[str]:
    """The ids of the boxes that errors are about: where nothing was typed that is each of them."""
    codes = {error.code for error in bound.form.errors.as_data().get(bound.name, [])}
    if "required" in codes and isinstance(bound.field.widget, DateBoxes | TimeRangeBoxes):
        codes |= set(bound.field.widget.boxes)
    return {_box(bound, code) for code in codes}


# --- drawing ----------------------------------------------------------------------------------------

_CHOOSERS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_MACROS = {
    "checkboxes": "govukCheckboxes",
    "date-input": "govukDateInput",
    "file-upload": "govukFileUpload",
    "input": "govukInput",
    "password-input": "govukPasswordInput",
    "radios": "govukRadios",
    "select": "govukSelect",
    "textarea": "govukTextarea",
}
#: What Django gives a textarea that was told nothing; half a screen of a phone.
_ROWS_OF_DJANGO = "10"
#: Attributes of a Django widget that the components take by another way, or that would cut off what is
#: pasted without a word (``maxlength``).
_NOT_PASSED_ON = {"class", "type", "autocomplete", "inputmode", "spellcheck", "rows", "cols"} | {
    "maxlength",
    "minlength",
    "required",
}


def component(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    """The GOV.UK component for a field, by its folder, and the parameters of its macro.

    ``inside`` holds what stands within a choice, by the choice. Shapes of the parameters:
    https://design-system.service.gov.uk/components/
    """
    for widget, parameters in _COMPONENTS:
        if isinstance(bound.field.widget, widget):
            return parameters(bound, inside)
    raise TypeError(f"field {bound.name!r}: no component for a {type(bound.field.widget).__name__}")


def _draw(folder: str, params: dict[str, Any]) -> Markup:
    if folder == "hidden":
        return Markup('<input type="hidden" id="{id}" name="{name}" value="{value}">').format(**params)
    if folder not in ("input", "date-input") or params["errorMessage"]:
        return _drawn(folder, params)
    # nearly all that a box takes to draw is the same whatever is typed there, of which nothing is kept
    typed: list[str] = []
    shape = _with_marks(params, typed)
    key = folder, repr(shape)
    # who writes the mark itself, or lines, which the components indent, has the box drawn without it
    if (
        "\\ue000" in repr(params)
        or len(key[1]) > _LONGEST_SHAPE
        or any(text.splitlines() != [text] for text in typed)
    ):
        return _drawn(folder, params)
    known = _shapes.get(key)
    if known is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.clear()
        known = _shapes[key] = _drawn(folder, shape)
    return Markup(_MARK.sub(lambda mark: escape(typed[int(mark[1])]), known))  # noqa: S704 (escaped)


_MARK = re.compile("\ue000(\\d+)\ue001")
"""Where what is typed goes, in letters that nobody types."""
_LONGEST_SHAPE = 2_000
_MOST_SHAPES = 1_000
_shapes: dict[tuple[str, str], Markup] = {}


def _with_marks(params: dict[str, Any], typed: list[str]) -> dict[str, Any]:
    """The parameters of a component with a mark for each value, and the values in ``typed``."""
    marked = dict(params)
    if marked.get("value"):
        marked["value"] = f"\ue000{len(typed)}\ue001"
        typed.append(params["value"])
    if "items" in marked:
        marked["items"] = [_with_marks(item, typed) for item in marked["items"]]
    return marked


def _drawn(folder: str, params: dict[str, Any]) -> Markup:
    context = {"folder": folder, "macro": _MACROS[folder], "params": params}
    return Markup(render_to_string("govuk/component.html", context).strip())  # noqa: S704 (escaped by Jinja)


def _common(bound: BoundField) -> dict[str, Any]:
    attrs = bound.field.widget.attrs
    messages = [_named(bound, message) for message in bound.errors]
    return {
        "id": _id(bound),
        "idPrefix": _id(bound),
        "name": bound.html_name,
        "label": {"text": str(bound.label), "classes": "govuk-label--s"},
        "hint": {"text": str(bound.help_text)} if bound.help_text else None,
        "errorMessage": {"text": ". ".join(messages), "visuallyHiddenText": gettext("Error")}
        if messages
        else None,
        "classes": attrs.get("class", ""),
        "attributes": {
            name: value
            for name, value in attrs.items()
            if name not in _NOT_PASSED_ON and value not in (None, False)
        },
    }


def _grouped(bound: BoundField) -> dict[str, Any]:
    """As ``_common`` for a component of several boxes, which a legend names."""
    params = _common(bound)
    legend = params.pop("label") | {"classes": "govuk-fieldset__legend--s"}
    return params | {"fieldset": {"legend": legend}}


def _value(bound: BoundField) -> str:
    value = bound.field.widget.format_value(bound.value())
    return "" if value is None else str(value)


def _input(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    widget = bound.field.widget
    attrs = widget.attrs
    return "input", _common(bound) | {
        "type": attrs.get("type") or getattr(widget, "input_type", "text"),
        "value": _value(bound),
        "inputmode": attrs.get("inputmode"),
        # terminals are shared: a browser must not remember and offer what was typed about a victim
        "autocomplete": attrs.get("autocomplete", "off"),
        "spellcheck": attrs.get("spellcheck", False),
    }


def _hidden(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    return "hidden", {"id": _id(bound), "name": bound.html_name, "value": _value(bound)}


def _password(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    return "password-input", _common(bound) | {
        "autocomplete": bound.field.widget.attrs.get("autocomplete", "current-password"),
        "showPasswordText": gettext("Show"),
        "hidePasswordText": gettext("Hide"),
        "showPasswordAriaLabelText": gettext("Show password"),
        "hidePasswordAriaLabelText": gettext("Hide password"),
        "passwordShownAnnouncementText": gettext("Your password is visible"),
        "passwordHiddenAnnouncementText": gettext("Your password is hidden"),
    }


def _textarea(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    typed = _value(bound).replace("\r\n", "\n")
    # A browser drops the first line break, and the components indent what stands inside them: as character
    # references the lines come back as they were typed.
    first = "\n" if typed.startswith("\n") else ""
    rows = bound.field.widget.attrs.get("rows", _ROWS_OF_DJANGO)
    return "textarea", _common(bound) | {
        "value": Markup(str(escape(first + typed)).replace("\n", "&#10;")),  # noqa: S704 (escaped)
        "rows": 5 if rows == _ROWS_OF_DJANGO else rows,
        "autocomplete": bound.field.widget.attrs.get("autocomplete", "off"),
    }


def _choices(field: forms.Field) -> list[tuple[str, str]]:
    """The choices of ``field`` with their labels, groups opened out."""
    found: list[tuple[str, str]] = []
    for value, label in getattr(field, "choices", []):
        inner = label if isinstance(label, list | tuple) else [(value, label)]
        found.extend((str(v if v is not None else ""), str(words)) for v, words in inner)
    return found


def _select(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    choices = [(value, label) for value, label in _choices(bound.field) if value]
    # without an empty first line a browser would answer for the reader
    lines = [("", gettext("Choose one")), *choices]
    value = bound.value()
    return "select", _common(bound) | {
        "items": [{"value": v, "text": label} for v, label in lines],
        "value": "" if value is None else str(value),
    }


def _radios(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    value = bound.value()
    return "radios", _grouped(bound) | {
        "items": _items(bound, {"" if value is None else str(value)}, inside),
    }


def _checkboxes(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    items = _items(bound, rules.chosen(bound.value()), inside)
    alone = getattr(bound.field, "alone", None)
    if alone is not None:
        together = [item for item in items if item["value"] != alone]
        last = [item | {"behaviour": "exclusive"} for item in items if item["value"] == alone]
        items = [*together, {"divider": gettext("or")}, *last]
    return "checkboxes", _grouped(bound) | {"items": items}


def _items(bound: BoundField, picked: Collection[str], inside: Mapping[str, Markup]) -> list[dict[str, Any]]:
    return [
        {
            "value": value,
            "text": label,
            "checked": value in picked,
            "conditional": {"html": inside[value]} if value in inside else None,
        }
        for value, label in _choices(bound.field)
        if value
    ]


def _one_checkbox(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    params = _common(bound)
    label, hint = params.pop("label"), params.pop("hint")
    item = {"value": "yes", "text": label["text"], "hint": hint, "checked": bool(bound.value())}
    return "checkboxes", params | {"items": [item]}


def _file(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    return "file-upload", _common(bound)


def _date(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    labels = {Part.DAY: gettext("Day"), Part.MONTH: gettext("Month"), Part.YEAR: gettext("Year")}
    widths = {Part.DAY: 2, Part.MONTH: 2, Part.YEAR: 4}
    return "date-input", _boxes(bound, {part.value: (labels[part], widths[part]) for part in Part})


def _time_range(bound: BoundField, inside: Mapping[str, Markup]) -> tuple[str, dict[str, Any]]:
    return "date-input", _boxes(bound, {"start": (gettext("From"), 5), "until": (gettext("Until"), 5)})


def _boxes(bound: BoundField, boxes: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Short boxes side by side: of each its name, its label and its width in characters."""
    value = bound.value()
    typed = value if isinstance(value, list) else bound.field.widget.decompress(value)
    wrong = _wrong_boxes(bound)
    return _grouped(bound) | {
        "items": [
            {
                "id": f"{_id(bound)}_{name}",
                "name": f"{bound.html_name}_{name}",
                "label": label,
                "value": text or "",
                "classes": f"govuk-input--width-{width}"
                + (" govuk-input--error" if f"{_id(bound)}_{name}" in wrong else ""),
                "inputmode": "text" if name in ("start", "until") else "numeric",
                "autocomplete": "off",
            }
            for (name, (label, width)), text in zip(boxes.items(), typed, strict=True)
        ],
    }


_Parameters = Callable[[BoundField, Mapping[str, Markup]], tuple[str, dict[str, Any]]]
#: The first that fits counts: a widget stands before the kind that it is made from.
_COMPONENTS: list[tuple[type[forms.Widget], _Parameters]] = [
    (DateBoxes, _date),
    (TimeRangeBoxes, _time_range),
    (forms.HiddenInput, _hidden),
    (forms.PasswordInput, _password),
    (forms.FileInput, _file),
    (forms.CheckboxSelectMultiple, _checkboxes),
    (forms.CheckboxInput, _one_checkbox),
    (forms.RadioSelect, _radios),
    (forms.Select, _select),
    (forms.Textarea, _textarea),
    (Input, _input),
]
