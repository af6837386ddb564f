"""From one format to the next: convert a model, and check that it gives the same answers on real frames."""

from workbench.models.conversion.convert import FORMATS, convert, expect_format
from workbench.models.conversion.outcome import Conversion
from workbench.models.conversion.own_frames import tensors_of

__all__ = ["FORMATS", "Conversion", "convert", "expect_format", "tensors_of"]
