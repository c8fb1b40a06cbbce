"""What the pages of an investigation ask for. Choices come from `reference`, as it is on the day."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from throughline.casework.people.forms.person import PersonForm, ReasonForm
from throughline.foundations.clock.rules import LONDON, end_of_day
from throughline.foundations.govuk.forms import ChoicesField, DateField, GovukForm, TimeField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

type Choices = list[tuple[str, str]]


def _words(label: "StrOrPromise", hint: "StrOrPromise" = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": rows}))


def _radios(label: "StrOrPromise", hint: "StrOrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, widget=forms.RadioSelect)


def _yes_no(
    label: "StrOrPromise", yes: "StrOrPromise", no: "StrOrPromise", hint: "StrOrPromise" = ""
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=hint, choices=[("yes", yes), ("no", no)], widget=forms.RadioSelect
    )


def _short(label: "StrOrPromise", hint: "StrOrPromise" = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, widget=forms.TextInput(attrs={"class": "govuk-input--width-20"})
    )


def _accounts(form: forms.BaseForm, field: str, accounts: Choices) -> None:
    form.fields[field].choices = accounts  # type: ignore[attr-defined]


class WhenForm(PersonForm):
    """Something that was done: on which day and when, now where nobody says."""

    on = DateField(label=_("On which day?"), help_text=_("Empty: now"))
    at = TimeField(label=_("At what time?"), help_text=_("For example, 14:30"))

    def moment(self) -> datetime | None:
        """When it was done, as a valid form says; None for now."""
        return at_time(self.cleaned_data["on"], self.cleaned_data["at"], self.today)


def at_time(on: date | None, at: time | None, today: date) -> datetime | None:
    """A day and a time of day in London; the end of the day without a time, today's without a day."""
    if on is None and at is None:
        return None
    day = on or today
    return datetime.combine(day, at, LONDON) if at else end_of_day(day)


class AllocateForm(ReasonForm):
    """Who is asked by name to investigate; somebody of another role than the policy names, with why."""

    needed: tuple[str, ...] = ("account",)
    account = _radios(_("Who is asked to investigate?"))
    field_order = ("account", "reason", "words")

    def __init__(self, *args: Any, accounts: Choices, otherwise: list[str], **kwargs: Any) -> None:
        super().__init__(*args, decision="investigation-override", **kwargs)
        _accounts(self, "account", accounts)
        self.fields["reason"].label = _("Why is it somebody else than the policy says?")
        self.fields["reason"].help_text = _("How busy anybody is, is no reason.")
        self.conditions = {name: {"account": otherwise} for name in ("reason", "words")}


class ReviewForm(GovukForm):
    """Whether a choice against the policy holds."""

    needed = ("agreed",)
    agreed = _yes_no(_("Do you agree?"), _("Yes"), _("No: whom the policy names is asked"))
    feedback = _words(_("What you want to tell them"), _("They read this. Needed where you do not agree."))


class LineForm(PersonForm):
    """A line of enquiry: what, whose, by when, how soon it matters, and why."""

    needed = ("kind", "what", "whose", "due")
    lists = {"kind": ("investigation-lines", {}), "priority": ("line-priorities", {})}
    kind = forms.ChoiceField(label=_("What is it about?"))
    what = _words(_("What is to be done?"))
    whose = forms.ChoiceField(label=_("Whose is it?"))
    due = DateField(label=_("By when?"), help_text=_("By the end of this day"))
    priority = _radios(_("How soon does it matter?"))
    why = _words(_("Why?"), _("What it could prove, or rule out"), rows=2)

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _accounts(self, "whose", accounts)

    def due_at(self) -> datetime:
        """The last instant of the day that a valid form names."""
        return end_of_day(self.cleaned_data["due"])


class EndForm(PersonForm):
    """What came of a line, or why it is no longer to be done."""

    needed = ("ending",)
    lists = {"ending": ("line-endings", {"by_hand": True})}
    ending = _radios(_("How does it end?"), _("How busy anybody is, is no reason."))
    words = _words(_("What came of it, or why it is not done"), _("Exhibits by their reference."))


class LetGoForm(PersonForm):
    """Why what the scene left is not taken into the plan."""

    needed = ("ending", "words")
    lists = {"ending": ("line-endings", {"by_hand": True, "drops": True})}
    ending = _radios(_("Why is it not taken into the plan?"), _("How busy anybody is, is no reason."))
    words = _words(_("In your words"))


class PlanReviewForm(GovukForm):
    """A sergeant's entry in the plan."""

    needed = ("agreed", "words")
    agreed = _yes_no(
        _("What do you say of the plan?"), _("It is right as it stands"), _("More is to be done")
    )
    words = _words(_("Your entry"), _("Whoever investigates reads it."), rows=4)


class SuspectForm(WhenForm):
    """That the suspect of a case is to be found."""

    needed = ("source",)
    lists = {"source": ("suspect-sources", {"by_hand": True})}
    source = _radios(_("Why is the suspect to be found?"))
    words = _words(_("Where to look"), _("Never the address of a refuge."))
    field_order = ("source", "words", "on", "at")


