"""Inference: frames x recipe x model."""

from workbench.inference.predict import predict

__all__ = ["predict"]
