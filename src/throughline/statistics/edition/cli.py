"""``throughline national publish``: editions of the national figures, from the command line."""

import re
from pathlib import Path

import click

from throughline.statistics.disclosure import UnprotectedError
from throughline.statistics.edition.before import read_before, write_ledger
from throughline.statistics.edition.gathering import UnpublishableError, gather
from throughline.statistics.edition.national import national_edition
from throughline.statistics.edition.printed import printed_edition
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.edition.writing import STYLE, FolderError, write_edition
from throughline.statistics.printed import UnknownReport

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ().,-]{0,60}")


@click.command()
@click.option("--edition", "name", required=True, help="What it is called, as in '2025'.")
@click.option(
    "--returns",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of signed returns.",
)
@click.option(
    "--seal",
    metavar="SHA-256",
    help="What `national export-signed` said when it sealed the folder.",
)
@click.option(
    "--report",
    metavar="NAME",
    help="In place of returns: the report whose printed figures are carried, as hmic-2015.",
)
@click.option(
    "--after",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of the edition before.",
)
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What --ledger-out wrote with the edition before; needed where a return was corrected since.",
)
@click.option(
    "--ledger-out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file, for the publisher alone: every figure that editions printed or kept back.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A new or empty folder to write to."
)
@click.option(
    "--style",
    type=click.Path(path_type=Path, dir_okay=False),
    default=STYLE,
    help="The built style sheet of the pages.",
)
@click.option("--quiet", is_flag=True, help="Say nothing while it works.")
def publish(
    name: str,
    returns: Path | None,
    seal: str | None,
    report: str | None,
    after: Path | None,
    ledger: Path | None,
    ledger_out: Path | None,
    out: Path,
    style: Path,
    quiet: bool,
) -> None:
    """Write an edition: pages, pictures, tables as CSV with CSVW, a spreadsheet, and an index.

    Only signed returns are published: each stands in signatures.csv with the digest of what was signed, and a folder that was
    sealed is as it was. With --after, nothing
    is given away beside what the last edition printed, corrections are logged, and forces say why; where returns
    were corrected since, --ledger says what they were. Rebuilt from the same
    returns it is the same to the last byte. The status is 1 where something keeps it from being published; nothing is
    written then.
    """

    def say(words: str) -> None:
        if not quiet:
            click.echo(words, err=True)

    if not NAME.fullmatch(name):
        raise click.UsageError("--edition: write a short name of letters, digits and spaces")
    if (returns is None) == (report is None):
        raise click.UsageError("name either --returns or --report")
    if seal and returns is None:
        raise click.UsageError("--seal belongs to --returns")
    if ledger and after is None:
        raise click.UsageError("--ledger belongs to --after")
    if ledger_out and (
        returns is None or ledger_out.exists() or ledger_out.resolve().is_relative_to(out.resolve())
    ):
        raise click.UsageError("--ledger-out belongs to --returns, is a new file, and never inside of --out")
    try:
        if report is not None:
            edition = printed_edition(report, name)
        else:
            assert returns is not None
            gathered = gather(returns, seal=seal, progress=say)
            before = read_before(after) if after else None
            if before is not None and before.invented != gathered.invented:
                raise click.ClickException(
                    "An invented edition does not follow a real one, nor a real one an invented."
                )
            figures = Figures(gathered, before.earlier(ledger) if before else None, progress=say)
            edition = national_edition(name, figures, before, progress=say)
        files = write_edition(edition, out, style=style, progress=say)
        if ledger_out is not None:
            write_ledger(ledger_out, figures.after())
    except UnpublishableError as error:
        for fault in error.faults[:50]:
            click.echo(fault, err=True)
        faults = "1 fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
        raise click.ClickException(f"{faults}; nothing is published.") from None
    except (FolderError, UnprotectedError, UnknownReport) as error:
        raise click.ClickException(f"{error}.") from None
    say(f"{out}: {len(files):,} files; begin with {out / 'index.html'}")
