"""Models whose digests somebody has recorded in a `SHA256SUMS` beside them."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.faults.pictures.made import flipped
from tests.unit.models.onnx_files import convolution
from workbench.models.original import located
from workbench.samples import sample_path


def record(folder):
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  ./{name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


def change(path):
    data = path.read_bytes()
    path.write_bytes(flipped(data, len(data) // 2))


@pytest.mark.parametrize(
    ("sample", "file"),
    [
        pytest.param("emotion-cnn", "faces.hdf5", id="a recorded Keras file with one bit changed"),
        pytest.param("ssd-mobilenet-oid", "detector.tflite", id="a recorded .tflite with one bit changed"),
    ],
)
def test_a_recorded_model(folder, refused, sample, file):
    shutil.copy(sample_path(sample), file)
    record(folder)
    assert located(file)[1] == Path(file)
    change(Path(file))
    refused("contract", file, message=f"{file} is not what the SHA256SUMS beside it says")


def test_recorded_weights_of_a_SavedModel_with_one_bit_changed(folder, refused):
    model = folder / "model"
    shutil.copytree(sample_path("ssd-hands"), model)
    record(model)
    assert located(model)[1] == model
    change(model / "variables" / "variables.data-00000-of-00001")
    refused("contract", "model", message="variables.data-00000-of-00001 is not what the SHA256SUMS beside it says")


def test_recorded_weights_beside_an_ONNX_file_with_one_bit_changed(folder, refused):
    convolution(folder / "big.onnx", external="big.weights")
    record(folder)
    assert located("big.onnx") == ("onnx", Path("big.onnx"))
    change(folder / "big.weights")
    refused("contract", "big.onnx", message="big.weights is not what the SHA256SUMS beside it says")


@pytest.mark.slow
def test_recorded_class_names_with_one_bit_changed(folder, refused):
    original = sample_path("ssd-mobilenet-oid")
    shutil.copy(original, "detector.tflite")
    shutil.copy(original.with_suffix(".labels.txt"), "detector.labels.txt")
    record(folder)
    change(folder / "detector.labels.txt")
    refused("contract", "detector.tflite", message="detector.labels.txt is not what the SHA256SUMS beside it says")


@pytest.mark.slow
def test_a_recorded_file_that_is_no_ONNX(folder, refused):
    Path("model.onnx").write_bytes(b"\x08\x07" + bytes(range(200, 256)))
    record(folder)
    refused("contract", "model.onnx", message="model.onnx")
