"""Measure a layer that cannot be read, such as a Lambda: whether it is `scale * x + offset` a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from workbench.models.contract.operations import Operation

OPEN_SIDE = 16  # pixels, where the layer takes any size
Users = Callable[[Any], Iterable[tuple[Any, Any]]]  # tensor -> layers that take it, with their calls
LINEAR = 1e-4  # largest residual, of the spread of the answers: float32 arithmetic stays below


def measured_layer(layer: Any, node: Any) -> Operation | None:
    """Return what a layer without weights does to noise; None unless that is an affine.

    Its code runs as it does with every prediction.
    """
    given, made = node.arguments.keras_tensors, node.outputs
    if getattr(layer, "weights", None) or len(given) != 1 or len(made) != 1:
        return None
    return _measured(layer, given[0], made[0], f"measured {type(layer).__name__}", layer.name)


def measured_branches(given: Any, users: Sequence[tuple[Any, Any]], next_users: Users) -> tuple[Operation, Any] | None:
    """Return what several layers do that take one tensor and go into one operation, and the tensor it makes.

    Mode caffe of `preprocess_input` takes the channels apart and stacks them in the other order.
    """
    import keras

    joins = [user for _, node in users for tensor in node.outputs for user in next_users(tensor)]
    if not joins or any(node is not joins[0][1] for _, node in joins):
        return None
    join, node = joins[0]
    if any(getattr(operation, "weights", None) for operation, _ in [*users, joins[0]]) or len(node.outputs) != 1:
        return None
    made = node.outputs[0]
    found = _measured(keras.Function(given, made), given, made, f"measured {type(join).__name__}", join.name)
    return None if found is None else (found, made)


def _measured(function: Callable[[Any], Any], given: Any, made: Any, kind: str, name: str) -> Operation | None:
    if given.shape != made.shape or len(given.shape) != 4:
        return None
    shape = [2, *(n or OPEN_SIDE for n in given.shape[1:])]
    lowest = 0 if "int" in given.dtype else -255  # below 0 too, or ReLU would pass for nothing
    noise = np.random.default_rng(0).integers(lowest, 256, shape).astype(given.dtype)
    try:
        answers = np.asarray(function(noise), dtype=np.float64)
    except Exception:  # a user's own code, which may need a batch that is not noise
        return None
    for does, fed in (("affine", noise), ("flip", noise[..., ::-1])):
        if found := _fitted(fed.astype(np.float64), answers):
            return Operation(name, kind, does, *found)  # type: ignore[arg-type]
    return None


def _fitted(fed: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return scale and offset (C,) of the straight lines through the answers; None where they are not straight."""
    if fed.shape != answers.shape or not np.isfinite(answers).all():
        return None
    channels = range(fed.shape[-1])
    lines = np.array([np.polyfit(fed[..., c].ravel(), answers[..., c].ravel(), 1) for c in channels])
    residual = np.abs(answers - (lines[:, 0] * fed + lines[:, 1])).max()
    return (lines[:, 0], lines[:, 1]) if residual <= LINEAR * np.ptp(answers) else None
