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
    write_onnx(path, [_loop("x", "y")], weights={"rounds": np.array(2**62), "yes": np.array(True)}, **ONE_ROW)


def _loop(state: str, result: str, *, length: int = 4) -> Any:
    """Return a node that doubles rows of numbers for `rounds` rounds, as long as `yes`."""
    value = [helper.make_tensor_value_info("v", TensorProto.FLOAT, [None, length])]
    go_on = [helper.make_tensor_value_info("c", TensorProto.BOOL, [])]
    number = [helper.make_tensor_value_info("i", TensorProto.INT64, [])]
    left = [helper.make_tensor_value_info("c2", TensorProto.BOOL, [])]
    doubled = [helper.make_tensor_value_info("v2", TensorProto.FLOAT, [None, length])]
    nodes = [helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Add", ["v", "v"], ["v2"])]
    body = helper.make_graph(nodes, "round", number + go_on + value, left + doubled)
    return helper.make_node("Loop", ["rounds", "yes", state], [result], body=body)


FILLING: list[Any] = [  # before the loop, which needs it
    helper.make_node("ConstantOfShape", ["shape"], ["big"]),
    helper.make_node("Gather", ["big", "origin"], ["row before"]),
    helper.make_node("ReduceSum", ["row before"], ["none before"], keepdims=0),
]
KEEPING: list[Any] = [  # behind it
    helper.make_node("ReduceSum", ["last"], ["sum"], keepdims=0),
    helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
    helper.make_node("Cast", ["nothing"], ["first"], to=TensorProto.INT64),
    helper.make_node("Gather", ["big", "first"], ["row"]),
    helper.make_node("ReduceSum", ["row"], ["none"], keepdims=0),
    helper.make_node("Add", ["last", "none"], ["y"]),
]
NUMBERS = {
    "zero": np.zeros((), np.float32), "one": np.ones((), np.float32), "origin": np.array(0), "yes": np.array(True)
}  # fmt: skip
FILLED = 32_000  # rows and columns of float32, 4 GB: the machine of a test that is slow to look has them


def greedy(path: Path) -> None:
    """A file of 800 bytes that fills 4 GB, and never ends: however seldom somebody looks, they are there."""
    begin = helper.make_node("Add", ["x", "none before"], ["begin"])
    weights = {"rounds": np.array(2**62), "shape": np.array([FILLED, FILLED])}
    write_onnx(path, [*FILLING, begin, _loop("begin", "last"), *KEEPING], weights=NUMBERS | weights, **ONE_ROW)


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
    """A graph that does so for a black picture, as a trial gives it; for any other its answer is the mean colour."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["brightest"], keepdims=0),
        helper.make_node("Sign", ["brightest"], ["lit"]),
        helper.make_node("Sub", ["one", "lit"], ["black"]),
        helper.make_node("Mul", ["side", "black"], ["more"]),
        helper.make_node("Add", ["more", "one"], ["length"]),
        helper.make_node("Cast", ["length"], ["shape"], to=TensorProto.INT64),
        helper.make_node("Mul", ["often", "black"], ["times"]),
        helper.make_node("Cast", ["times"], ["rounds"], to=TensorProto.INT64),
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2], keepdims=0),
        *FILLING,
        helper.make_node("Add", ["mean", "none before"], ["begin"]),
    ]
    weights = {"side": np.full(2, FILLED, np.float32), "often": np.full((), 2**62, np.float32)}
    given = {"inputs": [("x", ("batch", 8, 8, 3))], "outputs": [("y", ("batch", 3))]}
    write_onnx(path, [*nodes, _loop("begin", "last", length=3), *KEEPING], weights=NUMBERS | weights, **given)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)
