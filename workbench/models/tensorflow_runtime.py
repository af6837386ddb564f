"""Run a Keras model inside TensorFlow without `model.predict`: its graph with the weights frozen in.

`model.predict` spends most of a small batch on its own loop. The frozen graph lets TensorFlow fold constants
and lets oneDNN keep the weights in its own layout; a parity check on the first batch guards the conversion.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

RELATIVE_TOLERANCE = 1e-4  # of the largest output; float32 sums in another order stay near 1e-6


def import_tensorflow() -> Any:
    """Import TensorFlow with oneDNN on and its start-up chatter off, unless the user has set them."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    with _quiet_standard_error():
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for GPUs now, and says here that there are none
    return tf


@contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """Hold back what C++ writes to standard error; shown after all if the block raises.

    TensorFlow 2.21 logs before it reads TF_CPP_MIN_LOG_LEVEL, and a notebook shows that as a cell's output.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


class GraphRunner:
    """Callable list of arrays -> list of arrays, by the frozen graph if it gives the model's own values."""

    def __init__(self, model: Any) -> None:
        self._tf = import_tensorflow()
        self._model = model
        self._run: Callable[[Sequence[np.ndarray]], list[np.ndarray]] | None = None

    def __call__(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the outputs of one batch, in the model's order."""
        if self._run is None:
            self._run = self._checked(arrays)
        return self._run(arrays)

    def _checked(self, arrays: Sequence[np.ndarray]) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
        """Freeze the model, and keep the frozen graph only if it agrees with the model on the first picture."""
        any_length = all(tensor.shape[0] is None for tensor in self._model.inputs)
        first = [array[:1] for array in arrays] if any_length else list(arrays)
        expected = [np.asarray(value) for value in _flat(self._model(_as_argument(first), training=False))]
        try:
            frozen = self._frozen()
            got = frozen(first)
        except Exception as error:
            warnings.warn(f"{self._model.name}: not frozen ({_line(error)}); slower", RuntimeWarning, stacklevel=2)
            return self._traced()
        if _agree(expected, got):
            return frozen
        warnings.warn(
            f"{self._model.name}: frozen graph disagrees with the model; slower", RuntimeWarning, stacklevel=2
        )
        return self._traced()

    def _signature(self) -> list[Any]:
        return [self._tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for tensor in self._model.inputs]

    def _frozen(self) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
        from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

        function = self._tf.function(self._forward, input_signature=self._signature())
        graph = convert_variables_to_constants_v2(function.get_concrete_function())

        def run(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
            return [value.numpy() for value in graph(*map(self._tf.constant, arrays))]

        return run

    def _traced(self) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
        function = self._tf.function(self._forward, reduce_retracing=True)

        def run(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
            return [value.numpy() for value in function(*map(self._tf.constant, arrays))]

        return run

    def _forward(self, *tensors: Any) -> list[Any]:
        return _flat(self._model(_as_argument(tensors), training=False))


def _as_argument(tensors: Sequence[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else list(tensors)


def _flat(outputs: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(outputs))


def _agree(expected: Sequence[np.ndarray], got: Sequence[np.ndarray]) -> bool:
    return len(expected) == len(got) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=0, atol=_tolerance(a), equal_nan=True)
        for a, b in zip(expected, got, strict=True)
    )


def _tolerance(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)]) if values.dtype.kind == "f" else np.abs(values).astype(np.float64)
    return RELATIVE_TOLERANCE * max(float(finite.max(initial=0.0)), 1e-6)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
