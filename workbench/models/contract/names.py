"""Layer names out of the paths that exporters make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

RETRACED = re.compile(r"_1$")  # Keras' exporters add it to every scope that they trace a second time


def scopes(paths: Iterable[str]) -> frozenset[str]:
    """Return every part of paths such as `mobilenetv2_1.00_224_1/Conv1_1/convolution`, with and without that suffix."""
    parts = {part for path in paths for part in re.split(r"[/:]", path) if part}
    return frozenset(parts | {RETRACED.sub("", part) for part in parts})
