"""A damaged picture among those that a viewer shows: its banner says so, and the others can still be looked at."""

import pytest

from tests.faults.pictures.made import encoded, photo, write
from tests.unit.views.test_viewer import Page
from workbench.frames import open_frames
from workbench.recipes import Recipe
from workbench.views import viewer as module


@pytest.fixture
def page(folder, monkeypatch):
    """A viewer's page on three pictures, the second of which is cut in half."""
    monkeypatch.setattr(module, "Surface", Page)
    data = encoded(photo(), "png")
    for name in ("a.png", "b.png", "c.png"):
        write(name, data[: len(data) // 2] if name == "b.png" else data)
    viewer = module.FrameViewer(open_frames("*.png"), Recipe(size=(8, 8)))
    yield viewer._surface
    viewer.close()


def test_one_damaged_picture_of_those_in_a_viewer(page, told):
    assert page.request("hello")[0]["banner"] == ""
    content, pictures = page.request("seek", index=1)
    assert (content["stale"], pictures) == (True, [])
    assert "b.png is damaged" in content["banner"]
    after, pictures = page.request("seek", index=2)
    assert (after["banner"], after["stale"], len(pictures)) == ("", False, 4)
    told("refused", f"in the red banner, while the other pictures can be looked at: {content['banner']}")
