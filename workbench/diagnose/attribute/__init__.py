"""Attribute: what each slot in which two recipes differ costs."""

from workbench.diagnose.attribute.attribute import attribute
from workbench.diagnose.attribute.attribution import Attribution

__all__ = ["Attribution", "attribute"]
