"""Answers of two runs are held against each other frame by frame, and their figures have intervals."""

import numpy as np
import pytest
import supervision as sv

from tests.unit.reports.diff.conftest import answer
from workbench.errors import InvalidValue
from workbench.reports.diff import check_gates, diff_runs
from workbench.reports.diff.answers import answer_diff
from workbench.results import Prediction

SURE = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]


def boxes(*frames, origins=("a.jpg", "b.jpg")):
    """Return a detector's answers: for each frame rows of x0, y0, x1, y1, score, name."""
    found = tuple(
        sv.Detections(
            xyxy=np.array([row[:4] for row in rows], np.float32).reshape(-1, 4),
            confidence=np.array([row[4] for row in rows], np.float32),
            class_id=np.zeros(len(rows), int),
            data={"class_name": np.array([row[5] for row in rows], str)},
        )
        for rows in frames
    )
    count = len(frames)
    return Prediction(
        {}, None, np.arange(count), origins[:count], (None,) * count, "d", ((9, 9),) * count, detections=found
    )


def test_flips_and_divergence_are_over_the_frames_that_both_have():
    other = answer([SURE[2], SURE[0], SURE[1]], origins=["b/2.jpg", "b/0.jpg", "b/9.jpg"])
    found = answer_diff("x", (answer(SURE, origins=["a/0.jpg", "a/1.jpg", "a/2.jpg"]), None), (other, None))
    assert (found.frames, found.pair.only_a, found.pair.only_b) == (2, ("1.jpg",), ("9.jpg",))
    assert (found.alike, found.identical) == (True, False)
    assert found.verdict == "the same answers on the 2 frames that both have, bit for bit"


def test_frames_of_a_clip_are_known_by_their_number():
    one = answer(SURE, origins=["clip.mp4"] * 3, indices=[0, 5, 10])
    other = answer([SURE[1], SURE[0]], origins=["moved.mp4"] * 2, indices=[5, 10])
    found = answer_diff("x", (one, None), (other, None))
    assert (found.flips.tolist(), found.pair.only_a) == ([False, True], ("clip.mp4 0",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["p/a/1.jpg", "p/a/2.jpg"], ["p/a/1.jpg", "p/b/1.jpg"], id="one folder below, then two"),
        pytest.param(["p/a.jpg"], ["p/a.jpg", "p/b.jpg"], id="one picture, then two"),
        pytest.param(["p/a.jpg"], ["q/a.jpg", "q/b.jpg"], id="one picture, then two that lie elsewhere"),
    ],
)
def test_a_picture_is_known_however_many_there_are(before, after):
    found = answer_diff(
        "x", (answer(SURE[: len(before)], origins=before), None), (answer(SURE[:2], origins=after), None)
    )
    assert (found.frames, len(found.pair.only_a), len(found.pair.only_b)) == (1, len(before) - 1, 1)


def test_accuracy_comes_with_a_paired_interval():
    truth = np.array([0, 1, 2])
    found = answer_diff("x", (answer(SURE), truth), (answer([SURE[0], SURE[1], SURE[1]]), truth))
    accuracy = found.figures[-1]
    assert (accuracy.name, accuracy.before, accuracy.after) == ("accuracy", 1.0, pytest.approx(2 / 3))
    assert accuracy.low <= accuracy.change <= accuracy.high == 0


def test_classes_under_another_name_are_no_flips_and_one_class_more_is_paired_by_name():
    renamed = answer_diff("x", (answer(SURE), None), (answer(SURE, labels=("cat", "dog", "wolf")), None))
    assert renamed.identical
    more = answer([[*row, 0.0] for row in SURE], labels=("fox", "dog", "cat", "owl"))
    assert answer_diff("x", (answer(SURE), None), (more, None)).flips.tolist() == [True, False, True]
    with pytest.raises(InvalidValue, match="no names tell which is which"):
        answer_diff("x", (answer(SURE), None), (answer([[0.5, 0.5]], labels=("x", "y")), None))


def test_nan_in_both_runs_is_no_flip():
    rows = [[np.nan] * 3, SURE[1]]
    found = answer_diff("x", (answer(rows), None), (answer([rows[0], SURE[2]]), None))
    assert found.flips.tolist() == [False, True]


