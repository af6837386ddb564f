"""Find the order in which two tensors hold the same values: another layout, a flip, a re-ordering of rows.

Every order is an index: what A holds at place i of a frame, B holds at place `index[i]`. Orders are tried from
the plainest to the strangest, and one is an answer only if it holds for every value of every frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from workbench.diagnose.feature_maps import divisors, feature_map_orders

SAME_VALUES = 5e-5  # of the largest value: sorted values this close are the same ones; float32 noise stays below
PROBES = 512  # places looked at before a whole tensor is compared
LARGEST_BLOCK_SEARCH = 1_000_000  # values a frame; beyond it only layouts, flips and moved rows are tried


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """How the values of B lie, seen from A."""

    kind: str  # same, layout (channels first or last, axes of length one) or order
    text: str  # in words; empty for the same order
    code: str  # NumPy expression of `b` that gives A's order; empty where it has no simple one
    index: np.ndarray | None = None  # (values a frame,) A's value i is B's value index[i]
    axes: tuple[int, ...] | None = None  # in place of an index: B's axes, batch first, in A's order

    def restore(self, b: np.ndarray, like: np.ndarray) -> np.ndarray:
        """Return `b` (N, ...) in A's order and in the shape of `like`, A's tensor."""
        if self.index is None:
            return b.transpose(self.axes or range(b.ndim)).reshape(like.shape)
        return np.asarray(b.reshape(len(b), -1)[:, self.index].reshape(like.shape))


def find_order(a: np.ndarray, b: np.ndarray, *, tolerance: float, layouts_only: bool = False) -> Order | None:
    """Return the order in which `b` holds the values of `a`, both (N, ...); None if they are not the same values.

    Args:
        a: tensor of A.
        b: tensor of B, with as many values a frame.
        tolerance: largest difference of two values that count as the same, in the units of `a`.
        layouts_only: look at the orders of the axes and at nothing else.
    """
    for order in _layouts(a, b):
        if _holds(order, a, b, tolerance):
            return order
    closer = min(tolerance, SAME_VALUES * _largest(a))
    if layouts_only or not _same_values(a, b, closer):
        return None
    for order in _reorderings(a, b, closer):
        if _holds(order, a, b, tolerance):
            return order
    return Order("order", "in an order that has no simple name", "")


def closest_layout(a: np.ndarray, b: np.ndarray) -> Order:
    """Return the order of the axes in which `b` is closest to `a`, by RMS; no reordering of values is tried."""
    orders = list(_layouts(a, b))
    if len(orders) == 1:
        return orders[0]
    return min(orders, key=lambda order: float(np.mean(np.square(a - order.restore(b, a), dtype=np.float64))))


def layouts(shape_a: tuple[int, ...], shape_b: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the orders of B's axes (batch axis first) that give A's shape, the usual ones first."""
    count = len(shape_b)
    keep, last, first = tuple(range(count)), (0, *range(2, count), 1), (0, count - 1, *range(1, count - 1))
    for axes in dict.fromkeys([keep, last, first, *((0, *rest) for rest in permutations(range(1, count)))]):
        if len(axes) == count and _squeezed(tuple(shape_b[i] for i in axes)) == _squeezed(shape_a):
            yield axes


def _layouts(a: np.ndarray, b: np.ndarray) -> Iterator[Order]:
    for axes in layouts(a.shape, b.shape) if 1 < b.ndim <= 6 else ():
        yield _by_axes(axes, a, b)
    yield Order("same", "", "b" if a.shape == b.shape else f"b.reshape({_shape(a)})")


def _by_axes(axes: tuple[int, ...], a: np.ndarray, b: np.ndarray) -> Order:
    code = "b" if axes == tuple(sorted(axes)) else f"b.transpose{axes}"
    moved = b.transpose(axes).shape
    code = code if moved == a.shape else f"{code}.reshape({_shape(a)})"
    longer = [axis for axis in axes[1:] if b.shape[axis] > 1]
    text = "" if longer == sorted(longer) else _axes_in_words(axes)
    kind = "order" if text.startswith("axes") else "layout" if text else "same"
    return Order(kind, text, code, axes=axes)


def _axes_in_words(axes: tuple[int, ...]) -> str:
    count = len(axes)
    if axes == (0, *range(2, count), 1):
        return "channels first in B, last in A"
    if axes == (0, count - 1, *range(1, count - 1)):
        return "channels last in B, first in A"
    return f"axes exchanged: axis order {', '.join(map(str, axes))} of B"


