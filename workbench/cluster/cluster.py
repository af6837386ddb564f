"""A cluster as its client sees it: jobs in, outcomes out as they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.cluster.dispatch import Dispatch
from workbench.cluster.job import STARTED
from workbench.cluster.outcome import Outcome
from workbench.errors import InvalidValue


class Cluster:
    """Workers that do jobs, one at a time each; made by `open_cluster`.

    Attributes:
        address: of the scheduler.
        dashboard: the URL of Dask's dashboard; "" where there is none.
    """

    def __init__(self, client: Any, *, dashboard: str) -> None:
        self.address: str = client.scheduler.address
        self.dashboard = dashboard
        self._client = client
        self._runs: list[Dispatch] = []
        client.subscribe_topic(STARTED, self._on_started)
        client.subscribe_topic("all", self._on_event)

    @property
    def workers(self) -> int:
        """How many workers there are now; 0 where the scheduler does not answer."""
        try:
            return len(self._client.nthreads())
        except (OSError, TimeoutError):
            return 0

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return sum(run.ledger.running for run in list(self._runs))

    def run(self, function: Callable[[Any], Any], jobs: Mapping[str, Any], *, deaths: int = 5) -> Iterator[Outcome]:
        """Carry out `function(value)` for each job, and yield its outcome when it ends: each key exactly once.

        A job whose worker dies is done anew on another; so is, rarely, one that had just ended. What a job leaves has
        to be whole or not there, and the same the second time.

        Args:
            function: of a module, so that workers can import it; what it is given and returns is pickled.
            jobs: a plain value by the name of the job.
            deaths: after how many deaths of its worker a job is given up, as an outcome with an error.

        Raises:
            InvalidValue: `deaths` is not 1 or more.
            ClusterError: the scheduler is gone, or no worker is left; outcomes before it hold.
        """
        if deaths < 1:
            raise InvalidValue(f"deaths: {deaths}; expected 1 or more")
        return self._followed(Dispatch(self._client, function, deaths=deaths), jobs)

    def _followed(self, run: Dispatch, jobs: Mapping[str, Any]) -> Iterator[Outcome]:
        self._runs.append(run)
        try:
            yield from run.outcomes(jobs)
        finally:
            self._runs.remove(run)

    def _on_started(self, event: tuple[float, Mapping[str, Any]]) -> None:
        for run in list(self._runs):
            run.tell("started", event[1])

    def _on_event(self, event: tuple[float, Mapping[str, Any]]) -> None:
        if event[1].get("action") == "remove-worker":
            for run in list(self._runs):
                run.tell("removed", event[1])
