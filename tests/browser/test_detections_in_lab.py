"""DetectionViewer on real photos with a real detector, worked by mouse and keyboard in JupyterLab."""

import numpy as np
import pytest

from scripts.browser import NotebookPage
from workbench import open_frames

pytestmark = pytest.mark.browser

CELLS = (
    """
import numpy as np, supervision as sv
from workbench import load_model, load_recipe, open_frames, predict
from workbench.views import DetectionViewer
photos = open_frames("sample:faces-6")
found = predict(photos, load_recipe("sample:ssd-hands"), "sample:ssd-hands", batch_size=1, progress=False).detections
""",
    """
shifted = [sv.Detections(xyxy=each.xyxy + np.float32(30), confidence=each.confidence, class_id=each.class_id,
                         data={"class_name": np.array(["<script>window.ran = 1</script>"] * len(each), dtype=str)})
           for each in found]
viewer = DetectionViewer(photos, {"detector": found, "<img src=x onerror='window.ran=1'>": shifted}, threshold=0.5)
viewer
""",
)
READY = """(index) => {
  const viewer = document.querySelector(".wb-detections");
  return viewer.dataset.still === "true" && viewer.querySelector(".wb-panes").dataset.index === String(index);
}"""
SHOWN = """(pane) => [...pane.querySelectorAll("rect:not(.wb-out)")].map((rect) => {
  const box = rect.getBBox(), view = pane.querySelector("svg").viewBox.baseVal;
  return [box.x, box.y, box.x + box.width, box.y + box.height, view.width, view.height];
})"""
ON_SCREEN = """(pane) => {
  const stage = pane.querySelector("img").getBoundingClientRect();
  return [...pane.querySelectorAll("rect:not(.wb-out)")].map((rect) => {
    const box = rect.getBoundingClientRect();
    return [(box.left - stage.left) / stage.width, (box.top - stage.top) / stage.height,
            (box.right - stage.left) / stage.width, (box.bottom - stage.top) / stage.height];
  });
}"""
LABELS = """(pane) => {
  const stage = pane.querySelector(".wb-stage").getBoundingClientRect();
  return [...pane.querySelectorAll(".wb-box-label:not([hidden])")].map((label) => {
    const box = label.getBoundingClientRect();
    return { text: label.textContent, cut: label.scrollWidth > label.clientWidth + 1,
             x0: box.left - stage.left, y0: box.top - stage.top,
             x1: box.right - stage.right, y1: box.bottom - stage.bottom };
  });
}"""
# in one task of the page, where no timer fires: a threshold that rests for a quarter of a second is told to the kernel
MOVED = """async (root, thresholds) => {
  let sent = 0;
  const count = (_, { direction }) => { sent += direction === "send"; };
  const { anyMessage } = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  anyMessage.connect(count);
  const slider = root.querySelector(".wb-threshold"), seen = [];
  for (const value of thresholds) {
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
    for (let turn = 0; turn < 20; turn += 1) await null;
    seen.push([root.querySelectorAll(".wb-pane:first-child rect:not(.wb-out)").length, sent]);
  }
  anyMessage.disconnect(count);
  return seen;
}"""


class DetectionPage:
    """The only DetectionViewer of a notebook that has been run."""

    def __init__(self, opened):
        self.opened, self.page = opened, opened.page
        self.root = self.page.locator(".wb-detections")
        self.root.scroll_into_view_if_needed()
        self.ready(0)

    def ready(self, index):
        self.page.wait_for_function(READY, arg=index)

    def pane(self, number=0):
        return self.root.locator(".wb-pane").nth(number)

    def threshold(self, value):
        self.root.locator(".wb-threshold").fill(str(value))

    def focus(self):
        self.root.locator(".wb-stage").first.click(position={"x": 3, "y": 3})

    def press(self, key):
        self.page.keyboard.press(key)

    def counts(self):
        return self.root.locator(".wb-count").all_inner_texts()

    @property
    def banner(self):
        banner = self.root.locator(".wb-banner")
        return banner.inner_text().strip() if banner.is_visible() else ""


@pytest.fixture(scope="module")
def photos():
    return open_frames("sample:faces-6")


@pytest.fixture(scope="module")
def opened(browser, lab):
    notebook = NotebookPage(browser, lab, lab.write("detections.ipynb", *CELLS))
    notebook.run_all()
    yield DetectionPage(notebook)
    notebook.close()


@pytest.fixture
def viewer(opened):
    """The viewer at frame 0, threshold 0.5, side by side."""
    opened.opened.resize(1440, 900)
    opened.root.locator(".wb-layout button").first.click()
    opened.threshold(0.5)
    opened.focus()
    opened.press("Home")
    opened.ready(0)
    return opened


