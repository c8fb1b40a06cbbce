"""The drawings of what can be done from which state."""

from itertools import chain

from throughline.running import documenting


def test_every_table_of_every_room_is_drawn_whole() -> None:
    drawn = documenting.transitions()
    found = dict(documenting.tables_of_transitions())
    assert found.keys() >= {
        "duties: duty",
        "cases: incident",
        "cases: case",
        "contact: deployment",
        "contact: brief",
        "risk: check",
        "scene: review of no arrest",
        "scene: decision for a child",
        "scene: correction request",
    }
    for name, table in found.items():
        diagram = drawn.split(f"## {name}\n")[1].split("```")[1]
        states = set(chain.from_iterable((before, after) for (before, _), after in table.items()))
        assert all(f'state "{state}"' in diagram for state in states)
        for (before, step), after in table.items():
            ids = [state.replace("-", "_").replace(" ", "_") for state in (before, after)]
            arrow = f"{ids[0]} --> {ids[1]}: "
            [line] = [line for line in diagram.splitlines() if line.strip().startswith(arrow)]
            assert str(step) in line.split(": ")[1].split(", ")


def test_what_no_table_allows_is_not_drawn() -> None:
    [case] = [table for name, table in documenting.tables_of_transitions() if name == "cases: case"]
    drawn = documenting.transitions().split("## cases: case\n")[1].split("```")[1]
    assert ("closed", "grade") not in case
    assert not any("grade" in line for line in drawn.splitlines() if line.strip().startswith("closed -->"))
