"""Weights and architecture of a model file are told apart by digests, and nothing runs."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from ai_edge_litert.schema_py_generated import AddOptionsT

from tests.unit.models.tflite_files import Op, Tensor, write_tflite
from workbench import sample_path
from workbench.models.weights import READERS, weights_of

read_keras, read_onnx, read_tflite = (READERS[runtime] for runtime in ("keras", "onnx", "tflite"))


def changed(one, other):
    """Return the names of the tensors that differ, and whether the graph does."""
    return [name for name in one.tensors if one.tensors[name] != other.tensors[name]], one.graph != other.graph


def test_one_weight_of_a_keras_file_is_one_name_and_no_other_graph(tmp_path):
    path = Path(shutil.copy(sample_path("cifar10-cnn"), tmp_path / "copy.h5"))
    before = read_keras(path)
    with h5py.File(path, "r+") as file:
        kernel = file["model_weights/dense_2/dense_2/kernel:0"]
        kernel[0, 0] = kernel[0, 0] + np.float32(0.5)
    assert changed(before, read_keras(path)) == (["dense_2/dense_2/kernel:0"], False)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"rate": 0.', '"rate": 1.')
    assert changed(read_keras(path), before)[1]


@pytest.mark.slow
def test_weights_of_an_onnx_file_are_its_initializers(tmp_path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def write(name, value, kind="Add"):
        stored = numpy_helper.from_array(np.full(3, value, np.float32), "w")
        ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, 3]) for each in "xy"]
        graph = helper.make_graph([helper.make_node(kind, ["x", "w"], ["y"])], "g", ends[:1], ends[1:], [stored])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / name)
        return read_onnx(tmp_path / name)

    first = write("a.onnx", 1.0)
    assert changed(first, write("b.onnx", 2.0)) == (["w"], False)
    assert changed(first, write("c.onnx", 1.0, "Mul")) == ([], True)


def test_a_tflite_file_has_its_tensors():
    found = read_tflite(sample_path("ssd-mobilenet-oid"))
    assert len(found.tensors) > 100


def test_scales_and_settings_of_operations_are_the_graph_of_a_tflite_file(tmp_path):
    def write(name, value=1, scale=0.5, activation=0):
        tensors = [
            Tensor("x", (1, 3), "int8", (0.5, 0)),
            Tensor("w", (1, 3), "int8", (scale, 0), np.full((1, 3), value, np.int8)),
            Tensor("y", (1, 3), "int8", (0.5, 0)),
        ]
        options = AddOptionsT(fusedActivationFunction=activation)
        add = Op("ADD", ["x", "w"], ["y"], options)
        return read_tflite(write_tflite(tmp_path / name, tensors, [add], inputs=["x"], outputs=["y"]))

    first = write("a.tflite")
    assert changed(first, write("same.tflite")) == ([], False)
    assert changed(first, write("weight.tflite", value=2)) == (["w"], False)
    assert changed(first, write("scale.tflite", scale=0.25)) == ([], True)
    assert changed(first, write("activation.tflite", activation=1)) == ([], True)


@pytest.mark.parametrize("data", [b"", b"no model"])
def test_what_is_no_model_has_no_weights(tmp_path, data):
    (tmp_path / "a.h5").write_bytes(data)
    assert weights_of(tmp_path / "a.h5") is None
