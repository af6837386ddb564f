"""The quickest engine of this machine for a model: converted, checked and timed once, kept in the cache."""

from workbench.models.engines.fast import FastModel
from workbench.models.engines.find import engines, fast_model, quickest
from workbench.models.engines.record import Choice, Trial
from workbench.models.engines.table import table

__all__ = ["Choice", "FastModel", "Trial", "engines", "fast_model", "quickest", "table"]
