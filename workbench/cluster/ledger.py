"""Where each job of a run stands, and how often its worker died under it; nothing here talks to anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class Ledger:
    """Which job runs on which worker, and the deaths that count for it.

    Dask counts a death for each job that was given to the worker, also for one that only waited there. Here it counts
    for the job that had begun. A worker may die before it can tell what it began: then, and only then, it counts for
    all that were given to it, so that a job that kills its worker at once ends some day, too.
    """

    def __init__(self) -> None:
        self.deaths: Counter[str] = Counter()
        self._running: dict[str, str] = {}  # worker: key

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def started(self, key: str, worker: str) -> None:
        """A worker told that it begins a job."""
        self._running[worker] = key

    def ended(self, key: str) -> None:
        """A job came to its end."""
        self._running = {worker: other for worker, other in self._running.items() if other != key}

    def died(self, worker: str, given: Iterable[str]) -> tuple[str, ...]:
        """Count the death of a worker that was given these jobs; return those it counts for.

        What it told to have begun counts only if it had not ended: its last word may be about the job before.
        """
        begun, given = self._running.pop(worker, None), tuple(given)
        guilty = (begun,) if begun is not None and begun in given else given
        self.deaths.update(guilty)
        return guilty
