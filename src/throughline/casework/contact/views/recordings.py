"""Recordings of calls: which are asked for, which are about to lapse, and one with what is done about it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.contact.commands import recordings as commands
from throughline.casework.contact.forms.recordings import AnswerForm, KeepForm, NoteForm
from throughline.casework.contact.queries import recordings as queries
from throughline.casework.contact.rules.recordings import Standing
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.people.views.wording import label
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.govuk.forms import GovukForm

STANDING = {
    Standing.NOT_ASKED: gettext_lazy("nobody has asked to keep it"),
    Standing.REQUESTED: gettext_lazy("requested"),
    Standing.EXHIBITED: gettext_lazy("exhibited as"),
    Standing.NOT_HELD: gettext_lazy("not held"),
    Standing.LAPSED: gettext_lazy("its time is over and nobody asked to keep it"),
}
# why something could not be kept, as the commands say it
WHY_MALFORMED = (
    gettext_noop("needs the reference of the recording"),
    gettext_noop("is of a contact that is not recorded"),
    gettext_noop("is needed to keep a recording"),
    gettext_noop("is for a contact that is recorded"),
    gettext_noop("needs the exhibit reference, or why it is not held"),
    gettext_noop("is not one of the reasons"),
)


@guarded(Action.KEEP_RECORDING)
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """What is asked for and what is about to lapse."""
    now = timezone.now()
    found = queries.recordings(actor_of(request), at=now)
    return render(
        request,
        "contact/recordings.html",
        {
            "found": found,
            "now": now,
            "channel": lambda code: label("contact-channels", code, london_day(now)),
        },
    )


@guarded(Action.KEEP_RECORDING)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One recording. Posts: note its reference, ask that it be kept, answer for it, say that one listened."""
    actor, now = actor_of(request), timezone.now()
    told = queries.recording_of(actor, contact_id, at=now)
    if told is None:
        raise Http404
    forms = _forms(told, now)
    do = request.POST.get("do", "")
    if request.method == "POST":
        if do not in {*forms, "listened"}:
            raise BadRequest("do: not a button of this page")
        if do in forms:
            forms[do] = type(forms[do])(request.POST, today=london_day(now))
        if _done(actor, now, contact_id, do, forms.get(do)):
            messages.success(request, _("Written down."))
            return redirect("contact:recording", contact_id)
    else:
        for form in forms.values():
            recalled(request, form)
    return render(
        request,
        "contact/recording.html",
        {
            "told": told,
            "forms": forms,
            # whose errors stand on top
            "form": forms.get(do),
            "standing": STANDING,
            "now": now,
            "me": actor.id,
            "answers": may(actor, Action.ANSWER_RECORDING),
            "label": lambda name, code: label(name, code, london_day(now)),
        },
    )


def _forms(told: queries.Told, now: datetime) -> dict[str, GovukForm]:
    today = london_day(now)
    initial = {"reference": told.reference}
    return {
        "note": NoteForm(today=today, initial=initial),
        "keep": KeepForm(today=today),
        "answer": AnswerForm(today=today),
    }


def _done(actor: Actor, now: datetime, contact_id: UUID, do: str, form: GovukForm | None) -> bool:
    """Do what the button says; False, with the reason in the form, where it could not be done."""
    about = {"by": actor, "now": now, "contact_id": contact_id}
    if form is None:
        commands.listened_to(**about)  # type: ignore[arg-type]
        return True
    if not form.is_valid():
        return False
    typed = form.cleaned_data
    try:
        match do:
            case "note":
                until = end_of_day(typed["until"]) if typed["until"] else None
                commands.note_recording(**about, reference=typed["reference"], until=until)  # type: ignore[arg-type]
            case "keep":
                commands.ask_to_keep(**about, reason=typed["reason"], words=typed["words"])  # type: ignore[arg-type]
            case _:
                commands.answer_for_recording(
                    **about,  # type: ignore[arg-type]
                    exhibit=typed["exhibit"],
                    not_held=typed["not_held"],
                )
    except Malformed as wrong:
        form.add_error(wrong.field if wrong.field in form.fields else None, _(wrong.why))
    except Conflict:
        form.add_error(None, _("somebody else has changed this meanwhile; look again"))
    return not form.errors
