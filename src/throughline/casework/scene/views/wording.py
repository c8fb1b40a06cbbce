"""Codes of this room in words."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy, gettext_noop

from throughline.casework.people.views.wording import answer_in_words
from throughline.casework.people.views.wording import label as label_on
from throughline.casework.scene.queries.earlier import Given
from throughline.casework.scene.rules import Because, Section, State, Verdict
from throughline.foundations.clock.rules import london_day

TITLES = {
    Section.ACCOUNT: gettext_lazy("What she and he say"),
    Section.EARLIER: gettext_lazy("Said before: still true?"),
    Section.INJURIES: gettext_lazy("Injuries"),
    Section.DANGER: gettext_lazy("Weapons and orders"),
    Section.CHILDREN: gettext_lazy("Children"),
    Section.ACTION: gettext_lazy("What was done about him"),
    Section.EVIDENCE: gettext_lazy("Evidence"),
    Section.VIDEO: gettext_lazy("Body-worn video"),
    Section.MESSAGES: gettext_lazy("Messages and social media"),
    Section.SAFETY: gettext_lazy("Safety now"),
    Section.STATEMENT: gettext_lazy("Her personal statement"),
}
STATES = {
    State.NOT_STARTED: (gettext_lazy("Not started"), "blue"),
    State.WRITTEN: (gettext_lazy("Something written"), "yellow"),
    State.FINISHED: (gettext_lazy("Finished"), "green"),
}
VERDICTS = {
    Verdict.STILL_TRUE: gettext_lazy("Still true"),
    Verdict.NO_LONGER: gettext_lazy("No longer"),
    Verdict.NOT_ASKED: gettext_lazy("Not asked"),
}
BECAUSE = {
    Because.INVOLVED: gettext_lazy("Named in this incident"),
    Because.HOUSEHOLD: gettext_lazy("Lives with one of them"),
    Because.FAMILY: gettext_lazy("Of the family of one of them"),
}
# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("You have left: what you wrote stands. Add to it instead"),
    gettext_noop("is none of still true, no longer and not asked"),
    gettext_noop("is longer than 10000 characters"),
    gettext_noop("is nobody of this incident"),
    gettext_noop("choose at least one place on the body"),
    gettext_noop("is not on the list"),
    gettext_noop("There is no such injury"),
    gettext_noop("is none of done, not done, not applicable and for the investigator"),
    gettext_noop("is not a reason for this"),
    gettext_noop("is done when it was listened to and has an exhibit reference: until then say who does it"),
    gettext_noop("is no suspect of this incident"),
    gettext_noop("is needed: say what you would have done and why"),
    gettext_noop("is not a possible age"),
    gettext_noop("is empty: write what the child is called, if only “a boy”"),
    gettext_noop("is grown up, as far as is known"),
    gettext_noop("is no child of this incident"),
    gettext_noop("is needed: it is read where the child is looked after next"),
    gettext_noop("cannot be: a child is named in this incident"),
    gettext_noop("choose at least one child"),
    gettext_noop("is needed: name who finds out"),
    gettext_noop("is needed: a time to come, by when it is found out"),
    gettext_noop("It is your own: add to it"),
)


def label(list_name: str, code: str) -> str:
    """What `reference` calls a code today; empty for none."""
    return label_on(list_name, code, london_day(timezone.now())) if code else ""


def answer(given: Given) -> str:
    """An answer as the page says it, with the words that stand beside it."""
    text = answer_in_words(given.question, given.answer)
    return f"{text}: {given.words}" if given.words else text


#: What every template of this room reads by.
WORDING: dict[str, Any] = {
    "label": label,
    "answer": answer,
    "titles": TITLES,
    "state_words": STATES,
    "verdicts": VERDICTS,
    "because_words": BECAUSE,
    "Section": Section,
}
