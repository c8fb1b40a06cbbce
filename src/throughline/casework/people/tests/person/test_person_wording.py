"""What a command says of a value that it could not keep is marked for translation where pages show it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from throughline.casework.people import commands, rules
from throughline.casework.people.views.wording import WHY_MALFORMED

SOURCES = [Path(rules.__file__), *Path(commands.__path__[0]).glob("*.py")]


def reasons(raised: ast.expr) -> Iterator[str]:
    """The reasons of a `Malformed`, as patterns: what is put in at run time may be anything."""
    match raised:
        case ast.Constant(value=str(words)):
            yield re.escape(words)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(one.value) if isinstance(one, ast.Constant) else ".+" for one in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from reasons(one)
            yield from reasons(other)
        case _:
            raise AssertionError(f"line {raised.lineno} gives a reason that no translator could see")


def test_every_reason_that_a_page_may_show_is_marked_and_every_marked_one_is_given():
    given = [
        reason
        for source in SOURCES
        for call in ast.walk(ast.parse(source.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Malformed"
        for reason in reasons(call.args[1])
    ]
    unmarked = [one for one in given if not any(re.fullmatch(one, marked) for marked in WHY_MALFORMED)]
    idle = [marked for marked in WHY_MALFORMED if not any(re.fullmatch(one, marked) for one in given)]
    assert (unmarked, idle) == ([], [])
