"""Diagnose: what differs between two ways of feeding a model, and what it costs."""

from workbench.diagnose.compare import compare
from workbench.diagnose.comparison import Comparison

__all__ = ["Comparison", "compare"]
