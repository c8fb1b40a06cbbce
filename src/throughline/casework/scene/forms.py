"""What an officer and a sergeant type. Nothing is needed to save but what makes a row at all."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.scene.rules import CALL_RECORDING, Evidence, reasons_for
from throughline.foundations.clock.rules import LONDON, ONE_DAY, london_day
from throughline.foundations.govuk.forms import ChoicesField, DateField, GovukForm, TimeField
from throughline.reference import load

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
STATES = {
    Evidence.DONE: _("Done"),
    Evidence.NOT_DONE: _("Not done"),
    Evidence.NOT_APPLICABLE: _("Not applicable"),
    Evidence.FOR_INVESTIGATOR: _("For the investigator"),
}


def _words(label: Any, hint: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


def _yes_no(label: Any, hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, choices=YES_NO, widget=forms.RadioSelect)


def _line(label: Any, hint: Any = "", width: str = "") -> forms.CharField:
    attrs = {"class": f"govuk-input--width-{width}"} if width else {}
    return forms.CharField(label=label, help_text=hint, widget=forms.TextInput(attrs=attrs))


def said(answer: str | None) -> bool | None:
    """A yes-or-no answer as it is kept; none is not known."""
    return {"yes": True, "no": False}.get(answer or "")


class ClockField(TimeField):
    """A time of day that has been; its ``moment`` is the last such time."""

    default_error_messages = {"time": _("write the time like 9pm or 21:40")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width=5, **kwargs)
        self.widget.attrs["inputmode"] = "text"


def last_moment(time: Any, now: datetime) -> datetime | None:
    """The last moment at which a clock in London showed this time; None for none."""
    if time is None:
        return None
    at = datetime.combine(london_day(now), time, tzinfo=LONDON)
    return at if at <= now else at - ONE_DAY


class NumberForm(GovukForm):
    """Where an officer begins without a brief."""

    number = _line(_("Incident number"), _("As it is said over the air."), "10")
    needed = ("number",)


class InjuryForm(GovukForm):
    """An injury on one or several regions of the body chart."""

    whose = forms.ChoiceField(label=_("Who is hurt?"), widget=forms.RadioSelect)
    regions = ChoicesField(label=_("Where?"))
    kind = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    seen_by = ChoicesField(label=_("Who saw it?"))
    photographed = _yes_no(_("Was it photographed?"))
    words = _words(_("In words"), _("Size, colour and how they say it came about."))
    needed = ("whose", "regions", "kind")

    def __init__(self, *args: Any, people: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        if people:
            kwargs.setdefault("initial", {"whose": people[0][0]})
        super().__init__(*args, **kwargs)
        self.fields["whose"].choices = people  # type: ignore[attr-defined]
        for field, name in (
            ("regions", "body-regions"),
            ("kind", "injury-kinds"),
            ("seen_by", "injury-witnesses"),
        ):
            self.fields[field].choices = [(row.code, row.label) for row in load(name).as_of(today)]  # type: ignore[attr-defined]


class EvidenceForm(GovukForm):
    """What became of one of the seven things to gather."""

    state = forms.ChoiceField(
        label=_("What became of it?"), choices=list(STATES.items()), widget=forms.RadioSelect
    )
    listened = _yes_no(_("Has somebody listened to it?"), _("Asked for is not listened to."))
    exhibit = _line(_("Exhibit reference"), width="20")
    words = _words(_("In words"))
    needed = ("state",)

    def __init__(self, *args: Any, item: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        conditions: dict[str, Any] = {"exhibit": {"state": [Evidence.DONE]}}
        if item != CALL_RECORDING:
            del self.fields["listened"]
        else:
            conditions["listened"] = {"state": [Evidence.DONE]}
        for state in (Evidence.NOT_DONE, Evidence.NOT_APPLICABLE, Evidence.FOR_INVESTIGATOR):
            name = f"reason_{state}"
            self.fields[name] = forms.ChoiceField(
                label=_("Why?"),
                choices=[(row.code, row.label) for row in reasons_for(item, state, today)],
                widget=forms.RadioSelect,
                required=False,
            )
            conditions[name] = {"state": [state]}
        self.conditions = conditions

    def reason(self) -> str:
        """The reason of the state that was chosen."""
        return self.cleaned_data.get(f"reason_{self.cleaned_data.get('state')}") or ""


class ActionForm(GovukForm):
    """What was done about one suspect."""

    action = forms.ChoiceField(label=_("What was done?"), widget=forms.RadioSelect)
    offence = forms.ChoiceField(label=_("For what?"), widget=forms.Select)
    time = ClockField(label=_("When?"), help_text=_("The time of day, if it was not now."))
    power = _yes_no(
        _("Was there power to arrest?"),
        _("A sergeant looks at it where there was and nobody was arrested, or where you cannot say."),
    )
    reasons = ChoicesField(
        label=_("Why not arrest?"),
        help_text=_("What she wants is never enough by itself: say what the evidence is without her."),
    )
    words = _words(_("In words"), _("What was done, and why."), rows=4)
    needed = ("action",)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actions = load("positive-actions").as_of(today)
        self.fields["action"].choices = [(row.code, row.label) for row in actions]  # type: ignore[attr-defined]
        offences = [(row.code, row.label) for row in load("offence-groups").as_of(today)]
        self.fields["offence"].choices = [("", ""), *offences]  # type: ignore[attr-defined]
        self.fields["reasons"].choices = [  # type: ignore[attr-defined]
            (row.code, row.label) for row in load("no-arrest-reasons").as_of(today)
        ]
        without = [row.code for row in actions if not row.flag("arrest")]
        some = [row.code for row in actions if row.code != "none"]
        self.conditions = {
            "offence": {"action": some},
            "time": {"action": some},
            "power": {"action": without},
            "reasons": {"action": without},
        }


class ReviewForm(GovukForm):
    """A sergeant's second look at a decision not to arrest."""

    suspect = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("What do you say?"),
        choices=[("agree", _("I agree")), ("otherwise", _("I would have decided otherwise"))],
        widget=forms.RadioSelect,
    )
    feedback = _words(
        _("What you want to tell the officer"),
        _("They read it. Needed where you would have decided otherwise."),
        rows=4,
    )
    needed = ("suspect", "answer")


