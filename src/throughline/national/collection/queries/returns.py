"""One force's return in a round: its versions, what is open, and how somebody stands to it."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Model, QuerySet

from throughline.foundations.access.rules import Actor, Refused, Relation, Subject
from throughline.national.collection.models import Force, Question, Round, Seat, Version
from throughline.national.collection.rules import OPEN, Asked, stands

NOT_THERE = "Nothing is there, or it is out of sight"


def force_of(actor: Actor) -> Force | None:
    """The force that an account is for, if it is for one."""
    seat = Seat.objects.select_related("force").filter(team=actor.team).first() if actor.team else None
    return seat.force if seat else None


def subject_of(actor: Actor, force_id: UUID) -> Subject:
    """How an account stands to the return of a force, as the rules ask it."""
    own = force_of(actor)
    return Subject(relations=frozenset({Relation.OF_FORCE} if own and own.id == force_id else ()))


def insist_there[M: Model](found: QuerySet[M], row_id: UUID) -> M:
    """The one row, or a refusal that looks the same for one that is another force's. Raises `Refused`."""
    row = found.first()
    if row is None:
        raise Refused(NOT_THERE, row_id)
    return row


def latest_version(round_id: UUID, force_id: UUID) -> Version | None:
    """The figures that stand, or None where none could be read yet."""
    return Version.objects.filter(round_id=round_id, force_id=force_id).order_by("-number").first()


def latest_versions(round_id: UUID) -> list[Version]:
    """The figures that stand of every force in sight, by name of the force."""
    found = (
        Version.objects.filter(round_id=round_id)
        .select_related("force", "round", "signature")
        .order_by("force_id", "-number")
        .distinct("force_id")
    )
    return sorted(found, key=lambda one: one.force.name)


def before(of: Round, force_id: UUID) -> Version | None:
    """The signed figures of the same force for the latest earlier year, to hold new ones against."""
    return (
        Version.objects.filter(force_id=force_id, round__year_end__lt=of.year_end, signature__isnull=False)
        .order_by("-round__year_end", "-number")
        .first()
    )


def standing_of(question: Question) -> Asked:
    """Where a question stands."""
    latest = latest_version(question.round_id, question.force_id)
    moves = list(question.said.order_by("place").values_list("move", flat=True))
    on_latest = latest is not None and latest.id == question.version_id
    return stands(moves, source=question.source, on_latest=on_latest)


def standings(questions: Iterable[Question], latest: Version | None) -> list[tuple[Question, Asked]]:
    """Where each question of a return stands; their ``said`` were fetched with them."""
    return [
        (
            one,
            stands(
                [each.move for each in sorted(one.said.all(), key=lambda each: each.place)],
                source=one.source,
                on_latest=latest is not None and latest.id == one.version_id,
            ),
        )
        for one in questions
    ]


def questions_of(round_id: UUID, force_id: UUID | None = None) -> list[Question]:
    """Every question of a round, or of one force in it, latest version first, with both sides' words."""
    found = Question.objects.filter(round_id=round_id)
    if force_id is not None:
        found = found.filter(force_id=force_id)
    return list(
        found.select_related("version")
        .prefetch_related("said")
        .order_by("-version__number", "place", "force_id")
    )


def open_questions(round_id: UUID, force_id: UUID) -> list[Question]:
    """The questions of a return that somebody must still do something about."""
    latest = latest_version(round_id, force_id)
    return [one for one, state in standings(questions_of(round_id, force_id), latest) if state in OPEN]


type Mark = tuple[str, tuple[str, ...], str, str]


def _mark(question: Question) -> Mark:
    return question.rule, tuple(question.items), question.printed, question.recomputed


def accepted_marks(round_id: UUID, force_id: UUID) -> set[Mark]:
    """What was asked of a return and settled by a person, whichever version it was asked of."""
    told = standings(questions_of(round_id, force_id), latest_version(round_id, force_id))
    return {_mark(one) for one, state in told if state in (Asked.ACCEPTED, Asked.WITHDRAWN)}


def asked_marks(version: Version) -> set[Mark]:
    """What was asked of a return already, of a version that stands or, where it stays until settled, of an earlier one."""
    told = standings(questions_of(version.round_id, version.force_id), version)
    return {_mark(one) for one, state in told if state is not Asked.OVERTAKEN}
