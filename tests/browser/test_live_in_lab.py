"""LiveViewer on a real clip and on Chromium's own camera, with a real detector, worked by hand in JupyterLab."""

import numpy as np
import pytest

from scripts.browser import LivePage, NotebookPage
from workbench import open_frames

pytestmark = pytest.mark.browser

VIEWER, WAIT, COUNTS, SEND = range(4)
CELLS = (
    """
import threading, time
from workbench import load_model, load_recipe
from workbench.views.live_viewer import LiveViewer
recipe, model = load_recipe("sample:ssd-mobilenet-oid"), load_model("sample:ssd-mobilenet-oid")
viewer = LiveViewer("sample:bikes", recipe, model, loop=True, speed=0.4)  # ten pictures a second do
viewer
""",
    """
from pathlib import Path
end = time.monotonic() + 300
while not Path("enough").exists() and time.monotonic() < end:
    time.sleep(0.05)
""",
    """
threads = sum(thread.name.startswith("workbench-live") for thread in threading.enumerate())
print("told", viewer.stats.captured, threads, viewer.stats.balanced)
""",
    "viewer.explorer.frames[-1].index_of(0)",
)
TRACKS = """() => {
  window.tracks = [];
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wish) => {
    if (window.refuse) throw new DOMException("no", "NotAllowedError");
    const stream = await open(wish);
    tracks.push(...stream.getTracks());
    return stream;
  };
}"""
DARK_CAMERA = "() => tracks.length > 0 && tracks.every((track) => track.readyState === 'ended')"
HIDE = """(root) => new Promise((done) => {
  root.style.display = "none";
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting || done()).observe(root);
})"""
RUN = "(run) => document.querySelector('.wb-live').dataset.run === run"


class Lab:
    """The notebook and its live viewer."""

    def __init__(self, opened):
        self.opened, self.page, self.live = opened, opened.page, LivePage(opened)

    def run(self, run):
        self.page.wait_for_function(RUN, arg=run)

    def told(self):
        """Return how many frames were captured, how many threads there are, and whether every frame is counted."""
        self.opened.run(COUNTS)
        words = self.page.locator(".jp-OutputArea-output", has_text="told").last.inner_text().split()
        return int(words[1]), int(words[2]), words[3] == "True"

    def goes_on(self):
        """Wait until more frames were captured than now."""
        before = self.told()[0]
        self.until(lambda captured, *_: captured > before)

    def until(self, holds):
        """Wait until what is told is so."""
        while not holds(*self.told()):
            self.page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def notebook(browser, lab):
    opened = NotebookPage(browser, lab, lab.write("live.ipynb", *CELLS), size=(1440, 1600))
    opened.run(VIEWER)
    opened.page.evaluate(TRACKS)
    yield Lab(opened)
    opened.close()


@pytest.fixture
def lab_page(notebook):
    """The viewer, off, with nothing frozen."""
    page = notebook.page
    page.keyboard.press("Escape")
    notebook.live.root.scroll_into_view_if_needed()
    if not page.evaluate(RUN, "off"):
        notebook.live.stop()
    return notebook


@pytest.fixture
def clip(lab_page):
    lab_page.live.start("sample:bikes")
    lab_page.live.moving(5)
    return lab_page


def original(number):
    with open_frames("sample:bikes") as frames:
        return frames[number % len(frames)].image


def test_a_clip_plays_with_its_boxes_and_figures(clip):
    live, root = clip.live, clip.live.root
    assert (live.phase, live.banner) == ("live", "")
    root.locator(".wb-freeze").click()
    root.locator(".wb-frozen").wait_for()
    assert abs(live.pixels().astype(int) - original(live.index)).mean() < 6
    root.locator(".wb-threshold").fill("1")
    assert root.locator(".wb-boxes rect").count() == 0
    root.locator(".wb-threshold").fill("0")
    boxes = root.locator(".wb-boxes rect").count()
    assert boxes > 0
    assert root.locator(".wb-count").first.inner_text() == f"{boxes} of {boxes} boxes"
    root.locator(".wb-threshold").fill("0.5")
    clip.page.wait_for_function("document.querySelector('.wb-tile[data-name=in] b').textContent > '1'")
    assert clip.opened.traffic.errors == []


