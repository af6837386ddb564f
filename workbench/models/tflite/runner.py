"""Run a TFLite graph that has no signature, as `SignatureRunner` of LiteRT runs one that has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from workbench.models.model import TensorSpec

Details = dict[str, Any]  # of one tensor, as `Interpreter.get_input_details` gives them


class TensorRunner:
    """Callable input arrays -> output arrays, by the tensors' own names; two of one name are numbered."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._inputs = _named(interpreter.get_input_details())
        self._outputs = _named(interpreter.get_output_details())
        self._shapes = {name: tuple(found["shape"]) for name, found in self._inputs.items()}

    def get_input_details(self) -> dict[str, Details]:
        """Return LiteRT's details of the inputs by name."""
        return self._inputs

    def get_output_details(self) -> dict[str, Details]:
        """Return LiteRT's details of the outputs by name."""
        return self._outputs

    def __call__(self, **arrays: np.ndarray) -> dict[str, np.ndarray]:
        """Return copies of the outputs; memory is laid out anew only when a shape changes."""
        shapes = {name: array.shape for name, array in arrays.items()}
        if shapes != self._shapes:
            for name, shape in shapes.items():
                self._interpreter.resize_tensor_input(self._inputs[name]["index"], shape)
            self._interpreter.allocate_tensors()
            self._shapes = shapes
        for name, array in arrays.items():
            self._interpreter.set_tensor(self._inputs[name]["index"], array)
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(found["index"]) for name, found in self._outputs.items()}


def details_of(details: Details) -> TensorSpec:
    """Turn LiteRT's details of one tensor into a TensorSpec."""
    known = details["shape_signature"] if len(details["shape_signature"]) else details["shape"]
    shape = tuple(None if n < 0 else int(n) for n in known)
    scale, zero_point = details["quantization"]
    dtype = np.dtype(details["dtype"]).name
    quantization = (float(scale), int(zero_point)) if scale else None
    return TensorSpec(details["name"], shape, dtype, quantization=quantization)


def _named(details: Sequence[Details]) -> dict[str, Details]:
    names = [found["name"] for found in details]
    return {
        name if names.count(name) == 1 else f"{name}_{names[:i].count(name)}": found
        for i, (name, found) in enumerate(zip(names, details, strict=True))
    }
