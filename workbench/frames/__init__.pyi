from .alpha import ALPHA_RULES
from .decoders import DECODERS
from .frame import ChannelOrder, Frame, FrameSequence, FrameStream, Selection, as_rgb
from .labels import read_labels
from .open import open_frames
from .orientation import EXIF_RULES
from .pictures import read_picture
from .rules import RULES, PictureRule, rules_of
from .take import take
from .video import VIDEO_DECODERS

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