def test_the_boxes_lie_where_the_detector_saw_them(viewer, photos):
    height, width = photos[0].image.shape[:2]
    inside = np.array(viewer.pane().evaluate(SHOWN))
    assert (inside[:, 4:] == (width, height)).all()
    faces = [(391, 298, 648, 630), (802, 365, 1054, 683), (1461, 172, 1726, 450)]  # looked at: these are the faces
    for face in faces:
        assert np.abs(inside[:, :4] - face).max(axis=1).min() < 15


def test_boxes_stay_on_the_picture_at_every_size(viewer):
    def drawn():
        return np.array(viewer.pane().evaluate(ON_SCREEN))

    wide = drawn()
    before = viewer.pane().locator(".wb-stage").evaluate("(stage) => stage.clientWidth")
    viewer.opened.resize(1100, 900)
    viewer.page.wait_for_function("(before) => document.querySelector('.wb-stage').clientWidth < before", arg=before)
    assert np.abs(drawn() - wide).max() < 0.02  # the line's width counts


def test_the_picture_is_the_frame(viewer, photos):
    image = photos[0].image
    pixels = viewer.opened.pixels(".wb-detections .wb-frame").astype(int)
    assert pixels.shape[0] == min(1080, image.shape[0])
    factor = image.shape[0] / pixels.shape[0]
    spots = [(100, 200), (500, 700), (900, 1500)]
    for row, column in spots:
        seen = pixels[
            round(row / factor) - 4 : round(row / factor) + 5, round(column / factor) - 4 : round(column / factor) + 5
        ]
        true = image[row - 6 : row + 7, column - 6 : column + 7].astype(int)
        assert np.abs(seen.mean(axis=(0, 1)) - true.mean(axis=(0, 1))).max() < 12


def until_told(viewer, threshold):
    while float(viewer.opened.ask("print(viewer.threshold)")) != threshold:
        viewer.page.wait_for_timeout(100)


def test_the_threshold_moves_the_boxes_without_a_word_to_the_kernel(viewer):
    until_told(viewer, 0.5)
    seen = viewer.root.evaluate(MOVED, [0.06, 0.3, 0.6, 0.9])
    counts = [count for count, _ in seen]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2] > counts[3] > 0
    assert [sent for _, sent in seen] == [0, 0, 0, 0]


def test_a_threshold_at_rest_is_known_to_python(viewer):
    viewer.threshold(0.35)
    until_told(viewer, 0.35)


def test_arrow_up_and_down_move_the_threshold(viewer):
    viewer.focus()
    viewer.press("ArrowUp")
    viewer.press("ArrowUp")
    viewer.press("ArrowDown")
    assert viewer.root.locator(".wb-threshold-value").inner_text() == "≥ 0.55"


@pytest.mark.parametrize(
    ("keys", "index"),
    [(["ArrowRight"], 1), (["ArrowRight", "ArrowRight", "ArrowLeft"], 1), (["End"], 5), (["Shift+ArrowRight"], 5)],
    ids=["right", "left", "end", "by ten, to the last"],
)
def test_keys_step_through_the_frames_and_their_boxes(viewer, photos, keys, index):
    viewer.focus()
    for key in keys:
        viewer.press(key)
    viewer.ready(index)
    height, width = photos[index].image.shape[:2]
    inside = np.array(viewer.pane().evaluate(SHOWN))
    assert (inside[:, 4:] == (width, height)).all()
    assert photos[index].origin.endswith(viewer.root.locator(".wb-where").first.inner_text().split(" · ")[1])


def test_keys_in_the_viewer_do_not_reach_the_notebook(viewer):
    cells = "jupyterapp.shell.currentWidget.content.widgets.length"
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = viewer.page.evaluate(cells), viewer.page.evaluate(place)
    viewer.focus()
    for key in ("a", "b", "x", "ArrowDown", "ArrowUp", "j"):
        viewer.press(key)
    assert (viewer.page.evaluate(cells), viewer.page.evaluate(place)) == before


def test_the_threshold_slider_keeps_its_own_keys(viewer):
    viewer.root.locator(".wb-threshold").focus()
    viewer.press("ArrowRight")
    assert viewer.root.locator(".wb-threshold-value").inner_text() == "≥ 0.51"
    assert viewer.root.locator(".wb-panes").get_attribute("data-index") == "0"


def test_labels_are_inside_the_picture_whole_and_apart(viewer):
    labels = viewer.pane().evaluate(LABELS)
    assert len(labels) >= 3
    for label in labels:
        assert not label["cut"]
        assert min(label["x0"], label["y0"]) >= -0.5
        assert max(label["x1"], label["y1"]) <= 0.5
    width, height = viewer.pane().locator(".wb-stage").evaluate("(stage) => [stage.clientWidth, stage.clientHeight]")
    for place, one in enumerate(labels):
        for other in labels[place + 1 :]:
            apart_x = one["x1"] + width <= other["x0"] + 1 or other["x1"] + width <= one["x0"] + 1
            apart_y = one["y1"] + height <= other["y0"] + 1 or other["y1"] + height <= one["y0"] + 1
            assert apart_x or apart_y


