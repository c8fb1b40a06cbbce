"""What a signature of a return binds: the one text of all that the force says, and that text's digest."""

import hashlib
import json
from datetime import date
from typing import Final

from throughline.statistics.returns.rules import Counted, Entry, Return

#: A text of the second version begins with this line; one of the first begins with the force.
SECOND: Final = "throughline return 2"


def canonical(told: Return, *, version: int = 2) -> str:
    """The one text of a return, which a signature binds: the same return gives the same bytes.

    A line that names the version, one with the force and the year, then one for each item in order of its code, with its figure or the
    reason for which there is none, and its note; then one for each sheet that says how it was counted: by what, the force's definition,
    its method. Words stand as JSON strings, so that no word can pass for another cell or line. Version 1, by which earlier returns
    were signed, has figures and reasons alone, and no line that names it.
    """
    if version == 1:
        lines = [f"{told.force}\t{told.year_end.isoformat()}"]
        for code in sorted(told.entries):
            entry = told.entries[code]
            lines.append(f"{code}\t{'' if entry.value is None else entry.value}\t{entry.unable or ''}")
        return "\n".join(lines)
    lines = [SECOND, f"{told.force}\t{told.year_end.isoformat()}"]
    for code in sorted(told.entries):
        entry = told.entries[code]
        value = "" if entry.value is None else entry.value
        lines.append(f"item\t{code}\t{value}\t{entry.unable or ''}\t{_quoted(entry.note)}")
    for sheet in sorted(told.methods):
        one = told.methods[sheet]
        words = (one.sheet, one.counted_by, one.definition, one.method)
        lines.append("\t".join(("sheet", *map(_quoted, words))))
    return "\n".join(lines)


def told_in(text: str) -> Return:
    """The return that a canonical text of either version holds."""
    head, *lines = text.split("\n")
    if head != SECOND:
        told = [(*line.split("\t"), '""') for line in lines]
        return _return(head, told, [])
    about, *rest = (line.split("\t") for line in lines)
    return _return(
        "\t".join(about),
        [tuple(cells) for kind, *cells in rest if kind == "item"],
        [Counted(*map(json.loads, cells)) for kind, *cells in rest if kind == "sheet"],
    )


def binds_all(text: str) -> bool:
    """Whether a canonical text holds notes and how it was counted as well: not in version 1."""
    return text.startswith(SECOND)


def changed(signed: Return, told: Return, *, all_of_it: bool = True) -> tuple[str, ...]:
    """What is no longer as it was signed, in words: item by item, sheet by sheet. Without `all_of_it` figures and reasons alone."""
    found = []
    for code in sorted({*signed.entries, *told.entries}):
        was, now = signed.entries.get(code), told.entries.get(code)
        if was is None or now is None or (was.value, was.unable) != (now.value, now.unable):
            found.append(f"the figure of {code}, or the reason for which there is none,")
        elif all_of_it and was.note != now.note:
            found.append(f"the note of {code}")
    if all_of_it:
        for sheet in sorted({*signed.methods, *told.methods}):
            before = signed.methods.get(sheet, Counted(sheet, ""))
            after = told.methods.get(sheet, Counted(sheet, ""))
            for name, words in (
                ("counted_by", "counting basis"),
                ("definition", "definition"),
                ("method", "method"),
            ):
                if getattr(before, name) != getattr(after, name):
                    found.append(f"the {words} of {sheet}")
    return tuple(found)


def digest(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal: one character changed is another digest."""
    return hashlib.sha256(text.encode()).hexdigest()


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _return(about: str, told: list[tuple[str, ...]], methods: list[Counted]) -> Return:
    force, year_end = about.split("\t")
    return Return(
        force,
        date.fromisoformat(year_end),
        {
            code: Entry(code, int(value) if value else None, unable or None, row, json.loads(note))
            for row, (code, value, unable, note) in enumerate(told, start=2)
        },
        {one.sheet: one for one in methods},
    )
