"""Read the head of any model: by its layers where it has some, else by its graph or file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.models.contract.operations import Head
from workbench.models.model import Model

BY_SUFFIX = {".tflite": "tflite", ".onnx": "onnx"}


def read_head(model: Model, index: int, channels: int | None) -> Head:
    """Return what the input number `index` of a model runs through first.

    A model of a runtime that cannot be looked into gives an empty head.
    """
    runtime, path = getattr(model, "runtime", ""), getattr(model, "path", None)
    if runtime == "cv2" and path is not None:
        runtime = BY_SUFFIX.get(Path(path).suffix.lower(), "")
    if runtime == "keras":
        from workbench.models.contract import keras_head

        return keras_head.head(model.keras, index, channels)  # type: ignore[attr-defined]
    if runtime in ("savedmodel", "frozen-graph"):
        return _tensorflow(getattr(model, "frozen", None), index, channels)
    if runtime == "tflite" and path is not None:
        from workbench.models.contract import tflite_head

        return tflite_head.head(Path(path), index, channels)
    if runtime == "onnx" and path is not None:
        from workbench.models.contract import onnx_head

        return onnx_head.head(Path(path), model.inputs[index].name, channels)
    return Head()


def _tensorflow(frozen: Any, index: int, channels: int | None) -> Head:
    if frozen is None:
        return Head(stop="a graph that cannot be frozen")
    from workbench.models.contract import tensorflow_head

    return tensorflow_head.head(frozen, index, channels)
