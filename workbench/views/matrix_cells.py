"""How the figures of a matrix read: their unit, the colour of a cell, the words in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Colormap, Normalize, PowerNorm, TwoSlopeNorm

from workbench.diagnose.matrix import Matrix, Measure
from workbench.errors import InvalidValue, unknown

# What a measure is, in words; each is read after "cells:".
SAID = {
    "accuracy": "top-1 accuracy in %",
    "change": "top-1 accuracy against the model's own recipe, in points",
    "flips": "answers that flip against the model's own recipe, in %",
    "kl": "divergence from the answers under the model's own recipe, in nats (KL)",
}
DARK, LIGHT = "#000000", "#ffffff"  # letters on a cell
MISSING = "#d9d9d9"
MID_LUMINANCE = 0.179  # relative luminance from which dark letters have the higher contrast (WCAG 2.2, 1.4.3)


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of one measure: dark is bad, and no pair of them is red and green."""

    colors: Colormap
    norm: Normalize

    def of(self, value: float) -> tuple[str, str]:
        """Return the colour of a cell and that of the letters on it."""
        if not np.isfinite(value):
            return MISSING, DARK
        red, green, blue, _ = self.colors(self.norm(value))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
        luminance = float(np.dot((0.2126, 0.7152, 0.0722), linear))
        color = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
        return color, DARK if luminance > MID_LUMINANCE else LIGHT


def expect_measure(name: str) -> None:
    """Refuse a name that no measure has.

    Raises:
        UnknownName: there is no such measure; the text names the closest.
    """
    if name not in SAID:
        raise unknown("measure", name, SAID)


def measure_of(matrix: Matrix, name: str) -> Measure:
    """Return a measure by its name.

    Raises:
        UnknownName: there is no such measure.
        InvalidValue: it needs true classes, and none were given.
    """
    expect_measure(name)
    if name not in matrix.measures:
        raise InvalidValue(f"this matrix has no {name}: it was made without true classes; draw flips or kl")
    return matrix.measures[name]


def shades(name: str, values: np.ndarray) -> Shades:
    """Return the colours for values (R, S) of a measure.

    Cividis reads the same with and without red-green blindness (Nunez, Anderton, Renslow, 2018); a change has two
    sides, orange for worse and blue for better.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if name == "change":
        far = max(-low, high, 0.01)
        return Shades(colormaps["PuOr"], TwoSlopeNorm(0.0, -far, far))
    if name == "accuracy":
        return Shades(colormaps["cividis"], Normalize(min(low, high - 0.05), high))
    return Shades(colormaps["cividis_r"], PowerNorm(0.5, 0.0, max(high, 0.01)))


def in_figures(name: str, value: float) -> str:
    """Return a value as it stands in a cell: whole percent, signed points, or nats to two or three places."""
    if not np.isfinite(value):
        return "–"
    if name == "kl":
        return "0" if abs(value) < 5e-4 else f"{value:.{3 if value < 0.0995 else 2 if value < 9.95 else 0}f}"
    if name == "change":
        return f"{100 * value:+.0f}".replace("-", "−") if round(100 * value) else "0"
    return f"{100 * value:.0f}"


def interval_in_figures(name: str, low: float, high: float) -> str:
    """Return an interval as it stands in a cell, without zeros before the point; empty where there is none."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    ends = [in_figures(name, end) for end in (low, high)]
    short = [end.removeprefix("0") if end.startswith("0.") else end for end in ends]
    return (" … " if name == "change" else "–").join(short)
