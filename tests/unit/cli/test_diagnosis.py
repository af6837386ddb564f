"""`workbench diagnose`: the verdict first, an exit status to act on, and what is refused in one line."""

import subprocess
import sys

import pytest

from tests.unit.cli.command_line import expect_refusal, run

MODEL, FRAMES = "sample:cifar10-cnn", "sample:cifar-20"
SERVE = """
import cv2, numpy
def right(frame):
    return cv2.resize(frame[..., ::-1], (32, 32))[None].astype("float32")
def two(frame, size):
    return frame
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "serve.py").write_text(SERVE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("import numpy\nnumpy.nothing()", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--serving", "nowhere.py:f"], "nowhere.py: no such file", id="no file"),
        pytest.param(["--serving", "serve.py:rigth"], "did you mean 'right'", id="misspelt function"),
        pytest.param(["--serving", "serve.py"], "which function of it", id="a file alone"),
        pytest.param(["--serving", "broken.py:f"], "broken.py raises AttributeError", id="raises on import"),
        pytest.param(["--serving", "serve.py:two"], "it is called with 1 argument", id="two arguments needed"),
        pytest.param(["--read", "serve.py:right"], "it is called with 2 arguments", id="one argument too few"),
        pytest.param(["--training", "keras.mobilenetv2"], "did you mean 'keras.mobilenet_v2'", id="misspelt preset"),
        pytest.param(["--takes", "grb"], "did you mean 'rgb'", id="takes"),
        pytest.param(["--serving", ""], "no preset named ''", id="an empty name"),
        pytest.param(["--code", "nowhere/right.py"], "no folder", id="code into a folder that is not there"),
        pytest.param(["--code", "."], "this is a folder", id="code over a folder"),
        pytest.param(["--limit", "0"], "--limit", id="no frames"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, folder, words, message):
    expect_refusal(run(monkeypatch, capsys, "diagnose", MODEL, FRAMES, *words), message)


def test_a_model_that_is_not_there_is_one_line(monkeypatch, capsys, folder):
    status, output, error = run(monkeypatch, capsys, "diagnose", "nowhere.keras", FRAMES)
    assert (status, output, error.count("\n")) == (2, "", 1)
    assert "nowhere.keras: no such file" in error


@pytest.mark.slow
def test_a_mistake_is_status_1_and_the_right_function_is_written_and_right(monkeypatch, capsys, folder):
    words = ["--serving", "workbench.samples.mistakes:score_picture", "--training", MODEL, "--labels", FRAMES]
    status, output, _ = run(monkeypatch, capsys, "diagnose", MODEL, FRAMES, *words, "--code", "right.py")
    assert status == 1
    assert output.startswith("The serving function feeds x / 255 where the model was trained on levels 0..255 as they")
    assert "flips 18 of 20 answers" in " ".join(output.split())
    assert output.endswith("The right function: right.py\n")
    checked = subprocess.run([sys.executable, "right.py"], capture_output=True, text=True, check=True)
    assert "off the recipe by 0.000 of a pixel level" in checked.stdout


@pytest.mark.slow
def test_a_function_that_is_right_is_status_0(monkeypatch, capsys, folder):
    words = ["--serving", "serve.py:right", "--training", MODEL]
    status, output, _ = run(monkeypatch, capsys, "diagnose", MODEL, FRAMES, *words)
    assert status == 0
    assert output.startswith("The serving function gives the tensors the model was trained with")
    assert "def preprocess" not in output


@pytest.mark.slow
def test_without_a_word_about_training_it_is_searched_for(monkeypatch, capsys, folder):
    status, output, _ = run(monkeypatch, capsys, "diagnose", MODEL, FRAMES, "--labels", FRAMES, "--limit", "12")
    assert status == 0
    assert "range=raw" in output or "levels 0..255 as they are" in output
    assert "Which preprocessing the model was trained with" in output
    assert "def preprocess(frame):" in output
