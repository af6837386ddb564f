"""`compare` counts what changed between A and B, and says it in a sentence."""

import numpy as np
import pytest

from workbench.diagnose import Comparison, compare
from workbench.errors import InvalidValue
from workbench.models import TensorSpec
from workbench.recipes import Recipe
from workbench.results import Classification, Prediction

LABELS = ("cat", "dog", "bird")


def answers(*rows, labels=LABELS):
    values = np.array(rows, np.float32)
    count = len(values)
    return Prediction({"p": values}, Classification(values, labels), np.arange(count), ("x",) * count, (None,) * count)


A = answers([0.8, 0.1, 0.1], [0.6, 0.4, 0.0], [0.1, 0.2, 0.7])
B = answers([0.8, 0.1, 0.1], [0.4, 0.6, 0.0], [0.2, 0.2, 0.6])


def test_flips_changes_and_divergence_are_counted_by_frame():
    both = Comparison(A, B, slots={"color": ("rgb", "bgr")})
    assert both.flips.tolist() == [False, True, False]
    np.testing.assert_allclose(both.change, [0, 0.2, 0.1], atol=1e-6)
    np.testing.assert_allclose([both.mean_change, both.max_change], [0.1, 0.2], atol=1e-6)
    # by hand: 0.6 ln(0.6 / 0.4) + 0.4 ln(0.4 / 0.6) = 0.2 ln 1.5
    np.testing.assert_allclose(both.kl[:2], [0, 0.2 * np.log(1.5)], atol=1e-6)


def test_the_table_has_the_worst_frames_first():
    table = Comparison(A, B, slots={}).to_frame()
    assert table["frame"].tolist() == [1, 2, 0]
    assert table.loc[0, ["label_a", "label_b"]].tolist() == ["cat", "dog"]


def test_a_zero_probability_gives_a_finite_divergence():
    both = Comparison(answers([1.0, 0.0, 0.0]), answers([0.0, 1.0, 0.0]), slots={})
    assert np.isfinite(both.kl).all()
    assert both.kl[0] > 10


def test_nan_is_a_flip_and_stays_out_of_the_means():
    both = Comparison(A, answers([0.8, 0.1, 0.1], [np.nan] * 3, [0.2, 0.2, 0.6]), slots={})
    assert both.flips.tolist() == [False, True, False]
    assert both.mean_change == pytest.approx(0.05)
    assert both.to_dict()["not_finite"] == [0, 1]


def test_nothing_but_nan_is_all_flips_and_said():
    nothing = answers(*[[np.nan] * 3] * 3)
    both = Comparison(nothing, nothing, slots={})
    assert both.flips.all()
    assert "every answer holds NaN or Inf" in both.verdict
    assert "every answer of B holds NaN or Inf" in Comparison(A, nothing, slots={}).verdict


def test_one_frame_is_said_in_the_singular_and_has_no_interval_of_a_mean():
    one = answers([0.8, 0.1, 0.1])
    assert Comparison(one, one, slots={}).verdict == "No visible difference on this frame: the change."
    assert np.isnan(Comparison(one, answers([0.1, 0.8, 0.1]), slots={}).intervals["mean_change"]).all()
    some = Comparison(A, answers([0.8, 0.1, 0.1], [np.nan] * 3, [0.2, 0.2, 0.6]), slots={})
    assert some.verdict.endswith("; 1 answer holds NaN or Inf.")


@pytest.mark.parametrize("truth", [["cat", "cat", "cat"], [0.0, 1.0, 2.0], [-1, 0, 1], [0, 1, 3]], ids=str)
def test_labels_that_are_no_class_index_are_refused(truth):
    with pytest.raises(InvalidValue, match=r"labels: .*class ind"):
        Comparison(A, B, slots={}, truth=np.array(truth))


@pytest.mark.parametrize(
    ("slots", "b", "truth", "sentence"),
    [
        pytest.param({"color": ("rgb", "bgr")}, A, None, "No visible difference on these 3 frames", id="same"),
        pytest.param(
            {"color": ("rgb", "bgr")}, B, None,
            "Color bgr instead of rgb flips 1 of 3 answers and moves probabilities by 0.10 on average.", id="one flip",
        ),
        pytest.param({}, B, [0, 0, 2], "top-1 accuracy 100% becomes 67%.", id="with true classes"),
    ],
)  # fmt: skip
def test_the_verdict_says_it_in_one_sentence(slots, b, truth, sentence):
    assert sentence in Comparison(A, b, slots=slots, truth=None if truth is None else np.array(truth)).verdict


