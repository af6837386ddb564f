"""Hand a recipe out: as readable code, as YAML, or inside the model it belongs to."""

from workbench.models.export.export import TARGETS, export

__all__ = ["TARGETS", "export"]
