"""How near two engines can be held: not nearer than a model holds itself.

Engines add up float32 numbers in different orders, and a deep network amplifies the last bit by its own amount: with
frames in the range EfficientNet-Lite0 was trained on, its answers move by 1e-6 when the last bit of every input
changes; with frames in 0..255 instead by 1e-5 to 2e-5, and so do any two correct engines (all differ by 1e-5 from the
same network in float64). So the bound of a comparison is the tolerance, or a few times this movement if that is more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from workbench.errors import ConversionError
from workbench.models.conversion.agreement import Answers, relative_differences, worst
from workbench.models.conversion.running import answers
from workbench.models.model import Model

TOLERANCE = 1e-5  # relative; float32 sums in another order stay near 1e-6
LAYERS = 4  # times: the last bit is changed once, and rounded anew in every layer; errors of 16 layers add up to 4
PATTERNS = 3  # of random last bits, besides all up: one alone may hit a direction that does not matter
MOST = 1e-3  # a model that moves by more is held to this all the same
SEED = 0


def own_noise(model: Model, batch: Mapping[str, np.ndarray], expected: Answers) -> dict[str, float]:
    """Return by output how far two correct engines may lie apart: from a model's answers to other last bits.

    Zero where there is nothing to move: integer inputs.
    """
    if any(values.dtype.kind != "f" for values in batch.values()):
        return dict.fromkeys(expected, 0.0)
    chance = np.random.default_rng(SEED)
    nudges = [_nudged(batch, lambda shape: np.ones(shape, bool))]
    nudges += [_nudged(batch, lambda shape: chance.random(shape) < 0.5) for _ in range(PATTERNS)]
    try:
        moved = worst([relative_differences(expected, answers(model, nudged)) for nudged in nudges])
    except ConversionError:  # it gives outputs of other shapes: no measure of noise
        return dict.fromkeys(expected, 0.0)
    return {name: min(LAYERS * value, MOST) for name, value in moved.items()}


def _nudged(batch: Mapping[str, np.ndarray], up: Callable[[tuple[int, ...]], np.ndarray]) -> dict[str, np.ndarray]:
    """Return the batch with every number replaced by its neighbour: above where `up` is true, else below."""
    return {
        name: np.nextafter(values, np.where(up(values.shape), np.inf, -np.inf).astype(values.dtype))
        for name, values in batch.items()
    }


def expect_near(
    differences: Mapping[str, float], noise: Mapping[str, float], tolerance: float, frames: str, *, cure: str = ""
) -> None:
    """Hold the differences of every output to the tolerance, or to the model's own noise where that is larger.

    Raises:
        ConversionError: an output differs by more; the text says which, by how much, on which frames, and the cure.
    """
    for output, difference in differences.items():
        limit = max(tolerance, noise.get(output, 0.0))
        if not difference <= limit:
            raise ConversionError(
                f"output {output!r} differs by {difference:.1e} of its largest value with frames in range {frames}, "
                f"more than {limit:.1e}{cure}"
            )
