"""A real clip whose pictures carry their number, so that a test can say which one it was shown, and whether whole."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 12
FPS = 25
KEY_EVERY = 10  # pictures; a client that joins or has lost packets sees a picture again after so many


def stamped_clip(target: Path, source: Path | str, *, frames: int = 100) -> Path:
    """Write the first `frames` pictures of a clip as H.264 with each one's number stamped on it, top and bottom."""
    with target.open("wb") as file:
        encode((stamped(image, number) for number, image in enumerate(pictures(source, frames))), file, kind="mp4")
    return target


def pictures(source: Path | str, frames: int | None = None) -> Iterator[np.ndarray]:
    """Yield the pictures (H, W, 3) uint8 RGB of a clip."""
    with av.open(str(source)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if frames is not None and number >= frames:
                return
            yield frame.to_ndarray(format="rgb24")


def halved(source: Path | str) -> io.BytesIO:
    """Return the clip at half its width and height."""
    target = io.BytesIO()
    encode((image[::2, ::2] for image in pictures(source)), target, kind="mpegts")
    target.seek(0)
    return target


def encode(images: Iterable[np.ndarray], target: object, *, kind: str) -> None:
    """Write pictures (H, W, 3) uint8 RGB as H.264 without pictures that wait for later ones, as cameras do."""
    with av.open(target, "w", format=kind) as container:
        stream = None
        for image in images:
            height, width = (side // 2 * 2 for side in image.shape[:2])
            if stream is None:
                stream = container.add_stream("libx264", rate=FPS)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.time_base = Fraction(1, FPS)
                stream.options = {"preset": "veryfast", "tune": "zerolatency", "g": str(KEY_EVERY), "bf": "0"}
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode())


def stamped(image: np.ndarray, number: int) -> np.ndarray:
    """Return a copy with `number` (below 4096) as a row of black and white blocks along its upper and lower edge."""
    marked = image.copy()
    side = _side(image)
    for bit in range(BITS):
        columns = slice(bit * side, (bit + 1) * side)
        marked[:side, columns] = marked[-side:, columns] = 255 * (number >> bit & 1)
    return marked


def read_stamp(image: np.ndarray) -> int | None:
    """Return the number on a picture of any size; None where top and bottom differ: it is of two pictures."""
    side = _side(image)
    upper, lower = (
        sum(int(edge[:, bit * side : (bit + 1) * side].mean() > 127) << bit for bit in range(BITS))
        for edge in (image[:side], image[-side:])
    )
    return upper if upper == lower else None


def _side(image: np.ndarray) -> int:
    """Of a block: a fourtieth of the width; of 640 pixels 16, of 320 8."""
    return int(image.shape[1] // 40)
