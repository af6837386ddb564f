"""FastModel: the original's name, inputs, outputs and labels, and the chosen engine's speed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from workbench.errors import InvalidValue
from workbench.models.engines.record import Choice
from workbench.models.engines.runners import Run
from workbench.models.model import Batch, LoadedModel, check_batch, described

RUNTIMES = {"litert": "tflite", "onnxruntime": "onnx"}


def engine_of(model: object) -> str:
    """Return what runs a model, as `keras`, or `onnx, fast engine`; empty where it does not say."""
    runtime = str(getattr(model, "runtime", ""))
    return f"{runtime}, fast engine" if isinstance(model, FastModel) else runtime


class FastModel:
    """A model on the quickest engine of this machine that gives its answers.

    Attributes:
        engine: the choice: every engine's speed, memory and agreement, and which one this is.
        original: loads the model in its own runtime.
    """

    def __init__(  # noqa: PLR0913 - the choice, two ways to open, and what a model is known by
        self,
        engine: Choice,
        *,
        opener: Callable[..., Run] | None,
        original: Callable[[], LoadedModel],
        name: str,
        labels: tuple[str, ...] | None,
        path: Path | None,
    ) -> None:
        """Open the engine.

        Args:
            engine: the choice.
            opener: opens the converted file, with so many `threads` where they are given; None where the original
                itself is the quickest.
            original: loads the model in its own runtime.
            name: of the original, for tables and pictures.
            labels: class names; by default those packed into the original.
            path: of the original.
        """
        self.engine = engine
        self.original = original
        self.name = name
        self.labels = labels or engine.labels
        self.path = path
        self.inputs = engine.inputs
        self.outputs = engine.outputs
        self._opener = opener
        self._loaded: LoadedModel | None = None  # the original, where it is needed
        self._for_one: Run | None = None
        self._for_many: Run | None = None  # LiteRT lays its memory out anew when the length of the batch changes
        self._lock = threading.Lock()
        self._opened()

    @property
    def runtime(self) -> str:
        """What runs it: tflite, onnx, or the original's own runtime."""
        return RUNTIMES[self.engine.chosen] if self._opener else self._unconverted().runtime

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        if self._opener is None:
            return self._unconverted().predict(batch)
        arrays = check_batch(batch, self.inputs, self.name)
        rows, length = self.engine.trial.rows, len(arrays[0])
        with self._lock:
            if rows is None or length == 1 or any(len(array) != length for array in arrays):
                return self._run(self._opened(), arrays)
            return self._in_steps(arrays, length, rows)

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what the original's layers make of a batch, in its own runtime; see `LoadedModel.layers`."""
        return self._unconverted().layers(batch)

    @property
    def converted(self) -> bool:
        """Whether a converted file runs, which can be opened many times; else it is the original."""
        return self._opener is not None

    def replica(self, threads: int) -> FastModel:
        """Open the same engine once more, for a worker that runs it beside others.

        Args:
            threads: of the engine.

        Raises:
            InvalidValue: the original itself is the quickest, which is there only once.
        """
        if self._opener is None:
            raise InvalidValue(f"{self.name} runs in its own runtime, which is opened once; let its workers take turns")
        return FastModel(
            self.engine,
            opener=partial(self._opener, threads=threads),
            original=self.original,
            name=self.name,
            labels=self.labels,
            path=self.path,
        )

    def close(self) -> None:
        """Release what the engine holds; the next `predict` takes it again."""
        self._for_one = self._for_many = None
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def _unconverted(self) -> LoadedModel:
        self._loaded = self._loaded or self.original()
        return self._loaded

    def _opened(self) -> Run:
        """Return what runs one picture, or a batch of the length the model is fixed to."""
        if self._for_one is None:
            self._for_one = self._opener() if self._opener else self._unconverted().predict
        return self._for_one

    def _in_steps(self, arrays: list[np.ndarray], length: int, rows: int) -> dict[str, np.ndarray]:
        """Run as many rows a call as was quickest on this machine, and the rest one by one."""
        whole = length // rows * rows if rows > 1 else 0
        if whole and self._for_many is None:
            self._for_many = self._opener() if self._opener else None
        steps = [(self._for_many, start, rows) for start in range(0, whole, rows)]
        steps += [(self._for_one, start, 1) for start in range(whole, length)]
        parts = [
            self._run(run or self._opened(), [array[start : start + count] for array in arrays])
            for run, start, count in steps
        ]
        return {spec.name: np.concatenate([part[spec.name] for part in parts]) for spec in self.outputs}

    def _run(self, run: Run, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
        given = run(dict(zip((spec.name for spec in self.inputs), arrays, strict=True)))
        return {spec.name: given[spec.name].astype(spec.dtype, copy=False) for spec in self.outputs}
