"""Pictures of figures as SVG: drawn from numbers alone, the same to the last byte each time, read aloud by their words.

No style sheet and no script: presentation attributes only, so that a page's security policy lets them through. Colour is
never the only difference: then is hollow, now is filled; the national line is dashed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

INK: Final = "#0b0c0c"
GREY: Final = "#505a5f"
LIGHT: Final = "#b1b4b6"
BLUE: Final = "#1d70b8"
ORANGE: Final = "#b85c00"
ROW: Final = 20
LEFT: Final = 190
WIDE: Final = 760
RIGHT: Final = 24
FONT: Final = 'font-family="Arial, sans-serif" font-size="13"'
#: Fills for parts of a whole, each with its own pattern of lightness so that they differ in grey as well.
PARTS: Final = ("#12436d", "#28a197", "#f46a25", "#a285d1", "#801650", "#3d3d3d")


@dataclass(frozen=True, slots=True)
class Dot:
    """One place in a picture: a value with its interval, and what it was before."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    note: str = ""


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _frame(key: str, title: str, says: str, height: int, body: Sequence[str], invented: bool) -> str:
    """The picture with its words. `key` makes the ids of its own, so that several can stand on one page."""
    mark = (
        f'<text x="{WIDE - RIGHT}" y="{height - 8}" text-anchor="end" {FONT} fill="{ORANGE}" font-weight="bold">invented</text>'
        if invented
        else ""
    )
    told = f"Invented figures of invented forces. {says}" if invented else says
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" role="img"'
        f' aria-labelledby="{key}-title {key}-says" focusable="false">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-says">{escape(told)}</desc>'
        f'<rect width="{WIDE}" height="{height}" fill="#ffffff"/>{"".join(body)}{mark}</svg>\n'
    )


def _ticks(top: float) -> list[float]:
    """Round steps from nought to the end of an axis, at most ten."""
    step = next(
        one * 10.0**power for power in range(-3, 9) for one in (1, 2, 5) if top / (one * 10.0**power) <= 10
    )
    return [at * step for at in range(int(top / step + 1e-9) + 1)]


def _axis(top: float, height: int, unit: str, share: bool) -> tuple[list[str], float]:
    across = WIDE - LEFT - RIGHT
    body = []
    for tick in _ticks(top * (100 if share else 1)):
        x = LEFT + across * tick / (top * (100 if share else 1))
        body.append(
            f'<line x1="{_number(x)}" y1="44" x2="{_number(x)}" y2="{height - 40}" stroke="{LIGHT}" stroke-width="1"/>'
            f'<text x="{_number(x)}" y="{height - 24}" text-anchor="middle" {FONT} fill="{GREY}">{_number(tick)}{"%" if share else ""}</text>'
        )
    body.append(f'<text x="{LEFT}" y="{height - 8}" {FONT} fill="{GREY}">{escape(unit)}</text>')
    return body, across / top


def _legend(marks: Sequence[tuple[str, str]]) -> list[str]:
    """What the marks mean, in a row at the top."""
    body, x = [], 16.0
    for shape, text in marks:
        body.append(shape.format(x=_number(x + 6), y="16", x1=_number(x), x2=_number(x + 14)))
        body.append(f'<text x="{_number(x + 20)}" y="21" {FONT} fill="{INK}">{escape(text)}</text>')
        x += 34 + 6.6 * len(text)
    return body


_NOW: Final = f'<circle cx="{{x}}" cy="{{y}}" r="5" fill="{BLUE}"/>'
_THEN: Final = f'<circle cx="{{x}}" cy="{{y}}" r="5" fill="#ffffff" stroke="{ORANGE}" stroke-width="2"/>'
_LINE: Final = f'<line x1="{{x1}}" y1="{{y}}" x2="{{x2}}" y2="{{y}}" stroke="{INK}" stroke-width="2" stroke-dasharray="5 3"/>'

#: A value on the other side of a break: a bar, so that it is not read as the same kind of mark.
_CUT: Final = f'<line x1="{{x1}}" y1="{{y}}" x2="{{x2}}" y2="{{y}}" stroke="{ORANGE}" stroke-width="4"/>'
_BETWEEN: Final = f'<line x1="{{x1}}" y1="{{y}}" x2="{{x2}}" y2="{{y}}" stroke="{LIGHT}" stroke-width="6"/>'


