"""A quicker way to run a TensorFlow model, taken only where it gives the model's values."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Sequence

import numpy as np

from workbench.quiet_tensorflow import import_tensorflow, quiet_standard_error

__all__ = ["MOST_FROZEN", "CheckedRunner", "Run", "agree", "import_tensorflow", "quiet_standard_error"]

Run = Callable[[Sequence[np.ndarray]], list[np.ndarray]]  # one batch, an array an input -> an array an output

# Bytes of weights above which a graph is not frozen. Keras's ResNet50 has 98 MiB: making its frozen graph takes 0.6 GiB
# for a moment, and after the first run the process holds 1.6 GiB more than before (TensorFlow 2.21, oneDNN).
MOST_FROZEN = 2**28
_OPTIONS = threading.RLock()  # TensorFlow's optimizer options belong to the whole process
RELATIVE_TOLERANCE = 1e-4  # of the largest output; float32 sums in another order stay near 1e-6


class CheckedRunner:
    """Callable list of arrays -> list of arrays: the quick way, if it gives the original's values.

    Args:
        name: of the model, for warnings.
        original: runs one batch as the model was loaded.
        quick: makes the quicker way; may raise.
        otherwise: makes what runs when there is no quick way; by default the original.
        any_length: batches may have any length, so that one picture is enough to compare.
    """

    def __init__(
        self,
        name: str,
        original: Run,
        *,
        quick: Callable[[], Run],
        otherwise: Callable[[], Run] | None = None,
        any_length: bool = True,
    ) -> None:
        self._name = name
        self._ways: tuple[Run, Callable[[], Run], Callable[[], Run]] | None
        self._ways = (original, quick, otherwise or (lambda: original))
        self._any_length = any_length
        self._run: Run | None = None
        self._choosing = threading.Lock()

    def __call__(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the outputs of one batch, in the model's order."""
        if self._run is None:
            with self._choosing:
                if self._ways is not None:  # else another thread has chosen meanwhile
                    self._run = self._checked(arrays)
                    self._ways = None  # frees the original, with its copy of the weights, where another way took over
        assert self._run is not None
        return self._run(arrays)

    def _checked(self, arrays: Sequence[np.ndarray]) -> Run:
        """Make the quick way, and keep it only if it agrees with the original on the first picture."""
        assert self._ways is not None
        original, make_quick, otherwise = self._ways
        first = [array[:1] for array in arrays] if self._any_length else list(arrays)
        expected = _without_fusing(original)(first)
        try:
            quick = make_quick()
            got = quick(first)
        except Exception as error:
            self._warn(f"not frozen ({_line(error)}); slower")
            return otherwise()
        if agree(expected, got):
            return quick
        unfused = _without_fusing(quick)
        if agree(expected, unfused(first)):
            return unfused  # TensorFlow's own fusing of operations was what changed the answers
        self._warn("frozen graph disagrees with the model; slower")
        return _without_fusing(otherwise())

    def _warn(self, text: str) -> None:
        warnings.warn(f"{self._name}: {text}", RuntimeWarning, stacklevel=4)


def _without_fusing(run: Run) -> Run:
    """Return `run` with TensorFlow's remapper off, which fuses operations and sometimes changes what they compute.

    With oneDNN, TensorFlow 2.21 moves the outputs of CenterNet-MobileNetV3 by 1% of their largest value and more;
    without the remapper they are ONNX Runtime's within 5e-6. One thread runs so at a time: two that set and restore the
    options of the process in turn would leave them wrong. Each thread runs by the options of its last change, so others
    go on as they were.
    """

    def unfused(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        optimizer = import_tensorflow().config.optimizer
        with _OPTIONS:
            before = optimizer.get_experimental_options()
            optimizer.set_experimental_options({**before, "remapping": False})
            try:
                return run(arrays)
            finally:
                optimizer.set_experimental_options({"remapping": True, **before})

    return unfused


def agree(expected: Sequence[np.ndarray], got: Sequence[np.ndarray]) -> bool:
    """Say whether two lists of outputs are equal within RELATIVE_TOLERANCE of the largest value of each."""
    return len(expected) == len(got) and all(
        a.shape == b.shape and _close(a, b) for a, b in zip(expected, got, strict=True)
    )


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype.kind not in "biuf":  # texts
        return bool(np.array_equal(a, b))
    return np.allclose(a, b, rtol=0, atol=_tolerance(a), equal_nan=True)


def _tolerance(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)]) if values.dtype.kind == "f" else np.abs(values).astype(np.float64)
    return RELATIVE_TOLERANCE * max(float(finite.max(initial=0.0)), 1e-6)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