def test_boxes_are_lost_new_and_renamed_as_shares_of_those_of_a():
    cat, dog = (0, 0, 4, 4, 0.9, "cat"), (5, 5, 9, 9, 0.8, "dog")
    found = answer_diff("x", (boxes([cat, dog], [dog]), None), (boxes([(*cat[:5], "fox")], [dog]), None))
    known = {figure.name: figure.change for figure in found.figures}
    assert known == pytest.approx({"flips": 0.5, "lost": 1 / 3, "new": 0, "renamed": 1 / 3, "boxes": 2 / 3, "moved": 0})
    with pytest.raises(InvalidValue, match="one run gave classes, the other boxes"):
        answer_diff("x", (boxes([cat]), None), (answer(SURE[:1]), None))


def test_plain_numbers_are_held_by_their_largest_change():
    def numbers(values):
        return Prediction({"score": np.array(values)}, None, np.arange(2), ("a", "b"), (None,) * 2, sizes=((1, 1),) * 2)

    found = answer_diff("x", (numbers([0.5, 1.0]), None), (numbers([0.5, 1.25]), None))
    assert found.verdict == "numbers move by 0.25 at most"


def test_recorded_values_are_told_apart_from_those_that_one_run_lacks(write_run):
    one = {"a": {"b": [1, 2], "c": 0.5}, "only": {"x": 1, "y": {"z": [1, 2, 3]}}, "text": "old", "count_ms": 5}
    other = {"a": {"b": [1, 4], "c": 0.5}, "text": "new", "count_ms": 9}
    found = diff_runs(write_run("a", metrics=one), write_run("b", metrics=other))
    assert [(each.name, each.before, each.after) for each in found.figures] == [("a.b.1", 2, 4)]
    assert [(each.name, each.before) for each in found.told] == [("only", "4 values"), ("text", "old")]


@pytest.mark.parametrize(
    ("gate", "holds"),
    [
        pytest.param("flips<=0.4", True, id="share"),
        pytest.param("flips <= 33%", False, id="percent"),
        pytest.param("x.flips<0.5", True, id="of one answer"),
        pytest.param("x.accuracy.change>=-0.1", False, id="change of accuracy"),
        pytest.param("number==4", True, id="metric of B"),
        pytest.param("number.change>1e0", False, id="change of a metric"),
        pytest.param("metrics.flips==7", True, id="metric called as a figure"),
        pytest.param("kl>0", True, id="divergence"),
        pytest.param("changes<=0", True, id="causes"),
        pytest.param("unmatched==0", True, id="frames of one run alone"),
    ],
)
def test_a_gate_holds_or_not(write_run, gate, holds):
    truth = np.array([0, 1, 2])
    one = write_run("a", predictions={"x": answer(SURE)}, truth=truth, metrics={"number": 3, "flips": 7})
    other = answer([SURE[0], SURE[1], SURE[1]])
    two = write_run("b", predictions={"x": other}, truth=truth, metrics={"number": 4, "flips": 7})
    assert check_gates(diff_runs(one, two), [gate])[0].holds is holds


def test_no_gate_holds_for_a_run_that_failed_or_on_no_frame_in_common(write_run):
    one = write_run("a", predictions={"x": answer(SURE)})
    failed = write_run("b", predictions={"x": answer(SURE)}, status="failed", error="no")
    assert not check_gates(diff_runs(one, failed), ["flips<=1"])[0].holds
    others = write_run("c", predictions={"x": answer(SURE, origins=["p/7.jpg", "p/8.jpg", "p/9.jpg"])})
    gate = check_gates(diff_runs(one, others), ["flips<=1"])[0]
    assert (gate.holds, gate.found) == (False, "flips is not known")


def test_no_gate_on_all_answers_holds_where_the_second_run_lacks_some(write_run):
    one = write_run("a", predictions={"x": answer(SURE), "y": answer(SURE)})
    found = diff_runs(one, write_run("b", predictions={"x": answer(SURE)}))
    assert [gate.holds for gate in check_gates(found, ["flips<=1", "x.flips<=0"])] == [False, True]
    assert "y: only A kept answers under this name" in found.notes


@pytest.mark.parametrize(
    ("gate", "error"),
    [
        pytest.param("flips", "cannot read the gate 'flips'", id="no operator"),
        pytest.param("flips<=many", "cannot read the gate", id="no number"),
        pytest.param("flip<=0", "did you mean 'flips'", id="no figure"),
    ],
)
def test_a_gate_that_cannot_be_read_is_refused(write_run, gate, error):
    runs = [write_run(where, predictions={"x": answer(SURE)}) for where in "ab"]
    with pytest.raises(Exception, match=error):
        check_gates(diff_runs(*runs), [gate])
