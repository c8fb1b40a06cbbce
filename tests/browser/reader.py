"""Somebody in front of a browser: what they do, and what goes wrong or out while they do it."""

import os
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import system

PICTURES = settings.CHECKOUT / "docs" / "images"
AXE = settings.CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
PASSWORD = "three random words here"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# what htmx says where it gave a save up for a newer one; of one that failed it says sendError or responseError as well
GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Reader:
    """Somebody in front of a browser, and all that went wrong or out while they used it."""

    context: BrowserContext
    page: Page
    site: str
    # whether pages run their scripts
    script: bool = True
    wrong: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    # statuses that a test brings about on purpose, which Chromium reports as errors
    expects: set[int] = field(default_factory=set)

    def go(self, address: str) -> None:
        self.page.goto(self.site + address)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site)

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()

    def tab_to(self, words: str, *, most: int = 60) -> None:
        """Move by the Tab key alone until what is focused says ``words``."""
        for _ in range(most):
            focused = self.page.evaluate(
                "() => { const e = document.activeElement; if (!e || e === document.body) return '';"
                " const l = e.labels && e.labels[0]; return (l || e).textContent.trim() }"
            )
            if words in focused:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not reach {words!r}")

    def violations(self) -> list[str]:
        """What axe finds at WCAG 2.2 AA, a line for each rule with the first elements. It needs scripts."""
        assert self.script, "axe would never answer on a page without scripts"
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            _TAGS,
        )["violations"]
        return [
            f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:3])
            for one in found
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        wide: int = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    def watch(self) -> None:
        """Keep what is said on the console and what is asked of any server."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request))

    def _said(self, message: ConsoleMessage) -> None:
        expected = any(f"status of {status} " in message.text for status in self.expects)
        if message.type == "error" and not expected and not message.text.startswith(GIVEN_UP):
            self.wrong.append(message.text)


def record_named(forename: str, surname: str) -> UUID:
    """The record of somebody of the index."""
    # a national site has no such table
    from throughline.casework.people.models import Name

    with transaction.atomic(), acting(system("test")):
        return Name.objects.filter(forename=forename, surname=surname).values_list("record", flat=True)[0]


def picture(reader: Reader, name: str, size: dict[str, int]) -> None:
    """A picture for the README, made on demand so that a run of the tests changes no file."""
    if os.environ.get("THROUGHLINE_SCREENSHOTS") == "1":
        PICTURES.mkdir(parents=True, exist_ok=True)
        reader.page.set_viewport_size(size)
        reader.page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0) }")
        reader.page.screenshot(path=PICTURES / name, animations="disabled", caret="hide")
        reader.page.set_viewport_size(WIDE)
