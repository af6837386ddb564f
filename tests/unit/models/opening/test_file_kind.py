"""A model file is known by its content; one that is something else, or no model, is told what it is."""

import gzip
import shutil
import subprocess
import sys
import zipfile

import pytest

from workbench.errors import ModelLoadError, UnreadableSource
from workbench.models.opening.file_kind import expect_for_opencv, runtime_of
from workbench.samples import sample_path

TFLITE, KERAS, HDF5, FOLDER = "ssd-mobilenet-oid", "efficientnet-lite0", "cifar10-cnn", "ssd-hands"


def onnx_file(path):
    """Write the smallest real ONNX model."""
    from onnx import TensorProto, helper

    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 18)])
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("sample", "runtime"),
    [
        pytest.param(TFLITE, "tflite", id="TFLite"),
        pytest.param(KERAS, "keras", id="Keras archive"),
        pytest.param(HDF5, "keras", id="HDF5"),
        pytest.param(FOLDER, "savedmodel", id="SavedModel"),
    ],
)
def test_a_real_model_is_known(sample, runtime):
    assert runtime_of(sample_path(sample)) == runtime


def test_content_decides_where_the_suffix_says_nothing(tmp_path):
    shutil.copy(sample_path(TFLITE), tmp_path / "model.bin")
    onnx_file(tmp_path / "model")
    assert [runtime_of(tmp_path / name) for name in ("model.bin", "model")] == ["tflite", "onnx"]


def test_a_tflite_with_metadata_is_no_zip(tmp_path):
    """Metadata and labels are appended to a .tflite as a zip archive."""
    path = tmp_path / "packed.tflite"
    shutil.copy(sample_path(TFLITE), path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", "dog\ncat\n")
    assert runtime_of(path) == "tflite"


@pytest.mark.parametrize(
    ("sample", "name", "message"),
    [
        pytest.param(TFLITE, "m.h5", "says an HDF5 file, but this is a TFLite model; rename it to m.tflite", id="h5"),
        pytest.param(HDF5, "m.keras", "says a Keras archive, but this is an HDF5 file; rename it to m.h5", id="keras"),
        pytest.param(KERAS, "m.onnx", "but this is a Keras archive; rename it to m.keras", id="onnx"),
        pytest.param(HDF5, "M.H5", "this is an HDF5 file; rename it to M.h5, so that Keras", id="capitals"),
        pytest.param(KERAS, "model", "this is a Keras archive; rename it to model.keras", id="Keras without a suffix"),
        pytest.param(HDF5, "m.tflite", "but this is an HDF5 file; rename it to m.h5", id="tflite"),
    ],
)
def test_a_model_under_a_wrong_name_is_told_its_right_one(tmp_path, sample, name, message):
    path = tmp_path / name
    shutil.copy(sample_path(sample), path)
    with pytest.raises(ModelLoadError, match=message):
        runtime_of(path)


def zipped(*names):
    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")

    return write


def start_of(sample, share):
    def write(path):
        source = sample_path(sample)
        file = source / "saved_model.pb" if source.is_dir() else source
        data = file.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return write


def cut_onnx(path):
    onnx_file(path)
    path.write_bytes(path.read_bytes()[:-3])


def bytes_of(data):
    return lambda path: path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        # torch.save writes a zip with these members (PyTorch 1.6 and later), and a pickle before that
        pytest.param("m.pt", zipped("archive/data.pkl", "archive/data/0"), "PyTorch file.*to ONNX", id="PyTorch"),
        pytest.param("m.keras", zipped("m/data.pkl"), "PyTorch file.*to ONNX", id="PyTorch as .keras"),
        pytest.param("m.pth", bytes_of(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."), "PyTorch.*ONNX", id="old PyTorch"),
        pytest.param("m.keras", zipped("m/saved_model.pb"), "zip of a SavedModel; unpack it", id="zipped SavedModel"),
        pytest.param("m.keras", zipped("readme.txt"), "zip archive without a model's config.json", id="another zip"),
        pytest.param("m.keras", start_of(KERAS, 0.5), "cut off: it starts as a zip archive", id="cut zip"),
        pytest.param("m.pb", start_of(FOLDER, 1), "the graph of a SavedModel; give the whole folder", id="its .pb"),
        pytest.param("m.pb", start_of(FOLDER, 0.5), "the file is cut off", id="cut .pb"),
        pytest.param("m.onnx", cut_onnx, "the file is cut off", id="cut ONNX"),
        pytest.param("m.onnx", bytes_of(b"version https://git-lfs.github.com/spec/v1\n"), "git lfs pull", id="LFS"),
        pytest.param("m.tflite", bytes_of(gzip.compress(b"model")), "gzip archive; unpack it", id="gzip"),
        pytest.param("m.tflite", bytes_of(b"<!DOCTYPE html>"), "not a TFLite model: this is a web page", id="page"),
        pytest.param("m.json", bytes_of(b'{"format": "graph-model"}'), "TensorFlow.js model", id="TF.js"),
        pytest.param("m.pb", bytes_of(b"node {\n  name: 'x'\n}"), "graph as text", id="text graph"),
        pytest.param("m.pb", bytes_of(b"\xff" * 64), "not a frozen TensorFlow graph; copy", id="noise"),
        pytest.param("m.txt", bytes_of(b"cats and dogs"), "not a .keras, .h5", id="text"),
        pytest.param("m.onnx", bytes_of(b""), "the file is empty", id="empty"),
    ],
)
def test_what_is_no_model_is_named_with_its_cure(tmp_path, name, write, message):
    path = tmp_path / name
    write(path)
    with pytest.raises(ModelLoadError, match=message) as caught:
        runtime_of(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param(["b.keras", "a.onnx"], "a folder of models, a.onnx, b.keras; give one", id="several models"),
        pytest.param(["notes.txt"], "no saved_model.pb in this folder", id="another folder"),
        pytest.param(["1/saved_model.pb", "2/saved_model.pb"], "one inside; give .*2$", id="one level too high"),
        pytest.param(["model.json", "group1-shard1of1.bin"], "TensorFlow.js model", id="TF.js"),
        pytest.param(["checkpoint", "w.index", "w.data-00000-of-00001"], "checkpoint.*weights only", id="checkpoint"),
    ],
)
def test_a_folder_that_is_no_saved_model_is_told_what_it_is(tmp_path, files, message):
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ModelLoadError, match=message):
        runtime_of(tmp_path)


