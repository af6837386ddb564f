"""What stands before the first convolution of an ONNX graph is found, whatever words it is written in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.models import TensorSpec
from workbench.models.contract import contract
from workbench.recipes import Recipe


@dataclass(eq=False)
class OnnxFile:
    """An ONNX file that is read and not run."""

    path: Path
    shape: tuple[int | None, ...]
    runtime = "onnx"
    name, labels = "file", None
    outputs = (TensorSpec("y", (None, 4), "float32"),)

    @property
    def inputs(self):
        return (TensorSpec("x", self.shape, "float32"),)

    def predict(self, batch):
        raise AssertionError("a contract runs nothing")

    layers = predict

    def close(self):
        pass


def model(tmp_path, steps, *, constants, shape=(None, 3, 32, 32), extra=()):
    """Write a graph of steps (operation, further inputs, attributes), from `x` to a convolution."""
    nodes, tensor = [], "x"
    for index, (kind, inputs, attributes) in enumerate(steps):
        given = [tensor if name == "@" else name for name in inputs]
        nodes.append(helper.make_node(kind, given, [f"t{index}"], name=f"step{index}", **attributes))
        tensor = f"t{index}"
    nodes.append(helper.make_node("Conv", [tensor, "kernel"], ["y"], name="conv"))
    stored = {"kernel": np.full((4, 3, 3, 3), 0.2, np.float32), **constants}
    graph = helper.make_graph(
        [*extra, *nodes],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n" if n is None else n for n in shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in stored.items()],
    )
    onnx.save(helper.make_model(graph), tmp_path / "m.onnx")
    return OnnxFile(tmp_path / "m.onnx", shape)


MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)
STD = np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)
F = np.float32


@pytest.mark.parametrize(
    ("steps", "constants", "expected"),
    [
        pytest.param([("Mul", "@c", {})], {"c": F(1 / 255)}, "raw", id="times 1/255"),
        pytest.param([("Div", "@c", {})], {"c": F(255)}, "raw", id="by 255"),
        pytest.param([("Mul", "c@", {})], {"c": F(1 / 255)}, "raw", id="constant first"),
        pytest.param([("Sub", "@m", {}), ("Div", "@s", {})], {"m": MEAN, "s": STD}, "unit", id="torch"),
        pytest.param(
            [("Div", "@c", {}), ("Sub", "@m", {}), ("Div", "@s", {})], {"c": F(255), "m": MEAN, "s": STD}, "raw",
            id="torch on levels",
        ),
        pytest.param(
            [("Transpose", "@", {"perm": [0, 3, 1, 2]}), ("Mul", "@c", {})], {"c": F(1 / 255)}, "raw", id="transposed"
        ),
        pytest.param(
            [("Cast", "@", {"to": TensorProto.FLOAT}), ("Mul", "@c", {}), ("Add", "@d", {})],
            {"c": F(1 / 127.5), "d": F(-1)}, "raw", id="cast, scaled",
        ),
        pytest.param([("Sub", "c@", {}), ("Div", "@d", {})], {"c": F(255), "d": F(255)}, "raw", id="negative"),
        pytest.param(
            [("BatchNormalization", "@gbmv", {})],
            {
                "g": np.ones(3, F), "b": np.zeros(3, F), "m": np.full(3, 127.5, F), "v": np.full(3, 64.0**2, F),
            }, "raw", id="normalized by statistics of levels",
        ),
        pytest.param([("Sub", "@m", {})], {"m": np.full((1, 3, 32, 32), 120, F)}, "raw", id="a mean picture"),
        pytest.param([], {}, None, id="nothing inside"),
        pytest.param([("Sigmoid", "@", {}), ("Mul", "@c", {})], {"c": F(255)}, None, id="no affine"),
        pytest.param([("Mul", "@c", {})], {"c": F(1 / 255**2)}, None, id="no known range"),
    ],
)  # fmt: skip
def test_scaling_inside_tells_the_range(tmp_path, steps, constants, expected):
    found = contract(model(tmp_path, [(kind, list(names), a) for kind, names, a in steps], constants=constants))
    range_ = found.slots.get("range")
    assert (range_.best if range_ else None) == expected
    assert ("range" in found.undecided) == (expected is None)


def test_double_scaling_is_a_contradiction_that_names_the_operation(tmp_path):
    found = contract(model(tmp_path, [("Div", ["@", "c"], {})], constants={"c": F(255)}))
    recipe = Recipe(size=(32, 32), layout="nchw")
    assert found.contradictions(recipe) == ()
    [text] = found.contradictions(recipe.replace(range="unit"))
    assert text == (
        "range='unit' feeds [0, 1], but [0, 255] is expected: inside, Div 'step0': x -> 0.003922 * x, "
        "which brings [0, 255] to [0, 1]; as it is, the picture would be scaled twice: use range='raw'"
    )


def test_constants_that_the_graph_computes_are_worked_out(tmp_path):
    extra = [
        helper.make_node("Constant", [], ["two"], value=numpy_helper.from_array(F(2))),
        helper.make_node("Sqrt", ["variance"], ["root"]),
        helper.make_node("Div", ["root", "two"], ["std"]),
    ]
    found = contract(model(tmp_path, [("Div", ["@", "std"], {})], constants={"variance": F(4 * 127.5**2)}, extra=extra))
    assert "x -> 0.007843 * x" in found.slots["range"].evidence


@pytest.mark.parametrize(
    ("flip", "expected"),
    [pytest.param(False, "rgb", id="red first"), pytest.param(True, "bgr", id="turned round inside")],
)
def test_imagenets_means_tell_red_from_blue(tmp_path, flip, expected):
    turn = [("Gather", ["@", "i"], {"axis": 1})] if flip else []
    steps = [*turn, ("Sub", ["@", "m"], {}), ("Div", ["@", "s"], {})]
    found = contract(model(tmp_path, steps, constants={"m": MEAN, "s": STD, "i": np.array([2, 1, 0])}))
    assert found.slots["color"].values == (expected,)
    assert "order of the channels" not in found.undecided


def test_a_resize_inside_leaves_the_size_to_the_user(tmp_path):
    steps = [("Resize", ["@", "", "", "size"], {}), ("Div", ["@", "c"], {})]
    constants = {"size": np.array([1, 3, 96, 128]), "c": F(255)}
    found = contract(model(tmp_path, steps, constants=constants, shape=(None, 3, None, None)))
    assert found.undecided["size"] == "any size runs; inside it becomes 96 x 128"
    assert found.slots["range"].best == "raw"


def test_a_scaling_folded_into_the_weights_is_told_by_their_size(tmp_path):
    found = contract(model(tmp_path, [], constants={"kernel": np.full((4, 3, 3, 3), 0.2 / 255, F)}))
    assert found.slots["range"].best == "raw"
    assert "no longer to be seen" in found.slots["range"].evidence


def test_an_input_with_two_uses_is_not_guessed_at(tmp_path):
    steps = [("Mul", ["@", "c"], {}), ("Add", ["@", "x"], {})]
    found = contract(model(tmp_path, steps, constants={"c": F(1 / 255)}))
    assert found.undecided["range"] == "Mul 'step0', Add 'step1' takes the input, and what it does cannot be read"


def test_a_file_that_cannot_be_read_leaves_what_the_shape_says(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"no protocol buffer")
    found = contract(OnnxFile(tmp_path / "m.onnx", (None, 3, 32, 32)))
    assert found.slots["size"].best == (32, 32)
    assert found.notes[0].startswith("its inside could not be read (DecodeError")