def test_space_freezes_the_picture_and_the_stream_runs_on(clip):
    live, page = clip.live, clip.page
    live.root.locator(".wb-stage").first.click(position={"x": 3, "y": 3})
    page.keyboard.press(" ")
    live.root.locator(".wb-frozen").wait_for()
    stands = live.index
    clip.goes_on()
    page.wait_for_timeout(500)
    assert live.index == stands
    live.root.locator(".wb-freeze").click()
    live.moving(3)


def test_the_explorer_shows_the_frozen_frame_pixel_by_pixel(clip):
    live = clip.live
    live.root.locator(".wb-freeze").click()
    live.root.locator(".wb-frozen").wait_for()
    live.root.locator(".wb-send").click()
    live.root.locator(".wb-explored .wb-panes[data-mime='image/png']").wait_for()
    np.testing.assert_array_equal(clip.opened.pixels(".wb-explored .wb-frame-original"), original(live.index))
    assert live.banner == ""


def test_a_slot_is_switched_while_it_runs_and_one_that_does_not_fit_is_refused(clip):
    live, title = clip.live, clip.live.root.locator(".wb-sides-1 h4")
    live.choose("color", "bgr")
    title.get_by_text("1 slot changed: color rgb → bgr").wait_for()
    live.moving(3)
    field = live.root.locator(".wb-sides-1 input.wb-b-size")
    field.fill("100, 100")
    field.press("Enter")
    live.root.locator("> .wb-banner", has_text="100").wait_for()
    live.moving(3)
    live.root.locator(".wb-sides-1 .wb-copy").click()
    title.get_by_text("The recipe it began with").wait_for()
    assert live.banner == ""


def test_a_cell_that_runs_does_not_hold_up_the_picture(clip, lab):
    clip.opened.begin(WAIT)
    for _ in range(8):  # JupyterLab scrolls to the cell that runs, whenever it gets round to it
        clip.live.root.scroll_into_view_if_needed()
        clip.page.wait_for_timeout(250)
    assert clip.opened.runs(WAIT)
    clip.live.moving(5)
    assert clip.opened.runs(WAIT)  # for up to five minutes, or until
    (lab.root / "enough").touch()


def test_an_unseen_page_gets_no_pictures_and_the_stream_runs_on(clip):
    live, page = clip.live, clip.page
    live.root.evaluate(HIDE)
    before = -1
    while live.shown != before:  # until it stands still
        before = live.shown
        page.wait_for_timeout(600)
    clip.goes_on()
    assert live.shown == before
    live.root.evaluate("(root) => { root.style.display = ''; }")
    live.moving(3)


def test_a_source_that_is_not_there_is_said_in_the_banner(lab_page):
    lab_page.live.start("nowhere.mp4")
    lab_page.live.root.locator("> .wb-banner", has_text="nowhere.mp4").wait_for()
    lab_page.run("off")


def test_the_pages_camera_is_a_source_and_goes_off_on_stop(lab_page):
    live = lab_page.live
    live.start("webcam")
    live.moving(5)
    assert live.pixels().shape == (720, 1280, 3)
    assert live.phase == "live"
    live.stop()
    lab_page.page.wait_for_function(DARK_CAMERA)
    lab_page.until(lambda _, threads, __: threads == 0)
    captured, _, balanced = lab_page.told()
    assert captured >= 5
    assert balanced


def test_a_camera_that_is_refused_is_said_in_the_banner(lab_page):
    lab_page.page.evaluate("window.refuse = true")
    lab_page.live.start("webcam")
    lab_page.live.root.locator("> .wb-banner", has_text="not allowed to use the camera").wait_for()
    lab_page.run("off")
    lab_page.page.evaluate("window.refuse = false")


def test_an_interrupted_kernel_stops_the_stream_and_the_camera(lab_page):
    lab_page.live.start("webcam")
    lab_page.live.moving(3)
    lab_page.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()")
    lab_page.run("off")
    lab_page.page.wait_for_function(DARK_CAMERA)
    lab_page.until(lambda _, threads, __: threads == 0)


def test_a_restarted_kernel_leaves_the_camera_dark_and_says_so(lab_page):
    """The last of this file: the kernel knows no viewer any more."""
    lab_page.live.start("webcam")
    lab_page.live.moving(3)
    lab_page.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    lab_page.run("gone")
    lab_page.page.wait_for_function(DARK_CAMERA)
    assert "The kernel has stopped" in lab_page.live.banner
