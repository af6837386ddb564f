"""A difference map finds the region that was changed, and what it costs."""

import numpy as np
import pytest

from workbench.diagnose.difference_map import difference_map, edges
from workbench.errors import InvalidValue
from workbench.models import TensorSpec
from workbench.recipes import Recipe

RECIPE = Recipe(size=(8, 12))
GRAY = np.full((8, 12, 3), 100, np.uint8)


class Corner:
    """Looks at the upper left quarter alone: the brighter, the surer of class 1."""

    name, labels = "corner", None
    outputs = (TensorSpec("p", (None, 2), "float32", "softmax"),)

    def __init__(self, layout="nhwc"):
        shape = (None, 8, 12, 3) if layout == "nhwc" else (None, 3, 8, 12)
        self.inputs, self.layout, self.seen = (TensorSpec("image", shape, "float32"),), layout, 0

    def predict(self, batch):
        self.seen += len(batch)
        pixels = batch if self.layout == "nhwc" else np.moveaxis(batch, 1, -1)
        share = pixels[:, :4, :6].mean(axis=(1, 2, 3)) / 255
        return {"p": np.stack([1 - share, share], axis=1)}

    def close(self):
        pass


def brighter_left(image):
    """Serve the left half 50 levels brighter, and the lower right 10."""
    tensor = image.astype(np.float32)
    tensor[:, :6] += 50
    tensor[4:, 6:] += 10
    return tensor


def test_the_regions_that_differ_are_found_in_levels():
    found = difference_map(None, [GRAY] * 2, training=RECIPE, serving=brighter_left, grid=(2, 2), progress=False)
    np.testing.assert_allclose(found.levels, [[50, 0], [50, 10]])
    assert found.verdict == ("The tensors differ by 27.5 levels on average, most in row 1, column 1 of 2 x 2 (50.0).")
    assert found.to_frame().shape == (4, 3)


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_the_region_that_moves_the_answer_gives_all_of_it_back(layout):
    model = Corner(layout)
    recipe = RECIPE.replace(layout=layout)

    def serving(image):
        tensor = brighter_left(image)
        return tensor if layout == "nhwc" else np.moveaxis(tensor, -1, 0)

    found = difference_map(model, [GRAY] * 3, training=recipe, serving=serving, grid=(2, 2), progress=False)
    assert model.seen == 3 * 6
    assert found.metric == "kl"
    a, b = 100 / 255, 150 / 255
    assert found.loss == pytest.approx(a * np.log(a / b) + (1 - a) * np.log((1 - a) / (1 - b)), abs=1e-5)
    np.testing.assert_allclose(found.recovered, [[found.loss, 0], [0, 0]], atol=1e-6)
    assert "with training's pixels there 0.078 of 0.078 nats come back." in found.verdict
    assert found.to_dict()["recovered"][0][0] == pytest.approx(found.loss, abs=1e-6)


def test_the_range_is_undone_before_levels_are_counted():
    training, serving = RECIPE.replace(range="symmetric"), RECIPE.replace(range="symmetric", color="bgr")
    red = np.zeros((8, 12, 3), np.uint8)
    red[..., 0] = 90
    found = difference_map(None, [red], training=training, serving=serving, grid=(1, 1), progress=False)
    np.testing.assert_allclose(found.levels, [[60]])


def test_equal_recipes_differ_nowhere():
    found = difference_map(Corner(), [GRAY], training=RECIPE, serving=RECIPE, grid=(2, 3), progress=False)
    assert found.verdict == "The tensors are the same (frames: 1)."
    assert not found.recovered.any()


def test_answers_that_are_not_finite_are_said_and_do_no_harm():
    class Broken(Corner):
        def predict(self, batch):
            return {"p": np.full((len(batch), 2), np.nan, np.float32)}

    found = difference_map(Broken(), [GRAY], training=RECIPE, serving=brighter_left, grid=(2, 2), progress=False)
    assert found.verdict.endswith("(50.0); the answers hold NaN or Inf, so no loss can be told.")


def test_parts_cover_a_length_without_gaps():
    assert edges(10, 4) == [(0, 2), (2, 5), (5, 8), (8, 10)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"serving": RECIPE.replace(size=(4, 4))}, "a region of one is none of the other", id="shapes"),
        pytest.param({"grid": (9, 1)}, "a tensor of 8 pixels cannot be parted into 9", id="too fine"),
        pytest.param({"grid": (0, 1)}, "from 1", id="no grid"),
    ],
)
def test_what_has_no_map_is_refused(given, message):
    sides = {"training": RECIPE, "serving": brighter_left} | given
    with pytest.raises(InvalidValue, match=message):
        difference_map(Corner(), [GRAY], **sides, progress=False)
