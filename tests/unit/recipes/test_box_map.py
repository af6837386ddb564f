"""Boxes go through a recipe's geometry and back to where they were, in numbers and in pixels."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.box_map import box_map, turned

FITS = sorted(CATALOGUE["fit"])
TURNS = (0, 90, 180, 270)
side = st.integers(8, 2000)
fraction = st.floats(0, 1)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FITS), st.sampled_from(TURNS), st.tuples(side, side), st.tuples(side, side),
       st.floats(0.1, 1), st.tuples(fraction, fraction, fraction, fraction))  # fmt: skip
def test_a_box_comes_back_to_where_it_was(fit, rotate, source, size, crop_fraction, corners):
    mapping = box_map(Recipe(size=size, fit=fit, rotate=rotate, crop_fraction=crop_fraction), source)
    box = np.array(corners) * (source[::-1] * 2)
    np.testing.assert_allclose(mapping.to_source(mapping.to_tensor(box)), box, atol=1e-6)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FITS), st.sampled_from(TURNS), st.tuples(st.integers(60, 300), st.integers(60, 300)),
       st.tuples(st.integers(60, 300), st.integers(60, 300)), st.floats(0.5, 1), st.data())  # fmt: skip
def test_a_mark_drawn_in_the_picture_is_found_where_the_map_says(fit, rotate, source, size, crop_fraction, data):
    """The recipe itself runs: a white rectangle is drawn, looked for in the tensor, and mapped back."""
    x0, y0 = (data.draw(st.integers(0, n - 24), label="corner") for n in source[::-1])
    width, height = (
        data.draw(st.integers(20, n - at), label="length") for n, at in zip(source[::-1], (x0, y0), strict=True)
    )
    picture = np.zeros((*source, 3), np.uint8)
    picture[y0 : y0 + height, x0 : x0 + width] = 255
    recipe = Recipe(size=size, fit=fit, rotate=rotate, crop_fraction=crop_fraction, rounding="float")
    mapping = box_map(recipe, source)
    expected = mapping.to_tensor(np.array([x0, y0, x0 + width, y0 + height]))
    assume((expected[:2] >= 1).all() and (expected[2:] <= np.array(size[::-1]) - 1).all())  # all of it in the tensor
    assume((expected[2:] - expected[:2] >= 8).all())
    found = _edges(recipe(picture)[0, :, :, 0] / 255)
    one = mapping.to_source(np.array([0, 0, 1, 1]))  # one tensor pixel, in source pixels
    off = np.abs(mapping.to_source(found) - [x0, y0, x0 + width, y0 + height])
    assert off.max() < 0.5 * max(1, *(one[2:] - one[:2]))  # half a pixel of the coarser of the two


def _edges(mark):
    """Return the edges of a bright rectangle, finer than a pixel, by the light in its middle rows and columns."""
    rows, columns = np.nonzero(mark > 0.5)
    middle = mark[int(np.median(rows))], mark[:, int(np.median(columns))]
    x, y = (_run(line) for line in middle)
    return np.array([x[0], y[0], x[1], y[1]])


def _run(line):
    inside = np.nonzero(line > 0.5)[0]
    first, last = inside[0], inside[-1] + 1
    middle = (first + last) // 2
    return middle - line[:middle].sum(), middle + line[middle:].sum()


@pytest.mark.parametrize("degrees", TURNS)
def test_boxes_turn_with_the_picture(degrees):
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[2:5, 7:19] = 255
    rows, columns = np.nonzero(Recipe(size=None, rotate=degrees)(picture)[0, :, :, 0])
    expected = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    assert tuple(turned(np.array([7, 2, 19, 5]), (20, 30), degrees)) == expected


def test_without_a_size_the_tensor_is_the_picture():
    mapping = box_map(Recipe(size=None, fit="letterbox", rotate=90), (20, 30))
    assert mapping.tensor == (30, 20)
    np.testing.assert_array_equal(mapping.to_source(np.array([[0, 0, 20, 30]])), [[0, 0, 30, 20]])


def test_a_letterbox_is_undone_by_its_own_padding():
    # 640 x 480 in 320 x 320: scale one half, 40 rows above (Ultralytics: round(40 - 0.1))
    mapping = box_map(Recipe(size=(320, 320), fit="letterbox"), (480, 640))
    np.testing.assert_allclose(mapping.to_source(np.array([10, 50, 110, 150])), [20, 20, 220, 220])
