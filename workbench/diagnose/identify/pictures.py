"""The pictures behind the tensors, read in every way they may have been read."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from workbench.diagnose.identify.slips import READ_AS_709, READ_AS_FULL
from workbench.frames import DECODERS, VIDEO_DECODERS, as_rgb, read_picture
from workbench.frames.decoders import with_repeated_chroma
from workbench.frames.encoded import read_bytes
from workbench.frames.frame import FrameSequence, Selection
from workbench.frames.listing import existing_file
from workbench.frames.orientation import orientation_of, turn
from workbench.frames.pyav_video import first_frames
from workbench.frames.video import Video

KEPT = 48  # pictures held at once
JPEG = "JPEG"
TENSORFLOW = ("tf", "tf.accurate")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a frame: two slots and three slips."""

    decode: str = "cv2"
    exif: str = "apply"
    alpha: str = "drop"
    chroma: bool = False
    shift: int = 0
    matrix: str = ""  # READ_AS_709
    video_range: str = ""  # READ_AS_FULL


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a picture file decides whether two ways of reading it can differ."""

    jpeg: bool = False
    orientation: int = 1
    transparent: bool = False
    subsampled: bool = False


class Pictures:
    """The frames that were preprocessed: (H, W, 3) uint8 RGB by every reading, each read once."""

    def __init__(self, frames: FrameSequence, indices: list[int], *, encoded: bool, shifts: bool) -> None:
        """Look at these frames.

        Args:
            frames: the frames.
            indices: which of them.
            encoded: the preprocessing may have read the files itself; else it was given arrays.
            shifts: it may have taken other frames than these.
        """
        while isinstance(frames, Selection):
            indices, frames = [frames.indices[i] for i in indices], frames.source
        self.frames, self.indices = frames, indices
        self.kind = _kind(frames) if encoded or shifts else "array"
        self.encoded, self.shifts = encoded and self.kind != "array", shifts
        self.read = lru_cache(maxsize=KEPT)(self._read)
        self.facts = lru_cache(maxsize=None)(self._facts)
        self.decoded = lru_cache(maxsize=KEPT)(self._decoded)

    def __len__(self) -> int:
        return len(self.indices)

    def choices(self, *, tensorflow: bool) -> dict[str, tuple[Any, ...]]:
        """Return what may vary in the reading of these frames, with every choice that could show."""
        found: dict[str, tuple[Any, ...]] = {}
        numbers = range(len(self))
        if self.encoded and self.kind == "picture":
            facts = [self.facts(i) for i in numbers]
            if any(fact.jpeg for fact in facts):
                found["decode"] = tuple(name for name in DECODERS if tensorflow or name not in TENSORFLOW)
            if any(fact.orientation != 1 for fact in facts):
                found["exif"] = ("apply", "ignore")
            if any(fact.transparent for fact in facts):
                found["alpha"] = (None, "white", "black")
            if tensorflow and any(fact.subsampled for fact in facts):
                found["chroma"] = (None, True)
        elif self.encoded:
            found["decode"] = VIDEO_DECODERS
            found["matrix"], found["video_range"] = (READ_AS_709,), (READ_AS_FULL,)
        if self.shifts and len(self.frames) > 1 and self.kind != "picture":
            found["frame_index"] = (None, -1, 1, -2, 2, -3, 3)
        return found

    def _facts(self, i: int) -> Facts:
        if self.kind != "picture":
            return Facts()
        with Image.open(existing_file(self.frames.origin_of(self.indices[i]))) as picture:
            jpeg = picture.format == JPEG
            layers = getattr(picture, "layer", None) if jpeg else None
            return Facts(
                jpeg, orientation_of(picture), picture.has_transparency_data, bool(layers and layers[0][1:3] != (1, 1))
            )

    def _read(self, i: int, reading: Reading) -> np.ndarray:
        index = self.indices[i] + reading.shift
        if self.kind == "picture":
            return self._read_file(i, reading)
        index = min(max(index, 0), len(self.frames) - 1)
        if self.kind == "video" and (reading.matrix or reading.video_range):
            return self._misread(index, reading)
        if self.kind == "video":
            decode = reading.decode if reading.decode in VIDEO_DECODERS else "cv2"
            source = self.frames.decoded_by(decode, reading.exif)
        else:
            source = self.frames
        return as_rgb(source.array(index), source.order)

    def _misread(self, index: int, reading: Reading) -> np.ndarray:
        """Return frame `index` converted from YCbCr by another matrix or range than the clip's."""
        assert isinstance(self.frames, Video)
        settings: dict[str, Any] = {}
        if reading.matrix:
            settings["src_colorspace"] = Colorspace.ITU709
        if reading.video_range:
            settings["src_color_range"] = ColorRange.JPEG
        return self.decoded(index).reformat(format="rgb24", **settings).to_ndarray()

    def _decoded(self, index: int) -> VideoFrame:
        assert isinstance(self.frames, Video)
        return first_frames(self.frames.path, index + 1)[-1]

    def _read_file(self, i: int, reading: Reading) -> np.ndarray:
        facts, path = self.facts(i), existing_file(self.frames.origin_of(self.indices[i]))
        if reading.chroma and facts.subsampled:
            data = read_bytes(path)
            image = with_repeated_chroma(data, accurate=reading.decode != "tf")
            if reading.exif == "ignore":
                return image
            with Image.open(io.BytesIO(data)) as picture:
                return turn(image, orientation_of(picture))
        decode = reading.decode if reading.decode in DECODERS else "cv2"
        exif = reading.exif if facts.orientation != 1 else "apply"
        alpha = reading.alpha if facts.transparent else "drop"
        if not facts.jpeg and decode in TENSORFLOW:
            decode = "pil"  # a lossless picture is the same to both, and TensorFlow takes seconds to load
        plain = Reading(decode, exif, alpha)
        if plain != reading:
            return self.read(i, plain)
        return read_picture(path, decode=decode, exif=exif, alpha=alpha)


def _kind(frames: FrameSequence) -> str:
    if frames.decoders == tuple(DECODERS):
        return "picture"
    return "video" if frames.decoders == VIDEO_DECODERS else "array"
