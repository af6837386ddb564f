"""A kernel that a fork server has made, as `subprocess.Popen` would show it to the kernel's manager."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from typing import Any

MOST_BYTES = 1 << 16
LOST = -9  # SIGKILL, which Windows has no name for: a kernel whose server is gone goes with it


class Refused(RuntimeError):
    """The server does not serve this kernel; the text says why."""


class ForkedProcess:
    """A process known by its lifeline: the server's words come over it, and closing it ends the process."""

    def __init__(self, line: socket.socket) -> None:
        line.setblocking(False)
        self._line = line
        self._told: dict[str, Any] = {}
        self.returncode: int | None = None
        self.unanswered = False  # whether the server has kept silent, so that there is no use in asking it again

    @property
    def pid(self) -> int:
        """Return the process number."""
        return int(self._told["pid"])

    async def begun(self, timeout: float) -> None:
        """Wait until the process is there.

        Raises:
            Refused: it will not be.
        """
        try:
            await asyncio.wait_for(self._heard(), timeout)
        except BaseException as error:
            self.unanswered = isinstance(error, TimeoutError)
            self.close()
            if self.unanswered:
                raise Refused(f"the fork server did not answer within {timeout:g} s") from None
            raise
        if "pid" not in self._told:
            self.unanswered = "refused" not in self._told
            self.close()
            raise Refused(self._told.get("refused", "the fork server ended"))

    def poll(self) -> int | None:
        """Return the exit code, minus the signal that ended it; None while it lives."""
        while self.returncode is None:
            try:
                self._take(self._line.recv(MOST_BYTES))
            except BlockingIOError:
                break
            except OSError:
                self._take(b"")
        return self.returncode

    async def wait(self) -> int:
        """Wait until it has ended, and return the exit code."""
        while self.poll() is None:
            await self._heard()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it has not ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of the process; the server ends what is left of its process group."""
        if self.returncode is None:
            self.returncode = LOST
        self._line.close()

    async def _heard(self) -> None:
        """Wait for the server's next word."""
        self._take(await asyncio.get_running_loop().sock_recv(self._line, MOST_BYTES))

    def _take(self, data: bytes) -> None:
        self._told.update(json.loads(data) if data else {"exit": LOST})
        self.returncode = self._told.get("exit")
