"""Small Keras networks, trained in seconds on real pictures, each under a preprocessing drawn at random and known.

`train(seed)` gives one. Seeds 0..19 (TUNING) are for whoever writes a search, seeds 1000..1039 (KEPT_ASIDE) only for
`benchmarks/mismatch_search.py`: other photos, other draws.
"""

from .pictures import other_domain
from .train import KEPT_ASIDE, TUNING, Trained, train

__all__ = ["KEPT_ASIDE", "TUNING", "Trained", "other_domain", "train"]
