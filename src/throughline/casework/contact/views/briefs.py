"""The brief for whoever attends, on a telephone with patchy signal, and for the control room.

Every act is a plain form that may be sent twice. Opening answers with the brief itself, not with a way to it:
one round trip, and nothing counts as opened that was not on its way to the reader.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from throughline.casework.contact.commands.briefing import acknowledge, open_brief
from throughline.casework.contact.commands.sending import arrive
from throughline.casework.contact.models import Deployment
from throughline.casework.contact.queries.brief import brief_for
from throughline.casework.contact.queries.briefing import (
    BriefPage,
    brief_page,
    insist_attends,
    my_briefs,
    newer_than,
)
from throughline.casework.contact.queries.calls import the_contact
from throughline.casework.contact.views import brief_words
from throughline.casework.people.rules import PURPOSES
from throughline.casework.people.views.wording import label
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Role, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.offline.marking import Along, done_at, take_along

_UNIT = "unit"
_LONGEST_UNIT = 20


def unit_of(request: HttpRequest) -> str:
    """The call sign of the unit that an officer says they are with this turn."""
    return str(request.session.get(_UNIT, ""))


def grade_of(deployment: Deployment) -> str:
    """The grade of response in words."""
    return label("response-grades", deployment.grade, london_day(deployment.decided_at))


#: What every page about a deployment says in words.
WORDS: dict[str, Any] = {"grade_of": grade_of, "clock": brief_words.clock}


@guarded(Action.READ_BRIEF)
@require_http_methods(["GET", "POST"])
def briefs(request: HttpRequest) -> HttpResponse:
    """An officer's deployments with their briefs; a post says which unit the officer is with."""
    if request.method == "POST":
        request.session[_UNIT] = "".join(request.POST.get(_UNIT, "").split()).upper()[:_LONGEST_UNIT]
        return redirect("contact:briefs")
    actor, unit = actor_of(request), unit_of(request)
    shown = my_briefs(actor, unit=unit, at=timezone.now())
    is_officer = actor.role is Role.OFFICER
    return render(
        request, "contact/briefs.html", {"briefs": shown, "unit": unit, "is_officer": is_officer, **WORDS}
    )


@guarded(Action.READ_BRIEF)
@require_http_methods(["GET", "POST"])
def brief(request: HttpRequest, brief_id: UUID) -> HttpResponse:
    """One brief. Posts: open, read (acknowledged), arrived; each again changes nothing."""
    if request.method == "POST":
        return _done(request, brief_id)
    return _page(request, brief_id)


@guarded(Action.READ_BRIEF)
@require_GET
def news(request: HttpRequest, brief_id: UUID) -> HttpResponse:
    """Whether a newer brief was sent than a page shows, as a script asks every few seconds. Shows nobody."""
    newer = newer_than(actor_of(request), brief_id, unit=unit_of(request))
    return render(request, "contact/_newer.html", {"newer": newer, **WORDS})


def _done(request: HttpRequest, brief_id: UUID) -> HttpResponse:
    # read or there when the officer said so, also where that was without signal
    actor, now, unit = actor_of(request), done_at(request, timezone.now()), unit_of(request)
    match request.POST.get("do"):
        case "open":
            return _page(request, open_brief(by=actor, now=now, brief_id=brief_id, unit=unit).id)
        case "read":
            acknowledge(by=actor, now=now, brief_id=brief_id, unit=unit)
        case "arrived":
            _arrived(request, brief_id)
        case _:
            raise BadRequest("do: none of open, read and arrived")
    return redirect("contact:brief", brief_id)


def _arrived(request: HttpRequest, brief_id: UUID) -> None:
    page = brief_page(actor_of(request), brief_id, unit=unit_of(request), at=timezone.now())
    insist_attends(actor_of(request), page.deployment, unit_of(request))
    arrive(by=actor_of(request), now=done_at(request, timezone.now()), deployment_id=page.deployment.id)


def _page(request: HttpRequest, brief_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    page = brief_page(actor, brief_id, unit=unit_of(request), at=now)
    told = brief_words.shown(page.told, at=now, changed=page.changed) if page.told else None
    return render(
        request,
        "contact/brief.html",
        {
            "page": page,
            "brief": told,
            "changed": [str(brief_words.TITLES[part]) for part in page.changed],
            "along": _along(request, page),
            "asks": may(actor, Action.ASK_INTELLIGENCE),
            **WORDS,
        },
    )


def _along(request: HttpRequest, page: BriefPage) -> Along | None:
    """Whoever attends takes an opened brief along: at the door there may be no signal."""
    if not page.attends or page.told is None:
        return None
    contact = page.contact
    return take_along(
        request,
        about=contact.incident_id or contact.id,
        label=contact.incident.number if contact.incident else "",
        subjects=contact.subjects,
        pages={reverse("contact:brief", args=[page.brief.id]): _("Brief")},
        purpose=PURPOSES[actor_of(request).role],
    )


@guarded(Action.READ_BRIEF)
@require_safe
def of_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """The brief of a contact as it stands now, sent or not."""
    actor, now = actor_of(request), timezone.now()
    contact = the_contact(actor, contact_id)
    told = brief_for(actor, contact, at=now)
    return render(
        request,
        "contact/contact_brief.html",
        {
            "contact": contact,
            "deployment": contact.deployments.filter(superseded_by=None).first(),
            "brief": brief_words.shown(told, at=now),
            "asks": may(actor, Action.ASK_INTELLIGENCE),
            **WORDS,
        },
    )
