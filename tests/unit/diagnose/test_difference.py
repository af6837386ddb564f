"""What made B of A is named, and undone by the code that comes with the name."""

import cv2
import numpy as np
import pytest

from workbench.diagnose.difference import difference, measure
from workbench.diagnose.patterns import grid_step

RNG = np.random.default_rng(7)
MAPS = RNG.standard_normal((2, 20, 24, 8)).astype(np.float32)
FINE = cv2.GaussianBlur(RNG.standard_normal((96, 96, 4)).astype(np.float32), (0, 0), 2)[None]  # structure of ~5 px


def one_filter_doubled(x):
    return np.concatenate([x[..., :5], 2 * x[..., 5:6] + 1, x[..., 6:]], axis=-1)


def frame_of_zeros(x):
    return np.pad(x[:, 1:-1, 1:-1], ((0, 0), (1, 1), (1, 1), (0, 0)))


def moved_down(x):
    return np.pad(x, ((0, 0), (1, 0), (0, 0), (0, 0)))[:, :-1]


def with_nan(x):
    x = x.copy()
    x[0, 0, 0, 0] = np.nan
    return x


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        pytest.param(np.copy, "same", "the same values", id="a copy"),
        pytest.param(lambda x: x + 1e-6, "same", "the same values", id="float noise"),
        pytest.param(lambda x: x.transpose(0, 3, 1, 2), "layout", "channels first in B, last in A", id="NCHW"),
        pytest.param(lambda x: x[:, None], "same", "the same values", id="an axis of one more"),
        pytest.param(lambda x: x.reshape(2, -1), "same", "the same values", id="flat"),
        pytest.param(lambda x: x[:, :, ::-1], "order", "mirrored left to right", id="mirrored"),
        pytest.param(lambda x: x[..., ::-1], "order", "reversed along axis 3", id="channels reversed"),
        pytest.param(lambda x: x[..., :3][..., [2, 1, 0]], "shape", "(2, 20, 24, 3) in B", id="channels missing"),
        pytest.param(lambda x: 0.5 * x + 3, "scale", "B = 0.5 * A + 3", id="scale and offset"),
        pytest.param(lambda x: x / 255, "scale", "B = 0.0039216 * A", id="a scale"),
        pytest.param(lambda x: x * np.arange(1, 9), "scale", "each channel has its own scale (1 to 8)", id="channels"),
        pytest.param(lambda x: x.clip(0), "clip", "B is A cut off below 0 (ReLU)", id="relu"),
        pytest.param(lambda x: x.clip(-1, 1), "clip", "B is A cut off below -1 and above 1", id="saturation"),
        pytest.param(frame_of_zeros, "padding", "only the outermost pixel on some side", id="border"),
        pytest.param(moved_down, "padding", "B is A moved 1 px down", id="shift"),
        pytest.param(one_filter_doubled, "channels", "1 of 8 channels differ: 5", id="one filter"),
        pytest.param(with_nan, "nan", "0 of 7680 values of A and 1 of B", id="NaN"),
        pytest.param(lambda x: RNG.standard_normal(x.shape), "values", "other values (correlation", id="noise"),
    ],
)
def test_a_difference_is_named(change, kind, text):
    found = difference(MAPS, change(MAPS))
    assert (found.kind, found.agrees) == (kind, kind in ("same", "layout"))
    assert text in found.text


def test_a_stride_of_two_that_starts_a_pixel_later_is_half_a_pixel():
    found = difference(FINE[:, ::2, ::2], FINE[:, ::2, 1::2])
    assert found.kind == "padding"
    assert "B looks like A moved 0.5 px left" in found.text


def test_channels_that_are_zero_on_both_sides_do_not_count_as_agreeing():
    a, b = (RNG.standard_normal((1, 40)).clip(0) * (np.arange(40) < 10) for _ in range(2))
    assert difference(a, b).kind == "values"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda x: x[:, ::-1], id="upside down"),
        pytest.param(lambda x: x.transpose(0, 3, 1, 2), id="NCHW"),
        pytest.param(lambda x: x.transpose(0, 3, 1, 2).reshape(2, -1), id="flattened channels first"),
        pytest.param(lambda x: x[..., [3, 1, 7, 0, 6, 2, 5, 4]], id="channels shuffled"),
        pytest.param(lambda x: 0.5 * x + 3, id="scale"),
    ],
)
def test_the_repair_is_numpy_that_gives_back_a(change):
    b = change(MAPS)
    found = difference(MAPS, b)
    np.testing.assert_allclose(eval(found.repair, {"np": np, "b": b}), MAPS, atol=1e-5)


def test_values_in_an_order_without_a_name_are_still_the_same_values():
    shuffled = RNG.permutation(MAPS[0].ravel()).reshape(1, 20, 24, 8)
    found = difference(MAPS[:1], shuffled)
    assert (found.kind, found.repair) == ("order", "")
    assert "no simple name" in found.text


def test_a_permutation_that_differs_from_frame_to_frame_is_no_order_of_entries():
    both = np.stack([MAPS[0][..., ::-1], MAPS[1][..., [1, 0, 2, 3, 4, 5, 6, 7]]])
    assert "no simple name" in difference(MAPS, both).text


def test_rounding_to_a_grid_is_the_same_within_its_steps():
    step = 0.1
    rounded = (np.round(MAPS / step) * step).astype(np.float32)
    assert grid_step(rounded) == pytest.approx(step, rel=1e-3)
    assert difference(MAPS, rounded).kind != "steps"
    assert difference(MAPS, rounded, step=step).kind == "steps"


def test_a_grid_too_wide_for_its_values_is_said():
    narrow = 0.5 * MAPS
    found = difference(narrow, np.round(narrow), step=1.0)
    assert (found.kind, found.agrees) == ("coarse", False)
    assert "quantization step of 1 is too wide for values of RMS 0.49" in found.text


def test_wrong_values_on_a_grid_are_no_rounding():
    rounded = np.round(RNG.standard_normal(MAPS.shape) / 0.5) * 0.5
    assert difference(MAPS, rounded, step=0.5).kind == "values"


@pytest.mark.parametrize(
    ("values", "step"),
    [
        pytest.param(np.arange(256.0), 0.0, id="pixels are whole without a quantization"),
        pytest.param(np.arange(256) / 255, 1 / 255, id="pixels in 0..1"),
        pytest.param(RNG.standard_normal(1000), 0.0, id="float"),
        pytest.param(np.array([0.0, 1.0]), 0.0, id="two values"),
        pytest.param(np.array([0.0, 0.5, 1.2]), 0.0, id="uneven"),
    ],
)
def test_a_grid_is_told_from_other_values(values, step):
    assert grid_step(values) == pytest.approx(step)


def test_the_measures_are_the_ones_that_are_written_down():
    relative, rms = measure(np.array([1.0, -4.0]), np.array([1.0, -3.0]))
    assert relative == 0.25
    assert rms == pytest.approx(np.sqrt(0.5 / 8.5))
    assert measure(np.zeros(3), np.zeros(3)) == (0.0, 0.0)


def test_integers_do_not_wrap():
    assert difference(np.array([[0, 250]], np.uint8), np.array([[5, 250]], np.uint8)).relative == pytest.approx(0.02)
