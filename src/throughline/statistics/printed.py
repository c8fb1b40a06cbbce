"""Reports whose figures are carried: what each prints, with where it comes from."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import yaml

from throughline.statistics.consistency import Fact, read

REPORTS: Final = files("throughline.reference") / "reports"


class UnknownReport(LookupError):
    """No report of this name is carried."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report's printed figures and their provenance."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    changes: str
    facts: tuple[Fact, ...]


def names() -> tuple[str, ...]:
    """The reports that are carried."""
    return tuple(
        sorted(entry.name.removesuffix(".csv") for entry in REPORTS.iterdir() if entry.name.endswith(".csv"))
    )


def text_of(name: str) -> str:
    """The carried file as it stands. Raises UnknownReport."""
    if name not in names():
        raise UnknownReport(f"no report {name!r} is carried; there are: {', '.join(names())}")
    return (REPORTS / f"{name}.csv").read_text(encoding="utf-8")


def printed(name: str) -> Report:
    """A report's figures. Raises UnknownReport, and ValueError where a carried row cannot be read."""
    facts, bad, _ = read(text_of(name))
    if bad:
        raise ValueError(f"{name}: {bad[0].message}")
    head = yaml.safe_load((REPORTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return Report(name, **{key: " ".join(text.split()) for key, text in head.items()}, facts=facts)
