"""``throughline linkage bench``: recognition measured on a whole site, beside what `linkage` measures alone."""

import json
import os
from typing import Any

import click

from throughline.linkage.cli import linkage
from throughline.running.cluster import ClusterError
from throughline.running.logins import ServerError
from throughline.running.migrate import MigrationError
from throughline.running.site import SiteError

__all__ = ["linkage"]


@linkage.command("bench")
@click.option(
    "--people",
    type=click.IntRange(min=20),
    default=100_000,
    show_default=True,
    help="How many invented people the index holds.",
)
@click.option("--lookups", type=click.IntRange(min=2), default=2_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
def bench_command(people: int, lookups: int, seed: int, as_json: bool) -> None:
    """Measure how quickly and how well a misremembered person is found.

    Imports invented people into a database of its own, which is gone afterwards, and looks people up in it:
    once by the engine alone, once through the search page as it is served. DATABASE_URL, the address of a
    superuser, puts a PostgreSQL server that nothing else of ours works on in place of the embedded one.
    """
    from throughline.running.bench import bench

    try:
        found = bench(
            people=people, lookups=lookups, seed=seed, database_url=os.environ.get("DATABASE_URL") or None
        )
    except (SiteError, ClusterError, ServerError, MigrationError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(found) if as_json else _table(found))


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['people']:,} people, {found['lookups']:,} lookups; first of the results:"
        f" {found['recall_at_1']:.1%}",
        "",
        f"{'milliseconds':24}{'p50':>10}{'p95':>10}{'p99':>10}",
    ]
    for name, key in (("engine", "engine_ms"), ("search page", "http_ms")):
        one = found[key]
        lines.append(f"{name:24}{one['p50']:>10.2f}{one['p95']:>10.2f}{one['p99']:>10.2f}")
    return "\n".join(lines)
