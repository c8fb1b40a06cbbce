"""What a site does between requests, in a process and under a login of its own."""

import signal
import threading
import time

from django.db import close_old_connections

from throughline.foundations.audit.commands import Checkpoints, seal

_SEAL_EVERY = 1.0
_CHECKPOINT_EVERY = 60.0


def work(checkpoints: Checkpoints) -> None:
    """Seal the audit log every second and sign where it stands every minute, until SIGTERM or SIGINT."""
    stopped = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_received: stopped.set())
    signed = time.monotonic()
    while not stopped.wait(_SEAL_EVERY):
        close_old_connections()
        seal()
        if time.monotonic() - signed >= _CHECKPOINT_EVERY:
            checkpoints.write()
            signed = time.monotonic()
    checkpoints.write()
