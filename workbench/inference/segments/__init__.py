"""Many clips, cut into segments that are answered side by side; the answers are those of one run."""

from workbench.inference.segments.predict_clips import predict_clips
from workbench.inference.segments.result import ClipPredictions, Failure

__all__ = ["ClipPredictions", "Failure", "predict_clips"]
