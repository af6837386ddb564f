"""`compare_variants` holds variants of a recipe against it, for class probabilities and for boxes."""

import numpy as np
import pytest
import supervision as sv

from workbench.diagnose import compare_variants
from workbench.errors import InvalidValue
from workbench.models import TensorSpec
from workbench.recipes import Recipe

RECIPE, VARIANTS = Recipe(size=(8, 8)), {"BGR": {"color": "bgr"}, "none": {}}
FRAMES = [np.full((8, 16, 3), color, np.uint8) for color in ((250, 9, 5), (9, 250, 5), (4, 9, 250))]


class Classes:
    """A fake classifier: the share of each channel."""

    name, labels, outputs = "classes", ("red", "green", "blue"), ()
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)

    def predict(self, batch):
        sums = batch.sum(axis=(1, 2)) + 1e-6
        return {"share": sums / sums.sum(axis=1, keepdims=True)}

    def close(self):
        pass


class Boxes(Classes):
    """A fake detector: the whole picture is an object of its strongest channel."""

    def predict(self, batch):
        best = super().predict(batch)["share"].argmax(axis=1)
        return {"rows": np.stack([np.float32([[0, 0, 8, 8, 0.75, number]]) for number in best])}


def truth():
    return [sv.Detections(np.float32([[0, 0, 16, 8]]), class_id=np.array([number])) for number in range(3)]


@pytest.mark.parametrize(
    ("model", "labels", "costs"),
    [
        pytest.param(Classes(), None, {"flips": ["2 of 3", "0 of 3"]}, id="classes"),
        pytest.param(Classes(), [0, 1, 2], {"correct": ["1 of 3", "3 of 3"]}, id="classes with labels"),
        pytest.param(Boxes(), None, {"lost": ["0 of 3"] * 2, "renamed": [2, 0], "mean IoU": [1, 1]}, id="boxes"),
        pytest.param(Boxes(), truth(), {"mean average precision": [pytest.approx(1 / 3), 1]}, id="true boxes"),
    ],
)
def test_every_variant_has_its_cost(model, labels, costs):
    variants = compare_variants(RECIPE, VARIANTS, model, FRAMES, labels=labels, progress=False)
    table = variants.to_frame()
    assert table["variant"].tolist() == ["BGR", "none"]
    assert {name: table[name].tolist() for name in costs} == costs
    assert set(variants.predictions) == {"reference", "BGR", "none"}
    assert set(variants.to_dict()) == {"BGR", "none"}


@pytest.mark.parametrize(
    ("model", "labels", "message"),
    [
        pytest.param(Boxes(), [0, 1, 2], "the true boxes", id="class indices for boxes"),
        pytest.param(Classes(), 3, "one for each of 3 frames; got 3", id="one number"),
    ],
)
def test_labels_of_another_kind_are_refused(model, labels, message):
    with pytest.raises(InvalidValue, match=message):
        compare_variants(RECIPE, VARIANTS, model, FRAMES, labels=labels, progress=False)


def test_results_show_themselves_in_a_line():
    variants = compare_variants(RECIPE, VARIANTS, Boxes(), FRAMES, progress=False)
    assert repr(variants) == "Variants(BGR, none against the recipe, 3 frames)"
    assert repr(variants.comparisons["BGR"]) == f"BoxComparison({variants.comparisons['BGR'].verdict})"
