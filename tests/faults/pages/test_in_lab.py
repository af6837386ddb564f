"""All payloads in a real JupyterLab: in tables, verdicts, sliders, viewers, their banner, and in errors of cells."""

import json

import pytest

from scripts.browser import JupyterLab, NotebookPage
from tests.faults.pages.payloads import WRITTEN
from workbench.readable import visible

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = list(WRITTEN.values())
CELLS = (
    """
import json
from types import SimpleNamespace
import numpy as np, pandas as pd, supervision as sv
from workbench import DetectionViewer, FrameViewer, Recipe, WorkbenchError, open_frames
from workbench.models.model import TensorSpec
from workbench.views import frame_slider, notice, table
texts = json.load(open("texts.json"))
picture = np.zeros((64, 96, 3), np.uint8)
class Labelled:
    name, labels = texts[0], texts
    inputs = (TensorSpec(texts[1], (None, 8, 8, 3), "float32"),)
    outputs = (TensorSpec(texts[2], (None, len(texts)), "float32"),)
    def predict(self, batch):
        order = np.linspace(1, 0, len(texts), dtype=np.float32)
        return {texts[2]: np.tile(order / order.sum(), (len(batch), 1))}
    def close(self):
        pass
def broken(image):
    raise ValueError(texts[0])
""",
    "table(pd.DataFrame({'label': texts}), max_rows=len(texts), caption=texts[0])",
    "notice(SimpleNamespace(verdict=texts[0]), more=texts)",
    "frame_slider([picture] * len(texts), texts, title=texts[0], max_frames=len(texts))",
    "answers = FrameViewer(open_frames([picture]), (Recipe(size=(8, 8)),) * 2, model=Labelled())\nanswers",
    "banner = FrameViewer(open_frames([picture]), (broken, broken))\nbanner",
    """
count = len(texts)
boxes = sv.Detections(xyxy=np.tile(np.array([[8, 20, 80, 60]], np.float32), (count, 1)), class_id=np.arange(count),
                      confidence=np.full(count, 0.9, np.float32), data={"class_name": np.array(texts, dtype=object)})
DetectionViewer([picture], {texts[0]: [boxes], texts[1]: [boxes]})
""",
    "for text in texts: print(text)",
    "texts",
)
FAILING = "raise WorkbenchError(' '.join(texts))"
RAN = """[document.title.includes("owned"),
  document.querySelectorAll(".jp-OutputArea-output :is(script, iframe, embed, object, base, form)").length]"""
TO_THE_END = (
    "document.querySelectorAll('.jp-WindowedPanel-outer').forEach((each) => { each.scrollTop = each.scrollHeight; })"
)
ERROR = ".jp-OutputArea-output pre"
TOP, SHARE, SCORE = 5, len("3.2%"), len("90%")  # classes of an answer; what stands behind each, and behind a box's


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    """A notebook full of payloads, run in JupyterLab."""
    with JupyterLab(tmp_path_factory.mktemp("lab"), environment={"TF_CPP_MIN_LOG_LEVEL": "2"}) as lab:
        (lab.root / "texts.json").write_text(json.dumps(TEXTS))
        opened = NotebookPage(browser, lab, lab.write("payloads.ipynb", *CELLS, FAILING), size=(1440, 3000))
        for number in range(len(CELLS)):
            opened.run(number)
        with pytest.raises(RuntimeError, match="WorkbenchError"):
            opened.run(len(CELLS))
        yield opened
        opened.close()


def words(text):
    return " ".join(text.split())


def shown(page, selector):
    """Return the text of each place, in one line each; JupyterLab draws only what is on the screen, but holds all."""
    return [words(text) for text in page.locator(selector).all_text_contents()]


EXPECTED = [words(visible(text)) for text in TEXTS]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param(".wb-table tbody td", EXPECTED, id="60 texts in a table in JupyterLab"),
        pytest.param(".jp-RenderedHTML li", [*filter(None, EXPECTED)], id="60 texts under a verdict in JupyterLab"),
        pytest.param(".wb-frames figcaption span:first-child", EXPECTED, id="60 texts under pictures in JupyterLab"),
    ],
)
def test_in_outputs(place, expected, notebook, told):
    assert shown(notebook.page, place) == expected
    assert notebook.page.locator(f"{place} *").count() == 0
    told("harmless", f"{len(expected)} of {len(expected)} shown as text")


def test_60_texts_as_classes_in_the_viewer(notebook, told):
    labels = shown(notebook.page, ".wb-viewer .wb-answer-a .wb-row")
    assert [label[:-SHARE] for label in labels] == EXPECTED[:TOP]
    told("harmless", labels[0])


def test_a_function_whose_error_is_a_script(notebook, told):
    [banner] = shown(notebook.page, ".wb-viewer .wb-banner:not([hidden])")
    assert EXPECTED[0] in banner
    told("flagged", banner)


def test_60_texts_as_labels_of_boxes_in_the_viewer(notebook, told):
    labels = {label[:-SCORE].strip() for label in shown(notebook.page, ".wb-detections .wb-box-label") if label}
    assert labels == set(EXPECTED)
    told("harmless", f"{len(labels)} of {len(labels)} shown as text, where there is room")


def test_60_texts_in_the_error_of_a_cell(notebook, told):
    notebook.page.evaluate(TO_THE_END)
    notebook.page.locator(ERROR, has_text="WorkbenchError").wait_for()
    error = words(notebook.page.locator(ERROR).last.inner_text())
    assert f"WorkbenchError: {EXPECTED[0]}" in error
    told("harmless", f"WorkbenchError: {EXPECTED[0]} …")


def test_60_texts_all_over_a_notebook(notebook, told):
    page = notebook.page
    for trap in page.locator(".jp-OutputArea-output").get_by_text("click", exact=True).all():
        trap.click()
    assert page.evaluate(RAN) == [False, 0]
    assert notebook.traffic.foreign(notebook.lab.origin.removeprefix("http://")) == []
    assert notebook.traffic.errors == []
    told("harmless", "nothing runs, nothing is fetched from elsewhere, no word in the browser's console")