class AttemptForm(WhenForm):
    """An attempt to find a suspect, and when the next one is."""

    needed = ("result",)
    lists = {"result": ("attempt-results", {})}
    result = _radios(_("What came of it?"))
    words = _words(_("Where, and what was learnt"), _("Never the address of a refuge."))
    next_on = DateField(label=_("When is the next attempt?"), help_text=_("Empty: as her grade says"))
    field_order = ("result", "words", "on", "at", "next_on")

    def next_at(self) -> datetime | None:
        """When the next attempt is due, as a valid form says."""
        return end_of_day(self.cleaned_data["next_on"]) if self.cleaned_data["next_on"] else None


class LookerForm(GovukForm):
    """Who looks for a suspect."""

    needed = ("account",)
    account = _radios(_("Who looks for them?"))

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _accounts(self, "account", accounts)


class CloseForm(PersonForm):
    """Why a suspect is no longer looked for."""

    needed = ("ending", "words")
    lists = {"ending": ("suspect-endings", {"by_hand": True})}
    ending = _radios(_("Why are they no longer looked for?"))
    words = _words(_("How you know"))


class SupportForm(PersonForm):
    """Whether she supports a prosecution."""

    needed = ("support",)
    lists = {"support": ("victim-support", {})}
    support = _radios(
        _("What does she say of a prosecution?"), _("Asked out of his hearing and never pressed.")
    )


class RouteForm(PersonForm):
    """Where a route to evidence without her stands."""

    needed = ("route", "state")
    lists = {"route": ("evidence-routes", {}), "state": ("route-states", {})}
    route = forms.ChoiceField(label=_("Which route?"))
    state = _radios(_("Where does it stand?"))
    whose = forms.ChoiceField(label=_("Who looks for it?"))
    words = _words(_("What there is, or where it is looked for"), _("Exhibits by their reference."))
    conditions = {"whose": {"state": ["route-looked-for"]}}

    def __init__(self, *args: Any, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _accounts(self, "whose", accounts)


class ResultForm(PersonForm):
    """What a prosecutor or a court did with a route, and the lesson."""

    needed = ("route", "result")
    lists = {"route": ("evidence-routes", {}), "result": ("route-results", {})}
    route = forms.ChoiceField(label=_("Which route?"))
    result = _radios(_("What came of it?"))
    lesson = _words(_("What can others learn from it?"), _("About the route. Name nobody: others read it."))


class StatementForm(WhenForm):
    """Her statement, and the offer of a personal one."""

    lists = {"personal": ("personal-statement-answers", {})}
    taken = _yes_no(_("Was a statement of what happened taken?"), _("Yes"), _("No, not this time"))
    exhibit = _short(_("Exhibit reference of the statement"), _("The text itself is not kept here"))
    personal = _radios(
        _("She was offered a personal statement. What did she say?"),
        _(
            "How it has affected her. It is her choice, there may be more than one, and she can add to it until sentence. Empty: it was not offered."
        ),
    )
    personal_exhibit = _short(_("Exhibit reference of the personal statement"))
    words = _words(_("What else is to be known"))
    conditions = {
        "exhibit": {"taken": ["yes"]},
        "personal_exhibit": {"personal": ["vps-made", "vps-added"]},
    }
    field_order = ("taken", "exhibit", "personal", "personal_exhibit", "words", "on", "at")


class WithdrawForm(PersonForm):
    """That she thinks of withdrawing, and why."""

    needed = ("reasons",)
    lists = {"reasons": ("withdrawal-reasons", {})}
    reasons = ChoicesField(label=_("Why?"), help_text=_("All that she says, or that you see"))
    words = _words(_("In her words"), rows=4)


class VisitForm(WhenForm):
    """A visit about withdrawing."""

    needed = ("visit",)
    lists = {"visit": ("withdrawal-visits", {})}
    visit = _radios(_("Who was with her?"), _("Out of his hearing"))
    withdraws = _yes_no(_("Does she withdraw?"), _("Yes"), _("No, she goes on"))
    words = _words(_("What she said, and what she was told"), rows=4)
    conditions = {"withdraws": {"visit": ["officer-and-adviser", "officer-alone", "adviser-alone"]}}
    field_order = ("visit", "withdraws", "words", "on", "at")


class WithoutHerForm(ReasonForm):
    """Whether it goes on without her evidence."""

    needed: tuple[str, ...] = ("goes_on", "reason", "words")
    goes_on = _yes_no(
        _("Does it go on without her evidence?"), _("Yes"), _("No"), _("The case does not close by it.")
    )
    field_order = ("goes_on", "reason", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, decision="withdrawal", **kwargs)


class SpecialMeasureForm(PersonForm):
    """What has become of a special measure in court."""

    needed = ("measure", "step")
    lists = {"measure": ("special-measures", {}), "step": ("special-measure-steps", {})}
    measure = _radios(_("Which measure?"))
    step = _radios(_("What has become of it?"))
    words = _words(_("In your words"), rows=2)
