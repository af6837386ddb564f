"""Viewers of boxes, which are shown from a score on."""

from __future__ import annotations

from workbench.views.box_style import check_threshold
from workbench.views.surface import DetectionSurface, LiveSurface


class Thresholded:
    """A viewer with a slider for the score."""

    _surface: DetectionSurface | LiveSurface

    @property
    def threshold(self) -> float:
        """The score from which on boxes are shown; the slider moves it, and it moves the slider."""
        return float(self._surface.threshold)

    @threshold.setter
    def threshold(self, value: float) -> None:
        check_threshold(value)
        self._surface.threshold = float(value)
