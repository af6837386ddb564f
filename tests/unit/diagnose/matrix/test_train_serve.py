import json

import numpy as np
import pandas as pd
import pytest

from tests.unit.diagnose.matrix.brightest import BGR, MODELS, OWN, TRUTH, Brightest, pictures
from workbench.diagnose.matrix import train_serve_matrix
from workbench.diagnose.matrix_text import lines
from workbench.diagnose.resampling import Z95
from workbench.errors import InvalidValue, UnknownName, WorkbenchError

SERVING = {"own": OWN, "bgr": BGR, "linear_exact": OWN.replace(resize="cv2.linear_exact")}


@pytest.fixture(scope="module")
def frames():
    return pictures()


@pytest.fixture(scope="module")
def truth():
    return TRUTH


@pytest.fixture(scope="module")
def matrix(frames, truth):
    return train_serve_matrix(MODELS, SERVING, frames, truth, progress=False)


def test_every_cell_says_how_often_the_model_is_right_and_how_often_it_flips(matrix):
    assert (matrix.training, matrix.serving) == (("rgb", "bgr", "both"), ("own", "bgr", "linear_exact"))
    assert matrix.accuracy.mean[:2] == pytest.approx(np.array([[1, 1 / 3, 1], [1 / 3, 1, 1 / 3]]))
    assert matrix.flips.mean[:2] == pytest.approx(np.array([[0, 2 / 3, 0], [2 / 3, 0, 2 / 3]]))
    assert matrix.kl.mean[0, 0] == 0
    assert matrix.kl.mean[0, 1] > 1


def test_a_mixture_stands_last_and_is_held_against_the_mean_of_its_recipes(matrix):
    assert matrix.mixed.tolist() == [False, False, True]
    assert matrix.own.tolist() == [[True, False, False], [False, True, False], [True, True, False]]
    assert matrix.baseline.mean.ravel() == pytest.approx([1, 1, 2 / 3])  # of both: the mean of 1 and 1/3
    assert matrix.change.mean[2] == pytest.approx([1 / 3, -1 / 3, 1 / 3])
    assert set(matrix.rows.order) == {0, 1}


def test_all_measures_are_resampled_by_the_same_draws_and_the_seed_decides_which(matrix, frames, truth):
    assert matrix.accuracy.samples.shape == (3, 3, 1000)
    wrong = 1 - matrix.accuracy.samples[0, 1]
    assert matrix.flips.samples[0, 1] == pytest.approx(wrong)  # each answer that flips is wrong then, and no other
    models = {"rgb": (OWN, Brightest("rgb"))}
    other = train_serve_matrix(models, SERVING, frames, truth, resamples=200, seed=1, progress=False)
    assert other.accuracy.samples.shape == (1, 3, 200)
    assert not np.array_equal(other.accuracy.samples[0, 1], matrix.accuracy.samples[0, 1, :200])


def test_the_change_of_every_cell_is_paired_with_its_own_recipe(matrix):
    change, accuracy = matrix.change, matrix.accuracy
    assert (change.low[0, 0], change.high[0, 0]) == (0, 0)
    assert change.samples[0] == pytest.approx(accuracy.samples[0] - accuracy.samples[0, :1])
    assert matrix.difference("accuracy", ("rgb", "own"), ("rgb", "bgr")) == (
        pytest.approx(-2 / 3),
        pytest.approx((change.low[0, 1], change.high[0, 1])),
    )


def test_a_cell_held_against_itself_is_certain(matrix):
    cells = [(each.low[0, 0], each.high[0, 0]) for each in (matrix.change, matrix.flips, matrix.kl)]
    assert cells == [(0, 0)] * 3
    assert matrix.flips.high[0, 2] > 0.1  # no flip either, but under another recipe


def test_a_share_of_all_frames_has_an_interval_all_the_same(matrix):
    assert (matrix.accuracy.mean[0, 0], matrix.accuracy.high[0, 0]) == (1, 1)
    assert matrix.accuracy.low[0, 0] == pytest.approx(30 / (30 + 1.959964**2))  # Wilson's, for 30 of 30


def test_a_change_that_all_frames_share_is_as_sure_as_they_are_many(frames, truth):
    found = train_serve_matrix({"rgb": (OWN, Brightest("rgb"))}, SERVING, frames[::3], truth[::3], progress=False)
    assert found.change.mean[0].tolist() == [0, -1, 0]
    reach = Z95**2 / (10 + Z95**2)  # Wilson's upper end of none of 10
    assert found.change.low[0] == pytest.approx([0, -1, -reach])  # 0 against itself is certain
    assert found.change.high[0] == pytest.approx([0, reach - 1, reach])


def test_one_frame_has_no_interval_of_its_divergence(frames, truth):
    found = train_serve_matrix({"rgb": (OWN, Brightest("rgb"))}, SERVING, frames[:1], truth[:1], progress=False)
    assert np.isnan(found.kl.low[0]).tolist() == [False, True, True]
    assert "nan" not in "\n".join(lines(found))
    assert found.verdict.startswith("1 model x 3 serving recipes on 1 frame: accuracy 100% as trained; ")


