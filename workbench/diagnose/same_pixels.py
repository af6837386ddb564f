"""The same numbers for another model: its layout, its dtype, its quantization."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.errors import InvalidValue
from workbench.models import Batch, Model, TensorSpec


def fed(batch: Batch, model_a: Model, model_b: Model) -> Batch:
    """Return what B has to be given so that it gets the numbers that `batch` gives A.

    Inputs are matched in order. Where B's input has the channels on the other end they are moved; where one side is
    quantized, real value = scale * (stored - zero point) is applied or undone.

    Raises:
        InvalidValue: the models have different numbers of inputs.
    """
    if not model_a.inputs or not model_b.inputs:
        return batch
    if len(model_a.inputs) != len(model_b.inputs):
        raise InvalidValue(
            f"{model_a.name} has {len(model_a.inputs)} inputs and {model_b.name} {len(model_b.inputs)}; give batch_b"
        )
    specs = list(zip(model_a.inputs, model_b.inputs, strict=True))
    if isinstance(batch, Mapping):
        return {spec_b.name: _as(np.asarray(batch[spec_a.name]), spec_a, spec_b) for spec_a, spec_b in specs}
    return _as(np.asarray(batch), *specs[0])


def _as(values: np.ndarray, spec_a: TensorSpec, spec_b: TensorSpec) -> np.ndarray:
    if spec_a.quantization != spec_b.quantization:
        values = _quantized(_real(values, spec_a), spec_b)
    if values.ndim == 4 and not _fits(values.shape, spec_b.shape):
        moved = (np.moveaxis(values, source, target) for source, target in ((-1, 1), (1, -1)))
        values = next((np.ascontiguousarray(m) for m in moved if _fits(m.shape, spec_b.shape)), values)
    return values


def _real(values: np.ndarray, spec: TensorSpec) -> np.ndarray:
    if not spec.quantization or values.dtype.kind == "f":
        return values
    scale, zero = spec.quantization
    return np.float32(scale) * (values.astype(np.float32) - np.float32(zero))


def _quantized(values: np.ndarray, spec: TensorSpec) -> np.ndarray:
    if not spec.quantization or spec.dtype not in ("int8", "uint8", "int16"):
        return values
    scale, zero = spec.quantization
    limits = np.iinfo(spec.dtype)
    return np.clip(np.round(values / scale) + zero, limits.min, limits.max).astype(spec.dtype)


def _fits(shape: tuple[int, ...], spec: tuple[int | None, ...]) -> bool:
    """Whether a shape fits in all but the batch axis."""
    return len(shape) == len(spec) and all(m in (None, n) for n, m in zip(shape[1:], spec[1:], strict=True))