def test_crowded_labels_wait_for_the_pointer(viewer):
    labels, crowded = viewer.pane().locator(".wb-box-label"), viewer.pane().locator(".wb-box-label.wb-crowded")
    assert crowded.count() == 0
    viewer.press("ArrowRight")
    viewer.press("ArrowRight")
    viewer.ready(2)  # the frame with most boxes
    viewer.opened.resize(900, 900)
    viewer.threshold(0)
    viewer.page.wait_for_function("document.querySelector('.wb-crowded') !== null")
    assert 0 < crowded.count() < labels.count()
    assert not any(each.is_visible() for each in crowded.all())
    crowded.first.evaluate("(label) => label.classList.add('wb-over')")
    assert crowded.first.is_visible()
    crowded.first.evaluate("(label) => label.classList.remove('wb-over')")


def test_a_long_name_leaves_room_for_the_count(viewer):
    title, count = viewer.pane().locator(".wb-title"), viewer.pane().locator(".wb-count")
    name = title.inner_text()
    title.evaluate("(title) => { title.textContent = 'name '.repeat(200); }")
    pane, place = viewer.pane().bounding_box(), count.bounding_box()
    assert place["x"] + place["width"] <= pane["x"] + pane["width"] + 1
    assert count.evaluate("(count) => count.scrollWidth <= count.clientWidth")
    title.evaluate("(title, name) => { title.textContent = name; }", name)


def test_labels_and_names_are_text_and_never_run(viewer):
    assert any("<script>" in label["text"] for label in viewer.pane(1).evaluate(LABELS))
    assert "onerror" in viewer.pane(1).locator(".wb-title").inner_text()
    assert viewer.page.evaluate("window.ran") is None
    assert viewer.root.locator("script, .wb-pane img[src=x]").count() == 0


def test_predictions_lie_over_each_other_in_two_colours(viewer):
    apart = viewer.counts()
    assert viewer.root.locator(".wb-pane").count() == 2
    viewer.root.locator(".wb-layout button").nth(1).click()
    assert viewer.root.locator(".wb-pane").count() == 1
    each = [int(text.split()[0]) for text in apart]
    assert viewer.counts()[0].startswith(f"{sum(each)} of ")
    strokes = viewer.pane().evaluate("(pane) => [...pane.querySelectorAll('rect')].map((rect) => rect.style.stroke)")
    assert len(set(strokes)) == 2
    assert viewer.root.locator(".wb-title .wb-chip").count() == 2


def test_a_box_under_the_pointer_stands_out(viewer):
    x0, y0, x1, y1 = viewer.pane().evaluate(ON_SCREEN)[0]
    stage = viewer.pane().locator(".wb-stage").bounding_box()
    viewer.page.mouse.move(stage["x"] + stage["width"] * (x0 + x1) / 2, stage["y"] + stage["height"] * (y0 + y1) / 2)
    assert viewer.pane().locator("rect.wb-over").count() == 1
    assert viewer.pane().locator(".wb-box-label.wb-over").count() == 1


def test_an_error_shows_in_the_banner_until_the_next_success(viewer):
    viewer.opened.ask("viewer._on_message(None, {'kind': 'dance'}, [])")
    viewer.root.locator(".wb-banner", has_text="no request named 'dance'").wait_for()
    viewer.focus()
    viewer.press("ArrowRight")
    viewer.ready(1)
    assert viewer.banner == ""


@pytest.mark.parametrize("width", [1440, 1024, 640])
def test_nothing_leaves_the_viewer(viewer, width):
    viewer.opened.resize(width, 900)
    outside = viewer.root.evaluate(
        """(root) => {
          const frame = root.getBoundingClientRect();
          return [...root.querySelectorAll("*")].filter((each) => each.checkVisibility() && !each.closest("svg"))
            .filter((each) => each.getBoundingClientRect().right > frame.right + 1).map((each) => each.className);
        }"""
    )
    assert outside == []


@pytest.mark.parametrize(("theme", "dark"), [("JupyterLab Dark", True), ("JupyterLab Light", False)])
def test_the_viewer_follows_the_theme(viewer, theme, dark):
    viewer.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    viewer.page.wait_for_function(
        f"getComputedStyle(document.querySelector('.wb-detections')).colorScheme === '{'dark' if dark else 'light'}'"
    )
    levels = viewer.root.evaluate("(root) => getComputedStyle(root).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(levels[:3]) < 90) == dark


def test_the_page_stays_clean_and_asks_nobody_but_its_server(viewer, lab):
    assert viewer.opened.traffic.errors == []
    assert viewer.opened.traffic.foreign(f"127.0.0.1:{lab.port}") == []
