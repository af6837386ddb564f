"""Matrix: models trained under some recipes, served under others; what every pair costs, and which are alike."""

from workbench.diagnose.matrix.grouping import Grouping
from workbench.diagnose.matrix.matrix import Matrix
from workbench.diagnose.matrix.measure import Measure
from workbench.diagnose.matrix.train_serve import train_serve_matrix

__all__ = ["Grouping", "Matrix", "Measure", "train_serve_matrix"]
