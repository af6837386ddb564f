"""Watch a folder that fills: each picture that is put there, once, when it is whole."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource
from workbench.frames.capture.capture import Capture, Captured, CaptureState, Lost, Phase
from workbench.frames.decoders import DECODERS
from workbench.frames.encoded import PictureReading
from workbench.frames.listing import natural_key, only_pictures, resolved
from workbench.samples import portable

LOOK_S = 0.05  # between looks at the folder; of a folder that takes long to list, `SHARE` times as long
SHARE = 5.0
PATIENCE_S = 5.0  # a picture that is not whole and has not grown for so long is broken

Signature = tuple[int, int, int]  # time of the last change in ns, bytes, inode: of a file overwritten, a new one


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file that is not known to be whole."""

    signature: Signature
    since_s: float  # it has not changed from then on
    tried: bool = False  # it was read, and is not whole


class WatchedFolder(Capture):
    """Pictures of a folder in the order in which they were finished; those that are there at the start are old.

    A file counts when two looks in a row have seen it unchanged and it decodes without damage. A name that is
    overwritten is a new picture. Names that begin with a dot, and folders below, are passed over. Nothing is lost by
    reading slowly.
    """

    waits = True

    def __init__(  # noqa: PLR0913 - each is one rule, and keyword-only
        self,
        folder: str | Path,
        *,
        decode: str = "cv2",
        exif: str = "apply",
        existing: bool = False,
        patience_s: float = PATIENCE_S,
        retry_s: float = 60.0,
    ) -> None:
        self._folder = watched_folder(folder)
        self._reading = PictureReading(decode, exif)
        self.origin, self.order = f"watch:{folder}", DECODERS[decode].order
        self._patience_s, self._retry_s = patience_s, retry_s
        self._done: dict[Path, Signature] = {} if existing else self._list()
        self._seen: dict[Path, _Seen] = {}
        self._unchanged: deque[tuple[Path, _Seen]] = deque()  # at the last look, those still to be read
        self._look_s = 0.0  # `time.monotonic()` when the next look is due
        self._number = 0
        self._stopped = threading.Event()
        self._state = CaptureState("live", time.monotonic())

    @property
    def state(self) -> CaptureState:
        """How it is doing: reconnecting while the folder is gone."""
        return self._state

    def read(self) -> Captured | Lost | None:
        """Wait for the next picture.

        Raises:
            UnreadableSource: the folder is gone and does not come back within `retry_s`.
        """
        while not self._stopped.is_set():
            while self._unchanged and not self._stopped.is_set():
                found = self._read(*self._unchanged.popleft())
                if found is not None:
                    return found
            self._stopped.wait(max(0.0, self._look_s - time.monotonic()))
            begun = time.monotonic()
            self._unchanged.extend(self._looked())
            took = time.monotonic() - begun
            self._look_s = begun + took + max(LOOK_S, SHARE * took)
        return None

    def stop(self) -> None:
        """Make a waiting read return None."""
        self._stopped.set()
        if self._state.phase != "failed":
            self._state = CaptureState("stopped", time.monotonic())

    def _looked(self) -> list[tuple[Path, _Seen]]:
        """Look at the folder; return the files that are new and as they were at the last look, the oldest first."""
        now, found = time.monotonic(), self._look()
        if found is None:
            return []
        self._done = {path: signature for path, signature in self._done.items() if path in found}
        before, self._seen = self._seen, {}
        same = []
        for path, signature in found.items():
            if self._done.get(path) == signature:
                continue
            seen = before.get(path)
            if seen is not None and seen.signature == signature:
                same.append((path, seen))
                self._seen[path] = seen
            else:
                self._seen[path] = _Seen(signature, now)
        return sorted(same, key=lambda each: (each[1].signature[0], natural_key(each[0])))

    def _look(self) -> dict[Path, Signature] | None:
        """List the folder; None while it is gone."""
        try:
            found = self._list()
        except OSError as error:
            self._note("reconnecting", f"{self._folder} cannot be listed: {error.strerror}; waiting for it to be back")
            if time.monotonic() - self._state.since_s > self._retry_s:
                self._note("failed", f"{self._folder} is gone and did not come back within {self._retry_s:g} s")
                raise UnreadableSource(self._state.detail) from None
            return None
        self._note("live")
        return found

    def _note(self, phase: Phase, detail: str = "") -> None:
        before = self._state
        if before.phase not in (phase, "stopped"):
            back = phase == "live"
            self._state = CaptureState(phase, time.monotonic(), detail, int(not back), before.reconnects + back)

    def _list(self) -> dict[Path, Signature]:
        signatures = ((path, _signature(path)) for path in only_pictures(self._folder.iterdir()))
        return {path: signature for path, signature in signatures if signature is not None}

    def _read(self, path: Path, seen: _Seen) -> Captured | Lost | None:
        """Read a file that may be whole; None while it is not, or where it has changed since the look."""
        if _signature(path) != seen.signature:
            return None
        given_up = time.monotonic() - seen.since_s > self._patience_s
        if seen.tried and not given_up:
            return None
        begun = time.perf_counter()
        try:
            image = self._reading.read_file(path)
        except (UnreadableSource, InvalidValue) as error:
            return self._unreadable(path, seen, given_up or isinstance(error, InvalidValue))
        return self._captured(path, seen, image, time.perf_counter() - begun)

    def _unreadable(self, path: Path, seen: _Seen, given_up: bool) -> Lost | None:
        if not path.exists():
            return None
        if not given_up:
            self._seen[path] = _Seen(seen.signature, seen.since_s, tried=True)
            return None
        self._finish(path, seen)
        return Lost("broken")

    def _captured(self, path: Path, seen: _Seen, image: np.ndarray, decode_s: float) -> Captured:
        self._finish(path, seen)
        return Captured(image, self._number - 1, seen.since_s, None, decode_s, portable(path))

    def _finish(self, path: Path, seen: _Seen) -> None:
        self._number += 1
        self._seen.pop(path, None)
        self._done[path] = seen.signature


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:  # it has just gone
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def watch(folder: str | Path, *, decode: str = "cv2", exif: str = "apply", existing: bool = False) -> WatchedFolder:
    """Watch a folder: a live source of the pictures that are put there from now on.

    Args:
        folder: must be there.
        decode: `cv2`, `pil`, `tf` or `tf.accurate`.
        exif: `apply` or `ignore` the orientation tag.
        existing: begin with the pictures that are there.

    Raises:
        UnreadableSource: no such folder.
        UnknownName: an unknown decoder or policy.
    """
    return WatchedFolder(folder, decode=decode, exif=exif, existing=existing)


def watched_folder(folder: str | Path) -> Path:
    """Return the folder that is to be watched.

    Raises:
        UnreadableSource: it is not there, or no folder.
    """
    path = resolved(folder)
    if not path.is_dir():
        raise UnreadableSource(f"{path} is no folder to be watched; make it first")
    return path
