"""The brief in words: every line of its five parts, as handler, officer and desk read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from throughline.casework.contact.rules.brief import (
    OWN,
    PLACE,
    SOMEBODY_ELSE,
    Brief,
    Kind,
    Known,
    Line,
    Part,
    Reading,
    Section,
    State,
)
from throughline.casework.people.views.wording import VOIDED_BECAUSE, day, label, said_in_words
from throughline.foundations.clock.rules import london_day
from throughline.linkage.places import Nearness

TITLES = {
    Part.DANGER: gettext_lazy("Danger"),
    Part.HIM: gettext_lazy("Him"),
    Part.CONTACT: gettext_lazy("Contact"),
    Part.HISTORY: gettext_lazy("History"),
    Part.CHILDREN: gettext_lazy("Children"),
}
STATES = {
    State.HELD: gettext_lazy("Held"),
    State.NONE_FOUND: gettext_lazy("None found"),
    State.NOT_CHECKED: gettext_lazy("Not checked"),
}
# what our own records lack where nobody, or only somebody it may be, was recognised
_UNKNOWN_HERE = {
    Part.DANGER: gettext_lazy("Nobody has said who it is. Find who it is."),
    Part.HIM: gettext_lazy("Nobody has said who he is. Ask for his name."),
    Part.CONTACT: gettext_lazy(
        "Nobody has said who she is, so no safe way is known. Do not ring back or text."
    ),
    Part.HISTORY: gettext_lazy("Nobody has said who she is. Ask whether it happened before."),
    Part.CHILDREN: gettext_lazy("Nobody has said who it is. Ask who is in the home, and see them."),
}
_GRADES = {
    "high": gettext_lazy("High risk"),
    "medium": gettext_lazy("Medium risk"),
    "standard": gettext_lazy("Standard risk"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line in words. ``strong`` is read first; ``pairs`` are questions with their answers."""

    text: str
    note: str = ""
    strong: bool = False
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one reading, under whom it may be (``may_be``) and where they were read (``source``)."""

    may_be: str
    source: str
    lines: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One part in words: what is held, where nothing was found, and what was not checked with who could."""

    part: Part
    title: str
    state: State
    state_words: str
    groups: tuple[Group, ...]
    none_found: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    changed: bool = False


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """What is known of the place, whoever is there, as the screen says it before anybody is recognised."""

    state: State
    state_words: str
    lines: tuple[Told, ...] = ()


def shown_place(reading: Reading, *, at: datetime) -> ShownPlace:
    """The reading of a place in words."""
    today = london_day(at)
    return ShownPlace(
        reading.state, str(STATES[reading.state]), tuple(_line(line, today) for line in reading.lines)
    )


@dataclass(frozen=True, slots=True)
class ShownBrief:
    """A brief as `contact/_brief.html` takes it: whom it is about, then its parts in order."""

    people: tuple[tuple[str, str, bool], ...] = ()
    parts: tuple[Shown, ...] = field(default=())


def shown(brief: Brief, *, at: datetime, changed: Iterable[Part] = ()) -> ShownBrief:
    """A brief in words; ``changed`` are the parts that say something new since the reader opened it."""
    today, new = london_day(at), set(changed)
    return ShownBrief(
        tuple((_part(one), _who(one), one.confirmed) for one in brief.people),
        tuple(_section(section, brief.people, today, section.part in new) for section in brief.sections),
    )


def _part(one: Known) -> str:
    return _("Victim") if one.part == "victim" else _("Suspect")


def _who(one: Known) -> str:
    return ", ".join(part for part in (one.name, one.age) if part)


def _section(section: Section, people: tuple[Known, ...], today: date, changed: bool) -> Shown:
    known: dict[UUID | None, Known] = {one.record_id: one for one in people}
    groups: list[Group] = []
    none_found: list[str] = []
    # sources that share a reason are said together; each sentence stands once
    not_checked: dict[str, list[str]] = {}
    still_open: dict[str, None] = {}
    for one in section.readings:
        maybe = known.get(one.about)
        if one.lines:
            source = "" if one.source in (OWN, PLACE) else _source(one, today)
            lines = tuple(_line(line, today) for line in one.lines)
            groups.append(Group(_may_be(maybe), source, lines))
        if one.state is State.NONE_FOUND:
            none_found.append(_nothing_in(one, maybe, today))
        elif one.source == SOMEBODY_ELSE:
            still_open[_("It may be somebody else, of whom nothing is known.")] = None
        elif one.state is State.NOT_CHECKED and one.source == PLACE:
            still_open[_("The place is not looked up: nobody has said a street or a postcode.")] = None
        elif one.state is State.NOT_CHECKED and one.source == OWN:
            still_open[_unknown(section.part, any(who.part == "victim" for who in people))] = None
        elif one.state is State.NOT_CHECKED:
            not_checked.setdefault(_why_unread(one), []).append(_system(one, today))
    return Shown(
        section.part,
        str(TITLES[section.part]),
        section.state,
        str(STATES[section.state]),
        tuple(groups),
        tuple(none_found),
        tuple(f"{', '.join(names)} ({why})" for why, names in not_checked.items()),
        tuple(still_open),
        changed,
    )