def dots(
    key: str,
    title: str,
    says: str,
    places: Sequence[Dot],
    *,
    now: str,
    then: str = "",
    national: float | None = None,
    national_words: str = "all forces",
    unit: str,
    share: bool = True,
    breaks: str = "",
    invented: bool = False,
) -> str:
    """A row for each place: what it is now with its interval, and before as a hollow mark.

    Where the series breaks between the two, the earlier marks are of another shape, and the picture says so.
    """
    height = 44 + ROW * len(places) + 46
    highest = max(
        [
            *(one for place in places for one in (place.value, place.high, place.before) if one is not None),
            national or 0,
            0.01,
        ]
    )
    top = min(1.0, highest * 1.06) if share else highest * 1.06
    body, scale = _axis(top, height, unit, share)
    marks = [(_NOW, now)]
    if then and any(place.before is not None for place in places):
        marks.append((_CUT, f"{then}, counted otherwise") if breaks else (_THEN, then))
    if national is not None:
        middle = _number(LEFT + national * scale)
        body.append(
            f'<line x1="{middle}" y1="38" x2="{middle}" y2="{height - 40}" stroke="{INK}" stroke-width="2" stroke-dasharray="5 3"/>'
        )
        marks.append((_LINE, national_words))
    if any(place.value is None and place.low is not None for place in places):
        marks.append((_BETWEEN, "lies between, not printed"))
    body += _legend(marks)
    if breaks:
        body.append(
            f'<text x="{LEFT}" y="38" {FONT} fill="{ORANGE}" font-weight="bold">{escape("Series break: " + breaks + "; not compared")}</text>'
        )
    for at, place in enumerate(places):
        y = 44 + ROW * at + ROW / 2
        body.append(
            f'<text x="{LEFT - 10}" y="{_number(y + 4)}" text-anchor="end" {FONT} fill="{INK}">{escape(place.name)}</text>'
        )
        if place.note:
            body.append(
                f'<text x="{LEFT + 6}" y="{_number(y + 4)}" {FONT} fill="{GREY}" stroke="#ffffff" stroke-width="4" paint-order="stroke">{escape(place.note)}</text>'
            )
        if place.value is None and place.low is not None and place.high is not None:
            # known to lie between, and no more
            body.append(
                f'<line x1="{_number(LEFT + place.low * scale)}" y1="{_number(y)}" x2="{_number(LEFT + place.high * scale)}" y2="{_number(y)}" stroke="{LIGHT}" stroke-width="6"/>'
            )
        if place.before is not None:
            x = LEFT + place.before * scale
            if breaks:
                body.append(_CUT.format(x1=_number(x - 5), x2=_number(x + 5), y=_number(y)))
            else:
                body.append(_THEN.format(x=_number(x), y=_number(y)))
        if place.value is not None:
            if place.low is not None and place.high is not None:
                body.append(
                    f'<line x1="{_number(LEFT + place.low * scale)}" y1="{_number(y)}" x2="{_number(LEFT + min(place.high, top) * scale)}" y2="{_number(y)}" stroke="{BLUE}" stroke-width="2"/>'
                )
            body.append(_NOW.format(x=_number(LEFT + place.value * scale), y=_number(y)))
    return _frame(key, title, says, height, body, invented)


