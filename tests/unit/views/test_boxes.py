import base64
import re

import cv2
import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.views.box_style import INKS, PALETTE, at_least, colors_of, labels_of
from workbench.views.boxes import overlay_boxes, shrunk, threshold_slider
from workbench.views.lettering import wide_families

sv = pytest.importorskip("supervision")

SCORES = (0.9, 0.6, 0.3)
BOXES = ((10, 40, 60, 90), (100, 60, 150, 120), (170, 70, 220, 140))


def found(names=("dog", "cat", "bird"), boxes=BOXES, scores=SCORES, **data):
    return sv.Detections(
        xyxy=np.array(boxes, np.float32).reshape(-1, 4),
        confidence=np.array(scores, np.float32),
        class_id=np.arange(len(boxes)),
        data={"class_name": np.array(names, dtype=str), **data},
    )


@pytest.fixture
def image():
    return np.full((160, 240, 3), 90, np.uint8)


def rgb(color):
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def has(image, color):
    """Return how many pixels have just this colour."""
    return int((image == np.array(rgb(color), np.uint8)).all(axis=2).sum())


def test_a_box_is_drawn_where_it_is_in_the_colour_of_its_class(image):
    drawn = overlay_boxes(image, found())
    for place, (x0, y0, x1, y1) in enumerate(BOXES):
        middle = (y0 + y1) // 2
        assert drawn[middle, x0].tolist() == rgb(PALETTE[place])
        assert drawn[y1, (x0 + x1) // 2].tolist() == rgb(PALETTE[place])
        assert drawn[middle, (x0 + x1) // 2].tolist() == [90, 90, 90]


def test_the_picture_and_the_detections_stay_as_they_are(image):
    detections = found()
    before = image.copy(), detections.xyxy.copy(), detections.confidence.copy()
    drawn = overlay_boxes(image, detections)
    assert not np.shares_memory(drawn, image)
    assert (image == before[0]).all()
    assert (detections.xyxy == before[1]).all()
    assert (detections.confidence == before[2]).all()


def test_an_unwritable_picture_can_be_drawn_on(image):
    image.flags.writeable = False
    assert (overlay_boxes(image, found()) != image).any()


@pytest.mark.parametrize(
    ("threshold", "drawn"), [(0.0, 3), (0.3, 3), (0.31, 2), (0.6, 2), (0.9, 1), (0.95, 0)], ids=str
)
def test_a_box_at_the_threshold_is_drawn_and_one_below_is_not(image, threshold, drawn):
    picture = overlay_boxes(image, found(), threshold=threshold)
    assert [has(picture, color) > 100 for color in PALETTE[:3]] == [place < drawn for place in range(3)]


def test_without_boxes_the_picture_is_returned_as_a_copy(image):
    drawn = overlay_boxes(image, sv.Detections.empty())
    assert (drawn == image).all()
    assert not np.shares_memory(drawn, image)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_score_is_refused(image, threshold):
    with pytest.raises(InvalidValue, match="score from 0 to 1"):
        overlay_boxes(image, found(), threshold=threshold)


def test_not_one_label_a_box_is_refused(image):
    with pytest.raises(InvalidValue, match="got 2 for 3 boxes"):
        overlay_boxes(image, found(), labels=["a", "b"])


def label_areas(image, detections, **options):
    """Return x0, y0, x1, y1 of each filled label, by drawing with and without text in one colour a box."""
    drawn = overlay_boxes(image, detections, **options)
    areas = []
    for color in PALETTE[: len(detections)]:
        mask = (drawn == np.array(rgb(color), np.uint8)).all(axis=2).astype(np.uint8)
        solid = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))  # letters are holes in it
        solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))  # thin frames go
        rows, columns = np.nonzero(solid)
        areas.append((columns.min(), rows.min(), columns.max(), rows.max()))
    return areas


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param([(0, 0, 40, 40)], id="top left corner"),
        pytest.param([(200, 120, 240, 160)], id="bottom right corner"),
        pytest.param([(0, 0, 240, 160)], id="the whole picture"),
        pytest.param([(230, 1, 239, 9)], id="small, at the edge"),
    ],
)
def test_a_label_lies_inside_the_picture(image, boxes):
    [(x0, y0, x1, y1)] = label_areas(image, found(["a long name"], boxes, [0.5]))
    assert x1 - x0 > 60, "the whole label is there"
    assert y1 - y0 > 12
    assert x0 >= 0
    assert y0 >= 0
    assert x1 <= 239
    assert y1 <= 159


