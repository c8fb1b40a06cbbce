"""How somebody stands to a record, read from the grants."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from throughline.foundations.access.models import Grant
from throughline.foundations.access.rules import NOTHING, Action, Actor, Relation, Subject, insist, may

_RELATIONS = {
    Grant.Kind.SEE: Relation.GRANTED,
    Grant.Kind.BREAK_GLASS: Relation.BROKE_GLASS,
    Grant.Kind.EXCLUDE: Relation.EXCLUDED,
    Grant.Kind.REFUGE: Relation.REFUGE,
}


def _open() -> QuerySet[Grant]:
    """The grants that hold at this moment, by the database's clock."""
    return Grant.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=Now()), valid_from__lte=Now())


def open_grants(subject: UUID) -> QuerySet[Grant]:
    """The grants about a record that hold at this moment."""
    return _open().filter(subject=subject)


def excluded_from(actor: Actor) -> QuerySet[Grant]:
    """The open grants that shut ``actor`` out of the records of matters that they are party to."""
    return _open().filter(kind=Grant.Kind.EXCLUDE, grantee=actor.id)


def subject_for(actor: Actor, record_id: UUID) -> Subject:
    """The record as `decide` needs it: is it restricted, and how does ``actor`` stand to it?"""
    return subjects_for(actor, [record_id])[record_id]


def subjects_for(actor: Actor, record_ids: Collection[UUID]) -> dict[UUID, Subject]:
    """`subject_for` of several records, asked at once."""
    mine = {actor.id, actor.team}
    restricted = set()
    relations: dict[UUID, set[Relation]] = {record_id: set() for record_id in record_ids}
    for grant in _open().filter(subject__in=relations):
        if grant.kind == Grant.Kind.RESTRICT:
            restricted.add(grant.subject)
        elif grant.grantee in mine:
            relations[grant.subject].add(_RELATIONS[Grant.Kind(grant.kind)])
    return {
        record_id: Subject(restricted=record_id in restricted, relations=frozenset(found))
        for record_id, found in relations.items()
    }


def insist_on_all(actor: Actor, action: Action, record_ids: Collection[UUID]) -> None:
    """Refuse, in the name of the first of some records to which the actor may not do this. Raises `Refused`."""
    for record_id, subject in subjects_for(actor, record_ids).items():
        insist(actor, action, subject, record_id)


def allowed_on(actor: Actor, record_ids: Collection[UUID]) -> frozenset[Action]:
    """What the actor may do to every one of some records, whose grants are asked for once."""
    subjects = list(subjects_for(actor, record_ids).values()) or [NOTHING]
    return frozenset(action for action in Action if all(may(actor, action, one) for one in subjects))
