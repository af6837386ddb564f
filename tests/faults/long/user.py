"""A user's process that opens file after file as a user does: it must outlive every one of them."""

from __future__ import annotations

import hashlib
import os
import resource
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

SECONDS = 60.0  # that one file may take; most take less than one
MEMORY_MB = 2048  # that the process may grow by
START_S = 300.0  # to be ready
TRIED = 60.0  # seconds more for a model: it is tried in a process of its own before, which has its own 20 s
LOOK = 0.02  # seconds between looks at the process


@dataclass(frozen=True, slots=True)
class Asked:
    """One file to open."""

    path: str
    decode: str = "cv2"
    photo: str | None = None  # None: open_frames; else load_model, and predict on this photo
    recipe: str = ""  # YAML

    @property
    def seconds(self) -> float:
        """What opening it may take."""
        return SECONDS + (TRIED if self.photo else 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it."""

    outcome: str  # refused, flagged, read; and, which must not be: raised, died, hung, filled the memory
    said: str = ""
    digest: str = ""  # SHA-256 of every frame, or of every output
    printed: bool = False  # the decoder or runtime itself wrote something to standard error
    seconds: float = 0.0
    grown_mb: float = 0.0  # of the process' peak


class UserProcess:
    """The process, started again after a file that ended it; a context manager."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self._log, self._environment = log, environment
        self._context = get_context("spawn")
        self._process: Any = None
        self._pipe: Any = None
        self.starts = 0

    def __enter__(self) -> UserProcess:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the process."""
        self._end()

    def open(self, asked: Asked) -> Answer:
        """Open one file there."""
        if self._process is None:
            self._start()
        before = psutil.Process(self._process.pid).memory_info().rss
        self._pipe.send(asked)
        end = time.monotonic() + asked.seconds
        while not self._pipe.poll(LOOK):
            if psutil.Process(self._process.pid).memory_info().rss - before > MEMORY_MB << 20:
                return self._ended("filled the memory")
            if time.monotonic() > end:
                return self._ended("hung")
        try:
            answer: Answer = self._pipe.recv()
        except EOFError:
            return self._ended("died")
        return answer

    def children(self) -> list[str]:
        """Return the commands of the processes that it has started and that still run."""
        return [" ".join(child.cmdline()) for child in psutil.Process(self._process.pid).children(recursive=True)]

    def _start(self) -> None:
        self.starts += 1
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=work, args=(theirs, str(self._log), self._environment))
        self._process.start()
        theirs.close()
        assert self._pipe.poll(START_S) and self._pipe.recv() == "ready"

    def _ended(self, outcome: str) -> Answer:
        if outcome == "died":
            self._process.join()
        code = self._process.exitcode
        self._end(now=True)
        lines = self._log.read_text(errors="replace").splitlines()
        return Answer(outcome, f"exit {code}: {lines[-1] if lines else ''}")

    def _end(self, *, now: bool = False) -> None:
        if self._process is not None:
            self._pipe.close()  # tells it to end
            self._process.join(0 if now else 10)
            self._process.kill()
            self._process.join()
            self._process = None


def work(pipe: Connection, log: str, environment: dict[str, str]) -> None:
    """Open what is asked for until the other end is closed."""
    os.environ |= environment
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send("ready")
    while True:
        try:
            asked: Asked = pipe.recv()
        except EOFError:
            return
        start, peak, printed = time.monotonic(), _peak_mb(), os.fstat(file).st_size
        outcome, said, digest = _opened(asked)
        printed = os.fstat(file).st_size > printed
        pipe.send(Answer(outcome, said, digest, printed, time.monotonic() - start, _peak_mb() - peak))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _opened(asked: Asked) -> tuple[str, str, str]:
    from workbench.errors import WorkbenchError

    digest = hashlib.sha256()
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            flags = list(_predicted(asked, digest) if asked.photo else _frames(asked, digest))
    except WorkbenchError as error:
        return "refused", str(error), ""
    except Exception:
        return "raised", traceback.format_exc(limit=-4), ""
    flags += [str(each.message) for each in warned if issubclass(each.category, UserWarning)]
    return ("flagged" if flags else "read"), "; ".join(flags), digest.hexdigest()


def _frames(asked: Asked, digest: Any) -> Iterator[str]:
    """Read every frame; yield what is said to be wrong."""
    from workbench import open_frames

    frames = open_frames(asked.path, decode=asked.decode)
    try:
        for frame in frames:
            digest.update(f"{frame.index} {frame.image.shape} {frame.time_s}".encode())
            digest.update(frame.image.tobytes())
        if damaged := getattr(frames, "damaged", None):
            yield damaged
    finally:
        frames.close()


def _predicted(asked: Asked, digest: Any) -> Iterator[str]:
    """Predict on one photo; yield what is said to be wrong."""
    from workbench import Recipe, load_model, predict

    model = load_model(asked.path)
    try:
        prediction = predict(asked.photo, Recipe.from_yaml(asked.recipe), model, boxes=None, progress=False)
        for name, values in prediction.outputs.items():
            digest.update(f"{name} {values.dtype} {values.shape}".encode())
            digest.update(values.tobytes())
        if prediction.not_finite.any():
            yield "the answers are not finite"
    finally:
        model.close()
