"""Start a live server as a process of its own, change its faults, kill it, bring it back on the same port."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Kind = Literal["mjpeg", "rtsp", "gstreamer"]
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {
    "mjpeg": (sys.executable, "-m", "scripts.live_sources.mjpeg"),
    "rtsp": (sys.executable, "-m", "scripts.live_sources.rtsp"),
    "gstreamer": ("/usr/bin/python3", "scripts/live_sources/gstreamer.py"),
}
ADDRESSES = {
    "mjpeg": "http://127.0.0.1:{port}/live.mjpg",
    "rtsp": "rtsp://127.0.0.1:{port}/live",
    "gstreamer": "rtsp://127.0.0.1:{port}/live",
}


class LiveServer:
    """One server on loopback, running from its creation on."""

    def __init__(self, kind: Kind, clip: Path, *, fps: float = 25.0, fault: str = "none") -> None:
        self.kind, self._clip, self._fps = kind, clip, fps
        self.port = 0  # any that is free
        self._process: subprocess.Popen[str] | None = None
        self.start(fault)

    @property
    def url(self) -> str:
        """Where it is to be read."""
        return ADDRESSES[self.kind].format(port=self.port)

    def start(self, fault: str = "none") -> None:
        """Start it where it is not running, again on the port it had; returns when it takes connections."""
        if self._process is not None:
            return
        options = ["--port", str(self.port), "--fps", str(self._fps), "--fault", fault]
        command = [*PROGRAMS[self.kind], str(self._clip), *options]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._answer())

    def fault(self, text: str) -> None:
        """Let it do this wrong from now on; "none" for nothing."""
        self._tell(text)

    def sent(self) -> int:
        """Return how many pictures it has sent to all clients."""
        return int(self._tell("sent"))

    def kill(self) -> None:
        """End it as `kill -9` does; safe when it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def freeze(self) -> None:
        """Stop its process without ending it: connections stay, and new ones are taken and never answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on; safe where it was not frozen."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _tell(self, line: str) -> str:
        assert self._process is not None and self._process.stdin is not None, "the server is not running"
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the {self.kind} server has ended with status {self._process.wait()}")
        return answer.strip()


@contextlib.contextmanager
def serving(kind: Kind, clip: Path, *, fps: float = 25.0, fault: str = "none") -> Iterator[LiveServer]:
    """Run a server of `clip` while the block runs."""
    server = LiveServer(kind, clip, fps=fps, fault=fault)
    try:
        yield server
    finally:
        server.kill()
