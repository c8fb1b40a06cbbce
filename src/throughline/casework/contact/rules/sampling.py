"""Which contacts a supervisor listens to or reads: every handler, at random, and so that it can be done again.

Nobody chooses: a contact's turn is a hash of the seed and its own id. The seed is kept with what was drawn, so
that anybody who may see the same contacts draws the same again.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256
from uuid import UUID


def seed(*, period: str, seal: int, seal_hash: bytes) -> str:
    """What a draw starts from, by its source: the period, and the seal of the log that stood when it was drawn.

    Nobody can know a seal beforehand or choose it. ``seal`` 0 stands for a log without a seal.
    """
    return f"{period} seal {seal} {seal_hash.hex()[:32]}".rstrip()


def draw(pool: Mapping[UUID, Collection[UUID]], *, seed: str, each: int) -> dict[UUID, tuple[UUID, ...]]:
    """Up to ``each`` contacts of every handler of ``pool`` (contacts by handler), by a seed.

    The same seed draws the same from the same contacts in whatever order; a contact that joins the pool puts
    out at most one of its own handler's.
    """
    return {
        handler: tuple(sorted(set(contacts), key=lambda one: _turn(seed, one))[:each])
        for handler, contacts in sorted(pool.items())
        if contacts
    }


def _turn(seed: str, contact: UUID) -> bytes:
    return sha256(f"{seed}/{contact}".encode()).digest()
