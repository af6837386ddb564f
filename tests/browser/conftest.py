"""One JupyterLab for all browser tests; each notebook is opened and run once."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from scripts.browser import JupyterLab, NotebookPage, ViewerPage

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CLIP = """
from workbench import FrameViewer, open_frames, preset
recipe = preset("sample:efficientnet-lite0")
viewer = FrameViewer(open_frames("sample:bikes"), (recipe, recipe.replace(color="bgr")))
viewer
"""


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with JupyterLab(tmp_path_factory.mktemp("lab"), environment={"TF_CPP_MIN_LOG_LEVEL": "2"}) as running:
        yield running


@pytest.fixture(scope="session")
def explore(browser, lab):
    """The scenario `explore_mismatch`, run up to its viewer; tests/notebooks runs all of it."""
    notebook = nbformat.read(NOTEBOOKS / "explore_mismatch.ipynb", as_version=4)
    place = next(number for number, cell in enumerate(notebook.cells) if cell.source.endswith("\nviewer"))
    del notebook.cells[place + 1 :]
    nbformat.write(notebook, lab.root / "explore_mismatch.ipynb")
    opened = NotebookPage(browser, lab, "explore_mismatch.ipynb")
    opened.run_all()
    yield ViewerPage(opened)
    opened.close()


@pytest.fixture(scope="session")
def clip(browser, lab):
    """A viewer on a film, without a model."""
    opened = NotebookPage(browser, lab, lab.write("clip.ipynb", CLIP))
    opened.run_all()
    yield ViewerPage(opened)
    opened.close()


@pytest.fixture
def viewer(explore):
    """The viewer of `explore_mismatch` at frame 0, A and B the same."""
    explore.opened.resize(1440, 900)
    explore.focus()
    explore.press("Home")
    copy = explore.root.locator(".wb-copy")
    if copy.is_enabled():
        copy.click()
    explore.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === ''")
    explore.settled(0)
    return explore
