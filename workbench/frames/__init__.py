"""Pixels in: pictures, video files with exact random access, arrays, cameras and network streams.

`open_frames("clip.mp4")[17].image` is (H, W, 3) uint8 RGB, bit-identical to the 18th frame of a sequential read.
"""

from workbench.frames.alpha import ALPHA_RULES
from workbench.frames.decoders import DECODERS
from workbench.frames.frame import ChannelOrder, Frame, FrameSequence, FrameStream, Selection, as_rgb
from workbench.frames.labels import read_labels
from workbench.frames.open import open_frames
from workbench.frames.orientation import EXIF_RULES
from workbench.frames.pictures import read_picture
from workbench.frames.rules import RULES, PictureRule, rules_of
from workbench.frames.take import take
from workbench.frames.video import VIDEO_DECODERS

__all__ = [
    "ALPHA_RULES",
    "DECODERS",
    "EXIF_RULES",
    "RULES",
    "VIDEO_DECODERS",
    "ChannelOrder",
    "Frame",
    "FrameSequence",
    "FrameStream",
    "PictureRule",
    "Selection",
    "as_rgb",
    "open_frames",
    "read_labels",
    "read_picture",
    "rules_of",
    "take",
]
