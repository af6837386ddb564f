"""The LiveViewer on a notebook's page: what it shows, and hands to work it."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator

from scripts.browser.notebook_page import LOOK_MS, NotebookPage

MOVED = "(count) => Number(document.querySelector('.wb-live').dataset.shown ?? 0) >= count"


class LivePage:
    """The only LiveViewer of a notebook that has been run."""

    def __init__(self, opened: NotebookPage) -> None:
        self.opened, self.page = opened, opened.page
        self.root: Locator = self.page.locator(".wb-live")
        self.root.wait_for()
        self.root.scroll_into_view_if_needed()

    def start(self, source: str | None = None) -> None:
        """Type a source, or take the one that stands there, and press Start."""
        if source is not None:
            self.root.locator(".wb-source").fill(source)
        self.root.locator(".wb-live-source .wb-play").click()

    def stop(self) -> None:
        """Press Stop, and wait until the stream has."""
        self.root.locator(".wb-halt").click()
        self.page.wait_for_function("document.querySelector('.wb-live').dataset.run === 'off'")

    @property
    def shown(self) -> int:
        """How many pictures have been on the screen."""
        return int(self.root.get_attribute("data-shown") or 0)

    @property
    def index(self) -> int:
        """The number in the stream of the picture that is shown."""
        return int(self.root.locator(".wb-live-picture").get_attribute("data-index") or -1)

    def moving(self, count: int = 10, timeout_s: float = 120) -> None:
        """Wait for so many more pictures."""
        self.page.wait_for_function(MOVED, arg=self.shown + count, polling=LOOK_MS, timeout=1000 * timeout_s)

    def pixels(self) -> np.ndarray:
        """Return the picture that is shown: (H, W, 3) uint8 RGB."""
        return self.opened.pixels(".wb-live canvas.wb-frame")

    def choose(self, slot: str, choice: str) -> None:
        """Pick a choice from the dropdown of a slot."""
        self.root.locator(f".wb-sides-1 select.wb-b-{slot}").select_option(choice)

    @property
    def phase(self) -> str:
        """What is said of the source: live, reconnecting, ended..."""
        return self.root.locator(".wb-phase b").inner_text()

    @property
    def banner(self) -> str:
        """The text of the error banner; empty where none shows."""
        banner = self.root.locator("> .wb-banner")
        return banner.inner_text().strip() if banner.is_visible() else ""
