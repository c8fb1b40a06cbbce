"""For sergeants and inspectors: what of the neighbourhood team's work waits or is late, and who has how much."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from throughline.casework.neighbourhood.queries import supervising
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action


@guarded(Action.SUPERVISE_NEIGHBOURHOOD)
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """What was found, what is late, what nobody has accepted; by officer, with counts."""
    actor = actor_of(request)
    found = supervising.supervision(actor, now=timezone.now())
    tasks = (*found.found, *found.late, *found.reviews, *found.unaccepted)
    about = {each for one in tasks for each in one.row.subjects}
    lead_to(request, about | {one.victim.record_id for one in found.on_the_way}, "supervision")
    return shown(request, "neighbourhood/supervision.html", found=found, me=actor.id)
