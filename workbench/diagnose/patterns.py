"""Differences that have a name: each function looks at A and B of one shape and says what made B of A, or None.

`allowed` is the largest difference of two values that counts as none, in A's units. Tensors are (N, ...). Of four
axes the last is the channels', unless the last two are as long as each other and the first two are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHARE_OF_SPREAD = 1e-3  # what a fitted scale may leave over, of B's standard deviation
LEAST_VALUES = 16  # a line through fewer values explains too much
FURTHEST_MOVE = 3  # pixels
LEAST_SIDE = 16  # pixels; on a smaller map a shift cannot be told from other changes
LIKELY = 0.85  # correlation that a move by part of a pixel has to reach; interpolation takes the rest


@dataclass(frozen=True, slots=True)
class Found:
    """A named difference."""

    kind: str
    text: str
    repair: str = ""


def scaled(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """B = s A + t, by least squares."""
    if a.size < LEAST_VALUES:
        return None
    scale, offset = _line(a.ravel(), b.ravel())
    if not scale or not _explains(scale * a + offset, b, allowed * abs(scale)):
        return None
    plus = "" if abs(offset) <= allowed * abs(scale) else f" {'+' if offset > 0 else '-'} {abs(offset):.4g}"
    return Found("scale", f"B = {scale:.5g} * A{plus}", f"(b - {offset:.6g}) / {scale:.6g}")


def scaled_channels(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """Each channel (last axis, or the first after the batch) has a scale and an offset of its own."""
    rows_a, rows_b = _by_channel(a), _by_channel(b)
    if rows_a.shape[1] < LEAST_VALUES or len(rows_a) < 2:
        return None
    lines = [_line(x, y) for x, y in zip(rows_a, rows_b, strict=True)]
    fitted = np.stack([s * x + t for (s, t), x in zip(lines, rows_a, strict=True)])
    if not _explains(fitted, rows_b, allowed):
        return None
    scales, offsets = zip(*lines, strict=True)
    if max(abs(scale - 1) for scale in scales) <= SHARE_OF_SPREAD:
        told = f"offset ({min(offsets):.4g} to {max(offsets):.4g}): a bias or a mean"
    else:
        told = f"scale ({min(scales):.4g} to {max(scales):.4g}) and offset: a normalization"
    return Found("scale", f"each channel has its own {told}")


def clipped(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """One side is the other cut off below, above or both: saturation, or an activation that was fused."""
    for one, other, more, less in ((a, b, "A", "B"), (b, a, "B", "A")):
        low, high = float(other.min()), float(other.max())
        if low < high and np.abs(np.clip(one, low, high) - other).max() <= allowed:
            below = f"below {low:.4g}" if one.min() < low - allowed else ""
            above = f"above {high:.4g}" if one.max() > high + allowed else ""
            cut = " and ".join(filter(None, (below, above)))
            why = " (ReLU)" if abs(low) <= allowed and not above else " (ReLU6)" if abs(high - 6) <= allowed else ""
            return Found("clip", f"{less} is {more} cut off {cut}{why}")
    return None


def moved(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """B is A moved by whole pixels, but for what came in at the border: padding on another side."""
    offsets = range(-FURTHEST_MOVE, FURTHEST_MOVE + 1)
    moves = sorted(((y, x) for y in offsets for x in offsets if y or x), key=lambda move: abs(move[0]) + abs(move[1]))
    if min(_map_size(a)) <= 2 * FURTHEST_MOVE:
        return None
    for down, right in moves:
        part_a, part_b = (_cut(x, _height_and_width(a), down, right, sign) for x, sign in ((a, 1), (b, -1)))
        if np.abs(part_a - part_b).max() <= allowed:
            return Found("padding", f"B is A moved {_direction(down, right)}: padding on another side")
    return None


def moved_a_little(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """B looks like A moved by half a pixel or more, as a stride of 2 makes of padding on another side.

    A is moved by linear interpolation, so B need not be equal: the move has to explain half of what differs.
    """
    del allowed
    if min(_map_size(a)) < LEAST_SIDE:
        return None
    axes = _height_and_width(a)
    inner = _inner(b, axes)
    halves = np.arange(-2, 3) / 2
    moves = [(float(y), float(x)) for y in halves for x in halves if y or x]
    likeness = {move: correlation(_inner(_shifted(a, axes, move), axes), inner) for move in moves}
    (down, right), best = max(likeness.items(), key=lambda entry: entry[1])
    if best < LIKELY or 1 - best > 0.5 * (1 - correlation(_inner(a, axes), inner)):
        return None
    return Found("padding", f"B looks like A moved {_direction(down, right)}: padding on another side")


def border(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """Only the outermost pixels differ: another kind of padding."""
    height, width = _map_size(a)
    if min(height, width) < 5:
        return None
    others = tuple(axis for axis in range(4) if axis not in _height_and_width(a))
    apart = np.abs(a - b).max(axis=others) > allowed
    for margin in range(1, max(2, min(height, width) // 4 + 1)):
        if not apart[margin : height - margin, margin : width - margin].any():
            pixels = "pixel" if margin == 1 else f"{margin} pixels"
            return Found("padding", f"only the outermost {pixels} on some side differ: another padding")
    return None


def channels(a: np.ndarray, b: np.ndarray, allowed: float) -> Found | None:
    """A few channels differ and the others are the same: their weights were changed."""
    if a.ndim < 2:
        return None
    rows_a, rows_b = _by_channel(a), _by_channel(b)
    apart = (np.abs(rows_a - rows_b) > allowed).any(axis=1)
    silent = ~(rows_a.any(axis=1) | rows_b.any(axis=1))  # zeros on both sides, behind an activation, say nothing
    if apart.sum() > (len(apart) - silent.sum()) // 4:
        return None
    which = np.flatnonzero(apart)
    told = ", ".join(map(str, which[:8])) + (", ..." if len(which) > 8 else "")
    kind = "channels" if a.ndim > 2 else "entries"
    return Found("channels", f"{len(which)} of {len(apart)} {kind} differ: {told}")


def grid_step(values: np.ndarray, *, most: int = 256) -> float:
    """Return the step of the even grid of at most `most` levels on which all values lie; 0 where there is none.

    Whole numbers are no such grid: pixels, counts and class numbers are whole without any quantization.
    """
    if len(np.unique(np.ravel(values)[: 8 * most])) > most:  # most float tensors are settled by their first values
        return 0.0
    levels = np.unique(values)
    if not 2 < len(levels) <= most or not np.isfinite(levels).all():
        return 0.0
    gaps = np.diff(levels.astype(np.float64))
    step = float(gaps.min())
    if step == round(step) and (levels == np.round(levels)).all():
        return 0.0
    counts = gaps / step
    return step if np.abs(counts - counts.round()).max() < 0.02 and counts.sum() <= most else 0.0


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Pearson's correlation of all values; 0 where either is constant."""
    x, y = (v.ravel().astype(np.float64) - v.mean(dtype=np.float64) for v in (a, b))
    size = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / size if size else 0.0


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    x, y = x.astype(np.float64), y.astype(np.float64)
    across = x - x.mean()
    power = float(across @ across)
    slope = float(across @ (y - y.mean())) / power if power else 0.0
    return slope, float(y.mean() - slope * x.mean())


