"""What a signature of a return binds: the one text of its figures, and that text's digest."""

import hashlib

from throughline.statistics.returns.rules import Return


def canonical(told: Return) -> str:
    """The one text of a return's figures, which a signature binds: the same figures give the same bytes.

    A line with the force and the year, then one for each item in order of its code, with its figure or the reason for which there
    is none.
    """
    lines = [f"{told.force}\t{told.year_end.isoformat()}"]
    for code in sorted(told.entries):
        entry = told.entries[code]
        lines.append(f"{code}\t{'' if entry.value is None else entry.value}\t{entry.unable or ''}")
    return "\n".join(lines)


def digest(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal: one digit changed is another digest."""
    return hashlib.sha256(text.encode()).hexdigest()
