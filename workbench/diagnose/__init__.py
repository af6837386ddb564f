"""Diagnose: what differs between two ways of feeding a model, and what it costs."""

from workbench.diagnose.compare import compare
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.variants import Variants, compare_variants

__all__ = ["Comparison", "Variants", "compare", "compare_variants"]
