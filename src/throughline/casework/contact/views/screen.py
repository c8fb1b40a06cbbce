"""The screen of first contact: all that must be seen and done while somebody still speaks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from throughline.casework.contact.queries import calls as queries
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action


@guarded(Action.VIEW_CONTACT)
@require_http_methods(["GET"])
def screen(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One contact."""
    now = timezone.now()
    return render(
        request,
        "contact/screen.html",
        {"page": queries.contact_page(actor_of(request), contact_id, now=now), "now": now},
    )
