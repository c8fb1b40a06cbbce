"""Which things are drawn to be looked at: at random, and so that it can be done again.

Nobody chooses: a thing's turn is a hash of the seed and its own id. The seed is kept with what was drawn, so that
anybody who may see the same things draws the same again.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256
from uuid import UUID


def seed(*, period: str, seal: int, seal_hash: bytes) -> str:
    """What a draw starts from, by its source: the period, and the seal of the log that stood when it was drawn.

    Nobody can know a seal beforehand or choose it. ``seal`` 0 stands for a log without a seal.
    """
    return f"{period} seal {seal} {seal_hash.hex()[:32]}".rstrip()


def draw[K: (UUID, str)](
    pool: Mapping[K, Collection[UUID]], *, seed: str, each: int
) -> dict[K, tuple[UUID, ...]]:
    """Up to ``each`` of every heap of ``pool`` (ids by whose or of what kind they are), by a seed.

    The same seed draws the same from the same ids in whatever order; an id that joins the pool puts out at most one
    of its own heap.
    """
    return {
        heap: tuple(sorted(set(ids), key=lambda one: _turn(seed, one))[:each])
        for heap, ids in sorted(pool.items())
        if ids
    }


def _turn(seed: str, one: UUID) -> bytes:
    return sha256(f"{seed}/{one}".encode()).digest()
