"""Explain, find and copy in the viewer of `explore_mismatch`, with EfficientNet-Lite0 and real photos."""

import pytest

from scripts.browser.notebook_page import LOOK_MS
from workbench import load_recipe
from workbench.models.export import export

pytestmark = pytest.mark.browser
LONG_MS = 300_000
FRAMES = 2  # with so few the search is quick, and sure of colour and range all the same

CAUSES = """(root) => [...root.querySelectorAll(".wb-cause")].map((each) =>
  [each.dataset.slot, each.querySelector("i").getBoundingClientRect().width])"""
EXPLAINED = """(slots) => {
  const panel = document.querySelector(".wb-explanation");
  const shown = [...panel.querySelectorAll(".wb-cause")].map((each) => each.dataset.slot);
  return !panel.classList.contains("wb-old") && shown.sort().join(" ") === slots;
}"""
FAR = "Number(document.querySelector('.wb-far').getAttribute('aria-valuenow')) > 0"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })"
FADES = """(root) => {
  const panel = root.querySelector(".wb-explanation");
  const look = () => { window.faded = window.faded || panel.classList.contains("wb-old"); };
  window.faded = false;
  new MutationObserver(look).observe(panel, { attributeFilter: ["class"] });
}"""
HELD = """
import time
from pathlib import Path
from workbench.views.finder import Finder

reports = 0

def held(self, *told, report=Finder._progress):
    global reports
    reports += 1
    report(self, *told)
    if 0 < told[1] <= 200 * told[0] and Path("hold").exists():  # the page shows 1 %
        self._tell()
        while Path("hold").exists():
            time.sleep(0.02)
    return report(self, *told)

Finder._progress = held
"""
INTERRUPT = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"


@pytest.fixture
def diagnosis(viewer):
    """The viewer at frame 0, B with two slots that differ; its panels are closed again at the end."""
    viewer.choose("b", "color", "bgr")
    viewer.choose("b", "resize", "cv2.linear")
    viewer.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === 'color resize'")
    viewer.settled(0)
    yield viewer
    for name in ("explain", "find"):
        if viewer.root.locator(f".wb-act-{name}").get_attribute("aria-expanded") == "true":
            viewer.root.locator(f".wb-act-{name}").click()


@pytest.fixture
def hold(diagnosis, lab):
    """A file: while it is there, a search stands still at a report of its progress, and counts them always."""
    diagnosis.opened.ask(HELD)
    file = lab.root / "hold"
    yield file
    file.unlink(missing_ok=True)


def reports(viewer):
    return int(viewer.opened.ask("print(reports)"))


def search(viewer, phase):
    """Wait until the search is so far."""
    viewer.page.wait_for_selector(f".wb-search[data-phase={phase}]", timeout=LONG_MS)


def begin(viewer):
    """Search again, over few frames, and wait until it is on its way."""
    viewer.root.locator(".wb-count").fill(str(FRAMES))
    viewer.root.locator(".wb-start").click()
    search(viewer, "running")
    viewer.page.wait_for_function(FAR, polling=LOOK_MS, timeout=LONG_MS)


def test_explain_shows_a_bar_for_each_slot_and_the_culprit_has_the_longest(diagnosis):
    diagnosis.root.locator(".wb-act-explain").click()
    diagnosis.page.wait_for_function(EXPLAINED, arg="color resize", polling=LOOK_MS)
    (first, longest), (second, shorter) = diagnosis.root.evaluate(CAUSES)
    assert (first, second) == ("color", "resize")
    assert longest > 10 * shorter
    assert "color" in diagnosis.root.locator(".wb-explanation .wb-verdict").inner_text()


def test_a_click_on_a_bar_resets_its_slot_and_the_rest_is_explained_anew(diagnosis):
    diagnosis.root.locator(".wb-act-explain").click()
    diagnosis.page.wait_for_function(EXPLAINED, arg="color resize", polling=LOOK_MS)
    diagnosis.root.locator(".wb-cause[data-slot=color]").click()
    diagnosis.page.wait_for_function(EXPLAINED, arg="resize", polling=LOOK_MS)
    assert diagnosis.root.get_attribute("data-changed") == "resize"


def test_bars_of_another_frame_are_stale_until_the_new_ones_are_there(diagnosis):
    diagnosis.root.locator(".wb-act-explain").click()
    diagnosis.page.wait_for_function(EXPLAINED, arg="color resize", polling=LOOK_MS)
    before = diagnosis.root.evaluate(CAUSES)
    diagnosis.root.evaluate(FADES)
    diagnosis.focus()
    diagnosis.press("ArrowRight")
    diagnosis.settled(1)
    diagnosis.page.wait_for_function(EXPLAINED, arg="color resize", polling=LOOK_MS)
    assert diagnosis.page.evaluate("window.faded")
    assert diagnosis.root.evaluate(CAUSES) != before


def test_find_is_cancelled_and_interrupted_and_then_finds_the_recipe_the_model_was_trained_with(diagnosis, hold):
    hold.touch()
    diagnosis.root.locator(".wb-act-find").click()
    search(diagnosis, "running")
    diagnosis.root.locator(".wb-cancel").click()
    hold.unlink()
    search(diagnosis, "stopped")  # at its beginning, while the network is being made, it may take some seconds

    hold.touch()
    begin(diagnosis)
    so_far = reports(diagnosis)
    diagnosis.page.evaluate(INTERRUPT)
    search(diagnosis, "stopping")
    hold.unlink()
    search(diagnosis, "stopped")
    assert reports(diagnosis) == so_far, "stopped at once, and not at its end"
    assert diagnosis.banner == ""

    hold.touch()
    begin(diagnosis)
    so_far = reports(diagnosis)
    diagnosis.focus()
    diagnosis.press("ArrowRight")
    diagnosis.settled(1)  # frames, pictures and answers go on meanwhile
    assert diagnosis.root.locator(".wb-search").get_attribute("data-phase") == "running"
    hold.unlink()
    search(diagnosis, "found")
    assert reports(diagnosis) > so_far + 10, "there was much left to do"
    best = diagnosis.root.locator(".wb-candidate").first
    assert best.locator(".wb-change").inner_text().startswith("as A")
    assert float(best.locator("> b").inner_text().rstrip("%")) > 50
    best.locator(".wb-use-b").click()
    diagnosis.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed === ''")
    diagnosis.settled(1)
    assert diagnosis.pixels("difference").max() < 5
    assert best.locator(".wb-use-b").is_disabled()


def test_the_fixed_code_is_copied(diagnosis):
    origin = diagnosis.opened.lab.origin
    diagnosis.opened.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    diagnosis.root.locator(".wb-act-code").click()
    diagnosis.page.wait_for_function("document.querySelector('.wb-said').textContent.includes('Copied')")
    copied = diagnosis.page.evaluate("() => navigator.clipboard.readText()")
    assert "def preprocess(" in copied
    assert copied == export(load_recipe("sample:efficientnet-lite0"), "cv2")


def test_without_a_clipboard_the_code_is_there_to_be_selected(diagnosis):
    diagnosis.page.evaluate(NO_CLIPBOARD)
    try:
        diagnosis.root.locator(".wb-act-code").click()
        field = diagnosis.root.locator("textarea.wb-code")
        field.wait_for(state="visible")
        chosen = field.evaluate("(each) => each.value.slice(each.selectionStart, each.selectionEnd)")
        assert "def preprocess(" in chosen
        assert field.evaluate("(each) => each === document.activeElement")
    finally:
        diagnosis.page.evaluate("delete navigator.clipboard")
        diagnosis.root.locator(".wb-by-hand button").click()
