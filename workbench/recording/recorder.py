"""`Recorder`: what a live stream shows, on disk, by a thread of its own."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Any, Protocol

import av
import numpy as np

from workbench.errors import InvalidValue, RecordingError
from workbench.inference.live.result import StreamResult
from workbench.readable import one_line
from workbench.recording.journal import NAME
from workbench.recording.session import Live
from workbench.recording.writer import ANNOTATED, Drawing, Writer
from workbench.views.box_style import check_threshold

WAITING = 16  # results that may wait for the writer; 1080p: 100 MB
LOOK_S = 0.25  # between looks at the source's state while nothing comes


@dataclass(frozen=True, slots=True)
class RecorderStats:
    """What a recorder has done until now."""

    frames: int  # results written
    bytes: int  # on disk, all files
    ms_a_frame: float  # the writer's time for one; NaN before the first
    waiting: int  # results that wait for the writer
    held_up_s: float  # seconds that `write` waited for it, in all

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


class Recorder(AbstractContextManager["Recorder"]):
    """Records the results it is given into a folder; leaving `with` waits until all are on disk.

    - `results.jsonl`: a line a result: time, age, stage times, answer, raw outputs; first the session, last the end;
    - `frames-NNNN.mkv`: every frame without loss, a new file when the size changes;
    - `annotated.mp4`: what the model said, drawn on the frames.

    The process may be killed at any moment: everything but about the last second can be read then.

    Encoding is slower than some models (`video_file` has the figures). `write` hands a copy of the frame to the
    writer's thread and returns; when WAITING results wait, it waits, too: nothing that was shown is left out, and
    the stream's policy drops frames upstream, where they are counted.

    Attributes:
        folder: where it writes.
    """

    def __init__(
        self, folder: str | Path, live: Live, *, annotate: bool = True, threshold: float = 0.5, top: int = 3
    ) -> None:
        """Make the folder and the files.

        Args:
            folder: new, or without a recording in it.
            live: the stream, for what a recording says about it.
            annotate: whether to write `annotated.mp4`.
            threshold: the score, 0 to 1, from which on a box is drawn there.
            top: class probabilities that are drawn there.

        Raises:
            RecordingError: the folder cannot be written, or holds a recording.
            InvalidValue: a threshold that is no score.
        """
        check_threshold(threshold)
        self.folder = Path(folder).expanduser()
        _claim(self.folder)
        try:
            place = self.folder.absolute()  # the process may go to another directory meanwhile
            self._writer = Writer(place, live, Drawing(threshold, top) if annotate else None)
        except OSError as error:
            raise _refused(self.folder, error) from error
        self._waiting: Queue[tuple[StreamResult, np.ndarray] | None] = Queue(WAITING)
        self._failure: BaseException | None = None
        self._ended_by: BaseException | None = None
        self._held_up_s = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return one_line(f"<Recorder {self.folder}: {self._writer.frames} frames>")

    @property
    def stats(self) -> RecorderStats:
        """What it has done until now; readable from every thread."""
        writer = self._writer
        return RecorderStats(
            writer.frames, writer.bytes, writer.ms_a_frame, self._waiting.qsize(), round(self._held_up_s, 3)
        )

    def write(self, result: StreamResult) -> None:
        """Record a result; from one thread, in the order they came.

        Raises:
            RecordingError: the disk is full or gone; what was written before stays and can be read.
            InvalidValue: the recorder is closed.
        """
        if self._closed:
            raise InvalidValue(f"the recorder of {self.folder} is closed; make another one for another folder")
        start = time.perf_counter()
        self._put((result, result.frame.image.copy()))
        self._held_up_s += time.perf_counter() - start

    def close(self) -> None:
        """Write what waits, and the end; safe to call twice.

        Raises:
            RecordingError: the disk is full or gone; once.
        """
        if self._closed:
            return
        self._closed = True
        if self._failure is None:
            self._put(None)
        self._thread.join()
        self._raise_failure()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; an error that is on its way is written down, and is not hidden by one of this."""
        self._ended_by = error
        try:
            self.close()
        except RecordingError:
            if error is None:
                raise

    def _put(self, item: tuple[StreamResult, np.ndarray] | None) -> None:
        while True:
            self._raise_failure()
            try:
                return self._waiting.put(item, timeout=LOOK_S)
            except Full:
                continue

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            self._closed = True
            raise failure

    def _run(self) -> None:
        """Write what comes until the end, or until it cannot be written."""
        writer = self._writer
        try:
            writer.warm_up()
            while (item := self._next()) is not None:
                writer.add(*item)
            writer.end(self._ended_by)
        except Exception as error:
            writer.abandon()
            self._failure = _stopped(self.folder, writer.frames, error)

    def _next(self) -> tuple[StreamResult, np.ndarray] | None:
        while True:
            try:
                return self._waiting.get(timeout=LOOK_S)
            except Empty:
                self._writer.look()


class Watched(Live, Iterable[StreamResult], Protocol):
    """A live stream that is iterated."""


def recorded(live: Watched, folder: str | Path, *, annotate: bool = True) -> Iterator[StreamResult]:
    """Yield the results of a live stream, each recorded in `folder` on its way; see `Recorder`.

    Example:
        >>> with stream("camera:0", recipe, model) as live:                                     # doctest: +SKIP
        ...     for result in recorded(live, "recordings/tuesday"):
        ...         print(result.age_s)

    Raises:
        RecordingError: as `Recorder`, and its `write`.
    """
    with Recorder(folder, live, annotate=annotate) as recorder:
        for result in live:
            recorder.write(result)
            yield result


def _claim(folder: Path) -> None:
    """Make the folder, and refuse one that holds a recording."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = [path.name for path in sorted(folder.iterdir()) if path.name in (NAME, ANNOTATED) or _is_frames(path)]
    except OSError as error:
        raise _refused(folder, error) from error
    if held:
        raise RecordingError(f"{folder} holds a recording already ({held[0]}); give another folder, it stays as it is")


def _is_frames(path: Path) -> bool:
    return path.match("frames-*.mkv")


def _refused(folder: Path, error: OSError) -> RecordingError:
    return RecordingError(f"cannot record to {folder}: {_why(error)}; give another folder")


def _stopped(folder: Path, frames: int, error: Exception) -> RecordingError:
    failure = RecordingError(
        f"recording to {folder} stopped after {frames} frames: {_why(error)}; all but about the last second can be read"
    )
    failure.__cause__ = error
    return failure


def _why(error: Exception) -> str:
    if not isinstance(error, OSError | av.FFmpegError):
        return " ".join(f"{type(error).__name__}: {error}".split())
    number = error.errno or 0
    return "the disk is full" if number in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)
