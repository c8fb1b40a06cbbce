"""The keys of a deployment, and bytes encrypted under them.

One file in the private folder holds the master keys; each purpose has its own key derived from one of
them. A new master key encrypts from then on; the older ones still open what they closed.
"""

import contextlib
import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class CannotOpen(Exception):
    """The bytes were not closed under these keys for this place, or were altered."""


class Keys:
    """The key ring in ``file``; made on first use, readable by its owner alone."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.is_file():
            made = {"current": 1, "linkage": secrets.token_hex(32), "keys": {"1": secrets.token_hex(32)}}
            self._write(made, first=True)
        self._ring = json.loads(file.read_text())

    def _write(self, ring: dict[str, object], *, first: bool) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(ring, out)
            out.flush()
            os.fsync(out.fileno())
        if not first:
            part.replace(self.file)
            return
        # never over a ring that another process has just made: what it closes must stay readable
        with contextlib.suppress(FileExistsError):
            os.link(part, self.file)
        part.unlink()

    @property
    def linkage(self) -> bytes:
        """The secret of the recognition keys. It is not rotated: every key would have to be made anew."""
        return bytes.fromhex(self._ring["linkage"])

    def fingerprint(self, text: str) -> str:
        """A keyed hash that says whether two texts are the same and nothing else."""
        return hmac.digest(self.linkage, text.encode(), "sha256").hex()

    def rotate(self) -> int:
        """Encrypt under a new master key from now on; returns its number."""
        self._ring["current"] += 1
        self._ring["keys"][str(self._ring["current"])] = secrets.token_hex(32)
        self._write(self._ring, first=False)
        return self._ring["current"]

    @property
    def current(self) -> int:
        """The number of the master key that encrypts now."""
        return int(self._ring["current"])

    def derive(self, purpose: str, number: int) -> bytes:
        """The key of one purpose, 32 bytes, always the same under the same master key.

        For what is closed elsewhere, such as on an officer's telephone: whoever holds it opens nothing else.
        Raises :class:`CannotOpen` where the master key is not on this ring.
        """
        return HKDF(SHA256(), 32, salt=None, info=f"throughline {purpose}".encode()).derive(
            self._master(number)
        )

    def _master(self, number: int) -> bytes:
        try:
            return bytes.fromhex(self._ring["keys"][str(number)])
        except KeyError:
            raise CannotOpen("closed under a key that is not on this ring") from None

    def _cipher(self, number: int) -> AESGCM:
        return AESGCM(self.derive("field", number))

    def close(self, plain: bytes, place: str) -> bytes:
        """Encrypt with AES-GCM, bound to ``place`` ("table/column/row"): elsewhere it does not open."""
        number = self._ring["current"]
        nonce = secrets.token_bytes(_NONCE)
        return number.to_bytes(2, "big") + nonce + self._cipher(number).encrypt(nonce, plain, place.encode())

    def open(self, closed: bytes, place: str) -> bytes:
        """Decrypt what `close` made for the same place; raises :class:`CannotOpen`."""
        number, nonce, body = int.from_bytes(closed[:2], "big"), closed[2 : 2 + _NONCE], closed[2 + _NONCE :]
        try:
            return self._cipher(number).decrypt(nonce, body, place.encode())
        except InvalidTag:
            raise CannotOpen("altered, or taken from another place") from None


@lru_cache(maxsize=1)
def keys() -> Keys:
    """The key ring of this deployment."""
    from django.conf import settings

    return Keys(Path(settings.HOME) / "keys.json")
