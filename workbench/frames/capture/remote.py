"""The parent's side of a reading process: start it, take its messages, give places back, kill it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import numpy as np

from workbench.frames.capture.child import OFFSET
from workbench.frames.capture.feeds import Wanted
from workbench.frames.capture.ring import RingReader, shared_file
from workbench.readable import without_password

REAP_S = 0.3  # for a killed process to be gone; one that the kernel holds in a driver is left to it


class Remote:
    """One reading process and its ring."""

    def __init__(self, wanted: Wanted) -> None:
        file = shared_file()
        self._ring = RingReader(file)
        self._said = tempfile.TemporaryFile()
        # -P: no module of the current folder; a session of its own: Ctrl-C is the parent's to answer
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "workbench.frames.capture.child", str(file)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, pass_fds=[file], bufsize=0,
            start_new_session=True,
        )  # fmt: skip
        self._rest, self._writing = b"", threading.Lock()
        self._write(json.dumps(asdict(wanted)).encode() + b"\n")

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def messages(self, timeout_s: float) -> list[dict[str, Any]] | None:
        """Return the messages that have come, after waiting for one; [] when none came in time, None at the end."""
        assert self._process.stdout is not None
        source = self._process.stdout.fileno()
        if not select.select([source], [], [], timeout_s)[0]:
            return []
        data = os.read(source, 1 << 16)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines] if lines else self.messages(timeout_s)

    def look(self, offset: int, shape: Sequence[int]) -> np.ndarray:
        """Return a picture where it lies; it stays as it is until its place is given back."""
        return self._ring.look(offset, shape)

    def release(self, offset: int) -> None:
        """Give a place back to the process, if it still lives; safe from every thread."""
        self._write(OFFSET.pack(offset))

    def kill(self) -> None:
        """End the process now; safe from every thread, and to call twice."""
        self._process.kill()

    def ended_by(self) -> str:
        """Say how the process ended by itself."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_S)
        code = self._process.returncode
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit status {code}"
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").split("\n")
        told = [line.strip() for line in lines if line.strip()]
        return f"the process that reads it died ({how})" + (f": {without_password(told[-1])[:160]}" if told else "")

    def close(self) -> None:
        """Kill the process and release pipes and memory; what was not taken is lost."""
        self.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(REAP_S)
        with self._writing:
            for pipe in (self._process.stdin, self._process.stdout, self._said):
                if pipe is not None:
                    pipe.close()
        self._ring.close()

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        with self._writing, suppress(BrokenPipeError):  # it died: the end of its messages tells
            if not self._process.stdin.closed:
                self._process.stdin.write(data)
