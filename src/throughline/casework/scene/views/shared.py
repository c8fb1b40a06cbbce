"""What the pages of this room share."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.scene.models import Attendance
from throughline.casework.scene.queries.pages import Visit
from throughline.casework.scene.rules import INSTRUMENTS, Section
from throughline.casework.scene.views.wording import STATES, TITLES, WORDING
from throughline.foundations.drafts.views import recalled

both = require_http_methods(["GET", "POST"])


def page(request: HttpRequest, template: str, form: BaseForm | None = None, **context: Any) -> HttpResponse:
    """A page of this room; opened again, its form offers what its reader typed there and never sent."""
    if request.method == "GET" and form is not None:
        recalled(request, form)
    return render(request, template, {"form": form, **WORDING, **context})


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
