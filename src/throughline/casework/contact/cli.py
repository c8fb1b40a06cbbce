"""``throughline contact``: calls that a telephony or command-and-control system delivers."""

import json
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import click
import django
from django.db import DatabaseError, InterfaceError, OperationalError, connection

#: The exit code says how many lines were at fault, as far as an exit code can count.
MOST_COUNTED = 100
#: Not every call could be kept: the database was away for longer than the patience of whoever started this.
GAVE_UP = 101


@click.group()
def contact() -> None:
    """First contact: calls from other systems."""
    django.setup()


@contact.command()
@click.option("--system", default="telephony", show_default=True, help="The system that delivers.")
@click.option("--channel", default="999", show_default=True, help="For a call that names no channel.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Take *.json files from a folder, one call each, in place of lines on standard input.",
)
@click.option("--once", is_flag=True, help="With --folder: take what lies there, and end.")
@click.option(
    "--patience",
    default=60.0,
    show_default=True,
    help="Seconds to wait for a database that is away before giving up.",
)
def receive(system: str, channel: str, folder: Path | None, once: bool, patience: float) -> None:
    """Keep calls: a JSON object on each line of standard input, an answer for each on standard output.

    An answer is printed when its call is kept for good. The same call delivered again is one contact. See
    docs/running/telephony.md.
    """
    if folder is None:
        faulty = _from_lines(system, channel, patience)
    else:
        faulty = _from_folder(folder, system, channel, patience, once)
    sys.exit(min(faulty, MOST_COUNTED))


def _from_lines(system: str, channel: str, patience: float) -> int:
    from throughline.casework.contact.commands.receiving import keep_call
    from throughline.casework.contact.rules.delivery import LONGEST_LINE

    faulty, number = 0, 0
    lines = sys.stdin.buffer
    while raw := lines.readline(LONGEST_LINE + 1):
        number += 1
        rest = raw
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = lines.readline(LONGEST_LINE + 1)
        if not raw.strip():
            continue
        outcome = _patiently(
            partial(keep_call, raw, now=_now(), system=system, channel=channel), f"line {number}", patience
        )
        faulty += _tell({"line": number}, f"line {number}", outcome)
    return faulty


def _from_folder(folder: Path, system: str, channel: str, patience: float, once: bool) -> int:
    from throughline.casework.contact.commands.receiving import keep_file, waiting_files

    faulty, stopped = 0, False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopped:
        left = 0
        for file in waiting_files(folder):
            if stopped:
                break
            outcome = _patiently(
                partial(keep_file, file, now=_now(), system=system, channel=channel), file.name, patience
            )
            if outcome is None:
                left += 1
                continue
            faulty += _tell({"file": file.name}, file.name, outcome)
        if once and not left:
            break
        if not stopped:
            time.sleep(0.5)
    return faulty


def _tell(told: dict[str, object], place: str, outcome) -> int:  # type: ignore[no-untyped-def]
    """Answer on standard output, name what is wrong on standard error; says whether anything was."""
    told |= {"result": outcome.result}
    if outcome.contact_id:
        told |= {"id": outcome.ref, "contact": str(outcome.contact_id)}
    if outcome.faults:
        told["left_out" if outcome.contact_id else "at_fault"] = [fault.field for fault in outcome.faults]
    click.echo(json.dumps(told))
    for fault in outcome.faults:
        click.echo(f"{place}: {fault}", err=True)
    return bool(outcome.faults)


def _patiently[T](keep: Callable[[], T], place: str, patience: float) -> T:
    """Do it, waiting for a database that is away; nothing is skipped meanwhile."""
    began, pause = time.monotonic(), 0.2
    while True:
        try:
            return keep()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() - began > patience:
                click.echo(
                    f"{place}: the database is away ({type(error).__name__}); this call and what follows"
                    " were not kept and must be delivered again",
                    err=True,
                )
                sys.exit(GAVE_UP)
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
        except DatabaseError as error:
            # its own words can quote what was delivered
            click.echo(
                f"{place}: the database refused it ({type(error).__name__}); this call and what follows"
                " were not kept and must be delivered again",
                err=True,
            )
            sys.exit(GAVE_UP)


def _now():  # type: ignore[no-untyped-def]
    from django.utils import timezone

    return timezone.now()
