"""What every layer of a Keras model makes of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from workbench.models.keras.graph import as_made
from workbench.models.model import unique_names
from workbench.models.tensorflow.function import expect_room

Record = Callable[[str, Any], None]


def layer_outputs(model: Any, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the outputs of all layers by layer name, in the order they run.

    The layers of a model inside the model are listed one by one in its place. A name that comes again (a shared
    layer, or two layers of one name in different models) is numbered; the second output of a layer is `name:1`.

    Raises:
        InvalidValue: the values would not fit in 2 GiB.
    """
    if len(arrays[0]) > 1 and all(tensor.shape[0] is None for tensor in model.inputs):
        expect_room((value for _, value in _run(model, [array[:1] for array in arrays])), len(arrays[0]))
    names, values = zip(*_run(model, arrays), strict=True)
    return dict(zip(unique_names(list(names)), values, strict=True))


def _run(model: Any, arrays: Sequence[np.ndarray]) -> list[tuple[str, np.ndarray]]:
    import keras

    found: list[tuple[str, np.ndarray]] = []

    def record(name: str, outputs: Any) -> None:
        for index, value in enumerate(keras.tree.flatten(outputs)):
            if hasattr(value, "dtype"):
                found.append((f"{name}:{index}" if index else name, np.asarray(value)))

    with _listening(model, record):
        model(as_made(model, arrays), training=False)
    return found


@contextmanager
def _listening(model: Any, record: Record) -> Iterator[None]:
    """Tell `record` the outputs of every layer call, while the block runs."""
    listened = list(operations(model))
    for operation in listened:
        _listen(operation, record)
    try:
        yield
    finally:
        for operation in listened:
            object.__delattr__(operation, "call")


def _listen(operation: Any, record: Record) -> None:
    call = operation.call

    def recording(*args: Any, **kwargs: Any) -> Any:
        outputs = call(*args, **kwargs)
        record(operation.name, outputs)
        return outputs

    object.__setattr__(operation, "call", recording)  # hides the class's method, past Keras' own bookkeeping


def operations(model: Any) -> Iterator[Any]:
    """Yield layers, and operations of the functional API, of a model and of the models in it; each once."""
    import keras

    seen: set[int] = set()
    pending = list(getattr(model, "operations", None) or model.layers)
    while pending:
        operation = pending.pop()
        if id(operation) in seen or isinstance(operation, keras.layers.InputLayer):
            continue
        seen.add(id(operation))
        if isinstance(operation, keras.Model):
            pending.extend(getattr(operation, "operations", None) or operation.layers)
        else:
            yield operation
