"""Places in the bar at the top of every page, of either site."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise

from throughline.foundations.access.rules import Action


class Entry(NamedTuple):
    """One place in the bar: its label, the name of its view, and the action one must be allowed there.

    What is ``seldom`` gone to stands at the foot of the page where there is much, so that the bar is of two lines.
    """

    label: str | Promise
    view: str
    action: Action
    seldom: bool = False


def marked(entries: Iterable[Entry], path: str) -> list[dict[str, object]]:
    """``entries`` as the service navigation takes them, with the one that holds ``path`` marked."""
    found = [(entry, reverse(entry.view)) for entry in entries]
    # the longest address wins, so that the front page does not claim every page below it
    holding = max((href for _, href in found if _below(path, href)), key=len, default=None)
    return [
        {
            "text": entry.label,
            "href": href,
            "current": href == path,
            "active": href == holding,
        }
        for entry, href in found
    ]


def _below(path: str, href: str) -> bool:
    return path == href or (href != "/" and path.startswith(href.rstrip("/") + "/"))
