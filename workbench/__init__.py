"""Workbench: see, name and fix the preprocessing mismatch between training and serving.

The public names are listed in `__init__.pyi`; each loads on first use, so that `import workbench` is instant
and brings in no heavy framework.
"""

import os

import lazy_loader

from workbench import late_grammars

__version__ = "0.1.0"

# Refuse decompression bombs: OpenCV reads this limit, in pixels, once, when cv2 is imported. It ends the process where
# that is no number.
if not os.environ.get("OPENCV_IO_MAX_IMAGE_PIXELS", "").isdecimal():
    os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(50_000_000)

# ONNX Runtime reports home from 1.29 on; it reads this once, when it is imported (its Privacy.md)
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

late_grammars.postpone()

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
