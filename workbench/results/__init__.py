"""Results: what a model said, in a form a person can read."""

from workbench.results.boxes import BoxFormat, DecodedBoxes, box_format, box_formats, decode
from workbench.results.classification import Classification, as_classification
from workbench.results.prediction import Prediction

__all__ = [
    "BoxFormat",
    "Classification",
    "DecodedBoxes",
    "Prediction",
    "as_classification",
    "box_format",
    "box_formats",
    "decode",
]
