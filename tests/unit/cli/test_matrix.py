"""`workbench matrix`: a table with intervals, four files, and what is refused in one line before anything loads."""

import json

import pytest

from tests.unit.cli.command_line import expect_refusal, run
from workbench.cli.matrix_rows import faults
from workbench.recipes import Recipe
from workbench.samples import sample_path

PICTURES = ["--data", "sample:cifar-20"]
MODEL = "sample:cifar10-cnn"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param([MODEL], "--data SOURCE", id="no pictures"),
        pytest.param([MODEL, *PICTURES, "--serve", "color=brg"], "no choice of color named 'brg'", id="no such choice"),
        pytest.param([MODEL, *PICTURES, "--serve", "colour=bgr"], "did you mean 'color'", id="misspelt slot"),
        pytest.param([MODEL, *PICTURES, "--serve", "keras.mobilnet"], "did you mean 'keras.mobilenet'", id="preset"),
        pytest.param([MODEL, *PICTURES, "--train", "own,color=bgr"], "2 recipes for 1 models", id="recipes"),
        pytest.param([MODEL, *PICTURES, "--measure", "acuracy"], "did you mean 'accuracy'", id="misspelt measure"),
        pytest.param([MODEL, *PICTURES, "--measure", "change", "--labels", "none"], "--labels FILE", id="no classes"),
        pytest.param([MODEL, *PICTURES, "--serve", "cv2.liner"], "did you mean 'cv2.linear'", id="misspelt choice"),
        pytest.param([MODEL, MODEL, *PICTURES, "--train", "own,bgr"], "named twice", id="one model, two recipes"),
        pytest.param([MODEL, *PICTURES, "--out", "."], "kept.txt", id="over a folder of something else"),
        pytest.param([MODEL, *PICTURES, "--out", "no/where"], "there is no folder", id="into no folder"),
        pytest.param([MODEL, *PICTURES, "--out", "kept.txt/m"], "there is no folder", id="into a file"),
        pytest.param([MODEL, *PICTURES, "--out", "/proc/m"], "no matrix can be written there", id="where nothing can"),
        pytest.param([MODEL, *PICTURES, "--out", "m" * 300], "(File name too long)", id="a name that is too long"),
        pytest.param([MODEL, *PICTURES, "--labels", "no.csv"], "no.csv does not exist", id="no labels"),
        pytest.param(["m.h5", *PICTURES], "give --train PRESET", id="a model nobody knows the training of"),
        pytest.param(["m.h5", *PICTURES, "--train", "color=bgr"], "give --train PRESET", id="a change of nothing"),
        pytest.param(["small-cnn", MODEL], "ask for it alone", id="small networks beside others"),
        pytest.param(["small-cnn", "--serve", "own,size=[4, 4]"], "keep to one shape", id="another size in serving"),
        pytest.param([], "MODEL", id="no model"),
        pytest.param(["gone.keras"], "no such file", id="no such file, though nothing else is named"),
        pytest.param(["sample:cifar10-cn"], "did you mean 'cifar10-cnn'", id="misspelt sample"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.txt").touch()
    (tmp_path / "m.h5").symlink_to(sample_path("cifar10-cnn"))
    expect_refusal(run(monkeypatch, capsys, "matrix", *words), message)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept.txt", "m.h5"]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        pytest.param(Recipe(), "color=bgr range=unit rotate=90", id="RGB, raw"),
        pytest.param(Recipe(range="unit", color="gray"), "color=gray_bgr range=symmetric rotate=90", id="gray, unit"),
    ],
)
def test_faults_fit_the_model_and_are_none_of_its_own_recipe(own, told):
    assert faults([own], resized=False) == told.split()


@pytest.mark.slow
def test_a_sample_is_served_as_ml_exray_does(monkeypatch, capsys, tmp_path):
    words = [MODEL, *PICTURES, "--out", str(tmp_path / "out")]
    status, output, _ = run(monkeypatch, capsys, "matrix", *words)
    lines = output.splitlines()
    assert status == 0
    assert lines[0].startswith("cifar10-cnn: ")
    assert any(line.split() == ["own", "recipe", "*100", "[84–100]"] for line in lines)
    assert any(line.split()[:2] == ["range=unit", "10"] for line in lines)
    assert "With 20 frames the intervals are wide, and only large differences show." in lines
    assert lines[-1] == str(tmp_path / "out")
    saved = json.loads((tmp_path / "out" / "matrix.json").read_text(encoding="utf-8"))
    assert saved["frames"] == 20
    assert [cell["accuracy"] for cell in saved["cells"] if cell["serving"] == "range=unit"] == [0.1]
