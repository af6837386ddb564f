"""From one format to the next: convert a model, and check that it gives the same answers on real frames."""

from workbench.models.conversion.convert import FORMATS, convert
from workbench.models.conversion.outcome import Conversion

__all__ = ["FORMATS", "Conversion", "convert"]
