"""Results: what a model said, in a form a person can read."""

from workbench.results.classification import Classification, as_classification
from workbench.results.prediction import Prediction

__all__ = ["Classification", "Prediction", "as_classification"]
