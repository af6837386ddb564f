"""Workbench: see, name and fix the preprocessing mismatch between training and serving.

Public names load on first use, so that `import workbench` is instant and brings in no heavy framework.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Refuse decompression bombs; OpenCV reads this once, when cv2 is imported (50 megapixels)
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(50_000_000))

_HOMES = {
    "workbench.errors": ("WorkbenchError",),
    "workbench.samples": ("fetch", "sample_path", "samples"),
    "workbench.frames": ("Frame", "FrameSequence", "FrameStream", "open_frames", "read_labels", "read_picture"),
    "workbench.recipes": ("Recipe", "affine", "choices", "preset", "presets", "to_picture"),
    "workbench.models": ("Model", "load_model"),
    "workbench.results": ("Classification", "Prediction"),
    "workbench.inference": ("predict",),
    "workbench.diagnose": ("Comparison", "compare"),
    "workbench.views": ("FrameViewer",),
    "workbench.reports": ("record", "run_scenario", "scenarios"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)

if TYPE_CHECKING:
    from workbench.diagnose import Comparison, compare
    from workbench.errors import WorkbenchError
    from workbench.frames import Frame, FrameSequence, FrameStream, open_frames, read_labels, read_picture
    from workbench.inference import predict
    from workbench.models import Model, load_model
    from workbench.recipes import Recipe, affine, choices, preset, presets, to_picture
    from workbench.reports import record, run_scenario, scenarios
    from workbench.results import Classification, Prediction
    from workbench.samples import fetch, sample_path, samples
    from workbench.views import FrameViewer


def __getattr__(name: str) -> Any:
    """Import the module a public name lives in, on first use."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
