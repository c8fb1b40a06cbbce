"""What the pages of cases ask for. Choices come from `reference`, as it is on the day."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.queries.pages import kinds_to_enter
from throughline.casework.people.forms.person import ConfirmForm, PersonForm, ReasonForm
from throughline.foundations.clock.rules import LONDON, end_of_day, london_day
from throughline.foundations.govuk.forms import ChoicesField, DateField, GovukForm, TimeField
from throughline.reference import load

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Choices = list[tuple[str, str]]


def _line(label: "StrOrPromise", *, hint: "StrOrPromise" = "", width: int = 20) -> forms.CharField:
    attrs = {"class": f"govuk-input--width-{width}"}
    return forms.CharField(label=label, help_text=hint, widget=forms.TextInput(attrs=attrs))


def _words(label: "StrOrPromise", *, hint: "StrOrPromise" = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 3}))


def _radios(label: "StrOrPromise", *, hint: "StrOrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, widget=forms.RadioSelect)


def _both_sides() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("One person may be the contact of both: I know that each names the other, and it is meant"),
        required=False,
    )


def _choices(form: forms.BaseForm, field: str, choices: Choices) -> None:
    form.fields[field].choices = choices  # type: ignore[attr-defined]


class OwnerForm(GovukForm):
    """Who is to own a case: oneself, or an officer who is asked."""

    needed = ("owner",)
    owner = _radios(_("Who is to own it?"), hint=_("An officer owns it once they have accepted."))
    both_sides = _both_sides()

    def __init__(self, *args: Any, owners: Choices, counter: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "owner", owners)
        if not counter:
            del self.fields["both_sides"]


class AcceptForm(ConfirmForm):
    """Accepting a case; where one is the contact of the other of the two already, saying that it is meant."""

    both_sides = _both_sides()

    def __init__(self, *args: Any, counter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not counter:
            del self.fields["both_sides"]


_YES_NO = [("yes", _("Yes")), ("no", _("No")), ("", _("Not known"))]


class VisitForm(PersonForm):
    """What came of a visit to her. Only that must be said; the rest is what the next officer would ask."""

    needed = ("outcome",)
    lists = {
        "outcome": ("visit-outcomes", {}),
        "seen": ("visit-seen", {}),
        "other_way": ("visit-ways", {}),
    }
    outcome = _radios(_("What came of it?"))
    seen = ChoicesField(label=_("Whom did you see?"))
    alone = forms.ChoiceField(
        label=_("Did you speak to her alone?"), choices=_YES_NO, widget=forms.RadioSelect
    )
    safe_to_talk = forms.ChoiceField(
        label=_("Could she talk safely?"), choices=_YES_NO, widget=forms.RadioSelect
    )
    agreed = _words(
        _("What was agreed"), hint=_("In her words as far as you can. Never the address of a refuge.")
    )
    other_way = _radios(
        _("Another way to reach her"),
        hint=_(
            "Where a visit is not safe. It becomes a duty within 24 hours, so that she is not left without."
        ),
    )
    next_on = DateField(label=_("The next visit"), help_text=_("By which day. Empty where none is agreed."))

    def told(self) -> dict[str, Any]:
        """What was typed, as the command takes it."""
        typed = dict(self.cleaned_data)
        said = {"yes": True, "no": False}
        return typed | {name: said.get(typed[name]) for name in ("alone", "safe_to_talk")}


class CloseCaseForm(PersonForm):
    """Why a case is closed."""

    needed = ("closed_as",)
    lists = {"closed_as": ("case-closings", {"offered": True})}
    closed_as = _radios(_("Why is it closed?"))


class CloseIncidentForm(PersonForm):
    """How an incident was closed."""

    needed = ("closed_as",)
    lists = {"closed_as": ("incident-closings", {"offered": True})}
    closed_as = _radios(_("What became of it?"))


class OtherCaseForm(GovukForm):
    """Another case, of those that are offered."""

    needed = ("into",)
    into = _radios(_("Which case?"))

    def __init__(self, *args: Any, cases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "into", cases)


class GroupForm(PersonForm):
    """Cases that belong together, and why."""

    needed = ("cases", "reason")
    lists = {"reason": ("decision-reasons", {"decision": "group-cases"})}
    cases = ChoicesField(label=_("Which cases belong with this one?"))
    reason = _radios(_("Why do they belong together?"))

    def __init__(self, *args: Any, cases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "cases", cases)


class TermsForm(PersonForm):
    """What an order, bail or a warrant says: its conditions, its court, and how long it holds."""

    needed: tuple[str, ...] = ("begins",)
    lists = {"terms": ("conditions", {})}
    terms = ChoicesField(label=_("Conditions"), help_text=_("All that the paper names."))
    words = _words(
        _("The conditions in words"),
        hint=_("What none of them says, such as a distance. Never the address of a refuge."),
    )
    issuer = _line(_("Court or force that issued it"))
    begins = DateField(label=_("From"), help_text=_("The day on which it was made or began to hold"))
    begins_at = TimeField(
        label=_("At what time, if the paper says"),
        help_text=_("For example, 2pm or 14:30"),
        error_messages={"time": _("write a time like 2pm or 14:30")},
    )
    ends = DateField(label=_("Until"), help_text=_("Its last day. Leave empty for until further order."))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends < begins:
            self.add_error("ends", _("is before it begins"))
        return cleaned

    def valid_from(self) -> datetime:
        """The instant at which it begins: midnight in London where no time is given."""
        at = self.cleaned_data["begins_at"] or time.min
        return datetime.combine(self.cleaned_data["begins"], at, tzinfo=LONDON)

    def valid_until(self) -> datetime | None:
        """The last instant of its last day; None: until further order."""
        last: date | None = self.cleaned_data["ends"]
        return end_of_day(last) if last else None

    @staticmethod
    def as_it_stands(fact: StandingFact) -> dict[str, Any]:
        """What a form begins with that varies a fact."""
        return {
            "terms": fact.conditions,
            "words": fact.words,
            "issuer": fact.issuer,
            "ends": london_day(fact.valid_until) if fact.valid_until else None,
        }


class FactForm(TermsForm):
    """An order, bail or a warrant that is entered."""

    needed = ("kind", "begins")
    kind = forms.ChoiceField(label=_("What is it?"))
    protects = _radios(
        _("Whom does it protect?"),
        hint=_("Somebody who is not listed: record how the two are related first, then come back."),
    )
    source_ref = _line(_("Its number at the court or force"), hint=_("It is found by it again"))
    field_order = (
        "kind",
        "protects",
        "terms",
        "words",
        "issuer",
        "source_ref",
        "begins",
        "begins_at",
        "ends",
    )

    def __init__(self, *args: Any, protected: Choices, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        _choices(self, "kind", kinds_to_enter(today))
        _choices(self, "protects", [*protected, ("nobody", _now("Nobody by name"))])


class EndFactForm(PersonForm):
    """Why an order, bail or a warrant ended."""

    needed = ("because",)
    lists = {"because": ("fact-endings", {"offered": True})}
    because = _radios(_("Why does it no longer stand?"))


class LookupForm(GovukForm):
    """The number of an order, bail or a warrant."""

    needed = ("reference",)
    reference = _line(_("Number at the court, the force or the system it came from"))


class CrimeForm(ReasonForm):
    """A crime that the registrar records."""

    needed = ("offence", "reason")
    offence = forms.ChoiceField(label=_("What offence?"))
    victim = _radios(_("Against whom?"))
    field_order = ("offence", "victim", "reason", "words")

    def __init__(self, *args: Any, on: date, victims: Choices, **kwargs: Any) -> None:
        super().__init__(*args, decision="crime-recorded", **kwargs)
        _choices(self, "offence", load("offence-groups").choices(on=on))
        if len(victims) > 1:
            _choices(self, "victim", victims)
        else:
            del self.fields["victim"]


class ReviewForm(GovukForm):
    """A second person's view of what a registrar judged."""

    needed = ("agreed",)
    agreed = forms.ChoiceField(
        label=_("Was it judged rightly?"),
        choices=[("yes", _("Yes")), ("no", _("No: it is to be judged again"))],
        widget=forms.RadioSelect,
    )
    feedback = _words(
        _("What you want to tell them"), hint=_("They read this. Needed where it was judged wrongly.")
    )


