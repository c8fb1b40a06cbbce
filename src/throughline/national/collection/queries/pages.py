"""What the pages of this room show."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from throughline.foundations.access.rules import Action, Actor, Role, insist, may
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.national.collection.models import (
    Force,
    Question,
    Receipt,
    ReceivedFile,
    Round,
    Signature,
    Taken,
    Version,
)
from throughline.national.collection.queries.files import Held, files_of
from throughline.national.collection.queries.returns import (
    before,
    force_of,
    insist_there,
    questions_of,
    standings,
    subject_of,
)
from throughline.national.collection.rules import (
    OPEN,
    Asked,
    Change,
    Holding,
    Standing,
    answer,
    changes,
    counted,
    figures,
    note,
    standing,
)
from throughline.reference import load
from throughline.statistics.returns import items


@dataclass(frozen=True, slots=True)
class Row:
    """Where one force's return stands in a round."""

    force: Force
    standing: Standing
    version: Version | None
    signature: Signature | None
    with_force: int
    with_statistician: int
    sent_at: datetime | None

    @property
    def unable(self) -> int:
        """How many figures the version says that the force cannot provide."""
        told = figures(self.version.figures).entries.values() if self.version else ()
        return sum(1 for entry in told if entry.unable)


@dataclass(frozen=True, slots=True)
class RoundPage:
    """A round and every return of it that the reader may see."""

    round: Round
    rows: list[Row]
    open: bool

    def many(self, standing: Standing) -> int:
        return sum(1 for row in self.rows if row.standing is standing)


def rounds(actor: Actor) -> list[Round]:
    """Every round, the latest first. Raises `Refused`."""
    insist(actor, Action.VIEW_ROUNDS)
    return list(Round.objects.order_by("-year_end", "code"))


def round_page(actor: Actor, round_id: UUID, *, now: datetime) -> RoundPage:
    """A round; a force's account sees its own line alone. Raises `Refused`."""
    insist(actor, Action.VIEW_ROUNDS)
    of = insist_there(Round.objects.filter(id=round_id), round_id)
    own = force_of(actor)
    forces = Force.objects.order_by("name")
    if not may(actor, Action.VERIFY_RETURN):
        forces = forces.filter(id__in=[own.id] if own else [])
    return RoundPage(
        of,
        rows_of(of, list(forces), now=now, office=actor.role is Role.COMMISSIONER),
        of.opens <= london_day(now),
    )


