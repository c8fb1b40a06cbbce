"""How somebody stands to a record, read from the grants."""

from collections.abc import Collection
from dataclasses import dataclass
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
    """The open grants that shut ``actor`` out of the records of matters that they, or their team, are party to."""
    return _open().filter(kind=Grant.Kind.EXCLUDE, grantee__in=[one for one in (actor.id, actor.team) if one])


def restricted_now() -> set[UUID]:
    """The records that are restricted at this moment, of those whose grants the reader sees."""
    return set(_open().filter(kind=Grant.Kind.RESTRICT).values_list("subject", flat=True))


def shut_out() -> dict[UUID, set[UUID]]:
    """The accounts and teams that are shut out of each record that has any."""
    found: dict[UUID, set[UUID]] = {}
    rows = _open().filter(kind=Grant.Kind.EXCLUDE)
    for subject, grantee in rows.values_list("subject", "grantee"):
        if grantee is not None:
            found.setdefault(subject, set()).add(grantee)
    return found


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


@dataclass(frozen=True, slots=True)
class Sight:
    """Who is kept from some records, and who of those restricted among them is let see: accounts and teams."""

    party: frozenset[UUID]
    restricted: frozenset[UUID]
    let_see: frozenset[tuple[UUID, UUID]]

    def keeps_out(self, account: UUID, team: UUID | None) -> bool:
        """Whether an account, or its team, is party to the matter of one of them."""
        return not self.party.isdisjoint({account, team})

    def lets(self, account: UUID, team: UUID | None) -> bool:
        """Whether an account is kept from none of them, and let see each that is restricted."""
        return not self.keeps_out(account, team) and all(
            (one, account) in self.let_see or (one, team) in self.let_see for one in self.restricted
        )


def sight_of(record_ids: Collection[UUID]) -> Sight:
    """The grants about some records that hold at this moment, to ask of many accounts who may have work on them."""
    grants = list(_open().filter(subject__in=record_ids))
    sees = (Grant.Kind.SEE, Grant.Kind.BREAK_GLASS)
    return Sight(
        party=frozenset(one.grantee for one in grants if one.kind == Grant.Kind.EXCLUDE and one.grantee),
        restricted=frozenset(one.subject for one in grants if one.kind == Grant.Kind.RESTRICT),
        let_see=frozenset((one.subject, one.grantee) for one in grants if one.kind in sees and one.grantee),
    )


def may_on_all(actor: Actor, action: Action, record_ids: Collection[UUID]) -> bool:
    """Whether the actor may do this to every one of some records."""
    return all(may(actor, action, subject) for subject in subjects_for(actor, record_ids).values())


def insist_on_all(actor: Actor, action: Action, record_ids: Collection[UUID]) -> None:
    """Refuse, in the name of the first of some records to which the actor may not do this. Raises `Refused`."""
    for record_id, subject in subjects_for(actor, record_ids).items():
        insist(actor, action, subject, record_id)


def allowed_on(actor: Actor, record_ids: Collection[UUID]) -> frozenset[Action]:
    """What the actor may do to every one of some records, whose grants are asked for once."""
    subjects = list(subjects_for(actor, record_ids).values()) or [NOTHING]
    return frozenset(action for action in Action if all(may(actor, action, one) for one in subjects))
