"""The figure of a drift: how far each aligned layer of two models differs, and where they part.

It is a `matplotlib.figure.Figure` of its own; pyplot's global state is left alone.
"""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.diagnose.drift_result import Drift, LayerPair
from workbench.errors import InvalidValue
from workbench.views.paper import A_COLOR, B_COLOR, INK, SERIES, SMALL, WIDTH, Paper, shorten

LINE, CHART, LEFT = 0.2, 2.2, 0.75  # inches
LEAST = 1e-9  # differences below are drawn here: float32 has no finer relative step than 6e-8
COLORS = {"agrees": A_COLOR, "order": SERIES[2], "differs": B_COLOR}
LEGEND = {"agrees": "the same", "order": "same values, other order", "differs": "differs"}


def figure_drift(drift: Drift) -> Figure:
    """Show max |a - b| / max |a| of every pair of aligned layers, in the order they run, and mark the first that parts.

    Raises:
        InvalidValue: no layers were aligned.
    """
    if not drift.layers:
        raise InvalidValue(f"no layers to draw: {drift.layers_note or 'none could be aligned'}")
    page = Paper(CHART + 6.2 * LINE, spoken=drift.verdict)
    page.words(0, 0, shorten(f"{drift.model_a} against {drift.model_b}", 110), weight="bold", size=11)
    kinds = [_kind(pair) for pair in drift.layers]
    left = LEFT
    for kind in dict.fromkeys(kinds):
        page.words(left, 1.4 * LINE, f"● {LEGEND[kind]}", size=SMALL, color=COLORS[kind], weight="bold")
        left += 0.09 * len(LEGEND[kind]) + 0.5
    axes = page.place(LEFT, 2.6 * LINE, WIDTH - LEFT - 0.1, CHART)
    _points(axes, drift, kinds)
    caption = f"{len(drift.layers)} aligned layers in the order they run; largest difference, of A's largest value"
    page.words(LEFT, CHART + 2.9 * LINE, caption, size=SMALL)
    first = drift.first
    color = COLORS[_kind(first)] if first else INK
    said = f"first: {shorten(first.a, 50)}  ↔  {shorten(first.b, 50)}" if first else "no layer parts"
    page.words(LEFT, CHART + 4.1 * LINE, said, weight="bold", color=color)
    page.words(LEFT, CHART + 5.2 * LINE, shorten(first.difference.text if first else drift.verdict, 130), color=color)
    return page


def _points(axes: Axes, drift: Drift, kinds: list[str]) -> None:
    heights = [_height(pair) for pair in drift.layers]
    axes.set(yscale="log", ylim=(LEAST / 2, max(10.0, *(2 * h for h in heights))), xlim=(-1, len(heights)), xticks=[])
    axes.set_yticks([1e-9, 1e-6, 1e-3, 1], labels=["1e-9", "1e-6", "0.001", "1"])
    axes.minorticks_off()
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.8)
    axes.vlines(range(len(heights)), LEAST / 2, heights, colors=[COLORS[kind] for kind in kinds], alpha=0.35)
    axes.scatter(range(len(heights)), heights, c=[COLORS[kind] for kind in kinds], s=16, zorder=3)
    if drift.first is not None:
        axes.axvline(drift.layers.index(drift.first), color=COLORS[_kind(drift.first)], linewidth=1.2, linestyle="--")


def _kind(pair: LayerPair) -> str:
    apart = pair.difference
    return "agrees" if apart.agrees else "order" if apart.kind == "order" else "differs"


def _height(pair: LayerPair) -> float:
    """Return what is drawn for a pair; NaN, Inf and other sizes stand at the top."""
    relative = pair.difference.relative
    return max(relative, LEAST) if math.isfinite(relative) else 10.0
