"""The command line: `throughline …`. Each room brings its own commands; this only hangs them up."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

# name -> where its click command is; imported when it is asked for, so that the quick ones stay quick
COMMANDS = {
    "accounts": "throughline.foundations.accounts.cli:accounts",
    "audit": "throughline.foundations.audit.cli:audit",
    "contact": "throughline.casework.contact.cli:contact",
    "demo": "throughline.running.cli:demo",
    "docs": "throughline.running.documenting:docs",
    "duties": "throughline.casework.figures.cli:duties",
    "facts": "throughline.casework.cases.cli:facts",
    "handover": "throughline.handover.cli:handover",
    "instruments": "throughline.foundations.instruments.cli:instruments",
    "investigation": "throughline.casework.investigation.cli:investigation",
    "keys": "throughline.running.keys:keys",
    "linkage": "throughline.running.measuring:linkage",
    "measures": "throughline.casework.figures.cli:measures",
    "messages": "throughline.casework.messages.cli:messages",
    "national": "throughline.national.collection.cli:national",
    "neighbourhood": "throughline.casework.neighbourhood.cli:neighbourhood",
    "outcome": "throughline.casework.outcome.cli:outcome",
    "partners": "throughline.casework.partnership.cli:partners",
    "people": "throughline.casework.people.cli:people",
    "reference": "throughline.reference.cli:reference",
    "return": "throughline.returns.cli:returning",
    "review": "throughline.casework.cases.cli:review",
    "risk": "throughline.casework.risk.cli:risk",
    "safeguarding": "throughline.casework.safeguarding.cli:safeguarding",
    "scene": "throughline.casework.scene.cli:scene",
    "statistics": "throughline.statistics.cli:statistics",
    "synthetic": "throughline.synthetic.cli:synthetic",
    "worker": "throughline.running.cli:worker",
}


class Rooms(click.Group):
    """Loads a room's commands only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where no database answers, say so in a sentence that tells what to do."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if not _found_no_database(error):
                raise
            raise click.ClickException(
                "No database answers. THROUGHLINE_DATABASE says where it is (docs/running/deploying.md); for the"
                ' demonstration that runs: eval "$(./run demo --environment worker)"'
            ) from None


def _found_no_database(error: Exception) -> bool:
    """Whether a command failed because it never reached its database."""
    if (django := sys.modules.get("django.db")) is None:
        return False
    return isinstance(error, django.OperationalError) and django.connection.connection is None


@click.group(cls=Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="throughline")
def throughline() -> None:
    """One line of information from the first call to the national picture."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.website.settings")


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point."""
    throughline(arguments)


if __name__ == "__main__":
    main()
