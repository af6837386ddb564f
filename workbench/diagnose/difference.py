"""Hold two tensors that should be the same against each other, and give what differs its name.

A difference that has a name has a cause: another layout, re-ordered rows, a missing scale, a fused activation, a
padding on the other side, the steps of a quantization. The names are tried in the order of `PATTERNS`, and each is
an answer only if undoing it leaves nothing but noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.diagnose.patterns import (
    Found,
    border,
    channels,
    clipped,
    correlation,
    moved,
    moved_a_little,
    scaled,
    scaled_channels,
)
from workbench.diagnose.reorder import closest_layout, find_order

TOLERANCE = 1e-4  # of A's largest value; float32 sums in another order stay below 5e-6 in all layers of the samples
# What rounding to 8 bits in every layer adds up to in a network that keeps its answers: efficientnet-lite0 stays
# below 4.5 steps and 0.12 in all of its 61 layers; a layer that is fed something else is beyond both.
STEPS, SHARE = 6.0, 0.2  # RMS of the difference, in steps of the quantization and of A's own RMS
ALIKE = 0.7  # correlation below which it is not the width of a step that makes the difference


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """How tensor B differs from tensor A, in which `relative` and `rms` are taken as the two lie, layout undone."""

    kind: str  # same, layout or steps (of a quantization), or what differs: order, scale, clip, padding, nan, ...
    text: str  # in words
    relative: float  # max |a - b| / max |a|; NaN where the sizes differ or either is not finite
    rms: float  # sqrt(mean (a - b)^2 / mean a^2)
    repair: str = ""  # NumPy expression that makes A's tensor of `b`, where there is a simple one

    @property
    def agrees(self) -> bool:
        """Whether the values are the same, each at its place or in another layout."""
        return self.kind in ("same", "layout", "steps")


PATTERNS: tuple[Callable[[np.ndarray, np.ndarray, float], Found | None], ...] = (
    scaled,
    clipped,
    moved,
    border,
    channels,
    scaled_channels,
    moved_a_little,
)


def difference(
    a: np.ndarray, b: np.ndarray, *, tolerance: float = TOLERANCE, step: float = 0.0, name: bool = True
) -> Difference:
    """Compare tensor `b` with tensor `a`, both (N, ...), and name what differs.

    Args:
        a: the tensor to be held against.
        b: the other one; its axes may lie in another order.
        tolerance: largest difference that counts as none, of A's largest value.
        step: the larger quantization step of the two, 0 for none: an RMS difference of `STEPS` steps that is at most
            `SHARE` of A's RMS counts as none.
        name: whether to look for a name; without it what differs is "values".
    """
    a, b = np.atleast_1d(widened(a)), np.atleast_1d(widened(b))
    if len(a) != len(b) or a.size != b.size:
        nan = float("nan")
        return Difference("shape", f"{a.shape} in A, {b.shape} in B", nan, nan)
    unusable = _not_finite(a, b)
    if unusable:
        return unusable
    allowed = tolerance * (float(np.abs(a).max(initial=0.0)) or 1.0)
    order = find_order(a, b, tolerance=allowed, layouts_only=not name)
    layout = closest_layout(a, b) if order is None or order.kind == "order" else order
    held = layout.restore(b, a)
    relative, rms = measure(a, held)
    if order is not None and order.kind == "order":
        return Difference("order", f"the same values in another order: {order.text}", relative, rms, order.code)
    if order is not None:
        return Difference(order.kind, order.text or "the same values", relative, rms, order.code)
    if step and (coarse := _by_steps(a, held, step, relative=relative, rms=rms)):
        return coarse
    return _named(a, held, max(allowed, STEPS * step), relative, rms) if name else _other(a, held, relative, rms)


def _by_steps(a: np.ndarray, held: np.ndarray, step: float, *, relative: float, rms: float) -> Difference | None:
    """Say what the steps of a quantization explain: all of the difference, or that they are too wide."""
    power = float(np.sqrt(np.mean(np.square(a, dtype=np.float64))))
    if rms * power > STEPS * step:
        return None
    if rms <= SHARE:
        return Difference("steps", f"the same within {rms * power / step:.1f} quantization steps (RMS)", relative, rms)
    if correlation(a, held) < ALIKE:
        return None
    text = f"a quantization step of {step:.3g} is too wide for values of RMS {power:.3g}"
    return Difference("coarse", text, relative, rms)


def _named(a: np.ndarray, held: np.ndarray, allowed: float, relative: float, rms: float) -> Difference:
    for pattern in PATTERNS:
        found = pattern(a, held, allowed)
        if found is not None:
            return Difference(found.kind, found.text, relative, rms, found.repair)
    return _other(a, held, relative, rms)


def _other(a: np.ndarray, held: np.ndarray, relative: float, rms: float) -> Difference:
    return Difference("values", f"other values (correlation {correlation(a, held):.3f})", relative, rms)


def measure(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Return max |a - b| / max |a| and sqrt(mean (a - b)^2 / mean a^2); both 0 for two tensors of zeros."""
    apart = np.abs(a - b)
    largest, power = float(np.abs(a).max(initial=0.0)), float(np.mean(np.square(a, dtype=np.float64)))
    most, mean = float(apart.max(initial=0.0)), float(np.mean(np.square(apart, dtype=np.float64)))
    if most == 0:
        return 0.0, 0.0
    return (most / largest if largest else float("inf")), (float(np.sqrt(mean / power)) if power else float("inf"))


def widened(values: np.ndarray) -> np.ndarray:
    """Return numbers that can be subtracted without wrapping: float32 as it is, all others as float64."""
    values = np.asarray(values)
    return values if values.dtype == np.float32 else values.astype(np.float64)


def _not_finite(a: np.ndarray, b: np.ndarray) -> Difference | None:
    """Name NaN and Inf where they are on one side only, or keep everything else from being compared."""
    bad_a, bad_b = (~np.isfinite(x) for x in (a, b))
    if not bad_a.any() and not bad_b.any():
        return None
    nan = float("nan")
    counts = f"{int(bad_a.sum())} of {a.size} values of A and {int(bad_b.sum())} of B are NaN or Inf"
    return Difference("nan", counts, nan, nan)
