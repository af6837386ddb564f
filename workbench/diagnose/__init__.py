"""Diagnose: what differs between two ways of feeding a model, and what it costs."""

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.compare import compare
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.drift import drift
from workbench.diagnose.drift_result import Drift
from workbench.diagnose.identify_boxes import BoxIdentification, identify_boxes
from workbench.diagnose.variants import Variants, compare_variants

__all__ = [
    "BoxComparison",
    "BoxIdentification",
    "Comparison",
    "Drift",
    "Variants",
    "compare",
    "compare_variants",
    "drift",
    "identify_boxes",
]
