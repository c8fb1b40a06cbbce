"""What every small page that changes something about a person shares."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.people.queries.person import heading, insist_on
from throughline.casework.people.rules import NOT_FOUND, Conflict, Malformed
from throughline.casework.people.views.purposes import purpose_of
from throughline.foundations.access.routes import View, actor_of, guarded
from throughline.foundations.access.rules import Action, Refused
from throughline.foundations.drafts.views import recalled

type PersonView = Callable[Concatenate[HttpRequest, UUID, ...], HttpResponseBase]


# the hidden fields that say what there was when the page was opened
_STANDS_ON = ("seen", "after")
_CONFLICT = "conflict"


def about_person(action: Action) -> Callable[[PersonView], View]:
    """Decorate a view about one person: it stands under ``action``, which is asked about the record itself.

    Without a purpose its reader is asked for one first, as on the person's own page.
    """

    def decorate(view: PersonView) -> View:
        @guarded(action)
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def asked(request: HttpRequest, record_id: UUID, **kwargs: Any) -> HttpResponseBase:
            insist_on(actor_of(request), action, record_id)
            if request.method == "GET" and not purpose_of(request, record_id):
                return redirect("people:purpose", record_id)
            return view(request, record_id, **kwargs)

        return asked

    return decorate


def sent(request: HttpRequest) -> QueryDict | None:
    """What the form's button sent; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def the[M: Model](rows: QuerySet[M], record_id: UUID) -> M:
    """The one row that an address names; where there is none, the page is refused like one out of sight."""
    row = rows.first()
    if row is None:
        raise Refused(NOT_FOUND, record_id)
    return row


def saved(form: BaseForm, command: Callable[[], object]) -> bool:
    """Whether a form was sent, was right and its command done; what is wrong is said in the form."""
    if not (form.is_bound and form.is_valid()):
        return False
    try:
        command()
    except Malformed as wrong:
        form.add_error(wrong.field if wrong.field in form.fields else None, _(wrong.why))
    except Conflict:
        add_conflict(
            form,
            _("Somebody else has changed this meanwhile. Nothing was overwritten: look again, then decide."),
        )
    return form.is_valid()


def add_conflict(form: BaseForm, words: str) -> None:
    """Say in a form that what it changes was changed elsewhere, so that `in_conflict` finds it."""
    form.add_error(None, ValidationError(words, code=_CONFLICT))


def in_conflict(form: BaseForm) -> bool:
    """Whether somebody else has changed what the form changes, as `saved` found or `add_conflict` said."""
    return form.has_error(NON_FIELD_ERRORS, _CONFLICT)


def done(request: HttpRequest, record_id: UUID, words: str) -> HttpResponse:
    """Back to the person's page, which says what was done."""
    messages.success(request, words)
    return redirect("people:person", record_id)


def change_page(
    request: HttpRequest,
    action: Action,
    record_id: UUID,
    form: BaseForm,
    *,
    title: str,
    button: str,
    template: str = "people/change.html",
    **context: Any,
) -> HttpResponse:
    """The page of one form about a person, with the look at their name written.

    Opened again, it offers what its reader typed there and never sent.
    """
    [name] = heading(actor_of(request), action, record_id, purpose=purpose_of(request, record_id))
    shown = {"form": form, "name": name, "title": title, "button": button, "record_id": record_id}
    if request.method == "GET":
        forms = [one for one in (form, *context.values()) if isinstance(one, BaseForm)]
        if draft := recalled(request, *forms):
            # what was changed since it was typed is still a conflict
            context |= {name: draft.typed[name] for name in _STANDS_ON if name in draft.typed}
    return render(request, template, {**shown, "back": reverse("people:person", args=[record_id]), **context})


def change(
    request: HttpRequest,
    action: Action,
    record_id: UUID,
    form: BaseForm,
    command: Callable[[], object],
    *,
    success: str,
    **page: Any,
) -> HttpResponse:
    """Where the form's command was done, back to the person, saying so; else `change_page` with ``page``."""
    if saved(form, command):
        return done(request, record_id, success)
    return change_page(request, action, record_id, form, **page)
