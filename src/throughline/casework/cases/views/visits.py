"""On patrol: where to look in, and what was seen there. Read on a telephone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.commands.visiting import record_visit
from throughline.casework.cases.forms import VisitForm
from throughline.casework.cases.models import Case
from throughline.casework.cases.queries import visits as queries
from throughline.casework.cases.queries.visits import Reaching
from throughline.casework.cases.views.case import address
from throughline.casework.cases.views.changing import about_case, change
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.views import wording
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day

#: Characters of what somebody types to see what is near.
_LONGEST_NEAR = 80
# why a visit could not be kept, as its command says it
WHY_MALFORMED = (
    gettext_noop("choose one of the answers listed"),
    gettext_noop("say by which other way she is reached, so that nobody leaves it there"),
    gettext_noop("say when she is visited again, or by which other way she is reached"),
)


def reaching_in_words(reaching: Reaching) -> dict[str, object]:
    """What she said about reaching her, as it stands before anything else about a visit."""
    if reaching.said is None:
        lost = reaching.void
        return {
            "pairs": [],
            "safe": None,
            "void": str(wording.VOIDED_BECAUSE.get(lost.voided_because, lost.voided_because)) if lost else "",
        }
    pairs, unasked = wording.said_in_words(reaching.said)
    return {"pairs": pairs, "safe": reaching.visits_are_safe, "void": "", "unasked": unasked}


@guarded(Action.VISIT)
@require_http_methods(["GET", "POST"])
def patrol(request: HttpRequest) -> HttpResponse:
    """Visits that are due and places with warnings; a post shows those near a street, a town or a postcode."""
    actor, now = actor_of(request), timezone.now()
    near = " ".join(request.POST.get("near", "").split())[:_LONGEST_NEAR]
    found = queries.patrol(actor, at=now, near=near, purpose="duty")
    lead_to(request, (one.case.victim_id for one in found.due), "duty")
    return render(
        request,
        "cases/patrol.html",
        {"found": found, "near": near, "now": now, "reaching": reaching_in_words, **WORDING},
    )


@about_case(Action.VISIT)
def visit(request: HttpRequest, case: Case) -> HttpResponse:
    """Read how she can be reached, then write down what came of the visit."""
    now = timezone.now()
    form = VisitForm(sent(request), today=london_day(now))
    due = queries.visit_due(case)
    return change(
        request,
        Action.VISIT,
        [case.victim_id, case.suspect_id],
        form,
        lambda: record_visit(by=actor_of(request), now=now, case_id=case.id, **form.told()),
        success=_("Written down. What it leads to is on the list."),
        back=address(case),
        title=_("A reassurance visit"),
        button=_("Record the visit"),
        template="cases/visit.html",
        case=case,
        due=due,
        now=now,
        said=reaching_in_words(queries.reaching(held_together(case.victim_id))),
    )
