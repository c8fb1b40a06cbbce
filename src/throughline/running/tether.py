"""Processes that end when we do, however we end.

A signal handler is not run by ``kill -9``, and asking the kernel to pass a parent's death on works on Linux
only. A closed pipe is noticed everywhere.
"""

import subprocess


def tie(target: int, sign: str) -> subprocess.Popen[bytes]:
    """Send ``sign`` ("INT", "KILL") to ``target`` when this process is gone.

    ``target`` is a process, or a process group as its negative number. Given to `untie` once the target
    has been ended in some other way.
    """
    return subprocess.Popen(  # noqa: S603
        # the shell reads from a pipe that nobody writes to, and goes on when our end of it closes
        ["sh", "-c", 'read -r _; kill -s "$1" -- "$2" 2>/dev/null', "sh", sign, str(target)],  # noqa: S607
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def untie(tether: subprocess.Popen[bytes]) -> None:
    """Let the target be."""
    tether.kill()
    tether.communicate()
