"""What every runtime promises: named inputs and outputs, and `predict` on one batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from workbench.errors import InputMismatch
from workbench.readable import one_line

CHANNELS = (1, 3, 4)  # gray, colour, with alpha: lengths that tell the axis of the channels
Batch = np.ndarray | Mapping[str, np.ndarray]  # one tensor (N, ...), or one for each input name


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, shape and dtype of one input or output."""

    name: str
    shape: tuple[int | None, ...]  # with batch axis first; None where any length will do
    dtype: str  # NumPy's name
    activation: str | None = None  # of the layer that makes an output: softmax, sigmoid, linear...; None if not known
    quantization: tuple[float, int] | None = None  # scale, zero point: real value = scale * (stored - zero point)

    def __str__(self) -> str:
        shape = ", ".join("any" if n is None else str(n) for n in self.shape)
        return f"{self.name} ({shape}) {self.dtype}"


@runtime_checkable
class Model(Protocol):
    """A loaded model of any runtime."""

    @property
    def name(self) -> str:
        """Name for tables and pictures."""
        ...

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """The inputs, in the model's order; empty where a model does not say."""
        ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs, in the model's order; empty where a model does not say."""
        ...

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Class names in class order, where known."""
        ...

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name, each (N, ...).

        Raises:
            InputMismatch: shape or dtype do not fit the inputs; nothing has run then.
        """
        ...

    def close(self) -> None:
        """Release what the model holds; safe to call twice."""
        ...


@runtime_checkable
class LoadedModel(Model, Protocol):
    """A model of one of this package's runtimes, which can be looked into."""

    @property
    def runtime(self) -> str:
        """What runs it: keras, savedmodel, frozen-graph, tflite, onnx or cv2."""
        ...

    @property
    def path(self) -> Path | None:
        """The file or folder it was loaded from; None for a model that was given in memory."""
        ...

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what every layer makes of a batch, by layer name, in the order they run.

        Raises:
            InputMismatch: as `predict`.
            ModelLoadError: this runtime does not show its layers.
        """
        ...


def described(model: Model) -> str:
    """Return a model as a notebook shows it: its class, name, inputs, outputs and number of labels."""
    inputs, outputs = (", ".join(map(str, specs)) or "not told" for specs in (model.inputs, model.outputs))
    labels = f"; {len(model.labels):,} labels" if model.labels else ""
    return one_line(f"<{type(model).__name__} {model.name}: {inputs} -> {outputs}{labels}>")


def unique_names(names: list[str]) -> list[str]:
    """Number names that occur twice, so that no value hides another."""
    return [name if names.count(name) == 1 else f"{name}_{names[:i].count(name)}" for i, name in enumerate(names)]


def check_batch(batch: Batch, inputs: tuple[TensorSpec, ...], model: str) -> list[np.ndarray]:
    """Return one array for each input, in order, after holding them to the specs.

    Raises:
        InputMismatch: names, shapes, dtype or layout differ; the text says expected and got.
    """
    arrays = _by_input(batch, inputs, model)
    for array, spec in zip(arrays, inputs, strict=False):
        if not _fits(array.shape, spec.shape):
            raise InputMismatch(f"{model} expects {spec}, got {array.shape} {array.dtype}{_layout_hint(array, spec)}")
        if str(array.dtype) != spec.dtype:
            raise InputMismatch(
                f"{model} expects {spec}, got {array.shape} {array.dtype}; set {_dtype_slots(spec)} in the recipe "
                "(and check that its range is the one the model was trained with)"
            )
    return arrays


def _by_input(batch: Batch, inputs: tuple[TensorSpec, ...], model: str) -> list[np.ndarray]:
    if isinstance(batch, Mapping):
        names = [spec.name for spec in inputs]
        if set(batch) != set(names):
            raise InputMismatch(f"{model} has the inputs {', '.join(names)}; got {', '.join(map(str, batch))}")
        return [_array(batch[name], model) for name in names]
    if len(inputs) > 1:
        needed = "; ".join(map(str, inputs))
        raise InputMismatch(f"{model} has {len(inputs)} inputs ({needed}); give a mapping from input name to array")
    return [_array(batch, model)]


def _array(values: object, model: str) -> np.ndarray:
    try:
        if values is not None and not isinstance(values, str | bytes | Path):
            return np.asarray(values)
        got = type(values).__name__
    except ValueError:
        got = "rows of different lengths"
    raise InputMismatch(f"{model} takes arrays, as recipe.batch(frames) makes them; got {got}")


def _fits(shape: tuple[int, ...], spec: tuple[int | None, ...]) -> bool:
    return len(shape) == len(spec) and all(m in (None, n) for n, m in zip(shape, spec, strict=True))


def _dtype_slots(spec: TensorSpec) -> str:
    quantization = f" and quantization={spec.quantization}" if spec.quantization else ""
    return f"dtype={spec.dtype!r}{quantization}"


def _layout_hint(array: np.ndarray, spec: TensorSpec) -> str:
    """Name the usual cause of a shape that does not fit."""
    if array.ndim == len(spec.shape) - 1:
        return "; the batch axis is missing: give array[None]"
    if array.ndim == len(spec.shape) and _fits(array.shape[1:], spec.shape[1:]):
        return f"; give it {spec.shape[0]} at a time, as workbench.predict does"
    if array.ndim != 4 or len(spec.shape) != 4:
        return ""
    last = spec.shape[3] in CHANNELS or spec.shape[1] not in CHANNELS
    here, there = (3, 1) if last else (1, 3)  # axis of the channels in the input, and in the other layout
    channels = spec.shape[here]
    if channels not in (None, array.shape[here]):
        if array.shape[there] == channels:
            order, layout = ("it has", "nhwc") if last else ("the model has", "nchw")
            return f"; {order} the channels first: set layout={layout!r} in the recipe"
        color = {1: "gray", 3: "rgb"}.get(channels)
        many = f"{channels} channel{'s' if channels > 1 else ''}"
        return f"; for {many} set color={color!r} in the recipe" if color else f"; no recipe makes {many}"
    height, width = (n if n is not None else "any" for n in (spec.shape[1:3] if last else spec.shape[2:4]))
    return f"; set size=({height}, {width}) in the recipe (height, width)"
