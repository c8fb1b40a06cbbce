"""Codes of this room in the words of `reference`, for its templates."""

from datetime import date
from typing import Any

from django.utils import timezone

from throughline.casework.people.views.wording import code_in_words, label
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


def _today() -> date:
    return london_day(timezone.now())


def in_words(list_name: str, code: str) -> str:
    """What `reference` calls a code today; empty for none."""
    return label(list_name, code, _today()) if code else ""


def line_in_words(kind: str, code: str) -> str:
    """The code of a line of the timeline in words."""
    return code_in_words(kind, code, _today()) if kind not in _SAYS_ENOUGH else ""


# the label of the kind says it all, or a judgement stands beside the incident
_SAYS_ENOUGH = ("incident-judged", "crime-reviewed", "primary-reviewed")

#: What every template of this room reads by.
WORDING: dict[str, Any] = {"label": in_words, "line_in_words": line_in_words, "Action": Action}
