"""A recipe as readable code: one function that needs NumPy and OpenCV only, and its own check."""

from workbench.recipes.code.write import preprocess_source

__all__ = ["preprocess_source"]
