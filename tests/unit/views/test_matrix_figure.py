"""A matrix as a heat map: what stands where, what is outlined, what can be read; and the four files of it."""

import csv
import json

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from tests.unit.diagnose.matrix.brightest import BGR, MODELS, OWN, TRUTH, Brightest, pictures
from workbench.diagnose.exray import KINDS, exray
from workbench.diagnose.matrix import train_serve_matrix
from workbench.errors import InvalidValue, UnknownName
from workbench.views import figure_exray, figure_matrix
from workbench.views.exray_figure import FAULTS
from workbench.views.matrix_cells import SAID, in_figures, interval_in_figures, shades
from workbench.views.matrix_files import NAMES, save_matrix
from workbench.views.trees import merges

EXACT, GRAY = OWN.replace(resize="cv2.linear_exact"), OWN.replace(color="gray3")
SERVING = {"as rgb": OWN, "color=bgr": BGR, "exact": EXACT, "gray": GRAY}


@pytest.fixture(scope="module")
def frames():
    return pictures()


@pytest.fixture(scope="module")
def matrix(frames):
    return train_serve_matrix(MODELS, SERVING, frames, TRUTH, progress=False)


@pytest.fixture(scope="module")
def figure(matrix):
    return figure_matrix(matrix)


@pytest.fixture(scope="module")
def unlabelled(frames):
    return train_serve_matrix(MODELS, SERVING, frames, progress=False)


def outlined(figure):
    patches = [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, Rectangle)]
    return [patch for patch in patches if not patch.get_fill()]


def place_of(figure, text):
    [found] = [each for each in figure.texts if each.get_text() == text]
    return found.get_position()


def test_every_cell_has_its_figure_and_every_name_is_written(matrix, figure):
    shown = [each.get_text() for each in figure.texts]
    assert {*matrix.training, *matrix.serving} <= set(shown)
    assert {in_figures("accuracy", value) for value in matrix.accuracy.mean.ravel()} <= set(shown)
    assert len(outlined(figure)) == matrix.own.sum()
    assert figure.spoken.startswith(SAID["accuracy"])


def test_likes_stand_side_by_side_and_a_mixed_row_stands_below_the_others(matrix, figure):
    across = [place_of(figure, matrix.serving[number])[0] for number in matrix.columns.order]
    assert across == sorted(across)
    up = {name: place_of(figure, name)[1] for name in matrix.training}
    lower, upper = sorted((up["rgb"], up["bgr"]))
    assert lower - up["both"] > upper - lower


def test_many_recipes_keep_their_figures_and_lose_their_intervals(frames):
    many = {f"size {side}": OWN.replace(resize="cv2.area", pad=side, fit="letterbox") for side in range(24)}
    figure = figure_matrix(train_serve_matrix({"rgb": MODELS["rgb"]}, many, frames, progress=False))
    shown = [each.get_text() for each in figure.texts]
    assert sum(text == "0" for text in shown) >= 24
    assert not any("interval" in text or "–" in text for text in shown)
    assert figure.get_size_inches()[0] < 12


def test_a_measure_that_is_not_there_is_refused_by_name(matrix, unlabelled):
    with pytest.raises(UnknownName, match="did you mean 'accuracy'"):
        figure_matrix(matrix, measure="acuracy")
    with pytest.raises(InvalidValue, match="without true classes"):
        figure_matrix(unlabelled, measure="accuracy")
    assert SAID["flips"] in figure_matrix(unlabelled).spoken


@pytest.mark.parametrize("measure", list(SAID))
def test_letters_on_every_colour_can_be_read(measure):
    """WCAG 2.2, 1.4.3: contrast of 4.5 and more."""
    values = np.linspace(-1, 1, 101) if measure == "change" else np.linspace(0, 1, 101)
    painted = shades(measure, values)
    pairs = [[luminance(color) for color in painted.of(value)] for value in (*values, np.nan)]
    assert min((max(pair) + 0.05) / (min(pair) + 0.05) for pair in pairs) >= 4.5


def luminance(color):
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return np.dot((0.2126, 0.7152, 0.0722), linear)


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        pytest.param("accuracy", 0.904, "90", id="percent"),
        pytest.param("change", -0.294, "−29", id="points lost"),
        pytest.param("change", -0.001, "0", id="no point"),
        pytest.param("kl", 0.0312, "0.031", id="small divergence"),
        pytest.param("kl", 12.3, "12", id="large divergence"),
        pytest.param("flips", float("nan"), "–", id="not known"),
    ],
)
def test_a_figure_is_as_long_as_it_is_sure(measure, value, said):
    assert in_figures(measure, value) == said


def test_an_interval_is_short_and_left_out_where_there_is_none():
    assert interval_in_figures("kl", 0.031, 0.12) == ".031–.12"
    assert interval_in_figures("change", -0.1, 0.02) == "−10 … +2"
    assert not interval_in_figures("flips", float("nan"), float("nan"))


def test_a_tree_leaves_out_what_has_no_place():
    linkage = np.array([[0, 1, 0.2, 2], [2, 3, 0.5, 3]])
    whole = merges(linkage, {0: 1.0, 1: 3.0, 2: 5.0})
    assert [(each.places, each.feet, each.height) for each in whole] == [
        ((1.0, 3.0), (0.0, 0.0), 0.2),
        ((5.0, 2.0), (0.0, 0.2), 0.5),
    ]
    assert [each.places for each in merges(linkage, {0: 1.0, 2: 5.0})] == [(5.0, 1.0)]


def test_a_matrix_is_four_files_the_same_each_time_and_replaces_one_before(matrix, tmp_path):
    folder = save_matrix(matrix, tmp_path / "out")
    assert sorted(each.name for each in folder.iterdir()) == sorted(NAMES)
    drawn = (folder / "matrix.svg").read_bytes()
    rows = list(csv.DictReader((folder / "matrix.csv").open(encoding="utf-8")))
    assert len(rows) == len(json.loads((folder / "matrix.json").read_text())["cells"]) == 12
    assert save_matrix(matrix, folder) == folder
    assert (folder / "matrix.svg").read_bytes() == drawn
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_matrix_that_cannot_be_written_leaves_what_was_there(unlabelled, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "matrix.csv").write_text("before")
    with pytest.raises(InvalidValue, match="without true classes"):
        save_matrix(unlabelled, tmp_path / "out", measure="accuracy")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").touch()
    with pytest.raises(InvalidValue, match=r"mine.txt"):
        save_matrix(unlabelled, tmp_path / "notes")
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["matrix.csv"]
    assert (tmp_path / "out" / "matrix.csv").read_text() == "before"


def test_the_faults_of_ml_exray_stand_beside_that_papers_figures(frames):
    found = {"labelled": exray("labelled", OWN, Brightest("a"), frames, TRUTH, progress=False)}
    found["other"] = exray("other", OWN, Brightest("b"), frames, progress=False)
    figure = figure_exray(found)
    shown = [each.get_text() for each in figure.texts]
    assert {*FAULTS, "labelled: 30 frames, labelled", "other: 30 frames, without labels"} <= set(shown)
    points, flips = (axes for axes in figure.axes if axes.get_xlabel() == "" and len(axes.lines) > len(FAULTS))
    assert len(flips.lines) == 2 * (len(KINDS) - 2)  # two models; bilinear is their own
    assert sum(line.get_marker() == "d" for line in points.lines) == 4
    with pytest.raises(InvalidValue, match="at least one model"):
        figure_exray({})
