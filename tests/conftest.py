"""What tests of more than one folder share."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def cache_folder(tmp_path_factory):
    """Keep what the tests cache out of the user's folder; the parts of `make test` share one, empty at its start.

    Engines are looked for and files are tried once in a `make test`. Tests of caching have folders of their own.
    """
    before = os.environ.get("WORKBENCH_CACHE")
    os.environ["WORKBENCH_CACHE"] = os.environ.get("WORKBENCH_TEST_CACHE") or str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("WORKBENCH_CACHE")
    if before is not None:
        os.environ["WORKBENCH_CACHE"] = before


@pytest.fixture(scope="session")
def browser():
    """Return the one Chromium of a test run: Playwright starts once in a process."""
    from scripts.browser import open_chromium

    with open_chromium() as chromium:
        yield chromium