def _reorderings(a: np.ndarray, b: np.ndarray, tolerance: float) -> Iterator[Order]:
    places = _places(b)
    for axes in layouts(a.shape, b.shape) if 1 < b.ndim <= 6 else ():
        moved = places.transpose([axis - 1 for axis in axes[1:]]).reshape(a.shape[1:])
        prefix = "b" if axes == tuple(sorted(axes)) else f"b.transpose{axes}"
        yield from _flips(moved, prefix)
        yield from _moved_rows(a, b, moved, prefix)
    if places.size <= LARGEST_BLOCK_SEARCH:
        yield from _blocks(a, places.size)
        for text, code, index in feature_map_orders(a, b, tolerance):
            yield Order("order", text, code, index)


def _flips(moved: np.ndarray, prefix: str) -> Iterator[Order]:
    for axis in range(moved.ndim):
        words = f"reversed along axis {axis + 1}"
        if moved.ndim == 3 and axis == 2 and moved.shape[2] == 3:
            words = "the three channels reversed (RGB and BGR)"
        elif moved.ndim == 3 and axis < 2:
            words = f"mirrored {('top to bottom', 'left to right')[axis]}"
        yield Order("order", words, f"np.flip({prefix}, {axis + 1})", np.flip(moved, axis).ravel())


def _moved_rows(a: np.ndarray, b: np.ndarray, moved: np.ndarray, prefix: str) -> Iterator[Order]:
    """Yield, for each axis, the order of its entries that a random projection of them gives."""
    held = b.reshape(len(b), -1)[:, moved.ravel()].reshape(a.shape)
    for axis in range(1, a.ndim):
        rows_a, rows_b = (np.moveaxis(x, axis, 0).reshape(a.shape[axis], -1) for x in (a, held))
        onto = np.random.default_rng(0).standard_normal(rows_a.shape[1])
        take = np.empty(a.shape[axis], dtype=np.intp)
        take[np.argsort(rows_a @ onto, kind="stable")] = np.argsort(rows_b @ onto, kind="stable")
        count = int((take != np.arange(take.size)).sum())
        words = f"{count} of {take.size} entries of axis {axis} in other places"
        if take.size <= 32:
            words += f": B's {', '.join(map(str, take))}"
        code = f"np.take({prefix}, {take.tolist()}, axis={axis})" if take.size <= 32 else ""
        yield Order("order", words, code, np.take(moved, take, axis=axis - 1).ravel())


def _blocks(a: np.ndarray, size: int) -> Iterator[Order]:
    """Yield every exchange of two axes of a matrix of blocks: b.reshape(p, q, r) with p and q exchanged."""
    for kept in dict.fromkeys([1, a.shape[-1]]):
        for rows in divisors(size // kept):
            if 1 < rows < size // kept:
                index = np.arange(size).reshape(rows, -1, kept).swapaxes(0, 1).ravel()
                columns = size // kept // rows
                inner = f"reshape(len(b), {rows}, {columns}, {kept}).swapaxes(1, 2)"
                words = f"a matrix of {rows} by {columns} transposed"
                yield Order("order", words, f"b.{inner}.reshape({_shape(a)})", index)


def _places(b: np.ndarray) -> np.ndarray:
    return np.arange(int(np.prod(b.shape[1:]))).reshape(b.shape[1:])


def _holds(order: Order, a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Say whether the order holds everywhere; at a few places first, which settles most."""
    if order.index is not None:
        flat_a, flat_b = a.reshape(len(a), -1), b.reshape(len(b), -1)
        probes = np.linspace(0, flat_a.shape[1] - 1, min(PROBES, flat_a.shape[1])).astype(np.intp)
        if not _close(flat_a[:, probes], flat_b[:, order.index[probes]], tolerance):
            return False
    return _close(a, order.restore(b, a), tolerance)


def _close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    return bool(np.abs(a - b).max(initial=0.0) <= tolerance)


def _same_values(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    pairs = zip(np.sort(a.reshape(len(a), -1)), np.sort(b.reshape(len(b), -1)), strict=True)
    return all(_close(x, y, tolerance) for x, y in pairs)


def _largest(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[0], *(n for n in shape[1:] if n != 1))


def _shape(a: np.ndarray) -> str:
    return ", ".join(map(str, ("len(b)", *a.shape[1:])))
