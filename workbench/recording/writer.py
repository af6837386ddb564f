"""Write one result after the other into a recording: its line, its frame without loss, and the annotated picture."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.inference.live.result import StreamResult
from workbench.inference.live.stats import StreamStats
from workbench.recording.answers import plain_answer, plain_outputs
from workbench.recording.journal import FORMAT, Journal, known
from workbench.recording.session import (
    Clock,
    Live,
    plain_format,
    plain_moment,
    plain_recipe,
    plain_state,
    plain_stats,
    session,
)
from workbench.recording.video_file import LOSSLESS, VIEWABLE, VideoFile
from workbench.views.drawing import fit
from workbench.views.overlay import annotated

ANNOTATED = "annotated" + VIEWABLE.suffix
COUNTS_S = 0.5  # seconds between looks at what was dropped
MOMENTS_S = 1.0  # between looks at the stream's moments, which are a second or more each


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the annotated video shows."""

    threshold: float = 0.5  # score from which on a box is drawn
    top: int = 3  # class probabilities


class Writer:
    """The files of a recording while it goes on; for one thread.

    Attributes:
        frames: results that were written.
    """

    def __init__(self, folder: Path, live: Live, drawing: Drawing | None) -> None:
        """Write the first line.

        Raises:
            OSError: the folder cannot be written, or holds a recording.
        """
        self._folder, self._live, self._drawing = folder, live, drawing
        self._clock = Clock()
        self.frames = 0
        self._spent_s = 0.0
        self._first_s: float | None = None
        self._segment: VideoFile | None = None
        self._size: tuple[int, int] | None = None
        self._annotated: VideoFile | None = None
        self._videos: list[VideoFile] = []
        self._segments = 0
        facts = session(live)
        self._journal = Journal(folder)
        self._noted: dict[str, Any] = {"recipe": facts["recipe"], "boxes": None, "state": None}
        self._dropped: dict[str, int] = {}
        self._counted_s = self._looked_s = -math.inf
        self._told_s = 0.0  # up to where the moments of the stream are written
        codec = {"frames": LOSSLESS.codec, "annotated": VIEWABLE.codec if drawing else None}
        try:
            self._journal.write("session", format=FORMAT, started=self._clock.iso(), **facts, codec=codec)
            self.look()
        except OSError:
            self._journal.discard()
            raise

    def warm_up(self) -> None:
        """Load what drawing needs, fonts above all, before the first frame comes: half a second."""
        if self._drawing is not None:
            annotated(np.zeros((64, 64, 3), np.uint8), None, caption=("0",))

    def add(self, result: StreamResult, image: np.ndarray) -> None:
        """Write a result; `image` is its frame, (H, W, 3) uint8 RGB.

        Raises:
            OSError: the disk is full, or gone.
        """
        start = time.perf_counter()
        if self._first_s is None:
            self._first_s = result.captured_s
        time_s = result.captured_s - self._first_s
        self.look()
        self._note("recipe", plain_recipe(result.recipe))
        self._note("boxes", plain_format(result.prediction))
        segment = self._fitting(_size(image))
        self._journal.write("result", **self._line(result, time_s), segment=segment.path.name, frame=segment.frames)
        segment.write(image, time_s)
        if self._drawing is not None:
            self._annotate(result, image, time_s, self._drawing)
        self.frames += 1
        self._spent_s += time.perf_counter() - start

    def look(self) -> None:
        """Write a line if the state of the source has changed, and one for each second of the stream that is over."""
        self._note("state", plain_state(self._live.state, self._clock))
        if time.monotonic() - self._looked_s >= MOMENTS_S:
            self._looked_s = time.monotonic()
            self._tell(self._live.stats)

    def _tell(self, stats: StreamStats) -> None:
        """Write the moments that are new; of a long run one may be several seconds."""
        for moment in stats.timeline:
            if moment.time_s > self._told_s:
                self._journal.write("moment", **plain_moment(moment))
                self._told_s = moment.time_s

    def end(self, error: BaseException | None = None) -> None:
        """Write what is held back, and the last line; `error` is what ended the session.

        Raises:
            OSError: the disk is full, or gone.
        """
        self.look()
        for video in self._videos:
            video.close()
        recorder = {"frames": self.frames, "bytes": self.bytes, "ms_a_frame": known(self.ms_a_frame)}
        told = None if error is None else f"{type(error).__name__}: {error}"
        stats = self._live.stats
        self._tell(stats)
        facts = {"error": told, "recorder": recorder, "stats": plain_stats(stats)}
        self._journal.write("end", at=self._clock.iso(time.monotonic()), **facts)
        self._journal.close()

    def abandon(self) -> None:
        """Close the files of a recording that failed, as far as that goes."""
        for video in self._videos:
            video.abandon()
        with suppress(OSError):
            self._journal.close()

    @property
    def bytes(self) -> int:
        """What the files hold on disk."""
        return self._journal.bytes + sum(video.bytes for video in tuple(self._videos))

    @property
    def ms_a_frame(self) -> float:
        """Milliseconds that writing a frame took, on average; NaN before the first."""
        return 1000 * self._spent_s / self.frames if self.frames else float("nan")

    def _line(self, result: StreamResult, time_s: float) -> dict[str, Any]:
        frame, prediction = result.frame, result.prediction
        line: dict[str, Any] = {
            "number": frame.index,
            "captured": self._clock.iso(result.captured_s),
            "time_s": round(time_s, 6),
            "source_s": frame.time_s,
            "origin": frame.origin,
            "age_s": round(result.age_s, 6),
            "seconds": {stage: round(taken, 6) for stage, taken in result.seconds.items()},
        }
        now = time.monotonic()
        if now - self._counted_s >= COUNTS_S:
            self._counted_s, dropped = now, dict(self._live.stats.dropped)
            if dropped != self._dropped:
                line["dropped"] = self._dropped = dropped
        if prediction is not None:
            line |= plain_answer(prediction) | {"outputs": plain_outputs(prediction.outputs)}
        return line

    def _note(self, kind: str, now: dict[str, Any] | None) -> None:
        """Write a line of this kind if what it says has changed."""
        if now != self._noted[kind]:
            self._journal.write(kind, now=now)
            self._noted[kind] = now

    def _fitting(self, size: tuple[int, int]) -> VideoFile:
        """Return the segment for frames of this size: the last one, or where the size has changed a new one."""
        if self._segment is None or size != self._size:
            if self._segment is not None:
                self._segment.close()
            name = f"frames-{self._segments:04d}{LOSSLESS.suffix}"
            self._segment, self._size = VideoFile(self._folder / name, LOSSLESS, size), size
            self._videos.append(self._segment)
            self._segments += 1
        return self._segment

    def _annotate(self, result: StreamResult, image: np.ndarray, time_s: float, drawing: Drawing) -> None:
        """Add the picture with what the model said; the video keeps its first size, others are fitted into it."""
        caption = f"frame {result.frame.index} · {time_s:.2f} s · age {1000 * result.age_s:.0f} ms"
        drawn = annotated(image, result.prediction, threshold=drawing.threshold, top=drawing.top, caption=(caption,))
        if self._annotated is None:
            self._annotated = VideoFile(self._folder / ANNOTATED, VIEWABLE, _size(image))
            self._videos.append(self._annotated)
        self._annotated.write(_within(drawn, self._annotated.size), time_s)


def _within(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a picture of `size` (height, width): itself, or fitted into black."""
    if _size(image) == size:
        return image
    small = fit(image, height=size[0], width=size[1])
    top, left = (size[0] - small.shape[0]) // 2, (size[1] - small.shape[1]) // 2
    bottom, right = size[0] - small.shape[0] - top, size[1] - small.shape[1] - left
    return cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_CONSTANT)


def _size(image: np.ndarray) -> tuple[int, int]:
    return image.shape[0], image.shape[1]
