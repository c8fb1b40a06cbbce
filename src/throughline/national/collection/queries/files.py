"""The files that forces sent: until when their bytes are held, and which are gone."""

from dataclasses import dataclass
from uuid import UUID

from throughline.national.collection.models import Receipt, ReceivedFile
from throughline.national.collection.rules import FileRule, Holding, holding


@dataclass(frozen=True, slots=True)
class Held:
    """A file as it stands on a page, with the rule by which it is held, or by which it went."""

    row: ReceivedFile
    rule: str
    holding: Holding


def rule_of(receipt: Receipt) -> FileRule:
    """By which rule the files of a receipt are held."""
    return FileRule.FIGURES if hasattr(receipt, "version") else FileRule.NO_RETURN


def files_of(receipt: Receipt) -> list[Held]:
    """What came with a receipt, by name."""
    return [_held(one, receipt) for one in sorted(receipt.files.all(), key=lambda one: one.name)]


def files_of_round(round_id: UUID, force_id: UUID | None = None) -> list[Held]:
    """Every file of a round, or of one force in it, in the order in which they were sent; their bytes are not read."""
    found = ReceivedFile.objects.filter(receipt__round_id=round_id)
    if force_id is not None:
        found = found.filter(force_id=force_id)
    rows = found.select_related("force", "receipt__version").defer("content")
    return [_held(one, one.receipt) for one in rows.order_by("force__code", "receipt__number", "name")]


def _held(file: ReceivedFile, receipt: Receipt) -> Held:
    rule = file.removed_under or rule_of(receipt)
    return Held(file, rule, holding(rule, receipt.sent_at))