def stacks(
    key: str,
    title: str,
    says: str,
    places: Sequence[tuple[str, Sequence[float] | None, str]],
    parts: Sequence[str],
    *,
    unit: str,
    invented: bool = False,
) -> str:
    """A bar for each place that falls into parts of one whole; a place without one says why."""
    height = 44 + ROW * len(places) + 46
    body, scale = _axis(1.0, height, unit, True)
    body += _legend(
        [
            (f'<rect x="{{x1}}" y="9" width="14" height="14" fill="{PARTS[at % len(PARTS)]}"/>', part)
            for at, part in enumerate(parts)
        ]
    )
    for at, (name, shares, note) in enumerate(places):
        y = 44 + ROW * at
        body.append(
            f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end" {FONT} fill="{INK}">{escape(name)}</text>'
        )
        if shares is None:
            body.append(f'<text x="{LEFT + 6}" y="{y + 14}" {FONT} fill="{GREY}">{escape(note)}</text>')
            continue
        x = float(LEFT)
        for part, one in enumerate(shares):
            body.append(
                f'<rect x="{_number(x)}" y="{y + 3}" width="{_number(one * scale)}" height="14" fill="{PARTS[part % len(PARTS)]}" stroke="#ffffff" stroke-width="1"/>'
            )
            x += one * scale
    return _frame(key, title, says, height, body, invented)


def history(
    key: str,
    title: str,
    says: str,
    years: Sequence[str],
    lines: Sequence[tuple[str, Sequence[tuple[float, float, float] | None]]],
    breaks: Sequence[tuple[int, str]],
    *,
    unit: str,
    invented: bool = False,
) -> str:
    """Years across, a line for each of at most two series with intervals; a line is cut at a break, which is drawn, and at a gap."""
    height = 300
    left, right, top_y, bottom = 56, WIDE - RIGHT, 44, height - 60
    highest = min(1.0, max([point[2] for _, points in lines for point in points if point] or [0.01]) * 1.1)
    body = []
    for tick in _ticks(highest * 100):
        y = bottom - (bottom - top_y) * tick / (highest * 100)
        body.append(
            f'<line x1="{left}" y1="{_number(y)}" x2="{right}" y2="{_number(y)}" stroke="{LIGHT}"/>'
            f'<text x="{left - 8}" y="{_number(y + 4)}" text-anchor="end" {FONT} fill="{GREY}">{_number(tick)}%</text>'
        )

    def across(at: float) -> float:
        return left + 30 + (right - left - 60) * (at / max(len(years) - 1, 1))

    body += [
        f'<text x="{_number(across(at))}" y="{bottom + 18}" text-anchor="middle" {FONT} fill="{GREY}">{escape(year)}</text>'
        for at, year in enumerate(years)
    ]
    cuts = {at for at, _ in breaks}
    last_label = ""
    for at, label in breaks:
        cut = _number(across(at - 0.5))
        # of a break within a year both sides of that year are cut, and one is named
        words = "" if label == last_label else label
        last_label = label
        body.append(
            f'<line x1="{cut}" y1="{top_y}" x2="{cut}" y2="{bottom}" stroke="{ORANGE}" stroke-width="2" stroke-dasharray="2 3"/>'
            f'<text x="{cut}" y="{top_y - 4}" text-anchor="middle" {FONT} fill="{ORANGE}">{escape(words)}</text>'
        )
    lines_drawn: list[str] = []
    marks_drawn: list[str] = []
    shapes = (_NOW, _THEN)
    for number, (_, points) in enumerate(lines):
        colour = (BLUE, ORANGE)[number % 2]
        last: tuple[float, float] | None = None
        for at, point in enumerate(points):
            if point is None:
                last = None
                continue
            share, low, high = point
            x = across(at)
            y, y_low, y_high = (
                bottom - (bottom - top_y) * min(one, highest) / highest for one in (share, low, high)
            )
            if last is not None and at not in cuts:
                lines_drawn.append(
                    f'<line x1="{_number(last[0])}" y1="{_number(last[1])}" x2="{_number(x)}" y2="{_number(y)}" stroke="{colour}" stroke-width="2"/>'
                )
            lines_drawn.append(
                f'<line x1="{_number(x)}" y1="{_number(y_low)}" x2="{_number(x)}" y2="{_number(y_high)}" stroke="{colour}" stroke-width="1"/>'
            )
            marks_drawn.append(shapes[number % 2].format(x=_number(x), y=_number(y)))
            last = (x, y)
    body += lines_drawn + marks_drawn
    body += _legend([(shapes[number % 2], name) for number, (name, _) in enumerate(lines)])
    body.append(f'<text x="{left}" y="{height - 12}" {FONT} fill="{GREY}">{escape(unit)}</text>')
    return _frame(key, title, says, height, body, invented)
