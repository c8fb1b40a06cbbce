"""Why this is taken for one person, or is not: each reason in words, how strongly it speaks, and how they add up."""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from throughline.casework.people.forms.searching import SearchForm
from throughline.casework.people.queries.explaining import Explained, explain_heard, explain_records
from throughline.casework.people.rules import PURPOSES
from throughline.casework.people.rules.waterfall import sides, waterfall
from throughline.casework.people.views.purposes import purpose_of
from throughline.casework.people.views.searching import read_as
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.linkage.description import Description
from throughline.linkage.explaining import share_in_words, steps


@guarded(Action.VIEW_PERSON)
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """What was typed on the search page beside one of those whom it found, or did not."""
    form = SearchForm(request.POST, today=london_day(timezone.now()))
    form.full_clean()
    try:
        record_id = UUID(request.POST.get("explain", ""))
    except ValueError:
        raise BadRequest("explain: not a record") from None
    typed = [(name, value) for name in form.fields if (value := request.POST.get(name))]
    return beside_what_was_heard(request, form.description(), record_id, typed=typed)


def beside_what_was_heard(
    request: HttpRequest, told: Description, record_id: UUID, **context: Any
) -> HttpResponse:
    """The page that explains one record beside scraps; ``context`` says where it leads back to."""
    actor = actor_of(request)
    found = explain_heard(actor, told, record_id, purpose=PURPOSES.get(actor.role, ""))
    scraps = read_as(told, london_day(timezone.now()))
    return render(request, "people/explain.html", {**_of(found), "heard": scraps, **context})


@guarded(Action.VIEW_PERSON)
@require_http_methods(["GET"])
def beside(request: HttpRequest, record_id: UUID, other_id: UUID) -> HttpResponse:
    """Two records, of one person or of two. Without a purpose its reader is asked for one first."""
    if record_id == other_id:
        return redirect("people:person", record_id)
    purpose = purpose_of(request, record_id)
    if not purpose:
        return redirect("people:purpose", record_id)
    found = explain_records(actor_of(request), record_id, other_id, purpose=purpose)
    context = {"leads_back": reverse("people:person", args=[record_id])}
    return render(request, "people/explain.html", {**_of(found), **context})


def _of(found: Explained) -> dict[str, Any]:
    told = steps(found.why)
    return {
        "names": found.names,
        "why": found.why,
        "steps": told,
        "sides": sides(told),
        "drawing": waterfall(found.why),
        "probability": share_in_words(found.why.probability),
        "unsaid": _("Nothing that both say can be compared."),
    }
