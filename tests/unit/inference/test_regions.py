import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.inference.regions import MIN_SIDE, crop_regions
from workbench.results.cascade import FATES

HEIGHT, WIDTH = 40, 60


@pytest.fixture
def image():
    """Every pixel says where it is: row, column."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.uint8)
    return np.stack([rows, columns, rows * 0], axis=-1)


def corners(region):
    """Return x0, y0, x1, y1 of a region by what its pixels say."""
    (y0, x0, _), (y1, x1, _) = region[0, 0].tolist(), region[-1, -1].tolist()
    return x0, y0, x1 + 1, y1 + 1


@pytest.mark.parametrize(
    ("box", "fate", "expected"),
    [
        pytest.param((10, 5, 30, 25), "whole", (10, 5, 30, 25), id="whole pixels are cut exactly"),
        pytest.param((10.4, 5.4, 30.4, 25.4), "whole", (10, 5, 30, 25), id="a pixel counts where its centre is inside"),
        pytest.param((10.6, 5.6, 30.6, 25.6), "whole", (11, 6, 31, 26), id="and not where it is outside"),
        pytest.param((0, 0, WIDTH, HEIGHT), "whole", (0, 0, WIDTH, HEIGHT), id="the whole frame"),
        pytest.param((0, 0, WIDTH + 0.3, HEIGHT), "whole", (0, 0, WIDTH, HEIGHT), id="rounding is no clipping"),
        pytest.param((-9, -7, 12, 14), "clipped", (0, 0, 12, 14), id="beyond the top left corner"),
        pytest.param((50, 30, 900, 1e30), "clipped", (50, 30, WIDTH, HEIGHT), id="far beyond the bottom right"),
        pytest.param((-1e30, -1e30, 1e30, 1e30), "clipped", (0, 0, WIDTH, HEIGHT), id="around the frame"),
        pytest.param((WIDTH, 3, WIDTH + 9, 9), "outside", None, id="to the right of the frame"),
        pytest.param((-20, 3, -2, 9), "outside", None, id="to the left of the frame"),
        pytest.param((20, 10, 20, 30), "empty", None, id="no width"),
        pytest.param((30, 10, 20, 30), "empty", None, id="inside out"),
        pytest.param((20, 10, 21, 11), "too small", None, id="one pixel"),
        pytest.param((20, 10, 40, 11), "too small", None, id="one row"),
        pytest.param((-30, 10, 1, 30), "too small", None, id="one column left after clipping"),
        pytest.param((20, 10, 22, 12), "whole", (20, 10, 22, 12), id="the smallest that is cut"),
        pytest.param((np.nan, 10, 22, 12), "not finite", None, id="NaN"),
        pytest.param((2, 10, np.inf, 12), "not finite", None, id="infinite"),
    ],
)
def test_each_box_is_cut_or_its_fate_says_why_not(image, box, fate, expected):
    regions = crop_regions(image, np.array([box]))
    assert regions.fates.tolist() == [fate]
    assert [corners(region) for region in regions.pictures] == ([expected] if expected else [])
    assert regions.counts == {fate: 1}


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        pytest.param(0.1, (18, 6, 42, 30), id="a tenth of the width, and of the height, on each side"),
        pytest.param(1.0, (0, 0, WIDTH, HEIGHT), id="clipped to the frame"),
        pytest.param(-0.25, (25, 13, 35, 23), id="inward"),
    ],
)
def test_the_margin_is_a_share_of_the_box(image, margin, expected):
    (region,) = crop_regions(image, np.array([[20, 8, 40, 28]]), margin=margin).pictures
    assert corners(region) == expected


@pytest.mark.parametrize("margin", [-0.5, -3, np.nan, np.inf])
def test_a_margin_that_leaves_nothing_is_refused(image, margin):
    with pytest.raises(InvalidValue, match="share of a box's side"):
        crop_regions(image, np.zeros((1, 4)), margin=margin)


def test_a_box_outside_stays_outside_however_wide_the_margin(image):
    assert crop_regions(image, np.array([[70, 5, 90, 25]]), margin=5.0).fates.tolist() == ["outside"]


def test_regions_are_views_and_know_their_boxes(image):
    boxes = np.array([[0, 0, 9, 9], [5, 5, 5, 5], [20, 10, 30, 20]], np.float32)
    regions = crop_regions(image, boxes)
    assert regions.places.tolist() == [0, 2]
    assert all(np.shares_memory(region, image) for region in regions.pictures)


def test_no_box_is_no_region(image):
    regions = crop_regions(image, np.empty((0, 4), np.float32))
    assert (regions.pictures, len(regions.fates), regions.counts) == ([], 0, {})


@pytest.mark.parametrize("shape", [(4,), (2, 5), (1, 2, 4)])
def test_what_is_no_list_of_boxes_is_refused(image, shape):
    with pytest.raises(InvalidValue, match=r"boxes are \(N, 4\)"):
        crop_regions(image, np.zeros(shape))


edge = st.floats(width=32, allow_nan=True, allow_infinity=True) | st.floats(-100, 200)


@settings(deadline=None)
@given(st.lists(st.tuples(edge, edge, edge, edge), max_size=20), st.floats(-0.49, 3))
def test_whatever_the_boxes_every_region_lies_in_the_frame_and_every_box_has_a_fate(boxes, margin):
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    regions = crop_regions(image, np.array(boxes, np.float64).reshape(-1, 4), margin=margin)
    assert set(regions.fates) <= set(FATES)
    assert len(regions.fates) == len(boxes) == sum(regions.counts.values())
    assert len(regions.pictures) == len(regions.places)
    assert all(min(region.shape[:2]) >= MIN_SIDE for region in regions.pictures)
