"""Which editions are out, and what is announced."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from throughline.foundations.access.rules import Action, Actor, may
from throughline.national.collection.models import Force, Release, Round
from throughline.national.collection.queries.returns import force_of
from throughline.national.publication.rules.editions import BadEdition, Edition, read_edition


def editions(root: Path, *, now: datetime) -> list[Edition]:
    """The editions that are out, the latest published first. What cannot be read is no edition."""
    found = []
    held = withheld(now=now)
    for folder in sorted(root.iterdir(), reverse=True) if root.is_dir() else []:
        if folder.name in held or folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            found.append(read_edition(folder))
        except BadEdition:
            continue
    return sorted(found, key=lambda one: one.published or date.min, reverse=True)


def edition(root: Path, slug: str, *, now: datetime) -> Edition | None:
    """One edition, or None for one that is not out: nothing says whether it is there already."""
    return next((one for one in editions(root, now=now) if one.slug == slug), None)


def withheld(*, now: datetime) -> set[str]:
    """The editions that are announced and not out before their time."""
    return set(Release.objects.filter(replaced_by=None, at__gt=now).values_list("edition", flat=True))


@dataclass(frozen=True, slots=True)
class Line:
    """A release with what was announced of it before, latest first."""

    release: Release
    earlier: list[Release]
    out: bool


def calendar(*, now: datetime) -> list[Line]:
    """Everything that was ever announced, what comes next first and then what is out, the latest first."""
    every = {one.id: one for one in Release.objects.select_related("round").order_by("said_at")}
    replaced = {one.replaces_id for one in every.values()}
    lines = []
    for one in every.values():
        if one.id in replaced:
            continue
        earlier, at = [], one
        while at.replaces_id:
            at = every[at.replaces_id]
            earlier.append(at)
        lines.append(Line(one, earlier, one.at <= now))
    to_come = sorted((line for line in lines if not line.out), key=lambda line: line.release.at)
    return to_come + sorted(
        (line for line in lines if line.out), key=lambda line: line.release.at, reverse=True
    )


def round_of(slug: str) -> Round | None:
    """The round that an edition was announced for."""
    release = Release.objects.filter(edition=slug).select_related("round").first()
    return release.round if release else None


def opens_for(actor: Actor, codes: set[str]) -> dict[str, Force]:
    """The forces among ``codes`` whose signed return this reader may open."""
    own = force_of(actor)
    forces = Force.objects.filter(code__in=codes)
    if not may(actor, Action.VERIFY_RETURN):
        forces = forces.filter(id__in=[own.id] if own else [])
    return {force.code: force for force in forces}
