"""What would decide between the two best candidates: how many labelled frames, or which other frames."""

from __future__ import annotations

import numpy as np

from workbench.diagnose.search.network import Network
from workbench.diagnose.search.posterior import LABELS, LABELS_MISS
from workbench.diagnose.search.signs import frame_likelihoods
from workbench.diagnose.search.table import Cell, Table

ODDS = float(np.log(19))  # nats between two candidates of 95% and 5%
ONE_SIDED = 1.645  # standard deviations of 95%
MOST = 2000  # labelled frames that are still worth a word
OWN = "frames of the model's own domain, such as pictures it was trained or tested on"


def needed(network: Network, found: Table, best: Cell, second: Cell) -> str:
    """Return a sentence: what would decide between two cells of a table.

    With labels, their number is found from the gap of log-likelihood a frame and its spread; without, from the gap
    that is to be expected when the better one is right and its probabilities are.
    """
    pair = [
        answers
        for cell in (best, second)
        if cell in found.scores and (answers := found.scores[cell].log_probabilities) is not None
    ]
    if len(pair) < 2:  # a detector
        return (
            f"{OWN}, or reference outputs on these, would tell"
            if network.statistics
            else "reference outputs would tell"
        )
    gap, spread = _measured(network, found, pair) if network.labels is not None else _expected(pair[0], pair[1])
    count = labelled_frames(gap, spread)
    if count is None:
        labelled = "labels would not tell them apart, for the model answers both alike"
        return f"{labelled}; reference outputs would" if network.labels is not None else f"{labelled}; {OWN} may"
    frames = found.scores[best].frames
    if network.labels is not None:  # these were not enough, so it is twice as many at least
        return f"about {max(count, 2 * frames)} labelled frames would tell"
    number = f"about {count} labelled frames" if count > frames else "labels for these frames"
    return f"{number}, or {OWN}, would tell"


def labelled_frames(gap: float, spread: float) -> int | None:
    """Return how many labelled frames decide; None where no number up to 2000 does.

    Args:
        gap: mean difference of log-likelihood a frame, in nats.
        spread: its standard deviation from frame to frame.
    """
    power = gap - ODDS * LABELS_MISS  # what posterior.LABELS_MISS leaves of it
    if not power > 0:  # NaN, too: of answers that hold it nothing can be told
        return None
    count = max(ODDS * LABELS / power, (ONE_SIDED * spread / gap) ** 2)
    return int(np.ceil(count)) if count <= MOST else None


def _measured(network: Network, found: Table, pair: list[np.ndarray]) -> tuple[float, float]:
    assert network.labels is not None
    places = network.labels[list(found.places)]
    apart = frame_likelihoods(pair[0], places) - frame_likelihoods(pair[1], places)
    apart = apart[np.isfinite(apart)]  # a frame that one of them answers with NaN tells nothing
    return (abs(float(apart.mean())), float(apart.std())) if len(apart) else (0.0, 0.0)


def _expected(best: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return mean and spread of the log ratio of two answers, if labels follow the first."""
    told = np.isfinite(best).all(axis=1) & np.isfinite(second).all(axis=1)
    if not told.any():
        return 0.0, 0.0
    best, second = best[told], second[told]
    p, ratio = np.exp(best), best - second
    mean = (p * ratio).sum(axis=1)
    second_moment = (p * ratio**2).sum(axis=1)
    return float(mean.mean()), float(np.sqrt(max(0.0, second_moment.mean() - mean.mean() ** 2)))
