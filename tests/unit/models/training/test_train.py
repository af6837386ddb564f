import random

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.models.training import train
from workbench.recipes import Recipe

RECIPE = Recipe(size=(8, 8), range="unit")


def striped(count):
    """Pictures of stripes, upright or lying, in noise; which of the two is the class."""
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 120, (count, 16, 16, 3), dtype=np.uint8)
    truth = np.arange(count) % 2
    pictures[truth == 0, :, ::4] += 130
    pictures[truth == 1, ::4] += 130
    return pictures, truth


@pytest.mark.slow
def test_the_seed_alone_decides_what_a_network_learns():
    pictures, truth = striped(64)
    under = [RECIPE, RECIPE.replace(resize="cv2.area")]
    batch, answers = under[0].batch(pictures), []
    for other in (0, 1):
        random.seed(other)
        np.random.seed(other)  # noqa: NPY002 - the global state must not count
        trained = train(pictures, truth, under, seed=3, epochs=6)
        answers.append(next(iter(trained.predict(batch).values())))
    assert np.array_equal(*answers)
    assert (answers[0].argmax(axis=1) == truth).mean() > 0.9


@pytest.mark.parametrize(
    ("truth", "recipe", "labels", "said"),
    [
        pytest.param([0, 1], RECIPE, None, "one class index from 0 for each of 4 pictures", id="two for four"),
        pytest.param([0, 1, -1, 0], RECIPE, None, "one class index from 0", id="no class"),
        pytest.param([0, 0, 0, 0], RECIPE, None, "two or more are needed", id="one class"),
        pytest.param([0, 1, 2, 0], RECIPE, ["a", "b"], "3 classes for 2 labels", id="too few labels"),
        pytest.param([0, 1, 0, 1], [], None, "needs a recipe", id="no recipe"),
        pytest.param([0, 1, 0, 1], RECIPE.replace(dtype="uint8"), None, "dtype='uint8'", id="integers"),
        pytest.param([0, 1, 0, 1], RECIPE.replace(size=(4, 8)), None, "8 pixels a side or more", id="too small"),
        pytest.param([0, 1, 0, 1], RECIPE.replace(size=None), None, "size=None", id="any size"),
        pytest.param(
            [0, 1, 0, 1], [RECIPE, RECIPE.replace(color="gray")], None, "tensors of one shape", id="a mixture"
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_before_it_costs(truth, recipe, labels, said):
    with pytest.raises(InvalidValue, match=said):
        train(striped(4)[0], truth, recipe, seed=0, labels=labels)
