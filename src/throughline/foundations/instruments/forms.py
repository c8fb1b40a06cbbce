"""An instrument as a form: one field for each question, conditional ones where their answer brings them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from throughline.foundations.govuk.forms import ChoicesField, DateField, GovukForm, TimeRangeField
from throughline.foundations.instruments.rules import Answer, Instrument, Kind, Question, as_asked, as_kept

#: The buttons of an instrument's page send ``do=save`` or ``do=complete``.
COMPLETE = "complete"


class InstrumentForm(GovukForm):
    """The questions of one version of an instrument. Made by :func:`form_for`."""

    def __init__(self, instrument: Instrument, *, completing: bool, **kwargs: Any) -> None:
        self.instrument = instrument
        self.completing = completing
        self.conditions = instrument.conditions
        self.needed = [q.code for q in instrument.questions if q.to_complete] if completing else []
        self.base_fields = {  # type: ignore[misc]  # Django copies them from wherever they stand
            code: _field(question) if code == question.code else _words_field(question)
            for code, question in instrument.boxes.items()
        }
        super().__init__(**kwargs)

    def govuk(self) -> Markup:
        """The whole form, each heading above the first question below it that is asked."""
        drawn, heading = Markup(), ""
        for question in self.instrument.questions:
            heading = question.heading or heading
            if question.code not in self.fields:
                continue
            alone = self.govuk_alone(question.code)
            if heading and alone:
                drawn += Markup('<h2 class="govuk-heading-m">{}</h2>\n').format(heading)
                heading = ""
            drawn += alone
            if question.ask_words_when:
                drawn += self.govuk_alone(question.words_code)
        return drawn

    def govuk_alone(self, name: str) -> Markup:
        """A field with what stands inside it; nothing for one that is drawn inside another."""
        return Markup() if self._bringing_choice(name) else self.govuk_field(name) + Markup("\n")

    def answers(self) -> dict[str, Answer]:
        """The answers of a valid form as they are kept: only those to questions that apply."""
        kept = {code: as_kept(answer) for code, answer in self.cleaned_data.items()}
        return {code: answer for code, answer in kept.items() if answer is not None}


def form_for(
    instrument: Instrument,
    data: Mapping[str, Any] | None = None,
    *,
    kept: Mapping[str, Answer] | None = None,
) -> InstrumentForm:
    """The form of an instrument: empty, with the answers ``kept`` before, or with what a browser sent.

    ``instrument`` has been told the relationship (``asked_of``) where a question of it needs that. What was
    kept and is not asked any more stays in the row that it was kept in, and is not shown.

    Saving asks for nothing; where ``data`` says ``do=complete``, the questions needed for that must be
    answered. ``form.completing`` tells the two apart.
    """
    boxes = instrument.boxes
    return InstrumentForm(
        instrument,
        completing=data is not None and data.get("do") == COMPLETE,
        data=data,
        initial={
            code: as_asked(boxes[code], code, answer)
            for code, answer in (kept or {}).items()
            if code in boxes
        },
    )


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {"label": question.text, "help_text": question.hint}
    options = list(question.options.items())
    match question.kind:
        case Kind.YES_NO | Kind.CHOICE:
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case Kind.CHOICES:
            return ChoicesField(choices=options, alone=question.alone, **common)
        case Kind.TEXT:
            return forms.CharField(**common)
        case Kind.LONG_TEXT:
            return forms.CharField(widget=forms.Textarea, **common)
        case Kind.DATE:
            return DateField(**common)
        case Kind.NUMBER:
            return forms.IntegerField(
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
                **common,
            )
        case Kind.TIME_RANGE:
            return TimeRangeField(**common)


def _words_field(question: Question) -> forms.Field:
    return forms.CharField(
        label=format_lazy(_("In their words: {question}"), question=question.text),
        help_text=_("What happened and when, as they say it. You can save without.")
        if question.factor
        else _("Only if they want to say more."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
