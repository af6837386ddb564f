"""How large the model of a Keras file would be, before anything of it is allocated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.models.keras.errors import load_error
from workbench.models.keras.file import read
from workbench.models.keras.layers import operations
from workbench.models.opening.trust import CURE
from workbench.models.tensorflow.runtime import import_tensorflow

FREE = 2**28  # bytes, 256 MiB: weights that any file may ask for
MOST_UNFOLDED = 20  # times the file's size; Keras stores weights without compression, and all of them
MOST_VALUES = 2**31  # bytes that one layer may make of one picture
ARRAYS = "while in a stateless scope"  # in what Keras says of variables that are made of values
KNOWN = f"if you know where the file comes from, {CURE}"


def oversize(path: Path) -> str | None:
    """Return why a file's model would take more memory than the file can justify; None where it does not.

    The model is built without values (`keras.StatelessScope`), which takes about as long as loading it.

    Raises:
        ModelLoadError: Keras cannot build it.
    """
    try:
        with _without_values():
            return _too_much(read(path, safe=True), path.stat().st_size)
    except Exception as error:
        if ARRAYS in str(error):
            return f"a layer of it keeps values from call to call (stateful=True), so its size is not known; {KNOWN}"
        raise load_error(path, error) from error


@contextmanager
def _without_values() -> Iterator[None]:
    """Let variables have shapes only, and forget them: Keras would fill them at its next chance."""
    import_tensorflow()
    import keras
    from keras.src.backend.common import global_state  # Keras has no public way to this list

    waiting = global_state.get_global_attribute("uninitialized_variables")
    global_state.set_global_attribute("uninitialized_variables", [])
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", waiting)


def _too_much(model: Any, size: int) -> str | None:
    weights = sum(math.prod(each.shape) * _width(each.dtype) for each in model.variables)
    if weights > max(FREE, MOST_UNFOLDED * size):
        return (
            f"its configuration asks for {_megabytes(weights)} of weights, and the whole file has {_megabytes(size)}; "
            f"take it from its author again, or, {KNOWN}"
        )
    name, most = max(_values(model), key=lambda layer: layer[1], default=("", 0))
    if most > MOST_VALUES:
        return f"its layer {name!r} makes {_megabytes(most)} of one picture; make its input smaller, or, {KNOWN}"
    return None


def _values(model: Any) -> Iterator[tuple[str, int]]:
    """Yield every layer's name and the bytes of its outputs for a batch of 1; unknown lengths count as 1."""
    import keras

    for operation in operations(model):
        for node in operation._inbound_nodes:  # Keras has no public way to all that a shared layer gives
            shapes = [tensor.shape for tensor in keras.tree.flatten(node.output_tensors)]
            yield operation.name, sum(4 * math.prod(length or 1 for length in shape) for shape in shapes)


def _width(dtype: Any) -> int:
    return np.dtype(str(dtype)).itemsize if str(dtype) in np.sctypeDict else 4


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
