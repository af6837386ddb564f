"""The viewer of `explore_mismatch`, with EfficientNet-Lite0 and real photos, worked by mouse and keyboard."""

import numpy as np
import pytest

from workbench import load_recipe, open_frames, to_picture

pytestmark = pytest.mark.browser
MODEL = "sample:efficientnet-lite0"

NAMELESS = """(root) => [...root.querySelectorAll("button, select, input, img, section, [role=group]")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute("aria-label") || each.getAttribute("alt") || each.textContent.trim()))
  .map((each) => each.outerHTML)"""
OVERFLOWING = """(root) => [root, ...root.querySelectorAll("*")].filter((each) => each.checkVisibility())
  .filter((each) => ["auto", "scroll"].includes(getComputedStyle(each).overflowX) || (
    each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === "visible" && each.clientWidth > 0
    && getComputedStyle(each).display !== "inline" && !each.classList.contains("wb-spoken")))
  .map((each) => each.className)"""
CUT = """(root) => [...root.querySelectorAll("select")].filter((each) => {
  const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(each);
  pen.font = `${style.fontSize} ${style.fontFamily}`;
  return pen.measureText(each.selectedOptions[0]?.text ?? "").width > each.clientWidth - 28; // 28: padding and arrow
}).map((each) => each.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def photos():
    return open_frames("sample:imagenet-20")


@pytest.fixture(scope="module")
def recipe():
    return load_recipe(MODEL)


def picture(recipe, frame):
    return to_picture(recipe(frame), recipe)[0]


def test_the_notebook_shows_its_recipes_frames_and_answers(viewer, photos, recipe):
    assert viewer.banner == ""
    assert (viewer.pixels("original") == photos[0].image).all()
    assert (viewer.pixels("a") == picture(recipe, photos[0])).all()
    assert len(viewer.answers("a")) == 5


def test_the_slider_dragged_changes_pictures_and_answers(viewer, photos, recipe):
    before = viewer.answers("a")
    slider = viewer.root.locator(".wb-slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    viewer.page.mouse.move(box["x"] + 8, middle)
    viewer.page.mouse.down()
    viewer.page.mouse.move(box["x"] + box["width"] * 0.4, middle, steps=6)
    viewer.page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=6)
    viewer.page.mouse.up()
    viewer.page.wait_for_function("Number(document.querySelector('.wb-panes').dataset.index) > 12")
    viewer.settled()
    index = viewer.index
    assert 12 < index < 18
    assert (viewer.pixels("original") == photos[index].image).all()
    assert (viewer.pixels("a") == picture(recipe, photos[index])).all()
    assert viewer.answers("a") != before
    assert viewer.banner == ""


def test_a_changed_slot_changes_b_its_answer_and_the_difference(viewer, photos, recipe):
    a, answers = viewer.pixels("a"), viewer.answers("b")
    assert viewer.pixels("difference").max() < 5
    viewer.choose("b", "color", "bgr")
    viewer.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === 'color'")
    viewer.page.wait_for_function(
        "([old]) => document.querySelector('.wb-answer-b').innerText.replace(/\\s+/g, ' ').indexOf(old) < 0",
        arg=[answers[0]],
    )
    viewer.settled(0)
    assert (viewer.pixels("a") == a).all()
    assert (viewer.pixels("b") == a[..., ::-1]).all()
    assert viewer.pixels("difference").max() > 200
    assert viewer.answers("b") != answers
    assert viewer.answers("a") == answers


def test_changed_slots_are_marked_and_can_be_reset_one_by_one(viewer):
    viewer.choose("b", "color", "bgr")
    viewer.choose("b", "range", "unit")
    row = viewer.root.locator(".wb-slot[data-slot=color]")
    viewer.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === 'color range'")
    assert viewer.root.locator(".wb-changed").count() == 2
    assert "color rgb → bgr, range centered → unit" in viewer.root.locator(".wb-slots-head").inner_text()
    plain = viewer.root.locator(".wb-slot[data-slot=fit]").evaluate("(each) => getComputedStyle(each).backgroundColor")
    assert row.evaluate("(each) => getComputedStyle(each).backgroundColor") != plain
    row.locator(".wb-reset").click()
    viewer.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === 'range'")


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        pytest.param(["ArrowRight"], 1, id="right"),
        pytest.param(["ArrowRight", "ArrowRight", "ArrowLeft"], 1, id="left"),
        pytest.param(["Shift+ArrowRight"], 10, id="right by ten"),
        pytest.param(["End"], 19, id="end"),
        pytest.param(["ArrowLeft"], 0, id="no further than the first"),
    ],
)
def test_keys_step_through_the_frames(viewer, photos, keys, index):
    viewer.focus()
    for key in keys:
        viewer.press(key)
    viewer.settled(index)
    assert (viewer.pixels("original") == photos[index].image).all()


def test_space_plays_and_stops(viewer):
    viewer.focus()
    viewer.press("Space")
    viewer.page.wait_for_function("Number(document.querySelector('.wb-panes').dataset.index) >= 2")
    viewer.press("Space")
    viewer.page.wait_for_selector(".wb-viewer[data-playing=false]")
    viewer.settled()
    assert viewer.index < 19


def test_keys_in_the_viewer_do_not_reach_the_notebook(viewer):
    cells = "jupyterapp.shell.currentWidget.content.widgets.length"
    place = "jupyterapp.shell.currentWidget.content.activeCellIndex"
    before = viewer.page.evaluate(cells), viewer.page.evaluate(place)
    viewer.focus()
    for key in ("a", "b", "x", "ArrowDown", "j"):  # in command mode: insert above, below, cut, move
        viewer.press(key)
    assert (viewer.page.evaluate(cells), viewer.page.evaluate(place)) == before


def test_arrows_in_a_dropdown_change_the_choice_and_not_the_frame(viewer):
    viewer.root.locator("select.wb-b-color").focus()
    viewer.press("ArrowDown")
    viewer.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === 'color'")
    viewer.settled(0)


def test_an_input_the_model_refuses_shows_in_the_banner_until_it_is_mended(viewer):
    viewer.type("b", "size", "100, 100")
    viewer.says("expects")
    viewer.settled(0)
    assert "(any, 224, 224, 3) float32, got (1, 100, 100, 3)" in viewer.banner
    assert viewer.pixels("b").shape == (100, 100, 3)
    assert viewer.answers("b") == []
    assert len(viewer.answers("a")) == 5
    viewer.root.locator(".wb-slot[data-slot=size] .wb-reset").click()
    viewer.page.wait_for_selector(".wb-banner", state="hidden")


@pytest.mark.parametrize(
    ("slot", "text", "said"),
    [
        pytest.param("size", "small", "height, width", id="no size"),
        pytest.param("crop_fraction", "3", "crop_fraction", id="out of range"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_the_banner(viewer, slot, text, said):
    viewer.type("b", slot, text)
    viewer.says(said)
    viewer.press("Escape")
    viewer.focus()
    viewer.press("ArrowRight")
    viewer.settled(1)
    assert viewer.banner == ""


def test_a_range_of_ones_own_is_typed_in(viewer, photos, recipe):
    viewer.choose("b", "range", "affine(mean=127.5, std=127.5)")
    viewer.root.locator("input.wb-b-range-value").wait_for(state="visible")
    viewer.type("b", "range-value", "affine(mean=127.0, std=64.0)")
    viewer.page.wait_for_function("document.querySelector('.wb-slots-head').innerText.includes('std=64.0')")
    viewer.settled(0)
    served = to_picture(recipe.replace(range="affine(mean=127.0, std=64.0)")(photos[0]), recipe)[0]
    assert (viewer.pixels("b") == served).all()


def test_levels_under_the_pointer_are_told_for_a_and_b(viewer):
    viewer.root.locator(".wb-frame-a").hover(position={"x": 20, "y": 30})
    told = [viewer.root.locator(f".wb-pane-{side} .wb-size").inner_text() for side in ("a", "b")]
    assert told[0] == told[1]
    place, levels = told[0].split(": ")
    x, y = map(int, place.split(", "))
    assert viewer.pixels("a")[y, x].tolist() == [int(level) for level in levels.split()]


def test_every_control_has_a_name(viewer):
    assert viewer.root.evaluate(NAMELESS) == []


@pytest.mark.parametrize("width", [1440, 1024, 640])
def test_nothing_is_cut_or_scrolls_inside_the_viewer(viewer, width):
    viewer.opened.resize(width, 900)
    assert viewer.root.evaluate(OVERFLOWING) == []
    assert viewer.root.evaluate(CUT) == []


def luminance(color):
    levels = np.array([float(part) for part in color[color.index("(") + 1 : -1].split(",")[:3]]) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize(("theme", "dark"), [("JupyterLab Dark", True), ("JupyterLab Light", False)])
def test_the_viewer_follows_the_theme_and_stays_legible(viewer, theme, dark):
    viewer.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    viewer.page.wait_for_selector(f"body[data-jp-theme-light={'false' if dark else 'true'}]", state="attached")
    viewer.page.wait_for_function(
        f"getComputedStyle(document.querySelector('.wb-viewer')).colorScheme === '{'dark' if dark else 'light'}'"
    )
    style = "(each) => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]"
    ink, paper = map(luminance, viewer.root.evaluate(style))
    assert (paper < 0.1) == dark
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 7
    field, ground = map(luminance, viewer.root.locator("select.wb-a-color").evaluate(style))
    assert (max(field, ground) + 0.05) / (min(field, ground) + 0.05) > 7


def test_the_page_stays_clean_and_asks_nobody_but_its_server(viewer, lab):
    assert viewer.opened.traffic.errors == []
    assert len(viewer.opened.traffic.requests) > 20
    assert viewer.opened.traffic.foreign(f"127.0.0.1:{lab.port}") == []
