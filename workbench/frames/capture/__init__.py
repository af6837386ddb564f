"""Live sources: a camera, a network stream, a clip played in real time, a folder that fills, a browser's webcam."""

from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost
from workbench.frames.capture.open import open_capture

__all__ = ["Capture", "CaptureState", "Captured", "Lost", "open_capture"]
