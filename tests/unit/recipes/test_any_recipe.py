"""Whatever the slots and the size of the picture: the compiled recipe gives the bits of the plain definition."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.recipes import CATALOGUE, Recipe, affine

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
RESIZERS = [name for name in CATALOGUE["resize"] if not name.startswith("tf")]
RANGES = [*CATALOGUE["range"], affine((90.0, 100.0, 110.0), (50.0, 60.0, 70.0)), affine(12.5, 3.0)]


def either(slot):
    return st.sampled_from(list(CATALOGUE[slot]))


@st.composite
def recipes(draw):
    slots = {slot: draw(either(slot)) for slot in ("rotate", "color", "fit", "rounding", "order", "dtype", "layout")}
    slots |= {"resize": draw(st.sampled_from(RESIZERS)), "range": draw(st.sampled_from(RANGES))}
    slots["size"] = draw(st.none() | SIZES)
    slots |= {"pad": draw(st.integers(0, 255)), "crop_fraction": draw(st.floats(0.1, 1))}
    slots["quantization"] = draw(st.sampled_from([(0.0078, 3), (1 / 255, 0), None]))
    try:
        return Recipe(**slots)
    except WorkbenchError:  # slots that exclude each other
        assume(False)


@st.composite
def pictures(draw):
    height, width = draw(SIZES)
    return np.random.default_rng(draw(st.integers(0, 9))).integers(0, 256, (height, width, 3), dtype=np.uint8)


def outcome(function, *arguments):
    """Return what a function gives, or the text of its refusal."""
    try:
        return function(*arguments)
    except WorkbenchError as error:
        return str(error)


@pytest.mark.slow
@given(recipe=recipes(), first=pictures(), second=pictures())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much], derandomize=True)
def test_compiled_and_plain_agree(recipe, first, second):
    """Two pictures, since a compiled recipe keeps arrays and plans from one to the next."""
    compiled = recipe.compile("bgr")
    for image in (first, second, first):
        bgr = np.ascontiguousarray(image[..., ::-1])
        expected = outcome(lambda image=image: recipe(image)[0])
        got = outcome(lambda bgr=bgr: compiled(bgr))
        assert type(got) is type(expected), (got, expected)
        if isinstance(expected, str):
            assert got == expected
        else:
            assert got.dtype == expected.dtype
            np.testing.assert_array_equal(got, expected)
