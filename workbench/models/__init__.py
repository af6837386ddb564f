"""Models: one protocol, one file a runtime; TensorFlow is imported when the first model is loaded."""

from workbench.models.load import load_model
from workbench.models.model import Batch, LoadedModel, Model, TensorSpec, check_batch

__all__ = ["Batch", "LoadedModel", "Model", "TensorSpec", "check_batch", "load_model"]
