"""Pixels in: pictures, video files with exact random access, arrays, cameras and network streams.

`open_frames("clip.mp4")[17].image` is (H, W, 3) uint8 RGB, bit-identical to the 18th frame of a sequential read.
Names load on first use; they are listed in `__init__.pyi`. So the process that reads a camera starts in half the time.
"""

import lazy_loader

from workbench.frames.take import take as take  # its module has the same name, and would hide it

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
