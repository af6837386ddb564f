"""Live sources: a camera, a network stream, a clip played in real time, a folder that fills, a browser's webcam."""

from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost
from workbench.frames.capture.open import open_capture
from workbench.frames.capture.pushed import PushedFrames
from workbench.frames.capture.watched import watch

__all__ = ["Capture", "CaptureState", "Captured", "Lost", "PushedFrames", "open_capture", "watch"]
