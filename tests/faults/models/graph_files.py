"""Files of graphs that are broken or hostile: each function makes one at `path`, without TensorFlow but where said."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.unit.models.onnx_files import convolution, write_onnx
from tests.unit.models.tflite_files import Op, Tensor, write_tflite
from workbench.samples import sample_path

DETECTOR = "ssd-mobilenet-oid"  # a real .tflite
EDGE, MOST = 65_536, 12  # bytes from its end, where it keeps its graph; bytes changed
ONE_ROW: dict[str, Any] = {"inputs": [("x", ("batch", 4))], "outputs": [("y", ("batch", 4))]}


def detector(path: Path) -> None:
    shutil.copy(sample_path(DETECTOR), path)


def cut(path: Path) -> None:
    """The real detector without its last two fifths, or a small ONNX file without its end."""
    whole = sample_path(DETECTOR).read_bytes() if path.suffix == ".tflite" else convolution(path).read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 5])


def mutated(path: Path, seed: int) -> None:
    """The real detector with a few small numbers of its graph replaced by other small numbers."""
    random = np.random.default_rng(seed)
    data = np.fromfile(sample_path(DETECTOR), np.uint8)
    graph = np.arange(len(data) - EDGE, len(data))
    small = graph[(data[graph] > 0) & (data[graph] < 64)]
    places = random.choice(small, random.integers(1, MOST + 1))
    data[places] = random.integers(0, 64, len(places))
    path.write_bytes(data)


def flipped_onnx(path: Path) -> None:
    """An ONNX graph one of whose operations takes a tensor that nobody makes."""
    whole = convolution(path).read_bytes()
    path.write_bytes(whole.replace(b"conv", b"cOnv", 1))


def packed_bomb(path: Path) -> None:
    """The real detector with class names packed into it that unpack from 65 kB to 64 MB."""
    detector(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.txt", bytes(2**26))


def packed_damaged(path: Path) -> None:
    """The real detector with class names packed into it whose checksum is wrong."""
    detector(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.txt", b"cat\ndog\n")
    path.write_bytes(path.read_bytes().replace(b"cat\ndog\n", b"cat\nfog\n"))


def custom_operation(path: Path) -> None:
    tensors = [Tensor("x", (1, 4)), Tensor("y", (1, 4))]
    write_tflite(path, tensors, [Op("Steal", ["x"], ["y"])], inputs=["x"], outputs=["y"])


def unknown_operation(path: Path) -> None:
    write_onnx(path, [helper.make_node("Steal", ["x"], ["y"], domain="mine")], **ONE_ROW)


def endless(path: Path) -> None:
    """A loop of 2**62 rounds, which takes minutes to grow old and centuries to end."""
    value = [helper.make_tensor_value_info("v", TensorProto.FLOAT, [None, 4])]
    go_on = [helper.make_tensor_value_info("c", TensorProto.BOOL, [])]
    number = [helper.make_tensor_value_info("i", TensorProto.INT64, [])]
    left = [helper.make_tensor_value_info("c2", TensorProto.BOOL, [])]
    result = [helper.make_tensor_value_info("v2", TensorProto.FLOAT, [None, 4])]
    nodes = [helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Add", ["v", "v"], ["v2"])]
    body = helper.make_graph(nodes, "round", number + go_on + value, left + result)
    loop = helper.make_node("Loop", ["rounds", "yes", "x"], ["y"], body=body)
    write_onnx(path, [loop], weights={"rounds": np.array(2**62), "yes": np.array(True)}, **ONE_ROW)


def greedy(path: Path) -> None:
    """A file of 300 bytes whose only operation fills 14 GB."""
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    write_onnx(path, nodes, weights={"shape": np.array([60_000, 60_000])}, **ONE_ROW)


def elsewhere(path: Path, place: str) -> None:
    """An ONNX file that keeps its weights in another file."""
    model = onnx.load(convolution(path))
    tensor = model.graph.initializer[0]
    told = {"location": place, "offset": "0", "length": str(len(tensor.raw_data))}
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in told.items():
        tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())


def greedy_on_black(path: Path) -> None:
    """A graph that fills 14 GB for a black picture, as a trial gives it, and nothing for any other."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["brightest"], keepdims=0),
        helper.make_node("Sign", ["brightest"], ["lit"]),
        helper.make_node("Sub", ["one", "lit"], ["black"]),
        helper.make_node("Mul", ["side", "black"], ["length"]),
        helper.make_node("Cast", ["length"], ["shape"], to=TensorProto.INT64),
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0),
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Add", ["mean", "sum"], ["y"]),
    ]
    weights = {"one": np.ones(1, np.float32), "side": np.full(2, 60_000, np.float32)}
    write_onnx(path, nodes, inputs=[("x", ("batch", 8, 8, 3))], outputs=[("y", ("batch", 3))], weights=weights)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)
