"""A server and a folder for one benchmark, gone when it is over, and what its result says of the machine."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

SOURCE = Path(__file__).resolve().parents[1] / "src"
sys.path.insert(0, str(SOURCE))

from throughline.running.cluster import SUPERUSER, Cluster  # noqa: E402 (found once the path is set)
from throughline.running.logins import Logins  # noqa: E402
from throughline.running.template import make_template  # noqa: E402


@contextmanager
def scratch() -> Iterator[tuple[Path, Cluster, Logins]]:
    """A private folder, a running server and a migrated database on it, with how each login reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-bench-"))
    cluster = Cluster(folder.with_name(folder.name + "-database"))
    try:
        cluster.start()
        yield folder, cluster, make_template(cluster.url(SUPERUSER, "postgres"), "bench", folder)
    finally:
        cluster.erase()
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, object]:
    """What a figure was measured on."""
    return {
        "cpus": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_at_end": os.getloadavg()[0],
        "arch": platform.machine(),
        "python": platform.python_version(),
    }


def commit() -> str:
    """The commit that was measured."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def tell(result: dict[str, Any], out: Path | None) -> None:
    """Print what was measured, of which commit and on what machine, and keep it in ``out``."""
    text = json.dumps({**result, "commit": commit(), "machine": machine()}, indent=2)
    print(text)
    if out:
        out.write_text(text + "\n")
