"""`compare` matches boxes by overlap, counts what was lost, new and renamed, and says it in a sentence."""

import numpy as np
import pytest
import supervision as sv

from workbench.diagnose import BoxComparison, compare
from workbench.diagnose.box_matching import match_boxes
from workbench.errors import InvalidValue
from workbench.models import TensorSpec
from workbench.recipes import Recipe
from workbench.results import Classification, Prediction

NAMES = np.array(["cat", "dog", "bird"])


def boxes(*rows, names=NAMES):
    """Make detections of rows x0, y0, x1, y1, score, class."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    ids = table[:, 5].astype(int)
    return sv.Detections(
        xyxy=table[:, :4], confidence=table[:, 4], class_id=ids, data={"class_name": names[ids].astype(str)}
    )


def answers(*frames):
    count = len(frames)
    origins = tuple(f"{i}.jpg" for i in range(count))
    return Prediction({}, None, np.arange(count), origins, (None,) * count, detections=tuple(frames))


A = answers(boxes((0, 0, 10, 10, 0.9, 0), (20, 20, 40, 40, 0.8, 1)), boxes((0, 0, 100, 100, 0.7, 2)), boxes())
B = answers(
    boxes((0, 0, 10, 8, 0.8, 0), (20, 20, 40, 40, 0.8, 2)),  # moved, renamed
    boxes((50, 50, 60, 60, 0.6, 2), (0, 0, 100, 100, 0.4, 2)),  # below the threshold: lost; and one more
    boxes(),
)


def test_lost_new_renamed_and_moved_boxes_are_counted_by_frame():
    both = BoxComparison(A, B, slots={})
    assert both.counts == (3, 3)
    assert [each.tolist() for each in (both.lost, both.new, both.renamed)] == [[0, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert both.flips.tolist() == [True, True, False]
    np.testing.assert_allclose(np.sort(both.overlaps), [0.8, 1])  # 80 of 100 pixels, and all
    np.testing.assert_allclose(np.sort(both.score_changes), [-0.1, 0], atol=1e-6)


def test_the_threshold_says_which_boxes_count():
    both = BoxComparison(A, B, slots={}, threshold=0.3)
    assert (both.lost.sum(), both.new.sum()) == (0, 1)


def test_a_box_of_its_own_class_is_matched_before_a_nearer_one_of_another():
    a = boxes((0, 0, 10, 10, 0.9, 0), (1, 0, 11, 10, 0.9, 1))
    b = boxes((1, 0, 11, 10, 0.9, 0), (0, 0, 10, 10, 0.9, 1))
    pairs = match_boxes(a, b)
    assert sorted(map(tuple, pairs.pairs.tolist())) == [(0, 0), (1, 1)]
    assert pairs.same_class.all()


def test_a_box_is_matched_once():
    pairs = match_boxes(boxes((0, 0, 10, 10, 0.9, 0)), boxes((0, 0, 10, 10, 0.9, 0), (0, 0, 10, 9, 0.8, 0)))
    assert (pairs.pairs.tolist(), pairs.lost.tolist(), pairs.new.tolist()) == ([[0, 0]], [], [1])


def test_classes_are_the_same_by_name_not_by_number():
    other = np.array(["dog", "bird", "cat"])
    pairs = match_boxes(boxes((0, 0, 9, 9, 0.9, 0)), boxes((0, 0, 9, 9, 0.9, 2), names=other))
    assert pairs.same_class.tolist() == [True]


def test_classes_without_names_are_the_same_by_number():
    plain = sv.Detections(xyxy=np.array([[0, 0, 9, 9]], np.float32), class_id=np.array([1]))
    assert match_boxes(boxes((0, 0, 9, 9, 0.9, 1)), plain).same_class.tolist() == [True]
    assert match_boxes(boxes((0, 0, 9, 9, 0.9, 0)), plain).same_class.tolist() == [False]


def test_the_table_has_the_worst_first():
    table = BoxComparison(A, B, slots={}).to_frame()
    assert table["change"].tolist() == ["lost", "new", "renamed", "kept"]
    assert table.loc[2, ["label_a", "label_b"]].tolist() == ["dog", "bird"]
    assert table.loc[3, "iou"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("b", "sentence"),
    [
        pytest.param(A, "No visible difference in 3 boxes on these 3 frames: color bgr instead of rgb.", id="same"),
        pytest.param(
            B, "Color bgr instead of rgb: B loses 1 of 3 boxes, adds 1, renames 1, and moves the rest by 0.10 IoU "
            "and their scores by 0.05.", id="everything",
        ),
        pytest.param(answers(boxes(), boxes(), boxes()), "B loses 3 of 3 boxes.", id="all lost"),
        pytest.param(
            answers(boxes((0, 0, 10, 8, 0.9, 0), (20, 20, 40, 40, 0.8, 1)), boxes((0, 0, 100, 100, 0.7, 2)), boxes()),
            "B moves all 3 boxes by 0.07 IoU", id="moved",
        ),
    ],
)  # fmt: skip
def test_the_verdict_says_it_in_one_sentence(b, sentence):
    assert sentence in BoxComparison(A, b, slots={"color": ("rgb", "bgr")}).verdict


def test_nothing_on_either_side_is_said():
    nothing = answers(boxes(), boxes((0, 0, 5, 5, 0.2, 0)))
    both = BoxComparison(nothing, nothing, slots={})
    assert both.verdict == "Neither side has a box with a score of 0.5 on these 2 frames."
    assert both.to_dict()["boxes"] == [0, 0]
    assert len(both.to_frame()) == 0


def test_true_boxes_give_the_average_precision_of_each_side():
    truth = tuple(boxes(*[(*box, 1, number) for box, number in zip(each.xyxy, each.class_id, strict=True)])
                  for each in A.detections)  # fmt: skip
    both = BoxComparison(A, answers(boxes(), boxes(), boxes()), slots={}, truth=truth)
    assert both.average_precision["0.50:0.95"] == pytest.approx((1.0, 0.0))
    assert "mean average precision 1.00 becomes 0.00" in both.verdict
    assert both.to_dict()["average_precision"]["0.50"] == [1.0, 0.0]


def test_intervals_are_over_frames_and_in_the_verdict_where_there_are_enough():
    full, nothing = boxes((0, 0, 10, 10, 0.9, 0)), boxes()
    truth = tuple(boxes((0, 0, 10, 10, 1, 0)) for _ in range(12))
    both = BoxComparison(answers(*[full] * 12), answers(*[full] * 8, *[nothing] * 4), slots={}, truth=truth)
    low, high = both.intervals["lost"]
    assert 0 < low < 4 / 12 < high < 0.7
    assert f"B loses 4 of 12 boxes (95% {low:.0%} to {high:.0%})" in both.verdict
    assert both.intervals["mean_iou"] == (1.0, 1.0)
    assert both.intervals["precision_a"] == pytest.approx((1.0, 1.0))
    low, high = both.intervals["precision_change"]
    assert low < 8 / 12 - 1 < high < 0
    assert both.to_dict()["intervals"]["precision_change"] == pytest.approx([low, high], abs=1e-6)


def test_by_class_the_one_that_is_hit_most_comes_first():
    table = BoxComparison(A, B, slots={}).per_class()
    assert table[["class", "boxes_a", "boxes_b", "lost", "renamed", "new"]].to_numpy().tolist() == [
        ["bird", 1, 2, 1, 0, 1], ["dog", 1, 0, 0, 1, 0], ["cat", 1, 1, 0, 0, 0],
    ]  # fmt: skip
    assert "precision_a" not in table


def test_by_class_the_average_precision_of_each_side():
    truth = tuple(boxes(*[(*box, 1, number) for box, number in zip(each.xyxy, each.class_id, strict=True)])
                  for each in A.detections)  # fmt: skip
    table = BoxComparison(A, B, slots={}, truth=truth).per_class().set_index("class")
    assert table["precision_a"].to_dict() == pytest.approx({"bird": 1.0, "cat": 1.0, "dog": 1.0})
    assert table.loc["dog", "precision_b"] == 0
    assert 0 < table.loc["bird", "precision_b"] < 1  # found at 0.4, behind one of 0.6 that is none


@pytest.mark.parametrize(
    ("b", "truth", "message"),
    [
        pytest.param(Prediction({}, None, np.arange(3), "xyz", [None] * 3), None, "boxes from each side", id="none"),
        pytest.param(answers(boxes()), None, "A has 3 frames and B 1", id="frames"),
        pytest.param(B, (boxes(),), "true boxes .* of each of 3 frames", id="truth of other frames"),
        pytest.param(B, (0, 1, 2), "true boxes .* of each of 3 frames", id="truth of a classifier"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_against_each_other_is_refused(b, truth, message):
    with pytest.raises(InvalidValue, match=message):
        BoxComparison(A, b, slots={}, truth=truth)


class RedFinder:
    """Finds what is red, if its first channel is red: a row of pixels, class 1."""

    name, labels = "red finder", ("other", "red")
    inputs = (TensorSpec("image", (None, 32, 32, 3), "float32"),)
    outputs = (TensorSpec("rows", (None, 3, 6), "float32"),)

    def predict(self, batch):
        rows = np.zeros((len(batch), 3, 6), np.float32)
        for row, picture in zip(rows, batch, strict=True):
            y, x = np.nonzero(picture[:, :, 0] > 127)
            if len(y):
                row[0] = x.min(), y.min(), x.max() + 1, y.max() + 1, 0.9, 1
        return {"rows": rows}

    def close(self):
        pass


def test_a_swapped_colour_order_loses_the_box():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[10:30, 20:50] = 255, 0, 0
    recipe, model = Recipe(size=(32, 32)), RedFinder()
    both = compare((recipe, model), (recipe.replace(color="bgr"), model), [picture, picture], progress=False)
    assert isinstance(both, BoxComparison)
    assert both.verdict == "Color bgr instead of rgb: B loses 2 of 2 boxes."
    np.testing.assert_allclose(both.a.detections[0].xyxy, [[20, 10, 50, 30]])


class Unsure(RedFinder):
    """A classifier of the same pictures."""

    outputs = (TensorSpec("p", (None, 2), "float32"),)

    def predict(self, batch):
        return {"p": np.full((len(batch), 2), 0.5, np.float32)}


def test_boxes_are_not_held_against_classes():
    picture = np.full((64, 64, 3), (255, 0, 0), np.uint8)
    sides = (Recipe(size=(32, 32)), RedFinder()), (Recipe(size=(32, 32)), Unsure())
    with pytest.raises(InvalidValue, match="needs boxes from each side"):
        compare(*sides, [picture], progress=False)


def test_a_classifier_is_still_compared_by_its_classes():
    classes = Classification(np.array([[0.5, 0.5]], np.float32), ("other", "red"))
    both = compare(*[(Recipe(size=(32, 32)), Unsure())] * 2, [np.zeros((8, 8, 3), np.uint8)], progress=False)
    np.testing.assert_array_equal(both.a.classification.probabilities, classes.probabilities)
