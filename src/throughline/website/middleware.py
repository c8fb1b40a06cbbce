"""Runs each page inside one transaction, as its actor, with its look in the log before it is sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase

from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.routes import Open, insist_on_role, rule_of
from throughline.foundations.access.rules import Refused
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.website.views import problem

_ONLY_LOOKS = {"GET", "HEAD", "OPTIONS"}


class RoomMiddleware:
    """The frame around every page of a room.

    Default deny: a view without a rule is refused. The transaction holds the answer and its audit row
    together; a failing audit write fails the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        rule = rule_of(view)
        if rule is None:
            return problem(request, HTTPStatus.FORBIDDEN)
        if isinstance(rule, Open):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        actor = request.actor = request.user.actor
        try:
            with transaction.atomic():
                set_actor(actor)
                if request.method in _ONLY_LOOKS:
                    only_looking()
                insist_on_role(actor, rule)
                response = view(request, *args, **kwargs)
                if hasattr(response, "render"):
                    response = response.render()
                if response.status_code >= 500:
                    transaction.set_rollback(True)
        except Refused as refusal:
            with transaction.atomic():
                set_actor(actor)
                subjects = [refusal.record_id] if refusal.record_id else []
                record(actor, Event.Kind.REFUSED, rule, subjects=subjects, detail={"because": str(refusal)})
            # one that exists out of sight looks like one that does not exist
            status = HTTPStatus.NOT_FOUND if refusal.record_id else HTTPStatus.FORBIDDEN
            return problem(request, status)
        return response


def only_looking() -> None:
    """Close every guarded table until the transaction ends: this request may write its look alone."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('throughline.looking', 'on', true)")
