"""How sure a figure over N frames is: bootstrap intervals, Wilson's for shares, McNemar's test for paired answers.

Frames are drawn with replacement, always the same draws for the same N, so that two figures of one run are paired
and a report says the same every time.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, sqrt

import numpy as np

SEED, RESAMPLES, FEWEST = 0, 2000, 200
CELLS = 5_000_000  # frames x resamples: beyond, fewer samples are drawn, down to FEWEST
Z95 = 1.959964  # the 97.5% point of the normal distribution
Interval = tuple[float, float]  # low, high


@lru_cache(maxsize=2)
def weights(frames: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> np.ndarray:
    """Return (B, N) float64 the share of every frame in each of B samples of N frames drawn with replacement.

    B is `resamples`, or with many frames fewer, see CELLS.
    """
    samples = min(resamples, max(CELLS // max(frames, 1), FEWEST))
    drawn = np.random.default_rng(seed).multinomial(frames, np.full(frames, 1 / frames), size=samples)
    shares = drawn / frames
    shares.flags.writeable = False
    return shares


def percentiles(samples: np.ndarray) -> Interval:
    """Return the 2.5% and 97.5% percentiles of bootstrap samples (B,), leaving NaN out; NaN where nothing is left.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    finite = samples[np.isfinite(samples)]
    low, high = np.percentile(finite, [2.5, 97.5]) if finite.size else (np.nan, np.nan)
    return float(low), float(high)


def of_mean(values: np.ndarray) -> Interval:
    """Return the 95% bootstrap interval of the mean of values (N,); NaN is left out, and one number alone has none."""
    if np.isfinite(values).sum() < 2:
        return float("nan"), float("nan")
    return of_ratio(np.where(np.isfinite(values), values, 0.0), np.isfinite(values).astype(float))


def of_ratio(above: np.ndarray, below: np.ndarray) -> Interval:
    """Return the 95% bootstrap interval of sum(above) / sum(below), both (N,), one entry a frame."""
    if not len(above):
        return float("nan"), float("nan")
    drawn = weights(len(above))
    over, under = drawn @ above, drawn @ below
    return percentiles(np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0))


def of_share(hits: int, count: int) -> Interval:
    """Return the 95% interval of a share: `hits` of `count` frames. Also of none or all it is no single point.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927 (the score interval).
    """
    if not count:
        return float("nan"), float("nan")
    share, z2 = hits / count, Z95**2 / count
    middle, reach = share + z2 / 2, Z95 * sqrt((share * (1 - share) + z2 / 4) / count)
    return max(0.0, (middle - reach) / (1 + z2)), min(1.0, (middle + reach) / (1 + z2))


def mcnemar(only_a: int, only_b: int) -> float:
    """Return the two-sided exact p-value that A and B are right equally often, of the frames only one has right.

    Source: McNemar, Note on the sampling error of the difference between correlated proportions, 1947; the exact
    binomial form.
    """
    count = only_a + only_b
    tail = sum(comb(count, k) for k in range(min(only_a, only_b) + 1))
    return float(min(1.0, 2 * tail / 2**count))
