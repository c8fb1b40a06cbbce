"""One case on one page, composed of what every room knows of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.cases.views.changing import purpose_for
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.cases.views.wording import line_in_words
from throughline.casework.overview.queries.case import whole_case
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import WORDING
from throughline.casework.safeguarding.views.planning import STATES as MEASURE_STATES
from throughline.casework.scene.forms import STATES
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action


@guarded(Action.VIEW_CASE)
@require_safe
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case whole: danger, whose, reaching her, him, what is new, what is owed, and what happened."""
    actor, now = actor_of(request), timezone.now()
    case = in_sight(actor, Action.VIEW_CASE, Case, case_id)
    purpose = purpose_for(request, case.victim_id)
    page = whole_case(actor, case, now=now, purpose=purpose)
    # the case is the reason to open either of them from here
    lead_to(request, case.subjects, purpose)
    shown = {
        **WORDING,
        "page": page,
        "now": now,
        "me": actor.id,
        "said": reaching_in_words(page.reaching),
        "line_in_words": line_in_words,
        "evidence_states": STATES,
        "measure_states": MEASURE_STATES,
    }
    return render(request, "overview/case.html", shown)
