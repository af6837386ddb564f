"""Start Chromium: from PATH, else Playwright's own; or say what to type."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera of Chromium's own, a pattern with a clock, always allowed
    "--use-fake-ui-for-media-stream",
    "--force-color-profile=srgb",  # else a screen's profile could change the pixels that are read back
)
START_MS = 180_000  # a busy machine takes longer than Playwright's half a minute
CURE = (
    "no Chromium starts here; type `make test` (which installs one), or `apt-get install chromium` as root, "
    "or `.venv/bin/playwright install --with-deps chromium`"
)


class ChromiumMissing(RuntimeError):
    """There is no Chromium to drive; the text says what to type."""


@contextmanager
def open_chromium(*flags: str) -> Iterator[Browser]:
    """Give a headless Chromium, with more `flags` than those above, and close it at the end.

    Raises:
        ChromiumMissing: none starts.
    """
    with sync_playwright() as playwright:
        browser = _first_that_starts(playwright, [*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


def _first_that_starts(playwright: Playwright, flags: list[str]) -> Browser:
    """Try each on PATH, of which Ubuntu's is a stub that does not start, then Playwright's own."""
    reason = ""
    for path in (*filter(None, map(shutil.which, NAMES)), None):
        try:
            return playwright.chromium.launch(executable_path=path, args=flags, timeout=START_MS)
        except Error as error:
            reason = " ".join(str(error).split())[:200]
    raise ChromiumMissing(f"{CURE} ({reason})")
