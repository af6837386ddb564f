"""`workbench engines` and `workbench convert`: tables, and what is refused in one line."""

import pytest

from tests.unit.cli.command_line import expect_refusal, run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["engines", "nowhere.keras"], "nowhere.keras: no such file", id="no such model"),
        pytest.param(["engines", "cv2:nowhere.onnx"], "nowhere.onnx", id="a model that names its engine"),
        pytest.param(
            ["convert", "m.keras", "--to", "tflit", "--out", "m.tflite"], "did you mean 'tflite'", id="format"
        ),
        pytest.param(["convert", "m.keras", "--to", "onnx", "--out", "m.tflite"], "name it m.onnx", id="suffix"),
        pytest.param(["convert", "m.keras", "--to", "onnx", "--out", "m.onnx"], "m.keras: no such file", id="no model"),
        pytest.param(
            ["convert", "m.keras", "--to", "onnx", "--out", "m.onnx", "--frames", "x.jpg"],
            "frames and recipe go together",
            id="frames without a recipe",
        ),
        pytest.param(["convert", "m.keras", "--out", "m.onnx"], "--to", id="no format"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    expect_refusal(run(monkeypatch, capsys, *words), message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_sample_is_converted_on_its_own_pictures(monkeypatch, capsys, tmp_path):
    out = tmp_path / "cnn.tflite"
    frames = ["--frames", "sample:cifar-20", "--recipe", "sample:cifar10-cnn"]
    words = ["convert", "sample:cifar10-cnn", "--to", "tflite", "--out", str(out), *frames]
    status, output, _ = run(monkeypatch, capsys, *words)
    assert status == 0
    assert output.startswith(f"{out} · ")
    assert "top answer the same 100% · 20 frames: the tensors given" in output
    assert out.stat().st_size > 1_000_000
