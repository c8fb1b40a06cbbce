"""Which questions are asked about two people, and what has been answered about them so far."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries.pages import Somebody, in_sight, look_at
from throughline.casework.cases.queries.relating import group_of
from throughline.casework.contact.rules.spoken import speaks_of
from throughline.casework.people.queries.many import among
from throughline.casework.people.queries.person import staff_names
from throughline.casework.risk.models import Assessment
from throughline.casework.risk.rules.assessing import (
    ALWAYS,
    Said,
    grave_factors,
    lines,
    said,
    with_always,
)
from throughline.casework.scene.models import Addendum
from throughline.foundations.access.rules import Action, Actor, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library, to_ask
from throughline.foundations.instruments.rules import (
    Answer,
    Instrument,
    Question,
    Setting,
    follow_ups,
    without_words,
)


def asked_of(group: str, role: Role, on: date) -> Instrument:
    """The question set for two people, as somebody of a role asks it on a day in London."""
    setting = Setting.HUB if role is Role.HUB else Setting.SCENE
    return to_ask(on, setting=setting, relationship=group).main


@dataclass(frozen=True, slots=True)
class Added:
    """Words that somebody added to an assessment after it was complete."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Answered:
    """An assessment with what was answered: the instrument, the answers in words, and what is still asked for.

    ``parts`` are the main instrument, with what is always asked, and the further ones, each with its answers. A long
    queue asks little of most, so that what they say is worked out when it is asked for.
    """

    assessment: Assessment
    by: str
    parts: tuple[tuple[Instrument, Mapping[str, Answer]], ...]
    addenda: tuple["Added", ...] = ()

    @property
    def instrument(self) -> Instrument:
        return self.parts[0][0]

    @property
    def answers(self) -> Mapping[str, Answer]:
        return self.parts[0][1]

    @cached_property
    def said(self) -> tuple[Said, ...]:
        on = london_day(self.assessment.assessed_at)
        return tuple(one for part, given in self.parts for one in said(part, given, on))

    @cached_property
    def without_words(self) -> tuple[Question, ...]:
        return tuple(one for part, given in self.parts for one in without_words(part, given))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """All words that were written, what was added among them."""
        written = (one for part, given in self.parts for one in lines(part, given))
        return (*written, *(one.words for one in self.addenda))

    @property
    def follow_ups(self) -> tuple[str, ...]:
        return follow_ups(self.instrument, self.answers)

    @property
    def grave_factors(self) -> frozenset[str]:
        on = london_day(self.assessment.assessed_at)
        return frozenset(one for part, given in self.parts for one in grave_factors(part, given, on))

    def speaks_of_danger(self, phrases: Mapping[str, Collection[str]]) -> bool:
        """Whether she said yes to a grave factor, or the words of the answers hold a phrase of danger."""
        written = [line for part, given in self.parts for line in lines(part, given)]
        return bool(self.grave_factors) or bool(speaks_of(written, phrases))

    @property
    def grave(self) -> tuple[Said, ...]:
        return tuple(one for one in self.said if one.grave)

    @property
    def present(self) -> tuple[Said, ...]:
        """The factors that she said yes to, with her words; those that are grave first."""
        return tuple(sorted((one for one in self.said if one.present), key=lambda one: not one.grave))

    @property
    def own_view(self) -> Said | None:
        return next((one for one in self.said if one.question.code == "own-view"), None)


def answered(assessments: list[Assessment]) -> dict[UUID, Answered]:
    """What was answered at each of some assessments, read at once. Part of a page, whose look names the two."""
    return answered_and_named(assessments, set())[0]


def answered_and_named(
    assessments: list[Assessment], others: set[UUID]
) -> tuple[dict[UUID, Answered], Mapping[UUID, str]]:
    """`answered`, with the names of whoever assessed, of whoever added to it, and of some other accounts."""
    rows: dict[UUID, list[Answers]] = {}
    ids = [one.id for one in assessments]
    for row in Answers.objects.filter(among("subject", ids), superseded_by=None):
        rows.setdefault(row.subject, []).append(row)
    added = list(Addendum.objects.filter(among("about", ids)).order_by("at", "id"))
    more: dict[UUID, list[Addendum]] = {}
    for addendum in added:
        more.setdefault(addendum.about, []).append(addendum)
    names = staff_names({*(one.by for one in assessments), *(one.by for one in added), *others})
    asked = _Asked()
    found = {
        one.id: _answered(
            one,
            asked,
            rows.get(one.id, []),
            names[one.by],
            tuple(Added(words.words, names[words.by], words.at) for words in more.get(one.id, ())),
        )
        for one in assessments
    }
    return found, names


