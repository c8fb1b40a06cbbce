"""What the pages of this room share."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.rules import Part
from throughline.casework.people.rules import PURPOSES
from throughline.casework.people.views.changing import in_conflict
from throughline.casework.scene.models import Attendance
from throughline.casework.scene.queries.pages import Visit, children_around
from throughline.casework.scene.queries.reach import Row, of_part
from throughline.casework.scene.rules import INSTRUMENTS, Section
from throughline.casework.scene.views.wording import STATES, TITLES, WORDING
from throughline.foundations.access.routes import actor_of
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.offline.marking import Along, Pages, take_along
from throughline.reference import load

both = require_http_methods(["GET", "POST"])


def page(
    request: HttpRequest,
    template: str,
    form: BaseForm | None = None,
    *,
    changed: bool = False,
    **context: Any,
) -> HttpResponse:
    """A page of this room; opened again, its form offers what its reader typed there and never sent.

    ``changed``, or a form in conflict, says that what it answered is not what stands any more.
    """
    if (
        request.method == "GET"
        and form is not None
        and (draft := recalled(request, form))
        and "after" in draft.typed
    ):
        # what was changed since it was typed is still a conflict
        context["after"] = draft.typed["after"]
    status = HTTPStatus.CONFLICT if changed or (form and in_conflict(form)) else HTTPStatus.OK
    return render(request, template, {"form": form, **WORDING, **context}, status=status)


def stood_on(request: HttpRequest, standing: Row | None) -> str:
    """The id of what the page shows, or showed as it was answered; empty for nothing."""
    return request.POST.get("after", "") if request.method == "POST" else str(standing.id if standing else "")


def along_with(request: HttpRequest, own: Attendance | None, *, also: Pages | None = None) -> Along | None:
    """Whoever is at an incident takes every page of their visit along, and what later rooms add to it.

    ``also`` is what the page itself leads to. Nobody takes anything along before they are there.
    """
    if own is None:
        return None
    incident = own.incident
    children = {one.record_id for one in children_around(incident, london_day(timezone.now()))}
    return take_along(
        request,
        about=incident.id,
        label=incident.number,
        subjects={*incident.subjects, *children},
        pages=pages_of(own) | dict(also or {}),
        purpose=PURPOSES.get(actor_of(request).role, ""),
    )


def pages_of(own: Attendance) -> dict[str, str | Promise]:
    """The addresses of all that is written on a visit, with what each page is called: children are numbered."""
    incident = own.incident
    of_visit: dict[str, str | Promise] = {
        "visit": _("At the scene"),
        **{section: TITLES[section] for section in INSTRUMENTS},
        "chart": _("Mark an injury"),
        "earlier": TITLES[Section.EARLIER],
        "children": TITLES[Section.CHILDREN],
        "leave": _("Leaving the scene"),
    }
    of_incident: dict[str, str | Promise] = {
        "evidence": TITLES[Section.EVIDENCE],
        "actions": TITLES[Section.ACTION],
        "child-decision": _("What is done for the children"),
        "read": _("What was found at the scene"),
    }
    found = {reverse(f"scene:{name}", args=[own.id]): title for name, title in of_visit.items()}
    for number, child in enumerate(of_part(incident, Part.CHILD), 1):
        found[reverse("scene:child", args=[own.id, child])] = _("Child %(number)s") % {"number": number}
    found |= {reverse(f"scene:{name}", args=[incident.id]): title for name, title in of_incident.items()}
    for row in load("evidence-items").as_of(london_day(timezone.now())):
        title = _("Evidence: %(what)s") % {"what": _(row.label)}
        found[reverse("scene:item", args=[incident.id, row.code])] = title
    for number, suspect in enumerate(of_part(incident, Part.SUSPECT), 1):
        title = _("What was done about suspect %(number)s") % {"number": number}
        found[reverse("scene:action", args=[incident.id, suspect])] = title
    return found


def address_of(section: Section, attendance: Attendance) -> str:
    """Where a section of a visit is written."""
    if section in INSTRUMENTS or section in (Section.EARLIER, Section.CHILDREN):
        return reverse(f"scene:{section}", args=[attendance.id])
    return reverse(
        "scene:evidence" if section is Section.EVIDENCE else "scene:actions", args=[attendance.incident_id]
    )


def tasks(of: Visit) -> list[dict[str, Any]]:
    """The task list of a visit, as the component takes it. What was said before opens after her own account."""
    listed = []
    for section, state in of.states.items():
        words, colour = STATES[state]
        shut = section is Section.EARLIER and not of.account_written
        listed.append(
            {
                "title": {"text": TITLES[section]},
                "href": None if shut else address_of(section, of.attendance),
                "hint": None,
                "status": {"text": _("Shown after her own account")}
                if shut
                else {"tag": {"text": words, "classes": f"govuk-tag--{colour}"}},
            }
        )
    return listed


def back_to(own: Attendance | None, incident_id: UUID) -> str:
    """Where a small page of an incident leads back to: one's own visit, else what is read of the scene."""
    if own is not None:
        return reverse("scene:visit", args=[own.id])
    return reverse("scene:read", args=[incident_id])


def done(request: HttpRequest, to: str, words: str) -> HttpResponse:
    """On to another page, which says what was done."""
    messages.success(request, words)
    return redirect(to)
