"""What a conversion writes has its place checked before, and is put there whole."""

from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.models.conversion import convert
from workbench.models.conversion.convert import expect_format
from workbench.models.conversion.placing import put, workplace


@pytest.mark.parametrize(
    ("to", "out", "message"),
    [
        pytest.param("tflit", "m.tflite", "did you mean 'tflite'", id="misspelt format"),
        pytest.param("tflite", "m.onnx", "name it m.tflite", id="another format's name"),
        pytest.param("onnx", "m", "name it m.onnx", id="no suffix"),
        pytest.param("savedmodel", "m.tflite", "a SavedModel is a folder; name it m", id="a file for a folder"),
        pytest.param("tflite", "nowhere/m.tflite", "there is no folder", id="no such folder"),
        pytest.param("tflite", "folder.tflite", "this is a folder", id="a folder in the way"),
        pytest.param("savedmodel", "photos", "would be replaced; name another folder", id="someone's folder"),
    ],
)
def test_a_place_that_does_not_fit_is_refused_before_anything_is_loaded(tmp_path, to, out, message):
    (tmp_path / "folder.tflite").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"photo")
    with pytest.raises(WorkbenchError, match=message):
        convert(None, to, tmp_path / out)
    assert (tmp_path / "photos" / "cat.jpg").read_bytes() == b"photo"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder that takes no files, not even root's")
def test_a_folder_that_takes_no_files_is_named():
    with pytest.raises(WorkbenchError, match="/proc takes no files"), workplace(Path("/proc/m.onnx")):
        pass


def test_labels_that_were_there_before_are_pointed_at(tmp_path):
    made = tmp_path / "work" / "m.onnx"
    made.parent.mkdir()
    made.write_bytes(b"model")
    (tmp_path / "m.labels.txt").write_text("cat\n")
    with pytest.warns(RuntimeWarning, match=r"m.labels.txt was there before and now labels the new model"):
        put(made, tmp_path / "m.onnx", None)


def test_calibration_needs_the_callers_tensors(tmp_path):
    with pytest.raises(WorkbenchError, match="calibrated on the tensors the model will get: give batch="):
        convert(None, "tflite-int8", tmp_path / "m.tflite")


def test_integer_inputs_are_of_int8_only(tmp_path):
    with pytest.raises(WorkbenchError, match="an option of tflite-int8; got to='onnx'"):
        convert(None, "onnx", tmp_path / "m.onnx", integer_inputs=True)


def test_an_old_saved_model_is_replaced_as_a_whole(tmp_path):
    old, work = tmp_path / "model", tmp_path / "work"
    for folder, text in ((old, "old"), (work / "model", "new")):
        folder.mkdir(parents=True)
        (folder / "saved_model.pb").write_text(text)
    (old / "stale").write_text("")
    assert expect_format("savedmodel", old) == old
    put(work / "model", old, ("cat", "dog"))
    assert [path.name for path in old.iterdir()] == ["saved_model.pb"]
    assert (old / "saved_model.pb").read_text() == "new"
    assert (tmp_path / "model.labels.txt").read_text() == "cat\ndog\n"
