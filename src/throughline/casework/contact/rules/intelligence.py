"""Who reads what a confidential system holds: accounts that were named for it, and nobody by their role alone."""

from uuid import UUID, uuid5

_NAMED = UUID("5b9c0d63-6d0e-4a0f-8c39-0a4f6d6a7a51")


def named_for(system: str) -> UUID:
    """Under which subject of a grant accounts are named for a confidential system; the same code, the same id.

    Child-protection and similar systems are for named staff (HMIC 2015, chapter 1): neither the role of the desk
    nor sight of the person opens them.
    """
    return uuid5(_NAMED, system)
