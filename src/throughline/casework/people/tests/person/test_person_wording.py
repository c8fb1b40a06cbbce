"""What a command says of a value that it could not keep is marked for translation where pages show it."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from throughline.casework.people import commands, rules
from throughline.casework.people.models import Record
from throughline.casework.people.views.wording import WHY_MALFORMED, languages_of

SOURCES = [Path(rules.__file__), *Path(commands.__path__[0]).glob("*.py")]


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        (["en"], "English"),
        (["PL", "pl", "Polish"], "Polish"),
        (["en", "ur"], "English or Urdu"),
        (["Quorlish", ""], "Quorlish"),
        ([""], "Not asked yet"),
    ],
)
def test_a_language_is_shown_by_its_name_and_words_stay_as_they_were_said(held, shown):
    assert languages_of([Record(language=one) for one in held], date(2026, 11, 27)) == shown


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
