"""The forms of this room. Files that were refused are chosen again: a browser gives none back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from throughline.foundations.govuk.forms import ChoicesField, DateField, GovukForm, TimeField
from throughline.national.collection.commands.receiving import LARGEST
from throughline.national.collection.rules import Move, Standing


class SeveralFiles(forms.ClearableFileInput):
    """A box for one file or several at once."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__({"multiple": True})


class FilesField(forms.FileField):
    """The files that were chosen, as names and bytes; what is larger than a return is not read."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[tuple[str, bytes]]:
        given: Sequence[UploadedFile] = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            raise ValidationError(_("choose the spreadsheet, or the CSV files"), code="required")
        if any((one.size or 0) > LARGEST for one in given):
            raise ValidationError(
                _("a file is larger than %(most)s MB: send the filled template alone"),
                params={"most": LARGEST // 1_000_000},
            )
        if any(one.size == 0 for one in given):
            raise ValidationError(_("the file is empty: choose the filled one"), code="empty")
        return [(one.name or "", one.read()) for one in given]


class LogForm(GovukForm):
    """What narrows the log: ids, codes and days only, so that they may stand in an address."""

    account = forms.ChoiceField(label=_("Person"), widget=forms.Select)
    action = forms.ChoiceField(label=_("What was done"), widget=forms.Select)
    day = DateField(label=_("Day"))
    before = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    def __init__(
        self, *args: Any, accounts: list[tuple[str, str]], actions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        self.fields["action"].choices = actions  # type: ignore[attr-defined]


class SendForm(GovukForm):
    """A return, and where it corrects an earlier version, why."""

    needed = ("upload",)

    upload = FilesField(
        label=_("Your return"),
        help_text=_(
            "The filled spreadsheet (.xlsx), or figures.csv with about.csv and methods.csv if you have them"
        ),
    )
    why = forms.CharField(
        label=_("What did you correct, and why?"),
        help_text=_("Published beside the figures if they are revised. Name no person."),
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["why"]
        else:
            self.fields["why"].required = True


class AnswerForm(GovukForm):
    """The force's answer."""

    needed = ("words",)

    words = forms.CharField(
        label=_("Your answer"),
        help_text=_(
            "In your own words: what differs, in what happens or in how it is counted. Name no person."
        ),
        widget=forms.Textarea,
    )


class JudgeForm(GovukForm):
    """What a statistician makes of an answer."""

    needed = ("move",)

    move = forms.ChoiceField(label=_("What follows?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In words"),
        help_text=_("The force reads this. It is kept with the answer."),
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, moves: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            Move.ACCEPT: _("Accept the answer"),
            Move.ASK_AGAIN: _("Ask again"),
            Move.WITHDRAW: _("Take the question back"),
        }
        self.fields["move"].choices = [(one, labels[Move(one)]) for one in moves]  # type: ignore[attr-defined]


class AskForm(GovukForm):
    """A question of a statistician's own."""

    needed = ("words",)

    words = forms.CharField(label=_("Your question"), widget=forms.Textarea)
    items = ChoicesField(
        label=_("About which figures?"), help_text=_("None, if it is about the whole return")
    )

    def __init__(self, *args: Any, items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = items  # type: ignore[attr-defined]


class SignForm(GovukForm):
    """A signature: of the figures that the page showed, by who is signed in."""

    needed = ("post", "read")

    shown = forms.CharField(widget=forms.HiddenInput)
    post = forms.CharField(label=_("Your post"), help_text=_("As it stands beside your name"), max_length=200)
    read = forms.BooleanField(
        label=_("I have read every figure above, and they are the figures of my force"),
    )


class RemoveForm(GovukForm):
    """Why a file goes before its time."""

    needed = ("why",)

    why = forms.CharField(
        label=_("Why is it removed?"),
        help_text=_(
            "Kept beside its name, where the force reads it. Say what kind of thing it held, and name no person."
        ),
        widget=forms.Textarea,
    )


class OpenRoundForm(GovukForm):
    """A new round."""

    needed = ("code", "title", "year_end", "opens", "due")

    code = forms.CharField(label=_("Short name"), help_text=_("For addresses and commands, such as 2026"))
    title = forms.CharField(label=_("Title"), help_text=_("Such as: Year to March 2026"))
    year_end = DateField(label=_("Last day of the year that is counted"))
    opens = DateField(label=_("Opens on"))
    due = DateField(label=_("Due on"))


class AnnounceForm(GovukForm):
    """A line of the release calendar."""

    needed = ("title", "edition", "day", "time")

    title = forms.CharField(label=_("Title"))
    edition = forms.CharField(
        label=_("Short name of the edition"),
        help_text=_("The folder in which it is built. One that is announced already is moved"),
    )
    day = DateField(label=_("Comes out on"))
    time = TimeField(label=_("At"), help_text=_("Official statistics come out at 9:30am"))
    why = forms.CharField(
        label=_("If it was announced already: why is it moved?"),
        help_text=_("Everybody reads this in the calendar"),
        widget=forms.Textarea,
    )


class NarrowForm(GovukForm):
    """Which returns of a round are shown."""

    standing = forms.ChoiceField(label=_("Show only"), help_text=_("All of them where nothing is chosen"))

    def __init__(self, *args: Any, labels: dict[Standing, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["standing"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((one.name.lower(), label) for one, label in labels.items()),
        ]