def _may_be(one: Known | None) -> str:
    return "" if one is None else _("May be %(name)s – not confirmed") % {"name": _who(one)}


def _system(one: Reading, today: date) -> str:
    if one.source == OWN:
        return _("This force’s records here")
    if one.source == PLACE:
        return _("Warnings about the place, and domestic incidents there in 12 months")
    return label("intelligence-systems", one.source, today)


def _source(one: Reading, today: date) -> str:
    name = _system(one, today)
    return f"{name} ({clock(one.read_at)})" if one.read_at else name


def _nothing_in(one: Reading, maybe: Known | None, today: date) -> str:
    if maybe is None:
        return _source(one, today)
    return _("%(source)s, if it is %(name)s") % {"source": _source(one, today), "name": _who(maybe)}


def _why_unread(one: Reading) -> str:
    if one.asked_at:
        return _("asked at %(time)s, not answered yet") % {"time": clock(one.asked_at)}
    could = _("%(who)s could check") % {"who": _(one.who)}
    if not one.read_at:
        return could
    if one.stale:
        return _("read at %(time)s before it was known who it is; %(could)s") % {
            "time": clock(one.read_at),
            "could": could,
        }
    return _("tried at %(time)s and not reached; %(could)s") % {"time": clock(one.read_at), "could": could}


def _unknown(part: Part, victim_known: bool) -> str:
    if part is Part.CONTACT and victim_known:
        return _(
            "No safe way is known. Do not ring back, text or leave a message. Whoever speaks to her asks."
        )
    return str(_UNKNOWN_HERE[part])


