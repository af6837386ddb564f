"""Diagnose: what differs between two ways of feeding a model, and what it costs."""

from workbench.diagnose.attribute import Attribution, attribute
from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.compare import compare
from workbench.diagnose.compare_models import compare_models
from workbench.diagnose.comparison import Comparison
from workbench.diagnose.difference_map import DifferenceMap, difference_map
from workbench.diagnose.drift import drift
from workbench.diagnose.drift_result import Drift
from workbench.diagnose.identify_boxes import BoxIdentification, identify_boxes
from workbench.diagnose.matrix import Matrix, train_serve_matrix
from workbench.diagnose.model_comparison import ModelComparison
from workbench.diagnose.variants import Variants, compare_variants

__all__ = [
    "Attribution",
    "BoxComparison",
    "BoxIdentification",
    "Comparison",
    "DifferenceMap",
    "Drift",
    "Matrix",
    "ModelComparison",
    "Variants",
    "attribute",
    "compare",
    "compare_models",
    "compare_variants",
    "difference_map",
    "drift",
    "identify_boxes",
    "train_serve_matrix",
]