def _explains(fitted: np.ndarray, b: np.ndarray, allowed: float) -> bool:
    return bool(np.abs(fitted - b).max() <= max(allowed, SHARE_OF_SPREAD * float(b.std())))


def _height_and_width(values: np.ndarray) -> tuple[int, int]:
    shape = values.shape
    return (2, 3) if shape[2] == shape[3] != shape[1] else (1, 2)


def _map_size(values: np.ndarray) -> tuple[int, int]:
    """Return height and width of maps; (0, 0) for tensors that hold none."""
    if values.ndim != 4:
        return 0, 0
    down, right = _height_and_width(values)
    return values.shape[down], values.shape[right]


def _by_channel(values: np.ndarray) -> np.ndarray:
    axis = 1 if values.ndim == 4 and _height_and_width(values) == (2, 3) else values.ndim - 1
    return np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)


def _cut(values: np.ndarray, axes: tuple[int, int], down: int, right: int, sign: int) -> np.ndarray:
    """Return the part of A (sign 1) or of B (sign -1) that both have when B is A moved by (down, right)."""
    index: list[slice] = [slice(None)] * values.ndim
    for axis, move in zip(axes, (sign * down, sign * right), strict=True):
        index[axis] = slice(-move, None) if move < 0 else slice(None, -move or None)
    return values[tuple(index)]


def _shifted(values: np.ndarray, axes: tuple[int, int], move: tuple[float, float]) -> np.ndarray:
    """Return maps moved by part of a pixel, wrapped round at the border."""
    for axis, distance in zip(axes, move, strict=True):
        whole = int(np.floor(distance))
        part = distance - whole
        values = (1 - part) * np.roll(values, whole, axis) + part * np.roll(values, whole + 1, axis)
    return values


def _inner(values: np.ndarray, axes: tuple[int, int]) -> np.ndarray:
    return np.moveaxis(values, axes, (0, 1))[2:-2, 2:-2]


def _direction(down: float, right: float) -> str:
    steps = []
    if abs(down) >= 0.1:
        steps.append(f"{abs(down):.2g} px {'down' if down > 0 else 'up'}")
    if abs(right) >= 0.1:
        steps.append(f"{abs(right):.2g} px {'right' if right > 0 else 'left'}")
    return " and ".join(steps)
