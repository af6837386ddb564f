"""The FrameViewer on a notebook's page: what it shows, and hands to work it."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Locator

from scripts.browser.notebook_page import NotebookPage

SETTLED = """(index) => {
  const viewer = document.querySelector(".wb-viewer"), part = (name) => viewer.querySelector(name);
  const still = viewer.dataset.still === "true", answers = part(".wb-answers");
  const answered = answers.hidden || !answers.classList.contains("wb-old");
  return still && answered && (index === null || part(".wb-panes").dataset.index === String(index));
}"""


class ViewerPage:
    """The only viewer of a notebook that has been run."""

    def __init__(self, opened: NotebookPage) -> None:
        self.opened, self.page = opened, opened.page
        self.root: Locator = self.page.locator(".wb-viewer")
        self.root.scroll_into_view_if_needed()
        self.root.locator(".wb-panes[data-index]").wait_for()

    def settled(self, index: int | None = None) -> None:
        """Wait until exact pictures of frame `index`, or of any, are there, and the answers to them."""
        self.page.wait_for_function(SETTLED, arg=index)

    @property
    def index(self) -> int:
        """The frame whose pictures are on the page."""
        return int(self.root.locator(".wb-panes").get_attribute("data-index") or -1)

    def pixels(self, pane: str) -> np.ndarray:
        """Return the real pixels of pane `original`, `a`, `b` or `difference`: (H, W, 3) uint8 RGB."""
        return self.opened.pixels(f".wb-frame-{pane}")

    def answers(self, side: str) -> list[str]:
        """Return the answers shown for `a` or `b`, each as 'label share'."""
        rows = self.root.locator(f".wb-answer-{side} .wb-row")
        return [" ".join(text.split()) for text in rows.all_inner_texts()]

    @property
    def banner(self) -> str:
        """The text of the error banner; empty where none shows."""
        banner = self.root.locator(".wb-banner")
        return banner.inner_text().strip() if banner.is_visible() else ""

    def says(self, text: str) -> None:
        """Wait until the error banner says `text`."""
        self.root.locator(".wb-banner", has_text=text).wait_for()

    def choose(self, side: str, slot: str, choice: str) -> None:
        """Pick a choice from the dropdown of a slot."""
        self.root.locator(f"select.wb-{side}-{slot}").select_option(choice)

    def type(self, side: str, slot: str, text: str) -> None:
        """Type the value of a slot that takes any."""
        field = self.root.locator(f"input.wb-{side}-{slot}")
        field.fill(text)
        field.press("Enter")

    def focus(self) -> None:
        """Click on a picture, as a user who goes on with the keyboard."""
        self.root.locator(".wb-frame-original").click()

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        self.page.keyboard.press(key)
