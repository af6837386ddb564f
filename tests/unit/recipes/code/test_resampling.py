"""The weights of a resize along one axis give the library's own pixels when they are summed in plain NumPy."""

import cv2
import numpy as np
import pytest

from workbench.recipes import CATALOGUE
from workbench.recipes.code import resampling

SIZES = [((90, 70), (32, 41)), ((40, 33), (90, 101)), ((64, 64), (64, 20)), ((17, 90), (40, 30))]  # source, tensor


def picture(size):
    return np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8)


def across(matrix, pixels):
    return np.einsum("sw,hwc->hsc", matrix, pixels)


def down(matrix, pixels):
    return np.einsum("sh,hwc->swc", matrix, pixels)


def both(taps, image, size):
    """Sum across, then down, in float64, which is exact for whole numbers."""
    (height, width), pixels = image.shape[:2], image.astype(np.float64)
    pixels = across(taps(width, size[1]).matrix(width), pixels)
    return down(taps(height, size[0]).matrix(height), pixels)


@pytest.mark.parametrize(("source", "size"), SIZES)
def test_opencvs_bilinear_in_whole_numbers(source, size):
    image = picture(source)
    taps = resampling.linear_taps(source[1], size[1], across=True)
    sums = across(taps.matrix(source[1]), image.astype(np.int64)).astype(int) >> 4
    taps = resampling.linear_taps(source[0], size[0], across=False)
    parts = [
        (sums[index] * weights.astype(int)[:, None, None]) >> 16
        for index, weights in zip(taps.index.T, taps.weights.T, strict=True)
    ]
    np.testing.assert_array_equal((sum(parts) + 2) >> 2, cv2.resize(image, size[::-1]))


@pytest.mark.parametrize(("source", "size"), SIZES)
@pytest.mark.parametrize(
    ("taps", "bits", "flag"),
    [
        pytest.param(resampling.linear_exact_taps, 16, cv2.INTER_LINEAR_EXACT, id="linear_exact"),
        pytest.param(resampling.lanczos4_taps, 22, cv2.INTER_LANCZOS4, id="lanczos4"),
    ],
)
def test_opencvs_other_kernels_in_whole_numbers(taps, bits, flag, source, size):
    image = picture(source)
    levels = np.clip(np.floor(both(taps, image, size) / 2**bits + 0.5), 0, 255)
    np.testing.assert_array_equal(levels, cv2.resize(image, size[::-1], interpolation=flag))


@pytest.mark.parametrize(("source", "size"), SIZES)
@pytest.mark.parametrize("name", ["cv2.cubic", "pil.bicubic", "pil.lanczos"])
def test_known_formulas_give_the_librarys_floats(name, source, size):
    image = picture(source).astype(np.float32)
    got = both(lambda length, places: resampling.float_taps(name, length, places), image, size)
    np.testing.assert_allclose(got, CATALOGUE["resize"][name].apply(image, size), rtol=0, atol=2e-3)


@pytest.mark.parametrize(("source", "size"), SIZES)
@pytest.mark.parametrize("name", ["cv2.linear", "cv2.area", "pil.bilinear"])
def test_measured_weights_are_the_librarys(name, source, size):
    image = picture(source).astype(np.float32)
    (height, width), (rows, columns) = source, size
    pixels = across(resampling.measured_matrix(name, (width, columns), (height, rows)), image.astype(np.float64))
    pixels = down(resampling.measured_matrix(name, (height, rows), (width, columns)), pixels)
    np.testing.assert_allclose(pixels, CATALOGUE["resize"][name].apply(image, size), rtol=0, atol=2e-3)


@pytest.mark.parametrize("name", ["cv2.nearest", "cv2.nearest_exact", "pil.nearest"])
def test_nearest_is_an_index(name):
    image = picture((33, 57))
    rows, columns = (resampling.nearest_index(name, *lengths) for lengths in ((33, 20), (57, 90)))
    np.testing.assert_array_equal(image[rows][:, columns], CATALOGUE["resize"][name].apply(image, (20, 90)))
