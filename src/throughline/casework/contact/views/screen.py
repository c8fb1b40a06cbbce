"""The screen of first contact: all that must be seen and done while somebody still speaks.

It is one form. Every button sends all of it, and what was typed is saved before the button is obeyed; with
JavaScript it is saved as it is typed. What cannot be saved, since a colleague was quicker, is shown beside
what stands.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.contact.commands import asking, knowing, sending, taking
from throughline.casework.contact.commands.taking import change, enquiry_of
from throughline.casework.contact.forms.screen import ScreenForm, as_shown
from throughline.casework.contact.models import Contact
from throughline.casework.contact.queries import calls as queries
from throughline.casework.contact.queries.asking import asking_of
from throughline.casework.contact.queries.brief import compose
from throughline.casework.contact.queries.briefing import states_of
from throughline.casework.contact.queries.calls import ContactPage
from throughline.casework.contact.queries.places import KnownPlace, known_place
from throughline.casework.contact.queries.recordings import told as told_of_recording
from throughline.casework.contact.rules.brief import Brief, without_the_place
from throughline.casework.contact.rules.looking import SUSPECT, VICTIM
from throughline.casework.contact.rules.script import COUNTER_OPENING
from throughline.casework.contact.rules.taking import Overtaken
from throughline.casework.contact.views import brief_words
from throughline.casework.contact.views.recordings import STANDING
from throughline.casework.people.commands.recognition import tell_the_desk
from throughline.casework.people.commands.recording import NewAddress, NewName, Particulars, add_record
from throughline.casework.people.forms.searching import carried_over
from throughline.casework.people.models import Match
from throughline.casework.people.queries import searching
from throughline.casework.people.queries.searching import Answer, Found
from throughline.casework.people.rules import PURPOSES, Conflict, Malformed
from throughline.casework.people.views.explaining import beside_what_was_heard
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor, Role, may
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.commands import keep as keep_draft
from throughline.foundations.drafts.commands import let_go
from throughline.foundations.drafts.queries import Recalled, recall
from throughline.foundations.drafts.views import is_overtaken
from throughline.foundations.instruments.queries import latest
from throughline.linkage.description import Description
from throughline.reference import load

_MATCHES = 5
# after a button, where the page opens
_THEN_AT = {
    "send": "who",
    "is": "other",
    "add": "other",
    "say": "words",
    "answer": "ask",
    "speak": "ask",
    "advice": "advice",
}
# what a command calls by another name than the page
_BOXES = {"appointment_at": "appointment_time"}


@dataclass(frozen=True, slots=True)
class Card:
    """One person that it may be, and what was made of that."""

    found: Found
    markers: tuple[str, ...]
    reading: str

    @property
    def is_child(self) -> bool:
        return self.found.age.isdecimal() and int(self.found.age) < 18


@dataclass(frozen=True, slots=True)
class Matches:
    """Who it may be: the ``part`` of whom is looked for, empty where everybody is known."""

    part: str = ""
    cards: tuple[Card, ...] = ()
    more: bool = False
    asked: bool = False
    too_little: bool = False
    too_common: bool = False
    # whom the look of the search has named, also those who are not shown
    looked_at: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that a colleague has changed meanwhile: what stands by whom, and what was typed here."""

    name: str
    label: str
    stands: str
    typed: str
    by: str
    at: datetime


