"""See that the browser tests have a Chromium: from PATH, from Debian, or Playwright's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from scripts.set_up import system
from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, Runner, SetUpError, step

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PLAYWRIGHT_STARTS = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: p.chromium.launch(args=['--no-sandbox']).close()"
)
REFUSAL = (
    "the browser tests need Chromium and none could be installed; type: apt-get install chromium (as root), or "
    "`.venv/bin/playwright install --with-deps chromium`, or leave them out: make test-fast"
)


def ensure(checkout: Checkout, run: Runner) -> None:
    """Find a Chromium or install one.

    Raises:
        SetUpError: when none is to be had, with what to type.
    """

    def playwright_starts() -> bool:
        return succeeds(run, str(checkout.python), "-c", PLAYWRIGHT_STARTS)

    def by_system() -> bool:
        return system.may_install() and system.install(run, "chromium") and on_path(run)

    def by_playwright() -> bool:
        return succeeds(run, str(checkout.venv / "bin" / "playwright"), "install", "chromium") and playwright_starts()

    if on_path(run) or playwright_starts():
        return
    with step("install Chromium"):
        first_that_works(by_system, by_playwright)


def on_path(run: Runner) -> bool:
    """Say whether a Chromium is on PATH and starts; Ubuntu's is a stub that only asks for its store."""
    found = filter(None, map(shutil.which, NAMES))
    return any(succeeds(run, path, "--version") for path in found)


def succeeds(run: Runner, *command: str) -> bool:
    """Run `command` and say whether it ended well."""
    try:
        run(*command)
    except CommandFailed:
        return False
    return True


def first_that_works(*ways: Callable[[], bool]) -> None:
    """Try each way in turn.

    Raises:
        SetUpError: when none works.
    """
    if not any(way() for way in ways):
        raise SetUpError(REFUSAL)
