"""Jobs one after the other in this process: what a cluster does, without one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.cluster import Outcome
from workbench.cluster.job import told

Run = Callable[[Callable[[Any], Any], Mapping[str, Any]], Iterator[Outcome]]  # as `Cluster.run`


def run_here(function: Callable[[Any], Any], jobs: Mapping[str, Any]) -> Iterator[Outcome]:
    """Yield the outcome of each job, in order; one that fails says why, and the others go on."""
    for key, job in jobs.items():
        start, value, error = time.perf_counter(), None, ""
        try:
            value = function(job)
        except Exception as failed:  # whatever a model or a decoder raises
            error = told(failed)
        yield Outcome(key=key, value=value, error=error, seconds=time.perf_counter() - start, worker="")
