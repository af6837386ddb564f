import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.views.drawing import difference, fit, side_by_side, tile


def level(value, shape=(4, 6, 3)):
    return np.full(shape, value, np.uint8)


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        pytest.param((24, 100), (24, 40, 3), id="height decides"),
        pytest.param((100, 10), (6, 10, 3), id="width decides"),
        pytest.param((12, 20), (12, 20, 3), id="as it is"),
        pytest.param((1, 1), (1, 1, 3), id="never less than a pixel"),
    ],
)
def test_fit_keeps_the_shape_of_the_picture(picture, room, expected):
    assert fit(picture, height=room[0], width=room[1]).shape == expected


def test_fit_enlarges_without_new_colours(picture):
    before = {tuple(p) for p in picture.reshape(-1, 3)}
    after = {tuple(p) for p in fit(picture, height=120, width=200).reshape(-1, 3)}
    assert after == before


def test_fit_shrinks_by_averaging():
    stripes = np.zeros((4, 4, 3), np.uint8)
    stripes[:, ::2] = 200
    assert (fit(stripes, height=2, width=2) == 100).all()


def test_side_by_side_puts_pictures_of_any_size_in_one_row(picture):
    row = side_by_side([picture, level(7, (6, 6, 3))], gap=4, background=(1, 2, 3))
    assert row.shape == (12, 20 + 4 + 12, 3)
    assert (row[:, :20] == picture).all()
    assert (row[:, 20:24] == (1, 2, 3)).all()
    assert (row[:, 24:] == 7).all()


def test_tile_centres_each_picture_in_its_cell():
    sheet = tile([level(10), level(20), level(30, (2, 2, 3))], columns=2, gap=1)
    assert sheet.shape == (4 + 1 + 4, 6 + 1 + 6, 3)
    assert (sheet[:4, :6] == 10).all()
    assert (sheet[:4, 7:] == 20).all()
    assert (sheet[6:8, 2:4] == 30).all()


@pytest.mark.parametrize("arrange", [side_by_side, lambda images: tile(images, columns=2)], ids=["row", "tiles"])
def test_no_pictures_are_refused(arrange):
    with pytest.raises(InvalidValue, match="at least one"):
        arrange([])


def test_equal_pictures_have_a_black_difference(picture):
    apart = difference(picture, picture)
    assert (apart.mean, apart.max) == (0, 0)
    assert apart.picture.max() <= 4  # inferno begins at (0, 0, 4)


def test_the_difference_of_levels_does_not_wrap_around():
    apart = difference(level(1), level(0) + np.uint8(255))
    assert (apart.max, apart.scale) == (254, 255)


@pytest.mark.parametrize(
    ("largest", "scale"),
    [
        pytest.param(1, 1, id="1"),
        pytest.param(3, 5, id="3"),
        pytest.param(50, 50, id="exactly 50"),
        pytest.param(51, 100, id="just above 50"),
        pytest.param(201, 255, id="never above 255"),
    ],
)
def test_the_scale_is_a_round_number_at_or_above_the_largest_difference(largest, scale):
    assert difference(level(0), level(largest)).scale == scale


def test_the_scale_of_tensors_is_in_their_own_units():
    apart = difference(np.zeros((2, 2, 3), np.float32), np.full((2, 2, 3), 0.03, np.float32))
    assert apart.scale == 0.05
    assert apart.mean == pytest.approx(0.03)


def test_a_given_scale_is_kept_and_larger_differences_are_brightest():
    apart = difference(level(0), level(90), scale=30)
    assert apart.scale == 30
    assert (apart.picture == difference(level(0), level(30), scale=30).picture).all()


def test_nan_counts_as_the_largest_difference_but_not_in_the_mean():
    tensor = np.zeros((1, 2, 3), np.float32)
    broken = tensor.copy()
    broken[0, 0] = np.nan
    apart = difference(tensor, broken)
    assert (apart.mean, apart.max) == (0, 0)
    bright, dark = apart.picture[0].sum(axis=1)
    assert (bright > 600, dark < 5) == (True, True)


def test_a_difference_in_one_channel_shows_in_full():
    one, all_three = level(0), level(80)
    blue = one.copy()
    blue[..., 2] = 80
    assert (difference(one, blue).picture == difference(one, all_three).picture).all()


def test_a_difference_of_two_shapes_is_refused(picture):
    with pytest.raises(InvalidValue, match=r"\(12, 20, 3\) and \(4, 6, 3\)"):
        difference(picture, level(0))


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda image: fit(image, height=5, width=5), id="fit"),
        pytest.param(lambda image: fit(image, height=12, width=20), id="fit to the same size"),
        pytest.param(lambda image: side_by_side([image]), id="side by side"),
        pytest.param(lambda image: tile([image], columns=1), id="tile"),
        pytest.param(lambda image: difference(image, image[::-1]).picture, id="difference"),
    ],
)
def test_drawing_returns_a_new_picture_and_leaves_the_old(picture, draw):
    before = picture.copy()
    drawn = draw(picture)
    drawn[:] = 77
    assert (picture == before).all()