def test_the_variables_of_a_saved_model_point_to_their_folder():
    folder = sample_path(FOLDER)
    with pytest.raises(ModelLoadError, match=f"variables of a SavedModel; give its folder, {folder}"):
        runtime_of(folder / "variables")


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadableSource, match="no such file"):
        runtime_of(tmp_path / "none.keras")


@pytest.mark.parametrize(
    ("sample", "inside", "message"),
    [
        pytest.param(FOLDER, "", "this is a folder", id="SavedModel"),
        pytest.param(FOLDER, "saved_model.pb", "the graph of a SavedModel", id="saved_model.pb"),
        pytest.param(HDF5, "", "an HDF5 file", id="HDF5, which crashes OpenCV 5"),
        pytest.param(KERAS, "", "a Keras archive", id="Keras archive"),
    ],
)
def test_what_opencv_cannot_read_is_refused_with_the_way_round(sample, inside, message):
    with pytest.raises(ModelLoadError, match=f"{message}.*convert\\(MODEL, 'onnx'"):
        expect_for_opencv(sample_path(sample) / inside if inside else sample_path(sample))


def test_opencv_may_have_a_tflite():
    expect_for_opencv(sample_path(TFLITE))


@pytest.mark.slow
def test_a_model_without_tensorflow_does_not_import_it(tmp_path):
    onnx_file(tmp_path / "m.onnx")
    code = (
        "import sys; from workbench import load_model; "
        "[load_model(origin) for origin in sys.argv[1:]]; "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    )
    origins = ["sample:ssd-mobilenet-oid", str(tmp_path / "m.onnx"), f"cv2:{tmp_path / 'm.onnx'}"]
    done = subprocess.run([sys.executable, "-c", code, *origins], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
