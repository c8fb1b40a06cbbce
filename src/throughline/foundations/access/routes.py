"""Which rule guards an address: said where the view is written, asked for before it runs."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver

from throughline.foundations.access.rules import RULES, Action, Actor, Refused

View = Callable[..., HttpResponseBase]


class Open(StrEnum):
    """The few addresses that need no account: signing in, and what is the same for everybody."""

    TO_EVERYBODY = "to everybody"


def guarded(rule: Action | Open) -> Callable[[View], View]:
    """Decorate a view with the rule that it stands under."""

    def mark(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(view: Any) -> Action | Open | None:
    """The rule that a view stands under; one without is served to nobody."""
    return getattr(view, "rule", None)


def actor_of(request: HttpRequest) -> Actor:
    """Who asks for this page, as the frame around it has said (`website.middleware.RoomMiddleware`)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def insist_on_role(actor: Actor, action: Action) -> None:
    """Refuse an account whose role no rule for ``action`` names; the record itself is asked about later."""
    if not any(rule.action == action and actor.role in rule.roles for rule in RULES):
        raise Refused("No rule allows it")


def routes(
    resolver: URLResolver, before: str = "", space: str = ""
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every address below a resolver, those of libraries too: its pattern, its full name and its view."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, f"{space}{pattern.name or ''}", pattern.callback
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern, route, inner)
