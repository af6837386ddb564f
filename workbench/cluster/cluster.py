"""A cluster as its client sees it: jobs in, outcomes out as they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.cluster.job import carry_out, told
from workbench.cluster.jobs import Ledger
from workbench.cluster.outcome import Outcome


class Cluster:
    """Workers that do jobs, one at a time each; made by `open_cluster`.

    Attributes:
        address: of the scheduler.
        dashboard: the URL of Dask's dashboard; "" where there is none.
    """

    def __init__(self, client: Any, address: str, dashboard: str) -> None:
        self.address, self.dashboard = address, dashboard
        self._client = client
        self._ledger = Ledger()

    @property
    def workers(self) -> int:
        """How many workers there are now."""
        return len(self._client.nthreads())

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return self._ledger.running

    def run(self, function: Callable[[Any], Any], jobs: Mapping[str, Any], *, deaths: int = 5) -> Iterator[Outcome]:
        """Carry out `function(value)` for each job, and yield its outcome when it ends: each key exactly once.

        Args:
            function: of a module, so that workers can import it; what it is given and returns is pickled.
            jobs: a plain value by the name of the job.
            deaths: after how many deaths of its worker a job is given up, as an outcome with an error.

        Raises:
            ClusterError: the scheduler is gone, or no worker is left; outcomes before it hold.
        """
        from distributed import as_completed

        futures = {
            self._client.submit(carry_out, function, key, value, key=("job", key), pure=False): key
            for key, value in jobs.items()
        }
        for future in as_completed(list(futures), loop=self._client.loop):
            key = futures[future]
            if error := future.exception():
                yield Outcome(key, None, told(error), 0.0, "")
            else:
                yield Outcome(key, *future.result())
