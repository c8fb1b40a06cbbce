"""Where the bar at the top of every page of the national site leads, and what else its frame shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.rules import Action, may
from throughline.website import rendering
from throughline.website.entries import Entry, marked

#: What everybody sees, signed in or not.
PUBLIC = [
    Entry(_("Published editions"), "publication:editions", Action.SIGN_IN),
    Entry(_("Release calendar"), "publication:calendar", Action.SIGN_IN),
    Entry(_("Revisions"), "publication:revisions", Action.SIGN_IN),
]
#: At the foot of every page, for whoever finds themselves in what they read.
FOOT = [Entry(_("If this is happening to you: whom to ring"), "publication:help", Action.SIGN_IN)]
ENTRIES = [
    Entry(_("Rounds"), "collection:rounds", Action.VIEW_ROUNDS),
    *PUBLIC,
    Entry(_("Accounts"), "manage_accounts", Action.MANAGE_ACCOUNTS),
    Entry(_("Who did what"), "collection:log", Action.READ_NATIONAL_LOG),
    Entry(_("Your account"), "own_account", Action.CHANGE_OWN_ACCOUNT),
]


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page shows, with where its reader may go."""
    user = getattr(request, "user", None)
    entries = [*PUBLIC, Entry(_("Sign in"), "account_login", Action.SIGN_IN)]
    if user is not None and user.is_authenticated:
        entries = [one for one in ENTRIES if may(user.actor, one.action)]
    return {
        **rendering.frame(request),
        "navigation": marked(entries, request.path),
        "seldom": marked(FOOT, request.path),
        "kept_of_you": _("What you send, say and sign here is kept with your name and the time."),
        "for_whom": _("Counts alone: no person is held or shown here."),
    }
