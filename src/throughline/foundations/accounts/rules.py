"""What is known of a sign-in, when a session is over, and the passwords that are read out once."""

import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

#: A user name can be dictated over the telephone, and is the same in capitals.
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")

# without letters and figures that are taken for one another
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class SignIn(StrEnum):
    """What the log says of signing in and out."""

    SUCCESS = "sign-in.success"
    WRONG_PASSWORD = "sign-in.wrong-password"  # noqa: S105 (a code)
    WRONG_CODE = "sign-in.wrong-code"
    LOCKED_OUT = "sign-in.locked-out"
    CLOSED = "sign-in.account-closed"
    NOT_BOUND = "sign-in.identity-not-bound"
    SIGN_OUT = "sign-out"
    ENDED = "session.ended"


class Session(StrEnum):
    """What a session holds of its sign-in."""

    SIGNED_IN_AT = "signed_in_at"
    SEEN_AT = "seen_at"
    ENDED = "ended"
    SECOND_FACTOR = "second_factor"
    ONE_TIME_PASSWORD = "one_time_password"  # noqa: S105 (a key of the session)


def is_over(
    *, signed_in_at: datetime, seen_at: datetime, now: datetime, idle: timedelta, longest: timedelta
) -> bool:
    """Say whether a session has ended: nobody used it for ``idle``, or it has lasted ``longest``."""
    return now - seen_at >= idle or now - signed_in_at >= longest


def readable_password() -> str:
    """A password of 78 bits that can be read out over the telephone, for one use."""
    letters = [secrets.choice(_READABLE) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def proves_second_factor(claims: dict[str, object], claim: str, value: str) -> bool:
    """Say whether an identity provider's ``claims`` tell of a second factor.

    ``amr`` is a list of methods and ``acr`` one class (OpenID Connect Core 1.0, section 2; RFC 8176 has
    the methods' names); ``value`` must be, or stand in, what ``claim`` holds.
    """
    held = claims.get(claim)
    return value in held if isinstance(held, list) else held == value