def rows_of(of: Round, forces: list[Force], *, now: datetime, office: bool = False) -> list[Row]:
    """Where the return of each force stands, asked of the tables once. An office sees what was signed, and no receipt."""
    sent: dict[UUID, datetime] = {}
    for receipt in Receipt.objects.filter(round=of).order_by("number"):
        sent[receipt.force_id] = receipt.sent_at
    latest: dict[UUID, Version] = {}
    for each in Version.objects.filter(round=of).select_related("signature").order_by("number"):
        latest[each.force_id] = each
    asked: dict[UUID, list[Question]] = defaultdict(list)
    for question in questions_of(of.id):
        asked[question.force_id].append(question)
    rows = []
    for force in forces:
        version = latest.get(force.id)
        states = [state for _, state in standings(asked[force.id], version)]
        signature = getattr(version, "signature", None)
        if office:
            at = Standing.SIGNED if signature else Standing.UNSIGNED
        else:
            at = standing(
                sent=force.id in sent,
                read=version is not None,
                asked=states,
                signed=signature is not None,
                due=of.due,
                today=london_day(now),
            )
        rows.append(
            Row(
                force,
                at,
                version,
                signature,
                states.count(Asked.WITH_FORCE),
                states.count(Asked.WITH_STATISTICIAN),
                sent.get(force.id),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a return as it is read: what it is, its answer, that of the year before, and what the force adds."""

    code: str
    label: str
    definition: str
    value: str
    unable: str
    before: str
    note: str
    #: an item that was added to the list later was not asked for in a round that opened before it
    asked: bool
    asked_before: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What a force cannot provide for one reason, with the same note beside it: the figures, under their sheets."""

    reason: str
    note: str
    sheets: dict[str, list[Figure]]

    @property
    def many(self) -> int:
        return sum(map(len, self.sheets.values()))

    @property
    def given_before(self) -> bool:
        """Whether any of them was given the year before."""
        return any(line.before for lines in self.sheets.values() for line in lines)


@dataclass(frozen=True, slots=True)
class Argued:
    """A question, where it stands, and both sides' words."""

    row: Question
    state: Asked
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was sent: when, by whom, which version it became, if it could be read, and what that changed."""

    row: Receipt
    by: str
    version: Version | None
    signature: Signature | None
    changed: tuple[Change, ...]
    files: list[Held]


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """A force's return in a round, for either side."""

    round: Round
    force: Force
    row: Row
    sheets: list[tuple[str, list[Figure], str]]
    compared_with: Version | None
    questions: list[Argued]
    history: list[Sent]
    taken: list[Taken]

    @property
    def holdings(self) -> list[Holding]:
        """The rules by which the files are held, or went; each once."""
        return list({one.holding.label: one.holding for sent in self.history for one in sent.files}.values())

    @property
    def gaps(self) -> list[Gap]:
        """What is not provided, the same reasons together, the reason of most figures first."""
        found: dict[tuple[str, str], Gap] = {}
        for sheet, lines, _method in self.sheets:
            for line in lines:
                if line.unable:
                    gap = found.setdefault((line.unable, line.note), Gap(line.unable, line.note, {}))
                    gap.sheets.setdefault(sheet, []).append(line)
        return sorted(found.values(), key=lambda gap: -gap.many)

    @property
    def open(self) -> list[Argued]:
        return [one for one in self.questions if one.state in OPEN]

    @property
    def queried(self) -> set[str]:
        """The items that an open question is about."""
        return {code for one in self.open for code in one.row.items}

    @property
    def settled(self) -> list[Argued]:
        return [one for one in self.questions if one.state not in OPEN]


def return_page(actor: Actor, round_id: UUID, force_id: UUID, *, now: datetime) -> ReturnPage:
    """A force's return. A commissioner's office reads what was signed. Raises `Refused`."""
    insist(actor, Action.VIEW_RETURN, subject_of(actor, force_id), force_id)
    of = insist_there(Round.objects.filter(id=round_id), round_id)
    force = insist_there(Force.objects.filter(id=force_id), force_id)
    office = actor.role is Role.COMMISSIONER
    (row,) = rows_of(of, [force], now=now, office=office)
    labels = {item.code: item.label for item in items(of.year_end)}
    past = before(of, force_id)
    asked = standings(questions_of(round_id, force_id), row.version)
    return ReturnPage(
        of,
        force,
        row,
        sheets(of, row.version, past),
        past,
        [
            Argued(one, state, [labels.get(code, code) for code in one.items])
            for one, state in asked
            # an argument that goes on is between the force and the statistician
            if not office or state in (Asked.ACCEPTED, Asked.WITHDRAWN)
        ],
        [] if office else _history(of, force),
        list(
            Taken.objects.filter(version__round=of, force=force)
            .select_related("taking", "version")
            .order_by("taking__at")
        ),
    )


def sheets(of: Round, version: Version | None, past: Version | None) -> list[tuple[str, list[Figure], str]]:
    """The lines of a return under the names of their sheets, with how each was counted; none where there are no figures."""
    if version is None:
        return []
    now, then = figures(version.figures, version.methods), figures(past.figures) if past else None
    reasons = load("unable-reasons")
    found: dict[str, list[Figure]] = {}
    for item in items(of.year_end):
        entry = now.entries.get(item.code)
        found.setdefault(item.sheet, []).append(
            Figure(
                item.code,
                item.label,
                item.definition,
                answer(now, item.code) if entry and entry.value is not None else "",
                reasons.label(entry.unable, on=of.year_end) if entry and entry.unable else "",
                answer(then, item.code) if then and then.value(item.code) is not None else "",
                note(now, item.code),
                entry is not None,
                then is None or item.code in then.entries,
            )
        )
    return [(sheet, lines, counted(now, sheet)) for sheet, lines in found.items()]


def _history(of: Round, force: Force) -> list[Sent]:
    receipts = list(
        Receipt.objects.filter(round=of, force=force)
        .select_related("version__signature", "version__round")
        .prefetch_related(Prefetch("files", ReceivedFile.objects.defer("content")))
        .order_by("number")
    )
    names = dict(User.objects.filter(id__in=[one.sent_by for one in receipts]).values_list("id", "name"))
    found, earlier = [], None
    for one in receipts:
        version = getattr(one, "version", None)
        changed = _changed(earlier, version) if version and earlier else ()
        found.append(
            Sent(
                one,
                names.get(one.sent_by, ""),
                version,
                getattr(version, "signature", None),
                changed,
                files_of(one),
            )
        )
        earlier = version or earlier
    return found[::-1]


def _changed(earlier: Version, version: Version) -> tuple[Change, ...]:
    """What differs between two versions, for a reader: an item by its label, a reason by its words."""
    year_end = version.round.year_end
    labels = {item.code: item.label for item in items(year_end)}
    reasons = {row.code: row.label for row in load("unable-reasons").as_of(year_end)}

    def words(change: Change) -> Change:
        code, comma, of = change.item.partition(", ")
        if of:
            return replace(change, item=f"{labels.get(code, code)}{comma}{of}")
        return Change(
            labels.get(code, code),
            reasons.get(change.before, change.before),
            reasons.get(change.after, change.after),
        )

    found = changes(figures(earlier.figures, earlier.methods), figures(version.figures, version.methods))
    return tuple(words(one) for one in found)
