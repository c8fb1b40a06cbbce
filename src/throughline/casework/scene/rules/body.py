"""The body chart: our own drawing of a person from the front and from behind, as polygons on a grid of 240 by 500.

One side is drawn and mirrored. Left and right are the person's own: from the front their right is on the
reader's left, from behind it is on the reader's right.
"""

from typing import Final

WIDTH: Final = 240
HEIGHT: Final = 500

type Points = tuple[tuple[int, int], ...]

# the half that is on the reader's left
_LIMBS: Final[dict[str, Points]] = {
    "shoulder": ((99, 97), (72, 103), (62, 126), (91, 126)),
    "upper-arm": ((62, 128), (90, 128), (80, 192), (51, 192)),
    "forearm": ((51, 194), (79, 194), (65, 262), (37, 262)),
    "hand": ((36, 264), (65, 264), (62, 304), (32, 304)),
    "thigh": ((87, 254), (119, 254), (117, 340), (89, 340)),
    "knee": ((89, 342), (117, 342), (116, 374), (91, 374)),
    "lower-leg": ((91, 376), (116, 376), (114, 456), (95, 456)),
    "foot": ((95, 458), (114, 458), (116, 492), (78, 492)),
}
_EAR: Final[Points] = ((66, 34), (90, 34), (90, 62), (66, 62))
_TRUNK: Final[dict[str, Points]] = {
    "neck": ((106, 77), (134, 77), (139, 95), (101, 95)),
    "upper": ((101, 97), (139, 97), (147, 127), (146, 164), (94, 164), (93, 127)),
    "middle": ((94, 166), (146, 166), (150, 212), (90, 212)),
    "lower": ((90, 214), (150, 214), (154, 252), (86, 252)),
}
_FRONT: Final[dict[str, Points]] = {
    "front-head": ((92, 42), (95, 22), (108, 8), (132, 8), (145, 22), (148, 42)),
    "front-face": ((92, 44), (148, 44), (144, 63), (132, 75), (108, 75), (96, 63)),
    "front-neck": _TRUNK["neck"],
    "front-chest": _TRUNK["upper"],
    "front-abdomen": _TRUNK["middle"],
    "front-pelvis": _TRUNK["lower"],
}
_BACK: Final[dict[str, Points]] = {
    "back-head": (
        (92, 42),
        (95, 22),
        (108, 8),
        (132, 8),
        (145, 22),
        (148, 42),
        (144, 63),
        (132, 75),
        (108, 75),
        (96, 63),
    ),
    "back-neck": _TRUNK["neck"],
    "back-upper-back": _TRUNK["upper"],
    "back-lower-back": _TRUNK["middle"],
    "back-buttocks": _TRUNK["lower"],
}


def _mirrored(points: Points) -> Points:
    return tuple((WIDTH - x, y) for x, y in points)


def _drawn() -> dict[str, Points]:
    shapes = dict(_FRONT) | dict(_BACK)
    for name, points in {**_LIMBS, "ear": _EAR}.items():
        shapes[f"front-right-{name}"], shapes[f"front-left-{name}"] = points, _mirrored(points)
        if name != "ear":
            shapes[f"back-left-{name}"], shapes[f"back-right-{name}"] = points, _mirrored(points)
    return shapes


#: Where each region of reference's body-regions is drawn, by its code.
SHAPES: Final = _drawn()


def svg_points(code: str) -> str:
    """The corners of a region, as SVG writes them."""
    return " ".join(f"{x},{y}" for x, y in SHAPES[code])
