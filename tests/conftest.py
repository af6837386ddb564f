"""What tests of more than one folder share."""

import os
from contextlib import contextmanager

import pytest

import workbench  # noqa: F401 - before nbformat, which then takes 2 s less


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

    slow_camera = "--use-fake-device-for-media-stream=fps=10"  # thirty pictures a second would show no more
    with open_chromium(slow_camera) as chromium:
        yield chromium


@pytest.fixture(scope="session")
def forking():
    """Return a context manager: in it the kernels of runs are forked from a server, a second less for each.

    For tests that are not about how a kernel starts.
    """
    from workbench.reports.kernels import execute

    @contextmanager
    def fork(server):
        terms = execute.Terms
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(execute, "Terms", lambda **given: terms(**{**given, "server": server}))
            yield

    return fork


@pytest.fixture(scope="session")
def light_server():
    """Yield a process that has made the imports of small notebooks."""
    from workbench.reports.kernels.forking import ForkServer

    with ForkServer(["numpy", "workbench.reports.recording"]) as server:
        yield server


@pytest.fixture
def forked(forking, light_server):
    """Have the kernels of a test's runs forked."""
    with forking(light_server):
        yield
