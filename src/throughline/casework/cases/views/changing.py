"""What every small page of this room that changes something shares."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import Somebody, in_sight, look_at
from throughline.casework.cases.rules import NotYet
from throughline.casework.people.rules import PURPOSES, Malformed
from throughline.casework.people.views.changing import saved
from throughline.casework.people.views.purposes import lead_to, purpose_of
from throughline.foundations.access.routes import View, actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.duties.rules import duty_kind

# what stands in the way of closing, by its code
IN_THE_WAY = {
    "open-incident": gettext_lazy("an incident of it is open"),
    "open-duty": gettext_lazy("something that must happen first is not done"),
    "standing-fact": gettext_lazy("an order, bail or a warrant stands"),
    "not-judged": gettext_lazy("nobody has said whether it is domestic abuse"),
    "crime-recording": gettext_lazy("the registrar has not judged whether a crime is recorded"),
    "contact-sign-off": gettext_lazy("a supervisor has not signed off every contact of it"),
    "child-decision": gettext_lazy("nobody has decided what is done for the children"),
    "no-arrest-review": gettext_lazy("a sergeant has not looked at why nobody was arrested"),
    "risk-assessment": gettext_lazy("nobody has assessed the risk with her since"),
    "risk-check": gettext_lazy("a sergeant has not checked the assessment of risk"),
    "risk-check-high": gettext_lazy("an inspector has not checked a grade of high"),
    "risk-returned": gettext_lazy("an assessment of risk that was returned has not been added to"),
    "not-closed": gettext_lazy("it is open"),
    "open-close": gettext_lazy("it is open"),
    "closed-close": gettext_lazy("it is closed already"),
    "open-reopen": gettext_lazy("it is open already"),
    "closed-own": gettext_lazy("it is closed"),
    "closed-grade": gettext_lazy("it is closed"),
    "closed-join": gettext_lazy("one of them is closed"),
    "counter-undecided": gettext_lazy("nobody has decided who of the two is the primary perpetrator"),
}
# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("cannot do this duty"),
    gettext_noop("is not a reason for this"),
    gettext_noop("is not an officer who can be asked"),
    gettext_noop("is not one of the grades"),
    gettext_noop("say what makes the danger less than it was judged to be"),
    gettext_noop("is not one of the reasons to close"),
    gettext_noop("is not of the same two people"),
    gettext_noop("needs another case"),
    gettext_noop("is not one that there was on that day"),
    gettext_noop("is the person whom it binds"),
    gettext_noop("is before it begins"),
    gettext_noop("holds a code that is not one of the conditions"),
    gettext_noop("is not a victim of this incident"),
    gettext_noop("is for somebody else to say: nobody reviews their own judgement"),
    gettext_noop("say what was judged wrongly"),
    gettext_noop("stands already under this number"),
    gettext_noop("is needed: the case of the other of the two has the same owner, say that it is meant"),
    gettext_noop("is not one of the answers listed"),
    gettext_noop("say what decides it, or why it cannot be decided"),
    gettext_noop("is not somebody whose work it can be"),
    gettext_noop("is over"),
    gettext_noop("say what is to be done"),
    gettext_noop("say why it is no longer to be done"),
    gettext_noop("is before the first day"),
    gettext_noop("is not over yet"),
    gettext_noop("has no suspect whom anybody knows"),
    gettext_noop("is not one of this case"),
    gettext_noop("begins days of which files have been drawn already"),
)


def about_row(action: Action, model: type[Model], name: str) -> Callable[[Callable[..., HttpResponse]], View]:
    """Decorate a view about one row, whose id the address has under ``name``.

    ``action`` is asked about everybody whom the row is about; what else the address has, the view takes beside it.
    """

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @guarded(action)
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def asked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            row = in_sight(actor_of(request), action, model, kwargs.pop(name))
            return view(request, row, **kwargs)

        return asked

    return decorate


def about_case(action: Action) -> Callable[[Callable[..., HttpResponse]], View]:
    """`about_row` of one case: ``action`` is asked about both of the two."""
    return about_row(action, Case, "case_id")


def purpose_for(request: HttpRequest, record_id: UUID | None = None) -> str:
    """Why this reader looks: as the task that led here said, else the work that their role is for."""
    told = purpose_of(request, record_id) if record_id else ""
    return told or PURPOSES.get(actor_of(request).role, "supervision")


def change(
    request: HttpRequest,
    action: Action,
    record_ids: Iterable[UUID | None],
    form: BaseForm,
    command: Callable[[], object],
    *,
    success: str,
    back: str,
    title: str,
    button: str,
    template: str = "cases/change.html",
    **context: Any,
) -> HttpResponse:
    """Where the form's command was done, back to ``back``, saying so; else the page, with its look."""
    if saved(form, lambda: in_words(command)):
        messages.success(request, success)
        return redirect(back)
    if request.method == "GET":
        recalled(request, form)
    record_ids = list(record_ids)
    named = look_at(
        actor_of(request),
        action,
        record_ids,
        today=london_day(timezone.now()),
        purpose=purpose_for(request, next(iter(record_ids), None)),
    )
    shown = {
        "form": form,
        "title": title,
        "button": button,
        "back": back,
        "name": between(record_ids[:2], named),
    }
    return render(request, template, {**shown, "named": named, **context})


def change_case(
    request: HttpRequest,
    action: Action,
    case: Case,
    form: BaseForm,
    command: Callable[[], object],
    *,
    lead: Iterable[str] = (),
    **told: Any,
) -> HttpResponse:
    """`change` of something about the two of a case, whose pages are looked at next for the same purpose."""
    lead_to(request, case.subjects, purpose_for(request, case.victim_id))
    return change(request, action, [case.victim_id, case.suspect_id], form, command, lead=list(lead), **told)


def between(record_ids: Iterable[UUID | None], named: dict[UUID, Somebody]) -> str:
    """The names of the two of a case, or of one person."""
    return " / ".join(named[one].name for one in record_ids if one in named)


def in_words[T](command: Callable[[], T]) -> T:
    """Run a command; what stands in its way is said in words, above the form."""
    try:
        return command()
    except NotYet as wait:
        words = "; ".join(str(IN_THE_WAY.get(code, code)) for code in wait.why)
        said = _("Not yet: %(why)s.") % {"why": words}
        if wait.duties:
            today = london_day(timezone.now())
            duties = "; ".join(_(duty_kind(kind, on=today).label) for kind in wait.duties)
            said += " " + _("Still to be done: %(duties)s.") % {"duties": duties}
        raise Malformed("", said) from None
