"""The owner's side: the server processes that kernels are forked from, started when one is asked for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from workbench.reports.kernels.forking.preload import HEAVY
from workbench.reports.kernels.forking.process import ForkedProcess
from workbench.reports.kernels.forking.sameness import LAUNCHER, Key, early, is_forkable, key_of, late

MOST = 2  # server processes at a time, each of about 700 MB: runs of two seeds may take turns
# '' on the path is the folder that it is started in, where a file of the user's could stand for a module.
MAIN = """import sys
sys.path = [*filter(None, sys.path)]
import ipykernel.kernelapp
bare = {*sys.modules}
from workbench.reports.kernels.forking.server import main
main(bare)"""
END_S = 10  # for a server to end its kernels


@dataclass(eq=False)
class _Server:
    """A server process."""

    key: Key
    process: subprocess.Popen[bytes]
    control: socket.socket
    first: ForkedProcess | None = None  # the first kernel asked for
    kernels: weakref.WeakSet[ForkedProcess] = field(default_factory=weakref.WeakSet)

    @property
    def is_idle(self) -> bool:
        """Tell whether all its kernels are known to have ended; what they say is for the threads that wait for them."""
        return all(kernel.returncode is not None for kernel in self.kernels)

    @property
    def has_ended(self) -> bool:
        """Tell whether it is gone, or on its way: its kernels and its sockets are gone before its end is seen."""
        if self.process.poll() is not None:
            return True
        try:
            return not self.control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:  # reset: it died with a request unread
            return True

    @property
    def is_useless(self) -> bool:
        """Tell whether it has ended, or hangs, before it served: another would, too, and each takes seconds."""
        return self.first is not None and self.first.unanswered

    def ask(self, request: Mapping[str, object], streams: tuple[int, int]) -> ForkedProcess:
        """Ask for a kernel.

        Raises:
            OSError: the server has just died, or the request is too long for one message.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kernel = ForkedProcess(ours)
        with theirs:
            try:
                socket.send_fds(self.control, [json.dumps(request).encode()], [theirs.fileno(), *streams])
            except OSError:
                kernel.close()
                raise
        self.first = self.first or kernel
        self.kernels.add(kernel)
        return kernel

    def end(self) -> None:
        """End it, and its kernels, which it does when the socket is closed; at once where none is alive."""
        if self.is_idle:
            self.process.kill()
        self.control.close()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class ForkServer:
    """Forks kernels for this process; from any of its threads, for as long as the `with` block lasts.

    A server process is started when the first kernel is asked for, and takes the seconds then that TensorFlow takes to
    import. It is started anew when it has died, and for an environment that none has. It ends, with all its kernels,
    with the block and with this process, however that ends.

    Args:
        modules: what to import for the kernels.
    """

    def __init__(self, modules: Sequence[str] = HEAVY) -> None:
        self._modules = modules
        self._servers: list[_Server] = []  # the one used last at the end
        self._lock = threading.Lock()

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            while self._servers:
                self._servers.pop().end()

    def fork(
        self, command: Sequence[str], environment: Mapping[str, str], *, folder: Path, streams: tuple[int, int]
    ) -> ForkedProcess | None:
        """Ask for a kernel; None where a copy would not be what a fresh start is.

        Args:
            command: what would start the kernel.
            environment: all of the kernel's.
            folder: its current folder.
            streams: descriptors for its standard output and its standard error.
        """
        if not is_forkable(command, environment):
            return None
        request = {"arguments": command[len(LAUNCHER) :], "environment": late(environment), "folder": str(folder)}
        with self._lock:
            server = self._server(environment)
            with suppress(OSError):
                return None if server is None or server.is_useless else server.ask(request, streams)
            return None

    def _server(self, environment: Mapping[str, str]) -> _Server | None:
        """Return the server of this environment, started if need be; None where too many others are at work."""
        key = key_of(environment)
        for dead in [server for server in self._servers if server.has_ended and not server.is_useless]:
            self._servers.remove(dead)
            dead.end()
        found = next((server for server in self._servers if server.key == key), None)
        if found is not None:
            self._servers.remove(found)
        else:
            idle = next((server for server in self._servers if server.is_idle), None)
            if len(self._servers) >= MOST:
                if idle is None:
                    return None
                self._servers.remove(idle)
                idle.end()
            found = _started(key, environment, self._modules)
        self._servers.append(found)
        return found


def _started(key: Key, environment: Mapping[str, str], modules: Sequence[str]) -> _Server:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, str(theirs.fileno()), str(os.getpid()), *modules],
            env=early(environment), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
    return _Server(key, process, ours)
