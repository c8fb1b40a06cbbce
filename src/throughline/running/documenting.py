"""`throughline docs`: pages that are written from the code, so that they cannot be wrong about it."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

HEAD = "<!-- Written by `throughline docs generate`; do not edit. -->\n\n"


@click.group()
def docs() -> None:
    """Pages made from the code."""


@docs.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/generated"),
    show_default=True,
)
@click.pass_context
def generate(ctx: click.Context, out: Path) -> None:
    """Write docs/generated: who may do what, addresses, tables, lists, measures, transitions, the command line, printed reports."""
    import os

    import django

    # what stands in the documents is of both sites
    os.environ["DJANGO_SETTINGS_MODULE"] = "throughline.website.both"
    django.setup()
    out.mkdir(parents=True, exist_ok=True)
    pages = {
        "access.md": access(),
        "addresses.md": addresses(),
        "tables.md": tables(),
        "reference.md": reference(),
        "measures.md": measured(),
        "transitions.md": transitions(),
        "command-line.md": command_line(ctx.find_root()),
        **{f"report-{name}.md": report(name) for name in carried_reports()},
    }
    for name, text in pages.items():
        (out / name).write_text(HEAD + text.rstrip() + "\n", encoding="utf-8")
    click.echo(f"Wrote {len(pages)} pages to {out}", err=True)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def access() -> str:
    """Every rule of who may do what."""
    from throughline.foundations.access.rules import (
        EVERY_ACCOUNT,
        EXCLUSION,
        FRONT_LINE,
        READERS,
        RULES,
        Role,
    )

    named = {
        frozenset(EVERY_ACCOUNT): "every account",
        frozenset(FRONT_LINE): "the front line",
        frozenset(READERS): "whoever reads about people",
    }

    def who(roles: frozenset[Role]) -> str:
        return named.get(roles) or ", ".join(sorted(roles))

    rows = [
        (rule.sentence, rule.action, who(rule.roles), rule.when.__name__.strip("_").replace("_", " "))
        for rule in RULES
    ]
    return (
        "# Who may do what\n\n"
        f"What no rule allows is refused. Before all of them: {EXCLUSION[0].lower()}{EXCLUSION[1:]}.\n"
        f"The front line is {', '.join(sorted(FRONT_LINE))}; who reads about people is that and"
        f" {', '.join(sorted(READERS - FRONT_LINE))}.\n\n" + _table(("Rule", "Action", "Roles", "When"), rows)
    )


def carried_reports() -> tuple[str, ...]:
    """The reports whose printed figures are carried."""
    from throughline.statistics.printed import names

    return names()


def report(name: str) -> str:
    """What a report prints, in its own order, and which of it contradicts what."""
    from throughline.statistics.consistency import check
    from throughline.statistics.printed import printed

    told = printed(name)
    found = check(told.facts)
    asked = {one: number for number, finding in enumerate(found, start=1) for one in finding.fact_ids}
    findings = [
        (str(number), finding.rule, finding.printed, finding.recomputed, finding.message)
        for number, finding in enumerate(found, start=1)
    ]
    figures = [
        (
            fact.id,
            fact.indicator.replace("_", " "),
            fact.geography,
            " to ".join(day.isoformat() for day in fact.period if day),
            fact.shown,
            fact.unit,
            "" if fact.numerator is None else f"{fact.numerator:,}",
            "" if fact.denominator is None else f"{fact.denominator:,}",
            fact.source,
            f"[{asked[fact.id]}]" if fact.id in asked else "",
        )
        for fact in told.facts
    ]
    return (
        f"# {told.title}\n\n{told.description}\n\nSource: {told.source}\n\nLicence: {told.licence}\n\n{told.changes}\n\n"
        f"## What does not follow\n\n{len(found)} questions of {len(figures)} figures, rounding understood. Which of two figures"
        " is wrong is not said.\n\n"
        + _table(("", "Rule", "Printed", "Follows", "How"), findings)
        + "\n## What is printed\n\n"
        + _table(
            ("Row", "What", "Of whom", "Period", "Value", "Unit", "Counted", "Of", "Where", "Question"),
            figures,
        )
    )


def addresses() -> str:
    """Every address with the rule that it stands under."""
    from django.urls import get_resolver

    from throughline.foundations.access.routes import routes, rule_of

    def of(urls: str) -> str:
        rows = [
            (f"`/{route}`", name, str(rule_of(view) or "served to nobody"))
            for route, name, view in routes(get_resolver(urls))
        ]
        return _table(("Address", "Name", "Rule"), sorted(rows))

    return (
        "# Every address and its rule\n\n## A force's site\n\n"
        + of("throughline.website.urls")
        + "\n## The national site\n\n"
        + of("throughline.website.national.urls")
    )


def tables() -> str:
    """Every table of ours, its columns and what it is for."""
    from django.apps import apps

    parts = ["# Tables\n"]
    models = [model for model in apps.get_models() if model.__module__.startswith("throughline.")]
    for model in sorted(models, key=lambda model: model._meta.db_table):
        parts.append(f"## `{model._meta.db_table}`\n\n{inspect.getdoc(model)}\n")
        rows = []
        for field in model._meta.local_fields:
            to = f"→ `{field.related_model._meta.db_table}`" if field.related_model else ""
            rows.append(
                (f"`{field.column}`", field.get_internal_type(), "may be empty" if field.null else "", to)
            )
        parts.append(_table(("Column", "Type", "", ""), rows))
    return "\n".join(parts)


def reference() -> str:
    """Every reference list with its source and how sure it is."""
    from throughline.reference import load, names

    parts = ["# Reference lists\n"]
    for name in names():
        one = load(name)
        rows = [
            (
                f"`{row.code}`",
                row.label,
                str(row.valid_from),
                str(row.valid_until or ""),
                row.confidence,
                row.source,
            )
            for row in one.rows
        ]
        parts.append(f"## {name}\n")
        parts.append(_table(("Code", "Label", "From", "Until", "Confidence", "Source"), rows))
    return "\n".join(parts)


def measured() -> str:
    """Every measure: what is counted, and how sure it is."""
    from throughline.measures import intervals, measures

    every = measures()
    sure = "".join(f"- **{what}**. {words}\n" for what, words in intervals().items())
    parts = "".join(
        f"\n## {part}\n\n"
        + _table(
            ("Code", "Measure", "Kind", "What is counted", "Source"),
            (
                (
                    f"`{one.code}`",
                    one.label,
                    f"{one.kind}, standing" if one.standing else str(one.kind),
                    " ".join(filter(None, (one.definition, one.caveat))),
                    one.source,
                )
                for one in every
                if one.part == part
            ),
        )
        for part in dict.fromkeys(one.part for one in every)
    )
    return (
        f"# Measures\n\n{len(every)} counting rules, each once.\n\n## How sure a figure is\n\n{sure}{parts}"
    )


def tables_of_transitions() -> Iterator[tuple[str, Mapping[tuple[str, str], str]]]:
    """What the rules of each foundation and room expose as ``TRANSITIONS``: the name and the table of each."""
    for package in ("throughline.foundations", "throughline.casework", "throughline.national"):
        for part in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if not part.ispkg:
                continue
            try:
                rules = importlib.import_module(f"{package}.{part.name}.rules")
            except ModuleNotFoundError as missing:
                if missing.name not in {f"{package}.{part.name}.rules", f"{package}.{part.name}"}:
                    raise
                continue
            for name, table in getattr(rules, "TRANSITIONS", {}).items():
                yield f"{part.name}: {name}", table


def transitions() -> str:
    """Every table of what can be done from which state, drawn."""
    parts = [
        "# From one state to the next\n",
        "Drawn from the tables in the rules of each room. What no arrow shows cannot be done from there.\n",
    ]
    for name, table in tables_of_transitions():
        parts.append(f"## {name}\n\n```mermaid\n{_diagram(table)}\n```\n")
    return "\n".join(parts)


def _diagram(table: Mapping[tuple[str, str], str]) -> str:
    """One table as a Mermaid state diagram; it begins in the state that it names first."""
    states = list(dict.fromkeys(state for (before, _), after in table.items() for state in (before, after)))
    # Mermaid reads a hyphen in a name as the beginning of an arrow
    ids = {state: state.replace("-", "_").replace(" ", "_") for state in states}
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, step), after in table.items():
        arrows.setdefault((before, after), []).append(str(step))
    return "\n".join(
        [
            "stateDiagram-v2",
            *(f'    state "{state}" as {ids[state]}' for state in states),
            f"    [*] --> {ids[states[0]]}",
            *(
                f"    {ids[before]} --> {ids[after]}: {', '.join(steps)}"
                for (before, after), steps in arrows.items()
            ),
        ]
    )


def command_line(root: click.Context) -> str:
    """The help of every command."""
    parts = ["# Command line\n"]

    def walk(command: click.Command, ctx: click.Context) -> None:
        parts.append(f"## `{ctx.command_path}`\n\n```\n{command.get_help(ctx)}\n```\n")
        if isinstance(command, click.Group):
            for name in command.list_commands(ctx):
                inner = command.get_command(ctx, name)
                if inner is not None and not inner.hidden:
                    walk(inner, click.Context(inner, info_name=name, parent=ctx, terminal_width=88))

    fresh = click.Context(root.command, info_name="throughline", terminal_width=88)
    walk(root.command, fresh)
    return "\n".join(parts)
