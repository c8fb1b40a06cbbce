"""The keys of a deployment, and bytes encrypted under them.

One file in the private folder holds the master keys; each purpose has its own key derived from one of
them. A new master key encrypts from then on, in every process that reads the file; the older ones still open
what they closed.
"""

import contextlib
import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class CannotOpen(Exception):
    """The bytes were not closed under these keys for this place, or were altered."""


class CannotRotate(Exception):
    """There is no new key; the sentence says why."""


class Keys:
    """The key ring in ``file``; made on first use, readable by its owner alone."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.is_file():
            made = {"current": 1, "linkage": secrets.token_hex(32), "keys": {"1": secrets.token_hex(32)}}
            self._write(made, first=True)
        self._read()

    def _read(self) -> None:
        with self.file.open() as held:
            seen, ring = _which(os.fstat(held.fileno())), json.load(held)
        # in this order: a thread that finds the file seen finds its ring
        self._ring = ring
        self._seen = seen

    def _renew(self) -> None:
        """Another process may have rotated since: what it closes must open here, and what is closed here go under its key."""
        # where the file is out of reach, what was read before serves on
        with contextlib.suppress(OSError):
            if _which(self.file.stat()) != self._seen:
                self._read()

    def _write(self, ring: dict[str, object], *, first: bool) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w") as out:
                json.dump(ring, out)
                out.flush()
                os.fsync(out.fileno())
                if not first:
                    # whoever rotates, the processes of the site must still be able to read it
                    owner = self.file.stat()
                    os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
            if not first:
                part.replace(self.file)
                return
            # never over a ring that another process has just made: what it closes must stay readable
            with contextlib.suppress(FileExistsError):
                os.link(part, self.file)
        finally:
            part.unlink(missing_ok=True)

    @property
    def linkage(self) -> bytes:
        """The secret of the recognition keys. It is not rotated: every key would have to be made anew."""
        return bytes.fromhex(self._ring["linkage"])

    def fingerprint(self, text: str) -> str:
        """A keyed hash that says whether two texts are the same and nothing else."""
        return hmac.digest(self.linkage, text.encode(), "sha256").hex()

    def rotate(self) -> int:
        """Encrypt under a new master key from now on; returns its number.

        It is on the disk before anything is closed under it, and of two that rotate at once each makes one.
        Raises :class:`CannotRotate`, and then nothing has changed.
        """
        try:
            with _alone_in(self.file.parent) as folder:
                self._read()
                number = int(self._ring["current"]) + 1
                held = {**self._ring["keys"], str(number): secrets.token_hex(32)}
                self._write({**self._ring, "current": number, "keys": held}, first=False)
                os.fsync(folder)
                self._read()
        except OSError as problem:
            raise CannotRotate(f"{self.file.name} cannot be written: {problem.strerror}.") from None
        return number

    @property
    def current(self) -> int:
        """The number of the master key that encrypts now."""
        self._renew()
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
        if str(number) not in self._ring["keys"]:
            self._renew()
        try:
            return bytes.fromhex(self._ring["keys"][str(number)])
        except KeyError:
            raise CannotOpen("closed under a key that is not on this ring") from None

    def _cipher(self, number: int) -> AESGCM:
        return AESGCM(self.derive("field", number))

    def close(self, plain: bytes, place: str) -> bytes:
        """Encrypt with AES-GCM, bound to ``place`` ("table/column/row"): elsewhere it does not open."""
        number = self.current
        nonce = secrets.token_bytes(_NONCE)
        return number.to_bytes(2, "big") + nonce + self._cipher(number).encrypt(nonce, plain, place.encode())

    def open(self, closed: bytes, place: str) -> bytes:
        """Decrypt what `close` made for the same place; raises :class:`CannotOpen`."""
        number, nonce, body = int.from_bytes(closed[:2], "big"), closed[2 : 2 + _NONCE], closed[2 + _NONCE :]
        try:
            return self._cipher(number).decrypt(nonce, body, place.encode())
        except InvalidTag:
            raise CannotOpen("altered, or taken from another place") from None


def _which(file: os.stat_result) -> tuple[int, int, int]:
    """Which file it is: each ring that is written is another one."""
    return file.st_dev, file.st_ino, file.st_mtime_ns


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """Nobody else rotates in this folder meanwhile; gives its descriptor."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@lru_cache(maxsize=1)
def keys() -> Keys:
    """The key ring of this deployment."""
    from django.conf import settings

    return Keys(Path(settings.HOME) / "keys.json")
