"""The paper figures are drawn on: measured in inches, transparent, readable on light and on dark pages.

Figures are made by matplotlib's object interface, without pyplot and its global state.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench.readable import one_line

INK = "#767676"  # contrast 4.5 on white and 4.6 on black: the one gray that reads on both (WCAG 2.2, 1.4.3)
A_COLOR, B_COLOR = "#2f7fd6", "#c4690e"  # blue and orange: 3 and more on both, told apart by any eye
SERIES = (A_COLOR, B_COLOR, "#14937f", "#a45fc4", "#8a7a1c", "#c7506f")
WIDTH = 10.6  # inches between the margins
MARGIN = 0.06  # inches on every side, so that no letter's edge is cut
DPI = 144  # twice a screen's pixels
LEVEL = 4  # of zlib: half the time that 6 takes, which is what Pillow would take, for 3% more bytes
SMALL, NORMAL = 9.0, 10.0  # points


class Paper(Figure):  # type: ignore[misc, unused-ignore]
    """A figure that shows itself in a notebook, also where no inline backend was set up."""

    def __init__(self, height: float, *, width: float = WIDTH, spoken: str = "") -> None:
        super().__init__(figsize=(width + 2 * MARGIN, height + 2 * MARGIN), dpi=DPI)
        self.set_facecolor("none")
        self.spoken = spoken

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        file = io.BytesIO()
        with warnings.catch_warnings():  # a label no font here can write is drawn as boxes, which says enough
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            plain = {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": LEVEL}}
            self.savefig(file, format="png", dpi=DPI, transparent=True, **plain)
        width, height = (round(inches * 96) for inches in self.get_size_inches())
        return file.getvalue(), {"width": width, "height": height, "alt": self.spoken}

    def place(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes at a place in inches from the top left, within the margins."""
        across, down = self.get_size_inches()
        left, top = left + MARGIN, top + MARGIN
        axes = self.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))
        axes.patch.set_visible(False)
        axes.tick_params(colors=INK, labelsize=SMALL, length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return axes

    def picture(self, image: np.ndarray, left: float, top: float, *, height: float) -> Axes:
        """Add a picture (H, W, 3) uint8, `height` inches high, its sides in its own proportion."""
        axes = self.place(left, top, height * image.shape[1] / image.shape[0], height)
        axes.imshow(image, aspect="auto")
        axes.set_axis_off()
        return axes

    def words(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write one line whose top left is at a place in inches; never read as mathematics."""
        across, down = self.get_size_inches()
        left, top = left + MARGIN, top + MARGIN
        usual: dict[str, Any] = {"color": INK, "size": NORMAL, "va": "top", "family": families()}
        self.text(left / across, 1 - top / down, one_line(text), parse_math=False, **(usual | style))


def row_height(images: Sequence[np.ndarray], *, width: float = WIDTH, gap: float = 0.14, most: float = 2.6) -> float:
    """Return the height in inches at which pictures side by side fill `width`, or `most` if that is less."""
    shapes = sum(image.shape[1] / image.shape[0] for image in images)
    return float(min((width - gap * (len(images) - 1)) / shapes, most))


def families() -> list[str]:
    """Return the font families to write labels with: DejaVu Sans, then those for what it cannot write."""
    from workbench.views.lettering import wide_families

    return ["DejaVu Sans", *wide_families()]


def shorten(text: str, letters: int) -> str:
    """Return `text` in one line of at most so many letters, with an ellipsis where some are left out."""
    line = one_line(" ".join(text.split()))
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"
