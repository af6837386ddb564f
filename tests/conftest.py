"""What tests of more than one folder share."""

import pytest


@pytest.fixture(scope="session")
def browser():
    """Return the one Chromium of a test run: Playwright starts once in a process."""
    from scripts.browser import open_chromium

    with open_chromium() as chromium:
        yield chromium
