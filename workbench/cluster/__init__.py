"""Many jobs at a time, on this machine or on others, with Dask; nothing here knows what a job is."""

from workbench.cluster.cluster import Cluster
from workbench.cluster.open import open_cluster
from workbench.cluster.outcome import Outcome
from workbench.cluster.security import Tls
from workbench.cluster.threads import threads

__all__ = ["Cluster", "Outcome", "Tls", "open_cluster", "threads"]