@guarded(Action.VIEW_CONTACT)
@require_http_methods(["GET", "POST"])
def screen(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One contact. A post saves what was typed and does what its button says."""
    now = timezone.now()
    if request.method == "GET":
        return _Screen(request, contact_id, now).opened()
    return _Screen(request, contact_id, now, posted=request.POST).posted()


@guarded(Action.VIEW_CONTACT)
@require_http_methods(["GET"])
def why(request: HttpRequest, contact_id: UUID, record_id: UUID) -> HttpResponse:
    """What has been heard so far beside one of those whom it may be: what speaks for them, and what against."""
    contact = queries.the_contact(actor_of(request), contact_id)
    wanted = queries.to_look_for(contact, today=london_day(timezone.now()))
    heard = wanted[0][1] if wanted else Description()
    back = reverse("contact:contact", args=[contact_id])
    return beside_what_was_heard(request, heard, record_id, leads_back=back)


class _Screen:
    """One request of the screen."""

    def __init__(
        self, request: HttpRequest, contact_id: UUID, now: datetime, posted: QueryDict | None = None
    ) -> None:
        self.request = request
        self.actor = actor_of(request)
        self.contact_id = contact_id
        self.now = now
        self.today = london_day(now)
        self.takes = may(self.actor, Action.TAKE_CONTACT)
        self.clashes: list[Clash] = []
        self.version = 0
        # the version from which the page goes on, where that is not the one that stands
        self.goes_on_from = 0
        self.draft: Recalled | None = None
        # before anything is written, so that a contact out of sight is refused
        self.before = queries.the_contact(self.actor, contact_id)
        self.form = ScreenForm(posted, today=self.today, officers=_officers() if self.takes else [])
        if posted is not None:
            self.form.full_clean()

    # --- opening ---

    def opened(self) -> HttpResponse:
        if (
            self.takes
            and self.before.channel == "front-counter"
            and self.before.taken_by == self.actor.id
            and latest(self.actor, subject=self.contact_id, instrument=COUNTER_OPENING) is None
        ):
            return redirect("contact:opening", self.contact_id)
        return self.page(self.look(tells=False), "contact/screen.html")

    # --- posting ---

    def posted(self) -> HttpResponse:
        typing = self.request.headers.get("HX-Request") == "true"
        overtaken = is_overtaken(self.request)
        if typing and overtaken:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        do, _between, what = self.request.POST.get("do", "save").partition(":")
        if do in ("mine", "theirs"):
            self.settle(do, what)
        # what was typed since, and is saved, stands
        if not overtaken:
            self.save()
        if typing:
            self.keep_what_is_not_saved()
            return self.page(self.look(), "contact/_live.html")
        if do == "send" and any(clash.name == "place" for clash in self.clashes):
            return self.page(self.look(), "contact/screen.html")
        try:
            self.write_the_words()
            self.obey(do, what)
        except Malformed as wrong:
            field = _BOXES.get(wrong.field, wrong.field)
            self.form.add_error(field if field in self.form.fields else None, _(wrong.why))
        except Conflict:
            self.form.add_error(None, _("somebody else has changed this meanwhile; look again"))
        if self.clashes or self.form.errors:
            self.keep_what_is_not_saved()
            return self.page(self.look(), "contact/screen.html")
        if do == "end":
            return redirect("contact:calls")
        if do == "why":
            return redirect("contact:why", self.contact_id, _id(what))
        # the page that follows shows the matches, and is only looked at
        knowing.tell_of_hidden(**self.about())
        at = _THEN_AT.get(do, "")
        address = reverse("contact:contact", args=[self.contact_id])
        return redirect(f"{address}?at={at}" if at else address)

    def settle(self, do: str, what: str) -> None:
        """A clash was decided: the reader's own words from the version that stands, or their colleague's."""
        name, _between, version = what.partition(":")
        data = self.request.POST.copy()
        if do == "mine":
            data["version"] = version
        else:
            data.pop(name, None)
        self.form = ScreenForm(data, today=self.today, officers=_officers())
        self.form.full_clean()

    def save(self) -> None:
        """Save what was changed, field by field where a colleague was quicker with one."""
        changed = self.form.changed_since(self.form.data.get("seen", ""))
        try:
            self.version = int(self.form.data.get("version", ""))
        except ValueError:
            raise BadRequest("version: not a number") from None
        for _attempt in range(2):
            if not changed:
                break
            try:
                change(
                    by=self.actor,
                    now=self.now,
                    contact_id=self.contact_id,
                    version=self.version,
                    **changed,
                )
                break
            except Overtaken as overtaken:
                self.clash(overtaken)
                changed = {name: value for name, value in changed.items() if name not in overtaken.fields}
            except Malformed as wrong:
                self.form.add_error(wrong.field if wrong.field in self.form.fields else None, _(wrong.why))
                changed.pop(wrong.field, None)

    def clash(self, overtaken: Overtaken) -> None:
        names = queries.staff_names(one.by for one in overtaken.fields.values())
        for name, one in overtaken.fields.items():
            self.clashes.append(
                Clash(
                    name,
                    str(self.form.fields[name].label),
                    self.in_words(name, one.stands),
                    self.in_words(name, one.typed),
                    names.get(one.by, ""),
                    one.at,
                )
            )
        self.standing_version, self.goes_on_from = overtaken.version, self.version

    def in_words(self, name: str, value: Any) -> str:
        if name == "domestic":
            value = {True: "yes", False: "no", None: "unknown"}[value]
        choices = getattr(self.form.fields[name], "choices", None)
        return str(dict(choices).get(value, value)) if choices else str(value)

    def typed(self) -> dict[str, Any]:
        """What the form shows as typed, field by field."""
        return dict(self.form.data.items())

    def write_the_words(self) -> None:
        words = self.form.cleaned_data.get("words", "")
        if words.strip():
            taking.say(by=self.actor, now=self.now, contact_id=self.contact_id, words=words)
            let_go(user=self.actor.id, place=self.request.path)
            self.form.data = {**self.typed(), "words": ""}

    def keep_what_is_not_saved(self) -> None:
        """Words that are not yet a line, and fields that clash, outlast the session and the machine."""
        names = ["words", *(clash.name for clash in self.clashes), *self.form.errors]
        typed = {
            name: [str(self.form.data[name])]
            for name in names
            if name in self.form.data and str(self.form.data[name]).strip()
        }
        if typed:
            if self.clashes:
                typed["version"] = [str(self.version)]
            keep_draft(user=self.actor.id, place=self.request.path, typed=typed, now=self.now)
        else:
            let_go(user=self.actor.id, place=self.request.path)

    # --- what the buttons say ---

    def obey(self, do: str, what: str) -> None:
        deeds: dict[str, Callable[[str], object]] = {
            "save": lambda _what: None,
            "mine": lambda _what: None,
            "theirs": lambda _what: None,
            "send": self.send,
            "decide": self.decide,
            "say": lambda _what: None,
            "is": self.match,
            "part": self.takes_part,
            "out": self.leave_out,
            "add": self.add,
            "why": _id,
            "same": self.same,
            "speak": self.speak,
            "answer": self.answer,
            "advice": lambda code: asking.advise(**self.about(), code=code),
            "unit": self.unit,
            "arrived": lambda one: sending.arrive(by=self.actor, now=self.now, deployment_id=_id(one)),
            "stood-down": lambda one: sending.stand_down(by=self.actor, now=self.now, deployment_id=_id(one)),
            "end": lambda _what: taking.end(**self.about()),
        }
        if do not in deeds:
            raise BadRequest("do: not a button of this page")
        deeds[do](what)

    def about(self) -> dict[str, Any]:
        return {"by": self.actor, "now": self.now, "contact_id": self.contact_id}

    def send(self, grade: str) -> None:
        sending.send(**self.about(), grade=grade, unit=self.form.cleaned_data.get("unit", ""))

    def decide(self, _what: str) -> None:
        typed = self.form.cleaned_data
        at = self.form.appointment()
        if self.form.errors:
            return
        sending.send(
            **self.about(),
            grade=typed["grade"],
            appointment_at=at,
            reason=typed["reason"],
            words=typed["decision_words"],
        )

    def match(self, what: str) -> None:
        part, read_as, named = _three(what)
        reading, record_id = _reading(read_as), _id(named)
        contact = queries.the_contact(self.actor, self.contact_id)
        for looked_for, heard in queries.to_look_for(contact, today=self.today):
            answer = searching.search(self.actor, heard, today=self.today, purpose=_purpose(self.actor))
            found = next((one for one in answer.found if one.record_id == record_id), None)
            if found is not None:
                knowing.match_is(
                    **self.about(),
                    heard=heard,
                    found=found,
                    part=part or looked_for,
                    reading=reading,
                )
                lead_to(self.request, [found.record_id], _purpose(self.actor))
                return
        raise Malformed("who", "has changed since, and no longer finds the person whom you decided on")

    def takes_part(self, what: str) -> None:
        part, _sure, record_id = _three(what)
        knowing.takes_part(**self.about(), record_id=_id(record_id), part=part, confirmed=True)

    def leave_out(self, record_id: str) -> None:
        knowing.leave_out(**self.about(), record_id=_id(record_id))

    def add(self, part: str) -> None:
        """Write down somebody whom no record is of, with what was heard."""
        contact = queries.the_contact(self.actor, self.contact_id)
        heard = dict(queries.to_look_for(contact, today=self.today)).get(part)
        if heard is None or not heard.names:
            raise Malformed("other" if part == SUSPECT else "who", "needs a name to add somebody under")
        start = carried_over(heard, self.today)
        made = add_record(
            by=self.actor,
            now=self.now,
            name=NewName(
                kind=start["kind"],
                order=start["order"],
                full=start["full"],
                forename=start["forename"],
                surname=start["surname"],
            ),
            particulars=Particulars(
                sex=start["sex"], born=start["born"], born_from=heard.born_from, born_to=heard.born_to
            ),
            phones=heard.phones if part == VICTIM else (),
            addresses=tuple(
                NewAddress(place.number, place.street, place.town, place.postcode)
                for place in heard.places[-1:]
                if part == VICTIM
            ),
        )
        knowing.takes_part(**self.about(), record_id=made.id, part=part, confirmed=True)
        lead_to(self.request, [made.id], _purpose(self.actor))

    def same(self, incident_id: str) -> None:
        knowing.same_incident(**self.about(), incident_id=_id(incident_id))

    def speak(self, what: str) -> None:
        version = queries.the_contact(self.actor, self.contact_id).version
        change(**self.about(), version=version, cannot_speak=what == "no")

    def answer(self, what: str) -> None:
        script, question, given = _three(what)
        asking.answer(**self.about(), script=script, question=question, given=given)

    def unit(self, deployment_id: str) -> None:
        typed = self.form.cleaned_data
        sending.assign_unit(
            by=self.actor,
            now=self.now,
            deployment_id=_id(deployment_id),
            unit=typed.get("unit", ""),
            officer=_id(typed["officer"]) if typed.get("officer") else None,
        )

    # --- drawing ---

    def look(self, *, tells: bool = True) -> Matches:
        """Who it may be, with the look at them written. Whoever only reads the contact looks nobody up.

        What is found out of the reader's sight goes to the desk, in the transaction of a post.
        """
        if not self.takes:
            return Matches()
        contact = queries.the_contact(self.actor, self.contact_id)
        wanted = queries.to_look_for(contact, today=self.today)
        if not wanted:
            return Matches()
        part, heard = wanted[0]
        answer = searching.search(
            self.actor, heard, today=self.today, purpose=_purpose(self.actor), limit=_MATCHES
        )
        if answer.hidden and tells:
            tell_the_desk(
                by=self.actor,
                now=self.now,
                enquiry_id=enquiry_of(by=self.actor, contact=contact),
                heard=heard,
                hidden=list(answer.hidden),
            )
        lead_to(self.request, (one.record_id for one in answer.found), _purpose(self.actor))
        known = {party.record_id for party in queries.parties_of(contact) if party.confirmed}
        return self.matches(part, contact, answer, known)

    def matches(self, part: str, contact: Contact, answer: Answer, known: set[UUID]) -> Matches:
        enquiry = queries.enquiry_for(self.actor, contact)
        read = searching.readings(enquiry) if enquiry else {}
        markers = load("markers")
        cards = [
            Card(
                found,
                tuple(markers.label(code, on=self.today) for code in found.markers),
                read[found.record_id].reading if found.record_id in read else "",
            )
            for found in answer.found
            if found.record_id not in known
        ]
        # whom the handler has said it is not stands last, and children of the household after its adults
        cards.sort(
            key=lambda card: (
                card.reading == Match.Reading.REJECTED,
                card.is_child and not card.found.probable,
            )
        )
        return Matches(
            part=part,
            cards=tuple(cards),
            more=answer.more,
            asked=True,
            too_little=answer.too_little,
            too_common=answer.too_common,
            looked_at=frozenset(found.record_id for found in answer.found),
        )

    def page(self, matches: Matches, template: str) -> HttpResponse:
        # while somebody types the brief stays as it is: only a button changes what it says
        brief = self.brief() if template == "contact/screen.html" else None
        place = self.place()
        page = queries.contact_page(
            self.actor,
            self.contact_id,
            now=self.now,
            looked_at=matches.looked_at,
            shows=[*(brief.record_ids if brief else ()), *(place.record_ids if place else ())],
        )
        lead_to(self.request, (party.record_id for party in page.parties), _purpose(self.actor))
        shown = as_shown(page.contact, page.who, page.other)
        self.fill(page, shown)
        script = asking_of(self.actor, page.contact, now=self.now)
        deployment = page.deployment
        return render(
            self.request,
            template,
            {
                "page": page,
                "contact": page.contact,
                "form": self.form,
                "matches": matches,
                "asking": script,
                "deployment": deployment,
                "brief": brief_words.shown(brief, at=self.now) if brief else None,
                "place": brief_words.shown_place(place.reading, at=self.now) if place else None,
                "recording": told_of_recording(page.contact, at=self.now)
                if may(self.actor, Action.KEEP_RECORDING)
                else None,
                "recording_standing": STANDING,
                "sent": states_of([deployment.id]).get(deployment.id) if deployment else None,
                "asks": may(self.actor, Action.ASK_INTELLIGENCE),
                "people_shown": True,
                "clashes": self.clashes,
                "standing_version": getattr(self, "standing_version", page.contact.version),
                "version": self.goes_on_from or page.contact.version,
                "seen": json.dumps(shown if not self.clashes else self.seen_still(shown)),
                "draft": self.draft,
                "now": self.now,
                "takes": self.takes,
                "at": self.request.GET.get("at", ""),
                "mine": page.contact.taken_by == self.actor.id,
                "grades": [row for row in load("response-grades").as_of(self.today)],
                "labels": {
                    name: {row.code: row.label for row in load(name).as_of(self.today)}
                    for name in ("response-grades", "contact-channels", "contact-lines", "involvements")
                },
            },
        )

    def brief(self) -> Brief | None:
        """What whoever goes must know, for who may read it."""
        if not may(self.actor, Action.READ_BRIEF):
            return None
        contact = queries.the_contact(self.actor, self.contact_id)
        return without_the_place(compose(self.actor, contact, at=self.now))

    def place(self) -> KnownPlace | None:
        """What is known of where it is, for who may read a brief: also while it is typed."""
        if not may(self.actor, Action.READ_BRIEF):
            return None
        return known_place(self.actor, queries.the_contact(self.actor, self.contact_id), at=self.now)

    def seen_still(self, shown: dict[str, str]) -> dict[str, str]:
        """Of a field that clashes the page goes on from what its reader saw, until they have decided."""
        try:
            seen = json.loads(self.form.data.get("seen", "{}"))
        except ValueError:
            seen = {}
        return shown | {clash.name: seen.get(clash.name, "") for clash in self.clashes}

    def fill(self, page: ContactPage, shown: dict[str, str]) -> None:
        """Show what stands, under what was typed here and could not be saved."""
        if self.form.is_bound:
            kept = {clash.name for clash in self.clashes} | set(self.form.errors)
            stands = {name: value for name, value in shown.items() if name not in kept}
            self.form.data = self.typed() | stands
        else:
            self.draft = recall(user=self.actor.id, place=self.request.path, now=self.now)
            self.form.initial = {**shown, "unit": page.deployment.unit if page.deployment else ""}
            if page.deployment and page.deployment.officer:
                self.form.initial["officer"] = str(page.deployment.officer)
            if self.draft is not None:
                self.form.initial |= self.recalled(self.draft)
        self.form.start_at(self.first_field(page))

    def recalled(self, draft: Recalled) -> dict[str, str]:
        """What was typed and not saved. What a colleague has changed since it was read is still a conflict."""
        try:
            seen = json.loads(draft.typed.get("seen", "{}"))
            self.goes_on_from = int(draft.typed.get("version", "0"))
        except ValueError:
            seen = {}
        return {
            name: str(draft.typed[name])
            for name in draft.typed
            if name in self.form.fields and (name not in seen or draft.typed[name] != seen[name])
        }

    def first_field(self, page: ContactPage) -> str:
        for name in self.form.errors:
            return str(name)
        at = self.request.GET.get("at", "")
        if at in self.form.fields:
            return at
        if at:
            return ""
        if not page.contact.place:
            return "place"
        return "who" if not page.parties else "words"


def _officers() -> list[tuple[str, str]]:
    """Who can be named to read a brief."""
    officers = User.objects.filter(role=Role.OFFICER, is_active=True).order_by("name")
    return [(str(one.id), one.name) for one in officers]


def _purpose(actor: Actor) -> str:
    return PURPOSES.get(actor.role, "")


def _reading(typed: str) -> Match.Reading:
    try:
        return Match.Reading(typed)
    except ValueError:
        raise BadRequest("do: not a reading") from None


def _three(what: str) -> tuple[str, str, str]:
    parts = what.split(":")
    if len(parts) != 3:
        raise BadRequest("do: not a button of this page")
    return parts[0], parts[1], parts[2]


def _id(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise BadRequest("do: not an id") from None
