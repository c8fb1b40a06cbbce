"""Who is this? The search page, what is made of its matches, and adding a person whom nobody found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from throughline.foundations.access.routes import guarded
from throughline.foundations.access.rules import Action


@guarded(Action.SEARCH_PEOPLE)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The search page; a post brings what it found."""
    return render(request, "people/search.html")


@guarded(Action.DECIDE_MATCH)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Keep whether a match is the person asked about."""
    return render(request, "people/search.html")


@guarded(Action.ADD_PERSON)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person whom no record is of."""
    return render(request, "people/add.html")
