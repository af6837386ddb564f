from .capture import Capture, Captured, CaptureState, Lost
from .open import open_capture
from .pushed import PushedFrames
from .watched import watch

__all__ = ["Capture", "CaptureState", "Captured", "Lost", "PushedFrames", "open_capture", "watch"]