def test_the_accuracy_as_trained_is_told_where_no_cell_has_it(frames, truth):
    models = {"rgb": (OWN, Brightest("rgb"))}
    found = train_serve_matrix(models, {"bgr": BGR}, frames, truth, progress=False)
    (line,) = (line for line in lines(found) if line.startswith("(as trained) "))
    assert line.split()[2:] == ["*100", "[89–100]"]
    assert found.to_dict()["baseline"][0] | {"accuracy_low": 0} == {
        "training": "rgb", "accuracy": 1.0, "accuracy_low": 0, "accuracy_high": 1.0
    }  # fmt: skip


def test_recipes_that_get_the_same_answers_stand_side_by_side_in_one_group(matrix):
    columns = matrix.columns
    assert {frozenset(members) for members in columns.groups.values()} == {frozenset({0, 2}), frozenset({1})}
    assert columns.order[1] in (0, 2)
    assert columns.distances[0, 1] == pytest.approx(np.sqrt(2 / 3), abs=0.02)  # two thirds of the answers are others


def test_the_verdict_says_what_the_right_recipe_gives_and_what_the_worst_takes(matrix):
    assert matrix.verdict.startswith("3 models x 3 serving recipes on 30 frames: accuracy 67% to 100% as trained; ")
    assert "changes it by −67 points (95% −" in matrix.verdict


def test_slots_to_change_are_changed_in_each_model_s_own_recipe(frames, truth):
    models = {"rgb": (OWN, Brightest("rgb")), "raw": (OWN.replace(range="raw"), Brightest("raw"))}
    matrix = train_serve_matrix(models, {"same": {}, "bgr": {"color": "bgr"}}, frames, truth, progress=False)
    assert matrix.own.tolist() == [[True, False], [True, False]]
    assert matrix.recipes["training"]["raw"][0]["range"] == "raw"
    assert matrix.accuracy.mean[:, 1] == pytest.approx([1 / 3, 1 / 3])


def test_without_true_classes_there_are_flips_and_kl(frames):
    matrix = train_serve_matrix({"rgb": (OWN, Brightest("rgb"))}, {"bgr": BGR}, frames, progress=False)
    assert list(matrix.measures) == ["flips", "kl"]
    assert matrix.flips.mean == pytest.approx(2 / 3)
    assert "rgb served as bgr flips 67%" in matrix.verdict


def test_a_matrix_is_a_table_and_a_file(matrix, tmp_path):
    table = matrix.to_frame()
    assert len(table) == 9
    assert table.loc[1, ["training", "serving", "own"]].tolist() == ["rgb", "bgr", False]
    assert list(matrix.table("flips").index)[-1] == "both"
    matrix.save(tmp_path / "matrix.csv")
    matrix.save(tmp_path / "matrix.json")
    assert pd.read_csv(tmp_path / "matrix.csv")["accuracy"].tolist() == pytest.approx(table["accuracy"], abs=1e-6)
    assert json.loads((tmp_path / "matrix.json").read_text()) == matrix.to_dict()
    assert matrix.to_dict()["groups"]["serving"].keys() == matrix.columns.groups.keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"models": {}}, "needs a model", id="no model"),
        pytest.param({"serving": {}}, "needs a model", id="no serving recipe"),
        pytest.param(
            {"models": {"m": ([], Brightest("m"))}}, "m: a model needs the recipe", id="no recipe of training"
        ),
        pytest.param({"truth": [0, 1]}, "one class index for each of 30 frames", id="truth of other frames"),
        pytest.param({"resamples": 5}, "resamples is a number from 100", id="too few resamples"),
        pytest.param({"serving": {"x": {"colour": "bgr"}}}, "did you mean 'color'", id="slot nobody knows"),
        pytest.param(
            {"models": {"m": ([OWN, BGR], Brightest("m"))}, "serving": {"x": {"rotate": 90}}},
            "'x' changes slots of the training recipe, and 'm' was trained under 2",
            id="slots of a mixture",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(frames, change, said):
    asked = {"models": {"m": (OWN, Brightest("m"))}, "serving": SERVING, "frames": frames} | change
    with pytest.raises(WorkbenchError, match=said):
        train_serve_matrix(**asked, progress=False)


def test_names_that_are_not_there_are_told(matrix, tmp_path):
    with pytest.raises(UnknownName, match="no serving recipe named 'brg'; did you mean 'bgr'"):
        matrix.difference("flips", ("rgb", "own"), ("rgb", "brg"))
    with pytest.raises(UnknownName, match="no measure named 'flip'"):
        matrix.table("flip")
    with pytest.raises(InvalidValue, match="written as .csv or .json"):
        matrix.save(tmp_path / "matrix.txt")
