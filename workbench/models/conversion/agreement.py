"""Whether two models give the same answers: outputs by name, compared by the largest relative difference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.errors import ConversionError

Answers = Mapping[str, np.ndarray]  # output name -> (N, ...)


def relative_differences(expected: Answers, got: Answers) -> dict[str, float]:
    """Return max|a - b| / max|a| of every output, a expected and b got.

    The measure is of a whole output, so a small value beside large ones may differ by more of itself; what both give
    as NaN or infinite, in the same place and sign, counts as equal.

    Raises:
        ConversionError: other outputs, other shapes, NaN where the original has numbers, or an original without any.
    """
    _expect_same_outputs(expected, got)
    return {name: _difference(name, expected[name], got[name]) for name in expected}


def same_top(expected: Answers, got: Answers) -> dict[str, float]:
    """Return the share of rows whose largest value has the same place, for outputs (N, C) with C above 1."""
    return {
        name: float(np.mean(np.argmax(values, axis=-1) == np.argmax(got[name], axis=-1)))
        for name, values in expected.items()
        if values.ndim == 2 and values.shape[1] > 1
    }


def worst(parts: list[dict[str, float]]) -> dict[str, float]:
    """Return the largest number of every output over many comparisons."""
    return {name: max(part[name] for part in parts) for name in parts[0]}


def _expect_same_outputs(expected: Answers, got: Answers) -> None:
    if set(expected) != set(got):
        raise ConversionError(f"its outputs are {', '.join(sorted(got))} instead of {', '.join(sorted(expected))}")
    for name, values in expected.items():
        if values.shape != got[name].shape:
            raise ConversionError(f"output {name!r} has the shape {got[name].shape} instead of {values.shape}")


def _difference(name: str, expected: np.ndarray, got: np.ndarray) -> float:
    if expected.dtype.kind not in "fiub":  # text: equal or not
        return 0.0 if np.array_equal(expected, got) else float("inf")
    a, b = expected.astype(np.float64), got.astype(np.float64)
    finite = np.isfinite(a)
    if a.size and not finite.any():
        raise ConversionError(
            f"output {name!r} of the original is NaN or infinite throughout, so nothing can be held to it"
        )
    lost = int(np.count_nonzero(finite & ~np.isfinite(b)))
    if lost:
        raise ConversionError(f"output {name!r} is NaN or infinite in {lost} of {b.size} values: weights were lost")
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    error, size = (float(np.max(np.abs(values[finite]), initial=0.0)) for values in (a - b, a))
    return error / size if size else (0.0 if error == 0 else float("inf"))
