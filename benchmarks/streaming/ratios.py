"""The arithmetic of the comparison: ratios within rounds, the bound, agreement, slopes. Prints nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from statistics import median

import numpy as np

from .outcome import Outcome

WARM_UP = 0.1  # of the frames of a memory run, before memory is expected to stand still
Outcomes = Mapping[str, Sequence[Outcome]]  # by label, one a round


def of_rounds(outcomes: Sequence[Outcome], measured: Callable[[Outcome], float]) -> float:
    """Return the median over the rounds."""
    return median([measured(each) for each in outcomes])


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the ratios within each round."""
    return median([a / b for a, b in zip(above, below, strict=True)])


def bounds(alone: Sequence[Outcome], cores: int | None = None) -> list[float]:
    """Return the frames a second, by round, that all cores could do if none ever waited."""
    cores = cores or len(os.sched_getaffinity(0))
    return [cores / (each.more["decode_s"] + each.more["answer_s"]) for each in alone]


def best_of(outcomes: Outcomes, labels: Sequence[str]) -> list[float]:
    """Return the frames a second, by round, of whichever of these was the quickest in it."""
    return [max(each.fps for each in turn) for turn in zip(*(outcomes[label] for label in labels), strict=True)]


def agreeing(outcome: Outcome, other: Outcome) -> float:
    """Return the share of the frames both have shown that got the same answer."""
    theirs = dict(zip(other.frames, other.answers, strict=True))
    pairs = [(a, theirs[n]) for n, a in zip(outcome.frames, outcome.answers, strict=True) if n in theirs]
    return float(np.mean([a == b for a, b in pairs])) if pairs else float("nan")


def settled(series: Sequence[tuple[int, float]]) -> np.ndarray:
    """Return the rows (frame, MB) of a memory run after its warm-up, (N, 2) float64."""
    rows = np.array(series, float)
    return rows[rows[:, 0] >= rows[-1, 0] * WARM_UP]


def slope(series: Sequence[tuple[int, float]]) -> float:
    """Return the least-squares slope after the warm-up, in MB per 100,000 frames."""
    frames, megabytes = settled(series).T
    return float(np.polyfit(frames, megabytes, 1)[0]) * 1e5


def allowed_age(outcome: Outcome, fps: float) -> float:
    """Return the age that a slow model is allowed, in milliseconds: one median inference and two frame intervals."""
    return outcome.more["infer_p50"] * 1e3 + 2e3 / fps


def by_minute(outcome: Outcome, fps: float) -> dict[int, list[float]]:
    """Return the ages in milliseconds by minute of the source, from 1."""
    minutes: dict[int, list[float]] = {}
    for frame, age in zip(outcome.frames, outcome.ages, strict=True):
        minutes.setdefault(int(frame / fps / 60) + 1, []).append(age * 1e3)
    return minutes
