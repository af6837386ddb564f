"""Dask's package, imported on first use: that takes half a second, and most of its functions have no types."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def distributed() -> Any:
    """Return the package `distributed`."""
    return import_module("distributed")
