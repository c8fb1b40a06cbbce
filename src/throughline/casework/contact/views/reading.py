"""A contact in words, as whoever reviews it reads it: nobody learns codes to judge a colleague's work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries.calls import ContactPage, staff_names
from throughline.casework.contact.views.briefs import grade_of
from throughline.casework.people.views.wording import answer_in_words, label
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import applicable


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was answered to a question set: every question that applied, with its answer or an empty text.

    Texts and labels are of the version under which it was answered. ``complete`` was said by who answered.
    """

    pairs: tuple[tuple[str, str], ...]
    by: str
    at: datetime
    complete: bool


def weighed(kept: Answers | None) -> Weighed | None:
    """Answers in words; None where nothing was answered."""
    if kept is None:
        return None
    instrument, answers = library().version(kept.instrument, kept.version), kept.answers
    pairs = []
    for question in applicable(instrument, answers):
        answer, words = answers.get(question.code), answers.get(question.words_code)
        said = "" if answer is None else answer_in_words(question, answer)
        pairs.append((_(question.text), f"{said}: {words}" if words else said))
    by = staff_names([kept.answered_by]).get(kept.answered_by, "")
    return Weighed(tuple(pairs), by, kept.at, kept.complete)


def in_words(page: ContactPage, thrive: Answers | None) -> dict[str, Any]:
    """What `contact/_read.html` needs beside the page itself."""
    return {
        "thrive": weighed(thrive),
        "grade_of": grade_of,
        "told": told(page.contact),
        "parts": {
            one.part: label("involvements", one.part, london_day(page.contact.received_at))
            for one in page.parties
        },
    }


def told(contact: Contact) -> dict[str, str]:
    """What was chosen from lists about a contact, by the field's name; a list's label as of that day."""
    on = london_day(contact.received_at)
    lists = {
        "channel": "contact-channels",
        "caller": "callers",
        "line": "contact-lines",
        "recorded_as": "incident-kinds",
    }
    return {
        field: label(name, code, on) if (code := getattr(contact, field)) else ""
        for field, name in lists.items()
    }
