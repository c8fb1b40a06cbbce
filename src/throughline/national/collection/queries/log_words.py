"""The log in plain words: what was done, by whom it is done, and of what."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from throughline.foundations.access.rules import Action
from throughline.foundations.accounts.rules import SignIn
from throughline.foundations.audit.models import Event
from throughline.national.collection.rules import FileRule, Move

#: What an act is about, as it is chosen from and as it stands where no more is known of it.
ACTS: Final[dict[str, Any]] = {
    Action.VIEW_ROUNDS: _("Looked at the rounds"),
    Action.VIEW_RETURN: _("Looked at a return"),
    Action.SEND_RETURN: _("Sent a return"),
    Action.ANSWER_QUERY: _("Answered a question"),
    Action.SIGN_RETURN: _("Signed figures"),
    Action.VERIFY_RETURN: _("Judged a return"),
    Action.RUN_ROUND: _("Ran a round"),
    Action.REMOVE_FILE: _("Removed a file"),
    Action.READ_NATIONAL_LOG: _("Read this log"),
    Action.ROTATE_KEYS: _("Rotated the keys"),
    Action.MANAGE_ACCOUNTS: _("Kept accounts"),
    Action.CHANGE_OWN_ACCOUNT: _("Changed their own account"),
    Action.KEEP_DRAFT: _("Kept what was typed"),
    Action.SIGN_IN: _("Signed in or out"),
    SignIn.SUCCESS: _("Signed in"),
    SignIn.WRONG_PASSWORD: _("Gave a wrong password"),
    SignIn.WRONG_CODE: _("Gave a wrong code"),
    SignIn.LOCKED_OUT: _("Was locked out after too many attempts"),
    SignIn.CLOSED: _("Tried to sign in to a closed account"),
    SignIn.NOT_BOUND: _("Came with an identity that is bound to no account"),
    SignIn.SIGN_OUT: _("Signed out"),
    SignIn.ENDED: _("Was signed out: the session had ended"),
}
#: What an act was, where the log says more of it: by a key of its detail, and that key's value where there are several.
_EXACTLY: Final[dict[tuple[str, str, str], Any]] = {
    (Action.RUN_ROUND, "enrolled", ""): _("Let a force take part"),
    (Action.RUN_ROUND, "taken", ""): _("Took what is signed for an edition"),
    (Action.RUN_ROUND, "edition", ""): _("Announced or moved a release"),
    (Action.RUN_ROUND, "round", ""): _("Opened a round"),
    (Action.VERIFY_RETURN, "compared", ""): _("Held every return against the others"),
    (Action.VERIFY_RETURN, "move", Move.ACCEPT): _("Accepted an answer"),
    (Action.VERIFY_RETURN, "move", Move.ASK_AGAIN): _("Asked a question again"),
    (Action.VERIFY_RETURN, "move", Move.WITHDRAW): _("Took a question back"),
    (Action.VERIFY_RETURN, "force", ""): _("Asked a question of their own"),
    (Action.REMOVE_FILE, "rule", FileRule.MISTAKE): _("Removed a file that was sent by mistake"),
    (Action.REMOVE_FILE, "rule", FileRule.FIGURES): _("Removed a file whose time was over"),
    (Action.REMOVE_FILE, "rule", FileRule.NO_RETURN): _(
        "Removed a file that could not be read and whose time was over"
    ),
    (Action.MANAGE_ACCOUNTS, "what", "made"): _("Made an account"),
    (Action.MANAGE_ACCOUNTS, "what", "given-password"): _("Gave an account a one-time password"),
    (Action.MANAGE_ACCOUNTS, "what", "closed"): _("Closed an account"),
    (Action.MANAGE_ACCOUNTS, "what", "reset-second-factor"): _("Reset the second factor of an account"),
    (Action.MANAGE_ACCOUNTS, "what", "bound-identity"): _("Bound an account to an identity"),
    (Action.CHANGE_OWN_ACCOUNT, "page", "account_change_password"): _("Changed their password"),
    (Action.CHANGE_OWN_ACCOUNT, "page", "mfa_activate_totp"): _("Set up an app for codes"),
    (Action.CHANGE_OWN_ACCOUNT, "page", "mfa_generate_recovery_codes"): _("Made new recovery codes"),
    (Action.CHANGE_OWN_ACCOUNT, "page", "account_reauthenticate"): _("Gave their password again"),
    (Action.CHANGE_OWN_ACCOUNT, "page", "mfa_reauthenticate"): _("Gave a code again"),
}
#: What stands beside an act. What is in the act's words already is not said again.
_DETAILS: Final[dict[str, Any]] = {
    "enrolled": _("force"),
    "force": _("force"),
    "round": _("round"),
    "edition": _("edition"),
    "files": _("files"),
    "file": _("file"),
    "version": _("version"),
    "digest": _("fingerprint"),
    "question": _("question"),
    "account": _("account"),
    "action": _("narrowed to"),
    "day": _("day"),
    "because": _("because"),
}


def act_in_words(event: Event) -> str:
    """What was done, in a sentence's words; a refusal says what was refused. What nobody gave words keeps its code."""
    words = ""
    for (action, key, value), said in _EXACTLY.items():
        if action == event.action and key in event.detail and value in ("", event.detail[key]):
            words = str(said)
            break
    words = words or str(ACTS.get(event.action, event.action))
    return gettext("Was refused: %(act)s") % {"act": words} if event.kind == Event.Kind.REFUSED else words


def details_in_words(detail: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """What it was about: names where there are any, an id or a digest by its beginning."""
    return [
        f"{_DETAILS[key]}: {_value(key, str(value), names)}"
        for key, value in detail.items()
        if value and key in _DETAILS
    ]


def _value(key: str, value: str, names: Mapping[str, str]) -> str:
    if key == "action":
        return str(ACTS.get(value, value))
    if value in names:
        return names[value]
    return (
        value[:8]
        if key in ("digest", "question", "version", "file", "account", "force", "round") and len(value) > 30
        else value
    )
