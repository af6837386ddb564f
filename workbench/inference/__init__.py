"""Inference: frames x recipe x model."""

from workbench.inference.cascade import classify_regions, detect_then_classify
from workbench.inference.predict import predict
from workbench.inference.predict_many import predict_many
from workbench.inference.regions import crop_regions

__all__ = ["classify_regions", "crop_regions", "detect_then_classify", "predict", "predict_many"]
