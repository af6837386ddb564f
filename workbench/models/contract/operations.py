"""What stands between a network's input and its first learned layer, as a short list of values.

Every format's reader fills the same types, so that what they mean is worked out in one place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

CALL = re.compile(r"^(Stateful)?PartitionedCall/")
UNTRAINED = 2e-3  # BatchNormalization with epsilon 1e-3 and variance 1 divides by 1.0005
Does = Literal["affine", "resize", "crop", "pad", "cast", "transpose", "flip", "nothing"]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One layer or graph operation: an affine is `scale * x + offset`, the others change size, order or dtype."""

    name: str
    kind: str  # its type in its own format: Rescaling, AddV2, RESIZE_BILINEAR
    does: Does
    scale: np.ndarray = field(default_factory=lambda: np.ones(1))  # (1,) or (C,)
    offset: np.ndarray = field(default_factory=lambda: np.zeros(1))  # (1,) or (C,)
    size: tuple[int, int] | None = None  # height, width in pixels after a resize or crop, where they are constants
    quantization: tuple[float, int] | None = None  # scale and zero point that a QUANTIZE brings real numbers to

    @property
    def title(self) -> str:
        """Kind and name, without the call that TensorFlow puts around a whole model."""
        return f"{self.kind} '{CALL.sub('', self.name)}'"

    @property
    def identity(self) -> bool:
        """Tell whether numbers pass through unchanged, within the epsilon of an untrained normalization."""
        return bool(np.allclose(self.scale, 1, atol=UNTRAINED) and np.allclose(self.offset, 0, atol=UNTRAINED))

    def __str__(self) -> str:
        if self.does == "affine" or not self.identity:
            turned = f"{self.does}, " if self.does != "affine" else ""
            return f"{self.title} ({turned}x -> {formula(self.scale, self.offset)})"
        size = f" to {self.size[0]} x {self.size[1]}" if self.size else ""
        return f"{self.title} ({self.does}{size})"


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The operations that one input runs through, up to the first that learns or cannot be read."""

    operations: tuple[Operation, ...] = ()
    stop: str = ""  # kind and name of what comes next; empty where nothing could be read
    learned: bool = False  # what comes next is a convolution or dense layer, so the head is complete
    gain: float | None = None  # of that layer, where weights are at hand: see `gain`
    names: frozenset[str] = frozenset()  # of all layers or scopes of the model

    @property
    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """Scale and offset (C,) of all operations together, in the channel order of the input."""
        scale, offset = np.ones(1), np.zeros(1)
        turned = False
        for operation in self.operations:
            turned ^= operation.does == "flip"
            a, b = (value[::-1] if turned else value for value in (operation.scale, operation.offset))
            scale, offset = scale * a, offset * a + b
        return scale, offset

    @property
    def identity(self) -> bool:
        """Tell whether the numbers pass through all operations unchanged."""
        scale, offset = self.affine
        return bool(np.allclose(scale, 1, atol=UNTRAINED) and np.allclose(offset, 0, atol=UNTRAINED))


def gain(kernel: np.ndarray, outputs_axis: int) -> float:
    """Return the root of fan-in times the kernel's RMS: how far a unit spread of the input spreads the output.

    Glorot and He initialization make it about 1 (Glorot and Bengio 2010; He et al. 2015).
    """
    fan_in = kernel.size / max(kernel.shape[outputs_axis], 1)
    return float(np.sqrt(fan_in * np.mean(np.square(kernel, dtype=np.float64))))


def formula(scale: np.ndarray, offset: np.ndarray) -> str:
    """Write `scale * x + offset` with its constants, the per-channel ones in brackets."""
    factor = "" if np.allclose(scale, 1, atol=1e-7) else f"{_text(scale)} * "
    if np.allclose(offset, 0, atol=1e-9):
        return f"{factor}x"
    if np.all(offset < 0):
        return f"{factor}x - {_text(-offset)}"
    return f"{factor}x + {_text(offset)}"


def _text(values: np.ndarray) -> str:
    numbers = np.atleast_1d(values)
    if np.ptp(numbers) <= 1e-6 * np.abs(numbers).max(initial=0):
        return f"{numbers[0]:.4g}"
    return "[" + ", ".join(f"{number:.4g}" for number in numbers) + "]"


def per_channel(constant: np.ndarray, channels: int | None) -> np.ndarray | None:
    """Return a constant as (1,) or (C,), a whole mean picture by its mean; None for another shape."""
    values = np.asarray(constant, dtype=np.float64)
    if values.size == 1:
        return values.reshape(1)
    if channels is None or values.size % channels:
        return None
    if values.size == channels:
        return values.reshape(-1)
    shape = [n for n in values.shape if n != 1]
    if shape[-1] == channels:
        return np.asarray(values.reshape(-1, channels).mean(axis=0))
    return np.asarray(values.reshape(channels, -1).mean(axis=1)) if shape[0] == channels else None
