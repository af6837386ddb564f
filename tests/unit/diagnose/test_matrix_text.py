"""A matrix as lines of text: figures with their intervals, a star, blocks that fit the width."""

import numpy as np
import pytest

from workbench.diagnose.matrix import Grouping, Matrix, Measure
from workbench.diagnose.matrix_text import WIDTH, lines

SERVING = ("as trained", "color=bgr", "resize=pil.box")


def matrix(models, *, frames=120, labelled=True):
    rng = np.random.default_rng(0)
    flipped = (rng.random((models, 3, frames)) < 0.5).astype(float)
    flipped[:, 0] = 0
    own = np.tile([True, False, False], (models, 1))
    flips = Measure(flipped, "share", True, 200, certain=own)
    kl = Measure(flipped * 0.25, "nats", False, 200, certain=own)
    right = Measure(1 - flipped, "share", True, 200) if labelled else None
    rows = Grouping(np.zeros((models, models)), np.zeros((models - 1, 4)), tuple(range(models)), {}, 0.0)
    columns = Grouping(np.zeros((3, 3)), np.zeros((2, 4)), (2, 0, 1), {"alike": (2, 0), "color=bgr": (1,)}, 0.1)
    names = tuple(f"model {number}" for number in range(models))
    mixed = np.zeros(models, dtype=bool)
    return Matrix(names, SERVING, own, mixed, flips, kl, right, None, None, rows, columns, {})


def test_every_figure_has_its_interval_and_the_own_recipe_a_star():
    told = lines(matrix(1))
    rows = {line.split("   ")[0].strip(): line.split("   ")[-1].strip() for line in told}
    assert rows["as trained"] == "*0.000"
    assert rows["color=bgr"].startswith("0.1")
    assert "*100 [97–100]" in " ".join(told)  # Wilson, 1927: 120 of 120
    assert told[-1] == "  alike: resize=pil.box, as trained"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(matrix(1, frames=20), True, id="twenty frames"),
        pytest.param(matrix(1, frames=120), False, id="more than a hundred"),
    ],
)
def test_few_frames_are_said_to_be_few(given, said):
    assert any("only large differences show" in line for line in lines(given)) == said


def test_without_classes_there_is_no_accuracy_and_many_models_go_into_blocks():
    told = lines(matrix(12, labelled=False))
    assert not any("accuracy" in line for line in told)
    assert max(map(len, told)) <= WIDTH
    assert sum("model 11" in line for line in told) == 2  # one table of flips, one of KL
