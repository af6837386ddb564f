from .cluster import Cluster as Cluster
from .open import open_cluster as open_cluster
from .outcome import Outcome as Outcome
from .security import Tls as Tls
from .share import threads as threads
