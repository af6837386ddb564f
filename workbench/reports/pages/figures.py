"""Key figures: which of a run's metrics a reader sees first, and how a number is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeGuard

LARGEST = 1e300
COUNTED = re.compile(r"(\d{1,15}) of \d{1,15}")
TIMINGS = ("_ms", "_fps", "_seconds")  # a metric so named says how long this run took
LOWER = frozenset(
    "age drop dropped error errors false flip flips gap kl latency loss lost mae missed mse rmse wrong".split()
)
HIGHER = frozenset("accuracy acc agreement ap auc f1 iou map precision psnr recall right ssim top1 top5".split())
ABOUT = frozenset("p pvalue sd std stderr threshold width".split())  # of a figure, and none of its kind: `accuracy_p`
UNITS = {"_ms": "ms", "_fps": "fps", "_seconds": "s", "_mb": "MB", "_percent": "%"}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A metric as it is shown."""

    label: str
    value: str
    unit: str = ""
    timing: bool = False  # differs from run to run
    name: str = ""  # of the metric


def key_figures(metrics: Mapping[str, Any], *, most: int = 6) -> list[KeyFigure]:
    """Return the first `most` metrics that are a number, a yes or no, or a short text."""
    return [_figure(name, value) for name, value in metrics.items() if _is_short(value)][:most]


def numbers(metrics: Mapping[str, Any], *, most: int = 8) -> dict[str, float]:
    """Return the first `most` metrics that can be followed over runs, by name: numbers, and the 18 of `18 of 20`."""
    counts = ((name, COUNTED.fullmatch(value) if isinstance(value, str) else None) for name, value in metrics.items())
    found = {name: int(count[1]) if count else metrics[name] for name, count in counts}
    return dict(islice(((name, value) for name, value in found.items() if is_number(value)), most))


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number that can be drawn, which yes and no, NaN and a number of 300 digits are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def is_timing(name: str) -> bool:
    """Tell whether a metric of this name measures the run's own speed."""
    return name.endswith(TIMINGS)


def better(name: str) -> str:
    """Return which value of a metric is the better one, `higher` or `lower`; empty where its name does not tell."""
    if name.endswith("_fps"):
        return "higher"
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    if words & ABOUT:
        return ""
    lower = name.endswith(("_ms", "_seconds", "_mb")) or words & LOWER
    higher = words & HIGHER
    return "" if bool(lower) == bool(higher) else "lower" if lower else "higher"


def label_of(name: str) -> tuple[str, str]:
    """Return a metric's name as words, and its unit: `predict_ms` is `predict` in `ms`."""
    suffix = next((suffix for suffix in UNITS if name.endswith(suffix)), "")
    return name.removesuffix(suffix).replace("_", " "), UNITS.get(suffix, "")


def written(value: object) -> str:
    """Return a value as a reader wants it: 0.8333333 as 0.833, 12000 as 12,000, None as a dash."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float() if value.is_integer() and abs(value) < 1e15:
            return f"{int(value):,}"
        case float():
            return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def duration(seconds: float) -> str:
    """Return a duration in words: 0.8 s, 41 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _figure(name: str, value: object) -> KeyFigure:
    label, unit = label_of(name)
    return KeyFigure(label, written(value), unit, is_timing(name), name)


def _is_short(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 40)