def clock(moment: datetime | None) -> str:
    """A time of day; with its day where that is another than today."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    near = abs(timezone.now() - moment) < timedelta(hours=12)
    return formats.date_format(local, "H:i" if near else "j F Y, H:i")


# --- lines ---------------------------------------------------------------------------------------------


def _line(line: Line, today: date) -> Told:
    return _WORDS[line.kind](line, line.detail, today)


def _grade(line: Line, detail: Any, today: date) -> Told:
    return Told(
        str(_GRADES.get(line.code, line.code)),
        _("graded by %(by)s on %(day)s") % {"by": detail["by"], "day": day(london_day(detail["at"]))},
        strong=True,
    )


def _counter(line: Line, detail: Any, today: date) -> Told:
    text = _("Counter-allegation: %(names)s are each named as the victim of the other") % {
        "names": _(" and ").join(detail["names"])
    }
    if not detail["by"]:
        return Told(text, _("nobody has decided who the primary perpetrator is: safeguard both"), strong=True)
    who = {"by": detail["by"], "day": day(london_day(detail["at"])), "name": detail["primary"]}
    if detail["primary"]:
        note = _("%(name)s is the primary perpetrator, decided by %(by)s on %(day)s") % who
    else:
        note = _("unresolved: safeguard both, decided by %(by)s on %(day)s") % who
    return Told(text, note, strong=True)


def _marker(line: Line, detail: Any, today: date) -> Told:
    return Told(label("markers", line.code, today), detail["name"], strong=True)


_NEAR = {
    Nearness.HERE: gettext_lazy("here"),
    Nearness.BUILDING: gettext_lazy("same house number; flat not said, or another"),
    Nearness.STREET: gettext_lazy("same street; house not said"),
}


def _place_marker(line: Line, detail: Any, today: date) -> Told:
    notes = [
        f"{_NEAR[detail['near']]}: {detail['address']}",
        _("whoever it was set for has left") if detail["left"] else "",
    ]
    return Told(label("markers", line.code, today), "; ".join(filter(None, notes)), strong=True)


def _place_incidents(line: Line, detail: Any, today: date) -> Told:
    told = ngettext(
        "%(count)s earlier domestic incident", "%(count)s earlier domestic incidents", detail["count"]
    )
    near = detail["near"]
    where = (
        _("within %(metres)s m of the caller’s position") % {"metres": detail["metres"]}
        if near is None
        else str(_NEAR[near])
    )
    last = _("in 12 months, the last on %(day)s") % {"day": day(london_day(detail["last"]))}
    return Told(told % {"count": detail["count"]}, f"{where}; {last}", strong=True)


def _stands(line: Line, detail: Any, today: date) -> Told:
    return Told(label("standing-facts", line.code, today), _("stands; see Him"))


def _fact(line: Line, detail: Any, today: date) -> Told:
    conditions = [label("conditions", code, today) for code in detail["conditions"] if code != "other"]
    words = [*conditions, *([line.words] if line.words else [])]
    notes = [
        _("against %(name)s") % {"name": detail["against"]},
        _("protects %(name)s") % {"name": detail["protects"]} if detail["protects"] else "",
        detail["issuer"],
        _("until %(day)s") % {"day": day(london_day(detail["until"]))}
        if detail["until"]
        else _("until it is ended"),
    ]
    text = label("standing-facts", line.code, today)
    return Told(f"{text}: {'; '.join(words)}" if words else text, "; ".join(filter(None, notes)), strong=True)


def _safe_contact(line: Line, detail: Any, today: date) -> Told:
    said = detail["said"]
    pairs, unasked = said_in_words(said)
    about = [said.phone.given if said.phone else "", said.address.shown if said.address else ""]
    pairs += [(_("About"), "; ".join(filter(None, about)))] if any(about) else []
    note = _("asked on %(day)s by %(who)s") % {"day": day(london_day(said.given_at)), "who": said.taken_by}
    if unasked:
        questions = ngettext(
            "%(count)s question not asked yet", "%(count)s questions not asked yet", len(unasked)
        )
        note = f"{note}; {questions % {'count': len(unasked)}}"
    return Told("", note, pairs=tuple(pairs))


def _void(line: Line, detail: Any, today: date) -> Told:
    return Told(
        _("What she said no longer holds"),
        _("void since %(day)s because %(why)s")
        % {"day": day(london_day(detail["at"])), "why": VOIDED_BECAUSE.get(line.code, line.code)},
        strong=True,
    )


def _incidents(line: Line, detail: Any, today: date) -> Told:
    told = ngettext(
        "%(count)s earlier incident in 12 months", "%(count)s earlier incidents in 12 months", detail["count"]
    )
    last = _("the last on %(day)s") % {"day": day(london_day(detail["last"]))}
    return Told(told % {"count": detail["count"]}, last, strong=True)


def _longer_ago(line: Line, detail: Any, today: date) -> Told:
    told = ngettext(
        "%(count)s incident more than 12 months ago",
        "%(count)s incidents more than 12 months ago",
        detail["count"],
    )
    return Told(
        told % {"count": detail["count"]}, _("the last on %(day)s") % {"day": day(london_day(detail["last"]))}
    )


def _gaps(line: Line, detail: Any, today: date) -> Told:
    days = [str(one) for one in detail["days"]]
    between = ngettext("%(days)s day between them", "%(days)s days between them", detail["days"][-1])
    return Told(
        _("Ever closer together"),
        between % {"days": ", then ".join(days)},
        strong=True,
    )


def _repeat(line: Line, detail: Any, today: date) -> Told:
    found = detail["repeat"]
    definition = found.definition
    is_it = _("Repeat victim") if found.is_repeat else _("Not a repeat victim")
    note = _("%(count)s in %(months)s months, where %(needed)s make one; as defined on %(day)s") % {
        "count": found.count,
        "needed": definition.needed,
        "months": definition.months,
        "day": day(definition.valid_from),
    }
    return Told(f"{is_it}: {definition.label}", note)


def _child(line: Line, detail: Any, today: date) -> Told:
    age = detail["age"] or _("age not known")
    note = "" if detail["certain"] else _("may be a child")
    return Told(f"{detail['name']}, {age}", note, strong=True)


def _answer(line: Line, detail: Any, today: date) -> Told:
    return Told(line.words)


def _see(line: Line, detail: Any, today: date) -> Told:
    return Told(_("Held; see %(part)s") % {"part": TITLES[Part(line.code)]})


def _withheld(line: Line, detail: Any, today: date) -> Told:
    return Told(
        _("Held, for named staff: ring the intelligence desk"),
        _("Whoever goes in rings the desk first; a handler tells them to."),
        strong=True,
    )


_WORDS: dict[Kind, Callable[[Line, Any, date], Told]] = {
    Kind.GRADE: _grade,
    Kind.COUNTER: _counter,
    Kind.MARKER: _marker,
    Kind.PLACE_MARKER: _place_marker,
    Kind.PLACE_INCIDENTS: _place_incidents,
    Kind.STANDS: _stands,
    Kind.FACT: _fact,
    Kind.SAFE_CONTACT: _safe_contact,
    Kind.VOID: _void,
    Kind.INCIDENTS: _incidents,
    Kind.LONGER_AGO: _longer_ago,
    Kind.GAPS: _gaps,
    Kind.REPEAT: _repeat,
    Kind.CHILD: _child,
    Kind.ANSWER: _answer,
    Kind.SEE: _see,
    Kind.WITHHELD: _withheld,
}
