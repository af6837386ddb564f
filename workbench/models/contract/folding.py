"""Compute the constants of a graph: what TensorFlow, TFLite and ONNX leave to be worked out when it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

LARGEST = 4_000_000  # values; a constant of the preprocessing is small, a weight is not needed here


def _first(values: Sequence[np.ndarray]) -> np.ndarray:
    return values[0]


def _reshape(values: Sequence[np.ndarray]) -> np.ndarray:
    shape = [values[0].shape[i] if n == 0 else int(n) for i, n in enumerate(values[1].reshape(-1))]  # ONNX: 0 copies
    return values[0].reshape(shape)


def _maximum(values: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(np.maximum(values[0], values[1]))


FOLDS: Mapping[str, Callable[[Sequence[np.ndarray]], np.ndarray]] = {
    **dict.fromkeys(
        ("Identity", "ReadVariableOp", "Cast", "CAST", "StopGradient", "EnsureShape", "DEQUANTIZE", "Squeeze"), _first
    ),
    **dict.fromkeys(("ExpandDims", "Unsqueeze", "BroadcastTo", "Expand", "BROADCAST_TO", "EXPAND_DIMS"), _first),
    **dict.fromkeys(("Reshape", "RESHAPE"), _reshape),
    **dict.fromkeys(("Maximum", "Max", "MAXIMUM"), _maximum),
    **dict.fromkeys(("Mul", "MUL"), lambda v: v[0] * v[1]),
    **dict.fromkeys(("Add", "AddV2", "ADD"), lambda v: v[0] + v[1]),
    **dict.fromkeys(("Sub", "SUB"), lambda v: v[0] - v[1]),
    **dict.fromkeys(("RealDiv", "Div", "DIV"), lambda v: v[0] / v[1]),
    **dict.fromkeys(("Sqrt", "SQRT"), lambda v: np.sqrt(v[0])),
    **dict.fromkeys(("Rsqrt", "RSQRT"), lambda v: 1 / np.sqrt(v[0])),
    **dict.fromkeys(("Neg", "NEG"), lambda v: -v[0]),
    "Reciprocal": lambda v: 1 / v[0],
    "Square": lambda v: v[0] * v[0],
    "Concat": lambda v: np.concatenate([np.atleast_1d(x) for x in v]),
}


def fold(kind: str, values: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Return what an operation makes of constants; None where it is not known, or one of them is not."""
    ready: list[Any] = [value for value in values if value is not None]
    if kind not in FOLDS or len(ready) != len(values) or not ready or any(v.size > LARGEST for v in ready):
        return None
    try:
        with np.errstate(all="ignore"):
            return np.asarray(FOLDS[kind](ready))
    except (ValueError, IndexError):  # shapes that do not go together: a damaged or unusual graph
        return None
