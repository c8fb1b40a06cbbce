"""``throughline handover``: a force's records, made into the tables that every measure is run on."""

from pathlib import Path

import click

from throughline.handover.importing import REJECTS, import_records, read_key
from throughline.handover.mapping import MapError, read_map


@click.group()
def handover() -> None:
    """What a force hands over: tables of ids, codes and times, and of nobody's name."""


@handover.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SRC…", type=click.Path(path_type=Path))
@click.option(
    "--map", "mapped", required=True, type=click.Path(path_type=Path), help="What each file and column holds."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="An empty folder."
)
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The force's key for pseudonyms; made where there is none. It never leaves the force.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Tables as CSV, not as Parquet.")
def import_command(sources: tuple[Path, ...], mapped: Path, out: Path, key: Path, as_csv: bool) -> None:
    """Make tables of handover of record exports of other software: incidents, crimes, people, custody, outcomes, calls.

    The good rows land; every other is named in rejects.csv by file, row, column and reason. A file or a column that the
    map names and that is not there ends it before anything is written.
    """
    if out.resolve() in key.resolve().parents:
        raise click.UsageError("--key: stands in the folder that is handed over.")
    try:
        told = read_map(mapped)
    except MapError as error:
        raise click.ClickException(f"{mapped.name}: {error}.") from None
    try:
        counts = import_records(
            told, sources, out, key=read_key(key), as_csv=as_csv, say=lambda said: click.echo(said, err=True)
        )
    except (MapError, FileExistsError) as error:
        raise click.ClickException(f"{error}.") from None
    for kind, count in counts.items():
        click.echo(
            f"{kind}: {count.rows:,} rows, {count.landed:,} landed, "
            + (f"{count.again:,} told again, " if count.again else "")
            + f"{count.left_out:,} left out by the map, {count.refused:,} rejected"
        )
    click.echo(f"Why each was rejected: {out / REJECTS}")
