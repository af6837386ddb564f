"""Layers that make the same are paired, whatever they are called and however their values lie."""

import numpy as np
import pytest

from workbench.diagnose.alignment import _is_named_after, align

RNG = np.random.default_rng(11)
SHAPE = (1, 12, 12, 6)
CONV, NEXT = (RNG.standard_normal(SHAPE).astype(np.float32) for _ in range(2))
BN = CONV * np.linspace(0.5, 2, 6, dtype=np.float32) + np.float32(0.3)
RELU = BN.clip(0)
POOLED = RELU.mean(axis=(1, 2))
SCORES = POOLED @ RNG.standard_normal((6, 6)).astype(np.float32)


def pairs(a, b):
    return [(match.a, match.b) for match in align(a, b)]


def channels_first(values):
    return values.transpose(0, 3, 1, 2)


FULL = {"conv": CONV, "bn": BN, "relu": RELU, "pool": POOLED, "fc": SCORES}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(
            {"one": RELU, "two": POOLED, "three": SCORES},
            [("relu", "one"), ("pool", "two"), ("fc", "three")], id="normalization and activation folded",
        ),
        pytest.param(
            {"c": channels_first(CONV), "r": channels_first(RELU), "p": POOLED[..., None, None], "f": SCORES},
            [("conv", "c"), ("relu", "r"), ("pool", "p"), ("fc", "f")], id="channels first, folded",
        ),
        pytest.param(
            {"pad": np.pad(CONV, ((0, 0), (1, 1), (1, 1), (0, 0))), "bn": BN, "relu": RELU, "out": SCORES},
            [("bn", "bn"), ("relu", "relu"), ("fc", "out")], id="a layer more, a layer less",
        ),
        pytest.param({"x": np.zeros((1, 5), np.float32)}, [], id="nothing of the same size"),
        pytest.param({}, [], id="no layers"),
    ],
)  # fmt: skip
def test_layers_are_paired_by_what_they_make(other, expected):
    assert pairs(FULL, other) == expected


def test_the_same_values_in_another_order_are_paired_and_marked():
    shuffled = RNG.permutation(RELU.ravel()).reshape(SHAPE)
    marked = {match.a: match.reordered for match in align(FULL, {"c": CONV, "r": shuffled})}
    assert marked == {"conv": False, "relu": True}


def test_quantized_layers_are_paired_with_what_they_round():
    rounded = {f"q_{name}": np.round(values / 0.1) * 0.1 for name, values in FULL.items() if name != "bn"}
    assert pairs(FULL, rounded) == [(name, f"q_{name}") for name in ("conv", "relu", "pool", "fc")]


def test_the_order_of_running_is_kept():
    found = pairs({"a": CONV, "b": NEXT}, {"x": NEXT, "y": CONV})
    assert found in ([("a", "y")], [("b", "x")])


def test_where_values_say_nothing_the_name_does():
    other = {"m/relu_1/Relu": RELU, "m/fc_1/MatMul": RNG.standard_normal(6)[None], "out": RNG.standard_normal(6)[None]}
    a = {"relu": RELU, "fc": SCORES, "probabilities": SCORES * 3}
    assert pairs(a, other) == [("relu", "m/relu_1/Relu"), ("fc", "m/fc_1/MatMul"), ("probabilities", "out")]


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_constant_layers_are_paired_by_their_value(value):
    constant, other = np.full(SHAPE, value, np.float32), np.full(SHAPE, value + 1, np.float32)
    assert align({"a": constant}, {"b": constant})[0].likeness == 1
    assert align({"a": constant}, {"b": other})[0].likeness == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("fc", "model/fc_1/MatMul;model/fc_1/BiasAdd", True, id="an export adds a number"),
        pytest.param("dense_1", "sequential_1/dense_1_2/MatMul", True, id="to a name that has one"),
        pytest.param("bn1", "model/blocks.2.bn1/add", False, id="a part of a part is no name"),
        pytest.param("Conv__12:0", "conv", False, id="a number of the runtime's own"),
        pytest.param("", "conv", False, id="no name"),
    ],
)
def test_a_name_is_found_in_the_name_an_export_gives(one, other, same):
    assert _is_named_after(one, other) == same
