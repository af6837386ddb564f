"""When a source that was lost is tried again: pure arithmetic, no clock of its own."""

from __future__ import annotations

FIRST_S, LONGEST_S = 0.5, 10.0  # pause before the first try, and the longest; it doubles in between
STEADY_S = 2.0  # a source that was back for so long starts with the shortest pause again


def pause_s(attempt: int) -> float:
    """Return the pause before try number `attempt`, from 1: 0.5, 1, 2, 4, 8, 10, 10... seconds."""
    return min(LONGEST_S, FIRST_S * 2.0 ** min(attempt - 1, 16))


def next_pause_s(attempt: int, *, lost_s: float, now_s: float, retry_s: float) -> float | None:
    """Return the pause before try number `attempt` of a source lost at `lost_s`; None when `retry_s` is over.

    The last try is made when the time is just over, so that a source that comes back a little before that is found.
    """
    left = lost_s + retry_s - now_s
    return None if left <= 0 else min(pause_s(attempt), left)
