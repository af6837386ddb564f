"""A folder for as long as this process lives: what a killed process has left is removed by the next that makes one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

LOCK = "lock"


@contextmanager
def own_folder(prefix: str, *, end_left: Callable[[Path], object]) -> Iterator[Path]:
    """Yield a folder in the system's for temporary files, locked by this process, and remove those that nobody locks.

    Args:
        prefix: how the names of such folders begin.
        end_left: called with each folder of a process that was killed, to end what that has left running.
    """
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        _remove_left(folder.parent, prefix, end_left)
        lock = FileLock(folder / "new")
        with lock:
            (folder / "new").rename(folder / LOCK)  # a lock that others see is held
            yield folder


def _remove_left(place: Path, prefix: str, end_left: Callable[[Path], object]) -> None:
    for left in place.glob(f"{prefix}*"):
        with suppress(OSError):  # another user's, or just gone; Timeout, of a living process, is one, too
            if (left / LOCK).is_file() and left.stat().st_uid == os.getuid() and not left.is_symlink():
                with FileLock(left / LOCK, timeout=0):
                    end_left(left)
                    shutil.rmtree(left, ignore_errors=True)
