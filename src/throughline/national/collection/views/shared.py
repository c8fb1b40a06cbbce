"""What the pages of a round share: words for where things stand, and a form that is sent."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, insist, may
from throughline.foundations.drafts.views import recalled
from throughline.foundations.govuk.forms import GovukForm
from throughline.national.collection.models import Force, Round
from throughline.national.collection.queries.returns import insist_there, subject_of
from throughline.national.collection.rules import Amiss, Asked, Move, Standing

#: How a standing is said, and its tone.
STANDINGS: dict[Standing, tuple[Any, str]] = {
    Standing.LATE: (gettext_lazy("Late"), "danger"),
    Standing.NOTHING_YET: (gettext_lazy("Not sent yet"), "quiet"),
    Standing.FAULTY: (gettext_lazy("Sent, cannot be read"), "warning"),
    Standing.QUESTIONS: (gettext_lazy("Questions wait for the force"), "warning"),
    Standing.ANSWERS: (gettext_lazy("Answers wait for the statistician"), "note"),
    Standing.TO_SIGN: (gettext_lazy("To be signed"), "note"),
    Standing.SIGNED: (gettext_lazy("Signed"), "good"),
    Standing.UNSIGNED: (gettext_lazy("Not signed yet"), "quiet"),
}
ASKED: dict[Asked, tuple[Any, str]] = {
    Asked.WITH_FORCE: (gettext_lazy("The force answers or corrects"), "warning"),
    Asked.WITH_STATISTICIAN: (gettext_lazy("Answered: the statistician reads it"), "note"),
    Asked.ACCEPTED: (gettext_lazy("Accepted"), "good"),
    Asked.WITHDRAWN: (gettext_lazy("Taken back"), "quiet"),
    Asked.OVERTAKEN: (gettext_lazy("The figures were corrected"), "quiet"),
}
MOVES = {
    Move.ANSWER: gettext_lazy("answered"),
    Move.ACCEPT: gettext_lazy("accepted"),
    Move.ASK_AGAIN: gettext_lazy("asked again"),
    Move.WITHDRAW: gettext_lazy("took it back"),
}


#: By what a question was raised. What is here for none stands as it was written.
RULES: dict[str, Any] = {
    "part above whole": gettext_lazy("A part is larger than its whole"),
    "parts and their total": gettext_lazy("Parts do not add up to their total"),
    "nought for unable": gettext_lazy("A nought where many are expected"),
    "rounded": gettext_lazy("Rounded figures in place of counts"),
    "own definition": gettext_lazy("A definition of the force's own is not said"),
    "stale year": gettext_lazy("The figures of another year"),
    "shifted rows": gettext_lazy("Figures stand in the row above or below"),
    "tenfold": gettext_lazy("Ten times, or a tenth of, the year before"),
    "unit": gettext_lazy("A thousand times, or a thousandth of, the year before"),
    "percentage for count": gettext_lazy("A percentage in place of a count"),
    "own past": gettext_lazy("Far from the year before"),
    "whole return": gettext_lazy("All figures far from the year before"),
    "other forces": gettext_lazy("Far from other forces"),
    "outside series": gettext_lazy("Far from published figures"),
    "asked by hand": gettext_lazy("Asked by a statistician"),
}


def shown(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """A page of this room."""
    actor = actor_of(request)
    words = {"standings": STANDINGS, "asked": ASKED, "moves": MOVES, "rules": RULES, "me": actor}
    able = {
        action.name.lower(): may(actor, action)
        for action in (Action.VERIFY_RETURN, Action.RUN_ROUND, Action.REMOVE_FILE)
    }
    return render(request, f"collection/{name}.html", {**words, **able, **context})


def done(
    request: HttpRequest,
    form: GovukForm,
    command: Callable[[], Any],
    to: str,
    words: str,
    *,
    drafts: bool = True,
) -> HttpResponse | None:
    """Try the command of a form that was sent and is right; its complaint stands at the box that it names."""
    if request.method != "POST":
        if drafts:
            recalled(request, form)
        return None
    if not form.is_valid():
        return None
    try:
        command()
    except Amiss as amiss:
        form.add_error(amiss.field if amiss.field in form.fields else None, str(amiss))
        return None
    messages.success(request, words)
    return redirect(to)


def sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def both(request: HttpRequest, action: Action, round_id: UUID, force_id: UUID) -> tuple[Round, Force]:
    """The round and the force of an address, for whoever may do this about that force."""
    actor = actor_of(request)
    insist(actor, action, subject_of(actor, force_id), force_id)
    return (
        insist_there(Round.objects.filter(id=round_id), round_id),
        insist_there(Force.objects.filter(id=force_id), force_id),
    )
