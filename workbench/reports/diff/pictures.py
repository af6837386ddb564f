"""The pictures behind answers, read again from the inputs where their bytes are still those of the run."""

from __future__ import annotations

import contextlib
from pathlib import Path, PurePath

import numpy as np

from workbench.checksums import known_sha256
from workbench.errors import WorkbenchError
from workbench.frames import open_frames, read_picture
from workbench.frames.frame import FrameSequence
from workbench.frames.partial import allowing
from workbench.reports.diff.inputs import names_of
from workbench.reports.diff.stored import StoredRun
from workbench.results import Prediction
from workbench.samples import resolve


class Pictures:
    """The frames of a run's inputs; each file is hashed once, and a clip opened once.

    Attributes:
        missing: why frames are not shown: reason -> how many were asked for.
    """

    def __init__(self, run: StoredRun) -> None:
        self.run, self.missing = run, dict[str, int]()
        self._known = names_of(run)
        self._clips: dict[Path, FrameSequence | None] = {}
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Pictures:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def frame(self, prediction: Prediction, place: int) -> np.ndarray | None:
        """Return the picture (H, W, 3) uint8 RGB of an answer; None where the file is gone or another one now."""
        origin = prediction.origins[place]
        try:
            path = self._path(Path(resolve(origin)))
            reason = self._unlike(path)
            if not reason:
                with allowing(bool(self.run.manifest.get("allow_damaged"))):
                    found = self._read(path, int(prediction.indices[place]), len(set(prediction.origins)) == 1)
                if found is not None:
                    return found
                reason = "it cannot be read by the frame"
        except (WorkbenchError, OSError, ValueError, IndexError):
            reason = "it is gone, or cannot be read"
        self.missing[reason] = self.missing.get(reason, 0) + 1
        return None

    def _path(self, path: Path) -> Path:
        """Return where a file lies: named from the current folder, or else from that of the run."""
        return path if path.exists() else Path(str(self.run.details.get("folder", ""))) / path

    def _unlike(self, path: Path) -> str:
        """Say what is wrong with a file; nothing where it has the bytes that the run read."""
        recorded = self._known.get(PurePath(path).name)
        if recorded is None:
            return "it is not known which bytes the run read"
        return "" if known_sha256(path) == recorded else "its bytes are others now"

    def _read(self, path: Path, index: int, clip: bool) -> np.ndarray | None:
        if not clip:
            return read_picture(path)
        if path not in self._clips:
            opened = self._open.enter_context(open_frames(path))
            self._clips[path] = opened if isinstance(opened, FrameSequence) else None
        frames = self._clips[path]
        return None if frames is None else frames[index if len(frames) > 1 else 0].image
