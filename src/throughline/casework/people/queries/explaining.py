"""Why somebody is taken, or not taken, for a person of the index: for whoever may see that person."""

from dataclasses import dataclass
from uuid import UUID

from throughline.casework.people.models import Features as Packed
from throughline.casework.people.queries.person import heading
from throughline.casework.people.queries.searching import model, record_model
from throughline.casework.people.rules import NOT_FOUND
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.linkage.description import Description
from throughline.linkage.explaining import Explanation, explain
from throughline.linkage.features import Features, features, unpack


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, and what each record that it is of is called."""

    why: Explanation
    names: tuple[str, ...]


def explain_heard(actor: Actor, heard: Description, record_id: UUID, *, purpose: str) -> Explained:
    """What was heard beside one record, as a lookup weighs it, with the look written. Raises `Refused`."""
    names = heading(actor, Action.VIEW_PERSON, record_id, purpose=purpose)
    return Explained(explain(features(heard), known_of(record_id), model()), names)


def explain_records(actor: Actor, record_id: UUID, other_id: UUID, *, purpose: str) -> Explained:
    """One record beside another, with the look at both written. Raises `Refused` where either is out of sight.

    The one whose id comes first is looked up among the rest, so that both ways round the answer is the same.
    """
    names = heading(actor, Action.VIEW_PERSON, record_id, other_id, purpose=purpose)
    first, second = sorted((record_id, other_id))
    return Explained(explain(known_of(first), known_of(second), record_model()), names)


def known_of(record_id: UUID) -> Features:
    """What recognition knows of a record in the running actor's sight. Raises `Refused` where it knows none."""
    packed = Packed.objects.filter(record=record_id).values_list("packed", flat=True).first()
    if packed is None:
        raise Refused(NOT_FOUND, record_id)
    return unpack(bytes(packed))
