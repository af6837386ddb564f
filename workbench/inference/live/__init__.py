"""Live: frames from a camera or a network through a recipe and a model, never stale, never stuck."""

from workbench.inference.live.opening import stream
from workbench.inference.live.policy import Policy, block, drop_oldest, latest, parse_policy, sample
from workbench.inference.live.result import StreamResult
from workbench.inference.live.stats import StreamStats
from workbench.inference.live.stream import Stream

__all__ = [
    "Policy",
    "Stream",
    "StreamResult",
    "StreamStats",
    "block",
    "drop_oldest",
    "latest",
    "parse_policy",
    "sample",
    "stream",
]
