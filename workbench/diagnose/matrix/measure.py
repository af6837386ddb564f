"""Measure: one figure of every training x serving cell, with its 95% interval and paired differences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.diagnose import resampling
from workbench.diagnose.resampling import Interval

Place = tuple[int, int]  # numbers of a row and a column


@dataclass(frozen=True, eq=False)
class Measure:
    """One number a frame for every cell; the cell's figure is the mean over the frames.

    All cells, and all measures of a matrix, are resampled by the same draws of frames: their samples are paired.
    """

    per_frame: np.ndarray  # (R, S, N) float64; NaN where a frame has none
    unit: str  # share, nats
    share: bool  # every number is 0 or 1, and the mean a share
    resamples: int = resampling.RESAMPLES  # B; with many frames fewer are drawn, see `resampling.weights`
    seed: int = resampling.SEED
    certain: np.ndarray | None = None  # (R, S) bool: cells held against themselves, which no other frames would change

    @cached_property
    def mean(self) -> np.ndarray:
        """(R, S) the mean over the frames that have a number; NaN where none has."""
        counts = np.isfinite(self.per_frame).sum(axis=2)
        sums = np.nansum(self.per_frame, axis=2)
        return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))

    @cached_property
    def samples(self) -> np.ndarray:
        """(R, S, B) the means over B samples of the frames, drawn with replacement."""
        usable = np.isfinite(self.per_frame)
        drawn = resampling.weights(self.per_frame.shape[2], resamples=self.resamples, seed=self.seed).T
        above, below = np.where(usable, self.per_frame, 0.0) @ drawn, usable @ drawn
        return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))

    @cached_property
    def low(self) -> np.ndarray:
        """(R, S) the lower end of the 95% interval."""
        return self._bounds[..., 0]

    @cached_property
    def high(self) -> np.ndarray:
        """(R, S) the upper end of the 95% interval."""
        return self._bounds[..., 1]

    def difference(self, a: Place, b: Place) -> tuple[float, Interval]:
        """Return cell B minus cell A with its 95% interval, paired: over the same frames and draws."""
        low, high = resampling.percentiles(self.samples[b] - self.samples[a])
        return float(self.mean[b] - self.mean[a]), (low, high)

    @cached_property
    def _bounds(self) -> np.ndarray:
        """(R, S, 2) bootstrap percentiles; where all frames are alike, and so all resamples, see `_alike`."""
        found = np.empty((*self.mean.shape, 2))
        for place in np.ndindex(*self.mean.shape):
            values = self.per_frame[place]
            known = values[np.isfinite(values)]
            certain = self.certain is not None and self.certain[place]
            alike = len(known) > 0 and not certain and (known == known[0]).all()
            found[place] = self._alike(known) if alike else resampling.percentiles(self.samples[place])
        return found

    def _alike(self, values: np.ndarray) -> Interval:
        """Return the interval of frames that all have one number, of which no resample tells how sure that is.

        A share of none or all has Wilson's interval, and a change of shares by all or nothing has it likewise, to
        both sides of 0. One frame alone says nothing of a figure without bounds.
        """
        one, count = float(values[0]), len(values)
        if self.unit == "share" and one in (-1, 0, 1):
            reach = resampling.of_share(0, count)[1]
            return max(one - reach, 0.0 if self.share else -1.0), min(one + reach, 1.0)
        return (one, one) if count > 1 else (float("nan"), float("nan"))
