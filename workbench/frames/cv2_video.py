"""Video files through `cv2.VideoCapture`: the pixels that production sees."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from workbench.cluster.share import threads as allowed_threads
from workbench.errors import UnreadableSource
from workbench.frames.frame import ChannelOrder
from workbench.frames.opencv_ffmpeg import FATAL_ONLY, LOG_LEVEL, OPTIONS
from workbench.frames.pyav_video import PyavReader, first_frames
from workbench.frames.video import Video
from workbench.frames.video_file import FORMATS

COMPARED_FRAMES = 4
MOST_THREADS = 16  # that FFmpeg takes of its own accord (libavcodec/pthread_internal.h, MAX_AUTO_THREADS)
INTERLACED_MAX_MEAN = 24.0  # levels; the two decoders' colour matrices differ by a mean of 4 at most, garbage by 90
LOCAL = f"format_whitelist;{FORMATS}|protocol_whitelist;file"
_OPENING = threading.Lock()  # the environment belongs to the whole process


class Cv2Reader:
    """One `VideoCapture` on a local file."""

    def __init__(self, path: Path, *, exif: str = "apply", threads: int | None = None) -> None:
        asked = [cv2.CAP_PROP_N_THREADS, threads or min(allowed_threads(), MOST_THREADS)]
        with local_files_only():
            self._capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG, asked)
        if not self._capture.isOpened():
            if not path.exists():
                raise UnreadableSource(f"{path} is not there any more; put it back, or open another")
            raise UnreadableSource(
                f"{path} cannot be opened by OpenCV {cv2.__version__}; is FFmpeg in its build? "
                "decode='pyav' may read it"
            )
        if exif == "ignore":
            self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)

    def grab(self) -> bool:
        """Decode the next frame, without converting its colours."""
        return self._capture.grab()

    def stamp(self) -> float:
        """Return CAP_PROP_POS_MSEC in seconds: after a grab, the time of that frame minus the stream's start time."""
        return self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000

    def retrieve(self) -> np.ndarray:
        """Return the grabbed frame, BGR."""
        found, image = self._capture.retrieve()
        if not found:
            raise UnreadableSource("OpenCV decoded a frame and cannot convert it to BGR; decode='pyav' may read it")
        return image

    def read(self) -> np.ndarray | None:
        """Return the next frame, BGR; None at the end."""
        found, image = self._capture.read()
        return image if found else None

    def seek(self, stamp: float) -> None:
        """Jump to near `stamp`.

        cv2 turns a time into a frame number by its guess of the frame rate, and stops one frame before that number.
        """
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self._capture.set(cv2.CAP_PROP_POS_MSEC, (stamp + (1 / rate if rate > 0 else 0)) * 1000)

    def close(self) -> None:
        """Release the file."""
        self._capture.release()


class Cv2Video(Video):
    """A video file decoded by OpenCV; arrays are BGR, as `VideoCapture.read` gives them."""

    decode = "cv2"
    reader = Cv2Reader
    order: ChannelOrder = "bgr"

    def expect_readable(self) -> None:
        """Refuse what OpenCV decodes to nothing, to garbage, or to frames of another size than they have.

        OpenCV 4.13 to 5.0 answer True for an interlaced frame and hand out whatever was in memory: FFmpeg's scaler,
        "Cannot convert interlaced to progressive frames", is not asked for its result.
        """
        super().expect_readable()
        if len(self.scan.sizes) > 1:
            (_, *before), (number, *after), *_ = self.scan.sizes
            raise UnreadableSource(
                f"{self.path}: from frame {number} on its frames are {after[0]}x{after[1]} instead of "
                f"{before[0]}x{before[1]}, and OpenCV scales them to the first size without a word; "
                "use decode='pyav', or cut the file there"
            )
        if self.scan.progressive or not (reference := first_frames(self.path, COMPARED_FRAMES))[0].interlaced_frame:
            return
        expected = [PyavReader.converted(frame, self.exif) for frame in reference]
        got = [cv2.cvtColor(image, cv2.COLOR_BGR2RGB) for image in islice(self._read_through(), len(expected))]
        if _far_apart(got, expected) or (_all_equal(got) and not _all_equal(expected)):
            raise UnreadableSource(
                f"{self.path} is interlaced, and OpenCV {cv2.__version__} makes garbage of such frames without a word; "
                "use decode='pyav', or deinterlace it: ffmpeg -i IN -vf bwdif OUT"
            )

    def _read_through(self) -> Iterator[np.ndarray]:
        reader = Cv2Reader(self.path, exif=self.exif)
        try:
            while (image := reader.read()) is not None:
                yield image
        finally:
            reader.close()


def _far_apart(got: list[np.ndarray], expected: list[np.ndarray]) -> bool:
    return any(
        one.shape != other.shape or cv2.absdiff(one, other).mean() > INTERLACED_MAX_MEAN
        for one, other in zip(got, expected, strict=False)
    )


def _all_equal(images: list[np.ndarray]) -> bool:
    return all(np.array_equal(images[0], image) for image in images[1:])


@contextmanager
def local_files_only() -> Iterator[None]:
    """While a file is opened, keep FFmpeg from following what is in it to other files or to the network."""
    with _OPENING:
        os.environ.setdefault(LOG_LEVEL, FATAL_ONLY)
        before = os.environ.get(OPTIONS)
        os.environ[OPTIONS] = "|".join(filter(None, (before, LOCAL)))
        try:
            yield
        finally:
            if before is None:
                del os.environ[OPTIONS]
            else:
                os.environ[OPTIONS] = before
