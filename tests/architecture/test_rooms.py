"""What a room may hold, and who may write."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "throughline"
ROOMS = sorted(
    folder
    for part in ("casework", "national")
    for folder in (SOURCE / part).iterdir()
    if (folder / "__init__.py").is_file()
)
MODULES = {
    "__init__", "rules", "models", "queries", "commands", "tasks", "forms", "views", "urls", "apps", "cli",
}  # fmt: skip
BESIDE = {"templates", "tests", "migrations", "__pycache__"}
WRITING = {
    "create", "save", "delete", "update", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
}  # fmt: skip


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_holds_the_agreed_modules(room: Path) -> None:
    names = {path.stem for path in room.iterdir()} - BESIDE
    assert names <= MODULES, names - MODULES


def writes(code: str) -> list[str]:
    """Calls that write through the ORM: `objects.…`, `save()` and the like, with their lines."""
    return [
        f"line {node.lineno}: .{node.func.attr}()"
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITING
        and _is_a_queryset_or_model(node.func.value)
    ]


def _is_a_queryset_or_model(value: ast.expr) -> bool:
    """Not a dict's, set's or hash's own `update`: those are called on plain names that hold no manager."""
    return "objects" in ast.dump(value) or (isinstance(value, ast.Call))


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in SOURCE.rglob("*.py")
        if {"tests", "migrations", "commands", "conftest.py"}.isdisjoint(path.parts)
        # adapters are what signing in calls in place of commands of our own
        and path.name not in {"commands.py", "models.py", "adapters.py"}
    ),
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_only_commands_write(path: Path) -> None:
    assert writes(path.read_text()) == []


def test_a_write_is_noticed() -> None:
    assert writes("Record.objects.filter(id=1).update(sex='1')") == ["line 1: .update()"]
    assert writes("seen.update(more)") == []
