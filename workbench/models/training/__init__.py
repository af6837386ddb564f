"""Training: a small network trained on the spot under one recipe or a mixture, and labelled parts of photos for it."""

from workbench.models.training.parts import Parts, cut_parts
from workbench.models.training.train import train

__all__ = ["Parts", "cut_parts", "train"]
