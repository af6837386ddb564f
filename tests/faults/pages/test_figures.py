"""All payloads as labels and names on figures and pictures: drawn as the text that they are, never as mathematics."""

import numpy as np
import pytest
import supervision as sv

from tests.faults.pages.payloads import PAYLOADS
from workbench import Classification, open_frames
from workbench.readable import one_line
from workbench.views import figure_costs, figure_detections, figure_topk, overlay, overlay_boxes

pytestmark = pytest.mark.slow

TEXTS = tuple(PAYLOADS.values())
SHARES = np.full((2, len(TEXTS)), 1 / len(TEXTS), np.float32)
CLASSES = Classification(SHARES, TEXTS)
BLACK = np.zeros((240, 320, 3), np.uint8)
FRAMES = open_frames([BLACK, BLACK])
BOXES = sv.Detections(
    xyxy=np.tile(np.array([[10, 40, 300, 200]], np.float32), (len(TEXTS), 1)),
    confidence=np.full(len(TEXTS), 0.9, np.float32),
    class_id=np.arange(len(TEXTS)),
    data={"class_name": np.array(TEXTS, dtype=object)},
)


def drawn(figure):
    """Return the texts of a figure, which has been drawn, and none of them as mathematics."""
    assert figure._repr_png_()[0].startswith(b"\x89PNG")
    texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    assert not any(text.get_parse_math() for text in texts if "$" in text.get_text())
    return [text.get_text() for text in texts]


def stands_in(texts, payload):
    """Tell whether a text is there, as it is or with its end cut off."""
    words = " ".join(one_line(" ".join(payload.split())).split())
    return any(text == words or (text.endswith("…") and words.startswith(text[:-1].rstrip())) for text in texts)


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param(lambda: figure_topk({"model": CLASSES}, top=99), id="60 texts as classes in a figure of answers"),
        pytest.param(lambda: figure_costs(dict.fromkeys(TEXTS, 0.5)), id="60 texts as names in a figure of costs"),
    ],
)  # fmt: skip
def test_on_a_figure(figure, told):
    texts = drawn(figure())
    missing = [name for name, payload in PAYLOADS.items() if payload and not stands_in(texts, payload)]
    assert missing == []
    told("harmless", f"{len(TEXTS) - 1} of {len(TEXTS) - 1} drawn as text, one line each")


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda text: overlay(BLACK, [text, "fine"]), id="60 texts as lines on a picture"),
        pytest.param(lambda text: overlay_boxes(BLACK, BOXES[:1], labels=[text]), id="60 texts as labels of boxes"),
    ],
)
def test_on_a_picture(draw, told):
    pictures = [draw(text) for text in TEXTS]
    assert {picture.shape for picture in pictures} == {BLACK.shape}
    assert all(picture.any() for picture in pictures)
    told("harmless", f"{len(pictures)} of {len(pictures)} drawn, inside the picture")


def test_texts_as_boxes_and_names_in_a_figure_of_detections(told):
    few = BOXES[::20]
    drawn(figure_detections(FRAMES, {name: [few, few] for name in TEXTS[::20]}, threshold=0.5))
    told("harmless", "drawn; nothing is raised")