def test_labels_of_boxes_at_one_place_do_not_cover_each_other(image):
    same = [(60, 60, 120, 120)] * 3
    areas = label_areas(image, found(["one", "two", "three"], same))
    for place, (ax0, ay0, ax1, ay1) in enumerate(areas):
        for bx0, by0, bx1, by1 in areas[place + 1 :]:
            assert ax1 <= bx0 + 2 or bx1 <= ax0 + 2 or ay1 <= by0 + 2 or by1 <= ay0 + 2


def test_a_label_wider_than_the_picture_is_shortened(image):
    long = found(["an endless name of a class that nobody can read " * 3], BOXES[:1], [0.5])
    [(x0, _, x1, _)] = label_areas(image, long)
    assert x0 >= 0
    assert 150 < x1 - x0 < 240


def test_letters_grow_with_the_picture():
    small, large = (np.full((side, side, 3), 90, np.uint8) for side in (200, 1600))
    heights = []
    for image in (small, large):
        scale = image.shape[0] / 200
        [(_, y0, _, y1)] = label_areas(image, found(["dog"], [np.array(BOXES[1]) * scale], [0.9]))
        heights.append(y1 - y0)
    assert heights[1] > 2.5 * heights[0]


def luminance(color):
    levels = np.array(rgb(color)) / 255
    return float(
        np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)
    )


@pytest.mark.parametrize(("color", "ink"), zip(PALETTE, INKS, strict=True), ids=PALETTE)
def test_letters_stand_out_on_every_colour(color, ink):
    light, dark = sorted((luminance(color), luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.skipif(not wide_families(), reason="no font with Chinese glyphs here")
def test_a_label_in_another_script_is_drawn_in_its_letters(image):
    one, other = (overlay_boxes(image, found([name], BOXES[:1], [0.9])) for name in ("犬", "猫"))
    assert (one != other).any(), "both would be the same empty box"


def test_a_cascades_boxes_carry_the_answer_in_label_and_colour():
    detections = found(
        answer=np.array(["happy", "", "sad"]),
        answer_id=np.array([5, -1, 7]),
        answer_score=np.array([0.71, np.nan, 0.42], np.float32),
    )
    assert labels_of(detections) == ["dog 90% → happy 71%", "cat 60%", "bird 30% → sad 42%"]
    assert colors_of(detections).tolist() == [5, 1, 7]


def test_boxes_without_class_score_or_name_are_drawn_all_the_same(image):
    bare = sv.Detections(xyxy=np.array(BOXES, np.float32))
    assert labels_of(bare) == ["", "", ""]
    assert len(at_least(bare, 0.9)) == 3
    assert has(overlay_boxes(image, bare, threshold=0.9), PALETTE[0]) > 300


def test_a_shrunk_picture_takes_its_boxes_along(image):
    small, boxes = shrunk(image, found(), height=80, width=1000)
    assert small.shape == (80, 120, 3)
    assert boxes.xyxy[0].tolist() == [5, 20, 30, 45]


def test_the_threshold_slider_has_one_picture_and_count_a_threshold(image):
    markup = str(threshold_slider(image, found(), (0.25, 0.5, 0.95)))
    captions = re.findall(r"<figcaption[^>]*><span>(.*?)</span>", markup)
    assert captions == ["score 0.25 or more: 3 boxes", "score 0.5 or more: 2 boxes", "score 0.95 or more: 0 boxes"]
    encoded = [base64.b64decode(text) for text in re.findall(r"base64,([^\"]+)", markup)]
    pictures = [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in encoded]
    colored = [int((np.ptp(picture.astype(int), axis=2) > 60).sum()) for picture in pictures]
    assert colored[0] > colored[1] > colored[2] == 0


def test_a_label_is_text_in_the_slider_and_never_markup(image):
    markup = str(threshold_slider(image, found(["<script>alert(1)</script>"] * 3), title="<b>"))
    assert "<script" not in markup
    assert "&lt;b&gt;" in markup


def test_a_slider_without_thresholds_is_refused(image):
    with pytest.raises(InvalidValue, match="at least one threshold"):
        threshold_slider(image, found(), ())
