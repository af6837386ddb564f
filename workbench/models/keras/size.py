"""How large the model of a Keras file would be, before anything of it is allocated."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from workbench.cache import recall, remember
from workbench.checksums import known_sha256
from workbench.errors import ModelLoadError
from workbench.models.keras.errors import load_error
from workbench.models.keras.file import read
from workbench.models.keras.layers import operations
from workbench.models.opening.trust import CURE
from workbench.models.tensorflow.runtime import import_tensorflow
from workbench.samples import portable

FREE = 2**28  # bytes, 256 MiB: weights that any file may ask for
MOST_UNFOLDED = 20  # times the file's size; Keras stores weights without compression, and all of them
MOST_VALUES = 2**31  # bytes that one layer may make of one picture
ARRAYS = "while in a stateless scope"  # in what Keras says of variables that are made of values
WAITING = "uninitialized_variables"
SIZES = "sizes"  # where answers are kept
RULES = 1  # of the sizes; raise it when they change, and every file is held to them again
KNOWN = f"if you know where the file comes from, {CURE}"


def hold_to_size(path: Path) -> None:
    """Refuse a file whose model would take more memory than the file can justify; its answer is kept by its SHA-256.

    Here and not where files are looked at: the user's own layers are known in this process only, and who runs a model
    in another engine needs no Keras. Samples are held to their hashes.

    Raises:
        ModelLoadError: it would take more, or Keras cannot build it.
    """
    if portable(path).startswith("sample:"):
        return
    facts = [RULES, known_sha256(path), version("keras")]
    known = recall(SIZES, facts)
    problem = known["problem"] if known else oversize(path)
    if known is None:
        remember(SIZES, facts, {"file": path.name, "problem": problem})
    if problem:
        raise ModelLoadError(f"{path}: {problem}")


def oversize(path: Path) -> str | None:
    """Return why a file's model would take more memory than the file can justify; None where it does not.

    The model is built without values (`keras.StatelessScope`), which takes about as long as loading it.

    Raises:
        ModelLoadError: Keras cannot build it.
    """
    size = path.stat().st_size
    with _without_values() as variables, warnings.catch_warnings(action="ignore"):  # loading gives them again
        try:
            model = read(path, safe=True)
        except Exception as error:
            if problem := _too_heavy(variables, size):
                return problem
            if ARRAYS in str(error):
                return (
                    f"a layer of it keeps values from call to call (stateful=True), so its size is not known; {KNOWN}"
                )
            raise load_error(path, error) from error
        return _too_heavy(variables, size) or _too_large(model)


@contextmanager
def _without_values() -> Iterator[list[Any]]:
    """Let variables have shapes only; yield their list, which Keras would give values at its next chance."""
    import_tensorflow()
    import keras
    from keras.src.backend.common import global_state  # Keras has no public way to this list

    before = global_state.get_global_attribute(WAITING)
    variables: list[Any] = []
    global_state.set_global_attribute(WAITING, variables)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield variables
    finally:
        global_state.set_global_attribute(WAITING, before)


def _too_heavy(variables: Iterable[Any], size: int) -> str | None:
    weights = sum(math.prod(each.shape) * _width(each.dtype) for each in variables)
    if weights <= max(FREE, MOST_UNFOLDED * size):
        return None
    return (
        f"its configuration asks for {_large(weights)} of weights, and the whole file has {_large(size)}; "
        f"take it from its author again, or, {KNOWN}"
    )


def _too_large(model: Any) -> str | None:
    name, most = max(_values(model), key=lambda layer: layer[1], default=("", 0))
    if most <= MOST_VALUES:
        return None
    return f"its layer {name!r} makes {_large(most)} of one picture; make its input smaller, or, {KNOWN}"


def _values(model: Any) -> Iterator[tuple[str, int]]:
    """Yield every layer's name and the bytes of its outputs for a batch of 1; unknown lengths count as 1."""
    import keras

    for operation in operations(model):
        for node in operation._inbound_nodes:  # Keras has no public way to all that a shared layer gives
            shapes = [tensor.shape for tensor in keras.tree.flatten(node.output_tensors)]
            yield operation.name, sum(4 * math.prod(length or 1 for length in shape) for shape in shapes)


def _width(dtype: Any) -> int:
    return np.dtype(str(dtype)).itemsize if str(dtype) in np.sctypeDict else 4


def _large(size: int) -> str:
    return f"{size / 2**30:,.0f} GB" if size >= 2**30 else f"{max(size / 2**20, 0.1):,.1f} MB"