@pytest.mark.parametrize(
    ("b", "message"),
    [
        pytest.param(answers([0.5, 0.5], labels=("a", "b")), "models of the same classes", id="classes"),
        pytest.param(Prediction({"p": np.zeros((3, 4, 4))}, None, np.arange(3), ("x",) * 3, (None,) * 3),
                     "probabilities or boxes from each side, and B gives", id="no classification"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_against_each_other_is_refused(b, message):
    with pytest.raises(InvalidValue, match=message):
        Comparison(A, b, slots={})


def many(count, wrong):
    """Answers to `count` frames of the class 0, of which the first `wrong` say 1."""
    rows = np.tile(np.array([0.8, 0.1, 0.1], np.float32), (count, 1))
    rows[:wrong] = 0.1, 0.8, 0.1
    return answers(*rows)


def test_intervals_are_paired_and_in_the_verdict_where_there_are_enough_frames():
    both = Comparison(many(20, 1), many(20, 8), slots={}, truth=np.zeros(20, int))
    low, high = both.intervals["accuracy_change"]
    assert low < -0.35 < high < 0  # 7 of 20 more are wrong, and surely some are
    assert both.intervals["flips"] == pytest.approx((0.181, 0.567), abs=1e-3)  # Wilson, 7 of 20
    assert both.accuracy_p == pytest.approx(2 / 2**7)
    assert "flips 7 of 20 answers (95% 18% to 57%)" in both.verdict
    assert "top-1 accuracy 95% becomes 60% (95% −55 to −15 points)." in both.verdict
    assert both.to_dict()["intervals"]["accuracy_change"] == pytest.approx([low, high])


def test_a_difference_that_may_be_chance_has_an_interval_around_0():
    both = Comparison(many(20, 2), many(20, 3), slots={}, truth=np.zeros(20, int))
    low, high = both.intervals["accuracy_change"]
    assert low < 0 <= high
    assert both.accuracy_p == 1.0


def test_by_class_the_one_that_flips_most_comes_first():
    a, b = answers([0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]), answers(*[[0.1, 0.8, 0.1]] * 2, [0.1, 0.1, 0.8])
    table = Comparison(a, b, slots={}, truth=np.array([0, 1, 2])).per_class()
    assert table["class"].tolist() == ["cat", "dog", "bird"]
    assert table[["frames", "flips", "accuracy_a", "accuracy_b"]].to_numpy().tolist() == [
        [1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 1, 1],
    ]  # fmt: skip
    assert table["instead"].tolist() == ["dog", "dog", ""]


def test_without_truth_classes_are_those_of_a():
    table = Comparison(A, answers([0.8, 0.1, 0.1], [np.nan] * 3, [0.2, 0.2, 0.6]), slots={}).per_class()
    assert table[["class", "frames", "flips", "instead"]].to_numpy().tolist() == [
        ["cat", 2, 1, "NaN"], ["bird", 1, 0, ""],
    ]  # fmt: skip


class RedModel:
    """Says how red a picture is, if its first channel is red."""

    name, labels = "red", ("not red", "red")
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)
    outputs = (TensorSpec("p", (None, 1), "float32"),)

    def predict(self, batch):
        return {"p": batch[..., 0].mean(axis=(1, 2))[:, None] / 255}

    def close(self):
        pass


def test_a_swapped_colour_order_shows():
    red, blue = (np.full((9, 9, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
    recipe, model = Recipe(size=(8, 8)), RedModel()
    sides = (recipe, model), (recipe.replace(color="bgr"), model)
    both = compare(*sides, [red, blue, red], labels=[1, 0, 1], progress=False)
    assert both.slots == {"color": ("rgb", "bgr")}
    assert both.flips.all()
    assert both.accuracy == (1.0, 0.0)
    with pytest.raises(InvalidValue, match="one class index for each of 3 frames"):
        compare(*sides, [red, blue, red], labels=[1, 0], progress=False)
