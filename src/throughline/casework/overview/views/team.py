"""The page of a sergeant's and an inspector's turn, and giving on what an officer off duty had to do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from throughline.casework.cases.views.changing import change
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.overview import commands
from throughline.casework.overview.forms import GiveOnForm
from throughline.casework.overview.queries import team as queries
from throughline.casework.overview.queries.overdue import OUTSIDE, overdue
from throughline.casework.people.rules import PURPOSES
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import WORDING
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.rules import duty_kind


@guarded(Action.SUPERVISE_TEAM)
@require_GET
def turns_work(request: HttpRequest) -> HttpResponse:
    """What waits, what was decided against, what stands still, and what the earlier turn hands over."""
    actor, now = actor_of(request), timezone.now()
    work = queries.turns_work(actor, now=now)
    # the list is the reason to open any of them from here
    lead_to(
        request, [one for each in work.held if each.victim for one in [each.victim.record_id]], "supervision"
    )
    shown: dict[str, Any] = {
        "work": work,
        "now": now,
        "reaching": reaching_in_words,
        **WORDING,
    }
    return render(request, "overview/turns_work.html", shown)


@guarded(Action.SUPERVISE_TEAM)
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """What stands where on the page and why, in words."""
    return render(
        request, "overview/why_this_order.html", {"back": reverse("overview:turns-work"), **WORDING}
    )


@guarded(Action.VIEW_OVERDUE)
@require_GET
def late(request: HttpRequest) -> HttpResponse:
    """What was to be done by now and is not, of every role or of one, so that who supervises sees to it."""
    now = timezone.now()
    role = request.GET.get("role", "")
    actor = actor_of(request)
    found = overdue(actor, now=now, role=role if role in set(Role) - set(OUTSIDE) else "")
    # the list is the reason to open any of them from here
    lead_to(request, [one.victim.record_id for one in found.rows if one.victim], PURPOSES[actor.role])
    shown = {"found": found, "of_restricted": actor.role == Role.DESK, "now": now, **WORDING}
    return render(request, "overview/overdue.html", shown)


@guarded(Action.SUPERVISE_TEAM)
@require_http_methods(["GET", "POST"])
def give_on(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Name another officer who does what one who is off duty had to do."""
    actor, now = actor_of(request), timezone.now()
    duty = queries.owned_duty(actor, duty_id)
    owners = [
        (account, _("%(name)s, on duty") % {"name": name} if there else name)
        for account, name, there in queries.who_else(duty, now=now)
    ]
    form = GiveOnForm(sent(request), owners=owners)
    what = _(duty_kind(duty.kind, on=london_day(duty.opened_at)).label)
    return change(
        request,
        Action.SUPERVISE_TEAM,
        [duty.record_id],
        form,
        lambda: commands.give_on(by=actor, now=now, duty_id=duty_id, owner=UUID(form.cleaned_data["owner"])),
        success=_("Given on. It stands on their list, and its time runs on."),
        back=reverse("overview:turns-work"),
        title=_("Give this on: %(what)s") % {"what": what},
        button=_("Give it on"),
        lead=[
            _("Its time does not begin anew."),
            *([] if owners else [_("Nobody else of the role may see whom it is about.")]),
        ],
    )
