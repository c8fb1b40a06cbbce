"""Today's visits, on a telephone: whether it is safe to call stands before everything else."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import reaching, visit_due
from throughline.casework.cases.views.changing import about_case
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.neighbourhood.commands import visiting
from throughline.casework.neighbourhood.forms import CalledForm, SetOutForm
from throughline.casework.neighbourhood.queries.visiting import today as open_today
from throughline.casework.neighbourhood.rules.calling import NEVER
from throughline.casework.neighbourhood.views.shared import SAFETY, case_address, small
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day

#: Characters of what somebody types to see what is near.
_LONGEST_NEAR = 80


@guarded(Action.VISIT)
@require_http_methods(["GET", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """Whom to look in on today; a post shows those near a street, a town or a postcode."""
    actor, now = actor_of(request), timezone.now()
    near = " ".join(request.POST.get("near", "").split())[:_LONGEST_NEAR]
    found = open_today(actor, now=now, near=near, purpose="duty")
    lead_to(request, (one.case.victim_id for one in found.open), "duty")
    return shown(
        request, "neighbourhood/today.html", found=found, near=near, reaching=reaching_in_words, safety=SAFETY
    )


@about_case(Action.VISIT)
def set_out(request: HttpRequest, case: Case) -> HttpResponse:
    """Say that one sets out; what she said about reaching her is read again now."""
    actor, now = actor_of(request), timezone.now()
    safety, _rests_on = visiting.standing_for(case, at=now)
    form = SetOutForm(sent(request))
    return small(
        request,
        Action.VISIT,
        case,
        form,
        lambda: visiting.set_out(by=actor, now=now, case_id=case.id, words=form.cleaned_data["words"]),
        success=_("You are on your way. Write down what came of it afterwards."),
        title=_("Set out to call on her"),
        button=_("I set out now"),
        back=reverse("neighbourhood:today"),
        template="neighbourhood/visit.html",
        said=reaching_in_words(reaching(held_together(case.victim_id))),
        tone=SAFETY[safety],
        never=safety in NEVER,
        due=visit_due(case),
        now=now,
    )


@about_case(Action.VISIT)
def visit(request: HttpRequest, case: Case) -> HttpResponse:
    """Write down what came of calling on her: the visit, and the contact with her or the attempt."""
    actor, now = actor_of(request), timezone.now()
    safety, _rests_on = visiting.standing_for(case, at=now)
    form = CalledForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.VISIT,
        case,
        form,
        lambda: visiting.called(by=actor, now=now, case_id=case.id, **form.told()),
        success=_("Written down, and in the log of contacts with her. What it leads to is on the list."),
        title=_("What came of calling on her"),
        button=_("Save"),
        back=case_address(case.id),
        template="neighbourhood/visit.html",
        lead=[_("An attempt is no contact, and she stays on the list.")],
        said=reaching_in_words(reaching(held_together(case.victim_id))),
        tone=SAFETY[safety],
        never=False,
        due=visit_due(case),
        now=now,
    )
