"""Which forces are similar, and why: by published series and a distance that anybody can reckon again, by nobody's judgement."""

from collections.abc import Iterable, Mapping
from typing import Final

from throughline.measures.similarity import Likeness, likeness
from throughline.statistics.edition.content import FORCE, Column, Page, Table, Value
from throughline.statistics.edition.gathering import Force

#: So many forces are told beside one.
MANY: Final = 5
#: Further apart than this, thrice the usual, no two forces are called similar.
APART: Final = 3.0
#: By what forces are alike.
MEASURES: Final = {
    "residents": "residents",
    "recorded": "recorded crimes per resident",
    "officers": "officers per resident",
}


def like(forces: Iterable[Force]) -> Likeness:
    """How far forces are apart by their residents, and by crime and officers for each of them, where all are known."""
    return likeness({one.code: _known(one) for one in forces})


def similar(alike: Likeness, force: str) -> tuple[str, ...]:
    """The forces most like one, the likest first."""
    return alike.nearest(force, MANY, within=APART)


def similar_page(forces: Mapping[str, Force], sources: str) -> Page:
    """Of each force what is known, and which are most like it; how that is reckoned, and what it leaves out."""
    alike = like(forces.values())
    rows: list[tuple[Value, ...]] = []
    for code, one in forces.items():
        told = [f"{forces[other].name} ({alike.distance(code, other):.2f})" for other in similar(alike, code)]
        rows.append(
            (
                code, one.name, one.residents,
                "[z]" if one.recorded is None else round(one.recorded / one.residents * 1000, 1),
                "[z]" if one.officers is None else round(one.officers / one.residents * 1000, 2),
                "; ".join(told) or "none is near enough",
            )
        )  # fmt: skip
    by = ", ".join(MEASURES[one] for one in alike.measures)
    table = Table(
        "similar",
        "Similar forces, with how far they are apart",
        (
            *FORCE,
            Column("residents", "Residents", "whole", "Usual residents of the force's area"),
            Column("recorded", "Recorded crimes per 1,000 residents", "number", "All recorded crime without fraud"),
            Column("officers", "Officers per 1,000 residents", "number", "Full-time equivalents"),
            Column("similar", "Most similar first", means="The most similar forces, each with its distance"),
        ),
        tuple(rows),
        key=("force",),
    )  # fmt: skip
    return Page(
        "similar.html",
        "Which forces are similar",
        (
            f"Forces are alike by {by}. Of each the logarithm is taken, the middle force's is subtracted, and what is left is told in units of"
            " how far forces spread (the middle half of them over 1.349). The distance of two forces is the root of the mean of their squared"
            " differences: nought for alike, about one for two forces of the usual kind.",
            f"The {MANY} nearest are called similar, none further than {APART:g}. A force that is like no other has none, and is compared with"
            " all forces alone. What is told of similar forces is the middle of their printed figures, of three at least.",
            "It is a rule that anybody can follow and no model of need: density, deprivation, age and seasonal visitors are not in it. It is not"
            " the Home Office's list of most similar groups. Nothing that a force returned of domestic abuse has a part in it.",
            sources,
            table,
        ),
    )


def pairs(forces: Mapping[str, Force]) -> Table:
    """The same for programs: a row for each force and one that is similar."""
    alike = like(forces.values())
    return Table(
        "similar-pairs",
        "Every force with each that is similar",
        (
            *FORCE,
            Column("place", "Place", "whole", "1 is the most similar"),
            Column("similar_force", "Similar force's code", means="Code of its area"),
            Column("similar_name", "Similar force", means="Its name"),
            Column("distance", "Distance", "number", "Nought for alike"),
        ),
        tuple(
            (code, one.name, place, other, forces[other].name, round(alike.distance(code, other), 4))
            for code, one in forces.items()
            for place, other in enumerate(similar(alike, code), start=1)
        ),
        long=True,
        key=("force", "place"),
    )


def _known(one: Force) -> dict[str, float]:
    """What is known of a force; per resident, so that each measure but the first says something else than how large it is."""
    found: dict[str, float] = {"residents": one.residents}
    if one.residents and one.recorded is not None:
        found["recorded"] = one.recorded / one.residents
    if one.residents and one.officers is not None:
        found["officers"] = one.officers / one.residents
    return found