# --- counter-allegations, groups and their plans, drawn files --------------------------------------------


class EachOtherForm(GovukForm):
    """In which incident of a case its suspect names the victim as theirs."""

    needed = ("incident",)
    incident = _radios(_("In which incident?"))

    def __init__(self, *args: Any, incidents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "incident", incidents)


class PrimaryForm(PersonForm):
    """Who the primary perpetrator is, or that it stays unresolved, with the reason."""

    needed = ("choice", "reason", "words")
    lists = {"reason": ("decision-reasons", {"decision": "primary-perpetrator"})}
    choice = _radios(
        _("Who is the primary perpetrator?"),
        hint=_("Unresolved is an answer: both are then safeguarded as victims."),
    )
    reason = _radios(_("What decides it?"))
    words = _words(_("In your words"), hint=_("What you know that decides it, or why it cannot be decided."))

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "choice", choices)


class PrimaryReviewForm(GovukForm):
    """What a colleague makes of a decision on the primary perpetrator."""

    needed = ("agreed",)
    agreed = forms.ChoiceField(
        label=_("Would you decide the same?"),
        choices=[
            ("yes", _("Yes")),
            ("no", _("No: both are safeguarded as victims until somebody decides again")),
        ],
        widget=forms.RadioSelect,
    )
    feedback = _words(
        _("What you want to tell them"),
        hint=_("They read this. Needed where you would not decide the same."),
    )


class PlanLineForm(GovukForm):
    """One line of a group's plan."""

    needed = ("what", "whose", "due_on")
    what = _words(
        _("What is to be done?"),
        hint=_("Name nobody more than is needed. Never write where she is."),
    )
    whose = forms.ChoiceField(label=_("Whose is it?"), widget=forms.Select)
    due_on = DateField(label=_("By when?"), help_text=_("It is due at the end of that day."))

    def __init__(self, *args: Any, staff: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "whose", [("", _now("Choose somebody")), *staff])


class EndLineForm(PersonForm):
    """What became of a line of a plan."""

    needed = ("ended_as",)
    lists = {"ended_as": ("plan-line-endings", {"offered": True})}
    ended_as = _radios(_("What became of it?"))
    words = _words(_("In your words"), hint=_("Needed where it is no longer to be done."))


class DrawForm(GovukForm):
    """Which files are drawn: of which days, and how many of each offence group."""

    needed = ("first", "last", "each")
    first = DateField(label=_("First day"))
    last = DateField(label=_("Last day"), help_text=_("A day that is over."))
    each = forms.IntegerField(
        label=_("Files of each offence group"),
        help_text=_("The inspection of 2015 drew 10 in most forces and 15 in larger ones."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-3"}),
        min_value=1,
    )
