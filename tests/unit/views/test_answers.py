import numpy as np
import pytest

from workbench.models.model import TensorSpec
from workbench.recipes import Recipe
from workbench.views.answers import answer

RECIPE, SIZE = Recipe(size=(8, 8)), (12, 20)
RED = np.zeros((8, 8, 3), np.float32)
RED[..., 0] = 1


class Says:
    """A fake model that gives fixed outputs for every tensor."""

    name, inputs, outputs, labels = "says", (), (TensorSpec("out", (None, 2), "float32"),), None

    def __init__(self, **outputs):
        self.given = {name: np.asarray(value, np.float32) for name, value in outputs.items()}

    def predict(self, batch):
        return {name: np.repeat(value[None], len(batch), axis=0) for name, value in self.given.items()}

    def close(self):
        pass


def test_both_tensors_go_to_the_model_in_one_batch(model):
    a, b = answer(model, [RED, RED[..., ::-1]], (RECIPE, RECIPE), size=SIZE, k=2)
    assert model.batches == [(2, 8, 8, 3)]
    assert [row[0] for row in (a.rows[0], b.rows[0])] == ["red", "blue"]
    assert len(a.rows) == 2


def test_a_refused_tensor_says_why_and_the_other_is_answered(model):
    a, b = answer(model, [RED, RED[:4]], (RECIPE, RECIPE), size=SIZE)
    assert a.rows[0][0] == "red"
    assert b.rows == ()
    assert "expects image (any, 8, 8, 3) float32, got (1, 4, 8, 3)" in b.error


def test_two_tensors_refused_alike_say_so_both(model):
    given = answer(model, [RED[:4], RED[:4]], (RECIPE, RECIPE), size=SIZE)
    assert all(each.error and not each.rows for each in given)


def test_nan_is_said_and_not_made_a_class():
    (given,) = answer(Says(out=[np.nan, 1]), [RED], (RECIPE,), size=SIZE)
    assert given.rows == ()
    assert "NaN" in given.note


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        pytest.param({"boxes": np.ones((4, 2)), "scores": [0.5, 0.25]}, "boxes (4, 2) 1 to 1; scores (2,)", id="two"),
        pytest.param({"map": np.zeros((3, 3))}, "map (3, 3) 0 to 0", id="one that is no classification"),
    ],
)
def test_outputs_that_are_no_classes_are_described(outputs, text):
    (given,) = answer(Says(**outputs), [RED], (RECIPE,), size=SIZE)
    assert given.rows == ()
    assert given.note.startswith(text)


class Softmax8Bit(Says):
    """A model whose last activation is a softmax of 8 bits, which sums to less than 1."""

    outputs = (TensorSpec("out", (None, 2), "float32", activation="softmax"),)


def test_what_predict_takes_for_class_probabilities_is_so_here():
    (given,) = answer(Softmax8Bit(out=[0.25, 0.625]), [RED], (RECIPE,), size=SIZE)
    assert given.rows == (("class 1", 0.625), ("class 0", 0.25))


ROWS = [[1, 1, 5, 5, 0.75, 1], [2, 2, 7, 7, 0.25, 0], [1, 2, 4, 4, 0.5, 1]]


@pytest.mark.parametrize(
    ("rows", "k", "told", "boxes"),
    [
        pytest.param(ROWS, 5, [("class 1", 0.75), ("class 1", 0.5), ("class 0", 0.25)], ("class 1",) * 2, id="boxes"),
        pytest.param(ROWS, 1, [("class 1", 0.75)], ("class 1",) * 2, id="the surest"),
    ],
)
def test_boxes_are_listed_surest_first(rows, k, told, boxes):
    (given,) = answer(Says(rows=rows), [RED], (RECIPE,), size=SIZE, k=k)
    assert list(given.rows) == told
    assert given.said == boxes


def test_a_model_that_takes_one_picture_at_a_time_answers_to_both(model):
    model.inputs = (TensorSpec("image", (1, 8, 8, 3), "float32"),)
    a, b = answer(model, [RED, RED[..., ::-1]], (RECIPE, RECIPE), size=SIZE)
    assert model.batches == [(1, 8, 8, 3)] * 2
    assert [row[0] for row in (a.rows[0], b.rows[0])] == ["red", "blue"]
