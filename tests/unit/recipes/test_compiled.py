"""The compiled recipe gives the bits of the plain definition, for every choice, and never touches its input."""

import itertools

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.recipes import CATALOGUE, Recipe, affine

CV2_AND_PIL = [name for name in CATALOGUE["resize"] if not name.startswith("tf")]
TENSORFLOW = [name for name in CATALOGUE["resize"] if name.startswith("tf")]
RANGES = [*CATALOGUE["range"], affine((90.0, 100.0, 110.0), (50.0, 60.0, 70.0)), affine(12.5, 3.0)]
GRAY = ("gray", "gray_bgr")


def picture(height=37, width=53):
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)


def variants():
    """Every pair of choices that touch each other, on top of one another's defaults."""
    for resize, rounding, color in itertools.product(CV2_AND_PIL, CATALOGUE["rounding"], CATALOGUE["color"]):
        yield {"resize": resize, "rounding": rounding, "color": color}
    for range_, color, order in itertools.product(RANGES, CATALOGUE["color"], CATALOGUE["order"]):
        per_channel = any(word in range_ for word in ("torch", "caffe", "["))
        if not (per_channel and color in GRAY):
            yield {"range": range_, "color": color, "order": order}
    for fit, color, order, rounding in itertools.product(
        CATALOGUE["fit"], ("rgb", "bgr", "gray"), CATALOGUE["order"], CATALOGUE["rounding"]
    ):
        yield {"fit": fit, "color": color, "order": order, "rounding": rounding, "pad": 114, "range": "unit"}
    for dtype, layout, range_, size in itertools.product(
        CATALOGUE["dtype"], CATALOGUE["layout"], ("raw", "symmetric", "torch"), ((24, 24), None)
    ):
        quantization = (0.0078, 3) if dtype.endswith("int8") and range_ != "raw" else None
        yield {
            "dtype": dtype, "layout": layout, "range": range_, "size": size, "quantization": quantization,
            "color": "bgr",
        }  # fmt: skip
    for rotate in CATALOGUE["rotate"]:
        yield {"rotate": rotate, "fit": "letterbox", "color": "bgr"}


def label(slots):
    return "-".join(f"{value}" for value in slots.values() if value is not None)


@pytest.mark.parametrize("slots", [pytest.param(slots, id=label(slots)) for slots in variants()])
@pytest.mark.parametrize("takes", ["rgb", "bgr"])
def test_compiled_and_plain_results_are_equal(slots, takes):
    recipe = Recipe(**{"size": (24, 20)} | slots)
    image = picture()
    given = image if takes == "rgb" else np.ascontiguousarray(image[..., ::-1])
    kept = given.copy()
    expected = recipe(image)[0]
    compiled = recipe.compile(takes)
    out = np.full_like(expected, 77)
    assert compiled(given, out) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(compiled(given), expected)
    np.testing.assert_array_equal(given, kept)
    assert (out.dtype, out.flags.c_contiguous) == (np.dtype(recipe.dtype), True)


@pytest.mark.slow
@pytest.mark.parametrize("resize", TENSORFLOW)
@pytest.mark.parametrize("rounding", list(CATALOGUE["rounding"]))
@pytest.mark.parametrize("color", ["rgb", "bgr", "gray", "gray3"])
def test_compiled_and_plain_results_are_equal_with_tensorflows_resizers(resize, rounding, color):
    recipe = Recipe(size=(24, 20), resize=resize, rounding=rounding, color=color, range="symmetric")
    image = picture()
    bgr = np.ascontiguousarray(image[..., ::-1])
    np.testing.assert_array_equal(recipe.compile("bgr")(bgr), recipe(image)[0])


@pytest.mark.parametrize("color", list(CATALOGUE["color"]))
@pytest.mark.parametrize("fit", list(CATALOGUE["fit"]))
def test_pixels_go_straight_into_the_batch_of_a_uint8_model(color, fit):
    recipe = Recipe(size=(24, 20), dtype="uint8", color=color, fit=fit)
    expected = recipe(picture())[0]
    out = np.full_like(expected, 77)
    np.testing.assert_array_equal(recipe.compile()(picture(), out), expected)
    np.testing.assert_array_equal(recipe.batch([picture()])[0], expected)


@pytest.mark.parametrize("size", [(24, 53), (37, 53), None], ids=str)
@pytest.mark.parametrize("range_", ["unit", "torch", "per_image"])
def test_a_range_that_came_first_is_not_run_again_where_the_width_stays(size, range_):
    recipe = Recipe(size=size, range=range_, order="range_first")
    np.testing.assert_array_equal(recipe.compile()(picture()), recipe(picture())[0])


def test_a_batch_is_written_into_a_given_array():
    recipe = Recipe(size=(24, 20), range="caffe", color="bgr")
    images = [picture(), picture(50, 20), picture(24, 20)]
    out = np.empty((3, 24, 20, 3), np.float32)
    assert recipe.compile().batch(images, out) is out
    np.testing.assert_array_equal(out, np.concatenate([recipe(image) for image in images]))


def test_results_do_not_share_the_scratch_buffers():
    compiled = Recipe(size=(24, 20), dtype="uint8").compile()
    first = compiled(picture())
    kept = first.copy()
    compiled(picture(60, 60))
    np.testing.assert_array_equal(first, kept)


def test_a_strided_view_is_taken_as_it_is():
    recipe = Recipe(size=(24, 20), range="unit")
    flipped = picture()[:, ::-1]
    np.testing.assert_array_equal(recipe.compile()(flipped), recipe(np.ascontiguousarray(flipped))[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda c: c(picture()[..., 0]), "takes one picture", id="gray picture"),
        pytest.param(lambda c: c(picture() / 255.0), "scaled already", id="float picture"),
        pytest.param(lambda c: c(picture(), np.empty((24, 20, 3), np.float64)), "out is", id="out of float64"),
        pytest.param(lambda c: c(picture(), np.empty((20, 24, 3), np.float32)), "out is", id="out of swapped size"),
        pytest.param(lambda c: c.batch([]), "at least one picture", id="empty batch"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(InvalidValue, match=message):
        call(Recipe(size=(24, 20)).compile())
