"""Boxes: what a detector's raw outputs mean, and where its boxes lie in the source frame."""

from workbench.results.boxes.decode import DecodedBoxes, decode, found_format
from workbench.results.boxes.format import NAMED, BoxFormat, box_format
from workbench.results.boxes.layout import LAYOUTS

__all__ = ["BoxFormat", "DecodedBoxes", "box_format", "box_formats", "decode", "found_format"]


def box_formats() -> dict[str, str]:
    """Return the name of every box format -> its definition in one line."""
    return {name: f"{LAYOUTS[each.layout].definition} Box: {each.convention}." for name, each in NAMED.items()}
