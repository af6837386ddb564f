import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.results import Classification, Prediction
from workbench.views.box_style import PALETTE
from workbench.views.overlay import annotated

sv = pytest.importorskip("supervision")

BOXES = np.array([[30, 30, 120, 140], [150, 60, 230, 140]], np.float32)


def prediction(outputs, classes=None, found=None):
    where = {"indices": np.array([0]), "origins": ("x",), "times_s": (0.0,)}
    return Prediction(outputs, classes, **where, detections=None if found is None else (found,))


def classified(*probabilities, labels=("cat", "dog", "bird")):
    rows = np.array([probabilities], np.float32)
    return prediction({"p": rows}, Classification(rows, tuple(labels)))


def detected(scores=(0.9, 0.4), boxes=BOXES):
    found = sv.Detections(
        xyxy=boxes.copy(),
        confidence=np.array(scores, np.float32),
        class_id=np.arange(len(boxes)),
        data={"class_name": np.array(["dog", "cat"][: len(boxes)])},
    )
    return prediction({"b": np.zeros((1, 4, 4))}, found=found)


def picture(level=128, size=(180, 260)):
    return np.full((*size, 3), level, np.uint8)


def touched(before, after):
    """Return the box of what differs: first row, last row, first column, last column."""
    rows, columns = np.nonzero((before != after).any(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


def has(image, color):
    wanted = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)
    return int((image == wanted).all(axis=2).sum())


@pytest.mark.parametrize("level", [0, 128, 255], ids=["black", "gray", "white"])
@pytest.mark.parametrize("said", [classified(0.7, 0.2, 0.1), detected(), None], ids=["classes", "boxes", "no model"])
def test_the_picture_stays_as_it_is_and_the_copy_shows_something(level, said):
    image = picture(level)
    image.flags.writeable = False
    drawn = annotated(image, said, caption=["frame 3"])
    assert (image == level).all()
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert (drawn != level).any()


@pytest.mark.parametrize("level", [0, 128, 255], ids=["black", "gray", "white"])
def test_letters_are_far_from_their_ground_on_any_picture(level):
    drawn = annotated(picture(level), classified(0.7, 0.2, 0.1))
    panel = drawn[6:24, 6:60].astype(int)
    assert panel.max() - panel.min() >= 180
    assert np.median(panel) <= 64


def test_answers_stand_top_left_and_the_caption_bottom_left():
    image = picture()
    first, last, left, right = touched(image, annotated(image, classified(0.7, 0.2, 0.1), top=1))
    assert last < 40
    assert right < 130
    first, last, left, right = touched(image, annotated(image, None, caption=["frame 3"]))
    assert first > 140
    assert left < 20


def test_as_many_answers_are_shown_as_asked_for():
    image, said = picture(), classified(0.7, 0.2, 0.1)
    heights = [touched(image, annotated(image, said, top=k))[1] for k in (1, 2, 3)]
    assert heights[0] < heights[1] < heights[2]


def test_an_answer_below_the_threshold_is_gray():
    image, said = picture(0), classified(0.7, 0.2, 0.1)
    sure, unsure = (annotated(image, said, threshold=each, top=1)[6:18] for each in (0.7, 0.71))
    assert sure[..., 2].max() >= 250  # blue: the bar has none
    assert 175 <= unsure[..., 2].max() <= 184


def test_the_bar_is_as_long_as_the_probability():
    half, all_but = (annotated(picture(0), classified(p, 1 - p, 0), top=1) for p in (0.5, 0.99))
    assert has(half, PALETTE[0]) == pytest.approx(has(all_but, PALETTE[0]) * 0.5 / 0.99, rel=0.06)


@pytest.mark.parametrize(("threshold", "shown"), [(0.3, 2), (0.4, 2), (0.5, 1), (0.95, 0)], ids=str)
def test_only_boxes_at_or_above_the_threshold_are_drawn(threshold, shown):
    drawn = annotated(picture(), detected(), threshold=threshold)
    assert [has(drawn, color) > 50 for color in PALETTE[:2]] == [place < shown for place in range(2)]


def test_a_box_is_drawn_on_its_edges_with_a_dark_rim():
    drawn = annotated(picture(), detected())
    x0, y0, _, y1 = BOXES[0].astype(int)
    middle = (y0 + y1) // 2
    assert drawn[middle, x0].tolist() == [255, 176, 0]
    assert drawn[middle, x0 - 1].tolist() == [0, 0, 0]
    assert drawn[middle, x0 + 20].tolist() == [128, 128, 128]


def test_labels_of_boxes_that_lie_on_each_other_are_both_readable():
    boxes = np.array([[30, 60, 120, 150], [30, 60, 121, 151]], np.float32)
    drawn = annotated(picture(), detected((0.9, 0.8), boxes))
    assert has(drawn, PALETTE[0]) > 250
    assert has(drawn, PALETTE[1]) > 250


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(classified(np.nan, np.nan, np.nan), id="NaN"),
        pytest.param(prediction({"score": np.array([[0.25]])}), id="one value"),
        pytest.param(prediction({"map": np.zeros((1, 7, 7))}), id="a map"),
        pytest.param(detected((), np.zeros((0, 4), np.float32)), id="no boxes"),
        pytest.param(classified(0.7, 0.3, 0, labels=("Straße " * 40, "猫", "")), id="long, wide and empty labels"),
    ],
)
@pytest.mark.parametrize("size", [(272, 640), (5, 7), (720, 24)], ids=["272p", "tiny", "narrow"])
def test_every_answer_can_be_drawn_at_every_size(said, size):
    image = picture(90, size)
    assert annotated(image, said, caption=["frame 3 · 1.200 s", "猫"]).shape == image.shape


def test_a_threshold_that_is_no_score_is_refused():
    with pytest.raises(InvalidValue, match="threshold is a score from 0 to 1"):
        annotated(picture(), None, threshold=3)
