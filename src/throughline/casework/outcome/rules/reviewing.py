"""Which outcomes an evidential reviewer looks at, by reference's outcome-review-policy."""

from datetime import date
from hashlib import sha256
from uuid import UUID

from throughline.casework.outcome.rules import Code
from throughline.reference import Row, load


def causes(code: Code, *, decision_id: UUID, high: bool, repeat: bool, on: date) -> tuple[str, ...]:
    """Why an outcome that was given on a day is reviewed, as codes of the policy; empty: it is not.

    ``high`` says whether a case of hers is graded high, ``repeat`` whether she is a repeat victim.
    """
    return tuple(
        row.code
        for row in load("outcome-review-policy").as_of(on)
        if _is_of(row, code) and _calls(row, decision_id, high=high, repeat=repeat)
    )


def _is_of(row: Row, code: Code) -> bool:
    return code.kind in row.texts("kinds") or code.code in row.texts("outcomes")


def _calls(row: Row, decision_id: UUID, *, high: bool, repeat: bool) -> bool:
    when = row.text("when")
    if when == "sample":
        return drawn(decision_id, seed=f"{row.code} {row.valid_from}", one_in=row.number("one_in"))
    return {"always": True, "high": high, "repeat": repeat}[when]


def drawn(decision_id: UUID, *, seed: str, one_in: int) -> bool:
    """Whether a decision is one of the sample: by a hash of the policy's row and its own random id.

    Nobody chooses, and whoever knows the policy of the day finds the same again, as `cases.rules.drawing` does.
    """
    return int.from_bytes(sha256(f"{seed}/{decision_id}".encode()).digest()[:8]) % one_in == 0
