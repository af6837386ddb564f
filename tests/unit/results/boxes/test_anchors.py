"""Anchors and grid cells have the published numbers."""

import numpy as np
import pytest

from workbench.results.boxes.anchors import ssd_anchors
from workbench.results.boxes.ssd import activated, decoded
from workbench.results.boxes.yolo import cells


def test_ssd_anchors_are_those_of_the_object_detection_api():
    anchors = ssd_anchors((300, 300))
    # 19 * 19 * 3 + (10 * 10 + 5 * 5 + 3 * 3 + 2 * 2 + 1) * 6
    assert anchors.shape == (1917, 4)
    centre, root = 0.5 / 19, np.sqrt(2)
    expected = [
        [centre, centre, 0.1, 0.1],
        [centre, centre, 0.2 / root, 0.2 * root],
        [centre, centre, 0.2 * root, 0.2 / root],
    ]
    np.testing.assert_allclose(anchors[:3], expected, rtol=1e-6)
    np.testing.assert_allclose(anchors[3, :2], [centre, 1.5 / 19], rtol=1e-6)  # along a row first
    np.testing.assert_allclose(anchors[-1], [0.5, 0.5, np.sqrt(0.95), np.sqrt(0.95)], rtol=1e-6)
    np.testing.assert_allclose(anchors[19 * 19 * 3, 2:], [0.35, 0.35], rtol=1e-6)  # scale of the second map


def test_anchors_of_a_wide_tensor_are_square_in_pixels():
    anchors = ssd_anchors((320, 640))
    np.testing.assert_allclose(anchors[0, 2] * 320, anchors[0, 3] * 640, rtol=1e-6)


def test_zero_encodings_are_the_anchors():
    anchors = ssd_anchors((300, 300))
    boxes = decoded(np.zeros_like(anchors), anchors)
    np.testing.assert_allclose((boxes[:, 2:] + boxes[:, :2]) / 2, anchors[:, :2], atol=1e-6)
    np.testing.assert_allclose(boxes[:, 2:] - boxes[:, :2], anchors[:, 2:], atol=1e-6)


def test_a_broken_encoding_does_not_overflow():
    anchors = ssd_anchors((300, 300))
    with np.errstate(all="raise"):
        assert np.isfinite(decoded(np.full_like(anchors, 1e4), anchors)).all()


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        pytest.param("auto", [[0.5, 0.75]], id="logits through a sigmoid"),
        pytest.param("softmax", [[0.25, 0.75]], id="softmax"),
        pytest.param("none", [[0.0, np.log(3)]], id="as they are"),
    ],
)
def test_class_scores_are_activated_as_named(activation, expected):
    np.testing.assert_allclose(activated(np.array([[0.0, np.log(3)]]), activation), expected, atol=1e-7)


def test_scores_in_0_to_1_are_left_alone():
    scores = np.array([[0.1, 0.8]])
    assert activated(scores, "auto") is scores


@pytest.mark.parametrize(("size", "expected"), [((640, 640), 8400), ((320, 320), 2100), ((384, 640), 5040)], ids=str)
def test_yolo_grids_have_the_published_number_of_cells(size, expected):
    assert cells(size) == expected
