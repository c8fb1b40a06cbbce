"""Where the bar at the top of every page leads, and which of it a given reader sees."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.rules import Action, Actor, may


class Entry(NamedTuple):
    """One place in the bar: its label, the name of its view, and the action one must be allowed there."""

    label: str | Promise
    view: str
    action: Action


#: In the order in which they are shown.
ENTRIES: list[Entry] = [
    Entry(_("Calls"), "contact:calls", Action.VIEW_CONTACT),
    Entry(_("What must happen next"), "overview:home", Action.VIEW_DUTIES),
    Entry(_("Supervision"), "contact:supervision", Action.SUPERVISE),
    Entry(_("Front counters"), "contact:counters", Action.KEEP_COUNTER),
    Entry(_("Your turn"), "contact:turn", Action.KEEP_TURN),
    Entry(_("Intelligence"), "contact:intelligence", Action.ANSWER_INTELLIGENCE),
    Entry(_("Recordings"), "contact:recordings", Action.KEEP_RECORDING),
    Entry(_("Search for a person"), "people:search", Action.SEARCH_PEOPLE),
    Entry(_("Stuck on a phone"), "offline:stuck", Action.SUPERVISE_TEAM),
    Entry(_("Orders, bail and warrants"), "cases:facts", Action.VIEW_CASE),
    Entry(_("On patrol"), "cases:patrol", Action.VISIT),
    Entry(_("Crime recording"), "cases:waiting", Action.RECORD_CRIME),
    Entry(_("Figures"), "figures:figures", Action.VIEW_MEASURES),
    Entry(_("Who looked at what"), "overview:looks", Action.READ_AUDIT),
    Entry(_("Accounts"), "manage_accounts", Action.MANAGE_ACCOUNTS),
    Entry(_("Imports"), "overview:imports", Action.IMPORT_PEOPLE),
    Entry(_("Confidential systems"), "contact:named", Action.NAME_CONFIDENTIAL),
    Entry(_("Reference lists"), "overview:reference", Action.READ_REFERENCE),
    Entry(_("Your account"), "own_account", Action.CHANGE_OWN_ACCOUNT),
]

#: Where the page of a person leads, of rooms that the room of people cannot know. Their views take the record.
FROM_A_PERSON: list[Entry] = [
    Entry(_("Cases, incidents, orders and bail"), "cases:of", Action.VIEW_CASE),
]


def from_a_person(record_id: UUID, allowed: Collection[Action]) -> list[tuple[str, str]]:
    """The addresses and labels of what else is known of a person, for who is allowed these actions."""
    return [
        (reverse(entry.view, args=[record_id]), str(entry.label))
        for entry in FROM_A_PERSON
        if entry.action in allowed
    ]


def links(actor: Actor, path: str) -> list[dict[str, object]]:
    """The entries that ``actor`` may follow, for the service navigation; that of ``path`` is marked.

    Only the page itself is ``current``; a page below it makes its entry ``active``.
    """
    return marked((entry for entry in ENTRIES if may(actor, entry.action)), path)


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
