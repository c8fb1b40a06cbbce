"""The pages of editions, read from their folder as anybody may: no script, no rule of axe broken, no page wider than a telephone."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from editions import write_invented
from playwright.sync_api import Browser, Page
from reader import _TAGS, AXE, NARROW, WIDE

from throughline.statistics.edition.gathering import gather
from throughline.statistics.edition.national import national_edition
from throughline.statistics.edition.printed import printed_edition
from throughline.statistics.edition.reckoning import Figures
from throughline.statistics.edition.writing import write_edition


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("editions")
    style = settings.CHECKOUT / "build" / "assets" / "throughline.css"
    write_invented(base / "returns", (date(2024, 3, 31), date(2025, 3, 31)))
    write_edition(
        national_edition("Demonstration", Figures(gather(base / "returns"))),
        base / "demonstration",
        style=style,
    )
    write_edition(printed_edition("hmic-2015", "2015"), base / "2015", style=style)
    return base


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(viewport=request.param)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"demonstration/{name}.html"
            for name in "index numbers figure-06 figure-07 equality repeat-victims gaps methods data force-x00000001".split()
        ),
        *(
            f"2015/{name}.html"
            for name in "index numbers table-1 table-2 annex-g figure-06 denominators contradictions".split()
        ),
    ],
)
def test_a_page_of_an_edition_breaks_no_rule(editions: Path, page: Page, path: str) -> None:
    page.goto(f"file://{editions / path}")
    assert page.locator("script").count() == 0
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    # and no table hides a column at its side
    hidden = (
        "tables => tables.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    )
    assert page.locator(".throughline-edition-table").evaluate_all(hidden) == []
    # nor, where each row is a list, sets a name letter by letter
    squeezed = (
        "cells => cells.filter(one => one.offsetHeight > 2 * one.offsetWidth).map(one => one.textContent)"
    )
    if page.viewport_size == NARROW:
        assert page.locator(".throughline-edition-table tbody th").evaluate_all(squeezed) == []
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        _TAGS,
    )["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


def test_it_is_walked_with_the_keyboard_alone(editions: Path, page: Page) -> None:
    page.goto(f"file://{editions / 'demonstration' / 'index.html'}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    for _ in range(200):  # the contents stand before the pictures
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Figure 6:"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/figure-06.html")
    svg = page.get_by_role("img", name="Figure 6: Domestic abuse crimes with an arrest")
    assert svg.is_visible()


_LOG = """<!doctype html><html lang="en"><head><title>A log</title><link rel="stylesheet" href="{style}"></head><body><main><h1>A log</h1>
<table class="govuk-table throughline-stacks" role="table"><caption>A log</caption><thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col">When</th><th role="columnheader" scope="col">Person</th><th role="columnheader" scope="col">What</th></tr></thead>
<tbody role="rowgroup"><tr role="row"><th role="rowheader" scope="row">27 November 2026 at 10:50</th><td role="cell" data-label="Person">{name}</td>
<td role="cell" data-label="What">Sent a return</td></tr></tbody></table></main></body></html>"""


def test_a_log_on_a_telephone_is_a_list_in_which_nothing_is_out_of_view(page: Page, tmp_path: Path) -> None:
    style = settings.CHECKOUT / "build" / "assets" / "throughline.css"
    (tmp_path / "log.html").write_text(_LOG.format(style=style.as_uri(), name="Constance-" * 8))
    page.goto((tmp_path / "log.html").as_uri())
    narrow = page.evaluate("window.innerWidth") < WIDE["width"]
    last = page.get_by_role("cell", name="Sent a return")
    box = last.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= page.evaluate("window.innerWidth")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    label = last.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert ("What" in label) is narrow
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        _TAGS,
    )["violations"]
    assert [one["id"] for one in found] == []