class _Asked:
    """The instruments of some assessments, each version as it is asked of a relationship made once."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str, str], Instrument] = {}
        self._whole: dict[tuple[str, ...], Instrument] = {}

    def of(self, code: str, version: str, group: str) -> Instrument:
        key = (code, version, group)
        if key not in self._asked:
            self._asked[key] = library().version(code, version).asked_of(group)
        return self._asked[key]

    def whole(self, instrument: Instrument, always: Instrument, group: str) -> Instrument:
        """An instrument with what is always asked."""
        key = (instrument.code, instrument.version, always.version, group)
        if key not in self._whole:
            self._whole[key] = with_always(instrument, always)
        return self._whole[key]


def _answered(
    assessment: Assessment, asked: _Asked, rows: list[Answers], by: str, addenda: tuple[Added, ...]
) -> Answered:
    on = london_day(assessment.assessed_at)
    by_code = {row.instrument: row for row in rows}

    def of(code: str) -> Instrument:
        row = by_code.get(code)
        version = row.version if row else library().as_of(code, on).version
        return asked.of(code, version, assessment.group)

    main = asked.whole(of(assessment.instrument), of(ALWAYS), assessment.group)
    answers = {
        code: answer
        for row in rows
        if row.instrument in (assessment.instrument, ALWAYS)
        for code, answer in row.answers.items()
    }
    further = [
        (of(code), dict(row.answers)) for code, row in by_code.items() if code not in (main.code, ALWAYS)
    ]
    return Answered(assessment, by, ((main, answers), *further), addenda)


@dataclass(frozen=True, slots=True)
class ToAssess:
    """A page on which risk is assessed: the two, the questions, and what was answered before.

    ``mine`` is what its reader has begun; ``before`` the latest that is complete, whose answers are offered as
    they were given, so that nobody is asked twice what has not changed.
    """

    case: Case
    named: dict[UUID, Somebody]
    group: str
    instrument: Instrument
    always: Instrument
    incidents: tuple[Incident, ...]
    mine: Answered | None
    before: Answered | None
    after: tuple[UUID | None, UUID | None]

    @property
    def whole(self) -> Instrument:
        return with_always(self.instrument, self.always)

    @property
    def kept(self) -> Mapping[str, Answer]:
        given = self.mine or self.before
        return given.answers if given else {}


def to_assess(actor: Actor, case_id: UUID, *, at: datetime, purpose: str) -> ToAssess:
    """What somebody needs to assess a pair, with the look written. Raises Refused."""
    case = in_sight(actor, Action.ASSESS_RISK, Case, case_id)
    named = look_at(
        actor, Action.ASSESS_RISK, [case.victim_id, case.suspect_id], today=london_day(at), purpose=purpose
    )
    mine = Assessment.objects.filter(case=case, by=actor.id, completed_at=None).first()
    latest = (
        Assessment.objects.filter(case=case, completed_at__isnull=False)
        .order_by("-completed_at", "id")
        .first()
    )
    found = answered([one for one in (mine, latest) if one])
    group = group_of(case, london_day(at))
    on = london_day(mine.assessed_at) if mine else london_day(at)
    if mine:
        instrument = library().as_of(mine.instrument, on).asked_of(group)
    else:
        instrument = asked_of(group, actor.role, on)
    rows = {
        row.instrument: row.id
        for row in Answers.objects.filter(subject__in=[mine.id] if mine else [], superseded_by=None)
    }
    return ToAssess(
        case=case,
        named=named,
        group=group,
        instrument=instrument,
        always=library().as_of(ALWAYS, on).asked_of(group),
        incidents=tuple(Incident.objects.filter(case_links__case=case).order_by("-reported_at", "id")[:20]),
        mine=found[mine.id] if mine else None,
        before=found[latest.id] if latest else None,
        after=(rows.get(instrument.code), rows.get(ALWAYS)),
    )
