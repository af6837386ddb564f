"""What a process holds while it streams, and what of it is still there afterwards: threads, processes, sockets, memory.

Shared memory and sockets are those of the process and its children, so that other programs on the machine do not count.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import psutil

SHARED = Path("/dev/shm")  # nosec B108  # looked at, never written to
LOOK_S = 0.02
ENDING_S = 0.3  # that a killed process may take to be gone from the table


class Traces:
    """Notes what is held; `left` says what is still there.

    Args:
        pid: the process; of this one (None) its threads count, too.
    """

    def __init__(self, pid: int | None = None) -> None:
        self._process = psutil.Process(pid)
        self._own = pid is None
        self._threads = set(threading.enumerate())
        self._children_before = {child.pid for child in self._children()}
        self._sockets_before = self._sockets()
        self._memory_before = self._memory()
        self.children: dict[int, psutil.Process] = {}
        self.memory: set[str] = set()

    def note(self) -> None:
        """Remember the child processes and the shared memory that are held now."""
        self.children |= {each.pid: each for each in self._children() if each.pid not in self._children_before}
        self.memory |= self._memory() - self._memory_before

    def left(self, within_s: float = ENDING_S) -> list[str]:
        """Return what is still there, waiting up to `within_s` for nothing to be; no busy process makes it longer."""
        end = time.monotonic() + within_s
        while (left := self._left()) and time.monotonic() < end:
            time.sleep(LOOK_S)
        return left

    def _left(self) -> list[str]:
        threads = [each.name for each in threading.enumerate() if each not in self._threads] if self._own else []
        running = {each.pid for each in self._children()} - self._children_before
        running |= {pid for pid, each in self.children.items() if _runs(each)}
        return [
            *(f"thread {name}" for name in threads),
            *(f"process {pid}" for pid in sorted(running)),
            *(f"socket {name}" for name in sorted(self._sockets() - self._sockets_before)),
            *(f"shared memory {name}" for name in sorted(self.memory) if (SHARED / name).exists()),
        ]

    def _children(self) -> list[psutil.Process]:
        try:
            children = self._process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [child for child in children if not _serves(child)]

    def _sockets(self) -> set[str]:
        """Return the remote ends of the connections held by the process and its children."""
        found = set()
        for each in (self._process, *self._children()):
            try:
                found |= {f"{each.pid} to port {c.raddr.port}" for c in each.net_connections("tcp") if c.raddr}
            except psutil.Error:  # it has just ended
                continue
        return found

    def _memory(self) -> set[str]:
        """Return the names of the files in shared memory that the process and its children have mapped or opened."""
        found = set()
        for each in (self._process, *self._children()):
            folder = Path(f"/proc/{each.pid}")
            try:
                lines = (folder / "maps").read_text().splitlines()
                opened = [os.readlink(link) for link in (folder / "fd").iterdir()]  # noqa: PTH115  "(deleted)" is kept
            except OSError:  # it has just ended
                continue
            paths = [*opened, *(line.split(maxsplit=5)[-1] for line in lines)]
            found |= {path.removeprefix(f"{SHARED}/") for path in paths if path.startswith(f"{SHARED}/")}
        return {name for name in found if "(deleted)" not in name}


def _serves(process: psutil.Process) -> bool:
    """Whether it is one of the servers of this folder, which are not what a stream holds."""
    try:
        return any("live_sources" in part for part in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def _runs(process: psutil.Process) -> bool:
    """Whether it still does, and is no server, as which it may not yet have been known when it was noted."""
    try:
        ended = process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False
    return process.is_running() and not ended and not _serves(process)