class NameChildForm(GovukForm):
    """A child of whom there is no record, as somebody named them."""

    forename = _line(_("First name"), _("Or what they are called, if no more is known."), "20")
    surname = _line(_("Last name"), width="20")
    age = forms.IntegerField(
        label=_("Age, about"),
        min_value=0,
        max_value=18,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
        error_messages={
            "invalid": _("enter a number of years"),
            "min_value": _("enter a number of years"),
            "max_value": _("is more than a child's"),
        },
    )
    needed = ("forename",)


class ChildForm(GovukForm):
    """What the officer found of one child. Nothing is needed."""

    presence = forms.ChoiceField(label=_("Was the child there?"), widget=forms.RadioSelect)
    seen = _yes_no(_("Did you see the child yourself?"), _("Awake or asleep, with your own eyes."))
    spoken_to = _yes_no(_("Did you speak with the child?"), _("Away from both of them."))
    own_words = _words(_("What the child says, in the child's own words"), rows=5)
    school = _words(_("School or nursery"), _("Its name, and who there is told, if that is known."), rows=2)
    conditions = {"own_words": {"spoken_to": ["yes"]}}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["presence"].choices = [  # type: ignore[attr-defined]
            (row.code, row.label) for row in load("child-presences").as_of(today)
        ]


class DecideForm(GovukForm):
    """What is done for one child or several together."""

    children = ChoicesField(label=_("Which children?"), help_text=_("One decision may cover several."))
    choice = forms.ChoiceField(label=_("What is done?"), widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("On what basis?"), widget=forms.RadioSelect)
    why_nothing = forms.ChoiceField(label=_("Why is nothing needed?"), widget=forms.RadioSelect)
    finder = forms.ChoiceField(label=_("Who finds out?"), widget=forms.Select)
    find_out_on = DateField(label=_("By which day?"))
    find_out_time = ClockField(
        label=_("By what time?"), help_text=_("If you leave it open: the end of that day.")
    )
    words = _words(_("In words"), rows=4)
    needed = ("choice",)

    def __init__(
        self,
        *args: Any,
        children: Iterable[tuple[UUID, str]],
        finders: list[tuple[str, str]],
        me: UUID,
        today: date,
        **kwargs: Any,
    ) -> None:
        choices = [(str(child), name) for child, name in children]
        kwargs.setdefault(
            "initial",
            {
                "children": [child for child, _name in choices],
                "finder": str(me),
                "find_out_on": today + timedelta(days=1),
            },
        )
        super().__init__(*args, **kwargs)
        rows = [row for row in load("child-choices").as_of(today) if row.flag("of_nobody") != bool(choices)]
        self.fields["choice"].choices = [(row.code, row.label) for row in rows]  # type: ignore[attr-defined]
        if not choices:
            for name in ("children", "basis", "why_nothing", "finder", "find_out_on", "find_out_time"):
                del self.fields[name]
            return
        self.fields["children"].choices = choices  # type: ignore[attr-defined]
        self.fields["finder"].choices = [("", ""), *finders]  # type: ignore[attr-defined]
        reasons = load("child-reasons").as_of(today)
        for field, choice in (("basis", "refer"), ("why_nothing", "nothing-needed")):
            self.fields[field].choices = [  # type: ignore[attr-defined]
                (row.code, row.label) for row in reasons if row.text("choice") == choice
            ]
        refers = [row.code for row in rows if row.flag("refers")]
        self.conditions = {
            "basis": {"choice": refers},
            "why_nothing": {"choice": ["nothing-needed"]},
            **{name: {"choice": ["unknown"]} for name in ("finder", "find_out_on", "find_out_time")},
        }

    def reason(self) -> str:
        """The basis of a referral, or why nothing is needed."""
        return self.cleaned_data.get("basis") or self.cleaned_data.get("why_nothing") or ""

    def find_out_by(self) -> datetime | None:
        """The moment by which it is found out."""
        day = self.cleaned_data.get("find_out_on")
        if day is None:
            return None
        time = self.cleaned_data.get("find_out_time") or datetime.max.time()
        return datetime.combine(day, time, tzinfo=LONDON)


class AddForm(GovukForm):
    """What is added to a first account."""

    words = _words(_("What do you add?"), _("What stands already is not changed."), rows=6)
    needed = ("words",)


class CorrectForm(GovukForm):
    """What its author is asked to put right."""

    words = _words(_("What is not right, and how do you know?"), rows=5)
    needed = ("words",)
