"""Whatever order B holds A's values in, restoring it gives A back; and nothing is an order that is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.diagnose.difference import difference
from workbench.diagnose.reorder import closest_layout, find_order, layouts

SHAPES = st.lists(st.integers(1, 6), min_size=1, max_size=4).filter(lambda n: 6 <= np.prod(n) <= 400)


def values(shape, seed=0):
    return np.random.default_rng(seed).permutation(int(np.prod(shape))).reshape(shape).astype(np.float32)


@given(shape=SHAPES, frames=st.integers(1, 3), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_order_of_the_axes_is_undone(shape, frames, data):
    a = values((frames, *shape))
    axes = data.draw(st.permutations(range(1, a.ndim)))
    b = a.transpose(0, *axes)
    found = find_order(a, b, tolerance=0.1)
    np.testing.assert_array_equal(found.restore(b, a), a)


@given(shape=SHAPES, data=st.data())
@settings(max_examples=150, deadline=None)
def test_entries_moved_along_any_axis_are_put_back(shape, data):
    a = values((2, *shape))
    axis = data.draw(st.integers(1, a.ndim - 1))
    b = np.take(a, data.draw(st.permutations(range(a.shape[axis]))), axis=axis)
    found = find_order(a, b, tolerance=0.1)
    np.testing.assert_array_equal(found.restore(b, a), a)
    if found.code:
        np.testing.assert_array_equal(eval(found.code, {"np": np, "b": b}), a)


@given(shape=SHAPES, seed=st.integers(1, 99))
@settings(max_examples=60, deadline=None)
def test_other_values_are_no_order(shape, seed):
    a = values((1, *shape))
    assert find_order(a, values((1, *shape), seed) + 0.5, tolerance=0.1) is None


@given(
    shape=st.lists(st.integers(1, 5), min_size=0, max_size=4),
    seed=st.integers(0, 9),
    special=st.sampled_from([0, np.nan]),
)
@settings(max_examples=150, deadline=None)
def test_every_pair_of_tensors_gets_a_difference(shape, seed, special):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 1, *shape))
    a.flat[0] = special
    found = difference(a, b)
    assert found.text
    assert difference(a, a).agrees or np.isnan(special)


@pytest.mark.parametrize(
    ("shape_a", "shape_b", "first"),
    [
        pytest.param((1, 4, 5, 3), (1, 3, 4, 5), (0, 2, 3, 1), id="channels first"),
        pytest.param((1, 4, 4, 4), (1, 4, 4, 4), (0, 1, 2, 3), id="a cube: as it is before all others"),
        pytest.param((1, 7), (1, 7, 1, 1), (0, 1, 2, 3), id="axes of one"),
    ],
)
def test_the_usual_layouts_come_first(shape_a, shape_b, first):
    assert next(layouts(shape_a, shape_b)) == first


def test_the_closest_layout_is_found_where_values_differ():
    a = values((1, 6, 6, 6))
    noisy = a.transpose(0, 3, 1, 2) + 3 * np.random.default_rng(0).standard_normal(a.shape)
    assert closest_layout(a, noisy).axes == (0, 2, 3, 1)
